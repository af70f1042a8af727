/* SPDX-License-Identifier: EUPL-1.2 */
/* Compares translations with the texts in views and code. */
#ifndef SCOP_BUILD_WORDS_H
#define SCOP_BUILD_WORDS_H

#include <stdbool.h>

struct scop_arena;

/* Compares the .po files of `folder`/i18n with the texts of the file `pot`, and reports mistakes on
 * standard error, with file and line: an untranslated text, a missing or unknown placeholder, wrong
 * plural forms or header. In a draft a missing translation is a warning. False when there was an
 * error. */
bool build_words_check(struct scop_arena *arena, const char *folder, const char *pot, bool draft);

#endif
