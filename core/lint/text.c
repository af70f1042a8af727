/* SPDX-License-Identifier: EUPL-1.2 */
/* Text in views outside {{#_}}, which would be shown in English in every language. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "lint/lint.h"

enum { SHOWN = 40 };

/* The position after the section at `at`, if its content is translated or needs no translation;
 * NULL otherwise. */
static const char *
skip_words(struct scop_arena *arena, const char *at)
{
	static const char *const sections[] = { "_", "link", "key", "asset" };

	for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
		const size_t length = strlen(sections[i]);

		if (strncmp(at, "{{#", 3) != 0 || strncmp(at + 3, sections[i], length) != 0 ||
		    (at[3 + length] != '}' && at[3 + length] != '.'))
			continue;
		const char *name = scop_arena_bytes(arena, at + 3, strcspn(at + 3, "}"));
		const char *close = scop_arena_printf(arena, "{{/%s}}", name),
			   *end = strstr(at, close);

		return end ? end + strlen(close) : NULL;
	}
	return NULL;
}

/* The view's text with {{...}} replaced by blanks, so that line numbers stay the same. */
static char *
without_tags(struct scop_arena *arena, const char *text)
{
	char *plain = scop_arena_text(arena, text);

	for (size_t at = 0; plain[at];) {
		const char *end = NULL;

		if (strncmp(text + at, "{{", 2) == 0) {
			end = skip_words(arena, text + at);
			if (!end) {
				end = strstr(text + at, "}}");
				end = end ? end + 2 + (end[2] == '}') : text + strlen(text);
			}
		}
		if (!end) {
			at++;
			continue;
		}
		for (; text + at < end; at++)
			if (plain[at] != '\n')
				plain[at] = ' ';
	}
	return plain;
}

/* Whether it reads like a sentence: a capital, then two words with one blank between. A block may
 * also contain attributes, classes and names, which cannot be distinguished from a single word. */
static bool
is_text(const char *at, size_t length)
{
	if (length == 0 || !isupper((unsigned char)*at) || memchr(at, '=', length))
		return false;
	for (size_t i = 2; i + 2 < length; i++)
		if (at[i] == ' ' && islower((unsigned char)at[i - 1]) &&
		    isalpha((unsigned char)at[i + 1]) && isalpha((unsigned char)at[i + 2]))
			return true;
	return false;
}

static void
found(struct lint *lint, const struct lint_view *view, const char *plain, const char *at,
    size_t length)
{
	unsigned line = 1;

	while (length > 0 && isspace((unsigned char)*at))
		at++, length--;
	if (!is_text(at, length))
		return;
	while (length > 0 && isspace((unsigned char)at[length - 1]))
		length--;
	for (const char *c = plain; c < at; c++)
		line += *c == '\n';
	lint_warning(lint, view->path, line,
	    "'%.*s' is outside {{#_}}, so it is shown untranslated in every language",
	    (int)(length < SHOWN ? length : SHOWN), at);
}

/* Checks the attributes shown to people in the tag from `at` up to `end`. */
static void
check_attributes(struct lint *lint, const struct lint_view *view, const char *plain, const char *at,
    const char *end)
{
	static const char *const read[] = { " alt=\"", " title=\"", " placeholder=\"",
		" aria-label=\"" };

	for (size_t i = 0; i < sizeof read / sizeof read[0]; i++) {
		const char *value = strstr(at, read[i]);

		if (!value || value >= end)
			continue;
		value += strlen(read[i]);
		found(lint, view, plain, value, strcspn(value, "\""));
	}
}

static const char *
tag_end(const char *at)
{
	bool quoted = false;

	for (; *at && (quoted || *at != '>'); at++)
		quoted ^= *at == '"';
	return at;
}

static void
check_view(struct lint *lint, const struct lint_view *view)
{
	static const char *const silent[] = { "script", "style", "code", "svg" };
	const char *plain = without_tags(lint->arena, view->text);

	for (const char *at = plain; *at;) {
		const size_t length = strcspn(at, "<");

		found(lint, view, plain, at, length);
		at += length;
		if (!*at)
			return;
		const char *end = tag_end(at), *behind = NULL;
		check_attributes(lint, view, plain, at, end);
		for (size_t i = 0; i < sizeof silent / sizeof silent[0]; i++)
			if (strncasecmp(at + 1, silent[i], strlen(silent[i])) == 0)
				behind =
				    strstr(at, scop_arena_printf(lint->arena, "</%s", silent[i]));
		at = behind ? behind : *end ? end + 1 : end;
	}
}

void
lint_text(struct lint *lint)
{
	for (size_t i = 0; i < lint->view_count; i++)
		check_view(lint, &lint->views[i]);
}
