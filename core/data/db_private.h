/* SPDX-License-Identifier: EUPL-1.2 */
/* Shared by the parts of the connection. */
#ifndef SCOP_DATA_DB_PRIVATE_H
#define SCOP_DATA_DB_PRIVATE_H

#include <mysql.h>

#include "data/db.h"

enum { HANDLES_MAX = 256, NAME_MAX_LENGTH = 64 };

struct scop_value;

/* The columns of a result. Never freed, because rows in any arena point to the keys; there is one
 * per distinct result. */
struct shape {
	struct shape *next;
	unsigned columns;
	const char **keys;
	struct column {
		enum enum_field_types type;
		bool is_unsigned, is_bool, is_money;
	} * column;
	int currency; /* the index of the column `currency`; -1 for none */
};

struct handle {
	const struct scop_statement *statement;
	uint64_t database; /* hash of its name */
	MYSQL_STMT *stmt;
	const struct shape *shape;
	uint64_t used; /* when last used, by the connection's counter */
};

struct scop_db {
	struct scop_db_account account;
	MYSQL *mysql; /* NULL while not connected */
	char error[512];
	unsigned errnum;
	char currency[4];

	struct place { /* where statements run */
		char role[NAME_MAX_LENGTH + 1];
		char database[NAME_MAX_LENGTH + 1];
		uint64_t epoch;
		bool writable;
	} now, wanted;
	char socle[NAME_MAX_LENGTH + 1];
	bool placed; /* `now` is MariaDB's state */
	bool in_transaction;
	bool held; /* once lost, it stays lost */

	struct handle handles[HANDLES_MAX];
	size_t handle_count;
	uint64_t clock;
	int64_t inserted;
	void (*ran)(void *context, const struct scop_db_ran *ran); /* NULL: none */
	void *ran_context;
};

/* Microseconds of the monotonic clock; 0 without an observer. */
int64_t scop_db_clock(const struct scop_db *db);

/* Reports a statement that began at `since` to the observer. */
void scop_db_tell(const struct scop_db *db, const struct scop_statement *statement, int64_t since,
    size_t rows, bool first, enum scop_db_status status);

/* Records the error of the library (or of `stmt`) with the name of the statement (NULL for none),
 * closes the connection if it is unusable, and returns the status. */
enum scop_db_status scop_db_note(struct scop_db *db, MYSQL_STMT *stmt,
    const struct scop_statement *statement);
/* Stores the error of a statement or its rows; returns SCOP_DB_FAILED. */
enum scop_db_status scop_db_refuse(struct scop_db *db, const struct scop_statement *statement,
    const char *reason);
/* Whether `count` exceeds the connection's limit of rows; if so, records the error. */
bool scop_db_too_many(struct scop_db *db, const struct scop_statement *statement, size_t count);
enum scop_db_status scop_db_fail(struct scop_db *db, enum scop_db_status status, const char *text);
void scop_db_close(struct scop_db *db);

/* Closes the statement's handle; the next execution prepares it anew. */
void scop_db_forget(struct scop_db *db, const struct scop_statement *statement);

/* Whether the last error may be that of a view as it was when the statement was prepared: MariaDB
 * 10.11 finds that the view has been replaced only after it has asked whether its former definer
 * may read its former tables, and once these are dropped it asks in vain, at each execution. */
bool scop_db_view_was_replaced(const struct scop_db *db);

/* Connects if needed and switches to the wanted role and database, one command after another. If a
 * switch fails half-way, the connection is closed. */
enum scop_db_status scop_db_take_place(struct scop_db *db, struct scop_arena *arena);

/* The prepared handle of `statement` in the wanted database, to which the connection must have
 * switched. */
enum scop_db_status scop_db_handle(struct scop_db *db, const struct scop_statement *statement,
    struct handle **ret_handle);
/* The same if it is cached; else NULL. */
struct handle *scop_db_cached(struct scop_db *db, const struct scop_statement *statement);

/* The commands to send before the next statement, so that it runs under the wanted role and
 * database; returns their number.
 */
size_t scop_db_place_texts(struct scop_db *db, struct scop_arena *arena, const char *ret_texts[3]);

/* The shape of these columns; equal columns share one. */
const struct shape *scop_shape(const MYSQL_FIELD *fields, unsigned count);

/* Converts a row of the binary protocol to a map; false if the packet is not a row. */
bool scop_row_decode(const struct scop_db *db, struct scop_arena *arena, const struct shape *shape,
    const unsigned char *packet, size_t length, struct scop_value *ret_row);

/* The text of an argument that is not an integer, or NULL for SQL's NULL. */
const char *scop_arg_text(struct scop_arena *arena, const struct scop_value *value,
    size_t *ret_length);

#endif
