/* SPDX-License-Identifier: EUPL-1.2 */
/* A module's statements: accepted ones, and each refusal with its position. */
#include "../with_arena.h"

#include <stdio.h>
#include <string.h>

#include "package/statement.h"

static struct scop_statement_source found[8];
static size_t count;
static struct scop_error err;

static bool
parse(const char *text)
{
	count = 0;
	err.text[0] = '\0';
	return scop_statements_parse(arena, "m.sql", text, found, 8, &count, &err);
}

/* Tests a single statement, under a name without arguments. */
static void
expect_taken(const char *const *statements)
{
	for (; *statements; statements++)
		if (!parse(scop_arena_printf(arena, "-- name: a ()\n%s\n", *statements)))
			fail_msg("'%s' was refused: %s", *statements, err.text);
}

static void
expect_refused(const char *const *statements)
{
	for (; *statements; statements++)
		if (parse(scop_arena_printf(arena, "-- name: a ()\n%s\n", *statements)))
			fail_msg("'%s' was taken", *statements);
}

/* A list may have been made by other means: what it holds is held to the same rules. */
static void
a_listed_statement_is_checked_again(void **state)
{
	static const char *const taken[] = { "SELECT id FROM note WHERE name = ? AND text = '?'",
		"INSERT INTO \x01.audit (member, name) VALUES (?, ?)",
		"SELECT COUNT(*) AS found FROM `note`",
		"SELECT id FROM note WHERE text = 'really?'", NULL };
	static const char *const refused[] = { "SELECT GET_LOCK('a', 1)", "XA START 'a'",
		"SELECT id FROM note; DROP TABLE note", "SET max_statement_time = 0",
		"SELECT RELEASE_ALL_LOCKS() AS x", "SELECT id INTO OUTFILE '/tmp/x' FROM note",
		"SELECT @@version AS v", "SELECT /*! id */ x FROM note", "SELECT * FROM note", "",
		"SELECT 1--GET_LOCK('a', 1)", "SELECT id  FROM note",
		"SELECT id FROM note -- of mine", NULL };
	bool writes;

	(void)state;
	for (const char *const *sql = taken; *sql; sql++)
		if (!scop_statement_check(arena, *sql, &writes, &err))
			fail_msg("'%s' was refused: %s", *sql, err.text);
	for (const char *const *sql = refused; *sql; sql++)
		if (scop_statement_check(arena, *sql, &writes, &err))
			fail_msg("'%s' was taken", *sql);
}

static void
a_statement_becomes_one_line_with_marks(void **state)
{
	(void)state;
	assert_true(
	    parse("-- A file of statements.\n\n-- name: by_slug (slug, id)\n-- a comment\nSELECT "
		  "id, name -- why\n  FROM product\n\tWHERE slug = :slug AND\n id > :id AND "
		  "other = :slug;\n\n-- name: touch\nUPDATE socle.session SET expires = ':no' "
		  "WHERE a = 'it''s; fine'\n"));
	assert_int_equal(count, 2);
	assert_string_equal(found[0].name, "by_slug");
	assert_int_equal(found[0].line, 3);
	assert_string_equal(found[0].sql,
	    "SELECT id, name FROM product WHERE slug = ? AND id > ? AND other = ?");
	assert_int_equal(found[0].param_count, 2);
	assert_int_equal(found[0].arg_count, 3);
	assert_int_equal(found[0].args[1], 1);
	assert_int_equal(found[0].args[2], 0);
	assert_false(found[0].writes);
	assert_string_equal(found[1].sql,
	    "UPDATE \x01.session SET expires = ':no' WHERE a = 'it''s; fine'");
	assert_true(found[1].writes);
}

