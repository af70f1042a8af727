/* SPDX-License-Identifier: EUPL-1.2 */
/* The values given to a command, as JSON in the queue and back. */
#ifndef SCOP_QUEUE_COMMAND_H
#define SCOP_QUEUE_COMMAND_H

#include "base/error.h"
#include "scopiton/work.h"

struct scop_arena;

/* The body of an entry: `values` in the order of `command->given`. NULL, with the mistake of the
 * module's code, if one that is required is missing, or one has another type. Lives in `arena`. */
const struct scop_value *scop_command_write(struct scop_arena *arena,
    const struct scop_command *command, const struct scop_value *const *values,
    const char **ret_mistake);

/* The same back from an entry's body, which may be any JSON: a map of what the command is given,
 * with null for what is not. NULL, with the reason, if it is no body of the command. Lives in
 * `arena`, with `body`. */
const struct scop_value *scop_command_read(struct scop_arena *arena,
    const struct scop_command *command, const struct scop_value *body, struct scop_error *err);

#endif
