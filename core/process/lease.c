/* SPDX-License-Identifier: EUPL-1.2 */
/* Leases: see lease.h. */
#include "process/lease.h"

#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/value.h"

enum {
	RENEW_SECONDS = 2,
	TRY_AGAIN = 50000, /* microseconds */
	TRIES_A_SECOND = 1000000 / TRY_AGAIN,
	ENDED_TRIES = 5 * TRIES_A_SECOND, /* for a connection that was killed */
	TOKEN_BYTES = 16,
};

struct scop_lease {
	struct scop_db *db;
	struct scop_db_account account;
	const char *name;
	char token[2 * TOKEN_BYTES + 1];
	uint32_t fence;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	bool renewing, ending;
};

/* ---- statements ---- */

/* The first row; NULL for none, or if the database fails. */
static const struct scop_value *
row_of(struct scop_db *db, struct scop_arena *arena, const char *sql)
{
	const struct scop_statement statement = { "", sql, 0, 0 };
	const struct scop_query query = { &statement, { NULL } };
	const struct scop_value *rows;

	scop_db_enter(db, "", "scopiton", "scopiton", 0, true);
	return scop_db_read_once(db, arena, &query, &rows) == SCOP_DB_OK ? scop_at(rows, 0) : NULL;
}

static bool
says(struct scop_db *db, struct scop_arena *arena, const char *expression)
{
	return scop_int(row_of(db, arena,
			    scop_arena_printf(arena, "SELECT COALESCE(%s, 0) AS said", expression)),
		   "said") == 1;
}

/* ---- renewing ---- */

static bool
renew(const struct scop_lease *lease, struct scop_db *db, struct scop_arena *arena)
{
	const char *sql = scop_arena_printf(arena,
	    "UPDATE scopiton.lease SET expires = UTC_TIMESTAMP(6) + INTERVAL %d SECOND WHERE name "
	    "= '%s' AND fence = %u",
	    SCOP_LEASE_SECONDS, lease->name, lease->fence);

	return scop_db_command(db, sql) == SCOP_DB_OK;
}

/* Returns true when the holding ends. */
static bool
rest(struct scop_lease *lease)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += RENEW_SECONDS;
	pthread_mutex_lock(&lease->mutex);
	while (
	    !lease->ending && pthread_cond_timedwait(&lease->changed, &lease->mutex, &until) == 0)
		continue;
	const bool ending = lease->ending;
	pthread_mutex_unlock(&lease->mutex);
	return ending;
}

/* Connects only if the work takes longer than a moment. A failure is tried again, as long as it is:
 * what the lease is worth, the connection of the work decides. */
static void *
keep_renewing(void *context)
{
	struct scop_lease *lease = context;
	struct scop_arena *arena = scop_arena_new();
	struct scop_db *db = scop_db_new(&lease->account);

	while (!rest(lease)) {
		if (!renew(lease, db, arena))
			scop_log_line(SCOP_LOG_WARNING, "the lease '%s' cannot be renewed: %s",
			    lease->name, scop_db_error(db));
		scop_arena_reset(arena);
	}
	scop_db_free(db);
	scop_arena_free(arena);
	return NULL;
}

