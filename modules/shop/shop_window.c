/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Pages of long lists. The address names the row before or after the page, not the number of rows
 * to skip: MariaDB finds the row in an index, so page 300 costs as much as page 1, and rows do not
 * shift to another page when an article is sold or added.
 */
#include "shop_window.h"

#include <stdlib.h>
#include <string.h>

enum { DIGITS_MAX = 10 };

/* The number in a field; negative if there is none. */
static int64_t
number_in(struct scop_request *req, const char *field)
{
	const char *text = scop_as_text(scop_field(req, field));
	const size_t length = strlen(text);
	const int64_t number = length > 0 && length <= DIGITS_MAX ? atoll(text) : -1;

	return strspn(text, "0123456789") == length && number <= SHOP_FALLING ? number : -1;
}

struct shop_window
shop_window(struct scop_request *req, int64_t beginning)
{
	const int64_t after = number_in(req, "after"), before = number_in(req, "before");
	const bool back = after < 0 && before >= 0;
	const int64_t from = back ? before : after < 0 ? beginning : after;

	return (struct shop_window){ scop_make_int(req, from), back, back || from != beginning };
}

struct shop_window
shop_window_first(struct scop_request *req, int64_t beginning)
{
	return (struct shop_window){ scop_make_int(req, beginning), false, false };
}

const struct scop_value *
shop_window_limit(struct scop_request *req, size_t per_page)
{
	return scop_make_int(req, (int64_t)per_page + 1);
}

const struct scop_value *
shop_window_put(struct scop_request *req, const char *name, const struct scop_value *rows,
    size_t per_page, const struct shop_window *window)
{
	const size_t found = scop_count(rows), count = found > per_page ? per_page : found;
	const struct scop_value **shown = scop_alloc(req, (count + 1) * sizeof(*shown));
	const bool more = found > per_page, has_before = window->back ? more : window->moved,
		   has_after = window->back || more;

	for (size_t i = 0; i < count; i++)
		shown[i] = scop_at(rows, window->back ? count - 1 - i : i);
	const struct scop_value *list = scop_make_list(req, count, shown);
	scop_put(req, name, list);
	scop_put(req, "first", scop_make_bool(req, count > 0 && has_before));
	scop_put(req, "before", count > 0 && has_before ? scop_get(shown[0], "id") : NULL);
	scop_put(req, "after", count > 0 && has_after ? scop_get(shown[count - 1], "id") : NULL);
	return list;
}
