/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A package's texts.json: translations of the titles in its manifest and of its texts in the
 * activity log, which other programs show without running the module. The build generates it from
 * the module's .po files, so that another language is another .po file. The key of a text is its
 * English.
 *
 *     [{"language":"fr","english":"Orders","text":"Commandes"}, ...]
 */
#ifndef SCOP_PACKAGE_TEXTS_H
#define SCOP_PACKAGE_TEXTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct scop_arena;
struct scop_value;

/* The columns of scopiton.message, in characters. */
enum { SCOP_TEXT_ENGLISH_MAX = 700, SCOP_TEXT_MAX = 1400 };

/* Reads and checks texts.json in the package's folder; a package without one has an empty list.
 * Lives in `arena`. */
bool scop_texts_read(struct scop_arena *arena, const char *folder,
    const struct scop_value **ret_texts, struct scop_error *err);

/* Whether the value is a list as above; the error begins with `place`. NULL and null are an empty
 * list. */
bool scop_texts_check(const struct scop_value *texts, const char *place, struct scop_error *err);

/* Whether a text to be shown has at most `max` characters, no control character (but line ends and
 * tabs if `lines`), and none that turns the direction of others (U+202A to U+202E, U+2066 to
 * U+2069). */
bool scop_text_is_plain(const char *text, size_t max, bool lines);

/* The translations whose English is in `english`. Lives in `arena`; the texts are shared. */
const struct scop_value *scop_texts_of(struct scop_arena *arena, const struct scop_value *texts,
    const char *const *english, size_t count);

#endif
