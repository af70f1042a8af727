/* SPDX-License-Identifier: EUPL-1.2 */
/* Shared by the parts of scopiton dev. */
#ifndef SCOP_CLI_DEV_H
#define SCOP_CLI_DEV_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/arena.h"

#define DEV_FOLDER "var/dev"
#define DEV_TENANT "dev"
#define DEV_HOST DEV_TENANT ".localhost"
#define DEV_PORTAL_HOST DEV_TENANT "-portal.localhost"

struct dev {
	struct scop_arena *arena;
	const char *module;
	const char *sources;  /* the module's folder */
	const char *home;     /* where its Makefile is; absolute */
	const char *var;      /* of the private host */
	const char *scopiton; /* this program */
	pid_t host;
	int host_in; /* closed to end it */
	const char *granted; /* further rights of packages, as the configuration has them */
	char port[8], mailbox[8];
	bool is_broken;
	const char *output; /* of the last command that ran */
};

/* ---- dev_host.c: the private Scopiton ---- */

/* Starts it and waits until it is ready; false after saying why not. `port`: the first to try. */
bool dev_host_start(struct dev *dev, const char *port);

/* Ends it and waits for that. */
void dev_host_stop(struct dev *dev);

/* Whether it is alive. */
bool dev_host_runs(struct dev *dev);

/* ---- dev_page.c: the error page ---- */

/* The first "file:line: message" of what a build said, else its last line; in the arena. */
const char *dev_first_error(struct scop_arena *arena, const char *output);

/* The page in the module's place, on the hosts of the private Scopiton's tenant. */
bool dev_page_put(const struct dev *dev, const char *what, const char *output);
void dev_page_remove(const struct dev *dev);

/* ---- dev_watch.c: changes of files ---- */

/* Watches the folder and those below; -1 where that cannot be. */
int dev_watch_open(const char *folder);

/* Waits up to `milliseconds` for a change; then until nothing has changed for a moment. */
bool dev_watch_wait(int watch, const char *folder, int milliseconds);

#endif
