/* SPDX-License-Identifier: EUPL-1.2 */
/* The translations in a package, for programs that show a module's texts without running it. */
#ifndef SCOP_BUILD_SHOWN_H
#define SCOP_BUILD_SHOWN_H

struct scop_arena;

/* Writes translations of the texts in `pot`, from `folder`/i18n, to `output`, in the format of
 * package/texts.h; overwrites the file only if the content changes. Ends the program with a message
 * on a mistake. */
void build_shown_write(struct scop_arena *arena, const char *folder, const char *pot,
    const char *output);

#endif
