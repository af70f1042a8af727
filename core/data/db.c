/* SPDX-License-Identifier: EUPL-1.2 */
/* The connection itself: connecting, role and database, errors, transactions. execute.c runs
 * statements, read.c batches reads, row.c decodes rows. */
#include "data/db.h"
#include "data/db_private.h"

#include <assert.h>
#include <errmsg.h>
#include <mysqld_error.h>
#include <nss.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/value.h"

enum { CONNECT_SECONDS = 2, IO_SECONDS = 30, LOCK_WAIT_SECONDS = 5 };

/* A module's statement gets an error beyond these: of one temporary table, and of the memory that
 * MariaDB counts, which is that of tables, buffers and prepared statements, but not of texts. */
#define TABLE_BYTES_MAX (256LL << 20)
#define SESSION_BYTES_MAX (256LL << 20)

void
scop_db_load_library(void)
{
	/* else the library looks for a dozen files that nobody has */
	__nss_configure_lookup("services", "files");
	mysql_library_init(0, NULL, NULL);
}

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

/* "statement 'entries': 1054: ...". The host's own SQL has no name: its caller quotes it. */
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
	    "more than %u rows. Read them in pages, with LIMIT and the last row's key",
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
	char init[440], limits[120] = "";

	if (db->mysql)
		return SCOP_DB_OK;
	if (db->held)
		return scop_db_fail(db, SCOP_DB_LOST,
		    "the connection to MariaDB was lost, and with it its locks");
	db->mysql = mysql_init(NULL);
	if (!db->mysql)
		abort();
	if (db->account.rows_max > 0) /* one more, by which a reader sees that there are too many */
		snprintf(limits, sizeof limits,
		    ", sql_select_limit=%u, tmp_disk_table_size=%lld, max_session_mem_used=%lld",
		    db->account.rows_max + 1, TABLE_BYTES_MAX, SESSION_BYTES_MAX);
	snprintf(init, sizeof init,
	    "SET time_zone='+00:00', tx_isolation='READ-COMMITTED', innodb_lock_wait_timeout=%d, "
	    "lock_wait_timeout=%d, max_statement_time=%u%s, sql_mode='STRICT_ALL_TABLES,"
	    "NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE'",
	    LOCK_WAIT_SECONDS, LOCK_WAIT_SECONDS, db->account.statement_seconds, limits);
	mysql_optionsv(db->mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	mysql_optionsv(db->mysql, MYSQL_OPT_CONNECT_TIMEOUT, &(unsigned){ CONNECT_SECONDS });
	mysql_optionsv(db->mysql, MYSQL_OPT_READ_TIMEOUT, &(unsigned){ IO_SECONDS });
	mysql_optionsv(db->mysql, MYSQL_OPT_WRITE_TIMEOUT, &(unsigned){ IO_SECONDS });
	mysql_optionsv(db->mysql, MYSQL_OPT_LOCAL_INFILE, &(unsigned){ 0 });
	if (!db->account.gateway)
		mysql_optionsv(db->mysql, MYSQL_INIT_COMMAND, init);
	if (mysql_real_connect(db->mysql, NULL, db->account.user, db->account.password, NULL, 0,
		db->account.socket, CLIENT_FOUND_ROWS))
		return SCOP_DB_OK;

	scop_db_note(db, NULL, NULL);
	scop_db_close(db);
	return SCOP_DB_LOST;
}

void
scop_db_wire(const struct scop_db *db, struct scop_db_wire *ret_wire)
{
	MY_CHARSET_INFO charset;

	ret_wire->fd = (int)mysql_get_socket(db->mysql);
	ret_wire->version = mysql_get_server_info(db->mysql);
	ret_wire->thread = mysql_thread_id(db->mysql);
	mariadb_get_infov(db->mysql, MARIADB_CONNECTION_SERVER_CAPABILITIES, &ret_wire->server);
	mariadb_get_infov(db->mysql, MARIADB_CONNECTION_EXTENDED_SERVER_CAPABILITIES,
	    &ret_wire->extended);
	mariadb_get_infov(db->mysql, MARIADB_CONNECTION_CLIENT_CAPABILITIES, &ret_wire->client);
	mysql_get_character_set_info(db->mysql, &charset);
	ret_wire->charset = charset.number;
}

uint32_t
scop_db_prepared(struct scop_db *db)
{
	static const char nothing[] = "DO 0";
	MYSQL_STMT *stmt = mysql_stmt_init(db->mysql);

	if (!stmt)
		abort();
	const bool prepared = mysql_stmt_prepare(stmt, nothing, strlen(nothing)) == 0;
	const uint32_t number = prepared ? (uint32_t)stmt->stmt_id : 0;
	mysql_stmt_close(stmt);
	return number;
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
	const size_t length = strnlen(currency, sizeof db->currency - 1);

	memcpy(db->currency, currency, length);
	db->currency[length] = '\0';
}

size_t
scop_db_place_texts(struct scop_db *db, struct scop_arena *arena, const char *ret_texts[3])
{
	const struct place *now = &db->now, *wanted = &db->wanted;
	const bool tmp = !db->placed || now->epoch != wanted->epoch;
	size_t count = 0;

	if (wanted->role[0] && (tmp || strcmp(now->role, wanted->role) != 0))
		ret_texts[count++] = scop_arena_printf(arena, "SET ROLE %s", wanted->role);
	if (wanted->database[0] && (tmp || strcmp(now->database, wanted->database) != 0))
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

/* One of the host's own short statements, which an error message repeats. */
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

enum scop_db_status
scop_db_take_place(struct scop_db *db, struct scop_arena *arena)
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
	enum scop_db_status status = scop_db_take_place(db, arena);

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
