/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A test program's database: a helper (tools/module-db) starts it, and stops it when the program
 * ends; it is restored before each test. The helper has saved the state after the module's
 * installation: the database `scop_test_before` has a copy of each table, and their list.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test/test.h"

#include "base/log.h"
#include "http/out.h"
#include "web/menus.h"

extern const struct scop_module scop_module;

enum { BODY_MAX = 64 << 20, STATEMENT_SECONDS = 10 };

/* The helper's output, kept for as long as the program runs. */
static struct {
	char socket[200], admin_password[100], module_password[100];
} said;

/* ---- the helper ---- */

static void __attribute__((noreturn))
become_helper(const struct scop_test_place *place, int in, int out)
{
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	setenv("BUILD", place->build, 1);
	execl(place->helper, place->helper, place->module, place->packages, (char *)NULL);
	perror(place->helper);
	_exit(127);
}

/* Reads "name=value"; true at the line that marks the end. */
static bool
take_line(char *line)
{
	const struct {
		const char *name;
		char *to;
		size_t size;
	} values[] = { { "socket=", said.socket, sizeof said.socket },
		{ "admin=", said.admin_password, sizeof said.admin_password },
		{ "module=", said.module_password, sizeof said.module_password } };

	line[strcspn(line, "\n")] = '\0';
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		if (strncmp(line, values[i].name, strlen(values[i].name)) == 0)
			snprintf(values[i].to, values[i].size, "%s", line + strlen(values[i].name));
	return strcmp(line, "ready") == 0;
}

static bool
start_helper(struct scop_test *test, const struct scop_test_place *place)
{
	int in[2], out[2];
	char line[300];
	bool ready = false;

	if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0 || (test->helper = fork()) < 0)
		return false;
	if (test->helper == 0)
		become_helper(place, in[0], out[1]);
	close(in[0]);
	close(out[1]);
	test->helper_in = in[1];
	FILE *lines = fdopen(out[0], "r");
	while (lines && !ready && fgets(line, sizeof line, lines))
		ready = take_line(line);
	if (lines)
		fclose(lines);
	return ready;
}

/* ---- the tables ---- */

/* One database at a time: for all of them, MariaDB would open every table and view. */
static const char homes[] = "SELECT DISTINCT home FROM scop_test_before.plan";
static const char changed[] =
    "SELECT p.place, p.columns, IF(p.filled, p.copy, NULL) AS copy, CAST(p.next AS SIGNED) AS next "
    "FROM information_schema.TABLES t JOIN scop_test_before.plan p ON p.home = '%s' AND "
    "p.name = t.TABLE_NAME WHERE t.TABLE_SCHEMA = '%s' AND (t.UPDATE_TIME IS NOT NULL OR "
    "t.AUTO_INCREMENT <> p.next)";

static bool
has(const struct scop_value *table, const char *key)
{
	return scop_type(scop_get(table, key)) != SCOP_NULL;
}

/* Restores a table: its rows, and its next AUTO_INCREMENT number. */
static void
put_back(struct scop_test *test, const struct scop_value *table)
{
	const char *place = scop_text(table, "place"), *columns = scop_text(table, "columns");

	scop_test_sql(test, "DELETE FROM %s", place);
	if (has(table, "copy"))
		scop_test_sql(test, "INSERT INTO %s (%s) SELECT %s FROM %s", place, columns,
		    columns, scop_text(table, "copy"));
	if (has(table, "next"))
		scop_test_sql(test, "ALTER TABLE %s AUTO_INCREMENT = %lld", place,
		    (long long)scop_int(table, "next"));
}

/* Empties the tables that the previous test has filled. */
static void
clean(struct scop_test *test)
{
	const struct scop_value *all = scop_test_sql(test, homes);

	scop_test_sql(test, "SET foreign_key_checks = 0");
	for (size_t i = 0; i < scop_count(all); i++) {
		const char *home = scop_text(scop_at(all, i), "home");
		const struct scop_value *tables = scop_test_sql(test, changed, home, home);

		for (size_t k = 0; k < scop_count(tables); k++)
			put_back(test, scop_at(tables, k));
	}
	scop_test_sql(test, "SET foreign_key_checks = 1");
}

/* ---- the program's fixture ---- */

static struct scop_db *
connect_as(const char *user, const char *password, unsigned rows_max)
{
	const struct scop_db_account account = { .socket = said.socket,
		.user = user,
		.password = password,
		.statement_seconds = STATEMENT_SECONDS,
		.rows_max = rows_max };

	return scop_db_new(&account);
}

/* The only tenant of the database, as in the directory. */
static void
know_site(struct scop_test *test)
{
	const char *module = test->app.module_name;

	test->site = (struct scop_site){ .tenant = 1,
		.tenant_name = "unit",
		.title = "Unit",
		.host = "unit.localhost",
		.portal_host = "unit-portal.localhost",
		.language = SCOP_EN,
		.zone = "Europe/Brussels",
		.country = "BE",
		.currency = "EUR",
		.epoch = 1,
		.role = scop_arena_printf(test->app.arena, "t1_%s", module),
		.database = scop_arena_printf(test->app.arena, "t1_%s", module),
		.socle = "t1" };
}

int
scop_test_start_at(void **state, const struct scop_test_place *place)
{
	struct scop_test *test = calloc(1, sizeof *test);

	if (!test)
		return -1;
	scop_log_open("test", SCOP_LOG_WARNING);
	test->arena = scop_arena_new();
	test->sources = place->sources;
	test->app = (struct scop_app){ .module = &scop_module,
		.module_name = place->module,
		.arena = scop_arena_new(),
		.body_max = BODY_MAX,
		.out = &scop_test_out,
		.port = "",
		.development = true };
	know_site(test);
	if (!start_helper(test, place)) {
		print_error("the database of the tests did not start: %s says why\n",
		    place->helper);
		return -1;
	}
	test->admin = connect_as("scopiton", said.admin_password, 0);
	test->recogniser = connect_as("scopiton", said.admin_password, 0);
	test->menus = scop_menus_new(&test->asked);
	test->app.db = connect_as(scop_arena_printf(test->app.arena, "scop_%s", place->module),
	    said.module_password, SCOP_ROWS_MAX);
	*state = test;
	return 0;
}

int
scop_test_reset(void **state)
{
	struct scop_test *test = *state;

	scop_db_rollback(test->app.db);
	scop_arena_reset(test->arena);
	scop_test_said(test);
	test->cookies.count = 0;
	test->member = 0;
	test->sessions = test->entries = 0;
	test->reply_count = test->reply_next = 0;
	test->language = "en";
	test->req = NULL;
	test->head = test->page = "";
	scop_list_init(&test->calls, test->arena);
	clean(test);
	return 0;
}

int
scop_test_stop(void **state)
{
	struct scop_test *test = *state;

	scop_db_free(test->app.db);
	scop_db_free(test->admin);
	scop_db_free(test->recogniser);
	scop_menus_free(test->menus);
	close(test->helper_in);
	waitpid(test->helper, NULL, 0);
	scop_arena_free(test->arena);
	scop_arena_free(test->app.arena);
	free(test);
	return 0;
}