static void
mistakes_are_told_with_line_and_column(void **state)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{ "SELECT 1", "m.sql:1:1: a statement begins with" },
		{ "-- name:\nSELECT 1", "m.sql:1:9: a statement's name is missing" },
		{ "-- name: Big ()\nSELECT 1", "m.sql:1:13: a statement's name is missing" },
		{ "-- name: a (x\nSELECT :x", "m.sql:1:14: the list of arguments is not closed" },
		{ "-- name: a (,)\nSELECT 1", "m.sql:1:13: an argument's name is missing" },
		{ "-- name: a () b\nSELECT 1", "m.sql:1:" },
		{ "-- name: a ()\nSELECT id\nFROM t WHERE a = :b",
		    "m.sql:3:18: this argument is not listed" },
		{ "-- name: a (b)\nSELECT id FROM t",
		    "m.sql:1:1: argument 'b' is not used in 'a': write :b" },
		{ "-- name: a ()\nSELECT 'x", "m.sql:2:8: this string is not closed" },
		{ "-- name: a ()\nSELECT 'x\\'y'", "m.sql:2:8: a backslash" },
		{ "-- name: a ()\nSELECT ?", "m.sql:2:8: write an argument as :name" },
		{ "-- name: a ()\nSELECT @x", "m.sql:2:8: write an argument as :name" },
		{ "-- name: a ()\nSELECT 1 # x", "m.sql:2:10: comments are written with --" },
		{ "-- name: a ()\nSELECT 1 /*! x */", "m.sql:2:10: comments are written with --" },
		{ "-- name: a ()\nSELECT 1; SELECT 2", "m.sql:2:11: one statement for each name" },
		{ "-- name: a ()\n\nDROP TABLE t", "m.sql:1:1: a statement is a SELECT" },
		{ "-- name: a ()\n", "m.sql:1:1: a statement is a SELECT" },
		{ "-- name: a ()\nSELECT *\nFROM t", "m.sql:1:1: name the columns" },
		{ "-- name: a ()\nSELECT id,\n SLEEP(5)", "m.sql:3:2: this word is refused" },
		{ "-- name: a ()\nINSERT INTO t VALUES (1)",
		    "m.sql:1:1: an INSERT names its columns" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (parse(cases[i].text))
			fail_msg("'%s' was taken", cases[i].text);
		if (strncmp(err.text, cases[i].said, strlen(cases[i].said)) != 0)
			fail_msg("'%s': expected '%s', got '%s'", cases[i].text, cases[i].said,
			    err.text);
	}
}

static void
what_is_neither_reading_nor_writing_rows_is_refused(void **state)
{
	(void)state;
	expect_refused((const char *const[]){ "SET x = 1", "DO 1", "SHOW TABLES",
	    "CREATE TABLE t (a INT)", "ALTER TABLE t ADD a INT", "TRUNCATE t", "LOCK TABLES t READ",
	    "SELECTED", "(SELECT 1)", "CALL p()", "EXPLAIN SELECT 1", "START TRANSACTION",
	    "BEGIN NOT ATOMIC SELECT 1; END", "HANDLER t OPEN", "LOAD DATA INFILE 'x' INTO TABLE t",
	    "RENAME TABLE t TO u", "KILL 1", "FLUSH TABLES", "USE mysql", "HELP 'x'", NULL });
}

static void
words_that_leave_state_or_reach_files_are_refused_in_any_case(void **state)
{
	(void)state;
	expect_refused((const char *const[]){ "SELECT get_lock('a', 1)", "SELECT Release_Lock('a')",
	    "SELECT id INTO OUTFILE 'x' FROM t", "SELECT id INTO DUMPFILE 'x' FROM t",
	    "SELECT load_file('/etc/passwd')", "SELECT BENCHMARK(1, 1)", "SELECT sleep (5)",
	    "SELECT user FROM mysql.user", "SELECT table_name FROM information_schema.tables",
	    "SELECT id INTO @a FROM t", "SELECT @@version", "SELECT a := 1 FROM (SELECT @a) x",
	    NULL });
}

