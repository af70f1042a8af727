/* SPDX-License-Identifier: EUPL-1.2 */
/* Names and values as browsers send them, and as nobody should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "scopiton/portal.h"
#include "web/field.h"
#include "web/form.h"
#include "web/request.h"

static struct scop_arena *arena;
static struct scop_pairs *pairs;
static struct scop_error err;

static int
begin(void **state)
{
	(void)state;
	arena = scop_arena_new();
	pairs = scop_arena_alloc(arena, sizeof *pairs);
	err.text[0] = '\0';
	return 0;
}

static int
end(void **state)
{
	(void)state;
	scop_arena_free(arena);
	return 0;
}

/* The pairs so far as "name=value;", the files as "name:file:type=bytes;". */
static const char *
written(void)
{
	struct scop_buffer out;

	scop_buffer_init(&out, arena);
	for (size_t i = 0; i < pairs->count; i++)
		scop_buffer_printf(&out, "%s=%.*s;", pairs->pair[i].name,
		    (int)pairs->pair[i].length, pairs->pair[i].value);
	for (size_t i = 0; i < pairs->file_count; i++)
		scop_buffer_printf(&out, "%s:%s:%s=%.*s;", pairs->file_field[i],
		    pairs->file[i].name, pairs->file[i].type, (int)pairs->file[i].size,
		    pairs->file[i].data ? pairs->file[i].data : "");
	return scop_buffer_str(&out);
}

static bool
urlencoded(const char *text, size_t length)
{
	char *exact = scop_arena_alloc(arena, length); /* so that a sanitizer sees a read past it */

	pairs->count = 0;
	memcpy(exact, text, length);
	return scop_form_urlencoded(pairs, arena, exact, length, &err);
}

static void
urlencoded_pairs_are_decoded_in_their_order(void **state)
{
	static const struct {
		const char *text, *pairs;
	} cases[] = { { "", "" }, { "a=1&b=2", "a=1;b=2;" }, { "a", "a=;" }, { "a=", "a=;" },
		{ "=b", "=b;" }, { "&&a=1&&", "a=1;" }, { "a=1&a=2", "a=1;a=2;" },
		{ "a=b=c", "a=b=c;" }, { "a+b=c+d", "a b=c d;" },
		{ "a=%41%e9%C3%A9", "a=A\xe9\xc3\xa9;" }, { "%61=b", "a=b;" }, { "a=%", "a=%;" },
		{ "a=%4", "a=%4;" }, { "a=%4x", "a=%4x;" }, { "a=%xx%41", "a=%xxA;" },
		{ "a=%%41", "a=%A;" }, { "a=%26%3D%2B", "a=&=+;" } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_true(urlencoded(cases[i].text, strlen(cases[i].text)));
		assert_string_equal(written(), cases[i].pairs);
	}
}

static void
a_nul_is_kept_in_the_value_s_length(void **state)
{
	(void)state;
	assert_true(urlencoded("a=x%00y", 7));
	assert_int_equal(pairs->pair[0].length, 3);
	assert_memory_equal(pairs->pair[0].value, "x\0y", 3);
}

static void
more_than_1000_pairs_are_refused(void **state)
{
	static char text[2 * SCOP_PAIRS_MAX + 2];

	(void)state;
	for (size_t i = 0; i <= SCOP_PAIRS_MAX; i++)
		memcpy(text + 2 * i, "a&", 2);
	assert_true(urlencoded(text, 2 * SCOP_PAIRS_MAX));
	assert_int_equal(pairs->count, SCOP_PAIRS_MAX);
	assert_false(urlencoded(text, 2 * SCOP_PAIRS_MAX + 2));
	assert_string_equal(err.text, "more than 1000 fields");
}

static bool
multipart(const char *type, const char *body, size_t length)
{
	char *exact = scop_arena_alloc(arena, length);

	memset(pairs, 0, sizeof *pairs);
	err.text[0] = '\0';
	memcpy(exact, body, length);
	return scop_form_multipart(pairs, arena, type, exact, length, &err);
}

#define TYPE "multipart/form-data; boundary=b"
#define HEAD(name) "--b\r\nContent-Disposition: form-data; name=\"" name "\"\r\n\r\n"

