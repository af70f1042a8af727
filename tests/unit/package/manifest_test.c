/* SPDX-License-Identifier: EUPL-1.2 */
/* Manifests: the contents of a valid one, and refusals with their positions. */
#include "../with_arena.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "package/manifest.h"

static struct scop_manifest manifest;
static struct scop_error err;

static bool
parse(const char *text)
{
	err.text[0] = '\0';
	return scop_manifest_parse(arena, "module.xml", text, strlen(text), &manifest, &err);
}

#define ONE(tag) "<" tag ">e</" tag ">\n"
#define OPEN "<module name=\"shop\" version=\"1.2.3\" scop=\"lumen\" license=\"EUPL-1.2\">\n"
#define TEXTS ONE("title") ONE("summary")

static const char *
with(const char *rest)
{
	return scop_arena_printf(arena, OPEN TEXTS "%s</module>", rest);
}

static void
a_sound_manifest_says_everything(void **state)
{
	(void)state;
	assert_true(parse(with("<permission name=\"shop.orders\">" ONE(
	    "title") "</permission>"
		     "<role name=\"clerk\"><title>Clerk\n at  the desk</title><may "
		     "permission=\"shop.orders\"/></role>"
		     "<menu path=\"/orders\" permission=\"shop.orders\" place=\"20\">" ONE(
			 "title") "</menu>"
				  "<writes table=\"session\" rights=\"INSERT, "
				  "DELETE\"/><orders/>")));
	assert_string_equal(manifest.name, "shop");
	assert_string_equal(manifest.version, "1.2.3");
	assert_string_equal(manifest.scop, "lumen");
	assert_string_equal(manifest.license, "EUPL-1.2");
	assert_string_equal(manifest.title, "e");
	assert_string_equal(manifest.summary, "e");
	assert_int_equal(manifest.permission_count, 1);
	assert_int_equal(manifest.grant_count, 1);
	assert_string_equal(manifest.grants[0].role, "clerk");
	assert_string_equal(manifest.roles[0].title, "Clerk at the desk");
	assert_int_equal(manifest.menu[0].place, 20);
	assert_string_equal(manifest.menu[0].title, "e");
	assert_string_equal(manifest.writes[0].rights, "INSERT, DELETE");
	assert_true(manifest.orders);
}

static void
each_role_keeps_each_of_its_permissions(void **state)
{
	struct scop_buffer rest;

	(void)state;
	scop_buffer_init(&rest, arena);
	for (int i = 0; i < 100; i++)
		scop_buffer_printf(&rest,
		    "<permission name=\"shop.p%d\">" ONE("title") "</permission>", i);
	for (int role = 0; role < 20; role++) {
		scop_buffer_printf(&rest, "<role name=\"role%c\"><title>r</title>", 'a' + role);
		for (int i = 0; i < 100; i++)
			scop_buffer_printf(&rest, "<may permission=\"shop.p%d\"/>", i);
		scop_buffer_text(&rest, "</role>");
	}
	if (!parse(with(scop_buffer_str(&rest))))
		fail_msg("%s", err.text);
	assert_int_equal(manifest.grant_count, 2000);
	assert_string_equal(manifest.grants[1999].role, "rolet");
}

static void
names_versions_and_paths_have_their_form(void **state)
{
	static const char *const names[] = { "", "ab", "Shop", "1shop", "_shop", "shop_", "sh__op",
		"sh-op", "sh.op", "aaaaaaaaaaaaaaaaaaaaaaaaa", "../x", "shop\"", "é" };
	static const char *const versions[] = { "", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.x",
		"v1.2.3", "100000.0.0", "-1.0.0", " 1.2.3" };
	static const char *const elements[] = { "<nonsense/>", "text",
		"<permission name=\"shop.orders\"/>",
		"<permission name=\"orders\">" ONE("title") "</permission>",
		"<menu path=\"orders\" permission=\"shop.a\" place=\"1\">" ONE("title") "</menu>",
		"<menu path=\"/a'b\" permission=\"shop.a\" place=\"1\">" ONE("title") "</menu>",
		"<menu path=\"/\" permission=\"shop.a\" place=\"-1\">" ONE("title") "</menu>",
		"<menu path=\"/\" permission=\"shop.a\" place=\"65536\">" ONE("title") "</menu>",
		"<writes table=\"a;b\" rights=\"INSERT\"/>",
		"<writes table=\"member\" rights=\"SELECT\"/>",
		"<writes table=\"member\" rights=\"INSERT,DELETE\"/>",
		"<writes table=\"member\" rights=\"ALL\"/>",
		"<role name=\"clerk\"><may permission=\"shop.a\"/></role>",
		"<role name=\"a'b\"><title>x</title><may permission=\"shop.a\"/></role>",
		"<orders/><orders/>", "<orders x=\"y\"/>" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (parse(scop_arena_printf(arena,
			"<module name=\"%s\" version=\"1.0.0\" scop=\"lumen\" "
			"license=\"EUPL-1.2\">" TEXTS "</module>",
			names[i])))
			fail_msg("name '%s' was taken", names[i]);
	for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++)
		if (parse(scop_arena_printf(arena,
			"<module name=\"shop\" version=\"%s\" scop=\"lumen\" "
			"license=\"EUPL-1.2\">" TEXTS "</module>",
			versions[i])))
			fail_msg("version '%s' was taken", versions[i]);
	for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++)
		if (parse(with(elements[i])))
			fail_msg("'%s' was taken", elements[i]);
}

