/* SPDX-License-Identifier: EUPL-1.2 */
/* Starting a gateway (core/gateway): the supervisor does so for a pool, the command line for an
 * import. */
#ifndef SCOP_PROCESS_GATEWAY_H
#define SCOP_PROCESS_GATEWAY_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/config.h"
#include "process/settings.h"

/* Listens at `path` for the statements of workers of the user `uid` (0: one's own), and of nobody
 * else; -1 on failure. */
int scop_gateway_listen(const char *path, uid_t uid);

/* In a child process: becomes the gateway of a module. `settings` has the module, the package's
 * hash, the descriptors, and what it serves; the rest comes from the configuration. */
void __attribute__((noreturn)) scop_gateway_become(const struct scop_config *config,
    struct scop_worker_settings settings, bool separate_users);

#endif
