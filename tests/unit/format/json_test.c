/* SPDX-License-Identifier: EUPL-1.2 */
/* JSON as modules read and write it: every digit, and a sentence for what cannot be read. */
#include "with_request.h"

#include "scopiton/json.h"

static struct scop_request *req;

static const char *
again(const char *text)
{
	struct scop_file_error error;

	req = new_request();
	const struct scop_value *value = scop_json_read(req, text, strlen(text), &error);
	if (!value)
		return scop_file_error_text(req, &error);
	assert_null(error.text);
	return scop_as_text(scop_json_write(req, value));
}

static void
what_is_read_is_written_as_it_was(void **state)
{
	static const char *const texts[] = {
		"null",
		"true",
		"false",
		"0",
		"-7",
		"9223372036854775807",
		"-9223372036854775808",
		"12.50",
		"0.000000000000000001",
		"999999999999999.999",
		"\"\"",
		"\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\"",
		"\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"",
		"[]",
		"{}",
		"[1,[2,{\"a\":[]}],\"3\"]",
		"{\"z\":1,\"a\":{\"z\":null}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		assert_string_equal(again(texts[i]), texts[i]);
}

static void
other_spellings_are_read_too(void **state)
{
	static const char *const pairs[][2] = {
		{ "\xef\xbb\xbf { \"a\" :\t[ 1 ,\r\n2 ] } \n", "{\"a\":[1,2]}" },
		{ "\"\\/\\u00e9\\u20AC\\ud83d\\ude00\"",
		    "\"/\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"" },
		{ "1e3", "1000" },
		{ "1.50E+1", "15" },
		{ "125e-1", "12.5" },
		{ "-0", "0" },
		/* more digits than a number has: the text, so that none is lost */
		{ "9223372036854775808", "\"9223372036854775808\"" },
		{ "0.1234567890123456789", "\"0.1234567890123456789\"" },
		{ "1e999999999999999999999", "\"1e999999999999999999999\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		assert_string_equal(again(pairs[i][0]), pairs[i][1]);
}

static void
what_is_not_json_is_refused_with_line_and_reason(void **state)
{
	static const char early[] = "Ligne 1 : Le fichier s'arrête trop tôt ; il est peut-être "
				    "tronqué.",
			  other[] = "Ligne 1 : Ce n'est pas du JSON : autre chose est attendu ici.";
	static const char *const pairs[][2] = {
		{ "", early },
		{ "[1,", early },
		{ "{\"a\":", early },
		{ "\"abc", early },
		{ "-", early },
		{ "tru", other },
		{ "[1 2]", other },
		{ "{a:1}", other },
		{ "01", other },
		{ "1.", early },
		{ ".5", other },
		{ "[1,]", other },
		{ "\"\\x\"", other },
		{ "\"\\ud800\"", other },
		{ "\"\\udc00\"", other },
		{ "\"a\nb\"", other },
		{ "1 1", other },
		{ "NaN", other },
		{ "\"\\u0000\"", "Ligne 1 : Un texte contient le caractère NUL." },
		{ "\"\xe9\"", "Ligne 1 : Ici, un texte n'est pas en UTF-8." },
		{ "{\"a\":1,\n\"a\":2}", "Ligne 2 : Le membre « a » figure deux fois." },
	};

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
		assert_string_equal(again(pairs[i][0]), pairs[i][1]);
}

/* An object of `count` members "m0", "m1" and so on, then `last`. */
static const char *
object_of(unsigned count, const char *last)
{
	struct scop_buffer out;

	scop_buffer_init(&out, arena);
	scop_buffer_char(&out, '{');
	for (unsigned i = 0; i < count; i++)
		scop_buffer_printf(&out, "\"m%u\":%u,", i, i);
	scop_buffer_printf(&out, "%s}", last);
	return scop_buffer_str(&out);
}

static void
a_member_twice_is_found_in_objects_of_any_size(void **state)
{
	(void)state;
	for (unsigned count = 1; count < 3000; count += count < 70 ? 1 : 501) {
		const char *good = object_of(count, "\"x\":0");

		assert_string_equal(again(good), good);
		assert_non_null(strstr(again(object_of(count, "\"m0\":0")), "figure deux fois"));
		assert_non_null(strstr(again(object_of(count,
					   scop_arena_printf(arena, "\"m%u\":0", count - 1))),
		    "figure deux fois"));
	}
}

static void
depth_and_count_have_an_end(void **state)
{
	char deep[202];

	(void)state;
	memset(deep, '[', 101);
	memset(deep + 100, ']', 100);
	deep[200] = '\0';
	assert_string_equal(again(deep), deep);
	memset(deep, '[', 201);
	assert_non_null(strstr(again(deep), "plus de 100 niveaux"));

	char *many = scop_arena_alloc(arena, 2000010);
	for (size_t i = 0; i < 2000000; i += 2)
		memcpy(many + i, i ? ",1" : "[1", 2);
	strcpy(many + 2000000, "]");
	assert_non_null(strstr(again(many), "plus de 1 000 000"));
}

static void
bytes_are_not_written_as_text(void **state)
{
	(void)state;
	req = new_request();
	assert_null(scop_json_write(req,
	    scop_map_of(req, "list",
		scop_make_list(req, 1,
		    (const struct scop_value *const[]){ scop_make_bytes(req, "\xff", 1) }),
		NULL)));
	assert_true(req->failed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_read_is_written_as_it_was),
		TEST(other_spellings_are_read_too),
		TEST(what_is_not_json_is_refused_with_line_and_reason),
		TEST(a_member_twice_is_found_in_objects_of_any_size),
		TEST(depth_and_count_have_an_end),
		TEST(bytes_are_not_written_as_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
