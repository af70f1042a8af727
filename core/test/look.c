/* SPDX-License-Identifier: EUPL-1.2 */
/* Inspects the effects of a request: its answer, and the stored data. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "test/test.h"

#include "base/json.h"

/* ---- the answer ---- */

static const struct scop_request *
request(const struct scop_test *test)
{
	if (!test->req)
		fail_msg("no route was requested yet");
	return test->req;
}

const struct scop_value *
scop_test_model(const struct scop_test *test, const char *name)
{
	return scop_get(scop_map_value(&request(test)->model), name);
}

const char *
scop_test_view(const struct scop_test *test)
{
	const struct scop_request *req = request(test);

	return req->answer == ANSWER_VIEW && !req->failed ? req->view->name : "";
}

const char *
scop_test_page(const struct scop_test *test)
{
	return test->page;
}

const char *
scop_test_header(const struct scop_test *test, const char *name)
{
	const size_t length = strlen(name);

	for (const char *line = test->head; *line; line += strcspn(line, "\n") + 1)
		if (strncasecmp(line, name, length) == 0 && line[length] == ':')
			return scop_arena_printf(test->arena, "%.*s",
			    (int)strcspn(line, "\r\n") - (int)length - 2, line + length + 2);
	return "";
}

const char *
scop_test_location(const struct scop_test *test)
{
	return scop_test_header(test, "Location");
}

const char *
scop_test_refusal(const struct scop_test *test, const char *field)
{
	const struct scop_value *message =
	    scop_get(scop_map_value(&request(test)->error_by_field), field);

	return message ? scop_as_text(message) : NULL;
}

size_t
scop_test_refusals(const struct scop_test *test)
{
	return scop_count(scop_list_value(&request(test)->errors));
}

const char *
scop_test_failure(const struct scop_test *test)
{
	return request(test)->failed ? request(test)->cause : "";
}

/* ---- SQL ---- */

/* Replaces "socle." by the name of the tenant's socle. */
static const char *
with_socle(struct scop_test *test, const char *sql)
{
	static const char mark[] = "socle.";
	struct scop_buffer out;

	scop_buffer_init(&out, test->arena);
	for (const char *found; (found = strstr(sql, mark)); sql = found + strlen(mark)) {
		const bool whole = found == sql ||
		    !(isalnum((unsigned char)found[-1]) || found[-1] == '_' || found[-1] == '.');

		scop_buffer_add(&out, sql, (size_t)(found - sql));
		scop_buffer_printf(&out, "%s.", whole ? test->site.socle : "socle");
	}
	scop_buffer_text(&out, sql);
	return scop_buffer_str(&out);
}

static bool
reads(const char *sql)
{
	static const char *const verbs[] = { "SELECT", "WITH", "SHOW" };

	sql += strspn(sql, " \t\n(");
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (strncasecmp(sql, verbs[i], strlen(verbs[i])) == 0)
			return true;
	return false;
}

static const struct scop_value *
run(struct scop_test *test, const char *sql)
{
	const struct scop_statement statement = { "", with_socle(test, sql), 0, 0 };
	const struct scop_query query = { &statement, { NULL } };
	const struct scop_value *rows = NULL;

	scop_db_enter(test->admin, "", test->site.database, test->site.socle, 0, true);
	const enum scop_db_status status = reads(sql)
	    ? scop_db_read_once(test->admin, test->arena, &query, &rows)
	    : scop_db_command(test->admin, statement.sql);
	if (status != SCOP_DB_OK)
		fail_msg("%s, in: %s", scop_db_error(test->admin), sql);
	return rows;
}

const struct scop_value *
scop_test_sql(struct scop_test *test, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const char *sql = scop_arena_vprintf(test->arena, format, args);
	va_end(args);
	return run(test, sql);
}

const struct scop_value *
scop_test_sql_value(struct scop_test *test, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	const char *sql = scop_arena_vprintf(test->arena, format, args);
	va_end(args);
	const struct scop_value *row = scop_at(run(test, sql), 0);
	return row ? scop_get(row, scop_key(row, 0)) : NULL;
}

const char *
scop_test_quoted(struct scop_test *test, const char *text)
{
	scop_db_connect(test->admin);
	return scop_arena_printf(test->arena, "'%s'",
	    scop_db_quote(test->admin, test->arena, text));
}

