/* SPDX-License-Identifier: EUPL-1.2 */
/* Decimals as people write them: see amount.h. */
#include "base/amount.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { DIGITS_MAX = 18, TEXT_MAX = 64 };

/* An amount: digits, spaces, points and commas, without sign or currency. */
struct written {
	char text[TEXT_MAX];
	size_t length;
	bool negative;
};

/* The length in bytes of the space at `at`: an ordinary, no-break or narrow one; 0 if there is
 * none. */
static size_t
blank_at(const char *c)
{
	return *c == ' '                         ? 1
	    : strncmp(c, "\xc2\xa0", 2) == 0     ? 2
	    : strncmp(c, "\xe2\x80\xaf", 3) == 0 ? 3
						 : 0;
}

/* One euro sign may come before or after the number, and a minus sign (or a hyphen) before it.
 */
static bool
squeeze(const char *text, struct written *ret)
{
	unsigned euros = 0;

	*ret = (struct written){ 0 };
	for (const char *c = text; *c;) {
		const size_t blank = blank_at(c);

		if (strncmp(c, "\xe2\x82\xac", 3) == 0) { /* euro */
			if (++euros > 1)
				return false;
			c += 3;
		} else if (ret->length == 0 && !ret->negative &&
		    (*c == '-' || strncmp(c, "\xe2\x88\x92", 3) == 0)) {
			ret->negative = true;
			c += *c == '-' ? 1 : 3;
		} else if (blank > 0 || isdigit((unsigned char)*c) || *c == '.' || *c == ',') {
			if (ret->length + 1 == TEXT_MAX)
				return false;
			if (blank == 0 || ret->length > 0)
				ret->text[ret->length++] = blank > 0 ? ' ' : *c;
			c += blank > 0 ? blank : 1;
		} else {
			return false;
		}
	}
	while (ret->length > 0 && ret->text[ret->length - 1] == ' ')
		ret->text[--ret->length] = '\0';
	return isdigit((unsigned char)ret->text[0]) ||
	    (ret->length > 1 && isdigit((unsigned char)ret->text[1])); /* ",5" */
}

static unsigned
count_of(const char *text, char sign)
{
	unsigned count = 0;

	for (; *text; text++)
		count += *text == sign;
	return count;
}

/* Whether the integer part consists of digits, optionally in groups of three with one separator
 * that is not the decimal point. */
static bool
is_whole(const char *text, size_t length, char point)
{
	const size_t first = strspn(text, "0123456789");

	if (first >= length)
		return true;
	const char sign = text[first];
	if (sign == point || first == 0 || first > 3)
		return false;
	for (size_t at = first; at < length; at += 4)
		if (text[at] != sign || at + 4 > length || strspn(text + at + 1, "0123456789") < 3)
			return false;
	return true;
}

/* Interprets the only . or , when three digits follow it and up to three precede it: a group
 * separator, the decimal point, or ambiguous. */
static enum scop_amount
read_single(const char *text, const char *sign, unsigned scale, char point, const char **ret_point)
{
	const size_t before = (size_t)(sign - text);
	const bool could_group = before > 0 && before <= 3 && text[0] != '0' &&
	    strlen(sign + 1) == 3 && strspn(text, "0123456789") == before;

	*ret_point = could_group && scale < 3 ? NULL : sign;
	return could_group && scale >= 3 && *sign != point ? SCOP_AMOUNT_AMBIGUOUS : SCOP_AMOUNT_OK;
}

/* The sign before the decimals; NULL for none. */
static enum scop_amount
find_point(const char *text, unsigned scale, char point, const char **ret_point)
{
	const unsigned points = count_of(text, '.'), commas = count_of(text, ',');
	const char *last_point = strrchr(text, '.'), *last_comma = strrchr(text, ',');
	const char *last =
	    !last_comma || (last_point && last_point > last_comma) ? last_point : last_comma;

	*ret_point = NULL;
	if (points + commas == 0)
		return SCOP_AMOUNT_OK;
	if (points + commas == 1)
		return read_single(text, last, scale, point, ret_point);
	*ret_point = count_of(text, *last) == 1 ? last : NULL;
	return SCOP_AMOUNT_OK;
}

enum scop_amount
scop_amount_parse(const char *text, unsigned scale, char point, int64_t *ret_unscaled)
{
	struct written written;
	const char *behind;
	int64_t unscaled = 0;
	unsigned digits = 0;

	if (!squeeze(text, &written))
		return SCOP_AMOUNT_NOT_ONE;
	const enum scop_amount found = find_point(written.text, scale, point, &behind);
	const size_t whole = behind ? (size_t)(behind - written.text) : written.length;
	const size_t decimals = behind ? strlen(behind + 1) : 0;
	if (!is_whole(written.text, whole, behind ? *behind : '\0') ||
	    (behind && strspn(behind + 1, "0123456789") != decimals))
		return SCOP_AMOUNT_NOT_ONE;
	if (found != SCOP_AMOUNT_OK)
		return found;
	if (decimals > scale)
		return SCOP_AMOUNT_TOO_FINE;
	for (const char *c = written.text; *c; c++) {
		if (!isdigit((unsigned char)*c))
			continue;
		digits += digits > 0 || *c != '0';
		if (digits + scale - decimals > DIGITS_MAX)
			return SCOP_AMOUNT_NOT_ONE;
		unscaled = unscaled * 10 + (*c - '0');
	}
	for (size_t i = decimals; i < scale; i++)
		unscaled *= 10;
	*ret_unscaled = written.negative ? -unscaled : unscaled;
	return SCOP_AMOUNT_OK;
}
