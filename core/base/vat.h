/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * VAT identification numbers of the European Union and Northern Ireland (XI), by the formats of
 * VIES. Those of Belgium, France, the Netherlands, Luxembourg and Germany have their check digits
 * verified. Whether a number is somebody's only VIES can say.
 */
#ifndef SCOP_BASE_VAT_H
#define SCOP_BASE_VAT_H

enum { SCOP_VAT_SIZE = 16 }; /* two letters, up to 12 characters, an end */

enum scop_vat {
	SCOP_VAT_OK,
	SCOP_VAT_COUNTRY, /* it begins with no country of the Union's */
	SCOP_VAT_FORMAT,  /* not as its country writes them */
	SCOP_VAT_DIGITS,  /* the check digits do not match: a slip */
};

/* Reads a number as people write it, with spaces, dots and hyphens and in any case; gives its
 * capitals and digits alone, country first ("BE0202239951"). One that begins with a digit is taken
 * as of `country` (ISO 3166-1; "": of none). A Belgian one of nine digits gets the 0 that it has
 * had since 2005; Greece is EL, also where GR is written. */
enum scop_vat scop_vat_parse(const char *text, const char *country, char ret_vat[SCOP_VAT_SIZE]);

#endif
