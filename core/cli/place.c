/* SPDX-License-Identifier: EUPL-1.2 */
/* Mistakes in SQL that the build cannot see, since only the database knows the tables: the
 * installation names a statement or a migration, and this finds its file and line. */
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "cli/place.h"
#include "package/files.h"
#include "package/statement.h"

enum { STATEMENTS_MAX = 500 };

/* Returns the text between `before` and the next quote; NULL if `before` does not occur. */
static const char *
quoted(struct scop_arena *arena, const char *text, const char *before, const char **ret_rest)
{
	const char *found = strstr(text, before), *name = found ? found + strlen(before) : NULL,
		   *end = name ? strchr(name, '\'') : NULL;

	if (!end)
		return NULL;
	*ret_rest = end + 1 + strspn(end + 1, ": ");
	return scop_arena_bytes(arena, name, (size_t)(end - name));
}

/* The statement of that name in the module's .sql files; a line of 0 where there is none. */
static struct scop_statement_source
find_statement(struct scop_arena *arena, const char *sources, const char *name)
{
	struct scop_statement_source *list = scop_arena_alloc(arena, STATEMENTS_MAX * sizeof *list);
	glob_t files = { 0 };
	size_t count = 0;

	if (glob(scop_arena_printf(arena, "%s/*.sql", sources), 0, NULL, &files) != 0)
		return (struct scop_statement_source){ 0 };
	for (size_t i = 0; i < files.gl_pathc; i++) {
		struct scop_error err;
		const char *path = scop_arena_text(arena, files.gl_pathv[i]),
			   *text = scop_files_read(arena, path, NULL, &err);

		if (text)
			scop_statements_parse(arena, path, text, list, STATEMENTS_MAX, &count,
			    &err);
	}
	globfree(&files);
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].name, name) == 0)
			return list[i];
	return (struct scop_statement_source){ 0 };
}

static const char *
first_line(struct scop_arena *arena, const char *text)
{
	return scop_arena_bytes(arena, text, strcspn(text, "\n"));
}

/* A message that says "line 3: ..." or "... (line 3) ..."; the file alone where it says neither. */
static const char *
place_of_migration(struct scop_arena *arena, const char *sources, const char *name,
    const char *rest)
{
	const char *words = first_line(arena, rest), *line = strstr(words, "(line ");
	char *behind = NULL;
	unsigned long number = line ? strtoul(line + strlen("(line "), NULL, 10) : 1;

	if (strncmp(words, "line ", 5) == 0) {
		number = strtoul(words + 5, &behind, 10);
		words = behind + strspn(behind, ": ");
	}
	return scop_arena_printf(arena, "%s/migrations/%s:%lu: error: %s", sources, name, number,
	    words);
}

const char *
cli_sql_place(struct scop_arena *arena, const char *sources, const char *text)
{
	const char *rest, *name = quoted(arena, text, "migration '", &rest);

	if (name)
		return place_of_migration(arena, sources, name, rest);
	name = quoted(arena, text, "statement '", &rest);
	const struct scop_statement_source statement =
	    name ? find_statement(arena, sources, name) : (struct scop_statement_source){ 0 };
	if (statement.line == 0)
		return NULL;
	return scop_arena_printf(arena, "%s:%u: error: statement '%s': %s", statement.file,
	    statement.line, name, first_line(arena, rest));
}