static void
every_way_to_publish_all_columns_is_refused(void **state)
{
	(void)state;
	expect_refused((const char *const[]){ "SELECT * FROM t", "select\n*\nfrom t",
	    "SELECT t.* FROM t", "SELECT id, t . * FROM t", "SELECT id FROM (SELECT * FROM t) x",
	    "SELECT id FROM t WHERE EXISTS (SELECT * FROM u)", "INSERT INTO t (a) SELECT * FROM u",
	    "WITH x AS (SELECT * FROM t) SELECT a FROM x", NULL });
	expect_taken((const char *const[]){ "SELECT COUNT(*) FROM t", "SELECT a * 2 FROM t",
	    "SELECT a *b FROM t", NULL });
}

static void
a_text_of_json_table_says_its_collation(void **state)
{
	(void)state;
	expect_refused((const char *const[]){
	    "SELECT j.a FROM JSON_TABLE('[]', '$[*]' COLUMNS (a VARCHAR(20) PATH '$')) j",
	    "SELECT j.a FROM json_table ('[]', '$[*]' COLUMNS (a VARCHAR(20) "
	    "PATH '$')) j JOIN JSON_TABLE('[\")\"]', '$[*]' COLUMNS (b INT PATH '$.b', a char(2) "
	    "PATH '$.a')) k",
	    "UPDATE t JOIN JSON_TABLE('[]', '$' COLUMNS (a TEXT PATH '$')) j SET "
	    "t.a = j.a",
	    "SELECT j.a FROM JSON_TABLE(')', '$[*]' COLUMNS (a VARCHAR(20) PATH '$')) j",
	    "SELECT 1 FROM JSON_TABLE('x", "SELECT 1 FROM JSON_TABLE(a VARCHAR(",
	    "SELECT j.a FROM JSON_TABLE ('[]', '$' COLUMNS (a CHAR PATH '$')) j", NULL });
	expect_taken(
	    (const char *const[]){ "SELECT j.a FROM JSON_TABLE('[]', '$[*]' COLUMNS (a VARCHAR(20) "
				   "COLLATE utf8mb4_bin PATH '$', b INT PATH '$')) j",
		"SELECT CAST(a AS CHAR(20)) "
		"FROM JSON_TABLE('[]', '$[*]' COLUMNS (a INT PATH '$.charity')) j WHERE CAST(a AS "
		"CHAR(1)) = 'x'",
		NULL });
}

static void
an_option_between_select_and_star_does_not_hide_it(void **state)
{
	(void)state;
	expect_refused((const char *const[]){ "SELECT DISTINCT * FROM t", "SELECT ALL * FROM t",
	    "SELECT SQL_NO_CACHE * FROM t", "SELECT STRAIGHT_JOIN * FROM t", NULL });
}

static void
returning_all_columns_is_refused(void **state)
{
	(void)state;
	expect_refused((const char *const[]){ "DELETE FROM t WHERE id = 1 RETURNING *",
	    "INSERT INTO t (a) VALUES (1) RETURNING *", NULL });
}

static void
an_insert_without_its_columns_is_refused(void **state)
{
	(void)state;
	expect_refused((const char *const[]){ "INSERT INTO t VALUES (1, 2)",
	    "REPLACE INTO t VALUES (1, 2)", "INSERT INTO t SELECT a FROM u",
	    "INSERT IGNORE INTO t VALUES (1)", "insert into t values (1)", NULL });
	expect_taken((const char *const[]){ "INSERT INTO t (a, b) VALUES (1, 2)",
	    "INSERT INTO t(a) SELECT b FROM u", "REPLACE INTO t (a) VALUES (1)",
	    "INSERT IGNORE INTO t (a) VALUES (1)",
	    "INSERT INTO t (a) VALUES (1) ON DUPLICATE KEY UPDATE a = VALUES(a)", NULL });
}

static void
a_bracket_further_on_is_no_list_of_columns(void **state)
{
	(void)state;
	expect_refused((const char *const[]){ "INSERT INTO t SELECT a, MAX(b) FROM u",
	    "INSERT INTO t VALUE (1, 2)", "INSERT INTO t SELECT a FROM u WHERE b IN (1)", NULL });
}

