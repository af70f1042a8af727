/* SPDX-License-Identifier: EUPL-1.2 */
/* A module's statements may read some tables of the socle, and lock none. */
#include "../with_arena.h"

#include <string.h>

#include "package/grants.h"
#include "package/manifest.h"
#include "package/reads.h"

static struct scop_manifest_read party = { .module = "contacts", .name = "party", .version = 1 };
static const struct scop_manifest manifest = { .name = "shop", .uses = &party, .use_count = 1 };

struct expected {
	const char *sql, *said; /* NULL: it may run */
};

static bool
writes(const char *sql)
{
	return strncmp(sql, "SELECT", 6) != 0 && strncmp(sql, "WITH", 4) != 0;
}

static void
expect(const struct expected *cases)
{
	for (; cases->sql; cases++) {
		const char *mistake =
		    scop_reads_mistake(arena, &manifest, cases->sql, writes(cases->sql));

		if (!cases->said && mistake)
			fail_msg("'%s' was refused: %s", cases->sql, mistake);
		if (cases->said && (!mistake || !strstr(mistake, cases->said)))
			fail_msg("'%s': expected '%s', got '%s'", cases->sql, cases->said,
			    mistake ? mistake : "nothing");
	}
}

static void
a_plain_read_of_listed_tables_may_run(void **state)
{
	(void)state;
	expect((
	    const struct expected[]){ { "SELECT m.name FROM \x01.member m WHERE m.id = ?", NULL },
	    { "SELECT r.id FROM run r LEFT JOIN \x01.`job` j ON j.id = r.job", NULL },
	    { "WITH m AS (SELECT id FROM \x01. member) SELECT id FROM m", NULL },
	    { "SELECT t1.id FROM tree t1 JOIN tree t2 ON t2.id = t1.parent", NULL },
	    { "SELECT own.id FROM note own FOR UPDATE", NULL },
	    { "SELECT id FROM \x01.member WHERE name = 'FOR UPDATE' AND mail = \"LOCK\"", NULL },
	    { "UPDATE note SET text = 't1.x' WHERE id = ?", NULL },
	    { "DELETE n FROM note n JOIN note t ON t.id = n.id WHERE n.at1 = t.b2", NULL },
	    { NULL, NULL } });
}

static void
no_row_of_the_socle_is_locked(void **state)
{
	(void)state;
	expect((const struct expected[]){
	    { "SELECT id FROM \x01.member FOR UPDATE", "it locks rows of socle." },
	    { "SELECT id FROM \x01.member for  update SKIP LOCKED", "it locks rows of socle." },
	    { "SELECT id FROM \x01.member LOCK IN SHARE MODE", "it locks rows of socle." },
	    { "SELECT id FROM note WHERE m IN (SELECT id FROM \x01.member FOR UPDATE)",
		"it locks rows of socle." },
	    { "DELETE FROM note WHERE EXISTS (SELECT id FROM \x01.job WHERE id = note.job)",
		"it writes and reads socle. in one statement" },
	    { "INSERT INTO note (m) VALUES ((SELECT id FROM \x01.member LIMIT 1))",
		"it writes and reads socle. in one statement" },
	    { "UPDATE note n JOIN \x01.role r ON r.name = n.role SET n.title = r.title",
		"it writes and reads socle. in one statement" },
	    { NULL, NULL } });
}

static void
a_database_by_its_own_name_is_no_way_round(void **state)
{
	static const char said[] = "may be the name of a tenant's database";

	(void)state;
	expect((const struct expected[]){
	    { "DELETE FROM note WHERE EXISTS (SELECT id FROM t42.member)", "'t42.' may be" },
	    { "DELETE FROM note WHERE EXISTS (SELECT id FROM T42 . member)", said },
	    { "DELETE FROM note WHERE EXISTS (SELECT id FROM `t42`.member)", said },
	    { "SELECT id FROM `t42` .`member` FOR UPDATE", said },
	    { "SELECT 't', id FROM t42.member FOR UPDATE", said },
	    { "SELECT id FROM t42_shop.product FOR UPDATE", "'t42_shop.' may be" },
	    { "UPDATE note t1 SET t1.text = ''", "give an alias of that name another one" },
	    { NULL, NULL } });
}

static void
other_tables_of_the_socle_are_not_read(void **state)
{
	(void)state;
	expect((const struct expected[]){
	    { "SELECT html FROM \x01.mail", "it names socle.mail, which a module may not read" },
	    { "SELECT token_hash FROM \x01.session", "it names socle.session" },
	    { "SELECT name FROM \x01.api_key", "it names socle.api_key" },
	    { "SELECT m.id FROM \x01.member m JOIN \x01.`setting` s ON 1", "socle.setting" },
	    { "SELECT id FROM \x01.members",
		"it may read member, member_role, role, menu, message, job, dead_job, "
		"own_setting" },
	    { NULL, NULL } });
}

static void
rights_over_the_socle_lift_the_rule(void **state)
{
	(void)state;
	assert_true(scop_reads_bind(0));
	assert_true(scop_reads_bind(SCOP_GRANT_ORDERS | SCOP_GRANT_ACCOUNTS));
	assert_false(scop_reads_bind(SCOP_GRANT_PORTAL | SCOP_GRANT_ORDERS));
	assert_false(scop_reads_bind(SCOP_GRANT_WRITES));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { TEST(a_plain_read_of_listed_tables_may_run),
		TEST(no_row_of_the_socle_is_locked),
		TEST(a_database_by_its_own_name_is_no_way_round),
		TEST(other_tables_of_the_socle_are_not_read),
		TEST(rights_over_the_socle_lift_the_rule) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
