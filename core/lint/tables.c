/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The tables of a module's shared object. A separate process reads them, in the sandbox of a
 * worker, because loading runs the module's code; it reports them as lines.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "lint/lint.h"
#include "package/loader.h"
#include "package/sandbox.h"
#include "scopiton/module.h"

enum { SECONDS = 10, LANDLOCK_ANY = 99, COLUMNS = 9 };

/* ---- in the process that loads it ---- */

static void
put(FILE *out, const char *text)
{
	fputc('\t', out);
	for (; text && *text; text++)
		fputc((unsigned char)*text < ' ' ? '?' : *text, out);
}

static void
put_route(FILE *out, const struct scop_route *route)
{
	fprintf(out, "route\t%d\t%d\t%d\t%d\t%d", route->method == SCOP_POST, route->form != NULL,
	    route->open, route->stored, route->permission != NULL);
	put(out, route->path);
	put(out, route->name);
	put(out, route->permission);
	for (const struct scop_field *field = route->fields; field && field->name; field++) {
		fprintf(out, "\nfield\t%d", (int)field->type);
		put(out, field->name);
		for (const struct scop_field *row = field->lines; row && row->name; row++) {
			fputs("\nrow", out);
			put(out, row->name);
		}
	}
	fputc('\n', out);
}

static void __attribute__((noreturn)) load(const char *file, int to)
{
	const struct scop_sandbox sandbox = { .module_file = file, .landlock_abi = LANDLOCK_ANY };
	FILE *out = fdopen(to, "w");
	struct scop_error err;

	alarm(SECONDS);
	const bool is_ready = scop_loader_prepare(file, &err) && scop_sandbox_enter(&sandbox, &err);
	const struct scop_module *module = is_ready ? scop_loader_load(file, &err) : NULL;
	if (!out || !module)
		_exit(1);
	for (const struct scop_route *route = module->routes; route && route->path; route++)
		put_route(out, route);
	for (const struct scop_job *job = module->jobs; job && job->name; job++)
		fprintf(out, "job\t%s\t%s\n", job->name, job->accepts ? job->accepts->name : "-");
	for (const struct scop_import *import = module->imports; import && import->name; import++)
		fprintf(out, "import\t%s\n", import->name);
	fputs("end\n", out);
	fflush(out);
	_exit(0);
}

/* ---- in the linter's process ---- */

static size_t
cut(struct scop_arena *arena, const char *line, const char *ret_columns[COLUMNS])
{
	size_t count = 0;

	for (;;) {
		const size_t length = strcspn(line, "\t");

		ret_columns[count++] = scop_arena_bytes(arena, line, length);
		if (!line[length] || count == COLUMNS)
			return count;
		line += length + 1;
	}
}

/* Finds the route in the sources: an initialiser with this path and, if set, this name and
 * permission. */
static bool
says(const struct lint_source *source, size_t begin, size_t end, const char *member,
    const char *value)
{
	for (size_t i = begin; i + 3 < end; i++)
		if (lint_is(source, i, ".") && lint_is(source, i + 1, member) &&
		    lint_is(source, i + 2, "=") && source->tokens[i + 3].kind == LINT_STRING)
			return strcmp(source->tokens[i + 3].text, value) == 0;
	return !value[0];
}

/* The innermost braces around token `at`. */
static void
group_of(const struct lint_source *source, size_t at, size_t *ret_begin, size_t *ret_end)
{
	*ret_begin = *ret_end = at;
	while (*ret_begin > 0 && !lint_is(source, *ret_begin, "{"))
		--*ret_begin;
	while (*ret_end < source->count && !lint_is(source, *ret_end, "}"))
		++*ret_end;
}

