/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Statements: C never builds SQL.
 *
 * A module's .sql file names its statements and their arguments; the build generates a function for
 * each, which returns a `struct scop_query`, so a misspelt name or a wrong number of arguments is a
 * compile error:
 *
 *     -- name: product_by_slug (slug)
 *     SELECT id, name, price_cents FROM product WHERE slug = :slug
 *
 *     const struct scop_value *product = scop_row(req, product_by_slug(scop_path(req, "slug")));
 *
 * A column named `x_cents` becomes the money value `x`, in the currency of the row's column
 * `currency`, or else the tenant's. TINYINT(1) becomes SCOP_BOOL, DECIMAL SCOP_NUMBER, DATE
 * SCOP_DATE, TIME SCOP_CLOCK, and DATETIME SCOP_TIME, in UTC. An argument that is a list or a map
 * is passed as JSON, for JSON_TABLE.
 */
#ifndef SCOPITON_QUERY_H
#define SCOPITON_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scopiton/value.h"

/* The most arguments of one statement; the build refuses more. */
#define SCOP_ARGS_MAX 24

struct scop_request;

/* A statement of the module's .sql file, as the build writes it to names.c. */
struct scop_statement {
	const char *name;
	const char *sql; /* with ? for each argument */
	uint32_t args;
	uint32_t writes; /* 0: SELECT; 1: INSERT, UPDATE, DELETE, REPLACE */
};

/* A statement with its arguments; NULL is SQL's NULL. The functions in names.h return it. */
struct scop_query {
	const struct scop_statement *statement;
	const struct scop_value *args[SCOP_ARGS_MAX];
};

/* The first row, as a map; NULL if there is none, or if the request has failed: the host then sends
 * the error page, whatever the handler decides. Rows live as long as the request. */
const struct scop_value *scop_row(struct scop_request *req, struct scop_query query);

/* All rows, as a list of maps; empty if there are none. NULL only if the request has failed, as it
 * does for more than 10,000 rows: read those in pages, or with scop_csv_write_all. */
const struct scop_value *scop_rows(struct scop_request *req, struct scop_query query);

/* Runs a statement that writes. Returns the number of rows that its WHERE matched, whether changed
 * or not (for an INSERT, the rows inserted); 0 if the request has failed. Allowed only in a POST, a
 * job or an import: in a GET MariaDB refuses the write, and the request fails. */
uint64_t scop_write(struct scop_request *req, struct scop_query query);

/* Like scop_write, but a violated unique index sets `*ret_duplicate` instead of failing the
 * request.
 */
uint64_t scop_write_unique(struct scop_request *req, struct scop_query query, bool *ret_duplicate);

/* The AUTO_INCREMENT id of this request's last INSERT; of its first row if it had several; 0
 * without an INSERT. */
int64_t scop_inserted(struct scop_request *req);

/* One read of a batch. */
struct scop_read {
	const char *name; /* of the value in the model; NULL ends the array */
	bool first;       /* the first row as a map (null for none) instead of the list of all */
	struct scop_query query;
};

/* Puts the results of all reads into the model, in one round trip to MariaDB per 16 reads, and
 * returns the first result. Each must be a SELECT. NULL if the first read asked for one row and
 * there is none, or if the request has failed. */
const struct scop_value *scop_put_all(struct scop_request *req, const struct scop_read *wants);

#endif
