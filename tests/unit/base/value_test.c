/* SPDX-License-Identifier: EUPL-1.2 */
/* Values, their makers, UTF-8, and the arena that they live in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/value.h"

static struct scop_arena *arena;

static int
open_arena(void **state)
{
	(void)state;
	arena = scop_arena_new();
	return 0;
}

static int
close_arena(void **state)
{
	(void)state;
	scop_arena_free(arena);
	return 0;
}

static void
no_value_answers_as_null(void **state)
{
	(void)state;
	assert_int_equal(scop_type(NULL), SCOP_NULL);
	assert_null(scop_get(NULL, "a"));
	assert_null(scop_at(NULL, 0));
	assert_int_equal(scop_count(NULL), 0);
	assert_int_equal(scop_as_int(NULL), 0);
	assert_string_equal(scop_as_text(NULL), "");
	assert_false(scop_as_bool(NULL));
	assert_string_equal(scop_text(NULL, "a"), "");
	assert_string_equal(scop_currency(NULL), "");
	assert_int_equal(scop_type(scop_value_text(arena, NULL)), SCOP_NULL);
}

static void
a_value_of_another_type_answers_as_nothing(void **state)
{
	const struct scop_value *text = scop_value_text(arena, "12"),
				*number = scop_value_number(arena, 1234, 2);

	(void)state;
	assert_int_equal(scop_as_int(text), 0);
	assert_int_equal(scop_as_int(number), 12);
	assert_int_equal(scop_as_int(scop_value_number(arena, -1299, 2)), -12);
	assert_int_equal(scop_as_int(scop_value_time(arena, 300 * 1000000LL + 999999)), 300);
	assert_int_equal(scop_as_int(scop_value_time(arena, -1)), -1);
	assert_int_equal(scop_as_int(scop_value_date(arena, 20785)), 20785);
	assert_string_equal(scop_as_text(scop_value_int(arena, 5)), "");
	assert_null(scop_get(text, "12"));
	assert_null(scop_at(text, 0));
	assert_int_equal(scop_count(text), 0);
	assert_string_equal(scop_currency(text), "");
}

static void
truth_is_what_a_view_takes_for_true(void **state)
{
	struct scop_map_maker map;
	struct scop_list_maker list;

	(void)state;
	scop_map_init(&map, arena);
	scop_list_init(&list, arena);
	assert_false(scop_as_bool(scop_value_null()));
	assert_false(scop_as_bool(scop_value_bool(arena, false)));
	assert_false(scop_as_bool(scop_value_int(arena, 0)));
	assert_false(scop_as_bool(scop_value_text(arena, "")));
	assert_false(scop_as_bool(scop_map_value(&map)));
	assert_false(scop_as_bool(scop_list_value(&list)));
	assert_true(scop_as_bool(scop_value_int(arena, -1)));
	assert_true(scop_as_bool(scop_value_text(arena, "0")));
	assert_true(scop_as_bool(scop_value_money(arena, 0, "EUR")));
	scop_list_add(&list, NULL);
	assert_true(scop_as_bool(scop_list_value(&list)));
}

static void
a_key_put_twice_keeps_its_last_value(void **state)
{
	struct scop_map_maker map;
	static char keys[100][8];

	(void)state;
	scop_map_init(&map, arena);
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 100; i++) {
			keys[i][0] = (char)('a' + i / 26);
			keys[i][1] = (char)('a' + i % 26);
			scop_map_put(&map, keys[i], scop_value_int(arena, i + 1000 * round));
		}
	const struct scop_value *value = scop_map_value(&map);
	assert_int_equal(scop_count(value), 100);
	for (int i = 0; i < 100; i++)
		assert_int_equal(scop_int(value, keys[i]), 1000 + i);
	assert_null(scop_get(value, "zz"));
}

static void
a_map_that_was_taken_does_not_change_its_length(void **state)
{
	struct scop_map_maker map;

	(void)state;
	scop_map_init(&map, arena);
	scop_map_put_text(&map, "a", "1");
	const struct scop_value *taken = scop_map_value(&map);
	scop_map_put_text(&map, "b", "2");
	assert_int_equal(scop_count(taken), 1);
	assert_null(scop_get(taken, "b"));
}

static void
a_list_keeps_its_order_and_ends(void **state)
{
	struct scop_list_maker list;

	(void)state;
	scop_list_init(&list, arena);
	for (int i = 0; i < 1000; i++)
		scop_list_add(&list, scop_value_int(arena, i));
	const struct scop_value *value = scop_list_value(&list);
	assert_int_equal(scop_count(value), 1000);
	assert_int_equal(scop_as_int(scop_at(value, 0)), 0);
	assert_int_equal(scop_as_int(scop_at(value, 999)), 999);
	assert_null(scop_at(value, 1000));
	assert_null(scop_at(value, SIZE_MAX));
}

static void
utf8_is_what_rfc_3629_says(void **state)
{
	static const char *const good[] = { "", "a", "é", "€", "😀", "\xef\xbf\xbf",
		"\xf4\x8f\xbf\xbf", "\xed\x9f\xbf", "\xee\x80\x80" };
	static const struct {
		const char *text;
		size_t length;
	} bad[] = { { "\0", 1 }, { "a\0b", 3 }, { "\x80", 1 }, { "\xc3", 1 }, { "\xc0\xaf", 2 },
		{ "\xc1\xbf", 2 }, { "\xe0\x80\xaf", 3 }, { "\xe0\x9f\xbf", 3 },
		{ "\xed\xa0\x80", 3 }, { "\xf0\x80\x80\xaf", 4 }, { "\xf0\x8f\xbf\xbf", 4 },
		{ "\xf4\x90\x80\x80", 4 }, { "\xf5\x80\x80\x80", 4 }, { "\xff", 1 },
		{ "\xe2\x82", 2 }, { "\xf0\x9f\x98", 3 }, { "\xc3\x28", 2 },
		{ "\xe2\x28\xa1", 3 } };

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_true(scop_utf8_valid(good[i], strlen(good[i])));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		/* so that a sanitizer sees a read past it */
		char *exact = scop_arena_bytes(arena, bad[i].text, bad[i].length);

		assert_false(scop_utf8_valid(exact, bad[i].length));
	}
	assert_int_equal(scop_utf8_count("aé€😀"), 4);
}

