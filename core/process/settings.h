/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The settings of a worker, which the process that starts it gives it as `name=value` arguments:
 * the supervisor, or the command line for an import. A new one is a member here and a line in the
 * table of settings.c.
 */
#ifndef SCOP_PROCESS_SETTINGS_H
#define SCOP_PROCESS_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "process/arguments.h"

/* What is "", 0 or false is not written, and is read so where nothing is given. */
struct scop_worker_settings {
	const char *module, *hash;       /* of the package */
	const char *file;                /* the module's shared object */
	const char *secret;              /* the file of its account's password and form key */
	const char *db_socket, *db_user; /* MariaDB's, and the module's account */
	const char *run;                 /* the host's run directory, which a worker hides */
	const char *gateway;             /* the socket for statements; "": MariaDB's own */
	const char *statements;          /* the file of the package's statements */
	int64_t statement_seconds;       /* after which MariaDB ends a statement */
	int64_t slow_statement;          /* milliseconds from which one is logged */

	/* the sandbox */
	bool sandbox;
	int64_t landlock_abi, uid; /* uid 0: the one that it was started with */
	int64_t memory;            /* megabytes of address space */

	/* what it serves; descriptors that it inherits */
	bool jobs;            /* the dispatcher instead of visitors */
	int channel;          /* of a worker: to its pool's gateway */
	int control;          /* of a gateway: to the supervisor */
	int listen, lines;    /* of a gateway: the pool's socket, and the one for statements */
	int directory, board; /* shared memory */
	int ledger;           /* of a gateway: shared with the supervisor */
	int wake, work, mail; /* of a gateway: eventfds of the supervisor, dispatcher and mailer */
	int gate;             /* its locks let two hash passwords at once */
	int64_t slot;         /* of the scoreboard */
	int64_t requests;     /* after which it ends */
	int64_t resident;     /* megabytes in memory after which it ends */
	int64_t hard;         /* milliseconds after which a request is ended */
	int64_t body_max;     /* bytes of a request's body */
	const char *port;     /* of links, "": the usual one */
	bool https, development;
	bool trace; /* panels below pages, for authors */
	int traces; /* shared memory that keeps the last traces */
	bool relay; /* standard error is a pipe to the supervisor */

	/* calls to other systems, by job workers */
	const char *calls, *out, *ca_file; /* the hosts allowed; the broker's socket */

	/* one import from standard input instead of serving */
	const char *import, *site; /* its name, and the tenant as worker/import.c reads it */
};

/* Adds the settings to the list, and has their descriptors stay open in the program. */
void scop_settings_add(const struct scop_worker_settings *settings,
    struct scop_arguments *arguments);

/* Reads the arguments behind the program's name; texts live as long as `argv`. */
void scop_settings_read(struct scop_worker_settings *ret_settings, int argc, char **argv);

#endif
