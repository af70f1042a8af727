/* SPDX-License-Identifier: EUPL-1.2 */
/* The connection itself: connecting, place, handles, transactions. Reads are in read.c, rows in
 * row.c. */
#include "data/db.h"
#include "data/db_private.h"

#include <assert.h>
#include <errmsg.h>
#include <mysqld_error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/value.h"

enum { CONNECT_SECONDS = 2, IO_SECONDS = 30 };

struct scop_db *
scop_db_new(const struct scop_db_account *account)
{
	struct scop_db *db = calloc(1, sizeof *db);

	if (!db)
		abort();
	db->account = *account;
	strcpy(db->currency, "EUR");
	db->wanted.writable = true;
	return db;
}

void
scop_db_close(struct scop_db *db)
{
	for (size_t i = 0; i < db->handle_count; i++)
		mysql_stmt_close(db->handles[i].stmt);
	db->handle_count = 0;
	if (db->mysql)
		mysql_close(db->mysql);
	db->mysql = NULL;
	db->placed = false;
	db->in_transaction = false;
}

void
scop_db_free(struct scop_db *db)
{
	if (!db)
		return;
	scop_db_close(db);
	free(db);
}

void
scop_db_watch(struct scop_db *db, void (*ran)(void *context, const struct scop_db_ran *ran),
    void *context)
{
	db->ran = ran;
	db->ran_context = context;
}

int64_t
scop_db_clock(const struct scop_db *db)
{
	struct timespec now;

	if (!db->ran)
		return 0;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000;
}

void
scop_db_tell(const struct scop_db *db, const struct scop_statement *statement, int64_t since,
    size_t rows, bool first, enum scop_db_status status)
{
	if (db->ran)
		db->ran(db->ran_context,
		    &(struct scop_db_ran){ statement, scop_db_clock(db) - since, rows,
			status != SCOP_DB_OK, first });
}

const char *
scop_db_error(const struct scop_db *db)
{
	return db->error;
}

unsigned
scop_db_errno(const struct scop_db *db)
{
	return db->errnum;
}

enum scop_db_status
scop_db_fail(struct scop_db *db, enum scop_db_status status, const char *text)
{
	snprintf(db->error, sizeof db->error, "%s", text);
	if (status == SCOP_DB_LOST)
		scop_db_close(db);
	return status;
}

static enum scop_db_status
status_of(unsigned errnum)
{
	switch (errnum) {
	case ER_LOCK_DEADLOCK:
	case ER_LOCK_WAIT_TIMEOUT:
	case ER_CHECKREAD: /* a row has changed since the snapshot */
		return SCOP_DB_AGAIN;
	case ER_DUP_ENTRY:
		return SCOP_DB_DUPLICATE;
	case CR_SERVER_GONE_ERROR:
	case CR_SERVER_LOST:
	case CR_CONNECTION_ERROR:
	case CR_CONN_HOST_ERROR:
	case CR_SERVER_LOST_EXTENDED:
	case CR_COMMANDS_OUT_OF_SYNC:
	case ER_SERVER_SHUTDOWN:
	case ER_CONNECTION_KILLED:
	case ER_TOO_MANY_USER_CONNECTIONS:
	case ER_CON_COUNT_ERROR:
		return SCOP_DB_LOST;
	default:
		return SCOP_DB_FAILED;
	}
}

/* "statement 'entries': 1054: ...". The host's own SQL has no name: who runs it quotes it. */
static void
write_error(struct scop_db *db, const struct scop_statement *statement, const char *text)
{
	if (statement && statement->name[0])
		snprintf(db->error, sizeof db->error, "statement '%s': %s", statement->name, text);
	else
		snprintf(db->error, sizeof db->error, "%s", text);
}

enum scop_db_status
scop_db_note(struct scop_db *db, MYSQL_STMT *stmt, const struct scop_statement *statement)
{
	char text[sizeof db->error];

	db->errnum = stmt ? mysql_stmt_errno(stmt) : mysql_errno(db->mysql);
	if (stmt && db->errnum == 0)
		db->errnum = mysql_errno(db->mysql);
	snprintf(text, sizeof text, "%u: %s", db->errnum,
	    stmt ? mysql_stmt_error(stmt) : mysql_error(db->mysql));
	write_error(db, statement, text);

	const enum scop_db_status status = status_of(db->errnum);
	if (status == SCOP_DB_LOST)
		scop_db_close(db);
	return status;
}

