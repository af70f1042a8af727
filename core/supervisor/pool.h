/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A pool: the workers of one version of one module, their socket and scoreboard.
 *
 * An unused pool is just a listening socket. The first worker starts with the first request, more
 * start as the queue grows, and idle ones end. A worker that dies counts against the request that
 * it was serving.
 */
#ifndef SCOP_SUPERVISOR_POOL_H
#define SCOP_SUPERVISOR_POOL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/config.h"
#include "data/directory.h"
#include "process/board.h"
#include "process/ledger.h"
#include "supervisor/output.h"

enum { SCOP_CRASHES_KEPT = 16, SCOP_EXPLAINERS_MAX = 4 };

struct scop_worker_process {
	pid_t pid;          /* 0: none in this slot */
	int64_t started_at; /* in microseconds of the monotonic clock */
	int64_t told_at;    /* when it was told to end after its request; 0: it was not */
	struct scop_output *output;
	bool slow_told;
	int yields;            /* by how much its nice value is above its siblings' */
	int64_t request_since; /* the request that is watched, as in the ledger; 0: none */
	int64_t used_before;   /* microseconds of the processor, when it was first seen */
	pid_t killed;          /* killed at the hard limit, perhaps not reaped yet */
	bool crash_seen;
	pid_t gateway; /* its own: the pool may have another by now */
};

struct scop_pool_gateway {
	pid_t pid; /* 0: none */
	int control;
};

struct scop_pool {
	struct scop_pool *next;
	char name[SCOP_POOL_MAX + 1]; /* "shop-1f2e3d4c5b6a" */
	char module[SCOP_MODULE_MAX + 1];
	char version[24];
	char hash[33];
	uint32_t number;
	bool jobs;        /* serves the dispatcher instead of visitors */
	bool portal;      /* its package may hash passwords */
	unsigned tenants; /* tenants that use it now */
	bool wanted;      /* some subscription names it */

	int listen_fd; /* -1: out of service */
	struct scop_pool_gateway gateway;
	int board_fd;
	struct scop_board *board; /* NULL until the first worker */
	int ledger_fd;
	struct scop_ledger *ledger;          /* there if the board is */
	struct scop_worker_process *workers; /* one for each slot; NULL until the first worker */
	unsigned live;

	/* when to check the queue again, in microseconds of the monotonic clock; 0: never */
	int64_t look_at;
	int64_t retry_at;
	unsigned start_failures; /* in a row, with no request in between */
	unsigned idle_deaths;    /* in a row, with one request in between at most */
	uint64_t given_before;   /* requests until the last of these */
	int64_t out_until;       /* when it returns to service; 0: in service */
	unsigned outages;
	char *reason; /* NULL while it is in service; as base/said.h has it */

	/* ids of requests, each counted once; NULL until the first crash */
	char (*crashed)[SCOP_REQUEST_ID];
	unsigned crashed_at;
	char explained[SCOP_REQUEST_ID]; /* whose crash was explained last, as it may be retried */
	uint64_t failures;               /* of ended workers, as these say */
	uint64_t crashes, killed;
};

/* The state that all pools share. */
struct scop_routes;
struct scop_owners;
struct scop_crashes;

struct scop_host {
	struct scop_config config;
	pid_t pid; /* the supervisor's own */
	struct scop_pool *pools;
	struct scop_routes *routes; /* links that were set; NULL: not known */
	struct scop_owners *owners; /* folders to which links lead */
	unsigned live;              /* workers of all pools */
	int64_t
	    scarce_told_at; /* when the log was told that no worker could be started; 0: never */
	/* running explainers; pid 0: none. The pool is NULL once it is freed. */
	struct scop_explainer {
		pid_t pid;
		struct scop_pool *pool;
		unsigned slot;
	} explainers[SCOP_EXPLAINERS_MAX];
	int wake_fd;          /* an eventfd with which gateways wake the supervisor */
	int work_fd;          /* an eventfd that wakes the dispatcher */
	int mail_fd;          /* and one for the mailer */
	int outputs;          /* workers' output: see supervisor/output.h */
	int traces_fd;        /* of the kept traces (web/traces.h); -1: none yet */
	int gate_fd;          /* its locks limit password hashing (service/password.c) */
	uid_t dispatcher_uid; /* may open job workers' sockets; 0: the supervisor's own */
	int directory_fd;     /* read-only, for workers */
	gid_t nginx_gid;
	bool root;
	/* the names in the run directory are this supervisor's to change now: see supervisor.h */
	bool names;
	struct scop_crashes *crashes; /* by tenant and day; NULL: none yet */
	/* a pool went out of service, or returned, or a request crashed */
	bool state_changed;
};

struct scop_pool *scop_pool_find(struct scop_host *host, const char *name);
struct scop_pool *scop_pool_make(struct scop_host *host,
    const struct scop_directory_package *package, const char *name, bool jobs);

/* For a new pool, if another version of the module is in use: starts a worker before any route
 * leads to it. */
void scop_pool_warm(struct scop_host *host, struct scop_pool *pool);

/* Lets its workers finish, and closes its socket; scop_pool_reap frees it once they have ended. */
void scop_pool_drain(struct scop_host *host, struct scop_pool *pool, bool close_socket);

/* Opens the socket again of a pool that was being drained when it was wanted again; its earlier
 * workers finish. */
void scop_pool_listen_again(struct scop_host *host, struct scop_pool *pool);

/* Whether the supervisor has to watch the socket now, because no worker would accept the next
 * request. */
bool scop_pool_watched(const struct scop_host *host, const struct scop_pool *pool, int64_t now);

/* Handles a readable socket. */
void scop_pool_readable(struct scop_host *host, struct scop_pool *pool, int64_t now);

/* Replaces a socket that no longer listens. */
void scop_pool_broken(struct scop_host *host, struct scop_pool *pool);

/* The path of the socket to which the pool's workers send statements. */
void scop_gateway_path(const struct scop_host *host, const struct scop_pool *pool, char *ret_path,
    size_t size);

/* Handles the end of a process; true if it was this pool's gateway, or a worker of it. */
bool scop_gateway_reap(struct scop_host *host, struct scop_pool *pool, pid_t pid);
bool scop_pool_reap(struct scop_host *host, struct scop_pool *pool, pid_t pid, int status);

/* Handles slow and stuck requests, idle workers, and pools that return to service. */
void scop_pool_tick(struct scop_host *host, struct scop_pool *pool, int64_t now);

/* When the pool must be checked next; INT64_MAX for never. */
int64_t scop_pool_next(const struct scop_host *host, const struct scop_pool *pool, int64_t now);

/* Gives the pool another chance: ends the suspension of its routes, and puts it back in service if
 * it is out of it. */
void scop_pool_back_in_service(struct scop_host *host, struct scop_pool *pool);

/* The reason why the pool is out of service, for the run directory's `state`, as base/said.h has
 * it: of job workers it says that it is them. Written into `ret_said`, if it is not the pool's own
 * text. */
const char *scop_pool_trouble(const struct scop_pool *pool, char *ret_said, size_t size);

void scop_pool_kill(struct scop_pool *pool, int signal);

/* Removes a pool that has no worker, with its folder. */
void scop_pool_remove(struct scop_host *host, struct scop_pool *pool);

#endif
