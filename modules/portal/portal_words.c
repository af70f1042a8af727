/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What the host says, in the reader's language. It says it in English, which the record and the
 * command line keep; the build collects from its sources by which formats (reasons.h), and each of
 * them is a text of the portal's translations. A sentence is taken apart by the format that it was
 * made with, and put together again by that format's translation, words within words too.
 */
#include <string.h>

#include "portal.h"

enum { ARGUMENTS_MAX = 8, FIXED_MIN = 3 };

struct piece {
	const char *at;
	size_t length;
};

struct match {
	const char *format;
	size_t fixed; /* bytes of the format's own words: of two formats the one that says more */
	struct piece arguments[ARGUMENTS_MAX];
	size_t count;
	const char *rest; /* ": " and errno's words, or "" */
};

static const char *const formats[] = {
#include "reasons.h"
};

/* Behind the conversion at `format` ("%.40s"); NULL for a mistaken one. */
static const char *
skip_conversion(const char *format)
{
	const char *letter = format + 1 + strspn(format + 1, "0123456789.$lz");

	return *letter ? letter + 1 : NULL;
}

static bool
fits(const struct piece *argument, char conversion)
{
	return conversion == 's' ||
	    (argument->length > 0 && strspn(argument->at, "-0123456789") >= argument->length);
}

/* A sentence within a sentence stands at its end: whatever holds one before that was made by
 * another format. */
static bool
divides(const struct piece *argument)
{
	return memmem(argument->at, argument->length, ": ", 2) ||
	    memmem(argument->at, argument->length, "; ", 2);
}

/* Where `text` goes on with the fixed words: the last ones at its end, or before a cause. */
static const char *
find_fixed(const char *text, const char *fixed, size_t length, bool last)
{
	const size_t size = strlen(text);

	if (last && size >= length && memcmp(text + size - length, fixed, length) == 0)
		return text + size - length;
	for (const char *at = text; (at = memmem(at, strlen(at), fixed, length)); at++)
		if (!last || strncmp(at + length, ": ", 2) == 0)
			return at;
	return NULL;
}

static bool
match(const char *format, const char *text, struct match *ret_match)
{
	struct match found = { .format = format };

	while (*format) {
		if (*format != '%') {
			const size_t fixed = strcspn(format, "%");

			if (strncmp(format, text, fixed) != 0)
				return false;
			format += fixed;
			text += fixed;
			found.fixed += fixed;
			continue;
		}
		const char *behind = skip_conversion(format);
		const size_t fixed = behind ? strcspn(behind, "%") : 0;
		const bool ends = behind && !*behind, last = behind && !behind[fixed];
		const char *next = ends ? text + strlen(text)
		    : fixed > 0         ? find_fixed(text, behind, fixed, last)
					: NULL;
		if (!next || found.count == ARGUMENTS_MAX)
			return false;
		struct piece *argument = &found.arguments[found.count++];
		*argument = (struct piece){ text, (size_t)(next - text) };
		if (!fits(argument, behind[-1]) || (behind[fixed] && divides(argument)))
			return false;
		text = next;
		format = behind;
	}
	found.rest = text;
	*ret_match = found;
	return found.fixed >= FIXED_MIN && (!*text || strncmp(text, ": ", 2) == 0);
}

static const char *reword(struct scop_request *req, const char *text);

static const char *
reword_piece(struct scop_request *req, const char *at, size_t length)
{
	const char *text = scop_as_text(scop_make_text(req, "%.*s", (int)length, at));

	return strchr(text, ' ') ? reword(req, text) : text; /* one word is a name */
}

/* The translation of the format, with the arguments where it wants them: "%s" the next one, "%2$s"
 * the second. */
static const char *
fill(struct scop_request *req, const struct match *match)
{
	const char *format = scop_translate(req, match->format), *made = "";
	size_t next = 0;

	while (*format) {
		const size_t fixed = strcspn(format, "%");

		made = scop_as_text(scop_make_text(req, "%s%.*s", made, (int)fixed, format));
		format += fixed;
		if (!*format)
			break;
		const bool placed = format[1] >= '1' && format[1] <= '9' && format[2] == '$';
		const size_t which = placed ? (size_t)(format[1] - '1') : next++;
		if (which >= match->count || !(format = skip_conversion(format)))
			break;
		made = scop_as_text(scop_make_text(req, "%s%s", made,
		    reword_piece(req, match->arguments[which].at, match->arguments[which].length)));
	}
	if (*match->rest)
		made =
		    scop_as_text(scop_make_text(req, "%s: %s", made, reword(req, match->rest + 2)));
	return made;
}

static const char *
reword(struct scop_request *req, const char *text)
{
	struct match best = { .fixed = 0 }, one;
	const char *divided = strstr(text, "; ");

	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
		if (match(formats[i], text, &one) && one.fixed > best.fixed)
			best = one;
	if (best.fixed > 0)
		return fill(req, &best);
	return divided
	    ? scop_as_text(scop_make_text(req, "%s; %s",
		  reword_piece(req, text, (size_t)(divided - text)), reword(req, divided + 2)))
	    : text;
}

/* It stands as a sentence of its own: a capital begins it, but not a module's name. */
const struct scop_value *
portal_reworded(struct scop_request *req, const struct scop_value *text)
{
	const char *said = scop_as_text(text), *words = reword(req, said);
	struct match one;
	bool own = false;

	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
		own |=
		    formats[i][0] >= 'a' && formats[i][0] <= 'z' && match(formats[i], said, &one);
	return own && words[0] >= 'a' && words[0] <= 'z'
	    ? scop_make_text(req, "%c%s", words[0] - 'a' + 'A', words + 1)
	    : scop_make_text(req, "%s", words);
}

const struct scop_value *
portal_all_reworded(struct scop_request *req, const struct scop_value *rows, const char *key)
{
	const size_t count = scop_count(rows);
	const struct scop_value **list = scop_alloc(req, (count + 1) * sizeof *list);

	for (size_t i = 0; i < count; i++) {
		const struct scop_value *row = scop_at(rows, i), *said = scop_get(row, key);

		list[i] = *scop_as_text(said)
		    ? scop_make_with(req, row, key, portal_reworded(req, said))
		    : row;
	}
	return scop_make_list(req, count, list);
}
