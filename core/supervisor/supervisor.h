/* SPDX-License-Identifier: EUPL-1.2 */
/* Shared by the parts of the supervisor: its state, and what each part does for the loop. */
#ifndef SCOP_SUPERVISOR_SUPERVISOR_H
#define SCOP_SUPERVISOR_SUPERVISOR_H

#include <sys/types.h>
#include <time.h>

#include "supervisor/pool.h"

enum { SUPERVISOR_READERS = 4 }; /* of numbers, at once; one more is told nothing */

/* The services that run beside the workers, one process each. */
enum supervisor_service { INSTALLER, DISPATCHER, MAILER, BROKER, SERVICES };

struct supervisor {
	struct scop_host host;
	const char *config_file;
	int signal_fd, notify_fd, control_fd;
	int out_fd; /* the broker listens on it */
	struct scop_directory_shared *directory;
	struct service {
		pid_t pid;        /* 0: not running */
		int64_t start_at; /* when it may be started again */
	} services[SERVICES];
	pid_t readers[SUPERVISOR_READERS]; /* processes that answer them; 0: none */
	bool stopping;
	int64_t stop_by;
	/* when readers got the directory that they see, and which file that was */
	int64_t published_at;
	ino_t published_file;
	struct timespec published_time;
};

/* Ends the supervisor before it serves. */
void __attribute__((noreturn)) supervisor_give_up(const char *text);

/* ---- image.c: the directory, in the run directory and in shared memory ---- */

/* Publishes the directory that is in the run directory now; false, with the reason in the log,
 * where there is none, or it is damaged. */
bool supervisor_read_image(struct supervisor *supervisor);

/* The same, unless readers see that file already. */
bool supervisor_publish(struct supervisor *supervisor);

/* ---- services.c ---- */

/* Starts those that do not run, unless they ended a moment ago. */
void supervisor_start_services(struct supervisor *supervisor, int64_t now);
void supervisor_tell_services(const struct supervisor *supervisor, int signal);

/* A process ended; true when it was a service. */
bool supervisor_reap_service(struct supervisor *supervisor, pid_t pid);

/* ---- control.c: the socket in the run directory on which others ask and tell ---- */

/* A socket in the run directory, in place whole or not at all; ends the supervisor on failure. */
int supervisor_open_socket(const struct supervisor *supervisor, const char *name, mode_t mode,
    gid_t group);

/* Accepts one connection, and answers its command. */
void supervisor_answer(struct supervisor *supervisor);

/* A process ended; true when it answered a reader. */
bool supervisor_reap_reader(struct supervisor *supervisor, pid_t pid);

/* ---- stop.c: the end, and the passage from one supervisor to the next ---- */

/* Ends services and workers as they finish, and kills what is left after `milliseconds`. */
void supervisor_stop(struct supervisor *supervisor, int64_t milliseconds);
void supervisor_kill(struct supervisor *supervisor);
bool supervisor_is_done(const struct supervisor *supervisor);

/* Leaves to a new supervisor, which holds our sockets' names already. */
void supervisor_hand_over(struct supervisor *supervisor);

/* A connection to the supervisor that holds our run directory, -1 if there is none; and telling it
 * that we are ready. */
int supervisor_find_predecessor(const struct supervisor *supervisor);
void supervisor_take_over(int predecessor);

#endif
