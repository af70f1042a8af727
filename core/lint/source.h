/* SPDX-License-Identifier: EUPL-1.2 */
/* A module's C sources as tokens: enough to find calls, their literal arguments, and initialisers.
 * Nothing is preprocessed. */
#ifndef SCOP_LINT_SOURCE_H
#define SCOP_LINT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>

struct scop_arena;

enum lint_kind { LINT_WORD, LINT_STRING, LINT_SIGN, LINT_FILE_END };

struct lint_token {
	enum lint_kind kind;
	const char *text; /* of a string: its content, joined with adjacent literals */
	const char *file;
	unsigned line;
	bool used; /* a string that is a name elsewhere, not in a model */
};

struct lint_source {
	struct lint_token *tokens;
	size_t count;
};

enum { LINT_ARGUMENTS_MAX = 12 };

/* The arguments of a call, each from `begin` up to `end`. */
struct lint_call {
	size_t begin[LINT_ARGUMENTS_MAX], end[LINT_ARGUMENTS_MAX];
	size_t count;
};

/* Appends the tokens of `text`. */
void lint_source_add(struct scop_arena *arena, struct lint_source *source, const char *file,
    const char *text);

/* Whether token `at` is the word or sign `text`. */
bool lint_is(const struct lint_source *source, size_t at, const char *text);

/* Reads the call whose name is token `at`; false if none begins there. */
bool lint_call_read(const struct lint_source *source, size_t at, struct lint_call *ret_call);

/* The bracket that closes the one at token `open`; the number of tokens if none does. */
size_t lint_matching(const struct lint_source *source, size_t open);

#endif
