/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * VAT identification numbers of the European Union and Northern Ireland (XI), by the formats of
 * VIES. Those of Belgium, France, the Netherlands, Luxembourg and Germany have their check digits
 * verified. Only VIES can tell whether a number has been assigned.
 */
#ifndef SCOP_BASE_VAT_H
#define SCOP_BASE_VAT_H

enum { SCOP_VAT_SIZE = 16 }; /* two letters, up to 12 characters, a NUL */

enum scop_vat {
	SCOP_VAT_OK,
	SCOP_VAT_COUNTRY, /* it does not begin with the code of a country of the Union */
	SCOP_VAT_FORMAT,  /* not in its country's format */
	SCOP_VAT_DIGITS,  /* the check digits do not match: a typing error */
};

/* Reads a number as people write it, with spaces, dots and hyphens and in any case; returns only
 * its letters, in capitals, and digits, country first ("BE0202239951"). A number that begins with a
 * digit is taken as one of `country` (ISO 3166-1; "": none). A Belgian number of nine digits gets
 * the leading 0 in use since 2005; GR becomes EL, Greece's prefix. */
enum scop_vat scop_vat_parse(const char *text, const char *country, char ret_vat[SCOP_VAT_SIZE]);

#endif