static void
a_table_whose_name_holds_values_is_a_table(void **state)
{
	(void)state;
	expect_taken((const char *const[]){ "INSERT INTO option_values (a) VALUES (1)",
	    "REPLACE INTO values_of (a) VALUES (1)", NULL });
}

static void
a_second_statement_is_refused_on_any_line(void **state)
{
	(void)state;
	expect_refused((const char *const[]){ "SELECT 1; SELECT 2", "SELECT 1;;",
	    "SELECT 1;\nSELECT 2", "SELECT 1;\n\nDELETE FROM t", NULL });
	expect_taken((const char *const[]){ "SELECT 1;", "SELECT 1;  ", "SELECT 1;\n-- the end",
	    "SELECT 1\n;\n", NULL });
}

static void
a_quoted_name_is_refused_as_the_word_is(void **state)
{
	(void)state;
	/* MariaDB calls a built-in function by its quoted name too. */
	expect_refused((const char *const[]){ "SELECT `get_lock`('a', 1)", "SELECT `sleep`(5)",
	    "SELECT `load_file`('/etc/passwd')", "SELECT `user` FROM `mysql`.`user`",
	    "SELECT table_name FROM `information_schema`.tables", NULL });
}

static void
words_inside_of_strings_and_longer_words_are_free(void **state)
{
	(void)state;
	expect_taken((const char *const[]){ "SELECT 'sleep; @x ? # /* :y'", "SELECT \"a -- b\"",
	    "SELECT `order` FROM `t`", "SELECT asleep, use_by, begins FROM t",
	    "SELECT a FROM t WHERE b = '12:30'", "SELECT 'really?'", NULL });
}

static void
arguments_are_24_at_most(void **state)
{
	char text[600] = "-- name: a (";
	int params;

	(void)state;
	for (params = 24; params <= 25; params++) {
		strcpy(text, "-- name: a (");
		for (int i = 0; i < params; i++)
			sprintf(text + strlen(text), "%sx%d", i ? ", " : "", i);
		strcat(text, ")\nSELECT 1");
		for (int i = 0; i < params; i++)
			sprintf(text + strlen(text), " + :x%d", i);
		assert_int_equal(parse(text), params == 24);
	}
	assert_non_null(strstr(err.text, "at most 24"));
	strcpy(text, "-- name: a (x)\nSELECT 1");
	for (int i = 0; i < 25; i++)
		strcat(text, " + :x");
	assert_false(parse(text));
}

static void
more_statements_than_there_is_room_for_are_refused(void **state)
{
	char text[600] = "";

	(void)state;
	for (int i = 0; i < 8; i++)
		sprintf(text + strlen(text), "-- name: a%d ()\nSELECT 1\n", i);
	assert_true(parse(text));
	assert_int_equal(count, 8);
	strcat(text, "-- name: more ()\nSELECT 1\n");
	assert_false(parse(text));
	assert_non_null(strstr(err.text, "m.sql:17:1: too many"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_statement_becomes_one_line_with_marks),
		TEST(a_listed_statement_is_checked_again),
		TEST(mistakes_are_told_with_line_and_column),
		TEST(what_is_neither_reading_nor_writing_rows_is_refused),
		TEST(words_that_leave_state_or_reach_files_are_refused_in_any_case),
		TEST(every_way_to_publish_all_columns_is_refused),
		TEST(a_text_of_json_table_says_its_collation),
		TEST(an_option_between_select_and_star_does_not_hide_it),
		TEST(returning_all_columns_is_refused),
		TEST(an_insert_without_its_columns_is_refused),
		TEST(a_bracket_further_on_is_no_list_of_columns),
		TEST(a_table_whose_name_holds_values_is_a_table),
		TEST(a_second_statement_is_refused_on_any_line),
		TEST(a_quoted_name_is_refused_as_the_word_is),
		TEST(words_inside_of_strings_and_longer_words_are_free),
		TEST(arguments_are_24_at_most),
		TEST(more_statements_than_there_is_room_for_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
