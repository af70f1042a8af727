/* SPDX-License-Identifier: EUPL-1.2 */
/* Which statements would change rows that a module keeps. */
#include "../with_arena.h"

#include <string.h>

#include "package/keeps.h"
#include "package/manifest.h"

static struct scop_manifest_keep keeps[] = { { "posting", "note seen" }, { "closing", "" } };
static const struct scop_manifest manifest = { .keeps = keeps, .keep_count = 2 };

static void
what_only_adds_or_reads_is_no_mistake(void **state)
{
	static const char *const sound[] = {
		"INSERT INTO posting (id, text) VALUES (?, 'UPDATE posting SET text = 1')",
		"INSERT INTO closing (period) SELECT period FROM posting WHERE note = ?",
		"UPDATE posting SET note = ? WHERE text = ?",
		"UPDATE `posting` p SET p.note = CONCAT(text, '=', ?), `seen` = (SELECT MAX(a = b) "
		"FROM "
		"account WHERE text = 'x') WHERE number = ? ORDER BY text",
		"UPDATE account SET text = ?, total = total + (SELECT COUNT(*) FROM other)",
		"INSERT INTO posting (text) VALUES (?) ON DUPLICATE KEY UPDATE seen = 1, note = "
		"VALUES(text)",
		"INSERT INTO account (id) VALUES (?) ON DUPLICATE KEY UPDATE total = total + 1",
		"DELETE FROM account WHERE id IN (SELECT id FROM posting)",
		"DELETE FROM postings WHERE id = ?",
		"SELECT text FROM posting WHERE text = 'DELETE FROM posting'",
		"SELECT id FROM posting WHERE id = ? FOR UPDATE",
		"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof sound / sizeof sound[0]; i++)
		assert_null(scop_keeps_mistake(arena, &manifest, sound[i]));
}

static void
what_changes_or_deletes_kept_rows_is_told(void **state)
{
	static const struct {
		const char *sql, *told;
	} cases[] = {
		{ "DELETE FROM posting WHERE id = ?", "it deletes rows of 'posting'" },
		{ "delete from `closing`", "it deletes rows of 'closing'" },
		{ "DELETE posting FROM posting JOIN account ON TRUE", "rows of 'posting'" },
		{ "REPLACE INTO posting (id) VALUES (?)", "it deletes rows of 'posting'" },
		{ "UPDATE posting SET text = ? WHERE id = ?", "it changes 'text' of 'posting'" },
		{ "UPDATE posting SET note = ?, number = number + 1", "it changes 'number'" },
		{ "UPDATE posting p JOIN account a ON a.id = p.id SET p.seen = 1, p.text = a.text",
		    "it changes 'text'" },
		{ "UPDATE closing SET last = 1", "it changes 'last' of 'closing'" },
		{ "INSERT INTO posting (text) VALUES (?) ON DUPLICATE KEY UPDATE text = "
		  "VALUES(text)",
		    "it changes 'text'" },
		{ "INSERT INTO closing (period) SELECT 1 ON DUPLICATE KEY UPDATE last = 1",
		    "it changes 'last'" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *mistake = scop_keeps_mistake(arena, &manifest, cases[i].sql);

		assert_non_null(mistake);
		assert_non_null(strstr(mistake, cases[i].told));
	}
}

/* Whatever a statement is cut to, nothing behind its end is read. */
static void
a_cut_statement_is_read_to_its_end(void **state)
{
	static const char whole[] = "INSERT INTO `posting` (text) VALUES ('a', \"b\") ON DUPLICATE "
				    "KEY UPDATE text = VALUES(text)";

	(void)state;
	for (size_t cut = 0; cut < sizeof whole; cut++)
		scop_keeps_mistake(arena, &manifest, scop_arena_bytes(arena, whole, cut));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_only_adds_or_reads_is_no_mistake),
		TEST(what_changes_or_deletes_kept_rows_is_told),
		TEST(a_cut_statement_is_read_to_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
