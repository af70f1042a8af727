/* SPDX-License-Identifier: EUPL-1.2 */
/* How long an entry rests before it is tried again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "queue/queue.h"

enum { DRAWS = 2000 };

static void
draw(unsigned tries, int64_t *ret_least, int64_t *ret_most, int64_t *ret_mean)
{
	int64_t sum = 0;

	*ret_least = INT64_MAX;
	*ret_most = 0;
	for (int i = 0; i < DRAWS; i++) {
		const int64_t rest = scop_queue_rest(tries);

		sum += rest;
		*ret_least = rest < *ret_least ? rest : *ret_least;
		*ret_most = rest > *ret_most ? rest : *ret_most;
	}
	*ret_mean = sum / DRAWS;
}

static void
rests_double_up_to_a_limit(void **state)
{
	int64_t least, most, mean, before;

	(void)state;
	draw(1, &least, &most, &before);
	for (unsigned tries = 2; tries <= 10; tries++) {
		draw(tries, &least, &most, &mean);
		assert_true(mean > before * 18 / 10 && mean < before * 22 / 10);
		before = mean;
	}
	draw(1000000, &least, &most, &mean);
	draw(30, &least, &most, &before);
	assert_true(mean > before * 9 / 10 && mean < before * 11 / 10);
	assert_true(mean <= INT64_C(6) * 3600 * 1000 * 11 / 10);
}

/* Else all that failed together would come back together. */
static void
rests_are_spread(void **state)
{
	int64_t least, most, mean;

	(void)state;
	for (unsigned tries = 0; tries < 12; tries++) {
		draw(tries, &least, &most, &mean);
		assert_true(least < mean * 6 / 10 && most > mean * 14 / 10);
		assert_true(least > mean * 4 / 10 && most < mean * 16 / 10);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rests_double_up_to_a_limit),
		cmocka_unit_test(rests_are_spread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
