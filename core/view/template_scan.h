/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The first pass of Mustache's compiler: cuts a template into tags and pieces of text, and finds
 * the tags that have lines of their own, so that each of the two passes stays simple.
 */
#ifndef SCOP_VIEW_TEMPLATE_SCAN_H
#define SCOP_VIEW_TEMPLATE_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct scop_arena;

enum { SCOP_DELIMITER_MAX = 8 };

struct scop_token {
	struct scop_token *next;
	/* 't' text, 'v' variable, '&' raw, '#', '^', '/', '>', '<', '$', '!' comment, '='
	 * delimiters */
	char kind;
	const char *start;
	size_t length; /* of text, or of the tag's name */
	const char *name;
	unsigned line, column;
	const char *end; /* after the tag */
	bool line_start;
	bool standalone;
	const char *indent;
};

struct scop_compiler {
	struct scop_arena *arena;
	const char *name;
	const char *text;
	const char *at;
	const char *end;
	unsigned line;
	const char *line_begin;
	char open[SCOP_DELIMITER_MAX + 1];
	char close[SCOP_DELIMITER_MAX + 1];
	struct scop_token *tokens;
	struct scop_token **tail;
	struct scop_error *err;
};

/* Cuts the compiler's text into its list of tokens; false with the place and the reason. */
bool scop_template_scan(struct scop_compiler *compiler);

/* Sets the error of a place in the template. Always false. */
bool scop_template_mistake(struct scop_compiler *compiler, unsigned line, unsigned column,
    const char *what);

#endif
