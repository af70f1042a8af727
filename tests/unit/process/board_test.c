/* SPDX-License-Identifier: EUPL-1.2 */
/* The board counts how requests end: when it suspends a route, and puts a pool out of service. */
#include <setjmp.h>
#include <stdio.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "process/board.h"
#include "process/ledger.h"

enum { TENANT = 1, ROUTE = 7 };

static int
setup(void **state)
{
	*state = calloc(1, sizeof(struct scop_board));
	return *state ? 0 : -1;
}

static int
teardown(void **state)
{
	free(*state);
	return 0;
}

static void
note(struct scop_board *board, unsigned times, bool crashed)
{
	for (unsigned i = 0; i < times; i++)
		scop_board_note(board, TENANT, ROUTE, crashed);
}

static void
a_route_rests_after_more_than_half_of_its_last_ten_crashed(void **state)
{
	struct scop_board *board = *state;

	note(board, 2, true);
	assert_false(scop_board_route_failing(board, TENANT, ROUTE));
	note(board, 3, false);
	note(board, 3, true);
	assert_true(scop_board_route_failing(board, TENANT, ROUTE)); /* 5 of 8 */
	assert_true(scop_board_route_out(board, TENANT, ROUTE));
	assert_false(scop_board_route_out(board, TENANT, ROUTE + 1));
	assert_false(scop_board_route_out(board, TENANT + 1, ROUTE));
}

static void
crashes_of_long_ago_do_not_count(void **state)
{
	struct scop_board *board = *state;

	note(board, 5, true);
	note(board, 5, false);
	assert_false(scop_board_route_failing(board, TENANT, ROUTE)); /* half, and no more */
	note(board, 1, true);
	/* the first has left the ten */
	assert_false(scop_board_route_failing(board, TENANT, ROUTE));
	note(board, 1, true);
	assert_false(scop_board_route_failing(board, TENANT, ROUTE));
}

static void
what_happens_while_a_route_rests_does_not_make_it_rest_longer(void **state)
{
	struct scop_board *board = *state;

	note(board, 3, true);
	assert_true(scop_board_route_failing(board, TENANT, ROUTE));
	note(board, 20, true);
	assert_false(scop_board_route_failing(board, TENANT, ROUTE));
	assert_true(scop_board_route_out(board, TENANT, ROUTE));
}

static void
a_pool_fails_by_two_tenants_or_by_its_only_one(void **state)
{
	static struct scop_ledger ledger;

	(void)state;
	for (int i = 0; i < 3; i++)
		scop_ledger_note(&ledger, TENANT, true);
	assert_true(scop_ledger_failing(&ledger, 1));
	assert_false(scop_ledger_failing(&ledger, 2));
	scop_ledger_note(&ledger, TENANT + 1, true);
	assert_true(scop_ledger_failing(&ledger, 2));
	for (int i = 0; i < 4; i++)
		scop_ledger_note(&ledger, TENANT, false);
	assert_false(scop_ledger_failing(&ledger, 2)); /* half, and no more */
	for (int i = 0; i < SCOP_RECENT; i++)
		scop_ledger_note(&ledger, TENANT, i % 2 == 0 || i == 1);
	assert_true(scop_ledger_failing(&ledger, 1)); /* 11 of 20 */
	scop_ledger_forgive(&ledger);
	assert_false(scop_ledger_failing(&ledger, 1));
}

static void
a_slow_statement_is_logged_once(void **state)
{
	struct scop_board *board = *state;
	char name[20];

	assert_true(scop_board_slow(board, "many", "list", "acme", 200, 3));
	assert_false(scop_board_slow(board, "many", "show", "beta", 900, 7));
	assert_false(scop_board_slow(board, "many", "list", "acme", 300, 1));
	assert_int_equal(board->slow[0].count, 3);
	assert_int_equal(board->slow[0].milliseconds, 900);
	assert_int_equal(board->slow[0].rows, 7);
	assert_string_equal(board->slow[0].route, "show");
	assert_string_equal(board->slow[0].tenant, "beta");
	for (int i = 1; i < SCOP_SLOW_KEPT; i++) {
		snprintf(name, sizeof name, "other%d", i);
		assert_true(scop_board_slow(board, name, "list", "acme", 100, 1));
	}
	assert_false(scop_board_slow(board, "one more", "list", "acme", 100, 1));
}

static void
a_worker_is_what_its_gateway_saw(void **state)
{
	struct scop_ledger_entry entry = { 0 };

	(void)state;
	assert_int_equal(scop_ledger_state(&entry), SCOP_WORKER_NONE);
	entry.pid = 7;
	assert_int_equal(scop_ledger_state(&entry), SCOP_WORKER_STARTING);
	entry.ready = true;
	assert_int_equal(scop_ledger_state(&entry), SCOP_WORKER_IDLE);
	entry.busy = true;
	assert_int_equal(scop_ledger_state(&entry), SCOP_WORKER_BUSY);
	entry.busy = false;
	entry.last = true;
	assert_int_equal(scop_ledger_state(&entry), SCOP_WORKER_NONE);
	entry.since = 400;
	assert_int_equal(scop_ledger_age(&entry, 1000), 600);
	assert_int_equal(scop_ledger_age(&entry, 399), 0);
}

static void
times_are_counted_in_their_bucket(void **state)
{
	static struct scop_ledger ledger;

	(void)state;
	scop_ledger_time(&ledger, 1000);
	scop_ledger_time(&ledger, 1001);
	scop_ledger_time(&ledger, 60000000);
	assert_int_equal(ledger.requests, 3);
	assert_int_equal(ledger.microseconds, 60002001);
	assert_int_equal(ledger.buckets[0], 1);
	assert_int_equal(ledger.buckets[1], 1);
	assert_int_equal(ledger.buckets[SCOP_BUCKETS - 1], 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_route_rests_after_more_than_half_of_its_last_ten_crashed,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(crashes_of_long_ago_do_not_count, setup, teardown),
		cmocka_unit_test_setup_teardown(what_happens_while_a_route_rests_does_not_make_it_rest_longer,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(a_slow_statement_is_logged_once, setup, teardown),
		cmocka_unit_test(a_worker_is_what_its_gateway_saw),
		cmocka_unit_test(times_are_counted_in_their_bucket),
		cmocka_unit_test_setup_teardown(a_pool_fails_by_two_tenants_or_by_its_only_one,
		    setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
