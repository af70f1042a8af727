/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Tests of a module's handlers, in the test's own process: no nginx, no worker, no supervisor.
 *
 * A test asks for a route as a visitor or a member, and looks at what the handler decided: status,
 * model, view, page, redirect, refused fields, rows, jobs, events, mails, audit trail. All that the
 * host does around a handler is done: permission, checked fields, form key, transaction, the
 * module's own account and role in a real MariaDB. The database is private to the program, has one
 * tenant with the module, and each test finds it as the module's migrations leave it.
 *
 *     static void
 *     an_entry_is_stored(void **state)
 *     {
 *             struct scop_test *test = *state;
 *
 *             scop_test_field(test, "name", "Zoe");
 *             assert_int_equal(scop_test_ask(test, "sign"), 303);
 *             assert_int_equal(scop_test_count(test, "entry"), 1);
 *     }
 *
 *     int
 *     main(void)
 *     {
 *             const struct CMUnitTest tests[] = { scop_test(an_entry_is_stored) };
 *
 *             return cmocka_run_group_tests(tests, scop_test_start, scop_test_stop);
 *     }
 *
 * A mistake in a test itself (no such route, SQL that MariaDB refuses) fails the test, and says
 * why. Returned values live until the test ends. docs/testing.md shows more.
 */
#ifndef SCOPITON_TEST_H
#define SCOPITON_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scopiton/scopiton.h"

struct scop_test;

/* ---- fixtures ---- */

/* The module's paths, which the build rules pass to the compiler. */
struct scop_test_place {
	const char *module;   /* its name */
	const char *packages; /* the folder that has its package */
	const char *sources;  /* its folder of sources */
	const char *build;    /* the build's output folder, where the database is prepared */
	const char *helper;   /* the program that starts the database */
};

int scop_test_start_at(void **state, const struct scop_test_place *place);
int scop_test_stop(void **state);
int scop_test_reset(void **state);

#ifdef SCOP_TEST_MODULE
/* Starts the database of this program; the last one ends it. */
static inline int
scop_test_start(void **state)
{
	return scop_test_start_at(state,
	    &(struct scop_test_place){ SCOP_TEST_MODULE, SCOP_TEST_PACKAGES, SCOP_TEST_SOURCES,
		SCOP_TEST_BUILD, SCOP_TEST_HELPER });
}
#endif

/* An entry of cmocka's table: the test begins with the database as the migrations leave it, and
 * with nobody signed in. */
#define scop_test(function) cmocka_unit_test_setup(function, scop_test_reset)

/* ---- who asks ---- */

/* The language of the address, and of the member who is signed in: fr, nl, de or en, which is the
 * first one. */
void scop_test_language(struct scop_test *test, const char *language);

/* A member with these permissions, separated by spaces, is signed in from here on. Gives its id. */
int64_t scop_test_sign_in(struct scop_test *test, const char *name, const char *permissions);
void scop_test_sign_out(struct scop_test *test);

/* Another browser asks from here on: without the cookies of the one before, and nobody signed in.
 */
void scop_test_new_browser(struct scop_test *test);

/* Sets a setting of the tenant: `value` as the portal stores it (a number for an integer, cents for
 * money, 0 or 1 for a boolean). The manifest must have the setting. */
void scop_test_setting(struct scop_test *test, const char *name, const char *value);

/* ---- asking ---- */

/* For the next question alone: a {part} of its path; a field of the form or of the query, of which
 * a name may come several times; an upload; a FastCGI parameter such as HTTP_ACCEPT. */
void scop_test_part(struct scop_test *test, const char *name, const char *value);
void scop_test_field(struct scop_test *test, const char *name, const char *value);
void scop_test_upload(struct scop_test *test, const char *field, const char *file_name,
    const char *type, const void *bytes, size_t size);
void scop_test_param(struct scop_test *test, const char *name, const char *value);

