/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Reads that travel together against reads one after another: the same rows, also after a table has
 * changed, after an error in the middle, and with every type of column. Needs a MariaDB:
 * $SCOP_TEST_SOCKET, $SCOP_TEST_PASSWORD and the database `readtest`, which
 * tests/http/reads.test.js makes; skipped, and said, without them.
 */
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
#include "base/json.h"
#include "base/value.h"
#include "data/db.h"

static const struct scop_statement every_type = { "every_type",
	"SELECT tiny, flag, small, medium, normal, big, ubig, d, f, price_cents, t, day, txt, bin, "
	"empty, nothing, normal > ? AS more, "
	"COALESCE(txt, ?) AS either FROM every_type ORDER BY normal",
	2, 0 };
static const struct scop_statement many = { "many", "SELECT seq FROM seq_1_to_500 WHERE seq > ?", 1,
	0 };
static const struct scop_statement none = { "none", "SELECT txt FROM every_type WHERE normal = ?",
	1, 0 };
static const struct scop_statement wrong = { "wrong",
	"SELECT 1 FROM every_type WHERE normal = (SELECT seq FROM seq_1_to_3 WHERE seq > ?)", 1,
	0 };
static const struct scop_statement too_many = { "too_many",
	"SELECT seq FROM seq_1_to_5000 WHERE seq > ?", 1, 0 };
static const struct scop_statement wide = { "wide",
	"SELECT seq, REPEAT('x', 5000) AS x FROM seq_1_to_900 WHERE seq > ?", 1, 0 };
static const struct scop_statement changing = { "changing",
	"SELECT changing.* FROM changing WHERE id > ?", 1, 0 };
static const struct scop_statement long_text = { "long_text",
	"SELECT CHAR_LENGTH(?) AS length, ? AS same", 2, 0 };

enum { ROWS_MAX = 1000 };

static struct scop_arena *arena;
static struct scop_db *db;

static int
set_up(void **state)
{
	const char *socket = getenv("SCOP_TEST_SOCKET");
	const struct scop_db_account account = { .socket = socket,
		.user = "scopiton",
		.password = getenv("SCOP_TEST_PASSWORD"),
		.statement_seconds = 5,
		.rows_max = ROWS_MAX };

	(void)state;
	arena = scop_arena_new();
	if (!socket) {
		print_message("skipped: $SCOP_TEST_SOCKET names no MariaDB; "
			      "tests/http/reads.test.js runs this with one\n");
		return 0;
	}
	db = scop_db_new(&account);
	scop_db_enter(db, "", "readtest", "readtest", 0, false);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	scop_db_free(db);
	scop_arena_free(arena);
	return 0;
}

static void
need_database(void)
{
	if (!db)
		skip();
}

static const char *
as_json(const struct scop_value *value)
{
	struct scop_buffer out;

	scop_buffer_init(&out, arena);
	scop_json_print(&out, value);
	return scop_buffer_str(&out);
}

/* Both ways, the travelling one twice: the first time prepares. */
static void
compare(const struct scop_query *queries, size_t count)
{
	const struct scop_value *plain[50], *together[50];

	if (scop_db_read_plain(db, arena, queries, count, plain) != SCOP_DB_OK)
		fail_msg("%s", scop_db_error(db));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(scop_db_read(db, arena, queries, count, together), SCOP_DB_OK);
		for (size_t q = 0; q < count; q++)
			assert_string_equal(as_json(together[q]), as_json(plain[q]));
	}
}

static void
both_ways_give_the_same(void **state)
{
	(void)state;
	need_database();
	const struct scop_query queries[] = {
		{ &every_type, { scop_value_int(arena, 3), scop_value_text(arena, "é") } },
		{ &many, { scop_value_int(arena, 10) } },
		{ &none, { scop_value_int(arena, -1) } },
		{ &many, { scop_value_int(arena, 499) } },
		{ &every_type, { NULL, NULL } },
	};
	const struct scop_value *rows[5];

	compare(queries, 5);
	assert_int_equal(scop_db_read(db, arena, queries, 5, rows), SCOP_DB_OK);
	assert_int_equal(scop_count(rows[1]), 490);
	assert_int_equal(scop_count(rows[2]), 0);

	const struct scop_value *row = scop_at(rows[0], 0);
	assert_int_equal(scop_int(row, "tiny"), -128);
	assert_true(scop_type(scop_get(row, "flag")) == SCOP_BOOL && scop_bool(row, "flag"));
	assert_int_equal(scop_int(row, "big"), INT64_MIN);
	assert_int_equal(scop_type(scop_get(row, "d")), SCOP_NUMBER);
	assert_int_equal(scop_type(scop_get(row, "price")), SCOP_MONEY);
	assert_string_equal(scop_currency(scop_get(row, "price")), "EUR");
	assert_string_equal(scop_text(row, "txt"), "Zoé 🚲");
	assert_int_equal(scop_type(scop_get(row, "nothing")), SCOP_NULL);
	assert_int_equal(scop_get(row, "t")->integer, 1795323601250000);
}

