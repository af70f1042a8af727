/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Runs statements on a connection, one at a time: their cached prepared handles, their arguments,
 * and execution. Batched reads are in read.c.
 */
#include "data/db.h"
#include "data/db_private.h"

#include <assert.h>
#include <errmsg.h>
#include <mysqld_error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/value.h"
#include "data/statements.h"

static uint64_t
hash(const char *text)
{
	uint64_t sum = 1469598103934665603u; /* FNV-1a */

	for (; *text; text++)
		sum = (sum ^ (unsigned char)*text) * 1099511628211u;
	return sum;
}

struct handle *
scop_db_cached(struct scop_db *db, const struct scop_statement *statement)
{
	const uint64_t database = hash(db->wanted.database);

	for (size_t i = 0; i < db->handle_count; i++) {
		if (db->handles[i].statement == statement && db->handles[i].database == database) {
			db->handles[i].used = ++db->clock;
			return &db->handles[i];
		}
	}
	return NULL;
}

/* A free slot in the cache, or the least recently used one. */
static struct handle *
handle_place(struct scop_db *db)
{
	struct handle *oldest = &db->handles[0];

	if (db->handle_count < HANDLES_MAX)
		return &db->handles[db->handle_count++];
	for (size_t i = 1; i < db->handle_count; i++)
		if (db->handles[i].used < oldest->used)
			oldest = &db->handles[i];
	mysql_stmt_close(oldest->stmt);
	return oldest;
}

/* The statement's text with the socle's name in place of the placeholder. */
static char *
with_socle(const char *sql, const char *socle)
{
	size_t marks = 0;

	for (const char *at = sql; *at; at++)
		marks += *at == SCOP_SOCLE_MARK[0];
	char *text = calloc(1, strlen(sql) + marks * strlen(socle) + 1);
	if (!text)
		abort();
	for (char *out = text; *sql; sql++) {
		if (*sql == SCOP_SOCLE_MARK[0])
			out = stpcpy(out, socle);
		else
			*out++ = *sql;
	}
	return text;
}

/* Names the statement to a gateway, which takes a key in place of the text. */
static char *
key_of(const struct scop_statement *statement)
{
	char *key = malloc(SCOP_STATEMENT_KEY);

	if (!key)
		abort();
	scop_statement_key(statement->sql, key);
	return key;
}

enum scop_db_status
scop_db_handle(struct scop_db *db, const struct scop_statement *statement,
    struct handle **ret_handle)
{
	*ret_handle = scop_db_cached(db, statement);
	if (*ret_handle)
		return SCOP_DB_OK;

	MYSQL_STMT *stmt = mysql_stmt_init(db->mysql);
	char *sql = db->account.gateway ? key_of(statement) : with_socle(statement->sql, db->socle);
	if (!stmt)
		abort();
	const int failed = mysql_stmt_prepare(stmt, sql, strlen(sql));
	free(sql);
	if (failed) {
		const enum scop_db_status status = scop_db_note(db, stmt, statement);

		mysql_stmt_close(stmt);
		return status;
	}
	assert(mysql_stmt_param_count(stmt) == statement->args);

	MYSQL_RES *fields = mysql_stmt_result_metadata(stmt);
	struct handle *handle = handle_place(db);
	*handle = (struct handle){ statement, hash(db->wanted.database), stmt,
		fields ? scop_shape(mysql_fetch_fields(fields), mysql_num_fields(fields)) : NULL,
		++db->clock };
	if (fields)
		mysql_free_result(fields);
	*ret_handle = handle;
	return SCOP_DB_OK;
}

static void
bind_args(struct scop_arena *arena, const struct scop_query *query, MYSQL_BIND *binds,
    long long *integers)
{
	for (unsigned i = 0; i < query->statement->args; i++) {
		const struct scop_value *arg = query->args[i];
		size_t length;

		binds[i].buffer_type = MYSQL_TYPE_NULL;
		switch (scop_type(arg)) {
		case SCOP_BOOL:
		case SCOP_INT:
		case SCOP_MONEY:
			integers[i] = arg->integer;
			binds[i].buffer_type = MYSQL_TYPE_LONGLONG;
			binds[i].buffer = &integers[i];
			break;
		case SCOP_STRING:
		case SCOP_NUMBER:
		case SCOP_TIME:
		case SCOP_DATE:
		case SCOP_CLOCK:
		case SCOP_LIST:
		case SCOP_MAP:
			binds[i].buffer_type = MYSQL_TYPE_STRING;
			memcpy(&binds[i].buffer,
			    &(const char *){ scop_arg_text(arena, arg, &length) }, sizeof(char *));
			binds[i].buffer_length = length;
			break;
		default:
			break;
		}
	}
}

static enum scop_db_status
execute(struct scop_db *db, struct scop_arena *arena, const struct scop_query *query,
    struct handle **ret_handle)
{
	MYSQL_BIND binds[SCOP_ARGS_MAX] = { 0 };
	long long integers[SCOP_ARGS_MAX];
	enum scop_db_status status = scop_db_take_place(db, arena);

	if (status == SCOP_DB_OK)
		status = scop_db_handle(db, query->statement, ret_handle);
	if (status != SCOP_DB_OK)
		return status;
	bind_args(arena, query, binds, integers);

	MYSQL_STMT *stmt = (*ret_handle)->stmt;
	if (query->statement->args > 0 && mysql_stmt_bind_param(stmt, binds))
		return scop_db_note(db, stmt, query->statement);
	return mysql_stmt_execute(stmt) == 0 ? SCOP_DB_OK
					     : scop_db_note(db, stmt, query->statement);
}

