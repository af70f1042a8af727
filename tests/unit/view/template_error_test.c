/* SPDX-License-Identifier: EUPL-1.2 */
/* Templates with errors: reported with name, line and column, whatever they contain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/value.h"
#include "view/template.h"

static void
mistakes_are_told_with_line_and_column(void **state)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{ "{{", "t:1:1: this tag is not closed" },
		{ "ab\ncd{{name", "t:2:3: this tag is not closed" },
		{ "a\n\n  {{{name}}", "t:3:3: this tag is not closed" },
		{ "{{}}", "t:1:1: this tag has no name" },
		{ "x{{  }}", "t:1:2: this tag has no name" },
		{ "{{#}}", "t:1:1: this tag has no name" },
		{ "\n{{#a}}\n{{#b}}\n{{/a}}",
		    "t:4:1: this closes a section that is not open here: 'b' of line 3 is still "
		    "open" },
		{ "{{/a}}", "t:1:1: this closes a section that is not open here" },
		{ "x\n y{{#a}}", "t:2:3: this section is not closed" },
		{ "{{^a}}{{#b}}{{/b}}", "t:1:1: this section is not closed" },
		{ "{{<p}}", "t:1:1: this section is not closed" },
		{ "{{$p}}", "t:1:1: this section is not closed" },
		{ "{{=a=}}", "t:1:1: delimiters are written {{=<% %>=}}" },
		{ "{{=123456789 123456789=}}", "t:1:1: " },
		{ "{{!\n\n}}{{#a}}", "t:3:3: this section is not closed" },
		{ "{{#_.n}}one{{/_.n}}", "t:1:1: a text with a count is written singular|plural" },
		{ "é{{#a}}", "t:1:3: this section is not closed" }, /* columns count bytes */
	};
	struct scop_arena *arena = scop_arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct scop_error err = { .text = "" };

		if (scop_template_compile(arena, "t", cases[i].text, strlen(cases[i].text), &err))
			fail_msg("'%s' was compiled", cases[i].text);
		if (strncmp(err.text, cases[i].said, strlen(cases[i].said)) != 0)
			fail_msg("'%s': expected '%s', got '%s'", cases[i].text, cases[i].said,
			    err.text);
	}
	scop_arena_free(arena);
}

static void
sections_nest_64_deep_and_no_deeper(void **state)
{
	struct scop_arena *arena = scop_arena_new();

	(void)state;
	for (int depth = 64; depth <= 65; depth++) {
		struct scop_buffer text;
		struct scop_error err;

		scop_buffer_init(&text, arena);
		for (int i = 0; i < depth; i++)
			scop_buffer_text(&text, "{{#a}}");
		for (int i = 0; i < depth; i++)
			scop_buffer_text(&text, "{{/a}}");
		assert_int_equal(scop_template_compile(arena, "t", text.data, text.length, &err) !=
			NULL,
		    depth == 64);
	}
	scop_arena_free(arena);
}

static const struct scop_template *own;

static const struct scop_template *
itself(void *context, const char *name)
{
	(void)context;
	(void)name;
	return own;
}

static void
a_partial_of_itself_ends_in_a_sentence(void **state)
{
	struct scop_arena *arena = scop_arena_new();
	const struct scop_template_host host = { .partial = itself, .locale = { SCOP_EN, "UTC" } };
	struct scop_buffer out;
	struct scop_error err = { .text = "" };

	(void)state;
	scop_buffer_init(&out, arena);
	own = scop_template_compile(arena, "t", "x{{>t}}", 7, &err);
	assert_false(scop_template_render(own, scop_value_null(), &host, arena, &out, &err));
	assert_string_not_equal(err.text, "");
	assert_true(out.length < 100);
	own = scop_template_compile(arena, "t", "{{<t}}{{/t}}", 12, &err);
	assert_false(scop_template_render(own, scop_value_null(), &host, arena, &out, &err));
	scop_arena_free(arena);
}