static const char *
licensed(const char *license)
{
	return scop_arena_printf(arena,
	    "<module name=\"shop\" version=\"1.0.0\" scop=\"lumen\" license=\"%s\">" TEXTS
	    "</module>",
	    license);
}

static void
a_licence_is_named_as_spdx_does(void **state)
{
	static const char *const good[] = { "MIT", "AGPL-3.0-or-later",
		"GPL-2.0-only WITH Classpath-exception-2.0", "MIT OR Apache-2.0 AND BSD-3-Clause",
		"LicenseRef-Lumen" };
	static const char *const bad[] = { "", " ", "MIT ", "MIT or GPL-2.0-only", "MIT OR",
		"see LICENSE", "<b>", "-MIT" };

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		if (!parse(licensed(good[i])))
			fail_msg("licence '%s': %s", good[i], err.text);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (parse(licensed(bad[i])))
			fail_msg("licence '%s' was accepted", bad[i]);
	assert_false(
	    parse("<module name=\"shop\" version=\"1.0.0\" scop=\"lumen\">" TEXTS "</module>"));
	assert_non_null(strstr(err.text, "license"));
}

static void
mistakes_are_told_with_file_and_line(void **state)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{ "<?xml version=\"1.0\"?>\n" OPEN TEXTS "<nonsense/>\n</module>",
		    "module.xml:5: " },
		{ OPEN ONE("title") "</module>", "module.xml:1: " },
		{ OPEN TEXTS "</modul>", "module.xml:4: " },
		{ OPEN TEXTS, "module.xml:" },
		{ "", "module.xml:" },
		{ "hello", "module.xml:1: " },
		{ OPEN "<title lang=\"fr\">x</title>" ONE("summary") "</module>",
		    "module.xml:2: Element 'title', attribute 'lang': The attribute 'lang' is not "
		    "allowed. Write it once, in English" },
		{ OPEN TEXTS "&nothing;</module>", "module.xml:4: " },
		{ "<module xmlns=\"urn:x\" name=\"shop\" version=\"1.2.3\" scop=\"lumen\" "
		  "license=\"EUPL-1.2\">" TEXTS "</module>",
		    "module.xml:1: " },
		{ OPEN "<title>a</title>\n<title>b</title>" ONE("summary") "</module>",
		    "module.xml:3: Element 'title': This element is not expected" },
		{ OPEN TEXTS "<job name=\"a\">" ONE("title") "</job>\n<job name=\"a\">" ONE(
		      "title") "</job></module>",
		    "module.xml:6: Element 'job': Duplicate" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_false(parse(cases[i].text));
		if (strncmp(err.text, cases[i].said, strlen(cases[i].said)) != 0)
			fail_msg("case %zu: expected '%s', got '%s'", i, cases[i].said, err.text);
		assert_null(strchr(err.text, '\n'));
	}
}

static void
a_doctype_and_its_entities_are_refused(void **state)
{
	static const char *const doctypes[] = { "<!DOCTYPE module>",
		"<!DOCTYPE module SYSTEM \"file:///etc/passwd\">",
		"<!DOCTYPE module [<!ENTITY x \"y\">]>",
		"<!DOCTYPE module [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>",
		"<!DOCTYPE module [<!ENTITY % x SYSTEM \"http://127.0.0.1:9/\"> %x;]>" };

	(void)state;
	for (size_t i = 0; i < sizeof doctypes / sizeof doctypes[0]; i++)
		if (parse(scop_arena_printf(arena,
			"%s" OPEN "<title>&x;</title>" ONE("summary") "</module>", doctypes[i])) ||
		    parse(scop_arena_printf(arena, "%s" OPEN TEXTS "</module>", doctypes[i])))
			fail_msg("'%s' was taken", doctypes[i]);
}

