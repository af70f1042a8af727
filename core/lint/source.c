/* SPDX-License-Identifier: EUPL-1.2 */
/* C as tokens: see source.h. */
#include "lint/source.h"

#include <ctype.h>
#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"

struct scanner {
	struct scop_arena *arena;
	struct lint_source *source;
	const char *file, *at;
	unsigned line;
};

static struct lint_token *
add(struct scanner *scanner, enum lint_kind kind, const char *text)
{
	struct lint_source *source = scanner->source;

	if ((source->count & (source->count - 1)) == 0) { /* grows at each power of two */
		struct lint_token *tokens =
		    scop_arena_alloc(scanner->arena, (2 * source->count + 1) * sizeof *tokens);

		if (source->count)
			memcpy(tokens, source->tokens, source->count * sizeof *tokens);
		source->tokens = tokens;
	}
	source->tokens[source->count] = (struct lint_token){ .kind = kind,
		.text = text,
		.file = scanner->file,
		.line = scanner->line };
	return &source->tokens[source->count++];
}

static void
step(struct scanner *scanner, size_t count)
{
	for (; count > 0 && *scanner->at; count--)
		if (*scanner->at++ == '\n')
			scanner->line++;
}

static void
skip_comment(struct scanner *scanner)
{
	if (scanner->at[1] == '/') {
		step(scanner, strcspn(scanner->at, "\n"));
		return;
	}
	const char *end = strstr(scanner->at + 2, "*/");
	step(scanner, end ? (size_t)(end + 2 - scanner->at) : strlen(scanner->at));
}

/* Skips a preprocessor line with its continuation lines, except the text of a macro. */
static void
skip_directive(struct scanner *scanner)
{
	if (strncmp(scanner->at, "#define ", 8) == 0) {
		step(scanner, 8);
		return;
	}
	do {
		const size_t length = strcspn(scanner->at, "\n");
		const bool goes_on = length > 0 && scanner->at[length - 1] == '\\';

		step(scanner, length + 1);
		if (!goes_on)
			return;
	} while (*scanner->at);
}

static char
escaped(char c)
{
	return (char)(c == 'n' ? '\n' : c == 't' ? '\t' : c);
}

/* Reads the literal that begins at the quote. */
static const char *
take_literal(struct scanner *scanner)
{
	const char quote = *scanner->at;
	struct scop_buffer out;

	scop_buffer_init(&out, scanner->arena);
	step(scanner, 1);
	while (*scanner->at && *scanner->at != quote && *scanner->at != '\n') {
		if (*scanner->at == '\\' && scanner->at[1]) {
			step(scanner, 1);
			scop_buffer_char(&out, escaped(*scanner->at));
		} else {
			scop_buffer_char(&out, *scanner->at);
		}
		step(scanner, 1);
	}
	step(scanner, 1);
	return scop_buffer_str(&out);
}

static void
take_string(struct scanner *scanner)
{
	const struct lint_source *source = scanner->source;
	struct lint_token *last = source->count ? &source->tokens[source->count - 1] : NULL;

	if (last && last->kind == LINT_STRING)
		last->text =
		    scop_arena_printf(scanner->arena, "%s%s", last->text, take_literal(scanner));
	else {
		const unsigned line = scanner->line;

		add(scanner, LINT_STRING, take_literal(scanner))->line = line;
	}
}

void
lint_source_add(struct scop_arena *arena, struct lint_source *source, const char *file,
    const char *text)
{
	struct scanner scanner = { arena, source, file, text, 1 };
	bool line_start = true;

	while (*scanner.at) {
		const char c = *scanner.at;
		const bool blank = isspace((unsigned char)c);

		if (c == '\n')
			line_start = true;
		if (blank) {
			step(&scanner, 1);
		} else if (c == '/' && (scanner.at[1] == '/' || scanner.at[1] == '*')) {
			skip_comment(&scanner);
		} else if (c == '#' && line_start) {
			skip_directive(&scanner);
		} else if (c == '\\') {
			step(&scanner, 1);
		} else if (c == '"') {
			take_string(&scanner);
		} else if (c == '\'') {
			take_literal(&scanner);
			add(&scanner, LINT_SIGN, "'");
		} else if (isalnum((unsigned char)c) || c == '_') {
			size_t length = 1;

			while (
			    isalnum((unsigned char)scanner.at[length]) || scanner.at[length] == '_')
				length++;
			add(&scanner, LINT_WORD, scop_arena_bytes(arena, scanner.at, length));
			step(&scanner, length);
		} else {
			add(&scanner, LINT_SIGN, scop_arena_bytes(arena, scanner.at, 1));
			step(&scanner, 1);
		}
		line_start = line_start && blank;
	}
	add(&scanner, LINT_FILE_END, "");
}

bool
lint_is(const struct lint_source *source, size_t at, const char *text)
{
	return at < source->count && source->tokens[at].kind != LINT_STRING &&
	    strcmp(source->tokens[at].text, text) == 0;
}

static int
depth_of(const struct lint_token *token)
{
	if (token->kind != LINT_SIGN)
		return 0;
	return strchr("([{", token->text[0]) ? 1 : strchr(")]}", token->text[0]) ? -1 : 0;
}

bool
lint_call_read(const struct lint_source *source, size_t at, struct lint_call *ret_call)
{
	int depth = 1;

	ret_call->count = 0;
	if (source->tokens[at].kind != LINT_WORD || !lint_is(source, at + 1, "("))
		return false;
	ret_call->begin[0] = at + 2;
	for (size_t i = at + 2; i < source->count && source->tokens[i].kind != LINT_FILE_END; i++) {
		depth += depth_of(&source->tokens[i]);
		if (depth > 0 && !(depth == 1 && lint_is(source, i, ",")))
			continue;
		ret_call->end[ret_call->count++] = i;
		if (depth == 0)
			return true;
		if (ret_call->count == LINT_ARGUMENTS_MAX)
			return false;
		ret_call->begin[ret_call->count] = i + 1;
	}
	return false;
}

size_t
lint_matching(const struct lint_source *source, size_t open)
{
	int depth = 0;

	for (size_t i = open; i < source->count; i++) {
		depth += depth_of(&source->tokens[i]);
		if (depth == 0)
			return i;
	}
	return source->count;
}
