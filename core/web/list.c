/* SPDX-License-Identifier: EUPL-1.2 */
/* Pages of long lists: see scopiton/list.h. */
#include "scopiton/list.h"

#include "web/request.h"

static void
put_rows(struct scop_request *req, const char *name, const struct scop_value *rows, size_t per_page,
    const struct scop_page *page)
{
	const size_t found = scop_count(rows), count = found > per_page ? per_page : found;
	const bool more = found > per_page, has_before = page->before ? more : page->after != NULL,
		   has_after = page->before || more;
	struct scop_list *shown = scop_list_new(req);

	for (size_t i = 0; i < count; i++)
		scop_list_push(shown, scop_at(rows, page->before ? count - 1 - i : i));
	const struct scop_value *list = scop_list_done(shown);

	scop_put(req, name, list);
	scop_put(req, "first", scop_make_bool(req, count > 0 && has_before));
	scop_put(req, "before", has_before ? scop_get(scop_at(list, 0), "id") : NULL);
	scop_put(req, "after", has_after ? scop_get(scop_at(list, count - 1), "id") : NULL);
}

/* Reads the page's rows and the other reads at once. */
static const struct scop_value *
read_with(struct scop_request *req, const char *name, struct scop_query query,
    const struct scop_read *others)
{
	size_t count = 0;

	while (others && others[count].name)
		count++;
	struct scop_read *reads = scop_arena_alloc(req->arena, (count + 2) * sizeof *reads);
	reads[0] = (struct scop_read){ name, false, query };
	for (size_t i = 0; i < count; i++)
		reads[i + 1] = others[i];
	reads[count + 1] = (struct scop_read){ 0 };
	return scop_put_all(req, reads);
}

const struct scop_value *
scop_put_page_with(struct scop_request *req, const char *name, size_t per_page,
    struct scop_query (*read)(struct scop_request *req, const struct scop_page *page),
    const struct scop_read *others)
{
	struct scop_page page = { .after = scop_field(req, "after"),
		.limit = scop_make_int(req, (int64_t)per_page + 1) };

	if (!page.after)
		page.before = scop_field(req, "before");
	const struct scop_value *rows = read_with(req, name, read(req, &page), others);
	if (scop_count(rows) == 0 && (page.after || page.before)) {
		page.after = page.before = NULL;
		rows = scop_rows(req, read(req, &page));
	}
	put_rows(req, name, rows, per_page, &page);
	return scop_model(req, name);
}

const struct scop_value *
scop_put_page(struct scop_request *req, const char *name, size_t per_page,
    struct scop_query (*read)(struct scop_request *req, const struct scop_page *page))
{
	return scop_put_page_with(req, name, per_page, read, NULL);
}
