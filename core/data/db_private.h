/* SPDX-License-Identifier: EUPL-1.2 */
/* Shared by the parts of the connection. */
#ifndef SCOP_DATA_DB_PRIVATE_H
#define SCOP_DATA_DB_PRIVATE_H

#include <mysql.h>

#include "data/db.h"

enum { HANDLES_MAX = 256, NAME_MAX_LENGTH = 64 };

struct scop_value;

/* The columns of a result. Never freed, for rows in any arena point to the keys; there are as many
 * as different results. */
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
	uint64_t used; /* when last, by the connection's count */
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
	bool placed; /* `now` is what MariaDB knows */
	bool in_transaction;
	bool held; /* once lost, it stays so */

	struct handle handles[HANDLES_MAX];
	size_t handle_count;
	uint64_t clock;
	int64_t inserted;
	void (*ran)(void *context, const struct scop_db_ran *ran); /* NULL: nobody asks */
	void *ran_context;
};

/* Microseconds of the monotonic clock; 0 without an observer. */
int64_t scop_db_clock(const struct scop_db *db);

/* Reports a statement that began at `since` to the observer. */
void scop_db_tell(const struct scop_db *db, const struct scop_statement *statement, int64_t since,
    size_t rows, bool first, enum scop_db_status status);

/* Notes the error of the library (or of `stmt`) with the name of the statement (NULL for none),
 * closes a connection that is beyond use, and says which status it is. */
enum scop_db_status scop_db_note(struct scop_db *db, MYSQL_STMT *stmt,
    const struct scop_statement *statement);
/* Stores the error of a statement or its rows; returns SCOP_DB_FAILED. */
enum scop_db_status scop_db_refuse(struct scop_db *db, const struct scop_statement *statement,
    const char *reason);
/* Whether `count` rows are more than this connection reads; noted then. */
bool scop_db_too_many(struct scop_db *db, const struct scop_statement *statement, size_t count);
enum scop_db_status scop_db_fail(struct scop_db *db, enum scop_db_status status, const char *text);
void scop_db_close(struct scop_db *db);

/* Connects where needed and takes the wanted place, one text after another. A half-taken one closes
 * the connection. */
enum scop_db_status scop_db_take_place(struct scop_db *db, struct scop_arena *arena);

/* The prepared handle of `statement` in the wanted database; the place must have been taken. */
enum scop_db_status scop_db_handle(struct scop_db *db, const struct scop_statement *statement,
    struct handle **ret_handle);
/* The same if it is in the cache; else NULL. */
struct handle *scop_db_cached(struct scop_db *db, const struct scop_statement *statement);

/* The texts to send before the next statement, so that it runs at the wanted place; gives how many.
 */
size_t scop_db_place_texts(struct scop_db *db, struct scop_arena *arena, const char *ret_texts[3]);

/* The shape of these columns; the same one whenever they are the same. */
const struct shape *scop_shape(const MYSQL_FIELD *fields, unsigned count);

/* One row in the binary protocol to a map; false when the packet is not one. */
bool scop_row_decode(const struct scop_db *db, struct scop_arena *arena, const struct shape *shape,
    const unsigned char *packet, size_t length, struct scop_value *ret_row);

/* The text of an argument that is not an integer, or NULL for SQL's NULL. */
const char *scop_arg_text(struct scop_arena *arena, const struct scop_value *value,
    size_t *ret_length);

#endif