static void
multipart_parts_are_taken_as_they_are(void **state)
{
	static const struct {
		const char *type, *body, *pairs;
	} cases[] = {
		{ TYPE, HEAD("a") "1\r\n" HEAD("b") "\r\n--b--\r\n", "a=1;b=;" },
		{ TYPE, HEAD("a") "x\r\ny\r\n--b--", "a=x\r\ny;" },
		{ TYPE, HEAD("a") "--b\r\n--b--", "a=--b;" },
		{ TYPE, HEAD("a") "--b--\r\n--b--", "a=--b--;" },
		{ TYPE, "preamble\r\n" HEAD("a") "1\r\n--b--epilogue", "a=1;" },
		{ TYPE, "--b--", "" },
		{ "multipart/form-data; boundary=\"b\"", HEAD("a") "1\r\n--b--", "a=1;" },
		{ "multipart/form-data; charset=utf-8; BOUNDARY=b ; x=y", HEAD("a") "1\r\n--b--",
		    "a=1;" },
		{ TYPE, "--b\r\ncontent-disposition:form-data;name=a\r\n\r\n1\r\n--b--", "a=1;" },
		{ TYPE,
		    "--b\r\nX: y\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Type: "
		    "text/plain\r\n\r\n1\r\n--b--",
		    "a=1;" },
		{ TYPE,
		    "--b\r\nContent-Disposition: form-data; name=\"f\"; "
		    "filename=\"C:\\x\\..\\y.txt\"\r\nContent-Type: text/plain\r\n\r\nhi\r\n--b--",
		    "f:y.txt:text/plain=hi;" },
		{ TYPE,
		    "--b\r\nContent-Disposition: form-data; name=\"f\"; "
		    "filename=\"../../etc/passwd\"\r\n\r\nhi\r\n--b--",
		    "f:passwd:application/octet-stream=hi;" },
		{ TYPE,
		    "--b\r\nContent-Disposition: form-data; filename=\"x\"; "
		    "name=\"f\"\r\n\r\n\r\n--b--",
		    "f:x:application/octet-stream=;" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (!multipart(cases[i].type, cases[i].body, strlen(cases[i].body)))
			fail_msg("case %zu: %s", i, err.text);
		assert_string_equal(written(), cases[i].pairs);
	}
}

static void
broken_multipart_is_refused(void **state)
{
	static char long_boundary[120] = "multipart/form-data; boundary=";
	static const struct {
		const char *type, *body, *words;
	} cases[] = {
		{ "multipart/form-data", HEAD("a") "1\r\n--b--", "no boundary" },
		{ "multipart/form-data; boundary=", HEAD("a") "1\r\n--b--", "no boundary" },
		{ "multipart/form-data; boundary=\"b", HEAD("a") "1\r\n--b--", "no boundary" },
		{ long_boundary, HEAD("a") "1\r\n--b--", "no boundary" },
		{ TYPE, "", "no part" },
		{ TYPE, "hello", "no part" },
		{ TYPE, "--b", "middle of a part" },
		{ TYPE, "--b\r", "middle of a part" },
		{ TYPE, "--b\r\n", "of a part of the form have no end" },
		{ TYPE, "--bc\r\n\r\n", "middle of a part" },
		{ TYPE, HEAD("a"), "middle of a part" },
		{ TYPE, HEAD("a") "1", "middle of a part" },
		{ TYPE, HEAD("a") "1\r\n--", "middle of a part" },
		{ TYPE, HEAD("a") "1\r\n--b", "middle of a part" },
		{ TYPE, HEAD("a") "1\r\n--b-", "middle of a part" },
		{ TYPE, "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n",
		    "of a part of the form have no end" },
		{ TYPE, "--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--", "no name" },
		{ TYPE, "--b\r\nContent-Type: text/plain\r\n\r\n1\r\n--b--", "no name" },
		{ TYPE, "--b\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--b--",
		    "no name" },
	};

	(void)state;
	memset(long_boundary + strlen(long_boundary), 'b', 71);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (multipart(cases[i].type, cases[i].body, strlen(cases[i].body)))
			fail_msg("case %zu was taken", i);
		if (!strstr(err.text, cases[i].words))
			fail_msg("case %zu: '%s' does not say '%s'", i, err.text, cases[i].words);
	}
}

