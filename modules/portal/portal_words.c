/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Shows the host's messages about orders, packages and jobs in the reader's language. The host
 * stores each message as a format and arguments (core/base/said.h); the formats in the sources
 * listed in SPEAKERS (Makefile) are texts of this module's translations. The host knows modules by
 * their names, people by their titles: an argument that is a module's name is shown as its title.
 * Paths on the server and statements concern operators alone.
 */
#include <ctype.h>
#include <string.h>

#include "portal.h"

/* The signs of base/said.h: a message begins, an argument begins, a message ends. */
enum { TECHNICAL = '\x01', STX = '\x02', ARGUMENT = '\x1f', ETX = '\x03', DEPTH_MAX = 8 };

/* ---- titles of modules ---- */

/* A message under way: its format, up to the conversion of the next argument. */
struct reading {
	const char *format[DEPTH_MAX];
	size_t length[DEPTH_MAX];
	unsigned depth;
};

/* Moves behind the next conversion of the innermost format. Whether its argument may be a title:
 * not behind a '/', where it is part of an address, nor in a command to type. */
static bool
is_shown_to_people(struct reading *reading)
{
	static const char command[] = "'scopiton ";
	const unsigned at = reading->depth - 1;
	const char *format = reading->format[at], *end = format + reading->length[at];
	const bool types = memmem(format, reading->length[at], command, strlen(command)) != NULL;
	const char *sign = format;

	while (sign < end && (*sign != '%' || (sign + 1 < end && sign[1] == '%')))
		sign += *sign == '%' ? 2 : 1;
	const bool in_address = sign > format && sign < end && sign[-1] == '/';
	reading->format[at] = sign < end ? sign + 1 : end;
	reading->length[at] = (size_t)(end - reading->format[at]);
	return !in_address && !types;
}

static const char *
title_of_module(const struct scop_value *titles, const char *name, size_t length)
{
	for (size_t i = 0; i < scop_count(titles); i++) {
		const struct scop_value *row = scop_at(titles, i);
		const char *module = scop_text(row, "module");

		if (strlen(module) == length && memcmp(module, name, length) == 0)
			return scop_text(row, "title");
	}
	return NULL;
}

/* The message with titles in place of names. */
static const struct scop_value *
with_titles(struct scop_request *req, const struct scop_value *said,
    const struct scop_value *titles)
{
	static const char signs[] = { STX, ARGUMENT, ETX, '\0' };
	const char *at = scop_as_text(said);
	const struct scop_value *text = scop_make_text(req, "%s", "");
	struct reading reading = { .depth = 0 };

	while (*at) {
		const char sign = *at;
		const size_t skip = strchr(signs, sign) ? 1 : 0, length = strcspn(at + skip, signs);
		const char *title = NULL;

		if (sign == STX && reading.depth < DEPTH_MAX) {
			reading.format[reading.depth] = at + skip;
			reading.length[reading.depth++] = length;
		} else if (sign == ETX && reading.depth > 0) {
			reading.depth--;
		} else if (sign == ARGUMENT && reading.depth > 0 && is_shown_to_people(&reading)) {
			title = title_of_module(titles, at + skip, length);
		}
		text = scop_make_text(req, "%s%.*s%.*s", scop_as_text(text), (int)skip, at,
		    (int)(title ? strlen(title) : length), title ? title : at + skip);
		at += skip + length;
	}
	return text;
}

static const struct scop_value *
module_titles_for(struct scop_request *req, const struct scop_value *said)
{
	return strchr(scop_as_text(said), ARGUMENT)
	    ? scop_rows(req, module_titles(portal_language(req)))
	    : NULL;
}

/* ---- paths ---- */

/* Whether a word of the text is an absolute path of more than one folder: "/var/exports". */
static bool
names_path(const char *text)
{
	for (const char *at = strchr(text, '/'); at; at = strchr(at + 1, '/')) {
		const size_t name = strcspn(at + 1, "/ '\"");

		if ((at == text || isspace((unsigned char)at[-1]) || strchr("'\"(", at[-1])) &&
		    name > 0 && at[1 + name] == '/')
			return true;
	}
	return false;
}

/* Whether it has SQL or MariaDB's words in it: the host's errors bear a sign, which earlier
 * versions did not store; those of a module's statements name the statement. */
static bool
is_of_database(const char *said, const char *text)
{
	return strchr(said, TECHNICAL) || strstr(text, ", in: ") || strstr(text, "statement '");
}

/* ---- messages ---- */

/* It stands as a sentence of its own: a capital begins it, but not where a name does. */
static const struct scop_value *
as_sentence(struct scop_request *req, const struct scop_value *said,
    const struct scop_value *titles)
{
	const struct scop_value *titled = titles ? with_titles(req, said, titles) : said;
	const char *format = scop_as_text(titled) + strspn(scop_as_text(titled), "\x01\x02"),
		   *words = scop_as_text(scop_said(req, titled));
	const bool lower = words[0] >= 'a' && words[0] <= 'z';

	if ((names_path(words) || is_of_database(scop_as_text(said), words)) &&
	    !scop_may(req, "portal.operate"))
		return scop_make_string(req,
		    scop_translate(req,
			SCOP_TEXT("It has a technical reason. Your operator can see which.")));
	return lower && format[0] >= 'a' && format[0] <= 'z'
	    ? scop_make_text(req, "%c%s", words[0] - 'a' + 'A', words + 1)
	    : scop_make_string(req, words);
}

const struct scop_value *
portal_said(struct scop_request *req, const struct scop_value *said)
{
	return as_sentence(req, said, module_titles_for(req, said));
}

const struct scop_value *
portal_all_said(struct scop_request *req, const struct scop_value *rows, const char *key)
{
	struct scop_list *list = scop_list_new(req);
	const struct scop_value *titles = NULL;

	for (size_t i = 0; i < scop_count(rows); i++) {
		const struct scop_value *row = scop_at(rows, i), *said = scop_get(row, key);

		if (!titles)
			titles = module_titles_for(req, said);
		scop_list_push(list,
		    *scop_as_text(said)
			? scop_make_with(req, row, key, as_sentence(req, said, titles))
			: row);
	}
	return scop_list_done(list);
}

/* ---- who did it ---- */

const struct scop_value *
portal_named(struct scop_request *req, const struct scop_value *row, const char *key)
{
	return row ? scop_make_with(req, row, key, scop_actor_name(req, scop_get(row, key))) : NULL;
}

static const struct scop_value *
name_in(struct scop_request *req, const struct scop_value *row, const void *key)
{
	return scop_actor_name(req, scop_get(row, key));
}

const struct scop_value *
portal_all_named(struct scop_request *req, const struct scop_value *rows, const char *key)
{
	return scop_rows_with(req, rows, key, name_in, key);
}
