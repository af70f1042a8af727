/* SPDX-License-Identifier: EUPL-1.2 */
/* Versions and ranges: see version.h. */
#include "package/version.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

enum { DIGITS_MAX = 5, PARTS = 3 };

/* Reads one to three numbers separated by points at `*at`, and moves `*at` past them; returns how
 * many, 0 for none. */
static int
read_parts(const char **at, unsigned ret_parts[PARTS])
{
	int count = 0;

	for (const char *text = *at; count < PARTS; text++) {
		unsigned number = 0;
		int digits = 0;

		for (; isdigit((unsigned char)*text); text++, digits++)
			number =
			    digits < DIGITS_MAX ? number * 10 + (unsigned)(*text - '0') : number;
		if (digits == 0 || digits > DIGITS_MAX || (digits > 1 && text[-digits] == '0'))
			return 0;
		ret_parts[count++] = number;
		*at = text;
		if (*text != '.')
			break;
	}
	return count;
}

bool
scop_version_parse(const char *text, struct scop_version *ret_version)
{
	unsigned parts[PARTS];

	if (read_parts(&text, parts) != PARTS || *text)
		return false;
	*ret_version = (struct scop_version){ parts[0], parts[1], parts[2] };
	return true;
}

int
scop_version_compare(const struct scop_version *a, const struct scop_version *b)
{
	if (a->major != b->major)
		return a->major < b->major ? -1 : 1;
	if (a->minor != b->minor)
		return a->minor < b->minor ? -1 : 1;
	return a->patch == b->patch ? 0 : a->patch < b->patch ? -1 : 1;
}

/* From `low` (inclusive) to `high` (exclusive). */
struct span {
	struct scop_version low, high;
};

static const struct scop_version first = { 0, 0, 0 }, beyond = { ~0u, 0, 0 };

/* The first version after all that share the first `count` parts. */
static struct scop_version
after(const struct scop_version *version, int count)
{
	if (count == 1)
		return (struct scop_version){ version->major + 1, 0, 0 };
	if (count == 2)
		return (struct scop_version){ version->major, version->minor + 1, 0 };
	return (struct scop_version){ version->major, version->minor, version->patch + 1 };
}

/* Reads the sign at `*at`, and moves `*at` past it; "" if there is none. */
static const char *
take_sign(const char **at)
{
	static const char *const signs[] = { ">=", "<=", ">", "<", "=", "^", "~" };

	for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
		if (strncmp(*at, signs[i], strlen(signs[i])) == 0) {
			*at += strlen(signs[i]);
			return signs[i];
		}
	return "";
}

/* Reads one comparator at `*at`, and moves `*at` past it. */
static bool
read_comparator(const char **at, struct span *ret_span)
{
	unsigned parts[PARTS] = { 0 };

	if (**at == '*') {
		(*at)++;
		*ret_span = (struct span){ first, beyond };
		return true;
	}
	const char *sign = take_sign(at);
	const int count = read_parts(at, parts);
	const struct scop_version version = { parts[0], parts[1], parts[2] };
	if (count == 0)
		return false;
	*ret_span = (struct span){ version, after(&version, count) };
	switch (*sign) {
	case '^':
		/* The first non-zero part must match; parts that are not written may have any
		 * value. */
		ret_span->high = after(&version,
		    version.major > 0 || count == 1       ? 1
			: version.minor > 0 || count == 2 ? 2
							  : 3);
		break;
	case '~':
		ret_span->high = after(&version, count == 1 ? 1 : 2);
		break;
	case '>':
		*ret_span = (struct span){ sign[1] ? version : after(&version, count), beyond };
		break;
	case '<':
		*ret_span = (struct span){ first, sign[1] ? after(&version, count) : version };
		break;
	default:
		break;
	}
	return true;
}

/* Reads the whole range; `ret_has`: whether `version`, if given, satisfies all of it. */
static bool
read_range(const char *range, const struct scop_version *version, bool *ret_has)
{
	bool any = false;

	*ret_has = true;
	for (const char *at = range; *at;) {
		struct span span;

		if (*at == ' ') {
			at++;
			continue;
		}
		if (!read_comparator(&at, &span) || (*at && *at != ' '))
			return false;
		any = true;
		if (version)
			*ret_has &= scop_version_compare(&span.low, version) <= 0 &&
			    scop_version_compare(version, &span.high) < 0;
	}
	return any;
}

bool
scop_range_valid(const char *range)
{
	bool has;

	return read_range(range, NULL, &has);
}

bool
scop_range_has(const char *range, const struct scop_version *version)
{
	bool has;

	return read_range(range, version, &has) && has;
}
