/* SPDX-License-Identifier: EUPL-1.2 */
/* gettext's .po and .pot files, as far as the build compares them.
 * Source: https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html */
#ifndef SCOP_BUILD_PO_H
#define SCOP_BUILD_PO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct scop_arena;

enum { PO_FORMS_MAX = 6 };

struct po_entry {
	const char *text;                 /* msgid; "" is the header's */
	const char *plural;               /* msgid_plural; NULL for none */
	const char *form[PO_FORMS_MAX];   /* msgstr or msgstr[n]; NULL: missing */
	const char *place;                /* the first "#: file:line"; NULL for none */
	unsigned line;                    /* of msgid */
	unsigned form_line[PO_FORMS_MAX]; /* of msgstr */
	bool fuzzy;
	bool c_format;
};

struct po_file {
	const char *path;
	struct po_entry *entries;
	size_t count;
};

/* Reads the text of a .po file; obsolete entries (#~) are skipped. The result lives in `arena`.
 * False with "path:line: ..." */
bool po_parse(struct scop_arena *arena, const char *path, const char *text,
    struct po_file *ret_file, struct scop_error *err);

/* The entry of a text, with any plural; NULL for none. */
const struct po_entry *po_find(const struct po_file *file, const char *text);

#endif
