/* SPDX-License-Identifier: EUPL-1.2 */
/* Phone numbers: international ones (ITU-T E.164), and the national formats of some countries. */
#ifndef SCOP_BASE_PHONE_H
#define SCOP_BASE_PHONE_H

enum { SCOP_PHONE_SIZE = 17 }; /* +, up to 15 digits, a NUL */

enum scop_phone {
	SCOP_PHONE_OK,
	SCOP_PHONE_NOT_ONE,  /* it has characters that no phone number has */
	SCOP_PHONE_NATIONAL, /* without +, and the country is unknown or writes its numbers
				otherwise */
	SCOP_PHONE_COUNTRY,  /* no country has this code */
	SCOP_PHONE_LENGTH,   /* too short or too long for its country */
};

/* Reads a number as people write it, with spaces, dots, hyphens, slashes and brackets; returns +
 * and its digits ("+3222345678"). It begins with + or 00 and a country code, after which "(0)" is
 * dropped, or it is in the national format of `country` (ISO 3166-1; "": none): with the leading 0
 * or, in countries without one, with the right length. */
enum scop_phone scop_phone_parse(const char *text, const char *country,
    char ret_phone[SCOP_PHONE_SIZE]);

#endif
