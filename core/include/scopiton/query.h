/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Statements: C never builds SQL.
 *
 * A module's .sql file names its statements and their arguments; the build makes a function of
 * each, which returns a `struct scop_query`. So a misspelt name or a wrong number of arguments is a
 * compile error:
 *
 *     -- name: product_by_slug (slug)
 *     SELECT id, name, price_cents FROM product WHERE slug = :slug
 *
 *     const struct scop_value *product = scop_row(req, product_by_slug(scop_path(req, "slug")));
 *
 * A column named `x_cents` arrives as the money value `x`, in the currency of the row's column
 * `currency` or else in the tenant's. An argument that is a list or a map arrives as JSON, for
 * JSON_TABLE. TINYINT(1) arrives as SCOP_BOOL, DECIMAL as SCOP_NUMBER, DATE as SCOP_DATE, TIME as
 * SCOP_CLOCK, DATETIME as SCOP_TIME, in UTC.
 */
#ifndef SCOPITON_QUERY_H
#define SCOPITON_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scopiton/value.h"

/* Arguments of one statement; the build refuses more. */
#define SCOP_ARGS_MAX 24

struct scop_request;

/* A statement of the module's .sql file, as the build writes it to names.c. */
struct scop_statement {
	const char *name;
	const char *sql; /* with ? for each argument */
	uint32_t args;
	uint32_t writes; /* 0: SELECT; 1: INSERT, UPDATE, DELETE, REPLACE */
};

/* A statement with its arguments; NULL stands for SQL's NULL. Made by the functions of names.h. */
struct scop_query {
	const struct scop_statement *statement;
	const struct scop_value *args[SCOP_ARGS_MAX];
};

/* The first row, as a map; NULL for none, or when the request has failed: the host answers for the
 * failure then, whatever the handler decides. Rows live as long as the request. */
const struct scop_value *scop_row(struct scop_request *req, struct scop_query query);

/* All rows, as a list of maps; an empty list for none; NULL only when the request has failed, as it
 * does where there are more than 10,000: read those in pages, or by scop_csv_write_all. */
const struct scop_value *scop_rows(struct scop_request *req, struct scop_query query);

/* Runs a statement that writes; gives the number of rows that its WHERE found, changed by it or
 * not (of an INSERT those inserted), 0 when the request has failed. Only in a POST, a job or an
 * import: in a GET MariaDB itself refuses it, and the request fails. */
uint64_t scop_write(struct scop_request *req, struct scop_query query);

/* As scop_write, but a violated unique index sets `*ret_duplicate` and does not fail the request.
 */
uint64_t scop_write_unique(struct scop_request *req, struct scop_query query, bool *ret_duplicate);

/* The AUTO_INCREMENT id of the last INSERT of this request, the first row's if it had several; 0
 * without an INSERT. */
int64_t scop_inserted(struct scop_request *req);

/* One read of several that travel together. */
struct scop_read {
	const char *name; /* of the value in the model; NULL ends the array */
	bool first;       /* the first row as a map (null for none) instead of the list of all */
	struct scop_query query;
};

/* Puts the results of all reads into the model, in one round trip to MariaDB for each 16; gives the
 * first one's. Each must be a SELECT. NULL when the first asked for a row and there is none, or the
 * request has failed. */
const struct scop_value *scop_put_all(struct scop_request *req, const struct scop_read *wants);

#endif
