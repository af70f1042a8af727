/* SPDX-License-Identifier: EUPL-1.2 */
/* The Mustache specification's own cases, read from the folder that $MUSTACHE_SPEC names; skipped,
 * and said, without it. */
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
#include "view/template.h"

struct spec {
	struct scop_arena *arena;
	const struct scop_value *partials;
};

static const struct scop_template *
partial(void *context, const char *name)
{
	struct spec *spec = context;
	const struct scop_value *text = scop_get(spec->partials, name);
	struct scop_error err;

	return text ? scop_template_compile(spec->arena, name, text->string, text->length, &err)
		    : NULL;
}

static const char *
read_file(struct scop_arena *arena, const char *path)
{
	struct scop_buffer text;
	char block[4096];
	size_t got;
	FILE *file = fopen(path, "rb");

	if (!file)
		return NULL;
	scop_buffer_init(&text, arena);
	while ((got = fread(block, 1, sizeof block, file)) > 0)
		scop_buffer_add(&text, block, got);
	fclose(file);
	return scop_buffer_str(&text);
}

static unsigned
run_case(struct scop_arena *arena, const char *file, const struct scop_value *test)
{
	struct spec spec = { arena, scop_get(test, "partials") };
	const struct scop_template_host host = { .partial = partial,
		.context = &spec,
		.locale = { SCOP_EN, "UTC" } };
	const struct scop_value *text = scop_get(test, "template");
	struct scop_buffer out;
	struct scop_error err = { .text = "" };

	scop_buffer_init(&out, arena);
	const struct scop_template *template =
	    scop_template_compile(arena, "case", text->string, text->length, &err);
	if (!template ||
	    !scop_template_render(template, scop_get(test, "data"), &host, arena, &out, &err))
		scop_buffer_printf(&out, "[%s]", err.text);
	if (strcmp(scop_buffer_str(&out), scop_text(test, "expected")) == 0)
		return 0;
	print_error("%s: %s\n expected: [%s]\n      got: [%s]\n", file, scop_text(test, "name"),
	    scop_text(test, "expected"), scop_buffer_str(&out));
	return 1;
}

static void
every_case_of_the_specification_passes(void **state)
{
	static const struct {
		const char *name;
		size_t cases;
	} files[] = { { "comments", 12 }, { "delimiters", 14 }, { "interpolation", 40 },
		{ "inverted", 22 }, { "partials", 12 }, { "sections", 34 },
		{ "optional-inheritance", 24 } };
	const char *folder = getenv("MUSTACHE_SPEC");
	unsigned failed = 0;

	(void)state;
	if (!folder) {
		print_message(
		    "skipped: $MUSTACHE_SPEC names no folder with the specification's cases\n");
		skip();
	}
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		struct scop_arena *arena = scop_arena_new();
		struct scop_error err;
		const char *text =
		    read_file(arena, scop_arena_printf(arena, "%s/%s.json", folder, files[i].name));

		assert_non_null(text);
		const struct scop_value *tests =
		    scop_get(scop_json_parse(arena, text, strlen(text), &err), "tests");
		assert_true(scop_count(tests) >= files[i].cases);
		for (size_t t = 0; t < scop_count(tests); t++)
			failed += run_case(arena, files[i].name, scop_at(tests, t));
		scop_arena_free(arena);
	}
	assert_int_equal(failed, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(
	    every_case_of_the_specification_passes) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
