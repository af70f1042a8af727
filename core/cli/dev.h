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
	const char *home;     /* the folder of its Makefile; absolute */
	const char *var;      /* of the private host */
	const char *scopiton; /* path of this program */
	pid_t host;
	int host_in;         /* closed to end it */
	const char *granted; /* further rights of packages, as the configuration has them */
	char port[8], mailbox[8];
	bool is_broken;
	const char *output; /* of the last command */
};

/* ---- dev_host.c: the private Scopiton ---- */

/* Starts it and waits until it is ready; false after an error message. `port`: the first to try. */
bool dev_host_start(struct dev *dev, const char *port);

/* Stops it and waits for its end. */
void dev_host_stop(struct dev *dev);

/* Whether it is running. */
bool dev_host_runs(struct dev *dev);

/* ---- dev_page.c: the error page ---- */

/* The first "file:line: message" in the output of a build, else its last line; in the arena. */
const char *dev_first_error(struct scop_arena *arena, const char *output);

/* Writes or removes the error page in place of the module's pages, on the host names of the private
 * Scopiton's tenant. */
bool dev_page_put(const struct dev *dev, const char *what, const char *output);
void dev_page_remove(const struct dev *dev);

/* ---- dev_watch.c: changes of files ---- */

/* Watches the folder and those below; -1 on failure. */
int dev_watch_open(const char *folder);

/* Waits up to `milliseconds` for a change, then until nothing has changed for a moment. */
bool dev_watch_wait(int watch, const char *folder, int milliseconds);

#endif