static unsigned released[3], releases;

static void
release(void *thing)
{
	released[releases++] = *(unsigned *)thing;
}

static void
an_arena_releases_in_reverse_once(void **state)
{
	struct scop_arena *own = scop_arena_new();
	unsigned things[] = { 1, 2, 3 };

	(void)state;
	releases = 0;
	for (size_t i = 0; i < 3; i++)
		scop_arena_cleanup(own, release, &things[i]);
	scop_arena_reset(own);
	assert_int_equal(releases, 3);
	assert_int_equal(released[0], 3);
	assert_int_equal(released[2], 1);
	scop_arena_free(own);
	assert_int_equal(releases, 3);
	scop_arena_free(NULL);
}

static void
an_arena_gives_zeroed_aligned_memory_of_any_size(void **state)
{
	static const size_t sizes[] = { 0, 1, 7, 8, 16, 17, 4095, 8192, 8193, 32768, 100000, 1 };

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
			unsigned char *memory = scop_arena_alloc(arena, sizes[i]);

			assert_int_equal((uintptr_t)memory % 16, 0);
			for (size_t b = 0; b < sizes[i]; b++)
				assert_int_equal(memory[b], 0);
			memset(memory, 0xff, sizes[i]);
		}
		scop_arena_reset(arena);
	}
}

static void
growing_keeps_what_was_there(void **state)
{
	char *text = NULL;
	size_t size = 0;

	(void)state;
	for (size_t next = 1; next < 200000; next = next * 2 + 1) {
		text = scop_arena_grow(arena, text, size, next);
		memset(text + size, (int)('a' + next % 26), next - size);
		if (next % 3 == 0)
			scop_arena_alloc(arena, 5); /* so that it cannot always grow in place */
		for (size_t at = 0, step = 1; at < size; at = step, step = step * 2 + 1)
			assert_int_equal(text[at], (char)('a' + step % 26));
		size = next;
	}
}

static void
a_buffer_is_always_terminated(void **state)
{
	struct scop_buffer buffer;

	(void)state;
	scop_buffer_init(&buffer, arena);
	assert_string_equal(scop_buffer_str(&buffer), "");
	for (int i = 0; i < 5000; i++) {
		scop_buffer_char(&buffer, 'x');
		assert_int_equal(buffer.data[buffer.length], '\0');
	}
	scop_buffer_printf(&buffer, "%0*d", 10000, 7);
	assert_int_equal(buffer.length, 15000);
	assert_int_equal(strlen(buffer.data), 15000);
	scop_buffer_add(&buffer, "", 0);
	assert_int_equal(buffer.length, 15000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_value_answers_as_null, open_arena, close_arena),
		cmocka_unit_test_setup_teardown(a_value_of_another_type_answers_as_nothing,
		    open_arena, close_arena),
		cmocka_unit_test_setup_teardown(truth_is_what_a_view_takes_for_true, open_arena,
		    close_arena),
		cmocka_unit_test_setup_teardown(a_key_put_twice_keeps_its_last_value, open_arena,
		    close_arena),
		cmocka_unit_test_setup_teardown(a_map_that_was_taken_does_not_change_its_length,
		    open_arena, close_arena),
		cmocka_unit_test_setup_teardown(a_list_keeps_its_order_and_ends, open_arena,
		    close_arena),
		cmocka_unit_test_setup_teardown(utf8_is_what_rfc_3629_says, open_arena,
		    close_arena),
		cmocka_unit_test(an_arena_releases_in_reverse_once),
		cmocka_unit_test_setup_teardown(an_arena_gives_zeroed_aligned_memory_of_any_size,
		    open_arena, close_arena),
		cmocka_unit_test_setup_teardown(growing_keeps_what_was_there, open_arena,
		    close_arena),
		cmocka_unit_test_setup_teardown(a_buffer_is_always_terminated, open_arena,
		    close_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
