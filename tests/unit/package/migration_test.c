/* SPDX-License-Identifier: EUPL-1.2 */
/* Migrations, split into statements, each with the probe that shows whether it has run. */
#include "../with_arena.h"

#include <string.h>

#include "package/migration.h"

enum { MAX = 8 };

static struct scop_migration_step steps[MAX];
static size_t count;
static struct scop_error err;

static bool
split(const char *text)
{
	err.text[0] = '\0';
	return scop_migration_split(arena, "0001.sql", text, steps, MAX, &count, &err);
}

static void
a_file_is_cut_at_its_semicolons(void **state)
{
	(void)state;
	assert_true(split("-- first\nCREATE TABLE a (\n\tx INT -- a; comment\n);\n\nINSERT INTO a "
			  "(x) VALUES (';'), ('--'), ('it''s');\nUPDATE a SET `;` = \"'\""));
	assert_int_equal(count, 3);
	assert_string_equal(steps[0].sql, "CREATE TABLE a (\n\tx INT \n)");
	assert_true(steps[0].changes_tables);
	assert_int_equal(steps[0].line, 2);
	assert_string_equal(steps[1].sql, "INSERT INTO a (x) VALUES (';'), ('--'), ('it''s')");
	assert_false(steps[1].changes_tables);
	assert_null(steps[1].probe);
	assert_int_equal(steps[1].line, 6);
	assert_string_equal(steps[2].sql, "UPDATE a SET `;` = \"'\"");
	assert_int_equal(steps[2].line, 7);
}

static void
an_empty_file_has_no_statement(void **state)
{
	static const char *const texts[] = { "", "\n\n", "-- nothing", "-- nothing\n", ";;\n ; ",
		"-- probe: SELECT 1\n" };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		assert_true(split(texts[i]));
		assert_int_equal(count, 0);
	}
}

static void
known_shapes_have_their_probe(void **state)
{
	static const struct {
		const char *sql, *table, *other;
	} cases[] = {
		{ "CREATE TABLE a (x INT)", "information_schema.tables", "table_name = 'a'" },
		{ "create table `a_b` (x INT)", "information_schema.tables", "table_name = 'a_b'" },
		{ "CREATE INDEX i ON a (x)", "table_name = 'a'", "index_name = 'i'" },
		{ "CREATE UNIQUE INDEX `i` ON `a` (x)", "table_name = 'a'", "index_name = 'i'" },
		{ "ALTER TABLE a ADD x INT NOT NULL DEFAULT 0", "table_name = 'a'",
		    "column_name = 'x'" },
		{ "ALTER TABLE a ADD COLUMN x INT", "table_name = 'a'", "column_name = 'x'" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_true(split(cases[i].sql));
		assert_int_equal(count, 1);
		assert_non_null(steps[0].probe);
		assert_non_null(strstr(steps[0].probe, cases[i].table));
		assert_non_null(strstr(steps[0].probe, cases[i].other));
	}
}

static void
another_shape_needs_a_probe_of_its_own(void **state)
{
	static const char *const cases[] = { "DROP TABLE a", "ALTER TABLE a DROP COLUMN x",
		"ALTER TABLE a MODIFY x BIGINT", "ALTER TABLE a ADD INDEX i (x)",
		"ALTER TABLE a ADD KEY i (x)", "ALTER TABLE a ADD CONSTRAINT c CHECK (x > 0)",
		"CREATE VIEW v AS SELECT x FROM a", "DROP INDEX i ON a",
		"CREATE OR REPLACE TABLE a (x INT)", "ALTER TABLE a RENAME TO b" };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (split(cases[i]))
			fail_msg("'%s' was taken without a probe", cases[i]);
		assert_non_null(
		    strstr(err.text, "0001.sql:1: this statement needs a line '-- probe:"));
		assert_true(
		    split(scop_arena_printf(arena, "-- probe: SELECT 1 FROM dual\n%s;", cases[i])));
		assert_string_equal(steps[0].probe, " SELECT 1 FROM dual");
	}
}

static void
a_probe_belongs_to_the_next_statement_alone(void **state)
{
	(void)state;
	assert_true(split("-- probe: SELECT 1\nDROP TABLE a;\nCREATE TABLE b (x INT);"));
	assert_string_equal(steps[0].probe, " SELECT 1");
	assert_non_null(strstr(steps[1].probe, "'b'"));
	assert_false(split("-- probe: SELECT 1\nDROP TABLE a;\nDROP TABLE b;"));
	assert_non_null(strstr(err.text, "0001.sql:3:"));
}

static void
what_is_added_and_is_no_column_is_not_probed_as_one(void **state)
{
	static const char *const cases[] = { "ALTER TABLE a ADD UNIQUE KEY i (x)",
		"ALTER TABLE a ADD UNIQUE (x)", "ALTER TABLE a ADD PRIMARY KEY (x)",
		"ALTER TABLE a ADD FOREIGN KEY (x) REFERENCES b (y)",
		"ALTER TABLE a ADD FULLTEXT INDEX i (x)", "ALTER TABLE a ADD SPATIAL INDEX i (x)",
		"ALTER TABLE a ADD CHECK (x > 0)",
		"ALTER TABLE a ADD PARTITION (PARTITION p VALUES IN (1))" };
	struct {
		char text[600];
	} wrong = { "" };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (split(cases[i]) && strstr(steps[0].probe, "information_schema.columns"))
			strcat(strcat(wrong.text, "\n  "), cases[i]);
	if (wrong.text[0])
		fail_msg("after a crash these would be run a second time:%s", wrong.text);
}

static void
columns_in_brackets_are_probed_or_refused(void **state)
{
	(void)state;
	if (split("ALTER TABLE a ADD COLUMN (x INT, y INT)"))
		assert_non_null(strstr(steps[0].probe, "column_name = 'x'"));
}

