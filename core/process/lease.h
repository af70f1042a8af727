/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Leases: at most one process at a time does a kind of work (`installer`), on any machine with
 * access to the database, and one that was stopped or cut off meanwhile can do no more of it.
 *
 * A lease is a row of `scopiton.lease`, which no module's account can reach. Whoever takes it
 * raises its fencing number, which never sinks, and says through which connection it works. It is
 * taken
 *
 *   - while nobody has it, and at once from a holder whose connection has ended: the connection
 *     holds a user lock with a name that nobody can guess, which MariaDB lets go with it;
 *   - when it has expired by MariaDB's clock. The holder's connection is ended first, with all that
 *     it has not committed, and is gone before the number rises. So nothing that the earlier holder
 *     sends later reaches MariaDB, statements outside of transactions included.
 *
 * A thread with a connection of its own renews the lease, however long the work's own statement
 * takes. A process that is stopped (SIGSTOP) does not renew.
 *
 * A holder calls scop_lease_check in each transaction that decides something. Effects outside
 * of MariaDB carry the number, and whoever takes them refuses a smaller one.
 *
 * So a single statement of a holder needs no check of its own: it goes through that connection, and
 * has either ended before the next holder begins, or never arrives. An installer has these others:
 *
 *   - of accounts that are made for a run of migrations or of an archive's SQL. The next holder
 * ends their connections, and drops the accounts, before it changes anything (scop_migrator_sweep);
 *   - the lease's own, whose statement names the number;
 *   - of processes that hold no lease: the command line inserts orders, expiry deletes rows that
 * are expired by MariaDB's clock, the watch for blocked rows ends connections, and the supervisor's
 *     report replaces the last one. None of that becomes wrong by being late. An index of the
 *     catalogue does: it is stored only if its number is not smaller than the stored one's.
 */
#ifndef SCOP_PROCESS_LEASE_H
#define SCOP_PROCESS_LEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "data/db.h"

/* Seconds without renewal after which another may take a lease. */
enum { SCOP_LEASE_SECONDS = 10 };

struct scop_lease;

/* Tries for `seconds` to take the lease (0: once); NULL with the reason if another has it, or the
 * database fails. `db` is the connection through which the work is done: while the lease is held,
 * it does not reconnect. The thread connects with `account`, whose texts live as long as the lease,
 * like `name`. */
struct scop_lease *scop_lease_take(struct scop_db *db, const struct scop_db_account *account,
    const char *name, unsigned seconds, struct scop_error *err);

/* Ends the holding, and frees the lease; NULL is none. */
void scop_lease_give(struct scop_lease *lease);

/* The fencing number. */
uint32_t scop_lease_fence(const struct scop_lease *lease);

/* Whether the lease is still held. In a transaction this stays so until its end: nobody can take
 * the lease before. */
bool scop_lease_check(struct scop_lease *lease);

#endif
