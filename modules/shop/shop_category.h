/* SPDX-License-Identifier: EUPL-1.2 */
/* Categories by path, and unused addresses. */
#ifndef SHOP_CATEGORY_H
#define SHOP_CATEGORY_H

#include "shop.h"
#include "shop_names.h"

/* Cached categories of one request or job. Zero-initialised; free with shop_categories_free. */
struct shop_categories {
	struct shop_names paths, slugs;
	int64_t *made; /* the ids of new ones */
	size_t made_count;
};
void shop_categories_free(struct shop_categories *categories);

/* The category with a path such as "Vélos > Ville", and its top-level category; missing levels are
 * created. 0 for an empty path. Titles are compared exactly. */
void shop_category_of(struct scop_request *req, struct shop_categories *categories,
    const char *path, int64_t *ret_category, int64_t *ret_top);

/* Writes a row with an unused address: `slug` itself, or followed by a number. `write` is called
 * with one candidate after the other until it reports that the address is not taken; `next` returns
 * the highest number in use. False, and nothing is written, if none was found. `slugs` may be NULL.
 */
struct shop_address {
	const char *slug;
	struct shop_names *slugs;
	struct scop_query (*next)(const struct scop_value *slug);
	bool (*write)(void *context, const struct scop_value *slug);
	void *context;
};
bool shop_address_free(struct scop_request *req, const struct shop_address *address);

#endif
