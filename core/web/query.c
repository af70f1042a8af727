/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements of a handler: a failure of the database becomes the request's. */
#include <assert.h>

#include "web/request.h"

static bool
read_into(struct scop_request *req, const struct scop_query *queries, size_t count,
    const struct scop_value **ret_rows)
{
	if (req->failed)
		return false;
	const enum scop_db_status status =
	    scop_db_read(req->app->db, req->arena, queries, count, ret_rows);
	if (status != SCOP_DB_OK)
		scop_request_fail(req, status, scop_db_error(req->app->db));
	return status == SCOP_DB_OK;
}

const struct scop_value *
scop_rows(struct scop_request *req, struct scop_query query)
{
	const struct scop_value *rows;

	return read_into(req, &query, 1, &rows) ? rows : NULL;
}

const struct scop_value *
scop_row(struct scop_request *req, struct scop_query query)
{
	return scop_at(scop_rows(req, query), 0);
}

const struct scop_value *
scop_put_all(struct scop_request *req, const struct scop_want *wants)
{
	struct scop_query queries[16];
	const struct scop_value *rows[16];
	size_t count = 0;

	for (; wants[count].name; count++) {
		assert(count < 16);
		queries[count] = wants[count].query;
	}
	if (count == 0 || !read_into(req, queries, count, rows))
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
	if (req->failed)
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
