/* SPDX-License-Identifier: EUPL-1.2 */
/* Tests which mails the mailer refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/arena.h"
#include "base/value.h"
#include "mail/check.h"

static struct scop_arena *arena;

static int
set_up(void **state)
{
	(void)state;
	arena = scop_arena_new();
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	scop_arena_free(arena);
	return 0;
}

/* A sound mail, but for one member. */
static bool
is_refused(const char *name, const struct scop_value *value)
{
	static const char *const sound[][2] = { { "recipient", "a@example.org" },
		{ "recipient_name", "Zoé" }, { "sender_name", "Acme & \"Fils\"" },
		{ "reply_to", "" }, { "subject", "Hello" } };
	struct scop_map_maker map;

	scop_map_init(&map, arena);
	for (size_t i = 0; i < sizeof sound / sizeof sound[0]; i++)
		scop_map_put(&map, sound[i][0], scop_value_text(arena, sound[i][1]));
	scop_map_put(&map, "size", scop_value_int(arena, SCOP_MAIL_HTML_MAX));
	scop_map_put(&map, name, value);
	return scop_mail_flaw(scop_map_value(&map)) != NULL;
}

static bool
text_is_refused(const char *name, const char *text)
{
	return is_refused(name, scop_value_text(arena, text));
}

static void
a_mail_that_breaks_a_rule_is_refused(void **state)
{
	static const char *const addresses[] = { "nobody", "a@b.org\r\nDATA", "a@b.org\n",
		"a@b.org,c@d.org", "<a@b.org>", "a b@c.org" };
	char subject[SCOP_MAIL_SUBJECT_MAX + 2];

	(void)state;
	assert_false(text_is_refused("subject", "Hello"));
	assert_false(text_is_refused("reply_to", "b@example.org"));
	for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
		assert_true(text_is_refused("recipient", addresses[i]));
		assert_true(text_is_refused("reply_to", addresses[i]));
	}
	assert_true(text_is_refused("recipient", ""));
	assert_true(is_refused("recipient", scop_value_bytes(arena, "a@b.org\0x", 9)));
	assert_true(text_is_refused("recipient_name", "Eve\r\nBcc: x@example.org"));
	assert_true(text_is_refused("sender_name", "x\n"));
	assert_true(text_is_refused("subject", ""));
	assert_true(text_is_refused("subject", "Hi\r\n\r\nbody"));
	memset(subject, 'x', sizeof subject - 1);
	subject[sizeof subject - 1] = '\0';
	assert_true(text_is_refused("subject", subject));
	assert_false(text_is_refused("subject", subject + 1));
	assert_true(is_refused("size", scop_value_int(arena, SCOP_MAIL_HTML_MAX + 1)));
}

static const char *
file_flaw(const char *name, const char *type)
{
	struct scop_map_maker map;

	scop_map_init(&map, arena);
	scop_map_put(&map, "name", scop_value_text(arena, name));
	scop_map_put(&map, "type", scop_value_text(arena, type));
	return scop_mail_attachment_flaw(scop_map_value(&map));
}

static void
an_attachment_needs_a_name_and_a_type_of_one_line(void **state)
{
	static const char *const types[] = { "", "text", "text/", "/csv", "text/csv\r\nX: 1",
		"text/csv; charset", "text/csv; charset=\"x\"", "text/csv;", "text/c v" };

	(void)state;
	assert_null(file_flaw("Liste d'\"été\".csv", "text/csv"));
	assert_null(file_flaw("a", "application/vnd.oasis.opendocument.text; charset=utf-8; a=b"));
	assert_non_null(file_flaw("", "text/csv"));
	assert_non_null(file_flaw("a\r\nX-Evil: 1", "text/csv"));
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		assert_non_null(file_flaw("a", types[i]));
}

static const char *
size_flaw(int64_t count, int64_t largest, int64_t together)
{
	struct scop_map_maker map;

	scop_map_init(&map, arena);
	scop_map_put(&map, "count", scop_value_int(arena, count));
	scop_map_put(&map, "largest", scop_value_int(arena, largest));
	scop_map_put(&map, "together", scop_value_int(arena, together));
	return scop_mail_size_flaw(scop_map_value(&map));
}

static void
attachments_are_bounded_alone_and_together(void **state)
{
	(void)state;
	assert_null(size_flaw(0, 0, 0));
	assert_null(
	    size_flaw(SCOP_MAIL_ATTACHMENTS_MAX, SCOP_MAIL_ATTACHMENT_MAX, SCOP_MAIL_TOGETHER_MAX));
	assert_non_null(size_flaw(SCOP_MAIL_ATTACHMENTS_MAX + 1, 1, 1));
	assert_non_null(size_flaw(1, SCOP_MAIL_ATTACHMENT_MAX + 1, SCOP_MAIL_ATTACHMENT_MAX + 1));
	assert_non_null(size_flaw(3, SCOP_MAIL_ATTACHMENT_MAX, SCOP_MAIL_TOGETHER_MAX + 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_mail_that_breaks_a_rule_is_refused, set_up,
		    tear_down),
		cmocka_unit_test_setup_teardown(an_attachment_needs_a_name_and_a_type_of_one_line,
		    set_up, tear_down),
		cmocka_unit_test_setup_teardown(attachments_are_bounded_alone_and_together, set_up,
		    tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