static void
more_parts_and_files_than_the_caps_are_refused(void **state)
{
	struct scop_buffer body;

	(void)state;
	scop_buffer_init(&body, arena);
	for (int i = 0; i <= SCOP_PAIRS_MAX; i++)
		scop_buffer_text(&body, HEAD("a") "1\r\n");
	scop_buffer_text(&body, "--b--");
	assert_false(multipart(TYPE, body.data, body.length));
	assert_string_equal(err.text, "more than 1000 fields");
	scop_buffer_init(&body, arena);
	for (int i = 0; i <= SCOP_FILES_MAX; i++)
		scop_buffer_text(&body,
		    "--b\r\nContent-Disposition: form-data; name=\"f\"; "
		    "filename=\"x\"\r\n\r\n1\r\n");
	scop_buffer_text(&body, "--b--");
	assert_false(multipart(TYPE, body.data, body.length));
	assert_string_equal(err.text, "more than 20 files");
}

static void
a_semicolon_in_a_quoted_name_begins_no_parameter(void **state)
{
	static const char body[] =
	    "--b\r\nContent-Disposition: form-data; name=\"a; filename=x\"\r\n\r\n1\r\n--b--";

	(void)state;
	assert_true(multipart(TYPE, body, strlen(body)));
	assert_string_equal(written(), "a; filename=x=1;");
}

static void
a_file_s_name_is_text(void **state)
{
	static const char body[] = "--b\r\nContent-Disposition: form-data; name=\"f\"; "
				   "filename=\"\xff\xfe\x01.svg\"\r\n\r\n1\r\n--b--";

	(void)state;
	if (multipart(TYPE, body, strlen(body)))
		assert_true(scop_utf8_valid(pairs->file[0].name, strlen(pairs->file[0].name)));
	else
		assert_string_not_equal(err.text, "");
}

static void
no_bytes_lead_the_multipart_parser_astray(void **state)
{
	static const char *const parts[] = { "--b", "\r\n", "--",
		"Content-Disposition: form-data; name=\"a\"", "; filename=", "\"", "x", "\r\n\r\n",
		";", "\\", "name=" };
	unsigned seed = 7;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char body[400] = "";
		size_t length = 0;

		for (int i = 0; i < round % 9; i++) {
			seed = seed * 1103515245 + 12345;
			const char *part = parts[(seed >> 16) % (sizeof parts / sizeof parts[0])];

			memcpy(body + length, part, strlen(part));
			length += strlen(part);
		}
		char *exact = malloc(length ? length : 1);
		struct scop_arena *own = scop_arena_new();

		memcpy(exact, body, length);
		pairs->count = pairs->file_count = 0;
		scop_form_multipart(pairs, own, TYPE, exact, length, &err);
		assert_true(pairs->count + pairs->file_count <= 9);
		scop_arena_free(own);
		free(exact);
	}
}

static void
a_cookie_is_found_by_its_whole_name(void **state)
{
	static const struct {
		const char *header, *value;
	} cases[] = { { NULL, NULL }, { "", NULL }, { ";;; ", NULL }, { "sid=abc", "abc" },
		{ "a=b; sid=abc", "abc" }, { "a=b;sid=abc;c=d", "abc" }, { "xsid=abc", NULL },
		{ "sidx=abc", NULL }, { "sid", NULL }, { "sid=", "" }, { "SID=abc", NULL },
		{ "a=sid=abc", NULL }, { "a=\"; sid=abc", "abc" }, { "sid=one; sid=two", "one" },
		{ " sid=abc", "abc" }, { "sid =abc", NULL }, { "sid=a=b", "a=b" } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *value = scop_cookie_find(arena, cases[i].header, "sid");

		if (cases[i].value)
			assert_string_equal(value, cases[i].value);
		else if (value)
			fail_msg("'%s' gave '%s'", cases[i].header, value);
	}
}

static void
an_address_is_one_that_a_mail_server_takes(void **state)
{
	static const char *const good[] = { "jean+boutique@example.com", "o'neil@example.com",
		"info@xn--bcher-kva.example", "Jean.DUPONT@Example.COM", "a@b.c",
		"a-@a-b.example" };
	static const char *const wrong[] = { "a@example..com", "a@example.com.",
		"mailto:a@example.com", ".a@example.com", "a.@example.com", "a..b@example.com",
		"a@-example.com", "a@example-.com", "a@.example.com", "a@example",
		"a@b@example.com", "@example.com", "a@", "a b@example.com", "a@exam_ple.com",
		"a@[1.2.3.4]" };

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_true(scop_field_is_mail(good[i]));
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_false(scop_field_is_mail(wrong[i]));
}

