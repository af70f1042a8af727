/* SPDX-License-Identifier: EUPL-1.2 */
/* Account numbers: see iban.h. */
#include "base/iban.h"

#include <ctype.h>
#include <string.h>

/* Country and length, from release 99 of the registry. */
static const char registry[] =
    "AD24AE23AL28AT20AZ28BA20BE16BG22BH22BI27BR29BY28CH21CR22CY28CZ24DE22DJ27DK18DO28EE20EG29ES24"
    "FI18FK18FO18FR27GB22GE22GI23GL18GR27GT28HN28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32"
    "LI21LT20LU20LV21LY25MC27MD24ME22MK19MN20MR27MT31MU30NI28NL18NO15OM23PK24PL28PS29PT25QA29RO24"
    "RS22RU33SA24SC31SD18SE24SI19SK24SM27SO23ST25SV28TL23TN24TR26UA29VA22VG24XK20YE30";

unsigned
scop_iban_length(const char *country)
{
	for (const char *entry = registry; *entry; entry += 4)
		if (strncmp(entry, country, 2) == 0)
			return (unsigned)(entry[2] - '0') * 10 + (unsigned)(entry[3] - '0');
	return 0;
}

/* The number modulo 97, with its first four characters moved to the end and letters read as 10 to
 * 35 (ISO 7064, MOD 97-10). */
static unsigned
remainder_of(const char *iban, size_t length)
{
	unsigned rest = 0;

	for (size_t i = 0; i < length; i++) {
		const char c = iban[(i + 4) % length];
		const unsigned value =
		    (unsigned)(isdigit((unsigned char)c) ? c - '0' : c - 'A' + 10);

		rest = (rest * (value < 10 ? 10 : 100) + value) % 97;
	}
	return rest;
}

enum scop_iban
scop_iban_parse(const char *text, char ret_iban[SCOP_IBAN_SIZE])
{
	char iban[SCOP_IBAN_SIZE];
	size_t length = 0;

	for (; *text; text++) {
		if (strchr(" .-", *text))
			continue;
		if (strncmp(text, "\xc2\xa0", 2) == 0) { /* a no-break space */
			text++;
			continue;
		}
		if (!isascii(*text) || !isalnum((unsigned char)*text))
			return SCOP_IBAN_NOT_ONE;
		if (length + 1 == SCOP_IBAN_SIZE)
			return SCOP_IBAN_LENGTH;
		iban[length++] = (char)toupper((unsigned char)*text);
	}
	iban[length] = '\0';
	if (length < 4 || scop_iban_length(iban) == 0 || !isdigit((unsigned char)iban[2]) ||
	    !isdigit((unsigned char)iban[3]))
		return SCOP_IBAN_NOT_ONE;
	if (length != scop_iban_length(iban))
		return SCOP_IBAN_LENGTH;
	/* 00, 01 and 99 leave the remainders of 97, 98 and 02, and are never issued */
	const int check = (iban[2] - '0') * 10 + iban[3] - '0';
	if (check < 2 || check > 98 || remainder_of(iban, length) != 1)
		return SCOP_IBAN_DIGITS;
	strcpy(ret_iban, iban);
	return SCOP_IBAN_OK;
}