/* Signals are for the process's own thread. */
static bool
begin_renewing(struct scop_lease *lease)
{
	pthread_condattr_t monotonic;
	sigset_t all, before;

	pthread_mutex_init(&lease->mutex, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&lease->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	lease->renewing = pthread_create(&lease->thread, NULL, keep_renewing, lease) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return lease->renewing;
}

static void
end_renewing(struct scop_lease *lease)
{
	if (!lease->renewing)
		return;
	pthread_mutex_lock(&lease->mutex);
	lease->ending = true;
	pthread_cond_signal(&lease->changed);
	pthread_mutex_unlock(&lease->mutex);
	pthread_join(lease->thread, NULL);
}

/* ---- taking ---- */

static const char *
held_by(struct scop_arena *arena, const struct scop_value *row)
{
	return scop_arena_printf(arena, "IS_USED_LOCK('%s') = %lld", scop_text(row, "alive"),
	    (long long)scop_int(row, "connection"));
}

/* Ends the connection of a holder whose lease has expired; false if it does not end. */
static bool
end_holder(struct scop_db *db, struct scop_arena *arena, const struct scop_value *row)
{
	scop_log_line(SCOP_LOG_WARNING,
	    "its holder did not renew the lease: connection %lld is ended",
	    (long long)scop_int(row, "connection"));
	(void)scop_db_command(db,
	    scop_arena_printf(arena, "KILL CONNECTION %lld",
		(long long)scop_int(row, "connection")));
	for (int i = 0; i < ENDED_TRIES; i++) {
		if (!says(db, arena, held_by(arena, row)))
			return scop_db_connect(db) == SCOP_DB_OK;
		usleep(TRY_AGAIN);
	}
	return false;
}

/* Raises the number, if it is still that of `row`. At least the time, so that it grows even over a
 * restored database. */
static bool
raise_fence(struct scop_lease *lease, struct scop_arena *arena, const struct scop_value *row)
{
	const char *sql = scop_arena_printf(arena,
	    "UPDATE scopiton.lease SET fence = GREATEST(fence + 1, UNIX_TIMESTAMP()), connection = "
	    "CONNECTION_ID(), alive = '%s', expires = UTC_TIMESTAMP(6) + INTERVAL %d SECOND WHERE "
	    "name = '%s' AND fence = %lld",
	    lease->token, SCOP_LEASE_SECONDS, lease->name, (long long)scop_int(row, "fence"));

	if (scop_db_command(lease->db, sql) != SCOP_DB_OK || scop_db_touched(lease->db) != 1)
		return false;
	const struct scop_value *mine = row_of(lease->db, arena,
	    scop_arena_printf(arena,
		"SELECT fence FROM scopiton.lease WHERE name = '%s' AND alive = '%s'", lease->name,
		lease->token));
	lease->fence = (uint32_t)scop_int(mine, "fence");
	return lease->fence != 0;
}

static bool
try_to_take(struct scop_lease *lease, struct scop_arena *arena)
{
	const struct scop_value *row = row_of(lease->db, arena,
	    scop_arena_printf(arena,
		"SELECT fence, connection, alive, expires < UTC_TIMESTAMP(6) AS expired FROM "
		"scopiton.lease WHERE name = '%s'",
		lease->name));

	if (!row) {
		(void)scop_db_command(lease->db,
		    scop_arena_printf(arena,
			"INSERT IGNORE INTO scopiton.lease (name) VALUES ('%s')", lease->name));
		return false;
	}
	if (says(lease->db, arena, held_by(arena, row)) &&
	    (!scop_int(row, "expired") || !end_holder(lease->db, arena, row)))
		return false;
	return says(lease->db, arena,
		   scop_arena_printf(arena, "GET_LOCK('%s', 0)", lease->token)) &&
	    raise_fence(lease, arena, row);
}

static void
let_go(struct scop_lease *lease, struct scop_arena *arena)
{
	(void)says(lease->db, arena, scop_arena_printf(arena, "RELEASE_LOCK('%s')", lease->token));
}

struct scop_lease *
scop_lease_take(struct scop_db *db, const struct scop_db_account *account, const char *name,
    unsigned seconds, struct scop_error *err)
{
	unsigned char token[TOKEN_BYTES];
	struct scop_lease *lease = calloc(1, sizeof *lease);
	struct scop_arena *arena = scop_arena_new();

	if (!lease)
		abort();
	*lease = (struct scop_lease){ .db = db, .account = *account, .name = name };
	randombytes_buf(token, sizeof token);
	sodium_bin2hex(lease->token, sizeof lease->token, token, sizeof token);
	for (unsigned i = 0;; i++) {
		if (try_to_take(lease, arena)) {
			scop_db_hold(db, true);
			if (scop_lease_check(lease) && begin_renewing(lease))
				break;
			scop_db_hold(db, false);
		}
		let_go(lease, arena);
		if (i > seconds * TRIES_A_SECOND) {
			scop_error_set(err, "another process has the lease '%s'", name);
			free(lease);
			lease = NULL;
			break;
		}
		scop_arena_reset(arena);
		usleep(TRY_AGAIN);
	}
	scop_arena_free(arena);
	return lease;
}

void
scop_lease_give(struct scop_lease *lease)
{
	if (!lease)
		return;
	struct scop_arena *arena = scop_arena_new();

	end_renewing(lease);
	let_go(lease, arena); /* which ends with the connection, if that is lost */
	scop_db_hold(lease->db, false);
	scop_arena_free(arena);
	free(lease);
}

uint32_t
scop_lease_fence(const struct scop_lease *lease)
{
	return lease->fence;
}

bool
scop_lease_check(struct scop_lease *lease)
{
	struct scop_arena *arena = scop_arena_new();
	const bool held = row_of(lease->db, arena,
			      scop_arena_printf(arena,
				  "SELECT fence FROM scopiton.lease WHERE name = '%s' AND fence = "
				  "%u AND IS_USED_LOCK('%s') = CONNECTION_ID() LOCK IN SHARE MODE",
				  lease->name, lease->fence, lease->token)) != NULL;

	scop_arena_free(arena);
	return held;
}
