/* SPDX-License-Identifier: EUPL-1.2 */
/* The part of a long list that a page shows: see shop_window.c. */
#ifndef SHOP_WINDOW_H
#define SHOP_WINDOW_H

#include "shop.h"

/* Start values of lists in ascending and in descending order of their numbers. */
enum { SHOP_RISING = 0 };
#define SHOP_FALLING INT64_C(0xffffffff)

/* `from` is the id of a row that is not shown itself; `back`: the page ends before it, and its rows
 * are read in reverse order. `moved`: the page is not the first. */
struct shop_window {
	const struct scop_value *from;
	bool back, moved;
};

/* The fields `after` and `before` for a list's route; anything but a number means the first page.
 */
#define SHOP_WINDOW_FIELDS \
	{ .name = "after", .type = SCOP_FIELD_TEXT }, \
	{ \
		.name = "before", .type = SCOP_FIELD_TEXT \
	}

struct shop_window shop_window(struct scop_request *req, int64_t beginning);

/* The first page, whatever the fields say: for a page after the last row. */
struct shop_window shop_window_first(struct scop_request *req, int64_t beginning);

/* The number of rows to read for a page: one more than it shows, which reveals whether others
 * follow. */
const struct scop_value *shop_window_limit(struct scop_request *req, size_t per_page);

/* Puts the page's rows, each with an `id`, under `name`, and `first`, `before` and `after` for the
 * pager. Returns the rows shown, in the list's order. */
const struct scop_value *shop_window_put(struct scop_request *req, const char *name,
    const struct scop_value *rows, size_t per_page, const struct shop_window *window);

#endif
