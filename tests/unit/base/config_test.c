/* SPDX-License-Identifier: EUPL-1.2 */
/* The configuration file: accepted settings, and messages for mistakes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/config.h"

static char file[] = "/tmp/scop-config-XXXXXX";
static struct scop_config config;
static struct scop_error err;

static bool
load(const char *text)
{
	FILE *out = fopen(file, "w");

	fputs(text, out);
	fclose(out);
	err.text[0] = '\0';
	return scop_config_load(&config, file, &err);
}

static void
expect_mistake(const char *text, unsigned line, const char *words)
{
	char place[100];

	assert_false(load(text));
	snprintf(place, sizeof place, "%s:%u: ", file, line);
	if (strncmp(err.text, place, strlen(place)) != 0 || !strstr(err.text, words))
		fail_msg("expected '%s...%s', got '%s'", place, words, err.text);
}

static void
an_empty_file_gives_the_defaults(void **state)
{
	(void)state;
	assert_true(load(""));
	assert_string_equal(config.run, "/run/scopiton");
	assert_int_equal(config.body_max, 10000000);
	assert_true(config.sandbox);
	assert_false(config.development);
}

static void
blanks_and_comments_do_not_matter(void **state)
{
	(void)state;
	assert_true(load("\n  # workers = 1\n\tworkers\t=  9  \r\n\nnginx_group =\nform_rate = a = "
			 "b\nsandbox=no"));
	assert_int_equal(config.workers, 9);
	assert_string_equal(config.nginx_group, "");
	assert_string_equal(config.form_rate, "a = b");
	assert_false(config.sandbox);
}

static void
mistakes_are_told_with_file_and_line(void **state)
{
	(void)state;
	expect_mistake("nonsense = 1\n", 1, "no setting 'nonsense'");
	expect_mistake("\n\nworkers = x\n", 3, "whole number from 1 to 4096, not 'x'");
	expect_mistake("workers = 0\n", 1, "from 1 to 4096");
	expect_mistake("workers = 4097\n", 1, "from 1 to 4096");
	expect_mistake("workers = 99999999999999999999\n", 1, "whole number");
	expect_mistake("workers = 0x10\n", 1, "whole number");
	expect_mistake("workers =\n", 1, "whole number");
	expect_mistake("https = Yes\n", 1, "yes or no");
	expect_mistake("run\n", 1, "expected 'name = value'");
	expect_mistake("workers = 10\n\nworkers = 10\n", 3, "is set twice");
}

static void
the_proxies_are_addresses_and_networks(void **state)
{
	static const char *const wrong[] = { "nobody", "10.0.0.256", "10.0.0.0/33", "10.0.0.0/",
		"10.0.0.0/x", "10.0.0.0/8x", "10.0.0.0/-8", "10.0.0.0/8/8", "::1/129", "1::2::3",
		"fe80::1%eth0", "10.0.0.7;", "10.0.0.7:80", "unix:", "10.0.0.7 x", "10.0.0.0/ 8",
		"10.0.0.0/99999999999999999999",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc" };
	char text[200];

	(void)state;
	assert_true(load("trusted_proxies = 127.0.0.1 10.0.0.0/8\t2001:db8::/32 ::1 "
			 "192.0.2.7/32 ::ffff:10.0.0.7\n"));
	assert_true(load("trusted_proxies =\n"));
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		snprintf(text, sizeof text, "trusted_proxies = %s\n", wrong[i]);
		assert_false(load(text));
		assert_non_null(strstr(err.text, "'trusted_proxies' has '"));
		assert_non_null(strstr(err.text, "no address and no network"));
	}
	assert_false(load("trusted_proxies = 0.0.0.0/0\n"));
	assert_non_null(strstr(err.text, "everybody"));
	assert_false(load("trusted_proxies = ::/0\n"));
	assert_non_null(strstr(err.text, "everybody"));
	assert_false(load("trusted_proxies = 10.0.0.1/8\n"));
	assert_non_null(strstr(err.text, "bits after the first 8"));
	assert_false(load("trusted_proxies = 2001:db8::8000:0/96\n"));
	assert_non_null(strstr(err.text, "bits after the first 96"));
}

static void
a_number_at_its_bounds_is_taken(void **state)
{
	(void)state;
	assert_true(
	    load("workers = 4096\npool_workers = 256\nbody_max = 1000\nlandlock_abi = 0\n"));
	assert_true(load("workers = 1\npool_workers = 1\nbody_max = 1000000000\n"));
}

static void
settings_that_contradict_each_other_are_refused(void **state)
{
	(void)state;
	assert_false(load("workers = 2\n"));
	assert_non_null(strstr(err.text, "'pool_workers' is more than 'workers'"));
	assert_false(load("soft_milliseconds = 30000\n"));
	assert_non_null(strstr(err.text, "'soft_milliseconds' is more than"));
	assert_false(load("run = tmp\n"));
	assert_false(load("run = /123456789012345678901234\n"));
	assert_true(load("run = /12345678901234567890123\n"));
}

static void
a_text_has_255_bytes_at_most(void **state)
{
	char text[400] = "var = /";

	(void)state;
	memset(text + 7, 'x', 254);
	strcpy(text + 7 + 254, "\n");
	assert_true(load(text));
	assert_int_equal(strlen(config.var), 255);
	memset(text + 7, 'x', 255);
	strcpy(text + 7 + 255, "\n");
	expect_mistake(text, 1, "longer than 255 bytes");
}

static void
a_long_comment_is_one_line(void **state)
{
	static char text[4000] = "# ";

	(void)state;
	memset(text + 2, 'x', 2000);
	strcpy(text + 2002, "\nworkers = 9\n");
	assert_true(load(text));
	assert_int_equal(config.workers, 9);
	strcpy(text + 2002, "\nnonsense = 9\n");
	expect_mistake(text, 2, "nonsense");
}

static void
the_end_of_a_long_comment_sets_nothing(void **state)
{
	static char text[4000] = "# ";

	(void)state;
	memset(text + 2, 'x', 1021); /* the line that is read at once ends here */
	strcpy(text + 1023, "sandbox = no\n");
	load(text);
	assert_true(config.sandbox);
}

static void
what_cannot_be_read_is_told_by_name(void **state)
{
	(void)state;
	assert_false(scop_config_load(&config, "/nonexistent/scopiton.conf", &err));
	assert_non_null(strstr(err.text, "'/nonexistent/scopiton.conf' cannot be read"));
	assert_false(scop_config_load(&config, "/tmp", &err));
	assert_non_null(strstr(err.text, "/tmp"));
}

static int
make_file(void **state)
{
	(void)state;
	close(mkstemp(file));
	return 0;
}

static int
remove_file(void **state)
{
	(void)state;
	return unlink(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_file_gives_the_defaults),
		cmocka_unit_test(blanks_and_comments_do_not_matter),
		cmocka_unit_test(mistakes_are_told_with_file_and_line),
		cmocka_unit_test(the_proxies_are_addresses_and_networks),
		cmocka_unit_test(a_number_at_its_bounds_is_taken),
		cmocka_unit_test(settings_that_contradict_each_other_are_refused),
		cmocka_unit_test(a_text_has_255_bytes_at_most),
		cmocka_unit_test(a_long_comment_is_one_line),
		cmocka_unit_test(the_end_of_a_long_comment_sets_nothing),
		cmocka_unit_test(what_cannot_be_read_is_told_by_name),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