enum scop_db_status
scop_db_refuse(struct scop_db *db, const struct scop_statement *statement, const char *reason)
{
	db->errnum = 0;
	write_error(db, statement, reason);
	return SCOP_DB_FAILED;
}

bool
scop_db_too_many(struct scop_db *db, const struct scop_statement *statement, size_t count)
{
	char reason[120];

	if (db->account.rows_max == 0 || count <= db->account.rows_max)
		return false;
	snprintf(reason, sizeof reason,
	    "more than %u rows. Read them in pages, by LIMIT and the last row's key",
	    db->account.rows_max);
	scop_db_refuse(db, statement, reason);
	return true;
}

void
scop_db_hold(struct scop_db *db, bool held)
{
	db->held = held;
}

enum scop_db_status
scop_db_connect(struct scop_db *db)
{
	char init[160];

	if (db->mysql)
		return SCOP_DB_OK;
	if (db->held)
		return scop_db_fail(db, SCOP_DB_LOST,
		    "the connection to MariaDB was lost, and what was held by it");
	db->mysql = mysql_init(NULL);
	if (!db->mysql)
		abort();
	snprintf(init, sizeof init,
	    "SET time_zone='+00:00', max_statement_time=%u, sql_mode='STRICT_ALL_TABLES,"
	    "NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE'",
	    db->account.statement_seconds);
	mysql_optionsv(db->mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	mysql_optionsv(db->mysql, MYSQL_OPT_CONNECT_TIMEOUT, &(unsigned){ CONNECT_SECONDS });
	mysql_optionsv(db->mysql, MYSQL_OPT_READ_TIMEOUT, &(unsigned){ IO_SECONDS });
	mysql_optionsv(db->mysql, MYSQL_OPT_WRITE_TIMEOUT, &(unsigned){ IO_SECONDS });
	mysql_optionsv(db->mysql, MYSQL_OPT_LOCAL_INFILE, &(unsigned){ 0 });
	mysql_optionsv(db->mysql, MYSQL_INIT_COMMAND, init);
	if (mysql_real_connect(db->mysql, NULL, db->account.user, db->account.password, NULL, 0,
		db->account.socket, CLIENT_FOUND_ROWS))
		return SCOP_DB_OK;

	scop_db_note(db, NULL, NULL);
	scop_db_close(db);
	return SCOP_DB_LOST;
}

static bool
plain_name(const char *name)
{
	const size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return length > 0 && name[length] == '\0' && length <= NAME_MAX_LENGTH;
}

void
scop_db_enter(struct scop_db *db, const char *role, const char *database, const char *socle,
    uint64_t epoch, bool writable)
{
	assert((!role[0] || plain_name(role)) && plain_name(database) && plain_name(socle));
	strcpy(db->socle, socle);
	strcpy(db->wanted.role, role);
	strcpy(db->wanted.database, database);
	db->wanted.epoch = epoch;
	db->wanted.writable = writable;
}

void
scop_db_currency(struct scop_db *db, const char *currency)
{
	snprintf(db->currency, sizeof db->currency, "%s", currency);
}

size_t
scop_db_place_texts(struct scop_db *db, struct scop_arena *arena, const char *ret_texts[3])
{
	const struct place *now = &db->now, *wanted = &db->wanted;
	const bool fresh = !db->placed || now->epoch != wanted->epoch;
	size_t count = 0;

	if (wanted->role[0] && (fresh || strcmp(now->role, wanted->role) != 0))
		ret_texts[count++] = scop_arena_printf(arena, "SET ROLE %s", wanted->role);
	if (wanted->database[0] && (fresh || strcmp(now->database, wanted->database) != 0))
		ret_texts[count++] = scop_arena_printf(arena, "USE `%s`", wanted->database);
	if (!db->placed || now->writable != wanted->writable)
		ret_texts[count++] =
		    wanted->writable ? "SET SESSION tx_read_only=0" : "SET SESSION tx_read_only=1";
	return count;
}

enum scop_db_status
scop_db_command(struct scop_db *db, const char *sql)
{
	enum scop_db_status status = scop_db_connect(db);

	if (status == SCOP_DB_OK && mysql_real_query(db->mysql, sql, strlen(sql)) != 0)
		status = scop_db_note(db, NULL, NULL);
	if (status == SCOP_DB_OK && mysql_field_count(db->mysql) > 0)
		mysql_free_result(mysql_store_result(db->mysql));
	return status;
}

/* One of the host's own short texts, which an error repeats. */
static enum scop_db_status
run_text(struct scop_db *db, const char *sql)
{
	const enum scop_db_status status = scop_db_command(db, sql);
	char text[sizeof db->error];

	if (status != SCOP_DB_OK) {
		snprintf(text, sizeof text, "%.100s: %s", sql, db->error);
		write_error(db, NULL, text);
	}
	return status;
}

/* Takes the wanted place, one text after another. A half-taken one closes the connection. */
static enum scop_db_status
take_place(struct scop_db *db, struct scop_arena *arena)
{
	const char *texts[3];
	enum scop_db_status status = scop_db_connect(db);
	const size_t count = status == SCOP_DB_OK ? scop_db_place_texts(db, arena, texts) : 0;

	for (size_t i = 0; i < count && status == SCOP_DB_OK; i++)
		status = run_text(db, texts[i]);
	if (status == SCOP_DB_OK) {
		db->now = db->wanted;
		db->placed = true;
	} else {
		scop_db_close(db);
	}
	return status;
}

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

/* A free place in the cache, or the one used longest ago. */
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

/* The statement with the socle's name in place of its mark. */
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

enum scop_db_status
scop_db_handle(struct scop_db *db, const struct scop_statement *statement,
    struct handle **ret_handle)
{
	*ret_handle = scop_db_cached(db, statement);
	if (*ret_handle)
		return SCOP_DB_OK;

	MYSQL_STMT *stmt = mysql_stmt_init(db->mysql);
	char *sql = with_socle(statement->sql, db->socle);
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
	enum scop_db_status status = take_place(db, arena);

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

static void
forget_handle(struct scop_db *db, const struct scop_statement *statement)
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

/* Executes and stores the result. Where a table has other columns than when the handle was made the
 * library gives up in the middle of the answer: a fresh connection then, or, within a transaction,
 * another run of it. */
static enum scop_db_status
execute_and_store(struct scop_db *db, struct scop_arena *arena, const struct scop_query *query,
    struct handle **ret_handle)
{
	const enum scop_db_status status = try_to_store(db, arena, query, ret_handle);

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
	if (fields) /* the types of expressions are only settled when arguments are bound */
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
			    "a row of a type that has no value");
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

	forget_handle(db, query->statement);
	return status;
}

enum scop_db_status
scop_db_prepare(struct scop_db *db, struct scop_arena *arena,
    const struct scop_statement *statement)
{
	struct handle *handle;
	enum scop_db_status status = take_place(db, arena);

	if (status == SCOP_DB_OK)
		status = scop_db_handle(db, statement, &handle);
	forget_handle(db, statement);
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

uint64_t
scop_db_touched(const struct scop_db *db)
{
	return db->mysql ? (uint64_t)mysql_affected_rows(db->mysql) : 0;
}

int64_t
scop_db_inserted(const struct scop_db *db)
{
	return db->inserted;
}

enum scop_db_status
scop_db_begin(struct scop_db *db)
{
	struct scop_arena *arena = scop_arena_new();
	enum scop_db_status status = take_place(db, arena);

	scop_arena_free(arena);
	if (status == SCOP_DB_OK)
		status = run_text(db, "START TRANSACTION");
	db->in_transaction = status == SCOP_DB_OK;
	db->inserted = 0;
	return status;
}

enum scop_db_status
scop_db_commit(struct scop_db *db)
{
	const enum scop_db_status status = run_text(db, "COMMIT");

	db->in_transaction = false;
	return status;
}

void
scop_db_rollback(struct scop_db *db)
{
	if (!db->mysql || !db->in_transaction)
		return;
	db->in_transaction = false;
	if (mysql_real_query(db->mysql, "ROLLBACK", strlen("ROLLBACK")) != 0)
		scop_db_close(db);
}

const char *
scop_db_quote(struct scop_db *db, struct scop_arena *arena, const char *text)
{
	char *escaped = scop_arena_alloc(arena, 2 * strlen(text) + 1);

	mysql_real_escape_string(db->mysql, escaped, text, strlen(text));
	return escaped;
}