void
scop_db_forget(struct scop_db *db, const struct scop_statement *statement)
{
	for (size_t i = 0; i < db->handle_count; i++) {
		if (db->handles[i].statement != statement)
			continue;
		mysql_stmt_close(db->handles[i].stmt);
		db->handles[i] = db->handles[--db->handle_count];
		return;
	}
}

static enum scop_db_status
try_to_store(struct scop_db *db, struct scop_arena *arena, const struct scop_query *query,
    struct handle **ret_handle)
{
	const enum scop_db_status status = execute(db, arena, query, ret_handle);

	if (status != SCOP_DB_OK || mysql_stmt_store_result((*ret_handle)->stmt) == 0)
		return status;
	return scop_db_note(db, (*ret_handle)->stmt, query->statement);
}

bool
scop_db_view_was_replaced(const struct scop_db *db)
{
	static const unsigned numbers[] = { ER_TABLEACCESS_DENIED_ERROR,
		ER_COLUMNACCESS_DENIED_ERROR, ER_VIEW_INVALID, ER_NO_SUCH_USER, ER_NO_SUCH_TABLE };

	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		if (db->errnum == numbers[i])
			return true;
	return false;
}

/* Executes and stores the result. If a table's columns have changed since the handle was prepared,
 * the library fails in the middle of the answer: this then reconnects or, within a transaction, has
 * the transaction run again. */
static enum scop_db_status
execute_and_store(struct scop_db *db, struct scop_arena *arena, const struct scop_query *query,
    struct handle **ret_handle)
{
	const enum scop_db_status status = try_to_store(db, arena, query, ret_handle);

	if (status == SCOP_DB_FAILED && scop_db_view_was_replaced(db)) {
		scop_db_forget(db, query->statement);
		return try_to_store(db, arena, query, ret_handle);
	}
	if (status != SCOP_DB_FAILED || db->errnum != CR_NEW_STMT_METADATA)
		return status;

	const bool in_transaction = db->in_transaction;
	scop_db_close(db);
	if (in_transaction)
		return SCOP_DB_AGAIN;
	return try_to_store(db, arena, query, ret_handle);
}

static enum scop_db_status
read_one(struct scop_db *db, struct scop_arena *arena, const struct scop_query *query,
    const struct scop_value **ret_rows)
{
	struct handle *handle;
	struct scop_list_maker rows;
	const enum scop_db_status status = execute_and_store(db, arena, query, &handle);

	if (status != SCOP_DB_OK)
		return status;

	MYSQL_RES *fields = mysql_stmt_result_metadata(handle->stmt);
	if (fields) /* the types of expressions are known only once arguments are bound */
		handle->shape = scop_shape(mysql_fetch_fields(fields), mysql_num_fields(fields));
	const struct shape *shape = handle->shape;
	if (fields)
		mysql_free_result(fields);

	scop_list_init(&rows, arena);
	enum scop_db_status decoded = SCOP_DB_OK;
	if (scop_db_too_many(db, query->statement, (size_t)mysql_stmt_num_rows(handle->stmt)))
		decoded = SCOP_DB_FAILED;
	for (const MYSQL_ROWS *row = handle->stmt->result.data; row && decoded == SCOP_DB_OK;
	     row = row->next) {
		struct scop_value value;

		if (scop_row_decode(db, arena, shape, (const unsigned char *)row->data, row->length,
			&value))
			scop_list_add(&rows, &value);
		else
			decoded = scop_db_refuse(db, query->statement,
			    "a column has a type that is not supported");
	}
	mysql_stmt_free_result(handle->stmt);
	if (decoded == SCOP_DB_OK)
		*ret_rows = scop_list_value(&rows);
	return decoded;
}

enum scop_db_status
scop_db_read_plain(struct scop_db *db, struct scop_arena *arena, const struct scop_query *queries,
    size_t count, const struct scop_value **ret_rows)
{
	enum scop_db_status status = SCOP_DB_OK;

	for (size_t i = 0; i < count && status == SCOP_DB_OK; i++) {
		const int64_t since = scop_db_clock(db);

		status = read_one(db, arena, &queries[i], &ret_rows[i]);
		scop_db_tell(db, queries[i].statement, since,
		    status == SCOP_DB_OK ? scop_count(ret_rows[i]) : 0, true, status);
	}
	return status;
}

enum scop_db_status
scop_db_read_once(struct scop_db *db, struct scop_arena *arena, const struct scop_query *query,
    const struct scop_value **ret_rows)
{
	const enum scop_db_status status = read_one(db, arena, query, ret_rows);

	scop_db_forget(db, query->statement);
	return status;
}

enum scop_db_status
scop_db_prepare(struct scop_db *db, struct scop_arena *arena,
    const struct scop_statement *statement)
{
	struct handle *handle;
	enum scop_db_status status = scop_db_take_place(db, arena);

	if (status == SCOP_DB_OK)
		status = scop_db_handle(db, statement, &handle);
	scop_db_forget(db, statement);
	return status;
}

enum scop_db_status
scop_db_write(struct scop_db *db, struct scop_arena *arena, const struct scop_query *query,
    uint64_t *ret_touched)
{
	struct handle *handle;
	const int64_t since = scop_db_clock(db);
	const enum scop_db_status status = execute(db, arena, query, &handle);

	*ret_touched = status == SCOP_DB_OK ? mysql_stmt_affected_rows(handle->stmt) : 0;
	scop_db_tell(db, query->statement, since, *ret_touched, true, status);
	if (status != SCOP_DB_OK)
		return status;
	const int64_t inserted = (int64_t)mysql_stmt_insert_id(handle->stmt);
	if (inserted != 0)
		db->inserted = inserted;
	return SCOP_DB_OK;
}
