/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The details of an entry in the audit trail: values with their types, stored as JSON, so that each
 * reader sees them in their language, formats and time zone.
 *
 * A string and an integer are JSON's own; money is {"cents":1250,"currency":"EUR"}; any other type
 * is a map of one member, its digits in a string: {"number":"12.50"}, {"date":"2026-11-22"},
 * {"time":"2026-11-22T05:00:00Z"}, {"clock":"14:30:00"}; so is a country, {"country":"BE"}, which
 * is the same map as a value. A message is a map of `text` (English,
 * with a {{name}} for each value), `values` (a map) and `module` (whose translations; without it,
 * those of the entry's module). A list is shown with "; " between its items.
 */
#ifndef SCOP_BASE_DETAIL_H
#define SCOP_BASE_DETAIL_H

#include <stdbool.h>

struct scop_arena;
struct scop_buffer;
struct scop_locale;
struct scop_value;

/* Bytes of the JSON, and of the text that is shown. */
enum { SCOP_DETAIL_MAX = 4000, SCOP_DETAIL_SHOWN_MAX = 1000 };

/* Appends the JSON; false for a value that is neither a value with one of the types above, nor a
 * message or a list of them. A long one may not be readable: see scop_detail_read. */
bool scop_detail_write(struct scop_buffer *out, const struct scop_value *value);

/* Stands for the items of a list that scop_detail_fit() has left out; the host translates it. */
extern const char scop_detail_more[]; /* "{{count}} more" */

/* The same in a form that scop_detail_read() takes and readers see to its end: where the value is
 * too long, each list keeps its first items, and a message says how many more there were. Appends
 * nothing if it cannot be read even with lists of one item. */
bool scop_detail_fit(struct scop_buffer *out, const struct scop_value *value);

/* Reads the JSON, which may be any text. NULL if it is invalid, has an unknown form, is longer than
 * SCOP_DETAIL_MAX or has more than 200 values. Lives in `arena`. */
const struct scop_value *scop_detail_read(struct scop_arena *arena, const char *json);

struct scop_detail_reader {
	const struct scop_locale *locale; /* NULL: in English, values as programs write them */
	/* The translation of a message's text; NULL: none. `module`: "" for the entry's. */
	const char *(*say)(void *context, const char *module, const char *english);
	/* The name of a country by its English one; NULL: its code is shown. */
	const char *(*country)(void *context, const char *english);
	void *context;
};

/* Appends what scop_detail_read returned, as the reader sees it: at most SCOP_DETAIL_SHOWN_MAX
 * bytes and 200 values, whatever it contains. Not escaped. */
void scop_detail_show(struct scop_buffer *out, const struct scop_value *detail,
    const struct scop_detail_reader *reader);

/* Calls `see` with each text that scop_detail_show may translate. */
void scop_detail_texts(const struct scop_value *detail,
    void (*see)(void *context, const char *module, const char *english), void *context);

#endif
