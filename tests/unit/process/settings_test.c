/* SPDX-License-Identifier: EUPL-1.2 */
/* A worker reads the settings that the supervisor wrote, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "process/settings.h"

static bool
has(const struct scop_arguments *arguments, const char *text)
{
	for (unsigned i = 0; i < arguments->count; i++)
		if (strcmp(arguments->list[i], text) == 0)
			return true;
	return false;
}

static void
each_kind_arrives_as_it_was_given(void **state)
{
	struct scop_arguments arguments = { 0 };
	struct scop_worker_settings read;
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	const struct scop_worker_settings given = { .module = "shop",
		.site = "7 t7_shop fr Europe/Brussels EUR 3",
		.memory = INT64_C(5000000000),
		.slot = 3,
		.channel = ends[0],
		.jobs = true };

	scop_arguments_add(&arguments, "/lib/scopiton-worker");
	scop_settings_add(&given, &arguments);
	scop_settings_read(&read, (int)arguments.count, arguments.list);
	assert_string_equal(read.module, "shop");
	assert_string_equal(read.site, given.site);
	assert_true(read.memory == given.memory);
	assert_int_equal(read.slot, 3);
	assert_int_equal(read.channel, ends[0]);
	assert_true(read.jobs);
	assert_true(has(&arguments, "memory=5000000000"));
	assert_null(arguments.list[arguments.count]);
	close(ends[0]);
	close(ends[1]);
}

static void
only_descriptors_that_were_given_stay_open(void **state)
{
	struct scop_arguments arguments = { 0 };
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	scop_settings_add(&(struct scop_worker_settings){ .listen = ends[0] }, &arguments);
	assert_int_equal(fcntl(ends[0], F_GETFD), 0);
	assert_int_equal(fcntl(ends[1], F_GETFD), FD_CLOEXEC);
	assert_int_equal(arguments.count, 1);
	close(ends[0]);
	close(ends[1]);
}

static void
what_is_not_given_is_empty(void **state)
{
	char *argv[] = { "worker", "modules=no", "hash", "slot=", "other=1", NULL };
	struct scop_worker_settings read;

	(void)state;
	scop_settings_read(&read, 5, argv);
	assert_string_equal(read.module, "");
	assert_string_equal(read.hash, "");
	assert_string_equal(read.import, "");
	assert_int_equal(read.slot, 0);
	assert_int_equal(read.listen, 0);
	assert_false(read.jobs);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_arrives_as_it_was_given),
		cmocka_unit_test(only_descriptors_that_were_given_stay_open),
		cmocka_unit_test(what_is_not_given_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
