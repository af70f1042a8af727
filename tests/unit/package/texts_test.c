/* SPDX-License-Identifier: EUPL-1.2 */
/* Translations of packages: the contents of a valid texts.json, and refusals with their positions.
 */
#include "../with_arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/value.h"
#include "package/texts.h"

static const struct scop_value *texts;
static struct scop_error err;

/* Reads `json` as the texts.json of a package. */
static bool
read_json(const char *json)
{
	char folder[] = "/tmp/scopiton-texts-XXXXXX";

	assert_non_null(mkdtemp(folder));
	const char *path = scop_arena_printf(arena, "%s/texts.json", folder);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(json, file);
	fclose(file);
	const bool ok = scop_texts_read(arena, folder, &texts, &err);
	unlink(path);
	rmdir(folder);
	return ok;
}

static void
each_translation_is_known_by_its_english(void **state)
{
	(void)state;
	assert_true(
	    read_json("[{\"language\":\"fr\",\"english\":\"Orders\",\"text\":\"Commandes\"},"
		      "{\"language\":\"nl\",\"english\":\"Orders\",\"text\":\"Bestellingen\"},"
		      "{\"language\":\"fr\",\"english\":\"Shop\",\"text\":\"Boutique\"}]"));
	assert_int_equal(scop_count(texts), 3);
	const struct scop_value *of =
	    scop_texts_of(arena, texts, (const char *const[]){ "Orders", "Nothing" }, 2);
	assert_int_equal(scop_count(of), 2);
	assert_string_equal(scop_text(scop_at(of, 1), "text"), "Bestellingen");
}

static void
a_package_without_translations_has_none(void **state)
{
	(void)state;
	assert_true(scop_texts_read(arena, "/nonexistent", &texts, &err));
	assert_int_equal(scop_count(texts), 0);
}

static void
what_is_no_translation_is_refused_with_its_place(void **state)
{
	char *json = malloc(4000), *english = malloc(1000);
	static const char *const wrong[] = { "[1]", "[{}]", "{", "\"text\"[",
		"[{\"language\":\"fra\",\"english\":\"a\",\"text\":\"b\"}]",
		"[{\"language\":\"F'\",\"english\":\"a\",\"text\":\"b\"}]",
		"[{\"language\":\"fr\",\"english\":\"\",\"text\":\"b\"}]",
		"[{\"language\":\"fr\",\"english\":\"a\",\"text\":\"\"}]",
		"[{\"language\":\"fr\",\"english\":\"a\"}]",
		"[{\"language\":\"fr\",\"english\":\"a\",\"text\":\"\xff\"}]" };

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		if (read_json(wrong[i]))
			fail_msg("'%s' was taken", wrong[i]);
		assert_non_null(strstr(err.text, "texts.json"));
	}
	memset(english, 'x', SCOP_TEXT_ENGLISH_MAX + 1);
	english[SCOP_TEXT_ENGLISH_MAX + 1] = '\0';
	snprintf(json, 4000, "[{\"language\":\"fr\",\"english\":\"%s\",\"text\":\"b\"}]", english);
	assert_false(read_json(json));
	free(json);
	free(english);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_translation_is_known_by_its_english),
		TEST(a_package_without_translations_has_none),
		TEST(what_is_no_translation_is_refused_with_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
