/* SPDX-License-Identifier: EUPL-1.2 */
/* Translations, compared with the texts that views and code have. */
#ifndef SCOP_BUILD_WORDS_H
#define SCOP_BUILD_WORDS_H

#include <stdbool.h>

struct scop_arena;

/* Compares the .po files of `folder`/i18n with the texts of the file `pot`, and reports mistakes on
 * standard error, with file and line: a text that is not translated, a placeholder that is lost or
 * unknown, plural forms and the header. In a draft a missing translation is a warning. False when
 * there was an error. */
bool build_words_check(struct scop_arena *arena, const char *folder, const char *pot, bool draft);

#endif
