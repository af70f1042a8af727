/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A connection to MariaDB: named statements, a bounded cache of their handles, role switches,
 * batched reads.
 *
 * One connection serves one process, one request at a time. It reconnects after a loss between two
 * requests; a loss within a request is an error. Source of the wire format:
 * https://mariadb.com/kb/en/clientserver-protocol/.
 *
 * Each session sets what the statements rely on, whatever the server's configuration says: UTC,
 * strict SQL, READ COMMITTED (a read takes no lock, and a write locks no gap between rows), and at
 * most 5 seconds of waiting for a lock.
 */
#ifndef SCOP_DATA_DB_H
#define SCOP_DATA_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "scopiton/query.h"

struct scop_arena;
struct scop_db;

/* The placeholder for the name of the tenant's socle in a statement's text. */
#define SCOP_SOCLE_MARK "\x01"

struct scop_db_account {
	const char *socket; /* path; all strings must live as long as the connection */
	const char *user;
	const char *password;
	/* the socket is a pool's gateway, which has the account, prepares the session, and takes
	 * statements by their keys: see data/statements.h */
	bool gateway;
	unsigned statement_seconds; /* MariaDB ends a longer statement; 0: no limit */
	/* a read of more rows fails, and one that needs a temporary table or memory of more than
	 * 256 MB; 0: no such limits */
	unsigned rows_max;
};

/* The maximum number of rows that a module's statement may read. */
enum { SCOP_ROWS_MAX = 10000 };

enum scop_db_status {
	SCOP_DB_OK,
	/* a deadlock or a lock timeout: the transaction may be run again */
	SCOP_DB_AGAIN,
	SCOP_DB_DUPLICATE, /* a unique index was violated */
	SCOP_DB_LOST,      /* no connection; the outcome of a running commit is unknown */
	SCOP_DB_FAILED,    /* anything else; scop_db_error() says what */
};

/* The outcome of a statement: names, counts and times, no values. */
struct scop_db_ran {
	const struct scop_statement *statement;
	int64_t microseconds; /* for the first of a batch, the round trip included */
	size_t rows;          /* rows read or changed */
	bool failed;
	bool first; /* of the batch */
};

/* Loads what the client library needs, for which it reads files: a process that will enter a
 * sandbox calls this before. */
void scop_db_load_library(void);

struct scop_db *scop_db_new(const struct scop_db_account *account);
void scop_db_free(struct scop_db *db);

/* Connects unless connected. */
enum scop_db_status scop_db_connect(struct scop_db *db);

/* Sets the observer that is told about each statement once it has run; without one nothing is
 * measured. */
void scop_db_watch(struct scop_db *db, void (*ran)(void *context, const struct scop_db_ran *ran),
    void *context);

/* While `held`, a lost connection does not reconnect: the locks that it holds would vanish
 * unnoticed. */
void scop_db_hold(struct scop_db *db, bool held);

/* The message of the last status other than OK; lives until the next call. */
const char *scop_db_error(const struct scop_db *db);
unsigned scop_db_errno(const struct scop_db *db);

/*
 * Sets the role and database of later statements. A changed `epoch` (the subscription's) sets the
 * role again. If `writable` is false, MariaDB refuses every write. The necessary commands are sent
 * with the next statement, and none if nothing has changed. `socle` replaces SCOP_SOCLE_MARK in
 * statements. All names must be plain identifiers; an empty role means no role.
 */
void scop_db_enter(struct scop_db *db, const char *role, const char *database, const char *socle,
    uint64_t epoch, bool writable);

/* The currency of `_cents` columns in rows without a column `currency`. */
void scop_db_currency(struct scop_db *db, const char *currency);

/* Runs reads in one batch; each `ret_rows` becomes a list of maps in `arena`. Stops at the first
 * failure. */
enum scop_db_status scop_db_read(struct scop_db *db, struct scop_arena *arena,
    const struct scop_query *queries, size_t count, const struct scop_value **ret_rows);

/* The same, one after another through the client library: the reference with which the test
 * compares the batch. */
enum scop_db_status scop_db_read_plain(struct scop_db *db, struct scop_arena *arena,
    const struct scop_query *queries, size_t count, const struct scop_value **ret_rows);

/* Runs a read whose statement is temporary: its handle is not cached. */
enum scop_db_status scop_db_read_once(struct scop_db *db, struct scop_arena *arena,
    const struct scop_query *query, const struct scop_value **ret_rows);

/* Only prepares the statement, under the current role and database, to check it against the schema.
 */
enum scop_db_status scop_db_prepare(struct scop_db *db, struct scop_arena *arena,
    const struct scop_statement *statement);

/* Runs one statement that writes. */
enum scop_db_status scop_db_write(struct scop_db *db, struct scop_arena *arena,
    const struct scop_query *query, uint64_t *ret_touched);
int64_t scop_db_inserted(const struct scop_db *db);

enum scop_db_status scop_db_begin(struct scop_db *db);
enum scop_db_status scop_db_commit(struct scop_db *db);

/* Never fails from the caller's view: if the rollback cannot be sent, the connection is closed. */
void scop_db_rollback(struct scop_db *db);

/* Runs one SQL statement of the host's own, such as a migration's, that returns no rows. It must
 * not end with ';'. */
enum scop_db_status scop_db_command(struct scop_db *db, const char *sql);

/* The number of rows that the last command affected. */
uint64_t scop_db_touched(const struct scop_db *db);

/* Escapes `text` for use between single quotes in SQL: only for the host's own statements, such as
 * GRANT. */
const char *scop_db_quote(struct scop_db *db, struct scop_arena *arena, const char *text);

/* The connection below, for a gateway that passes packets on. */
struct scop_db_wire {
	int fd;
	const char *version;                            /* of the server */
	unsigned long thread, server, extended, client; /* its number, and what both sides can do */
	unsigned charset;
};

/* Describes an open connection; the texts live as long as it. */
void scop_db_wire(const struct scop_db *db, struct scop_db_wire *ret_wire);

/* The number of the last statement that was prepared on this connection; the next one has the next
 * number. Where they begin, MariaDB does not say, so one is prepared for that. 0 on failure. */
uint32_t scop_db_prepared(struct scop_db *db);

#endif
