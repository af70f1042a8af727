/* SPDX-License-Identifier: EUPL-1.2 */
/* Shared by the parts of the supervisor: its state, and what each part does for the loop. */
#ifndef SCOP_SUPERVISOR_SUPERVISOR_H
#define SCOP_SUPERVISOR_SUPERVISOR_H

#include <sys/types.h>
#include <time.h>

#include "supervisor/pool.h"

enum {
	SUPERVISOR_READERS = 4, /* readers of metrics at once; a further one gets no answer */
	SUPERVISOR_PATH = 512,  /* bytes of a path in the run directory */
};

/* The numbers of a directory's image: see data/directory.h. */
struct supervisor_numbers {
	uint32_t fence;
	uint64_t version;
};

/* The services that run alongside the workers, one process each; of the one for sessions two, so
 * that one may end. */
enum supervisor_service {
	INSTALLER,
	DISPATCHER,
	MAILER,
	BROKER,
	SESSION,
	SECOND_SESSION,
	SERVICES
};

struct supervisor {
	struct scop_host host;
	const char *config_file;
	int signal_fd, notify_fd, control_fd;
	int turn_fd;        /* of the file with which supervisors give each other turns */
	bool behind;        /* a directory has arrived that it might not publish yet */
	int out_fd;         /* the broker listens on it */
	int session_fd;     /* the processes for sessions listen on it */
	int64_t control_at; /* when the control socket is looked at again; 0: always */
	struct scop_directory_shared *directory;
	struct service {
		pid_t pid;        /* 0: not running */
		int64_t start_at; /* when it may be started again */
	} services[SERVICES];
	pid_t readers[SUPERVISOR_READERS]; /* the processes that answer them; 0: none */
	bool stopping;
	int64_t stop_by;
	/* when the current directory was published, and from which file */
	int64_t published_at;
	struct supervisor_numbers published;
	ino_t published_file;
	struct timespec published_time;
};

/* Ends the supervisor before it has started to serve. */
void __attribute__((noreturn)) supervisor_give_up(const char *text);

/* ---- image.c: the directory, in the run directory and in shared memory ---- */

/* Publishes the directory from the run directory; false, with the reason in the log, if it is
 * missing or damaged. */
bool supervisor_read_image(struct supervisor *supervisor);

/* The same, unless that file is already published. */
bool supervisor_publish(struct supervisor *supervisor);

/* ---- services.c ---- */

/* Starts those that are not running, unless they have just ended. */
void supervisor_start_services(struct supervisor *supervisor, int64_t now);
void supervisor_tell_services(const struct supervisor *supervisor, int signal);

/* Handles the end of a process; true if it was a service. */
bool supervisor_reap_service(struct supervisor *supervisor, pid_t pid);

/* ---- control.c: the control socket in the run directory ---- */

/* Creates a socket in the run directory atomically; ends the supervisor on failure. */
int supervisor_open_socket(const struct supervisor *supervisor, const char *name, mode_t mode,
    gid_t group);

/* ---- turn.c: the names of sockets and links belong to the last supervisor that was started ----
 */

/* Waits until no other supervisor is between its first socket and its control socket: the one whose
 * pools' sockets have the names then also has the control socket's, and is the one that remains.
 * supervisor_end_turn(), or the end of the process, gives the next one its turn. Ends the
 * supervisor if another one keeps its turn for TURN_SECONDS. */
void supervisor_wait_for_turn(struct supervisor *supervisor);

/* Sets `host.names` until supervisor_end_turn(), unless another supervisor has been started since,
 * or is being started: a supervisor that has been replaced, and has not been told yet, takes
 * nothing back. */
void supervisor_take_turn(struct supervisor *supervisor);
void supervisor_end_turn(struct supervisor *supervisor);

/* ---- control.c ---- */

/* Puts a new control socket in the place of the previous supervisor's in one step. That one remains
 * reachable as `ret_predecessor`, a name in the run directory, so it can be told at any time later;
 * a connection made earlier would be closed after CONTROL_WAIT_MS without a command. */
void supervisor_open_control(struct supervisor *supervisor, char *ret_predecessor, size_t size);

/* Accepts one connection, and answers its command. */
void supervisor_answer(struct supervisor *supervisor);

/* Handles the end of a process; true if it was answering a reader. */
bool supervisor_reap_reader(struct supervisor *supervisor, pid_t pid);

/* ---- stop.c: stopping, and handing over to another supervisor ---- */

/* Lets services and workers finish, and kills those that remain after `milliseconds`. */
void supervisor_stop(struct supervisor *supervisor, int64_t milliseconds);
void supervisor_kill(struct supervisor *supervisor);
bool supervisor_is_done(const struct supervisor *supervisor);

/* Hands over to a new supervisor, which has already taken over the sockets' names. */
void supervisor_hand_over(struct supervisor *supervisor);

/* Tells the supervisor behind the socket `predecessor` of the run directory to hand over, again if
 * it hangs up before it has read the command, and removes the name. Does nothing if none listens.
 * The same for the predecessors of supervisors that were killed before they had told them. */
void supervisor_take_over(const struct supervisor *supervisor, const char *predecessor);

#endif
