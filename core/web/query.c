/* SPDX-License-Identifier: EUPL-1.2 */
/* Runs a handler's statements: a database failure becomes the request's failure. */
#include "web/request.h"

/* The wrong call for a statement would leave the connection out of step. */
static bool
is_of_kind(struct scop_request *req, const struct scop_statement *statement, bool writes)
{
	if ((statement->writes != 0) == writes)
		return true;
	scop_request_fail(req, SCOP_DB_FAILED,
	    scop_arena_printf(req->arena,
		writes
		    ? "statement '%s' is a SELECT: read it by scop_row, scop_rows or scop_put_all"
		    : "statement '%s' writes: run it by scop_write",
		statement->name));
	return false;
}

bool
scop_request_read(struct scop_request *req, struct scop_arena *arena,
    const struct scop_query *queries, size_t count, const struct scop_value **ret_rows)
{
	for (size_t i = 0; !req->failed && i < count; i++)
		is_of_kind(req, queries[i].statement, false);
	if (req->failed)
		return false;
	const enum scop_db_status status =
	    scop_db_read(req->app->db, arena, queries, count, ret_rows);
	if (status != SCOP_DB_OK)
		scop_request_fail(req, status, scop_db_error(req->app->db));
	return status == SCOP_DB_OK;
}

const struct scop_value *
scop_rows(struct scop_request *req, struct scop_query query)
{
	const struct scop_value *rows;

	return scop_request_read(req, req->arena, &query, 1, &rows) ? rows : NULL;
}

const struct scop_value *
scop_row(struct scop_request *req, struct scop_query query)
{
	return scop_at(scop_rows(req, query), 0);
}

const struct scop_value *
scop_put_all(struct scop_request *req, const struct scop_read *wants)
{
	size_t count = 0;

	while (wants[count].name)
		count++;
	struct scop_query *queries = scop_arena_alloc(req->arena, (count + 1) * sizeof *queries);
	const struct scop_value **rows = scop_arena_alloc(req->arena, (count + 1) * sizeof *rows);
	for (size_t i = 0; i < count; i++)
		queries[i] = wants[i].query;
	if (count == 0 || !scop_request_read(req, req->arena, queries, count, rows))
		return NULL;
	for (size_t i = 0; i < count; i++)
		scop_put(req, wants[i].name, wants[i].first ? scop_at(rows[i], 0) : rows[i]);
	return wants[0].first ? scop_at(rows[0], 0) : rows[0];
}

uint64_t
scop_write_unique(struct scop_request *req, struct scop_query query, bool *ret_duplicate)
{
	uint64_t touched = 0;

	*ret_duplicate = false;
	if (req->failed || !is_of_kind(req, query.statement, true))
		return 0;
	const enum scop_db_status status =
	    scop_db_write(req->app->db, req->arena, &query, &touched);
	*ret_duplicate = status == SCOP_DB_DUPLICATE;
	if (status != SCOP_DB_OK && status != SCOP_DB_DUPLICATE)
		scop_request_fail(req, status, scop_db_error(req->app->db));
	return touched;
}

uint64_t
scop_write(struct scop_request *req, struct scop_query query)
{
	bool duplicate;
	const uint64_t touched = scop_write_unique(req, query, &duplicate);

	if (duplicate)
		scop_request_fail(req, SCOP_DB_FAILED, scop_db_error(req->app->db));
	return touched;
}

int64_t
scop_inserted(struct scop_request *req)
{
	return req->failed ? 0 : scop_db_inserted(req->app->db);
}
