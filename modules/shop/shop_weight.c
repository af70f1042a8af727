/* SPDX-License-Identifier: EUPL-1.2 */
/* Weights as people write and read them: see shop_text.h. */
#include "shop_text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { GRAMS_IN_KILOGRAM = 1000, THOUSANDTHS = 3, TYPED = 40 };

#define NO_BREAK_SPACE "\u00a0"
#define NARROW_SPACE "\u202f"

void
shop_weight_show(int64_t grams, char point, char ret_text[SHOP_WEIGHT])
{
	char behind[THOUSANDTHS + 1];
	int digits = THOUSANDTHS;

	if (grams < GRAMS_IN_KILOGRAM) {
		snprintf(ret_text, SHOP_WEIGHT, "%d" NO_BREAK_SPACE "g", (int)grams);
		return;
	}
	snprintf(behind, sizeof behind, "%03d", (int)(grams % GRAMS_IN_KILOGRAM));
	while (digits > 0 && behind[digits - 1] == '0')
		behind[--digits] = '\0';
	snprintf(ret_text, SHOP_WEIGHT, "%lld%.*s%s" NO_BREAK_SPACE "kg",
	    (long long)(grams / GRAMS_IN_KILOGRAM), digits > 0, &point, behind);
}

/* Whether the unit, without the spaces around it, is one of kilograms; `ret_ok` is false if it is
 * neither that nor one of grams. */
static bool
is_kilograms(const char *unit, bool *ret_ok)
{
	size_t length = strlen(unit);

	for (;;) {
		const size_t wide = strncmp(unit, NO_BREAK_SPACE, 2) == 0 ? 2
		    : strncmp(unit, NARROW_SPACE, 3) == 0                 ? 3
		    : *unit == ' '                                        ? 1
									  : 0;
		if (wide == 0)
			break;
		unit += wide;
		length -= wide;
	}
	while (length > 0 && (unit[length - 1] == ' ' || unit[length - 1] == '.'))
		length--;
	const bool kilograms = length == 2 && strncasecmp(unit, "kg", 2) == 0;

	*ret_ok = kilograms || length == 0 || (length == 1 && tolower((unsigned char)*unit) == 'g');
	return kilograms;
}

bool
shop_weight_parse(const char *text, int64_t max, int64_t *ret_grams)
{
	char number[TYPED];
	size_t end = strlen(text);
	int64_t thousandths;
	bool ok;

	while (end > 0 && !isdigit((unsigned char)text[end - 1]))
		end--;
	if (end == 0 || end >= sizeof number)
		return false;
	memcpy(number, text, end);
	number[end] = '\0';
	const bool kilograms = is_kilograms(text + end, &ok), dotted = strchr(number, '.') != NULL;

	/* a single sign before three digits: "1.250 kg" is 1250 g, and so is "1.250 g" */
	if (!ok ||
	    shop_number(number, kilograms == dotted ? '.' : ',', THOUSANDTHS, &thousandths) !=
		SHOP_NUMBER_OK)
		return false;
	if (!kilograms && thousandths % GRAMS_IN_KILOGRAM != 0)
		return false;
	*ret_grams = kilograms ? thousandths : thousandths / GRAMS_IN_KILOGRAM;
	return *ret_grams <= max;
}
