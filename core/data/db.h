/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A connection to MariaDB: named statements, a bounded cache of their handles, the switch of role,
 * reads in one trip.
 *
 * One connection serves one process, one request at a time. It reconnects after a loss between two
 * requests; a loss within a request is an error. Source of the wire format:
 * https://mariadb.com/kb/en/clientserver-protocol/.
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

/* Stands in a statement's text for the name of the tenant's socle. */
#define SCOP_SOCLE_MARK "\x01"

struct scop_db_account {
	const char *socket; /* path; all strings must live as long as the connection */
	const char *user;
	const char *password;
	unsigned statement_seconds; /* MariaDB ends a longer statement; 0: no limit */
	unsigned rows_max;          /* a read of more rows fails; 0: no limit */
};

/* The most rows that a module's statement may read. */
enum { SCOP_ROWS_MAX = 10000 };

enum scop_db_status {
	SCOP_DB_OK,
	/* a deadlock, a lock waited for too long: the transaction is worth another run */
	SCOP_DB_AGAIN,
	SCOP_DB_DUPLICATE, /* a unique index was violated */
	SCOP_DB_LOST,      /* no connection: MariaDB is away; an outcome under way is unknown */
	SCOP_DB_FAILED,    /* anything else; scop_db_error() says what */
};

/* How a statement went: names, counts and times, no values. */
struct scop_db_ran {
	const struct scop_statement *statement;
	int64_t microseconds; /* of the first of a trip: the way there included */
	size_t rows;          /* read or touched */
	bool failed;
	bool first; /* of those that travelled together */
};

struct scop_db *scop_db_new(const struct scop_db_account *account);
void scop_db_free(struct scop_db *db);

/* Connects unless connected. */
enum scop_db_status scop_db_connect(struct scop_db *db);

/* Tells of each statement once it has run; nothing is measured before that is set. */
void scop_db_watch(struct scop_db *db, void (*ran)(void *context, const struct scop_db_ran *ran),
    void *context);

/* While `held`, a lost connection does not reconnect: the locks that it holds would vanish
 * unnoticed. */
void scop_db_hold(struct scop_db *db, bool held);

/* The sentence for the last status that was not OK; lives until the next call. */
const char *scop_db_error(const struct scop_db *db);
unsigned scop_db_errno(const struct scop_db *db);

/*
 * From here on statements run under `role`, in `database`; `epoch` is the subscription's; a changed
 * one sets the role again. `writable` false makes MariaDB refuse every write. The commands for that
 * are sent with the next statement, and none if nothing has changed. `socle` is the database that a
 * statement means by its mark SCOP_SOCLE_MARK. All names must be plain identifiers; an empty role
 * means no role.
 */
void scop_db_enter(struct scop_db *db, const char *role, const char *database, const char *socle,
    uint64_t epoch, bool writable);

/* The currency of `_cents` columns of rows without a column `currency`. */
void scop_db_currency(struct scop_db *db, const char *currency);

/* Runs reads, all sent at once; each `ret_rows` becomes a list of maps in `arena`. Stops at the
 * first that fails. */
enum scop_db_status scop_db_read(struct scop_db *db, struct scop_arena *arena,
    const struct scop_query *queries, size_t count, const struct scop_value **ret_rows);

/* The same, one after another through the library's own calls: the reference that the test compares
 * the other with. */
enum scop_db_status scop_db_read_plain(struct scop_db *db, struct scop_arena *arena,
    const struct scop_query *queries, size_t count, const struct scop_value **ret_rows);

/* A read whose statement does not live on: its handle is not kept. */
enum scop_db_status scop_db_read_once(struct scop_db *db, struct scop_arena *arena,
    const struct scop_query *query, const struct scop_value **ret_rows);

/* Prepares the statement in the wanted place and nothing else: whether the schema has what it
 * names. */
enum scop_db_status scop_db_prepare(struct scop_db *db, struct scop_arena *arena,
    const struct scop_statement *statement);

/* Runs one statement that writes. */
enum scop_db_status scop_db_write(struct scop_db *db, struct scop_arena *arena,
    const struct scop_query *query, uint64_t *ret_touched);
int64_t scop_db_inserted(const struct scop_db *db);

enum scop_db_status scop_db_begin(struct scop_db *db);
enum scop_db_status scop_db_commit(struct scop_db *db);

/* Never fails from the caller's view: if the rollback does not get through, the connection is
 * closed. */
void scop_db_rollback(struct scop_db *db);

/* One SQL text of the host's own, such as a migration's; no rows come back. Must not end in ';'. */
enum scop_db_status scop_db_command(struct scop_db *db, const char *sql);

/* How many rows the last command has touched. */
uint64_t scop_db_touched(const struct scop_db *db);

/* `text` with what SQL needs escaped between single quotes: for the host's own GRANTs and the like
 * only. */
const char *scop_db_quote(struct scop_db *db, struct scop_arena *arena, const char *text);

#endif