static void
find_place(const struct lint_source *source, struct lint_route *route)
{
	for (size_t i = 3; i < source->count; i++) {
		size_t begin, end;

		if (source->tokens[i].kind != LINT_STRING ||
		    strcmp(source->tokens[i].text, route->path) != 0 ||
		    !lint_is(source, i - 2, "path") || !lint_is(source, i - 3, "."))
			continue;
		group_of(source, i, &begin, &end);
		if (!says(source, begin, end, "name", route->name) ||
		    !says(source, begin, end, "permission", route->permission))
			continue;
		bool post = false, any_member = false;
		const char *handle = "", *draws = "";
		for (size_t t = begin; t + 1 < end; t++) {
			post |= lint_is(source, t, "SCOP_POST");
			any_member |= lint_is(source, t, "SCOP_ANY_MEMBER");
			if (lint_is(source, t, "handle") && lint_is(source, t + 1, "="))
				handle = source->tokens[t + 2].text;
			if (lint_is(source, t, "form") && lint_is(source, t + 1, "="))
				draws = source->tokens[t + 2].text;
		}
		if (post != route->post || any_member != (route->portal && !route->permission[0]))
			continue;
		route->file = source->tokens[i].file;
		route->line = source->tokens[i].line;
		route->handle = handle;
		route->draws = draws;
		return;
	}
}

static void
take_route(struct lint *lint, const char *const *columns)
{
	struct lint_route *route = &lint->routes[lint->route_count++];

	*route = (struct lint_route){ .post = columns[1][0] == '1',
		.form = columns[2][0] == '1',
		.open = columns[3][0] == '1',
		.stored = columns[4][0] == '1',
		.portal = columns[5][0] == '1',
		.path = columns[6],
		.name = columns[7],
		.permission = columns[8],
		.file = lint->folder,
		.handle = "",
		.draws = "" };
	find_place(&lint->source, route);
}

static bool
take_line(struct lint *lint, struct lint_field *fields, size_t *field_count, const char *line)
{
	const char *columns[COLUMNS];
	const size_t count = cut(lint->arena, line, columns);
	const char *kind = columns[0];

	if (strcmp(kind, "route") == 0 && count == COLUMNS && lint->route_count < LINT_ROUTES_MAX)
		take_route(lint, columns);
	else if (strcmp(kind, "field") == 0 && count == 3 && *field_count < LINT_FIELDS_MAX) {
		struct lint_route *route = &lint->routes[lint->route_count - 1];

		if (route->field_count++ == 0)
			route->fields = &fields[*field_count];
		fields[(*field_count)++] = (struct lint_field){ columns[2], atoi(columns[1]) };
	} else if (strcmp(kind, "row") == 0 && count == 2 && lint->row_field_count < LINT_NAMES_MAX)
		lint->row_fields[lint->row_field_count++] = columns[1];
	else if (strcmp(kind, "job") == 0 && count == 3 && lint->job_count < LINT_NAMES_MAX)
		lint->jobs[lint->job_count++] = (struct lint_job){ columns[1], columns[2] };
	else if (strcmp(kind, "import") == 0 && count == 2 && lint->import_count < LINT_NAMES_MAX)
		lint->imports[lint->import_count++] = columns[1];
	return strcmp(kind, "end") == 0;
}

static const char *
listen(struct scop_arena *arena, int from)
{
	struct scop_buffer out;
	char block[4096];
	ssize_t got;

	scop_buffer_init(&out, arena);
	while ((got = read(from, block, sizeof block)) > 0)
		scop_buffer_add(&out, block, (size_t)got);
	return scop_buffer_str(&out);
}

bool
lint_tables_read(struct lint *lint)
{
	struct lint_field *fields = scop_arena_alloc(lint->arena, LINT_FIELDS_MAX * sizeof *fields);
	size_t field_count = 0;
	const char *file =
	    scop_arena_printf(lint->arena, "%s/%s.so", lint->package, lint->manifest.name);
	bool whole = false;
	int pipes[2];

	lint->routes = scop_arena_alloc(lint->arena, LINT_ROUTES_MAX * sizeof *lint->routes);
	if (pipe(pipes) != 0)
		return false;
	const pid_t pid = fork();
	if (pid == 0) {
		close(pipes[0]);
		load(file, pipes[1]);
	}
	close(pipes[1]);
	const char *text = listen(lint->arena, pipes[0]);
	close(pipes[0]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	while (*text) {
		const size_t length = strcspn(text, "\n");

		whole = take_line(lint, fields, &field_count,
		    scop_arena_bytes(lint->arena, text, length));
		text += length + (text[length] == '\n');
	}
	return whole;
}
