/* SPDX-License-Identifier: EUPL-1.2 */
/* Versions and ranges: valid ones, and which versions a range contains. */
#include "../with_arena.h"

#include <string.h>

#include "package/version.h"

static bool
has(const char *range, const char *text)
{
	struct scop_version version;

	assert_true(scop_version_parse(text, &version));
	return scop_range_has(range, &version);
}

static void
a_version_is_three_numbers(void **state)
{
	static const char *const wrong[] = { "", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.03", "1.2.x",
		"v1.2.3", "100000.0.0", "-1.0.0", " 1.2.3", "1.2.3 ", "1..3", "1.2.", "1.2.3-beta",
		"99999999999999999999.0.0" };
	struct scop_version version;

	(void)state;
	assert_true(scop_version_parse("0.10.99999", &version));
	assert_int_equal(version.minor, 10);
	assert_int_equal(version.patch, 99999);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		if (scop_version_parse(wrong[i], &version))
			fail_msg("'%s' is taken for a version", wrong[i]);
}

static void
a_range_has_what_npm_says(void **state)
{
	static const struct {
		const char *range, *version;
		bool has;
	} cases[] = {
		{ "^1.4", "1.4.0", true },
		{ "^1.4", "1.99.7", true },
		{ "^1.4", "1.3.9", false },
		{ "^1.4", "2.0.0", false },
		{ "^0.3", "0.3.9", true },
		{ "^0.3", "0.4.0", false },
		{ "^0.0.3", "0.0.3", true },
		{ "^0.0.3", "0.0.4", false },
		{ "^2", "2.9.0", true },
		{ "^2", "3.0.0", false },
		{ "^0", "0.9.9", true },
		{ "^0", "1.0.0", false },
		{ "^1.2.3", "1.2.2", false },
		{ "~1.4", "1.4.9", true },
		{ "~1.4", "1.5.0", false },
		{ "~1.4.2", "1.4.1", false },
		{ "~1", "1.9.9", true },
		{ "~1", "2.0.0", false },
		{ ">=2", "2.0.0", true },
		{ ">=2", "1.9.9", false },
		{ ">2", "2.9.9", false },
		{ ">2", "3.0.0", true },
		{ ">1.2.3", "1.2.3", false },
		{ ">1.2.3", "1.2.4", true },
		{ "<=2.1", "2.1.9", true },
		{ "<=2.1", "2.2.0", false },
		{ "<3", "2.9.9", true },
		{ "<3", "3.0.0", false },
		{ "1.4.0", "1.4.0", true },
		{ "=1.4.0", "1.4.1", false },
		{ "1.4", "1.4.7", true },
		{ "1.4", "1.5.0", false },
		{ ">=2 <3", "2.5.0", true },
		{ ">=2 <3", "3.0.0", false },
		{ "  >=2   <3 ", "2.5.0", true },
		{ "*", "0.0.0", true },
		{ "*", "99999.0.0", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (has(cases[i].range, cases[i].version) != cases[i].has)
			fail_msg("%s in %s", cases[i].version, cases[i].range);
}

static void
what_is_no_range_has_nothing(void **state)
{
	static const char *const wrong[] = { "", " ", "^", "latest", "^1.4beta", ">=", "1.x",
		">> 1", "^1.4,<2", "1 || 2", "**", "^01", "1.2.3.4" };

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		if (scop_range_valid(wrong[i]) || has(wrong[i], "1.4.0"))
			fail_msg("'%s' is taken for a range", wrong[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_version_is_three_numbers),
		TEST(a_range_has_what_npm_says),
		TEST(what_is_no_range_has_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
