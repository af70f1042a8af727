/* SPDX-License-Identifier: EUPL-1.2 */
/* The statements of one package, and the host's own, by their keys. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/gateway.h"

#include "base/log.h"
#include "data/statements.h"

static struct known {
	char key[SCOP_STATEMENT_KEY];
	const char *sql;
} * known;
static size_t known_count;

static void
add(const char *sql)
{
	if (known_count % 64 == 0) {
		struct known *more = realloc(known, (known_count + 64) * sizeof *known);

		if (!more)
			abort();
		known = more;
	}
	scop_statement_key(sql, known[known_count].key);
	known[known_count++].sql = sql;
}

static int
by_key(const void *one, const void *two)
{
	return strcmp(((const struct known *)one)->key, ((const struct known *)two)->key);
}

/* A line each: name, arguments, SQL, separated by tabs. The lines live as long as the process. */
static bool
read_lines(FILE *file)
{
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, file) > 0) {
		char *sql = strchr(line, '\t');

		sql = sql ? strchr(sql + 1, '\t') : NULL;
		if (!sql) {
			free(line);
			return false;
		}
		line[strcspn(line, "\n")] = '\0';
		add(sql + 1);
		line = NULL; /* it is kept */
	}
	free(line);
	return true;
}

bool
gateway_statements_read(const char *path)
{
	size_t count;
	const struct scop_statement *const *own = scop_host_statements(&count);
	FILE *file = fopen(path, "re");
	const bool ok = file && read_lines(file);

	if (file)
		fclose(file);
	for (size_t i = 0; i < count; i++)
		add(own[i]->sql);
	qsort(known, known_count, sizeof *known, by_key);
	return ok;
}

const char *
gateway_statement(const char *key)
{
	struct known wanted;

	snprintf(wanted.key, sizeof wanted.key, "%s", key);
	const struct known *found = bsearch(&wanted, known, known_count, sizeof *known, by_key);
	return found ? found->sql : NULL;
}
