/* SPDX-License-Identifier: EUPL-1.2 */
/* Words of SQL: see sql.h. */
#include "lint/sql.h"

#include <ctype.h>
#include <string.h>

static void
skip_blanks(struct lint_sql *sql)
{
	for (;;) {
		if (isspace((unsigned char)*sql->at)) {
			sql->at++;
		} else if (strncmp(sql->at, "--", 2) == 0) {
			sql->at += strcspn(sql->at, "\n");
		} else if (strncmp(sql->at, "/*", 2) == 0) {
			const char *end = strstr(sql->at, "*/");

			sql->at = end ? end + 2 : sql->at + strlen(sql->at);
		} else {
			return;
		}
	}
}

bool
lint_sql_next(struct lint_sql *sql)
{
	size_t length = 0;

	skip_blanks(sql);
	const char c = *sql->at;
	if (!c)
		return false;
	if (c == '\'' || c == '"' || c == '`') {
		const size_t inside = strcspn(sql->at + 1, (char[]){ c, '\0' });

		for (; c == '`' && length < inside && length + 1 < LINT_SQL_WORD_MAX; length++)
			sql->word[length] = (char)tolower((unsigned char)sql->at[1 + length]);
		if (c != '`')
			sql->word[length++] = '\'';
		sql->at += 1 + inside + (sql->at[1 + inside] == c);
	} else if (isalnum((unsigned char)c) || c == '_') {
		for (; isalnum((unsigned char)*sql->at) || *sql->at == '_'; sql->at++)
			if (length + 1 < LINT_SQL_WORD_MAX)
				sql->word[length++] = (char)tolower((unsigned char)*sql->at);
	} else {
		sql->word[length++] = c;
		sql->at++;
	}
	sql->word[length] = '\0';
	return true;
}

bool
lint_sql_is(const struct lint_sql *sql, const char *word)
{
	return strcmp(sql->word, word) == 0;
}
