/* SPDX-License-Identifier: EUPL-1.2 */
/* The values given to a command come through the queue in their types, and nothing else does. */
#include "../with_arena.h"

#include <string.h>

#include "base/buffer.h"
#include "base/json.h"
#include "base/value.h"
#include "queue/command.h"

static const struct scop_command pay = { "bank:pay_2",
	(const struct scop_given[]){ { "to", SCOP_STRING, false }, { "amount", SCOP_MONEY, false },
	    { "rate", SCOP_NUMBER, true }, { "on", SCOP_DATE, true }, { "at", SCOP_CLOCK, true },
	    { "since", SCOP_TIME, true }, { "times", SCOP_INT, true },
	    { "urgent", SCOP_BOOL, true }, { 0 } } };
static const struct scop_command nothing = { "bank:close_1", (const struct scop_given[]){ { 0 } } };

static const struct scop_value *
read_text(const struct scop_command *command, const char *json, struct scop_error *err)
{
	const struct scop_value *body = scop_json_parse(arena, json, strlen(json), err);

	assert_non_null(body);
	return scop_command_read(arena, command, body, err);
}

/* Through JSON, as the queue has it. */
static const struct scop_value *
sent(const struct scop_value *const *values)
{
	struct scop_buffer json;
	struct scop_error err;
	const char *mistake;
	const struct scop_value *body = scop_command_write(arena, &pay, values, &mistake);

	assert_non_null(body);
	scop_buffer_init(&json, arena);
	scop_json_print(&json, body);
	const struct scop_value *read = read_text(&pay, scop_buffer_str(&json), &err);
	assert_non_null(read);
	return read;
}

static void
values_arrive_in_their_types(void **state)
{
	const struct scop_value *const values[] = { scop_value_text(arena, "Zoë: \"x\""),
		scop_value_money(arena, -1250, "EUR"),
		scop_value_number(arena, 123456789012345600, 8), scop_value_date(arena, 20000),
		scop_value_clock(arena, 86399), scop_value_time(arena, 1700000000000000),
		scop_value_int(arena, INT64_MAX), scop_value_bool(arena, false) };
	const struct scop_value *body = sent(values);

	(void)state;
	assert_string_equal(scop_text(body, "to"), "Zoë: \"x\"");
	assert_int_equal(scop_type(scop_get(body, "amount")), SCOP_MONEY);
	assert_int_equal(scop_int(body, "amount"), -1250);
	assert_int_equal(scop_unscaled(scop_get(body, "rate")), 123456789012345600);
	assert_int_equal(scop_scale(scop_get(body, "rate")), 8);
	assert_int_equal(scop_type(scop_get(body, "on")), SCOP_DATE);
	assert_int_equal(scop_int(body, "on"), 20000);
	assert_int_equal(scop_int(body, "at"), 86399);
	assert_int_equal(scop_type(scop_get(body, "since")), SCOP_TIME);
	assert_int_equal(scop_int(body, "since"), 1700000000);
	assert_int_equal(scop_int(body, "times"), INT64_MAX);
	assert_int_equal(scop_type(scop_get(body, "urgent")), SCOP_BOOL);
}

static void
what_is_optional_may_be_left_out(void **state)
{
	const struct scop_value *const values[] = { scop_value_text(arena, ""),
		scop_value_money(arena, 0, "EUR"), NULL, NULL, scop_value_null(), NULL, NULL,
		NULL };
	const struct scop_value *body = sent(values);

	(void)state;
	assert_int_equal(scop_count(body), 8);
	assert_int_equal(scop_type(scop_get(body, "rate")), SCOP_NULL);
	assert_int_equal(scop_type(scop_get(body, "at")), SCOP_NULL);
}

static void
a_module_s_mistake_is_told_before_anything_is_sent(void **state)
{
	const struct scop_value *text = scop_value_text(arena, "x"),
				*money = scop_value_money(arena, 1, "EUR");
	const struct scop_value *const without[] = { text, NULL, NULL, NULL, NULL, NULL, NULL,
		NULL },
				       *const other[] = { text, money, text, NULL, NULL, NULL, NULL,
					       NULL };
	const char *mistake;

	(void)state;
	assert_null(scop_command_write(arena, &pay, without, &mistake));
	assert_string_equal(mistake, "command 'bank:pay_2' is sent without 'amount'");
	assert_null(scop_command_write(arena, &pay, other, &mistake));
	assert_string_equal(mistake,
	    "command 'bank:pay_2' is sent with a 'rate' of another type than module.xml names");
}

#define PAY "\"to\":\"x\",\"amount\":{\"cents\":1,\"currency\":\"EUR\"}"

static void
any_other_body_is_refused(void **state)
{
	static const struct {
		const char *json, *why;
	} cases[] = {
		{ "[]", "'?'" },
		{ "null", "'?'" },
		{ "{\"to\":\"x\"}", "without 'amount'" },
		{ "{\"to\":null,\"amount\":{\"cents\":1,\"currency\":\"EUR\"}}", "without 'to'" },
		{ "{\"to\":7,\"amount\":{\"cents\":1,\"currency\":\"EUR\"}}", "'to'" },
		{ "{\"to\":\"x\",\"amount\":12.5}", "'amount'" },
		{ "{\"to\":\"x\",\"amount\":{\"cents\":1,\"currency\":\"eur\"}}", "'amount'" },
		{ "{\"to\":\"x\",\"amount\":{\"cents\":1}}", "'amount'" },
		{ "{" PAY ",\"rate\":\"1,5\"}", "'rate'" },
		{ "{" PAY ",\"rate\":1.5}", "'rate'" },
		{ "{" PAY ",\"on\":\"2026-02-30\"}", "'on'" },
		{ "{" PAY ",\"at\":\"25:00\"}", "'at'" },
		{ "{" PAY ",\"since\":\"yesterday\"}", "'since'" },
		{ "{" PAY ",\"times\":\"7\"}", "'times'" },
		{ "{" PAY ",\"urgent\":1}", "'urgent'" },
		{ "{" PAY ",\"more\":1}", "'more'" },
	};
	struct scop_error err;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_null(read_text(&pay, cases[i].json, &err));
		assert_non_null(strstr(err.text, cases[i].why));
	}
	assert_non_null(read_text(&pay, "{" PAY "}", &err));
	assert_non_null(read_text(&nothing, "{}", &err));
	assert_null(read_text(&nothing, "{\"to\":\"x\"}", &err));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(values_arrive_in_their_types),
		TEST(what_is_optional_may_be_left_out),
		TEST(a_module_s_mistake_is_told_before_anything_is_sent),
		TEST(any_other_body_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