int64_t
scop_test_count(struct scop_test *test, const char *table)
{
	return scop_as_int(scop_test_sql_value(test, "SELECT COUNT(*) FROM `%s`", table));
}

void
scop_test_setting(struct scop_test *test, const char *name, const char *value)
{
	const char *module = test->app.module_name;

	if (!scop_test_sql_value(test,
		"SELECT name FROM socle.setting_type WHERE module = '%s' AND name = '%s'", module,
		name))
		fail_msg("the manifest has no setting '%s'", name);
	scop_test_sql(test,
	    "REPLACE INTO socle.setting (module, name, value) VALUES ('%s', '%s', %s)", module,
	    name, scop_test_quoted(test, value));
}

/* Statements in a file end with a semicolon at the end of a line. */
void
scop_test_sample(struct scop_test *test)
{
	const char *path = scop_arena_printf(test->arena, "%s/tests/sample.sql", test->sources);
	FILE *file = fopen(path, "re");
	struct scop_buffer text;
	char line[4096];

	if (!file)
		fail_msg("'%s' is not there", path);
	scop_buffer_init(&text, test->arena);
	while (fgets(line, sizeof line, file)) {
		const size_t length = strcspn(line, "\n");

		if (text.length > 0 || strncmp(line, "--", 2) != 0)
			scop_buffer_text(&text, line);
		if (length > 0 && line[length - 1] == ';') {
			text.length -= strlen(line) - length + 1;
			run(test, scop_buffer_str(&text));
			scop_buffer_init(&text, test->arena);
		}
	}
	fclose(file);
}

/* Runs the statement as the module, under its own account and role, in a transaction if it writes.
 */
const struct scop_value *
scop_test_query(struct scop_test *test, struct scop_query query)
{
	struct scop_db *db = test->app.db;
	const struct scop_value *rows = NULL;
	uint64_t touched;

	scop_db_enter(db, test->site.role, test->site.database, test->site.socle, test->site.epoch,
	    query.statement->writes);
	scop_db_currency(db, test->site.currency);
	const enum scop_db_status status = query.statement->writes
	    ? scop_db_write(db, test->arena, &query, &touched)
	    : scop_db_read(db, test->arena, &query, 1, &rows);
	if (status != SCOP_DB_OK)
		fail_msg("%s", scop_db_error(db));
	return rows;
}

/* ---- the queue, and the audit trail ---- */

/* The JSON of each row's column `body`, as values. */
static const struct scop_value *
bodies(struct scop_test *test, const struct scop_value *rows)
{
	struct scop_list_maker list;
	struct scop_error err;

	scop_list_init(&list, test->arena);
	for (size_t i = 0; i < scop_count(rows); i++) {
		const char *text = scop_text(scop_at(rows, i), "body");

		scop_list_add(&list, scop_json_parse(test->arena, text, strlen(text), &err));
	}
	return scop_list_value(&list);
}

static const struct scop_value *
waiting(struct scop_test *test, bool is_event, const char *name)
{
	return bodies(test,
	    scop_test_sql(test,
		"SELECT body FROM queue.outbox WHERE role = '%s' AND is_event = %d AND name = '%s' "
		"ORDER BY id",
		test->site.role, is_event, name));
}

const struct scop_value *
scop_test_jobs(struct scop_test *test, const char *name)
{
	return waiting(test, false, name);
}

const struct scop_value *
scop_test_events(struct scop_test *test, const char *name)
{
	return waiting(test, true, name);
}

const struct scop_value *
scop_test_mails(struct scop_test *test)
{
	return scop_test_sql(test,
	    "SELECT recipient AS `to`, recipient_name AS to_name, reply_to, subject, html, "
	    "(SELECT COUNT(*) FROM queue.attachment a WHERE a.mail = m.id) AS files "
	    "FROM queue.mail m WHERE role = '%s' ORDER BY id",
	    test->site.role);
}

const struct scop_value *
scop_test_audit(struct scop_test *test)
{
	return scop_test_sql(test,
	    "SELECT name, what AS text, about FROM socle.audit WHERE role = '%s' ORDER BY id",
	    test->site.role);
}

const struct scop_value *
scop_test_text(struct scop_test *test, const char *text)
{
	return scop_value_text(test->arena, scop_arena_text(test->arena, text));
}

const struct scop_value *
scop_test_int(struct scop_test *test, int64_t integer)
{
	return scop_value_int(test->arena, integer);
}
