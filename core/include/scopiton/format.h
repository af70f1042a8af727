/* SPDX-License-Identifier: EUPL-1.2 */
/* Why a file that somebody sent cannot be read: docs/formats.md. */
#ifndef SCOPITON_FORMAT_H
#define SCOPITON_FORMAT_H

#include "scopiton/value.h"

struct scop_request;

/* A sentence for the person whose file it is. The functions that read a format take a pointer to
 * one, which may be NULL. They set it when they fail, and set its `text` to NULL when they do not.
 */
struct scop_file_error {
	/* in English, translated by scop_translate; the same text for the same mistake, so that a
	 * module can tell them apart; NULL: none */
	const char *text;
	const struct scop_value *values; /* a map, for each {{name}} in the text; NULL: none */
	unsigned line;                   /* from 1; 0: the whole file */
};

/* The whole sentence in the request's language, with its values, and its line before it: for
 * scop_reject, scop_report or scop_give_up. "" without an error. Lives as long as the request. */
const char *scop_file_error_text(struct scop_request *req, const struct scop_file_error *error);

#endif
