/* SPDX-License-Identifier: EUPL-1.2 */
/* Common code of the dispatcher, mailer, broker and session process: how the supervisor starts
 * them, which user they run as, how they reach the queue. */
#ifndef SCOP_PROCESS_SERVICE_H
#define SCOP_PROCESS_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/config.h"
#include "data/db.h"

struct scop_service {
	const char *name; /* "dispatcher": names its program, account and secret */
	struct scop_config config;
	int directory_fd; /* the tenant directory */
	/* an eventfd: a commit has added to the queue; for the broker and the session process, a
	 * listening socket */
	int wake_fd;
	int signal_fd; /* SIGTERM alone */
	struct scop_db *db;
};

/* Reads the four arguments from the supervisor: configuration file, directory, wake-up, user id to
 * switch to (0: none). Reads the secret of a service with an account at MariaDB, blocks signals,
 * drops privileges. On failure it logs the reason and ends the process. */
void scop_service_start(struct scop_service *service, const char *name, bool has_account, int argc,
    char **argv);

/* Ends the process. */
void scop_service_give_up(const char *text) __attribute__((noreturn));

/* Milliseconds of the monotonic clock. */
int64_t scop_service_now(void);

/* Whether SIGTERM has arrived, and whether the service has been woken. Each is reported once. */
bool scop_service_told_to_stop(const struct scop_service *service);
bool scop_service_woken(const struct scop_service *service);

/* Whether the supervisor has ended. */
bool scop_service_orphaned(void);

#endif
