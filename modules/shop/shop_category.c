/* SPDX-License-Identifier: EUPL-1.2 */
/* Categories by path, and unused addresses: see shop_category.h. */
#include "shop_category.h"
#include "shop_source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 20, PATH = SHOP_LEVELS * (SHOP_BYTES(SHOP_TITLE) + 3) };

/* ---- addresses ---- */

static const struct scop_value *
numbered(struct scop_request *req, const char *slug, int64_t number)
{
	return number < 2 ? scop_make_text(req, "%s", slug)
			  : scop_make_text(req, "%s-%lld", slug, (long long)number);
}

bool
shop_address_free(struct scop_request *req, const struct shop_address *address)
{
	struct shop_name *known =
	    address->slugs ? shop_names_add(address->slugs, address->slug) : NULL;
	int64_t number = known ? known->value + 1 : 1;
	bool is_free = false;

	for (int i = 0; i < TRIES && !is_free && !scop_rejected(req); i++, number += !is_free) {
		is_free = address->write(address->context, numbered(req, address->slug, number));
		if (!is_free && i == 0) {
			const int64_t highest =
			    scop_int(scop_row(req,
					 address->next(scop_make_text(req, "%s", address->slug))),
				"number");
			number = highest > number ? highest : number;
		}
	}
	if (known)
		known->value = number;
	return is_free;
}

/* ---- categories ---- */

struct maker {
	struct scop_request *req;
	const struct scop_value *parent, *path, *title;
};

static bool
write_category(void *context, const struct scop_value *slug)
{
	struct maker *maker = context;
	bool taken;

	scop_write_unique(maker->req, category_add(maker->parent, slug, maker->path, maker->title),
	    &taken);
	return !taken;
}

static int64_t
make_category(struct scop_request *req, struct shop_categories *categories, const char *path,
    const char *title, int64_t parent)
{
	struct maker maker = { req, parent ? scop_make_int(req, parent) : NULL,
		scop_make_text(req, "%s", path), scop_make_text(req, "%s", title) };
	char slug[140];

	shop_slug(path, slug, sizeof slug);
	shop_address_free(req,
	    &(const struct shop_address){ .slug = slug[0] ? slug : "category",
		.slugs = &categories->slugs,
		.next = category_slugs,
		.write = write_category,
		.context = &maker });
	const int64_t made = scop_inserted(req);
	int64_t *list =
	    realloc(categories->made, (categories->made_count + 1) * sizeof *categories->made);
	if (!list)
		abort();
	categories->made = list;
	categories->made[categories->made_count++] = made;
	return made;
}

static int64_t
find_or_make(struct scop_request *req, struct shop_categories *categories, const char *path,
    const char *title, int64_t parent)
{
	struct shop_name *known = shop_names_add(&categories->paths, path);

	if (known->value == 0)
		known->value =
		    scop_int(scop_row(req, category_by_path(scop_make_text(req, "%s", path))),
			"id");
	if (known->value == 0)
		known->value = make_category(req, categories, path, title, parent);
	return known->value;
}

void
shop_category_of(struct scop_request *req, struct shop_categories *categories, const char *path,
    int64_t *ret_category, int64_t *ret_top)
{
	char walked[PATH] = "";
	unsigned levels = 0;

	*ret_category = *ret_top = 0;
	while (*path && levels < SHOP_LEVELS) {
		size_t length = strcspn(path, ">");
		const char *next = path + length + (path[length] == '>');

		while (length > 0 && *path == ' ')
			path++, length--;
		while (length > 0 && path[length - 1] == ' ')
			length--;
		const char *title = scop_as_text(scop_make_text(req, "%.*s", (int)length, path));
		title = scop_as_text(
		    scop_make_text(req, "%.*s", (int)scop_utf8_first(title, SHOP_TITLE), title));
		path = next;
		if (!title[0])
			continue;
		const size_t used = strlen(walked);
		snprintf(walked + used, sizeof walked - used, "%s%s", used ? " > " : "", title);
		*ret_category = find_or_make(req, categories, walked, title, *ret_category);
		*ret_top = *ret_top ? *ret_top : *ret_category;
		levels++;
	}
}

void
shop_categories_free(struct shop_categories *categories)
{
	shop_names_free(&categories->paths);
	shop_names_free(&categories->slugs);
	free(categories->made);
	categories->made = NULL;
	categories->made_count = 0;
}

void
shop_category_put(struct scop_request *req, const char *path, int64_t *ret_category,
    int64_t *ret_top)
{
	struct shop_categories categories = { .made = NULL };

	shop_category_of(req, &categories, path, ret_category, ret_top);
	shop_categories_free(&categories);
}
