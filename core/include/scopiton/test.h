/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Tests of a module's handlers in the test's own process, without nginx, worker or supervisor.
 *
 * A test requests a route as a visitor or a member and checks the result: status, model, view,
 * page, redirect, rejected fields, rows, jobs, events, mails, audit trail. The handler runs as in a
 * worker: permission, field validation, form key, transaction, and the module's own account and
 * role in a real MariaDB. The database is private to the test program and has one tenant with the
 * module; each test starts with it as the module's migrations leave it.
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
 * A mistake in the test itself (an unknown route, SQL that MariaDB refuses) fails the test with a
 * message. Returned values live until the test ends. docs/testing.md shows more.
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
/* Starts the database of this program; scop_test_stop stops it. */
static inline int
scop_test_start(void **state)
{
	return scop_test_start_at(state,
	    &(struct scop_test_place){ SCOP_TEST_MODULE, SCOP_TEST_PACKAGES, SCOP_TEST_SOURCES,
		SCOP_TEST_BUILD, SCOP_TEST_HELPER });
}
#endif

/* An entry in cmocka's table: the test starts with the database as the migrations leave it, and
 * with nobody signed in. */
#define scop_test(function) cmocka_unit_test_setup(function, scop_test_reset)

/* ---- the client ---- */

/* Sets the language of the address and of the signed-in member: "fr", "nl", "de" or "en", the
 * default. */
void scop_test_language(struct scop_test *test, const char *language);

/* Signs in a new member with these permissions, separated by spaces, and returns its id; the second
 * signs out. */
int64_t scop_test_sign_in(struct scop_test *test, const char *name, const char *permissions);
void scop_test_sign_out(struct scop_test *test);

/* Continues with another browser: no cookies, and nobody signed in.
 */
void scop_test_new_browser(struct scop_test *test);

/* Sets a setting of the tenant: `value` as the portal stores it (a number for an integer, cents for
 * money, 0 or 1 for a boolean). The manifest must have the setting. */
void scop_test_setting(struct scop_test *test, const char *name, const char *value);

/* ---- requests ---- */

/* These apply to the next request only: a {part} of its path; a field of the form or the query (a
 * name may occur several times); an upload; a FastCGI parameter such as HTTP_ACCEPT. */
void scop_test_part(struct scop_test *test, const char *name, const char *value);
void scop_test_field(struct scop_test *test, const char *name, const char *value);
void scop_test_upload(struct scop_test *test, const char *field, const char *file_name,
    const char *type, const void *bytes, size_t size);
void scop_test_param(struct scop_test *test, const char *name, const char *value);

/* Requests the route of this name or, for a route without a name, "GET /path/{part}" as in the
 * table of routes. A POST carries a form key, as the page would send it. Cookies are kept for the
 * next request. Returns the status. */
int scop_test_ask(struct scop_test *test, const char *route);

/* ---- the answer ---- */

/* The value that the handler has put into the model under this name; NULL for none. */
const struct scop_value *scop_test_model(const struct scop_test *test, const char *name);

/* The name of the view; "" if the answer is not a view. */
const char *scop_test_view(const struct scop_test *test);

/* The body: the page in the host's frame, JSON, or a file's bytes, followed by a NUL. */
const char *scop_test_page(const struct scop_test *test);

/* A header of the answer; "" if it is missing. The second returns the header "Location" of a
 * redirect. */
const char *scop_test_header(const struct scop_test *test, const char *name);
const char *scop_test_location(const struct scop_test *test);

/* Why the field was rejected, in the language of the page; NULL if it was not. */
const char *scop_test_refusal(const struct scop_test *test, const char *field);

/* The number of rejected fields. */
size_t scop_test_refusals(const struct scop_test *test);

/* Why the request failed (500 or 503), as logged; "" if it did not. */
const char *scop_test_failure(const struct scop_test *test);

/* ---- jobs ---- */

/* Runs the job with this body (JSON; NULL: {}) in a transaction of its own, as the dispatcher
 * would, also for a schedule or an event. Returns "done", "again" or "dead"; a space and the reason
 * follow the last two. scop_test_param(test, "TRIES", "3") makes it the third try; two runs with
 * the same "ENTRY" are the same entry delivered twice. */
const char *scop_test_job(struct scop_test *test, const char *job, const char *body);

/* Runs the module's due jobs, oldest first, until none is left, including those enqueued meanwhile.
 * Fails the test if one does not end with "done". Returns how many ran. */
size_t scop_test_run_queue(struct scop_test *test);

/* Sets the answer to the next call to another system; status 0: no answer, with `body` as the
 * reason. Several answers are used in order; a call for which none is left gets no answer. */
void scop_test_http(struct scop_test *test, int status, const char *type, const char *body);

/* The calls made, oldest first: a list of maps with `method`, `url` and `body`. */
const struct scop_value *scop_test_calls(const struct scop_test *test);

/* ---- stored data ---- */

/* Runs a statement of the module (from names.h) under the module's own role; returns its rows, or
 * NULL if it writes. */
const struct scop_value *scop_test_query(struct scop_test *test, struct scop_query query);

/* Runs SQL in the module's database as an administrator; the prefix "socle." names the tenant's
 * socle. Returns the rows of a SELECT, else NULL. For inserting test rows, and for checks for which
 * the module has no statement. The second returns the first column of the first row; NULL if there
 * is no row. */
const struct scop_value *scop_test_sql(struct scop_test *test, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
const struct scop_value *scop_test_sql_value(struct scop_test *test, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Runs the module's tests/sample.sql: its sample rows. */
void scop_test_sample(struct scop_test *test);

/* The number of rows of a table of the module. */
int64_t scop_test_count(struct scop_test *test, const char *table);

/* The bodies of the jobs, or events, of this name that the module has enqueued, oldest first. */
const struct scop_value *scop_test_jobs(struct scop_test *test, const char *name);
const struct scop_value *scop_test_events(struct scop_test *test, const char *name);

/* The queued mails, oldest first: maps with `to`, `to_name`, `reply_to`, `subject`, `html` and
 * `files` (the number of attachments). */
const struct scop_value *scop_test_mails(struct scop_test *test);

/* The tenant's audit trail, oldest first: maps with `name` (who), `text` (in English) and `about`.
 */
const struct scop_value *scop_test_audit(struct scop_test *test);

/* ---- values for arguments of statements ---- */

const struct scop_value *scop_test_text(struct scop_test *test, const char *text);
const struct scop_value *scop_test_int(struct scop_test *test, int64_t integer);

#endif
