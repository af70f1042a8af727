/* SPDX-License-Identifier: EUPL-1.2 */
/* Validation of a route's fields: accepted values, and the messages for others. */
#include "../with_arena.h"

#include <string.h>
#include <time.h>

#include "base/value.h"
#include "web/field.h"
#include "web/request.h"

static const struct scop_view *const no_views[] = { NULL };
static const struct scop_statement *const no_statements[] = { NULL };
static const struct scop_messages no_messages[] = { { .data = NULL } };
static const struct scop_names no_names = { no_views, no_statements, no_messages };
static const struct scop_module module = { .names = &no_names };
static struct scop_app app = { .module = &module };
static struct scop_pairs pairs;

/* The country of the tenant below. */
static const char *tenant_country = "BE";

/* A request of a tenant in Brussels that has read one field, sent as `text` (and `more`, behind its
 * name and a point). */
static struct scop_request *
sent(const struct scop_field *field, const char *text, const char *key, const char *more)
{
	const struct scop_site site = { .zone = "Europe/Brussels",
		.country = tenant_country,
		.currency = "EUR",
		.language = SCOP_FR };
	struct scop_request *req = scop_request_new(&app, arena, &site);
	const struct scop_field fields[] = { *field, { 0 } };

	pairs.count = 0;
	pairs.pair[pairs.count++] = (struct scop_pair){ field->name, text, strlen(text) };
	if (key)
		pairs.pair[pairs.count++] = (struct scop_pair){ key, more, strlen(more) };
	req->pairs = &pairs;
	scop_fields_check(req, fields);
	return req;
}

static const char *
said(const struct scop_request *req)
{
	return scop_as_text(scop_rejection(req, "f"));
}

/* The value read from `text`, in plain form, or "!" if it is refused. */
static const char *
taken(const struct scop_field *field, const char *text)
{
	struct scop_request *req = sent(field, text, NULL, NULL);

	return req->rejected ? "!" : scop_plain(req, scop_field(req, "f"));
}

