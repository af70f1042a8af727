/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Pages of long lists. The address of a page says after or before which row it is, not how many
 * rows to leave out: MariaDB finds the row in an index, so the last page costs as much as the
 * first, and a row that comes or goes meanwhile moves no other row to another page.
 *
 *     -- name: entries (after, limit)
 *     SELECT id, name FROM entry WHERE id > COALESCE(:after, 0) ORDER BY id LIMIT :limit
 *
 *     -- name: entries_back (before, limit)
 *     SELECT id, name FROM entry WHERE id < :before ORDER BY id DESC LIMIT :limit
 *
 *     static struct scop_query
 *     page_of_entries(struct scop_request *req, const struct scop_page *page)
 *     {
 *         return page->before ? entries_back(page->before, page->limit)
 *                             : entries(page->after, page->limit);
 *     }
 *
 *     scop_put_page(req, "entries", 20, page_of_entries);
 *
 * The route has SCOP_PAGE_FIELDS among its fields, and the view {{>pager}} below the list.
 */
#ifndef SCOPITON_LIST_H
#define SCOPITON_LIST_H

#include <stddef.h>

#include "scopiton/query.h"

/* The fields of a list whose rows have a number as their `id`. Another key needs fields of the same
 * names and its own type. */
#define SCOP_PAGE_FIELDS \
	{ .name = "after", .type = SCOP_FIELD_ID }, \
	{ \
		.name = "before", .type = SCOP_FIELD_ID \
	}

/* The page to read. */
struct scop_page {
	/* the `id` of the row that the page follows; NULL: the list's first page, or `before` */
	const struct scop_value *after;
	/* the `id` of the row that the page precedes: its rows are read in the opposite order, the
	 * nearest first */
	const struct scop_value *before;
	const struct scop_value *limit; /* how many rows to read: one more than are shown */
};

/* Reads the page that the visitor asks for with the statement that `read` gives, and puts its rows
 * as `name`, and `first`, `before` and `after` for the partial `pager`. Rows have a column `id`. A
 * page without rows gives way to the first. Gives the rows shown, in the list's order. */
const struct scop_value *scop_put_page(struct scop_request *req, const char *name, size_t per_page,
    struct scop_query (*read)(struct scop_request *req, const struct scop_page *page));

/* As scop_put_page, and puts the results of `others` as scop_put_all does, in the same round trip
 * to MariaDB. `others` ends with an entry without a name; NULL: none. Gives the rows shown. */
const struct scop_value *scop_put_page_with(struct scop_request *req, const char *name,
    size_t per_page,
    struct scop_query (*read)(struct scop_request *req, const struct scop_page *page),
    const struct scop_read *others);

#endif
