/* SPDX-License-Identifier: EUPL-1.2 */
/* Calls in C whose argument is a literal name: of a field, a part of the path, a setting, a
 * permission, a route, a job, an event. */
#include <string.h>

#include "lint/lint.h"
#include "scopiton/module.h"

bool
lint_route_has_field(const struct lint_route *route, const char *name)
{
	for (size_t f = 0; f < route->field_count; f++) {
		const struct lint_field *field = &route->fields[f];
		const size_t length = strlen(field->name);

		if (strcmp(field->name, name) == 0 ||
		    (field->type == SCOP_FIELD_MAP && strncmp(field->name, name, length) == 0 &&
			name[length] == '.'))
			return true;
	}
	return false;
}

bool
lint_has_field(const struct lint *lint, const char *name)
{
	for (size_t i = 0; i < lint->route_count; i++)
		if (lint_route_has_field(&lint->routes[i], name))
			return true;
	return false;
}

bool
lint_has_row_field(const struct lint *lint, const char *name)
{
	for (size_t i = 0; i < lint->row_field_count; i++)
		if (strcmp(lint->row_fields[i], name) == 0)
			return true;
	return false;
}

bool
lint_is_part(const struct lint_route *route, const char *name)
{
	const size_t length = strlen(name);

	for (const char *open = route->path; (open = strchr(open, '{')); open++)
		if (strncmp(open + 1, name, length) == 0 && open[1 + length] == '}')
			return true;
	return false;
}

/* A rejection links to the field, or to another element with that id. */
static bool
may_be_refused(const struct lint *lint, const char *name)
{
	const char *id = scop_arena_printf(lint->arena, "id=\"%s\"", name);

	for (size_t i = 0; i < lint->view_count; i++)
		if (strstr(lint->views[i].text, id))
			return true;
	return lint_has_field(lint, name);
}

bool
lint_has_part(const struct lint *lint, const char *name)
{
	for (size_t i = 0; i < lint->route_count; i++)
		if (lint_is_part(&lint->routes[i], name))
			return true;
	return false;
}

static bool
has_setting(const struct lint *lint, const char *name)
{
	for (size_t i = 0; i < lint->manifest.setting_count; i++)
		if (strcmp(lint->manifest.settings[i].name, name) == 0)
			return true;
	return false;
}

static bool
has_event(const struct lint *lint, const char *name)
{
	for (size_t i = 0; i < lint->manifest.emit_count; i++)
		if (strcmp(lint->manifest.emits[i], name) == 0)
			return true;
	return false;
}

/* Permissions of other modules are not known here. */
static bool
may_have_permission(const struct lint *lint, const char *name)
{
	const size_t length = strlen(lint->manifest.name);
	const char *dot = strchr(name, '.');

	return lint_has_permission(lint, name) ||
	    (dot &&
		!((size_t)(dot - name) == length &&
		    strncmp(name, lint->manifest.name, length) == 0));
}

const struct lint_route *
lint_route_named(const struct lint *lint, const char *name, size_t length)
{
	for (size_t i = 0; i < lint->route_count; i++)
		if (strlen(lint->routes[i].name) == length &&
		    strncmp(lint->routes[i].name, name, length) == 0)
			return &lint->routes[i];
	return NULL;
}

static bool
leads_somewhere(const struct lint *lint, const char *name)
{
	const struct lint_route *route = lint_route_named(lint, name, strlen(name));

	return route && !route->stored;
}

static bool
is_stored(const struct lint *lint, const char *name)
{
	for (size_t i = 0; i < lint->route_count; i++)
		if (lint->routes[i].stored && strcmp(lint->routes[i].name, name) == 0)
			return true;
	return false;
}

static const struct known {
	const char *function;
	size_t argument; /* from 0 */
	bool (*has)(const struct lint *lint, const char *name);
	const char *lacks; /* with %s for the name */
} known[] = {
	{ "scop_field", 1, lint_has_field, "no route has a field named" },
	{ "scop_upload", 1, lint_has_field, "no route has a field named" },
	{ "scop_reject", 1, may_be_refused, "no route has a field, and no view an id, named" },
	{ "scop_reject_with", 1, may_be_refused, "no route has a field, and no view an id, named" },
	{ "scop_reject_line", 1, may_be_refused, "no route has a field, and no view an id, named" },
	{ "scop_rejection", 1, may_be_refused, "no route has a field, and no view an id, named" },
	{ "scop_path", 1, lint_has_part, "no route's path has a part" },
	{ "scop_setting", 1, has_setting, "module.xml has no <setting> named" },
	{ "scop_may", 1, may_have_permission, "module.xml has no <permission> named" },
	{ "scop_redirect", 1, leads_somewhere, "no route is named" },
	{ "scop_send_stored", 1, is_stored, "no .stored route is named" },
	{ "scop_enqueue", 1, lint_has_job, "no struct scop_job is named" },
	{ "scop_enqueue_at", 1, lint_has_job, "no struct scop_job is named" },
	{ "scop_emit", 1, has_event, "module.xml has no <emits> with the event" },
};

