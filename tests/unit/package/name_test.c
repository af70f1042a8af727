/* SPDX-License-Identifier: EUPL-1.2 */
/* Names of modules and scops: the rule, and that the manifest's schema and nginx have the same. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "../with_arena.h"

#include <pcre2.h>
#include <stdio.h>
#include <string.h>

#include "base/name.h"
#include "package/manifest.h"

enum { NAMES_MAX = 1000 };

static const char *names[NAMES_MAX];
static size_t name_count;
static struct scop_error err;

/* All texts of up to 5 of 'a', '0' and '_', those of 22 to 26 bytes with each end, and others. */
static void
list_names(void)
{
	static const char *const others[] = { "", "shop", "Shop", "a-b", "abé", "a b", "a.b", "ab/",
		"ab\n", "click_collect", "a_1_b" };
	static const char ends[] = "a0_";

	name_count = 0;
	for (int length = 1, count = 3; length <= 5; length++, count *= 3)
		for (int i = 0; i < count; i++) {
			char text[6] = "";

			for (int at = 0, digits = i; at < length; at++, digits /= 3)
				text[at] = ends[digits % 3];
			names[name_count++] = scop_arena_text(arena, text);
		}
	for (int length = 22; length <= 26; length++)
		for (size_t last = 0; last < 3; last++)
			names[name_count++] = scop_arena_printf(arena, "%.*s%c", length - 1,
			    "aaaaaaaaaaaaaaaaaaaaaaaaaa", ends[last]);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		names[name_count++] = others[i];
	assert_true(name_count <= NAMES_MAX);
}

static void
a_module_name_is_3_to_24_with_single_underscores_inside(void **state)
{
	static const char *const good[] = { "abc", "a_b", "abc_d_9", "aaaaaaaaaaaaaaaaaaaaaaaa" },
				 *const bad[] = { "", "ab", "a_", "_ab", "0ab", "ab_", "a__b",
					 "Abc", "ab-c", "abé", "aaaaaaaaaaaaaaaaaaaaaaaaa" };

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		if (!scop_name_check_module(good[i], &err))
			fail_msg("'%s' was refused", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (scop_name_check_module(bad[i], &err))
			fail_msg("'%s' was accepted", bad[i]);
	assert_true(scop_name_is_module("shop/cart", 4));
	assert_string_equal(err.text,
	    "module name 'aaaaaaaaaaaaaaaaaaaaaaaaa' is not 3 to 24 of a-z, 0-9 and single '_', a "
	    "letter first");
}

static void
a_scop_name_is_2_to_31_with_hyphens(void **state)
{
	(void)state;
	assert_true(scop_name_check_scop("ab", &err));
	assert_true(scop_name_check_scop("a-2", &err));
	assert_false(scop_name_check_scop("a", &err));
	assert_false(scop_name_check_scop("2a", &err));
	assert_false(scop_name_check_scop("a_b", &err));
	assert_false(scop_name_check_scop("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", &err));
	assert_string_equal(err.text,
	    "scop name 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' is not 2 to 31 of a-z, 0-9 and '-', a "
	    "letter first");
}

static bool
schema_accepts(const char *module, const char *scop)
{
	const char *text = scop_arena_printf(arena,
	    "<module name=\"%s\" version=\"1.0.0\" scop=\"%s\" license=\"EUPL-1.2\">"
	    "<title>e</title><summary>e</summary></module>",
	    module, scop);
	struct scop_manifest manifest;

	return scop_manifest_parse(arena, "module.xml", text, strlen(text), &manifest, &err);
}

static void
the_schema_has_the_same_rules(void **state)
{
	(void)state;
	list_names();
	for (size_t i = 0; i < name_count; i++) {
		if (strchr(names[i], '\n'))
			continue; /* XML makes a space of it */
		if (schema_accepts(names[i], "lumen") !=
		    scop_name_is_module(names[i], strlen(names[i])))
			fail_msg("module.xsd and scop_name_is_module differ on '%s'", names[i]);
		if (schema_accepts("shop", names[i]) != scop_name_check_scop(names[i], &err))
			fail_msg("module.xsd and scop_name_check_scop differ on '%s'", names[i]);
	}
}

/* The pattern of the line that sets $module. */
static pcre2_code *
nginx_pattern(void)
{
	FILE *file = fopen("nginx/scopiton.conf.in", "r");
	char line[1000];
	int code;
	PCRE2_SIZE offset;

	assert_non_null(file);
	while (fgets(line, sizeof line, file)) {
		char *end = strstr(line, "\" $m;"), *start = strstr(line, "\"~");

		if (!start || !end)
			continue;
		fclose(file);
		*end = '\0';
		return pcre2_compile((PCRE2_SPTR)start + 2, PCRE2_ZERO_TERMINATED, 0, &code,
		    &offset, NULL);
	}
	fclose(file);
	return NULL;
}

/* Whether nginx takes `name` for the module of an address. */
static bool
nginx_accepts(pcre2_code *pattern, const char *address, const char *name)
{
	pcre2_match_data *data = pcre2_match_data_create_from_pattern(pattern, NULL);
	PCRE2_UCHAR *found = NULL;
	PCRE2_SIZE length;
	const bool accepted =
	    pcre2_match(pattern, (PCRE2_SPTR)address, strlen(address), 0, 0, data, NULL) > 0 &&
	    pcre2_substring_get_byname(data, (PCRE2_SPTR) "m", &found, &length) == 0 &&
	    strcmp((const char *)found, name) == 0;

	pcre2_substring_free(found);
	pcre2_match_data_free(data);
	return accepted;
}

static void
nginx_has_the_same_rule(void **state)
{
	static const char *const addresses[] = { "/%s", "/%s/cart", "/fr/%s", "/_stored/%s/x" };
	pcre2_code *pattern = nginx_pattern();

	(void)state;
	assert_non_null(pattern);
	list_names();
	for (size_t i = 0; i < name_count; i++)
		for (size_t a = 0; a < sizeof addresses / sizeof addresses[0]; a++) {
			const char *mark = strstr(addresses[a], "%s"),
				   *address = scop_arena_printf(arena, "%.*s%s%s",
				       (int)(mark - addresses[a]), addresses[a], names[i],
				       mark + 2);

			if (strcspn(names[i], "/\n") == strlen(names[i]) &&
			    nginx_accepts(pattern, address, names[i]) !=
				scop_name_is_module(names[i], strlen(names[i])))
				fail_msg("nginx and scop_name_is_module differ on '%s'", address);
		}
	pcre2_code_free(pattern);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_module_name_is_3_to_24_with_single_underscores_inside),
		TEST(a_scop_name_is_2_to_31_with_hyphens),
		TEST(the_schema_has_the_same_rules),
		TEST(nginx_has_the_same_rule),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
