/* SPDX-License-Identifier: EUPL-1.2 */
/* Texts with a {{name}} for each value: the names in the literal are compared with those of the
 * scop_map_of() in the same call. A text or a map in a variable is not known here. */
#include <string.h>

#include "lint/lint.h"

/* The functions that fill a text; the arguments count from 0. */
static const struct filler {
	const char *function;
	size_t text, values;
} fillers[] = {
	{ "scop_make_message", 1, 2 },
	{ "scop_flash_with", 1, 2 },
	{ "scop_refuse_with", 1, 2 },
	{ "scop_reject_with", 3, 4 },
	{ "scop_reject_line", 4, 5 },
};

/* The next {{name}} at or after `*at`; NULL for none. */
static const char *
next_name(const struct lint *lint, const char **at)
{
	const char *open = strstr(*at, "{{"), *close = open ? strstr(open, "}}") : NULL;

	if (!close)
		return NULL;
	*at = close + 2;
	return scop_arena_bytes(lint->arena, open + 2, (size_t)(close - open) - 2);
}

static bool
has_name(const struct lint *lint, const char *text, const char *name)
{
	for (const char *found; (found = next_name(lint, &text));)
		if (strcmp(found, name) == 0)
			return true;
	return false;
}

/* Whether the map has the member; one that cannot be read, or has a computed name, may. */
static bool
may_have_value(const struct lint *lint, const struct lint_call *map, const char *name)
{
	const struct lint_source *source = &lint->source;

	for (size_t i = 1; i + 1 < map->count; i += 2) {
		const struct lint_token *key = &source->tokens[map->begin[i]];

		if (key->kind != LINT_STRING || strcmp(key->text, name) == 0)
			return true;
	}
	return false;
}

static void
check_text(struct lint *lint, const char *function, const struct lint_token *text,
    const struct lint_call *map)
{
	const char *at = text->text;

	for (const char *name; (name = next_name(lint, &at));)
		if (!may_have_value(lint, map, name))
			lint_error(lint, text->file, text->line,
			    "%s: the text has {{%s}}, and its values have no '%s'", function, name,
			    name);
}

/* A value that no text of the call shows; only if all of them are literals. */
static void
check_values(struct lint *lint, const char *function, const struct lint_call *call, size_t text,
    const struct lint_call *map)
{
	const struct lint_source *source = &lint->source;

	for (size_t i = 1; i + 1 < map->count; i += 2) {
		const struct lint_token *key = &source->tokens[map->begin[i]];
		bool shown = key->kind != LINT_STRING, literal = false;

		for (size_t t = call->begin[text]; t < call->end[text]; t++) {
			if (source->tokens[t].kind != LINT_STRING)
				continue;
			literal = true;
			shown |= has_name(lint, source->tokens[t].text, key->text);
		}
		if (literal && !shown)
			lint_error(lint, key->file, key->line,
			    "%s: the values have '%s', and no text has {{%s}}", function, key->text,
			    key->text);
	}
}

static void
check_call(struct lint *lint, size_t at, const struct filler *filler)
{
	const struct lint_source *source = &lint->source;
	struct lint_call call, map = { .count = 0 };

	if (!lint_call_read(source, at, &call) || call.count <= filler->values)
		return;
	const size_t values = call.begin[filler->values];
	if (!lint_is(source, values, "NULL") &&
	    (!lint_is(source, values, "scop_map_of") || !lint_call_read(source, values, &map)))
		return;
	for (size_t i = call.begin[filler->text]; i < call.end[filler->text]; i++)
		if (source->tokens[i].kind == LINT_STRING)
			check_text(lint, filler->function, &source->tokens[i], &map);
	check_values(lint, filler->function, &call, filler->text, &map);
}

void
lint_placeholders(struct lint *lint)
{
	for (size_t i = 0; i < lint->source.count; i++)
		for (size_t f = 0; f < sizeof fillers / sizeof fillers[0]; f++)
			if (lint_is(&lint->source, i, fillers[f].function))
				check_call(lint, i, &fillers[f]);
}
