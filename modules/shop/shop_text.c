/* SPDX-License-Identifier: EUPL-1.2 */
/* Numbers as people and programs write them: see shop_text.h. */
#include "shop_text.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { DIGITS = 32 };

/* The length in bytes of the blank at `text`; 0 if there is none. */
static size_t
blank_at(const char *text)
{
	if (*text == ' ' || *text == '\t' || *text == '\r' || *text == '\n')
		return 1;
	if (strncmp(text, "\xc2\xa0", 2) == 0) /* no-break space */
		return 2;
	/* thin spaces, U+2009 and U+202F */
	return strncmp(text, "\xe2\x80\xaf", 3) == 0 || strncmp(text, "\xe2\x80\x89", 3) == 0 ? 3
											      : 0;
}

static const char *
behind_blanks(const char *text)
{
	while (blank_at(text))
		text += blank_at(text);
	return text;
}

static size_t
currency_at(const char *text)
{
	return strncasecmp(text, "eur", 3) == 0 || strncmp(text, "\xe2\x82\xac", 3) == 0 ? 3 : 0;
}

/* The length in bytes of a thousands separator at `text` that is never a decimal sign. */
static size_t
group_at(const char *text)
{
	return *text == '\'' ? 1 : strncmp(text, "\xe2\x80\x99", 3) == 0 ? 3 : blank_at(text);
}

static size_t
digits_at(const char *text)
{
	return strspn(text, "0123456789");
}

/* Copies the digits and the signs '.' and ',' of an amount, without currency and other separators.
 * False if there is anything else, or a group that does not have three digits. */
static bool
plain_number(const char *text, char ret_plain[DIGITS])
{
	size_t used = 0;

	text = behind_blanks(text);
	text = behind_blanks(text + currency_at(text));
	while (*text && used + 1 < DIGITS) {
		const char *rest = behind_blanks(text);

		if (!*rest || (currency_at(rest) && !*behind_blanks(rest + currency_at(rest)))) {
			text = "";
		} else if (group_at(text) && used > 0 && digits_at(text + group_at(text)) == 3) {
			text += group_at(text);
		} else if (isdigit((unsigned char)*text) || *text == '.' || *text == ',') {
			ret_plain[used++] = *text++;
		} else {
			return false;
		}
	}
	ret_plain[used] = '\0';
	return !*text && strpbrk(ret_plain, "0123456789");
}

static unsigned
count_of(const char *text, char sign)
{
	unsigned count = 0;

	for (; *text; text++)
		count += *text == sign;
	return count;
}

/* Which of '.' and ',' is the decimal sign of a number, judged by the number alone: 0 if it has
 * neither, '?' if the sign might also separate thousands. */
static char
decimal_sign(const char *plain)
{
	const unsigned points = count_of(plain, '.'), commas = count_of(plain, ',');
	const char *last = strpbrk(plain, ".,");

	if (!last)
		return '\0';
	if (points > 1 || commas > 1) /* a sign that occurs twice separates thousands */
		return points > 1 ? ',' : '.';
	if (points && commas)
		return strrchr(plain, '.') > strrchr(plain, ',') ? '.' : ',';
	return digits_at(last + 1) == 3 && !last[4] && last > plain && last - plain <= 3 &&
		*plain != '0'
	    ? '?'
	    : *last;
}

void
shop_decimals_learn(struct shop_decimals *decimals, const char *text)
{
	char plain[DIGITS];
	const char sign = plain_number(text, plain) ? decimal_sign(plain) : '\0';

	decimals->points += sign == '.';
	decimals->commas += sign == ',';
	decimals->unclear += sign == '?';
}

char
shop_decimals_sign(const struct shop_decimals *decimals)
{
	if ((decimals->points > 0) == (decimals->commas > 0))
		return '\0';
	return decimals->points > 0 ? '.' : ',';
}

enum shop_number
shop_number(const char *text, char sign, unsigned decimals, int64_t *ret_number)
{
	char plain[DIGITS];
	int64_t number = 0;
	int behind = -1;

	if (!plain_number(text, plain))
		return SHOP_NUMBER_WRONG;
	const char by_itself = decimal_sign(plain), decimal = by_itself == '?' ? sign : by_itself;
	if (by_itself == '?' && !sign)
		return SHOP_NUMBER_UNCLEAR;
	for (const char *at = plain; *at; at++) {
		if (*at == decimal && behind < 0) {
			behind = 0;
		} else if (!isdigit((unsigned char)*at)) {
			/* a thousands separator: three digits follow, before the decimal sign */
			if (behind >= 0 || at == plain || digits_at(at + 1) != 3)
				return SHOP_NUMBER_WRONG;
		} else if (behind < (int)decimals) {
			number = number * 10 + (*at - '0');
			behind += behind >= 0;
		} else if (behind == (int)decimals) { /* the next digit decides the rounding */
			number += *at >= '5';
			behind++;
		}
		if (number > SHOP_NUMBER_MAX)
			return SHOP_NUMBER_WRONG;
	}
	for (behind = behind < 0 ? 0 : behind; behind < (int)decimals; behind++)
		number *= 10;
	*ret_number = number;
	return number <= SHOP_NUMBER_MAX ? SHOP_NUMBER_OK : SHOP_NUMBER_WRONG;
}
