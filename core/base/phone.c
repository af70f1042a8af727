/* SPDX-License-Identifier: EUPL-1.2 */
/* Phone numbers: see phone.h. */
#include "base/phone.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

enum { DIGITS_MAX = 15, DIGITS_MIN = 7 };

/* Countries whose national format is accepted: the country code, whether numbers are dialled with a
 * leading 0, and how many digits follow the code (ITU-T's national numbering plans). */
static const struct plan {
	char country[3];
	const char *code;
	bool zero;
	unsigned low, high;
} plans[] = {
	{ "US", "1", false, 10, 10 },
	{ "AT", "43", true, 4, 13 },
	{ "BE", "32", true, 8, 9 },
	{ "CH", "41", true, 9, 9 },
	{ "CZ", "420", false, 9, 9 },
	{ "DE", "49", true, 5, 13 },
	{ "DK", "45", false, 8, 8 },
	{ "ES", "34", false, 9, 9 },
	{ "FR", "33", true, 9, 9 },
	{ "GB", "44", true, 9, 10 },
	{ "IE", "353", true, 7, 9 },
	{ "LU", "352", false, 4, 11 },
	{ "NL", "31", true, 9, 9 },
	{ "NO", "47", false, 8, 8 },
	{ "PL", "48", false, 9, 9 },
	{ "PT", "351", false, 9, 9 },
	{ "SE", "46", true, 7, 10 },
};

/* All country codes of E.164 (ITU Operational Bulletin); those of three digits by their first two.
 */
static const char of_one[] = "17";
static const char of_two[] = "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 "
			     "56 57 58 60 61 62 63 64 65 "
			     "66 81 82 84 86 90 91 92 93 94 95 98 ";
static const char of_three[] = "211 212 213 216 218 220 221 222 223 224 225 226 227 228 229 230 "
			       "231 232 233 234 235 236 237 238 "
			       "239 240 241 242 243 244 245 246 247 248 249 250 251 252 253 254 "
			       "255 256 257 258 260 261 262 263 "
			       "264 265 266 267 268 269 290 291 297 298 299 350 351 352 353 354 "
			       "355 356 357 358 359 370 371 372 "
			       "373 374 375 376 377 378 379 380 381 382 383 385 386 387 389 420 "
			       "421 423 500 501 502 503 504 505 "
			       "506 507 508 509 590 591 592 593 594 595 596 597 598 599 670 672 "
			       "673 674 675 676 677 678 679 680 "
			       "681 682 683 685 686 687 688 689 690 691 692 800 808 850 852 853 "
			       "855 856 870 878 880 881 882 883 "
			       "886 888 960 961 962 963 964 965 966 967 968 970 971 972 973 974 "
			       "975 976 977 979 992 993 994 995 "
			       "996 998 ";

static bool
has_code(const char *codes, const char *digits, size_t length)
{
	for (; *codes; codes += length + 1)
		if (strncmp(codes, digits, length) == 0)
			return true;
	return false;
}

static bool
is_country(const char *digits)
{
	return strchr(of_one, digits[0]) || has_code(of_two, digits, 2) ||
	    has_code(of_three, digits, 3);
}

static const struct plan *
plan_of(const char *country)
{
	for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++)
		if (strcmp(plans[i].country, country) == 0)
			return &plans[i];
	return NULL;
}

static const struct plan *
plan_of_code(const char *digits)
{
	for (size_t i = 0; i < sizeof plans / sizeof plans[0]; i++)
		if (strncmp(plans[i].code, digits, strlen(plans[i].code)) == 0)
			return &plans[i];
	return NULL;
}

/* Copies the digits of `text` without separators; -1 if there is anything else, or too many.
 */
static int
squeeze(const char *text, char *digits, size_t size)
{
	size_t used = 0;

	for (; *text; text++) {
		if (strchr(" .-/()", *text))
			continue;
		if (strncmp(text, "\xc2\xa0", 2) == 0) { /* a no-break space */
			text++;
			continue;
		}
		if (!isdigit((unsigned char)*text) || used + 1 == size)
			return -1;
		digits[used++] = *text;
	}
	digits[used] = '\0';
	return (int)used;
}

static enum scop_phone
check_international(char *digits, char *ret_phone)
{
	const struct plan *plan = plan_of_code(digits);
	size_t length = strlen(digits);

	if (length == 0)
		return SCOP_PHONE_NOT_ONE;
	if (!is_country(digits))
		return SCOP_PHONE_COUNTRY;
	char *own = digits + (plan ? strlen(plan->code) : 0);
	if (plan && plan->zero && *own == '0') /* "+32 (0)2": it is not dialled from abroad */
		memmove(own, own + 1, length-- - (size_t)(own - digits));
	const size_t count = strlen(own);
	if (length < DIGITS_MIN || length > DIGITS_MAX ||
	    (plan && (count < plan->low || count > plan->high)))
		return SCOP_PHONE_LENGTH;
	ret_phone[0] = '+';
	strcpy(ret_phone + 1, digits);
	return SCOP_PHONE_OK;
}

enum scop_phone
scop_phone_parse(const char *text, const char *country, char ret_phone[SCOP_PHONE_SIZE])
{
	char digits[2 * DIGITS_MAX], whole[3 * DIGITS_MAX];
	const bool plus = *text == '+';
	const struct plan *plan = plan_of(country);

	if (squeeze(text + plus, digits, sizeof digits) < 1)
		return SCOP_PHONE_NOT_ONE;
	if (plus || strncmp(digits, "00", 2) == 0) {
		char *number = digits + (plus ? 0 : 2);

		/* Italy keeps its 0, others do not: known only for the countries above */
		return strstr(text, "(0)") && !plan_of_code(number)
		    ? SCOP_PHONE_LENGTH
		    : check_international(number, ret_phone);
	}
	if (!plan || plan->zero != (digits[0] == '0'))
		return SCOP_PHONE_NATIONAL;
	strcpy(whole, plan->code);
	strcat(whole, digits + plan->zero);
	return check_international(whole, ret_phone);
}
