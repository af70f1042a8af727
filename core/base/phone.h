/* SPDX-License-Identifier: EUPL-1.2 */
/* Phone numbers: international ones (ITU-T E.164), and those that a country's people write among
 * themselves. */
#ifndef SCOP_BASE_PHONE_H
#define SCOP_BASE_PHONE_H

enum { SCOP_PHONE_SIZE = 17 }; /* +, up to 15 digits, an end */

enum scop_phone {
	SCOP_PHONE_OK,
	SCOP_PHONE_NOT_ONE,  /* it has other characters than a number's */
	SCOP_PHONE_NATIONAL, /* without +, and the country is unknown or writes its numbers
				otherwise */
	SCOP_PHONE_COUNTRY,  /* no country has this code */
	SCOP_PHONE_LENGTH,   /* too short or too long for its country */
};

/* Reads a number as people write it, with spaces, dots, hyphens, slashes and brackets; gives + and
 * its digits ("+3222345678"). It begins with + or 00 and the country's code, behind which a "(0)"
 * is left out; or as those within `country` (ISO 3166-1; "": of none) do: with the 0 that they dial
 * first, or, where none is dialled, by its length. */
enum scop_phone scop_phone_parse(const char *text, const char *country,
    char ret_phone[SCOP_PHONE_SIZE]);

#endif
