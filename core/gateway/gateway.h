/* SPDX-License-Identifier: EUPL-1.2 */
/* Shared by the parts of a gateway: its state, its workers, and the functions for the loop. */
#ifndef SCOP_GATEWAY_GATEWAY_H
#define SCOP_GATEWAY_GATEWAY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/types.h>

#include "data/directory.h"
#include "process/board.h"
#include "process/channel.h"
#include "process/ledger.h"
#include "process/settings.h"

struct gateway_line;

enum { GATEWAY_WAKES = 3 }; /* supervisor, dispatcher, mailer */

/* A worker of the pool, in the slot of the same number on its scoreboard. */
struct gateway_worker {
	pid_t pid;   /* 0: none in this slot */
	int channel; /* to the worker */
	bool idle;   /* takes the next request */
	bool retired;
	bool busy;                    /* a request is under way */
	char host[SCOP_HOST_MAX + 1]; /* its host name; "" for a job */
	uint32_t tenant;              /* and tenant; 0: none, or not in the directory yet */
	char database[65];            /* the module's of that tenant when the request began */
	int64_t since; /* when that was given, in microseconds of the monotonic clock */
	bool told;     /* that it takes too long */
	uint64_t turn; /* of its last request: the one that was used last is used first */
	struct gateway_line *line; /* its connection for statements; NULL: none */
};

struct gateway {
	struct scop_worker_settings settings;
	struct scop_channel_greeting greeting;
	char password[100]; /* of the module's account */
	const struct scop_directory_shared *directory;
	struct scop_ledger *ledger; /* without a supervisor, memory of its own */
	int epoll_fd;
	bool told[GATEWAY_WAKES]; /* that others are to be woken, and are not yet */
	int64_t woken_at;
	bool ending;   /* the supervisor has gone or closed the pool */
	bool emptying; /* nobody can connect any more; what has connected is still served */
	bool queued;   /* connections may wait to be accepted */
	uint64_t turns;
	uint32_t slots; /* all workers are below this one */
	struct gateway_worker workers[SCOP_SLOTS];
};

/* The kinds of descriptors that the loop waits for, each with a number of its own kind. */
enum gateway_kind {
	GATEWAY_CONTROL, /* the supervisor */
	GATEWAY_LISTEN,  /* requests */
	GATEWAY_LINES,   /* workers that connect for statements */
	GATEWAY_CHANNEL, /* of a slot */
	GATEWAY_DOOR,    /* a connection whose request has not arrived: its descriptor */
	GATEWAY_CLIENT,  /* the worker's side of a slot's line */
	GATEWAY_SERVER,  /* and MariaDB's */
};

/* The socket of requests tells once that somebody has connected. It is watched again when all who
 * have are accepted: while all workers are busy, the queue does not wake the gateway. */
#define GATEWAY_LISTEN_EVENTS (EPOLLIN | EPOLLONESHOT)

/* Waits for `events` of a descriptor from now on, or for others than before. */
void gateway_watch(struct gateway *gateway, int fd, enum gateway_kind kind, uint32_t number,
    uint32_t events);
void gateway_watch_again(struct gateway *gateway, int fd, enum gateway_kind kind, uint32_t number,
    uint32_t events);

/* ---- door.c: requests, until a worker has them ---- */

/* Accepts what waits, as long as workers are idle. Returns true if nothing waits any more for this
 * gateway. */
bool gateway_accept(struct gateway *gateway);

/* Whether there are connections that no worker has been given yet. */
bool gateway_has_accepted(void);

/* Reads the begin of a request that has arrived meanwhile. */
void gateway_door(struct gateway *gateway, int fd);

/* Finds the tenant of the worker's request, unless it is known already; false if it has none. */
bool gateway_find_tenant(const struct gateway *gateway, struct gateway_worker *worker);

/* The worker's entry in the ledger; NULL if the supervisor knows that it has ended. */
struct scop_ledger_entry *gateway_entry(const struct gateway *gateway,
    const struct gateway_worker *worker);

/* ---- line.c: statements ---- */

/* Connects to MariaDB for the first worker, before that asks for it. */
void gateway_line_prepare(const struct gateway *gateway);

/* Accepts the workers' connections, each with one of its own to MariaDB. */
void gateway_accept_lines(struct gateway *gateway);
void gateway_line_readable(struct gateway *gateway, uint32_t slot, bool from_server,
    uint32_t events);
void gateway_line_close(struct gateway *gateway, uint32_t slot);

/* The request of this worker begins, or has ended: what it left open is closed. */
void gateway_line_begin(struct gateway *gateway, uint32_t slot);
void gateway_line_end(struct gateway *gateway, uint32_t slot);

/* ---- statements.c: what may run ---- */

/* Reads the package's list; false with the reason in the log. */
bool gateway_statements_read(const char *path);

/* The text for a key of 32 digits, with SCOP_SOCLE_MARK for the socle; NULL: there is none. */
const char *gateway_statement(const char *key);

#endif