static void
entities_that_multiply_end_quickly(void **state)
{
	(void)state;
	alarm(5); /* ends the test, which then has failed */
	assert_false(parse(
	    "<!DOCTYPE m [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b "
	    "\"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">"
	    "<!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\"><!ENTITY e "
	    "\"&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;\"><!ENTITY f \"&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;\">"
	    "<!ENTITY g \"&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;\"><!ENTITY h "
	    "\"&g;&g;&g;&g;&g;&g;&g;&g;&g;&g;\">]>" OPEN "<title>&h;</title></module>"));
	alarm(0);
}

static void
a_huge_or_deep_one_is_refused(void **state)
{
	char *text = malloc(200002);

	(void)state;
	memset(text, ' ', 200001);
	text[200001] = '\0';
	memcpy(text, "<module>", 8);
	assert_false(parse(text));
	assert_string_equal(err.text, "module.xml: larger than 200000 bytes");
	for (size_t i = 0; i + 3 <= 150000; i += 3)
		memcpy(text + i, "<a>", 3);
	text[150000] = '\0';
	assert_false(parse(text));
	free(text);
}

static void
a_permission_is_the_module_s_own(void **state)
{
	(void)state;
	assert_false(
	    parse(with("<permission name=\"portal.modules\">" ONE("title") "</permission>")));
	assert_non_null(strstr(err.text, "has to begin with 'shop.'"));
	assert_false(
	    parse(with("<permission name=\"shopping.orders\">" ONE("title") "</permission>")));
}

static void
a_role_gets_no_permission_of_another_module(void **state)
{
	(void)state;
	assert_false(parse(with(
	    "<role name=\"clerk\"><title>x</title><may permission=\"portal.modules\"/></role>")));
}

static void
texts_fit_the_columns_that_keep_them(void **state)
{
	char title[102], summary[302];

	(void)state;
	memset(title, 'x', sizeof title);
	memset(summary, 'x', sizeof summary);
	title[101] = summary[301] = '\0';
	assert_false(parse(
	    scop_arena_printf(arena, OPEN "<title>%s</title>" ONE("summary") "</module>", title)));
	assert_false(parse(
	    scop_arena_printf(arena, OPEN ONE("title") "<summary>%s</summary></module>", summary)));
}

static void
a_text_is_not_empty(void **state)
{
	(void)state;
	assert_false(parse(OPEN "<title/>" ONE("summary") "</module>"));
	assert_false(parse(OPEN "<title> </title>" ONE("summary") "</module>"));
}

static void
what_cannot_be_read_is_told_by_name(void **state)
{
	(void)state;
	assert_false(scop_manifest_read(arena, "/nonexistent/module.xml", &manifest, &err));
	assert_non_null(strstr(err.text, "'/nonexistent/module.xml' cannot be read"));
}

static void
no_cut_of_a_sound_manifest_is_sound(void **state)
{
	const char *whole =
	    with("<permission name=\"shop.orders\">" ONE("title") "</permission><orders/>");
	const size_t length = strlen(whole);

	(void)state;
	assert_true(parse(whole));
	for (size_t cut = 0; cut < length; cut += 7) {
		char *part = scop_arena_bytes(arena, whole, cut);

		assert_false(scop_manifest_parse(arena, "module.xml", part, cut, &manifest, &err));
		assert_int_equal(strncmp(err.text, "module.xml", 10), 0);
	}
}

#define JOB(name, rule) "<job name=\"" name "\"" rule ">" ONE("title") "</job>"

static void
what_is_done_later_is_declared_with_its_hours(void **state)
{
	(void)state;
	assert_true(parse(with(
	    JOB("tidy", " at=\"03:15\" on=\"mon wed\"") JOB("look", " every=\"15\"") JOB("thank",
		"") "<emits event=\"order_placed\"/><takes event=\"bank.paid\" job=\"thank\"/>")));
	assert_int_equal(manifest.job_count, 3);
	assert_string_equal(manifest.jobs[0].rule, "at 03:15 on mon wed");
	assert_string_equal(manifest.jobs[1].rule, "every 15");
	assert_string_equal(manifest.jobs[2].rule, "");
	assert_string_equal(manifest.jobs[0].title, "e");
	assert_string_equal(manifest.emits[0], "order_placed");
	assert_string_equal(manifest.takes[0].event, "bank.paid");
	assert_string_equal(manifest.takes[0].job, "thank");
}

