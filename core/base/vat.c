/* SPDX-License-Identifier: EUPL-1.2 */
/* VAT numbers: see vat.h. Formats: VIES, "VAT identification numbers structure". */
#include "base/vat.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* ---- check digits ---- */

static uint64_t
number_of(const char *digits, size_t count)
{
	uint64_t number = 0;

	for (size_t i = 0; i < count && isdigit((unsigned char)digits[i]); i++)
		number = number * 10 + (uint64_t)(digits[i] - '0');
	return number;
}

/* The last two digits are 97 minus the other digits modulo 97. */
static bool
belgian(const char *digits)
{
	return 97 - number_of(digits, 8) % 97 == number_of(digits + 8, 2);
}

/* The second digit of each pair, counted from the end, doubled (ISO/IEC 7812-1, annex B). */
static bool
luhn(const char *digits, size_t count)
{
	int sum = 0;

	for (size_t i = 0; i < count; i++) {
		const int digit = (digits[count - 1 - i] - '0') * (i % 2 ? 2 : 1);

		sum += digit > 9 ? digit - 9 : digit;
	}
	return sum % 10 == 0;
}

/* A two-character key, then a SIREN, whose last digit is Luhn's; numbers of Monaco begin with 000
 * and have no SIREN. A key with a letter counts letters in an alphabet without O and I. */
static bool
french(const char *digits)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
	const uint64_t siren = number_of(digits + 2, 9);
	const char *first = strchr(alphabet, digits[0]), *second = strchr(alphabet, digits[1]);

	if (!first || !second || (strncmp(digits + 2, "000", 3) != 0 && !luhn(digits + 2, 9)))
		return false;
	if (isdigit((unsigned char)digits[0]) && isdigit((unsigned char)digits[1]))
		return number_of(digits, 2) == (12 + 3 * (siren % 97)) % 97;
	const long a = first - alphabet, b = second - alphabet;
	const long key = isdigit((unsigned char)digits[0]) ? a * 24 + b - 10 : a * 34 + b - 100;
	return key >= 0 && (siren + 1 + (uint64_t)key / 11) % 11 == (uint64_t)key % 11;
}

/* The whole number, with NL and letters read as 10 to 35, is 1 modulo 97: numbers of sole traders
 * since 2020. */
static bool
dutch_by_97(const char *digits)
{
	const char whole[] = "NL";
	unsigned rest = 0;

	for (size_t i = 0; i < 2 + strlen(digits); i++) {
		const char c = i < 2 ? whole[i] : digits[i - 2];
		const unsigned value =
		    (unsigned)(isdigit((unsigned char)c) ? c - '0' : c - 'A' + 10);

		rest = (rest * (value < 10 ? 10 : 100) + value) % 97;
	}
	return rest == 1;
}

/* The ninth digit is the sum of the others, weighted 9 to 2, modulo 11; or it is a sole trader's
 * number. */
static bool
dutch(const char *digits)
{
	int sum = 0;

	if (strcmp(digits + 9, "B00") == 0)
		return false;
	for (int i = 0; i < 8; i++)
		sum += (digits[i] - '0') * (9 - i);
	return sum % 11 == digits[8] - '0' || dutch_by_97(digits);
}

/* The last digit is a check digit by ISO 7064, MOD 11,10. */
static bool
german(const char *digits)
{
	int product = 10;

	for (int i = 0; i < 8; i++) {
		const int sum = (digits[i] - '0' + product) % 10;

		product = (sum == 0 ? 10 : sum) * 2 % 11;
	}
	return digits[0] != '0' && (11 - product) % 10 == digits[8] - '0';
}

static bool
luxembourgish(const char *digits)
{
	return number_of(digits, 6) % 89 == number_of(digits + 6, 2);
}

/* ---- formats ---- */

/* 9 is a digit, a a letter, x either; anything else stands for itself. Several formats are
 * separated by blanks.
 */
