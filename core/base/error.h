/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * An error message of one sentence, for functions that work outside a request. It is lower case,
 * the fact first, the subject in single quotes; the remedy follows as a sentence.
 */
#ifndef SCOP_BASE_ERROR_H
#define SCOP_BASE_ERROR_H

#include <stdbool.h>

#include "base/said.h"

struct scop_error {
	char text[1024];          /* in English */
	char said[SCOP_SAID_MAX]; /* the same in parts, for showing it in another language */
};

/* Sets the message and returns false, so that a failing function can `return scop_error_set(err,
 * ...)`. An argument may be another error's `said`, which remains a separate message within this
 * one, but not that of `err` itself: copy it first. */
bool scop_error_set(struct scop_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same, followed by ": " and the text of errno. */
bool scop_error_errno(struct scop_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
