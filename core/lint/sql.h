/* SPDX-License-Identifier: EUPL-1.2 */
/* SQL as words: enough to find the names of tables and columns. */
#ifndef SCOP_LINT_SQL_H
#define SCOP_LINT_SQL_H

#include <stdbool.h>

struct lint;

enum { LINT_SQL_WORD_MAX = 80 };

struct lint_sql {
	struct lint *lint;
	const char *at;
	/* the last one read, in lower case; a sign counts as a word, and a string is "'" */
	char word[LINT_SQL_WORD_MAX];
};

/* Reads a word, a string or a sign, past blanks and comments; false at the end. A longer word is
 * cut. */
bool lint_sql_next(struct lint_sql *sql);

/* Whether the last one read is `word`. */
bool lint_sql_is(const struct lint_sql *sql, const char *word);

#endif