static void
a_code_is_read_as_the_app_shows_it(void **state)
{
	struct scop_request req = { .arena = arena, .now = 1111111109LL * 1000000 };
	/* RFC 6238, appendix B: the last six digits of SHA-1's */
	const struct scop_value *secret =
	    scop_value_text(arena, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
	static const char *const codes[] = { "081804", "081 804", " 081804 ", "081\u00a0804",
		"081\u202f804" };
	static const char *const wrong[] = { "", "08180", "0818040", "081-804", "08180a",
		"081805" };

	(void)state;
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		assert_int_equal(scop_totp_step(&req, secret, scop_value_text(arena, codes[i])),
		    1111111109 / 30);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_int_equal(scop_totp_step(&req, secret, scop_value_text(arena, wrong[i])), 0);
}

static bool
json(const char *text)
{
	pairs->count = pairs->file_count = 0;
	return scop_form_json(pairs, arena, text, strlen(text), "EUR", &err);
}

static void
a_programs_json_is_read_as_a_form(void **state)
{
	(void)state;
	assert_true(
	    json("{\"name\": \"Zo\u00e9\", \"ids\": [1, 2], \"count\": 3, \"weight\": 1.250, "
		 "\"yes\": true, \"no\": false, \"none\": null}"));
	assert_string_equal(written(),
	    "name=Zoé;ids=1;ids=2;count=3;weight=1.250;yes=true;no=;none=;");
	assert_true(
	    json("{\"price\": {\"cents\": -1250, \"currency\": \"EUR\"}, \"may\": {\"shop\": 1}}"));
	assert_string_equal(written(), "price=-12.50;may.shop=1;");
	assert_true(json("{\"lines\": [{\"text\": \"a\", \"price\": {\"cents\": 5, \"currency\": "
			 "\"EUR\"}}, {\"text\": \"b\"}], \"rest\": []}"));
	assert_string_equal(written(), "lines.0.text=a;lines.0.price=0.05;lines.1.text=b;");
}

static void
json_that_is_no_form_is_refused(void **state)
{
	static const char *const refused[] = { "", "[]", "\"a\"", "{\"a\": 1",
		"{\"a\": \"\\u0000\"}", "{\"a\": {\"cents\": 1, \"currency\": \"USD\"}}",
		"{\"a\": {\"a\": {\"a\": {\"a\": {\"a\": 1}}}}}", "{\"a\": 1, \"a\": 2" };
	struct scop_buffer many;

	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		if (json(refused[i]))
			fail_msg("%s gives %s", refused[i], written());
	scop_buffer_init(&many, arena);
	scop_buffer_text(&many, "{\"a\": [1");
	for (size_t i = 0; i < SCOP_PAIRS_MAX; i++)
		scop_buffer_text(&many, ",1");
	scop_buffer_text(&many, "]}");
	assert_false(json(scop_buffer_str(&many)));
	assert_string_equal(err.text, "more than 1000 fields");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(urlencoded_pairs_are_decoded_in_their_order, begin,
		    end),
		cmocka_unit_test_setup_teardown(a_nul_is_kept_in_the_value_s_length, begin, end),
		cmocka_unit_test_setup_teardown(more_than_1000_pairs_are_refused, begin, end),
		cmocka_unit_test_setup_teardown(multipart_parts_are_taken_as_they_are, begin, end),
		cmocka_unit_test_setup_teardown(broken_multipart_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(more_parts_and_files_than_the_caps_are_refused,
		    begin, end),
		cmocka_unit_test_setup_teardown(a_semicolon_in_a_quoted_name_begins_no_parameter,
		    begin, end),
		cmocka_unit_test_setup_teardown(a_file_s_name_is_text, begin, end),
		cmocka_unit_test_setup_teardown(no_bytes_lead_the_multipart_parser_astray, begin,
		    end),
		cmocka_unit_test_setup_teardown(a_cookie_is_found_by_its_whole_name, begin, end),
		cmocka_unit_test_setup_teardown(an_address_is_one_that_a_mail_server_takes, begin,
		    end),
		cmocka_unit_test_setup_teardown(a_code_is_read_as_the_app_shows_it, begin, end),
		cmocka_unit_test_setup_teardown(a_programs_json_is_read_as_a_form, begin, end),
		cmocka_unit_test_setup_teardown(json_that_is_no_form_is_refused, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
