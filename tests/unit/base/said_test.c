/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages in parts: written, shown in English and in translation, cut off and damaged. */
#include "../with_arena.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/said.h"

/* A language with translations of two formats. */
static const char *
say(void *context, const char *format)
{
	(void)context;
	if (strcmp(format, "'%s' needs %s") == 0)
		return "%2$s manque à « %1$s »";
	if (strcmp(format, "%s is beta") == 0)
		return "%s est une bêta";
	if (strcmp(format, "check") == 0)
		return "vérifier";
	return format;
}

static const struct scop_said_language french = { say, NULL };

static const char *
shown(const char *said, const struct scop_said_language *language)
{
	static char text[SCOP_SAID_MAX];

	scop_said_show(said, language, text, sizeof text);
	return text;
}

static void
numbers_and_texts_are_arguments(void **state)
{
	char said[SCOP_SAID_MAX];

	(void)state;
	scop_said_write(said, sizeof said, "%s %d %lld %zu %u %c %.3s %03lld %.*s 100%%", "a", -1,
	    1234567890123LL, (size_t)7, 4000000000u, 'x', "abcdef", 5LL, 2, "wxyz");
	assert_string_equal(shown(said, NULL), "a -1 1234567890123 7 4000000000 x abc 005 wx 100%");
	scop_said_write(said, sizeof said, "%llx of %ld", 255ULL, -3L);
	assert_string_equal(shown(said, NULL), "ff of -3");
}

static void
a_message_within_another_keeps_its_own_translation(void **state)
{
	char reason[SCOP_SAID_MAX], said[SCOP_SAID_MAX];

	(void)state;
	scop_said_write(reason, sizeof reason, "%s is beta", "1.2.0");
	scop_said_write(said, sizeof said, "'%s' needs %s", "shop", reason);
	assert_string_equal(shown(said, NULL), "'shop' needs 1.2.0 is beta");
	assert_string_equal(shown(said, &french), "1.2.0 est une bêta manque à « shop »");
}

static void
messages_may_stand_in_text(void **state)
{
	char one[200], two[200], both[500];

	(void)state;
	scop_said_write(one, sizeof one, "%s is beta", "1");
	scop_said_write(two, sizeof two, "%s is beta", "2");
	snprintf(both, sizeof both, "%s; %s", one, two);
	assert_string_equal(shown(both, &french), "1 est une bêta; 2 est une bêta");
}

static void
a_text_alone_is_said_whole_and_no_format(void **state)
{
	(void)state;
	assert_string_equal(shown("check", &french), "vérifier");
	assert_string_equal(shown("100% of it, %s", NULL), "100% of it, %s");
	assert_string_equal(shown("", &french), "");
}

static void
an_error_is_in_english_and_in_parts(void **state)
{
	struct scop_error cause, err;

	(void)state;
	assert_false(scop_error_set(&cause, "%s is beta", "1.2.0"));
	assert_false(scop_error_set(&err, "the catalogue: %s", cause.said));
	assert_string_equal(err.text, "the catalogue: 1.2.0 is beta");
	assert_string_equal(shown(err.said, &french), "the catalogue: 1.2.0 est une bêta");
}

/* Any text from the database or a module is shown, truncated where it was truncated. */
static void
damaged_and_cut_messages_are_shown_as_far_as_they_go(void **state)
{
	char said[SCOP_SAID_MAX], text[20];

	(void)state;
	scop_said_write(said, sizeof said, "'%s' needs %s", "shop", "more");
	for (size_t cut = 0; cut <= strlen(said); cut++) {
		char part[SCOP_SAID_MAX];

		snprintf(part, sizeof part, "%.*s", (int)cut, said);
		shown(part, &french);
		scop_said_show(part, NULL, text, sizeof text);
		assert_true(strlen(text) < sizeof text);
	}
	assert_string_equal(shown("\x03\x1f\x02", NULL), "");
	assert_string_equal(shown("\x02%s %s %9$s\x1f"
				  "a\x03",
				NULL),
	    "a  ");
	assert_string_equal(shown("\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02\x02x", NULL), "");
	assert_string_equal(shown("\x02%s\x1f\xff"
				  "a",
				NULL),
	    "a");
	scop_said_write(said, 12, "%s", "ééééééééé");
	assert_true(strlen(said) < 12);
}

static void
an_error_for_operators_bears_a_sign_that_is_not_shown(void **state)
{
	struct scop_error cause, err;

	(void)state;
	scop_error_set(&cause, SCOP_SAID_TECHNICAL "%s, in: %s", "1054: Unknown column",
	    "SELECT x");
	scop_error_set(&err, "'%s' stays: %s", "shop", cause.said);
	assert_string_equal(err.text, "'shop' stays: 1054: Unknown column, in: SELECT x");
	assert_non_null(strstr(err.said, SCOP_SAID_TECHNICAL));
	assert_string_equal(shown(err.said, NULL), err.text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(numbers_and_texts_are_arguments),
		TEST(a_message_within_another_keeps_its_own_translation),
		TEST(messages_may_stand_in_text),
		TEST(a_text_alone_is_said_whole_and_no_format),
		TEST(an_error_is_in_english_and_in_parts),
		TEST(an_error_for_operators_bears_a_sign_that_is_not_shown),
		TEST(damaged_and_cut_messages_are_shown_as_far_as_they_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