static void
each_type_takes_what_it_should(void **state)
{
	static const char *const choices[] = { "BE", "FR", NULL };
	const struct scop_field
	    decimal = { .name = "f", .type = SCOP_FIELD_DECIMAL, .scale = 3, .min = 1 },
	    bounded = { .name = "f", .type = SCOP_FIELD_DECIMAL, .scale = 1, .max = 50 },
	    money = { .name = "f", .type = SCOP_FIELD_MONEY },
	    any = { .name = "f", .type = SCOP_FIELD_MONEY, .min = SCOP_NO_MIN },
	    debt = { .name = "f", .type = SCOP_FIELD_MONEY, .min = -500, .max = 500 },
	    time = { .name = "f", .type = SCOP_FIELD_TIME },
	    clock = { .name = "f", .type = SCOP_FIELD_CLOCK },
	    open = { .name = "f", .type = SCOP_FIELD_CLOCK, .min = 830, .max = 1800 },
	    late = { .name = "f", .type = SCOP_FIELD_CLOCK, .min = 1201 },
	    day = { .name = "f", .type = SCOP_FIELD_DATE },
	    year = { .name = "f", .type = SCOP_FIELD_DATE, .min = 20260101, .max = 20261231 },
	    spring = { .name = "f", .type = SCOP_FIELD_TIME, .min = 20260301, .max = 20260531 },
	    country = { .name = "f", .type = SCOP_FIELD_COUNTRY },
	    near = { .name = "f", .type = SCOP_FIELD_COUNTRY, .choices = choices },
	    phone = { .name = "f", .type = SCOP_FIELD_PHONE },
	    url = { .name = "f", .type = SCOP_FIELD_URL },
	    iban = { .name = "f", .type = SCOP_FIELD_IBAN },
	    vat = { .name = "f", .type = SCOP_FIELD_VAT };
	const struct {
		const struct scop_field *field;
		const char *text, *taken;
	} cases[] = {
		{ &decimal, " 1,25 ", "1.250" },
		{ &decimal, "0,001", "0.001" },
		{ &decimal, "0", "!" },
		{ &decimal, "1.250", "!" },
		{ &decimal, "1,2345", "!" },
		{ &decimal, "-1", "!" },
		{ &bounded, "5", "5.0" },
		{ &bounded, "5,1", "!" },
		{ &bounded, "", "" },
		{ &money, "12,5", "12.50" },
		{ &money, "-12,5", "!" },
		{ &money, "9999999999999,99", "9999999999999.99" },
		{ &money, "10000000000000,00", "!" },
		{ &any, "-12,5", "-12.50" },
		{ &debt, "-5", "-5.00" },
		{ &debt, "-5,01", "!" },
		{ &debt, "5,01", "!" },
		{ &clock, "14:30", "14:30:00" },
		{ &clock, "2:30 pm", "!" },
		{ &open, "08:30", "08:30:00" },
		{ &open, "08:29", "!" },
		{ &open, "18:00", "18:00:00" },
		{ &open, "18:01", "!" },
		{ &late, "12:00", "!" },
		{ &late, "23:59", "23:59:00" },
		{ &day, "1900-01-01", "1900-01-01" },
		{ &day, "2200-01-01", "!" },
		{ &year, "2026-01-01", "2026-01-01" },
		{ &year, "2025-12-31", "!" },
		{ &year, "2026-12-31", "2026-12-31" },
		{ &year, "2027-01-01", "!" },
		{ &year, "", "" },
		{ &spring, "2026-03-01T00:00", "2026-02-28T23:00:00Z" },
		{ &spring, "2026-02-28T23:59", "!" },
		{ &spring, "2026-05-31T23:59", "2026-05-31T21:59:00Z" },
		{ &spring, "2026-05-31T22:00Z", "!" },
		{ &time, "2026-11-22T14:30", "2026-11-22T13:30:00Z" },
		{ &time, "2026-11-22 14:30", "2026-11-22T13:30:00Z" },
		{ &time, "2026-11-22T14:30:05Z", "2026-11-22T14:30:05Z" },
		{ &time, "2026-10-25T02:30+01:00", "2026-10-25T01:30:00Z" },
		{ &time, "2026-03-29T02:30", "!" },
		{ &time, "2026-10-25T02:30", "!" },
		{ &time, "1026-11-22T14:30", "!" },
		{ &time, "2026-11-22", "!" },
		{ &country, "LU", "LU" },
		{ &country, "lu", "!" },
		{ &near, "LU", "!" },
		{ &near, "FR", "FR" },
		{ &phone, "0470 12 34 56", "+32470123456" },
		{ &phone, "470", "!" },
		{ &url, "Example.org", "https://example.org" },
		{ &url, "javascript:alert(1)", "!" },
		{ &iban, "be68 5390 0754 7034", "BE68539007547034" },
		{ &iban, "be68 5390 0754 7035", "!" },
		{ &vat, "0202.239.951", "BE0202239951" },
		{ &vat, "FR 40 303 265 045", "FR40303265045" },
		{ &vat, "BE 0202.239.950", "!" },
		{ &vat, "BE\n0202.239.951", "!" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (strcmp(taken(cases[i].field, cases[i].text), cases[i].taken) != 0)
			fail_msg("type %d, '%s': %s", (int)cases[i].field->type, cases[i].text,
			    taken(cases[i].field, cases[i].text));
}

static void
numbers_of_the_tenants_country_need_no_country(void **state)
{
	const struct scop_field phone = { .name = "f", .type = SCOP_FIELD_PHONE },
				vat = { .name = "f", .type = SCOP_FIELD_VAT };

	(void)state;
	tenant_country = "FR"; /* in Belgium's zone all the same */
	assert_string_equal(taken(&phone, "06 12 34 56 78"), "+33612345678");
	assert_string_equal(taken(&vat, "40 303 265 045"), "FR40303265045");
	assert_string_equal(taken(&vat, "0202.239.951"), "!");
	tenant_country = "JP";
	assert_string_equal(taken(&phone, "06 12 34 56 78"), "!");
	tenant_country = "BE";
}

static void
a_refusal_says_what_to_type_in_the_readers_language(void **state)
{
	const struct scop_field decimal = { .name = "f", .type = SCOP_FIELD_DECIMAL, .scale = 2 },
				money = { .name = "f",
					.type = SCOP_FIELD_MONEY,
					.min = SCOP_NO_MIN,
					.max = 1000 },
				iban = { .name = "f", .type = SCOP_FIELD_IBAN };

	(void)state;
	assert_string_equal(said(sent(&decimal, "1,234567", NULL, NULL)),
	    "Trop de décimales : 2 au plus.");
	assert_string_equal(said(sent(&decimal, "douze", NULL, NULL)),
	    "Ce n'est pas un nombre. Écrivez par exemple 12,5.");
	assert_string_equal(said(sent(&money, "12", NULL, NULL)),
	    "Indiquez une valeur de 10,00\u00a0€ au plus.");
	assert_string_equal(said(sent(&iban, "BE68 5390", NULL, NULL)),
	    "Ce numéro de compte est trop court ou trop long pour son pays.");
}

static void
days_and_times_of_day_have_limits_of_their_own(void **state)
{
	struct scop_field day = { .name = "f", .type = SCOP_FIELD_DATE, .min = 20260301 },
			  clock = { .name = "f", .type = SCOP_FIELD_CLOCK, .max = 1800 };

	(void)state;
	assert_string_equal(said(sent(&day, "2026-02-28", NULL, NULL)),
	    "Choisissez un jour à partir du 01/03/2026.");
	day.max = 20261231;
	assert_string_equal(said(sent(&day, "2027-01-01", NULL, NULL)),
	    "Choisissez un jour du 01/03/2026 au 31/12/2026.");
	day.min = 0;
	assert_string_equal(said(sent(&day, "2027-01-01", NULL, NULL)),
	    "Choisissez un jour jusqu'au 31/12/2026.");
	assert_string_equal(said(sent(&clock, "18:30", NULL, NULL)),
	    "Choisissez une heure de 00:00 à 18:00.");
}

static void
an_hour_that_comes_twice_is_asked_for(void **state)
{
	const struct scop_field time = { .name = "f", .type = SCOP_FIELD_TIME };
	struct scop_request *req = sent(&time, "2026-10-25T02:30", NULL, NULL);

	(void)state;
	assert_true(strstr(said(req), "deux fois 02:30"));
	assert_string_equal(scop_text(scop_map_value(&req->values), "f.which"), "none");
	req = sent(&time, "2026-10-25T02:30", "f.which", "first");
	assert_string_equal(scop_plain(req, scop_field(req, "f")), "2026-10-25T00:30:00Z");
	req = sent(&time, "2026-10-25T02:30", "f.which", "second");
	assert_string_equal(scop_plain(req, scop_field(req, "f")), "2026-10-25T01:30:00Z");
	req = sent(&time, "2026-10-25T02:30", "f.which", "third");
	assert_true(req->rejected);
	req = sent(&time, "2026-03-29T02:30", NULL, NULL);
	assert_true(strstr(said(req), "02:30 n'existe pas"));
	assert_true(strstr(said(req), "03:30"));
}

static struct scop_request *
with_files(const struct scop_field *field, size_t count, size_t size)
{
	pairs.file_count = 0;
	for (size_t i = 0; i < count; i++) {
		pairs.file_field[i] = "f";
		pairs.file[pairs.file_count++] = (struct scop_file){ "a", "b", "c", size };
	}
	struct scop_request *req = sent(field, "", NULL, NULL);
	pairs.file_count = 0;
	return req;
}

static void
files_are_counted_and_measured(void **state)
{
	const struct scop_field files = { .name = "f",
		.type = SCOP_FIELD_FILES,
		.required = true,
		.max = 3,
		.max_bytes = 1000 };

	(void)state;
	assert_false(with_files(&files, 3, 1000)->rejected);
	assert_true(with_files(&files, 4, 1000)->rejected);
	assert_true(with_files(&files, 1, 1001)->rejected);
	assert_true(with_files(&files, 0, 0)->rejected);
	assert_true(with_files(&files, 1, 0)->rejected);
}

static void
a_file_without_a_byte_is_not_a_missing_one(void **state)
{
	const struct scop_field file = { .name = "f", .type = SCOP_FIELD_FILE, .required = true },
				optional = { .name = "f", .type = SCOP_FIELD_FILE };

	(void)state;
	assert_string_equal(said(with_files(&file, 1, 0)), "Le fichier est vide.");
	assert_string_equal(said(with_files(&optional, 1, 0)), "Le fichier est vide.");
	assert_string_equal(said(with_files(&file, 0, 0)), "Choisissez un fichier.");
	assert_false(with_files(&optional, 0, 0)->rejected);
	assert_false(with_files(&file, 1, 1)->rejected);
}

static void
a_refusal_may_belong_to_no_field(void **state)
{
	const struct scop_field text = { .name = "f", .type = SCOP_FIELD_TEXT };
	struct scop_request *req = sent(&text, "a", NULL, NULL);

	(void)state;
	struct scop_map_maker values;
	scop_map_init(&values, arena);
	scop_map_put(&values, "sum", scop_make_money(req, 1250, "EUR"));
	scop_map_put(&values, "wanted", scop_make_money(req, 0, "EUR"));
	scop_refuse_with(req, "The sum is {{sum}}, and not {{wanted}}.", scop_map_value(&values));
	const struct scop_value *error = scop_at(scop_list_value(&req->errors), 0);
	assert_true(scop_rejected(req));
	assert_string_equal(scop_text(error, "message"),
	    "The sum is 12,50\u00a0€, and not 0,00\u00a0€.");
	assert_int_equal(scop_type(scop_get(error, "field")), SCOP_NULL);
	assert_int_equal(scop_count(scop_map_value(&req->error_by_field)), 0);
}

static void
a_pattern_gives_up_on_a_text_made_for_it(void **state)
{
	static const char text[] =
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!";
	const struct scop_field field = { .name = "f",
		.type = SCOP_FIELD_TEXT,
		.pattern = "(a+)+[bc]" };
	const clock_t began = clock();

	(void)state;
	assert_string_equal(taken(&field, "aab"), "aab");
	for (int i = 0; i < 20; i++)
		assert_string_equal(taken(&field, text), "!");
	assert_true(clock() - began < 2 * CLOCKS_PER_SEC); /* PCRE2's own limit is far higher */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_type_takes_what_it_should),
		TEST(numbers_of_the_tenants_country_need_no_country),
		TEST(a_refusal_says_what_to_type_in_the_readers_language),
		TEST(days_and_times_of_day_have_limits_of_their_own),
		TEST(an_hour_that_comes_twice_is_asked_for),
		TEST(a_refusal_may_belong_to_no_field),
		TEST(files_are_counted_and_measured),
		TEST(a_pattern_gives_up_on_a_text_made_for_it),
		TEST(a_file_without_a_byte_is_not_a_missing_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