static void
what_is_written_is_escaped(void **state)
{
	struct scop_arena *arena = scop_arena_new();
	const struct scop_template_host host = { .locale = { SCOP_EN, "UTC" } };
	struct scop_map_maker map;
	struct scop_buffer out;
	struct scop_error err;

	(void)state;
	scop_buffer_init(&out, arena);
	scop_map_init(&map, arena);
	scop_map_put_text(&map, "a", "<&>\"'`é");
	const struct scop_template *template =
	    scop_template_compile(arena, "t", "{{a}}|{{{a}}}|{{&a}}|{{b}}", 26, &err);
	assert_true(scop_template_render(template, scop_map_value(&map), &host, arena, &out, &err));
	assert_string_equal(scop_buffer_str(&out), "&lt;&amp;&gt;&quot;&#39;`é|<&>\"'`é|<&>\"'`é|");
	scop_arena_free(arena);
}

/* Whether compiling ends the process. */
static int
compile_apart(const char *text, size_t length)
{
	int status;
	const pid_t pid = fork();

	if (pid == 0) {
		struct scop_arena *arena = scop_arena_new();
		struct scop_error err;

		close(STDERR_FILENO);
		scop_template_compile(arena, "t", text, length, &err);
		scop_arena_free(arena);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
a_nul_byte_in_a_tag_does_not_end_the_process(void **state)
{
	(void)state;
	assert_int_equal(compile_apart("{{a}}", 5), 0);
	assert_int_equal(compile_apart("{{\0a}}", 6), 0);
}

static void
no_text_leads_the_compiler_astray(void **state)
{
	static const char *const parts[] = { "{{", "}}", "{{#a}}", "{{/a}}", "{{^a}}", "{{{", "}}}",
		"{{=", "=}}", "=", " ", "\n", "{{>p}}", "{{<p}}", "{{/p}}", "{{$b}}", "{{/b}}",
		"{{#_}}", "{{/_}}", "|", "<%", "%>", "{{!", "{{&a}}", "\r\n", "{{=<% %>=}}",
		"{{#link}}", "{{/link}}", "x", "{" };
	unsigned seed = 3;
	unsigned compiled = 0;

	(void)state;
	for (int round = 0; round < 30000; round++) {
		char text[200];
		size_t length = 0;

		for (int i = 0; i < round % 12; i++) {
			seed = seed * 1103515245 + 12345;
			const char *part = parts[(seed >> 16) % (sizeof parts / sizeof parts[0])];

			memcpy(text + length, part, strlen(part));
			length += strlen(part);
		}
		struct scop_arena *arena = scop_arena_new();
		struct scop_error err = { .text = "" };
		char *exact = malloc(length ? length : 1);

		memcpy(exact, text, length);
		const struct scop_template *template =
		    scop_template_compile(arena, "t", exact, length, &err);
		if (template) {
			const struct scop_template_host host = { .locale = { SCOP_FR, "UTC" } };
			struct scop_map_maker map;
			struct scop_buffer out;

			scop_map_init(&map, arena);
			scop_map_put(&map, "a", scop_value_bool(arena, true));
			scop_buffer_init(&out, arena);
			scop_template_render(template, scop_map_value(&map), &host, arena, &out,
			    &err);
			compiled++;
		} else {
			assert_int_equal(strncmp(err.text, "t:", 2), 0);
		}
		scop_arena_free(arena);
		free(exact);
	}
	assert_true(compiled > 1000 && compiled < 29000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mistakes_are_told_with_line_and_column),
		cmocka_unit_test(sections_nest_64_deep_and_no_deeper),
		cmocka_unit_test(a_partial_of_itself_ends_in_a_sentence),
		cmocka_unit_test(what_is_written_is_escaped),
		cmocka_unit_test(a_nul_byte_in_a_tag_does_not_end_the_process),
		cmocka_unit_test(no_text_leads_the_compiler_astray),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