static const struct country {
	char code[3];
	const char *forms;
	bool (*check)(const char *digits);
} countries[] = {
	{ "AT", "U99999999", NULL },
	{ "BE", "0999999999 1999999999", belgian },
	{ "BG", "999999999 9999999999", NULL },
	{ "CY", "99999999a", NULL },
	{ "CZ", "99999999 999999999 9999999999", NULL },
	{ "DE", "999999999", german },
	{ "DK", "99999999", NULL },
	{ "EE", "999999999", NULL },
	{ "EL", "999999999", NULL },
	{ "ES", "x9999999x", NULL },
	{ "FI", "99999999", NULL },
	{ "FR", "xx999999999", french },
	{ "HR", "99999999999", NULL },
	{ "HU", "99999999", NULL },
	{ "IE", "9999999a 9999999aa 9x99999a", NULL },
	{ "IT", "99999999999", NULL },
	{ "LT", "999999999 999999999999", NULL },
	{ "LU", "99999999", luxembourgish },
	{ "LV", "99999999999", NULL },
	{ "MT", "99999999", NULL },
	{ "NL", "999999999B99", dutch },
	{ "PL", "9999999999", NULL },
	{ "PT", "999999999", NULL },
	{ "RO", "99 999 9999 99999 999999 9999999 99999999 999999999 9999999999", NULL },
	{ "SE", "999999999901", NULL },
	{ "SI", "99999999", NULL },
	{ "SK", "9999999999", NULL },
	{ "XI", "999999999 999999999999 GD999 HA999", NULL },
};

static const struct country *
country_of(const char *number)
{
	for (size_t i = 0; i < sizeof countries / sizeof countries[0]; i++)
		if (strncmp(countries[i].code, number, 2) == 0)
			return &countries[i];
	return NULL;
}

static bool
has_form(const char *digits, const char *form, size_t length)
{
	if (strlen(digits) != length)
		return false;
	for (size_t i = 0; i < length; i++) {
		const unsigned char c = (unsigned char)digits[i];
		const bool fits = form[i] == '9' ? isdigit(c) != 0
		    : form[i] == 'a'             ? isalpha(c) != 0
		    : form[i] == 'x'             ? isalnum(c) != 0
						 : c == (unsigned char)form[i];

		if (!fits)
			return false;
	}
	return true;
}

static bool
has_some_form(const char *digits, const char *forms)
{
	while (*forms) {
		const size_t length = strcspn(forms, " ");

		if (has_form(digits, forms, length))
			return true;
		forms += length + (forms[length] == ' ');
	}
	return false;
}

/* The letters, in capitals, and digits of `text`; false if there is anything but these and
 * separators, or too many. */
static bool
squeeze(const char *text, char *out, size_t size)
{
	size_t used = 0;

	for (; *text; text++) {
		if (strchr(" .-/", *text))
			continue;
		if (strncmp(text, "\xc2\xa0", 2) == 0) { /* a no-break space */
			text++;
			continue;
		}
		if (!isascii(*text) || !isalnum((unsigned char)*text) || used + 1 == size)
			return false;
		out[used++] = (char)toupper((unsigned char)*text);
	}
	out[used] = '\0';
	return true;
}

enum scop_vat
scop_vat_parse(const char *text, const char *country, char ret_vat[SCOP_VAT_SIZE])
{
	char squeezed[SCOP_VAT_SIZE], vat[2 * SCOP_VAT_SIZE] = "";

	if (!squeeze(text, squeezed, sizeof squeezed))
		return SCOP_VAT_FORMAT;
	if (isdigit((unsigned char)squeezed[0]))
		strncat(vat, country, 2);
	strcat(vat, squeezed);
	if (strncmp(vat, "GR", 2) == 0)
		memcpy(vat, "EL", 2);
	if (strncmp(vat, "BE", 2) == 0 && strlen(vat) == strlen("BE999999999")) {
		memmove(vat + 3, vat + 2, strlen(vat + 2) + 1);
		vat[2] = '0';
	}
	const struct country *of = country_of(vat);
	if (!of)
		return SCOP_VAT_COUNTRY;
	if (!has_some_form(vat + 2, of->forms))
		return SCOP_VAT_FORMAT;
	if (of->check && !of->check(vat + 2))
		return SCOP_VAT_DIGITS;
	strcpy(ret_vat, vat);
	return SCOP_VAT_OK;
}
