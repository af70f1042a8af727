/* SPDX-License-Identifier: EUPL-1.2 */
/* Account numbers: IBAN (ISO 13616), with the length that each country gives them (SWIFT's IBAN
 * registry). */
#ifndef SCOP_BASE_IBAN_H
#define SCOP_BASE_IBAN_H

#include <stdbool.h>

enum { SCOP_IBAN_SIZE = 35 }; /* 34 characters and a NUL */

enum scop_iban {
	SCOP_IBAN_OK,
	SCOP_IBAN_NOT_ONE, /* it does not begin with an IBAN country's code and two digits */
	SCOP_IBAN_LENGTH,  /* too short or too long for its country */
	SCOP_IBAN_DIGITS,  /* the check digits do not match: a typing error */
};

/* Reads an IBAN as people write it, with spaces, dots and hyphens and in any case; returns only its
 * letters, in capitals, and digits. */
enum scop_iban scop_iban_parse(const char *text, char ret_iban[SCOP_IBAN_SIZE]);

/* The length of the country's IBANs; 0 for a country that has none. */
unsigned scop_iban_length(const char *country);

#endif
