/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * scopiton-lint <module folder> <package folder>: see lint.h. The exit status is 1 if there is an
 * error; warnings do not affect it.
 *
 * scopiton-lint --routes <module folder> <package folder> prints the module's routes instead, one
 * per line: method, side (site, portal, open or stored) and path, separated by tabs.
 */
#include "lint/lint.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "package/keeps.h"
#include "package/package.h"
#include "package/reads.h"
#include "view/template.h"

static void
print(const char *file, unsigned line, const char *kind, const char *format, va_list args)
{
	fputs(file, stderr);
	if (line)
		fprintf(stderr, ":%u", line);
	fprintf(stderr, ": %s: ", kind);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

void
lint_error(struct lint *lint, const char *file, unsigned line, const char *format, ...)
{
	va_list args;

	lint->errors++;
	va_start(args, format);
	print(file, line, "error", format, args);
	va_end(args);
}

void
lint_warning(struct lint *lint, const char *file, unsigned line, const char *format, ...)
{
	va_list args;

	lint->warnings++;
	va_start(args, format);
	print(file, line, "warning", format, args);
	va_end(args);
}

static unsigned
line_at(const char *text, const char *at)
{
	unsigned line = 1;

	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

static unsigned
element_line(struct lint *lint, const char *element, const char *attribute, const char *value)
{
	const char *open = scop_arena_printf(lint->arena, "<%s ", element),
		   *wanted = scop_arena_printf(lint->arena, " %s=\"%s\"", attribute, value);

	for (const char *at = lint->xml; (at = strstr(at, open)); at++) {
		const char *end = strchr(at, '>'), *found = strstr(at, wanted);

		if (found && end && found < end)
			return line_at(lint->xml, at);
	}
	return 0;
}

void
lint_manifest_error(struct lint *lint, const char *element, const char *attribute,
    const char *value, const char *format, ...)
{
	const unsigned line = element_line(lint, element, attribute, value);
	va_list args;

	lint->errors++;
	va_start(args, format);
	print(scop_arena_printf(lint->arena, "%s/module.xml", lint->folder), line, "error", format,
	    args);
	va_end(args);
}

/* ---- reading ---- */

static void
read_statements(struct lint *lint)
{
	const char *files[BUILD_FILES_MAX];
	const size_t count = build_list(lint->arena, lint->folder, ".sql", files);
	struct scop_error err;

	lint->statements = scop_arena_alloc(lint->arena, LINT_SQL_MAX * sizeof *lint->statements);
	for (size_t i = 0; i < count; i++) {
		const char *path = scop_arena_printf(lint->arena, "%s/%s", lint->folder, files[i]);

		if (!scop_statements_parse(lint->arena, path, build_read(lint->arena, path, NULL),
			lint->statements, LINT_SQL_MAX, &lint->statement_count, &err))
			build_die("%s", err.text);
	}
}

/* Holds the statements of a module to the tables that it keeps. */
static void
lint_keeps(struct lint *lint)
{
	for (size_t i = 0; i < lint->statement_count; i++) {
		const struct scop_statement_source *one = &lint->statements[i];
		const char *mistake = scop_keeps_mistake(lint->arena, &lint->manifest, one->sql);

		if (mistake)
			lint_error(lint, one->file, one->line, "statement '%s': %s", one->name,
			    mistake);
	}
}

/* Holds the statements of an ordinary module to what it may read of the socle. */
static void
lint_reads(struct lint *lint)
{
	struct scop_package package = { .manifest = lint->manifest };
	struct scop_error err;

	if (!scop_loader_check(scop_arena_printf(lint->arena, "%s/%s.so", lint->package,
				   lint->manifest.name),
		&package.needs, &err))
		return; /* the host's own check reports it */
	const bool bound = scop_reads_bind(scop_package_asks(&package));
	for (size_t i = 0; bound && i < lint->statement_count; i++) {
		const struct scop_statement_source *one = &lint->statements[i];
		const char *mistake =
		    scop_reads_mistake(lint->arena, &lint->manifest, one->sql, one->writes);

		if (mistake)
			lint_error(lint, one->file, one->line, "statement '%s': %s", one->name,
			    mistake);
	}
}

static void
read_views(struct lint *lint)
{
	const char *folder = scop_arena_printf(lint->arena, "%s/views", lint->folder);
	const char *files[BUILD_FILES_MAX];
	struct scop_error err;

	lint->view_count = build_list(lint->arena, folder, ".html", files);
	for (size_t i = 0; i < lint->view_count; i++) {
		struct lint_view *view = &lint->views[i];
		size_t length;

		view->name = build_stem(lint->arena, files[i]);
		view->path = scop_arena_printf(lint->arena, "%s/%s", folder, files[i]);
		view->text = build_read(lint->arena, view->path, &length);
		view->template =
		    scop_template_compile(lint->arena, view->path, view->text, length, &err);
		if (!view->template)
			build_die("%s", err.text);
	}
}

static void
read_source(struct lint *lint)
{
	const char *files[BUILD_FILES_MAX];

	for (int headers = 0; headers < 2; headers++) {
		const size_t count =
		    build_list(lint->arena, lint->folder, headers ? ".h" : ".c", files);

		for (size_t i = 0; i < count; i++) {
			const char *path =
			    scop_arena_printf(lint->arena, "%s/%s", lint->folder, files[i]);

			lint_source_add(lint->arena, &lint->source, path,
			    build_read(lint->arena, path, NULL));
		}
	}
}

/* The line of the last 'word' of the message that is the value of an attribute; 0 for none. */
static unsigned
line_of_words(const struct lint *lint, const char *message)
{
	unsigned line = 0;

	for (const char *open = message; (open = strchr(open, '\''));) {
		const char *close = strchr(open + 1, '\'');

		if (!close)
			break;
		const char *value = scop_arena_printf(lint->arena, "=\"%.*s\"",
			       (int)(close - open - 1), open + 1),
			   *found = strstr(lint->xml, value);
		line = found ? line_at(lint->xml, found) : line;
		open = close + 1;
	}
	return line;
}

/* The parser names the line of what the schema refuses; what contradicts itself has only words. */
static void __attribute__((noreturn))
die_of_manifest(const struct lint *lint, const char *path, const char *message)
{
	const size_t length = strlen(path);
	const unsigned line =
	    strncmp(message, path, length) == 0 && strncmp(message + length, ": ", 2) == 0
	    ? line_of_words(lint, message + length)
	    : 0;

	if (line)
		build_die("%s:%u%s", path, line, message + length);
	build_die("%s", message);
}

/* The build makes NAME.so of the folder NAME. */
static void
check_folder(const struct lint *lint, const char *path)
{
	static const char open[] = "<module name=\"";
	const char *slash = strrchr(lint->folder, '/'), *folder = slash ? slash + 1 : lint->folder,
		   *found = strstr(lint->xml, open), *name = found ? found + strlen(open) : folder;
	const size_t length = strcspn(name, "\"");

	if (found && (strlen(folder) != length || strncmp(folder, name, length) != 0))
		build_die("%s:%u: the module is called '%.*s' and its folder '%s'. Give both the "
			  "same name.",
		    path, line_at(lint->xml, found), (int)length, name, folder);
}

static void
read_manifest(struct lint *lint)
{
	const char *path = scop_arena_printf(lint->arena, "%s/module.xml", lint->folder);
	struct scop_error err;

	lint->xml = build_read(lint->arena, path, NULL);
	check_folder(lint, path);
	if (!scop_manifest_parse(lint->arena, path, lint->xml, strlen(lint->xml), &lint->manifest,
		&err))
		die_of_manifest(lint, path, err.text);
}

static int
print_routes(const struct lint *lint)
{
	for (size_t i = 0; i < lint->route_count; i++) {
		const struct lint_route *route = &lint->routes[i];

		printf("%s\t%s\t%s\n", route->post ? "POST" : "GET",
		    route->stored       ? "stored"
			: route->open   ? "open"
			: route->portal ? "portal"
					: "site",
		    route->path);
	}
	return lint->route_count == 0;
}

int
main(int argc, char **argv)
{
	struct lint lint = { .arena = scop_arena_new() };
	struct scop_package package;
	struct scop_error err;

	const bool routes = argc == 4 && strcmp(argv[1], "--routes") == 0;
	if (argc != 3 && !routes)
		build_die("usage: scopiton-lint [--routes] <module folder> <package folder>");
	argv += routes;
	if (sodium_init() < 0)
		build_die("no randomness on this machine");
	lint.folder = argv[1];
	lint.package = argv[2];
	read_manifest(&lint);
	read_source(&lint);
	read_statements(&lint);
	read_views(&lint);
	lint_schema_read(&lint);
	const bool loads = lint_tables_read(&lint);
	if (routes)
		return print_routes(&lint);
	lint_reads(&lint);
	lint_statements(&lint);
	lint_keeps(&lint);
	if (loads) {
		lint_routes(&lint);
		lint_handlers(&lint);
		lint_manifest(&lint);
		lint_calls(&lint);
		lint_placeholders(&lint);
		lint_views(&lint);
		lint_forms(&lint);
		lint_text(&lint);
	}
	/* the host's own check, which reports more if the tables cannot be read */
	if (lint.errors == 0 &&
	    !scop_package_open(lint.arena, lint.package, &scop_granter_of_builds, &package, &err))
		build_die("%s", err.text);
	scop_arena_free(lint.arena);
	return lint.errors > 0;
}
