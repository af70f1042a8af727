/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads of a statement what it changes: see keeps.h. */
#include "package/keeps.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "package/manifest.h"

/* A word or a sign of the statement, outside of its strings. */
struct token {
	const char *at;
	size_t length;
};

static struct token
next(const char **at)
{
	const char *from = *at + strspn(*at, " \t\r\n`");

	if (*from == '\'' || *from == '"') {
		const char *end = strchr(from + 1, *from);

		*at = end ? end + 1 : from + strlen(from);
		return (struct token){ "''", 2 };
	}
	const char *end = from;
	while (isalnum((unsigned char)*end) || *end == '_')
		end++;
	*at = end > from || !*from ? end : from + 1;
	return (struct token){ from, (size_t)(*at - from) };
}

static bool
is(struct token token, const char *word)
{
	return token.length == strlen(word) && strncasecmp(token.at, word, token.length) == 0;
}

static const struct scop_manifest_keep *
kept(const struct scop_manifest *manifest, struct token token)
{
	for (size_t i = 0; i < manifest->keep_count; i++)
		if (is(token, manifest->keeps[i].table))
			return &manifest->keeps[i];
	return NULL;
}

/* Reads up to one of two words, or the end; the first table on the way that is kept. */
static const struct scop_manifest_keep *
find_table(const struct scop_manifest *manifest, const char **at, const char *end,
    const char *other_end)
{
	const struct scop_manifest_keep *found = NULL;

	for (struct token token; (token = next(at)).length > 0;) {
		if (is(token, end) || is(token, other_end))
			break;
		if (!found)
			found = kept(manifest, token);
	}
	return found;
}

static bool
may_update(const struct scop_manifest_keep *keep, struct token column)
{
	const char *at = keep->update;

	for (struct token one; (one = next(&at)).length > 0;)
		if (one.length == column.length && strncasecmp(one.at, column.at, one.length) == 0)
			return true;
	return false;
}

/* The columns that are assigned from here to the statement's WHERE: each begins the list or follows
 * a comma outside of brackets. */
static const char *
check_assigned(struct scop_arena *arena, const struct scop_manifest_keep *keep, const char *at)
{
	struct token column = { "", 0 };
	bool begins = true;
	int depth = 0;

	for (struct token token; (token = next(&at)).length > 0;) {
		if (depth == 0 && is(token, "WHERE"))
			break;
		depth += is(token, "(") - is(token, ")");
		if (is(token, ",") && depth == 0)
			begins = true;
		else if (is(token, "=") && begins && depth == 0) {
			begins = false;
			if (!may_update(keep, column))
				return scop_arena_printf(arena,
				    "it changes '%.*s' of '%s', whose rows module.xml keeps but "
				    "for the columns '%s'",
				    (int)column.length, column.at, keep->table, keep->update);
		}
		column = token; /* the last word before "=", behind a table's name */
	}
	return NULL;
}

static const char *
deletes(struct scop_arena *arena, const struct scop_manifest_keep *keep)
{
	return keep ? scop_arena_printf(arena, "it deletes rows of '%s', which module.xml keeps",
			  keep->table)
		    : NULL;
}

const char *
scop_keeps_mistake(struct scop_arena *arena, const struct scop_manifest *manifest, const char *sql)
{
	const char *at = sql;
	const struct token verb = next(&at);
	const struct scop_manifest_keep *keep;

	if (is(verb, "UPDATE")) {
		keep = find_table(manifest, &at, "SET", "SET");
		return keep ? check_assigned(arena, keep, at) : NULL;
	}
	if (is(verb, "REPLACE"))
		return deletes(arena, find_table(manifest, &at, "(", "SELECT"));
	if (is(verb, "DELETE")) {
		keep = find_table(manifest, &at, "FROM", "FROM");
		return deletes(arena, keep ? keep : kept(manifest, next(&at)));
	}
	if (!is(verb, "INSERT") || !(keep = find_table(manifest, &at, "(", "SELECT")))
		return NULL;
	for (struct token token; (token = next(&at)).length > 0;)
		if (is(token, "DUPLICATE") && is(next(&at), "KEY") && is(next(&at), "UPDATE"))
			return check_assigned(arena, keep, at);
	return NULL;
}