static void
an_error_in_the_middle_leaves_the_connection_in_step(void **state)
{
	(void)state;
	need_database();
	const struct scop_query queries[] = { { &many, { scop_value_int(arena, 490) } },
		{ &wrong, { scop_value_int(arena, 1) } }, { &none, { scop_value_int(arena, 1) } } };
	const struct scop_value *rows[3];

	for (int i = 0; i < 3; i++)
		assert_int_equal(scop_db_read(db, arena, queries, 3, rows), SCOP_DB_FAILED);
	assert_non_null(strstr(scop_db_error(db), "statement 'wrong': 1242"));
	compare(queries, 1);
}

static void
a_changed_table_is_read_with_its_new_columns(void **state)
{
	const struct scop_value *rows;

	(void)state;
	need_database();
	const struct scop_query query = { &changing, { scop_value_int(arena, 0) } };
	compare(&query, 1);
	scop_db_enter(db, "", "readtest", "readtest", 0, true);
	assert_int_equal(scop_db_begin(db), SCOP_DB_OK);
	assert_int_equal(scop_db_commit(db), SCOP_DB_OK);
	assert_int_equal(scop_db_command(db,
			     "ALTER TABLE changing MODIFY v VARCHAR(30), ADD COLUMN w BIGINT "
			     "DEFAULT 7"),
	    SCOP_DB_OK);
	scop_db_enter(db, "", "readtest", "readtest", 0, false);
	assert_int_equal(scop_db_read(db, arena, &query, 1, &rows), SCOP_DB_OK);
	assert_string_equal(as_json(rows), "[{\"id\":1,\"v\":\"5\",\"w\":7}]");
	compare(&query, 1);
}

static void
long_arguments_travel_whole(void **state)
{
	(void)state;
	need_database();
	for (size_t size = 250; size < 3000000; size = size * 7 + 3) {
		char *text = scop_arena_alloc(arena, size + 1);

		memset(text, 'x', size);
		const struct scop_query query = { &long_text,
			{ scop_value_text(arena, text), scop_value_text(arena, text) } };
		const struct scop_value *rows;
		compare(&query, 1);
		assert_int_equal(scop_db_read(db, arena, &query, 1, &rows), SCOP_DB_OK);
		assert_int_equal(scop_int(scop_at(rows, 0), "length"), size);
		assert_int_equal(strlen(scop_text(scop_at(rows, 0), "same")), size);
	}
}

static void
large_arguments_do_not_meet_large_answers(void **state)
{
	enum { SIZE = 4000000 };
	const struct scop_value *rows[2];

	(void)state;
	need_database();
	char *text = scop_arena_alloc(arena, SIZE + 1);
	memset(text, 'y', SIZE);
	const struct scop_query queries[] = { { &wide, { scop_value_int(arena, 0) } },
		{ &long_text, { scop_value_text(arena, text), scop_value_text(arena, "") } } };
	for (int i = 0; i < 2; i++) {
		assert_int_equal(scop_db_read(db, arena, queries, 2, rows), SCOP_DB_OK);
		assert_int_equal(scop_count(rows[0]), 900);
		assert_int_equal(scop_int(scop_at(rows[1], 0), "length"), SIZE);
	}
}

/* As JSON it exceeds the three length bytes of a packet. */
static void
a_long_list_is_an_argument_like_others(void **state)
{
	const struct scop_value *million, *rows;
	struct scop_list_maker list;

	(void)state;
	need_database();
	million = scop_value_int(arena, 1000000000000000);
	scop_list_init(&list, arena);
	for (int i = 0; i < 1100000; i++)
		scop_list_add(&list, million);
	const struct scop_query query = { &long_text,
		{ scop_list_value(&list), scop_value_text(arena, "") } };
	const struct scop_query after = { &many, { scop_value_int(arena, 0) } };

	for (int i = 0; i < 2; i++) {
		/* more than MariaDB accepts: reported, and the next statement gets its own answer
		 */
		assert_int_not_equal(scop_db_read(db, arena, &query, 1, &rows), SCOP_DB_OK);
		assert_int_equal(scop_db_read(db, arena, &after, 1, &rows), SCOP_DB_OK);
		assert_int_equal(scop_count(rows), 500);
	}
}