static void
what_is_no_step_is_refused_with_its_line(void **state)
{
	static const char *const cases[] = { "SELECT 1", "SET a = 1", "GRANT ALL ON x TO y",
		"USE mysql", "TRUNCATE a", "LOCK TABLES a READ", "CALL p()", "START TRANSACTION",
		"RENAME TABLE a TO b", "%s%n" };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_false(split(scop_arena_printf(arena, "\n\n%s;", cases[i])));
		assert_non_null(strstr(err.text, "0001.sql:3: a migration creates"));
	}
}

static void
a_string_that_is_not_closed_is_refused_with_its_line(void **state)
{
	(void)state;
	assert_false(split("CREATE TABLE a (x INT);\nINSERT INTO a (x)\nVALUES ('it;\n"));
	assert_string_equal(err.text, "0001.sql:2: a string is not closed");
}

static void
the_block_of_a_trigger_is_one_statement(void **state)
{
	static const char trigger[] =
	    "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN\n\tIF `NEW`.x > 1 THEN SET "
	    "@y = 1;\n\tEND IF;\nEND";

	(void)state;
	assert_true(split(scop_arena_printf(arena,
	    "-- probe: SELECT 1\n%s;\n-- probe: SELECT 2\nCREATE TRIGGER u BEFORE UPDATE ON a FOR "
	    "EACH ROW SET @begins = 1;\nINSERT INTO a (x) VALUES (1);\n",
	    trigger)));
	assert_int_equal(count, 3);
	assert_string_equal(steps[0].sql, trigger);
	assert_string_equal(steps[2].sql, "INSERT INTO a (x) VALUES (1)");
	assert_false(
	    split("-- probe: SELECT 1\nCREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW BEGIN "
		  "SET @y = 1;\nINSERT INTO a (x) VALUES (1);\n"));
	assert_string_equal(err.text, "0001.sql:2: a trigger's block has no END");
}

static void
a_backslash_before_a_quote_is_told_or_does_not_end_the_string(void **state)
{
	(void)state;
	if (split("INSERT INTO a (x) VALUES ('it\\'s; fine');"))
		assert_int_equal(count, 1);
	else
		assert_non_null(strstr(err.text, "backslash"));
}

static void
other_comments_are_comments_too_or_told_as_what_they_are(void **state)
{
	(void)state;
	if (!split("/* what's new; here */\nCREATE TABLE a (x INT);"))
		assert_non_null(strstr(err.text, "comment"));
	if (!split("# what's new; here\nCREATE TABLE a (x INT);"))
		assert_non_null(strstr(err.text, "comment"));
}

static void
more_statements_than_there_is_room_for_are_refused(void **state)
{
	char text[400] = "";

	(void)state;
	for (int i = 0; i < MAX; i++)
		strcat(text, "DELETE FROM a;\n");
	assert_true(split(text));
	assert_int_equal(count, MAX);
	strcat(text, "DELETE FROM a");
	assert_false(split(text));
	assert_string_equal(err.text, "0001.sql: more than 8 statements");
}

static void
a_long_fill_repeats_and_needs_a_limit(void **state)
{
	(void)state;
	assert_true(split(
	    "-- repeat\nUPDATE a SET x = 1 WHERE x IS NULL LIMIT 1000;\nUPDATE a SET y = 1;"));
	assert_true(steps[0].repeats);
	assert_false(steps[1].repeats);
	assert_false(split("-- repeat\nUPDATE a SET x = 1;"));
	assert_false(split("-- repeat\nUPDATE a SET x = 'LIMIT 5';"));
	assert_false(split("-- repeat\nALTER TABLE a ADD x INT;"));
	assert_non_null(
	    strstr(err.text, "0001.sql:2: a repeated statement writes rows, with a LIMIT"));
}

static void
the_other_generation_is_named_by_a_word_of_its_own(void **state)
{
	static const char *const named[] = { "INSERT INTO a (x) SELECT x FROM old.a",
		"INSERT INTO a (x) SELECT n.x FROM new.a n", "UPDATE a, OLD.b SET a.x = 1" };
	static const char *const not_named[] = { "INSERT INTO a (x) SELECT x FROM b",
		"UPDATE a SET x = 'old.a'", "UPDATE a SET threshold.x = 1",
		"UPDATE a SET `old.` = 1", "UPDATE b.old SET x = 1" };

	(void)state;
	for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
		assert_true(split(named[i]));
		assert_true(steps[0].names_other);
	}
	for (size_t i = 0; i < sizeof not_named / sizeof not_named[0]; i++) {
		assert_true(split(not_named[i]));
		if (steps[0].names_other)
			fail_msg("%s", not_named[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_is_cut_at_its_semicolons),
		TEST(an_empty_file_has_no_statement),
		TEST(known_shapes_have_their_probe),
		TEST(another_shape_needs_a_probe_of_its_own),
		TEST(a_probe_belongs_to_the_next_statement_alone),
		TEST(what_is_added_and_is_no_column_is_not_probed_as_one),
		TEST(columns_in_brackets_are_probed_or_refused),
		TEST(what_is_no_step_is_refused_with_its_line),
		TEST(a_string_that_is_not_closed_is_refused_with_its_line),
		TEST(the_block_of_a_trigger_is_one_statement),
		TEST(a_backslash_before_a_quote_is_told_or_does_not_end_the_string),
		TEST(other_comments_are_comments_too_or_told_as_what_they_are),
		TEST(more_statements_than_there_is_room_for_are_refused),
		TEST(a_long_fill_repeats_and_needs_a_limit),
		TEST(the_other_generation_is_named_by_a_word_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