/* The literals that an argument may be: the argument itself, or both branches of a conditional. */
static void
check_argument(struct lint *lint, const struct known *one, size_t begin, size_t end)
{
	for (size_t i = begin; i < end; i++) {
		struct lint_token *token = &lint->source.tokens[i];

		if (token->kind != LINT_STRING)
			continue;
		if (i > begin && !lint_is(&lint->source, i - 1, "?") &&
		    !lint_is(&lint->source, i - 1, ":"))
			continue;
		token->used = true;
		if (!one->has(lint, token->text))
			lint_error(lint, token->file, token->line, "%s: %s '%s'", one->function,
			    one->lacks, token->text);
	}
}

/* ---- statements ---- */

const struct scop_statement_source *
lint_statement(const struct lint *lint, const char *name)
{
	for (size_t i = 0; i < lint->statement_count; i++)
		if (strcmp(lint->statements[i].name, name) == 0)
			return &lint->statements[i];
	return NULL;
}

static void
check_statement(struct lint *lint, const char *function, const struct lint_call *call)
{
	const struct lint_token *token = &lint->source.tokens[call->begin[1]];
	const struct scop_statement_source *statement =
	    token->kind == LINT_WORD ? lint_statement(lint, token->text) : NULL;
	const bool writes = strncmp(function, "scop_write", 10) == 0;

	if (!statement)
		return;
	if (writes && !statement->writes)
		lint_error(lint, token->file, token->line,
		    "%s: '%s' (%s:%u) is a SELECT. scop_row and scop_rows read.", function,
		    token->text, statement->file, statement->line);
	else if (!writes && statement->writes && !strcasestr(statement->sql, "RETURNING"))
		lint_error(lint, token->file, token->line,
		    "%s: '%s' (%s:%u) gives no rows. scop_write runs what writes.", function,
		    token->text, statement->file, statement->line);
}

/* scop_redirect(req, "tool", NULL) to an address that has parts. */
static void
check_redirect(struct lint *lint, const struct lint_call *call)
{
	const struct lint_token *name = &lint->source.tokens[call->begin[1]];
	const struct lint_route *route = name->kind == LINT_STRING
	    ? lint_route_named(lint, name->text, strlen(name->text))
	    : NULL;
	const char *open = route ? strchr(route->path, '{') : NULL;

	if (open && lint_is(&lint->source, call->begin[2], "NULL"))
		lint_error(lint, name->file, name->line,
		    "scop_redirect: the address of '%s' is %s. Give a map with '%.*s' in place of "
		    "NULL.",
		    route->name, route->path, (int)strcspn(open + 1, "}"), open + 1);
}

static void
check_call(struct lint *lint, size_t at)
{
	static const char *const runners[] = { "scop_row", "scop_rows", "scop_write",
		"scop_write_unique" };
	const char *name = lint->source.tokens[at].text;
	struct lint_call call;

	if (strncmp(name, "scop_", 5) != 0 || !lint_call_read(&lint->source, at, &call))
		return;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (strcmp(known[i].function, name) == 0 && call.count > known[i].argument)
			check_argument(lint, &known[i], call.begin[known[i].argument],
			    call.end[known[i].argument]);
	for (size_t i = 0; i < sizeof runners / sizeof runners[0]; i++)
		if (strcmp(runners[i], name) == 0 && call.count > 1)
			check_statement(lint, name, &call);
	if (strcmp(name, "scop_redirect") == 0 && call.count == 3)
		check_redirect(lint, &call);
}

void
lint_calls(struct lint *lint)
{
	for (size_t i = 0; i < lint->source.count; i++)
		if (lint->source.tokens[i].kind == LINT_WORD)
			check_call(lint, i);
}
