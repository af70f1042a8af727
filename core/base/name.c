/* SPDX-License-Identifier: EUPL-1.2 */
#include "base/name.h"

#include <string.h>

static bool
is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool
is_letter_or_digit(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9');
}

bool
scop_name_is_module(const char *name, size_t length)
{
	if (length < SCOP_MODULE_MIN || length > SCOP_MODULE_MAX || !is_letter(name[0]))
		return false;
	for (size_t i = 1; i < length; i++)
		if (!is_letter_or_digit(name[i]) &&
		    (name[i] != '_' || i + 1 == length || name[i + 1] == '_'))
			return false;
	return true;
}

bool
scop_name_check_module(const char *name, struct scop_error *err)
{
	return scop_name_is_module(name, strlen(name)) ||
	    scop_error_set(err,
		"module name '%.40s' is not %d to %d of a-z, 0-9 and single '_', a letter first",
		name, SCOP_MODULE_MIN, SCOP_MODULE_MAX);
}

bool
scop_name_check_scop(const char *name, struct scop_error *err)
{
	const size_t length = strlen(name);
	bool ok = length >= SCOP_SCOP_MIN && length <= SCOP_SCOP_MAX && is_letter(name[0]);

	for (size_t i = 1; ok && i < length; i++)
		ok = is_letter_or_digit(name[i]) || name[i] == '-';
	return ok ||
	    scop_error_set(err,
		"scop name '%.40s' is not %d to %d of a-z, 0-9 and '-', a letter first", name,
		SCOP_SCOP_MIN, SCOP_SCOP_MAX);
}