static void
as_many_reads_as_a_page_wants_are_made(void **state)
{
	struct scop_query queries[50];

	(void)state;
	need_database();
	for (int i = 0; i < 50; i++)
		queries[i] = (struct scop_query){ &many, { scop_value_int(arena, 450 + i) } };
	compare(queries, 50);
}

static void
a_read_of_too_many_rows_fails_with_words(void **state)
{
	const struct scop_query queries[] = { { &too_many, { scop_value_int(arena, 4000) } },
		{ &too_many, { scop_value_int(arena, 3999) } },
		{ &many, { scop_value_int(arena, 0) } } };
	const struct scop_value *rows[3];

	(void)state;
	need_database();
	compare(queries, 1);
	assert_int_equal(scop_db_read(db, arena, queries, 1, rows), SCOP_DB_OK);
	assert_int_equal(scop_count(rows[0]), ROWS_MAX);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(scop_db_read(db, arena, queries, 3, rows), SCOP_DB_FAILED);
		assert_non_null(
		    strstr(scop_db_error(db), "statement 'too_many': more than 1000 rows"));
	}
	assert_int_equal(scop_db_read_plain(db, arena, queries + 1, 1, rows), SCOP_DB_FAILED);
	assert_non_null(strstr(scop_db_error(db), "statement 'too_many': more than 1000 rows"));
	compare(queries, 1);
}

static void
a_get_cannot_write(void **state)
{
	static const struct scop_statement insert = { "insert",
		"INSERT INTO changing (v) VALUES (?)", 1, 1 };
	uint64_t touched;

	(void)state;
	need_database();
	const struct scop_query query = { &insert, { scop_value_int(arena, 1) } };
	scop_db_enter(db, "", "readtest", "readtest", 0, false);
	assert_int_equal(scop_db_write(db, arena, &query, &touched), SCOP_DB_FAILED);
	assert_non_null(strstr(scop_db_error(db), "statement 'insert': 1792"));
	assert_int_equal(scop_db_errno(db), 1792);
}

static void
a_session_sets_what_statements_rely_on(void **state)
{
	static const struct scop_statement settings = { "settings",
		"SELECT @@tx_isolation AS isolation, @@innodb_lock_wait_timeout AS row_wait, "
		"@@lock_wait_timeout AS table_wait, @@max_statement_time AS time",
		0, 0 };
	const struct scop_value *rows;

	(void)state;
	need_database();
	const struct scop_query query = { .statement = &settings };
	assert_int_equal(scop_db_read(db, arena, &query, 1, &rows), SCOP_DB_OK);
	assert_string_equal(as_json(rows),
	    "[{\"isolation\":\"READ-COMMITTED\",\"row_wait\":5,\"table_wait\":5,\"time\":5.000000}"
	    "]");
}

static void
more_statements_than_the_cache_holds_all_run(void **state)
{
	static struct scop_statement statements[400];
	static char texts[400][60];

	(void)state;
	need_database();
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 400; i++) {
			snprintf(texts[i], sizeof texts[i],
			    "SELECT %d AS n FROM changing WHERE id > ?", i);
			statements[i] = (struct scop_statement){ "s", texts[i], 1, 0 };
			const struct scop_query query = { &statements[i],
				{ scop_value_int(arena, 0) } };
			const struct scop_value *rows;
			assert_int_equal(scop_db_read(db, arena, &query, 1, &rows), SCOP_DB_OK);
			assert_int_equal(scop_int(scop_at(rows, 0), "n"), i);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(both_ways_give_the_same),
		cmocka_unit_test(an_error_in_the_middle_leaves_the_connection_in_step),
		cmocka_unit_test(a_changed_table_is_read_with_its_new_columns),
		cmocka_unit_test(long_arguments_travel_whole),
		cmocka_unit_test(large_arguments_do_not_meet_large_answers),
		cmocka_unit_test(a_long_list_is_an_argument_like_others),
		cmocka_unit_test(as_many_reads_as_a_page_wants_are_made),
		cmocka_unit_test(a_read_of_too_many_rows_fails_with_words),
		cmocka_unit_test(a_get_cannot_write),
		cmocka_unit_test(a_session_sets_what_statements_rely_on),
		cmocka_unit_test(more_statements_than_the_cache_holds_all_run) };

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