static void
hours_that_contradict_themselves_and_jobs_that_are_not_there_are_refused(void **state)
{
	static const char *const wrong[] = { JOB("a", " at=\"03:15\" every=\"15\""),
		JOB("a", " on=\"mon\""), JOB("a", " at=\"24:00\""), JOB("a", " every=\"0\""),
		JOB("a", " at=\"03:15\" on=\"29\""), JOB("A", ""),
		"<takes event=\"bank.paid\" job=\"thank\"/>",
		JOB("thank", "") "<takes event=\"paid\" job=\"thank\"/>",
		"<emits event=\"Order\"/>" };

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_false(parse(with(wrong[i])));
}

/* Whether it may is for whoever grants it to say (package/grants.h). */
static void
orders_and_accounts_are_among_the_rights_asked_for(void **state)
{
	(void)state;
	assert_true(parse(with("<orders/><accounts/>")));
	assert_true(manifest.orders && manifest.accounts);
	assert_int_equal(manifest.right_count, 2);
	assert_string_equal(manifest.rights[0], "orders");
	assert_string_equal(manifest.rights[1], "accounts");
}

#define GIVEN "<given name=\"name\" type=\"text\"/>"

static void
commands_are_named_with_their_version_and_go_to_a_job(void **state)
{
	static const char *const wrong[] = { "<accepts command=\"add\" version=\"1\" job=\"add\"/>",
		JOB("add", "") "<accepts command=\"add\" version=\"1\" job=\"add\"/>"
			       "<accepts command=\"add\" version=\"1\" job=\"add\"/>",
		JOB("add", "") "<accepts command=\"add\" version=\"1\" job=\"add\"/>"
			       "<accepts command=\"add\" version=\"2\" job=\"add\"/>",
		JOB("add", "") "<accepts command=\"add__x\" version=\"1\" job=\"add\"/>",
		JOB("add", "") "<accepts command=\"add\" version=\"0\" job=\"add\"/>",
		JOB("add", "") "<accepts command=\"add\" version=\"1\" job=\"add\">" GIVEN GIVEN
			       "</accepts>",
		"<sends module=\"shop\" command=\"add\" version=\"1\" optional=\"true\"/>",
		"<sends module=\"bank\" command=\"add\" version=\"1\"/>",
		"<needs module=\"bank\" version=\"^1\"/><sends module=\"bank\" command=\"add\" "
		"version=\"1\" optional=\"true\"/>",
		"<sends module=\"bank\" command=\"add\" version=\"1\" optional=\"true\"><given "
		"name=\"x\" type=\"number\"/></sends>" };

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_false(parse(with(wrong[i])));
	assert_true(parse(with("<needs module=\"bank\" version=\"^1\"/>" JOB("add",
	    "") "<accepts command=\"add\" version=\"2\" job=\"add\">" GIVEN
		"</accepts><sends module=\"bank\" command=\"pay\" version=\"12\"/>")));
	assert_string_equal(scop_command_name(arena, &manifest.accepts[0]), "shop:add_2");
	assert_string_equal(scop_command_name(arena, &manifest.sends[0]), "bank:pay_12");
	assert_string_equal(manifest.accepts[0].job, "add");
	assert_string_equal(manifest.accepts[0].given[0].name, "name");
	assert_string_equal(manifest.rights[0], "asks bank.pay");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_sound_manifest_says_everything),
		TEST(each_role_keeps_each_of_its_permissions),
		TEST(names_versions_and_paths_have_their_form),
		TEST(a_licence_is_named_as_spdx_does),
		TEST(commands_are_named_with_their_version_and_go_to_a_job),
		TEST(mistakes_are_told_with_file_and_line),
		TEST(a_doctype_and_its_entities_are_refused),
		TEST(entities_that_multiply_end_quickly),
		TEST(a_huge_or_deep_one_is_refused),
		TEST(a_permission_is_the_module_s_own),
		TEST(a_role_gets_no_permission_of_another_module),
		TEST(texts_fit_the_columns_that_keep_them),
		TEST(a_text_is_not_empty),
		TEST(what_cannot_be_read_is_told_by_name),
		TEST(no_cut_of_a_sound_manifest_is_sound),
		TEST(what_is_done_later_is_declared_with_its_hours),
		TEST(hours_that_contradict_themselves_and_jobs_that_are_not_there_are_refused),
		TEST(orders_and_accounts_are_among_the_rights_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
