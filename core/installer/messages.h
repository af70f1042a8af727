/* SPDX-License-Identifier: EUPL-1.2 */
/* The table scopiton.message: the texts of modules in languages other than English. */
#ifndef SCOP_INSTALLER_MESSAGES_H
#define SCOP_INSTALLER_MESSAGES_H

#include <stdbool.h>

struct scop_platform;
struct scop_value;

/* Stores the translations, a list as in package/texts.h, of a module; "" for the host itself. */
bool scop_messages_keep(struct scop_platform *platform, const char *module,
    const struct scop_value *texts);

/* The same for all modules in a catalogue's index, given as its bytes. */
bool scop_messages_keep_index(struct scop_platform *platform, const char *index);

#endif