/* Asks for the route of this name, or, for one without, "GET /path/{part}" as its table has it. A
 * POST has a form key, as its page would give it. Cookies are kept for the next question. Gives the
 * status. */
int scop_test_ask(struct scop_test *test, const char *route);

/* ---- what was answered ---- */

/* The value that the handler has put under this name; NULL for none. */
const struct scop_value *scop_test_model(const struct scop_test *test, const char *name);

/* The name of the view; "" where the answer is not a view. */
const char *scop_test_view(const struct scop_test *test);

/* The body: the page in the host's frame, JSON, or a file's bytes, with a NUL behind. */
const char *scop_test_page(const struct scop_test *test);

/* A header of the answer; "" where it has none. The address of a redirect is "Location". */
const char *scop_test_header(const struct scop_test *test, const char *name);
const char *scop_test_location(const struct scop_test *test);

/* Why the field was refused, in the language of the page; NULL where it was not. */
const char *scop_test_refusal(const struct scop_test *test, const char *field);

/* How many fields were refused. */
size_t scop_test_refusals(const struct scop_test *test);

/* Why the request failed (500 or 503), as the log has it; "" where it did not. */
const char *scop_test_failure(const struct scop_test *test);

/* ---- jobs ---- */

/* Runs the job, or what a schedule or an event would run, with this body (JSON; NULL: {}), in a
 * transaction of its own. Gives "done", "again" or "dead", and for the last two the reason behind a
 * space. scop_test_param(test, "TRIES", "3") makes it the third try; two runs with the same
 * "ENTRY" are one that is delivered twice. */
const char *scop_test_job(struct scop_test *test, const char *job, const char *body);

/* Runs the module's due jobs, oldest first, until none is left, including those enqueued meanwhile.
 * Fails the test when one does not end with "done". Returns how many ran. */
size_t scop_test_run_queue(struct scop_test *test);

/* Sets the answer to the next call to another system; status 0: no answer, for the reason `body`.
 * Several answers are used in their order; a call beyond them gets no answer. */
void scop_test_http(struct scop_test *test, int status, const char *type, const char *body);

/* The calls that were made, oldest first: a list of maps of `method`, `url` and `body`. */
const struct scop_value *scop_test_calls(const struct scop_test *test);

/* ---- what is stored ---- */

/* Runs a statement of the module (of names.h) under the module's own role: its rows, or NULL for
 * one that writes. */
const struct scop_value *scop_test_query(struct scop_test *test, struct scop_query query);

/* Runs SQL in the module's database, as an administrator; the prefix "socle." names the socle.
 * Gives the rows of a SELECT, else NULL. For rows that a test needs, and for looks that no
 * statement of the module gives. The second gives the first column of the first row, NULL for no
 * row. */
const struct scop_value *scop_test_sql(struct scop_test *test, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
const struct scop_value *scop_test_sql_value(struct scop_test *test, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Runs the module's tests/sample.sql: its sample rows. */
void scop_test_sample(struct scop_test *test);

/* The number of rows of a table of the module. */
int64_t scop_test_count(struct scop_test *test, const char *table);

/* The bodies of the jobs, or events, of this name that the module has put into the queue, oldest
 * first. */
const struct scop_value *scop_test_jobs(struct scop_test *test, const char *name);
const struct scop_value *scop_test_events(struct scop_test *test, const char *name);

/* The mails that were written, oldest first: maps of `to`, `to_name`, `reply_to`, `subject`, `html`
 * and `files` (how many are attached). */
const struct scop_value *scop_test_mails(struct scop_test *test);

/* The tenant's audit trail, oldest first: maps of `name` (who), `text` (in English) and `about`. */
const struct scop_value *scop_test_audit(struct scop_test *test);

/* ---- values, as arguments of statements ---- */

const struct scop_value *scop_test_text(struct scop_test *test, const char *text);
const struct scop_value *scop_test_int(struct scop_test *test, int64_t integer);

#endif
