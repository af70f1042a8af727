/* SPDX-License-Identifier: EUPL-1.2 */
/* Categories by their path, and addresses that are free. */
#ifndef SHOP_CATEGORY_H
#define SHOP_CATEGORY_H

#include "shop.h"
#include "shop_names.h"

/* Categories that one request or job has seen. Start zeroed; free with shop_categories_free. */
struct shop_categories {
	struct shop_names paths, slugs;
	int64_t *made; /* the numbers of those that are new */
	size_t made_count;
};
void shop_categories_free(struct shop_categories *categories);

/* The category that a path such as "Vélos > Ville" leads to, and the outermost above it; each level
 * is made where it is new. 0 for an empty path. Titles are compared exactly. */
void shop_category_of(struct scop_request *req, struct shop_categories *categories,
    const char *path, int64_t *ret_category, int64_t *ret_top);

/* Writes with an address that is free: `slug` itself, or with a number behind it. `write` is called
 * with one after the other until it says that the address is not taken; `next` gives the highest
 * number that is. False, and nothing is written, where none was found. `slugs` may be NULL. */
struct shop_address {
	const char *slug;
	struct shop_names *slugs;
	struct scop_query (*next)(const struct scop_value *slug);
	bool (*write)(void *context, const struct scop_value *slug);
	void *context;
};
bool shop_address_free(struct scop_request *req, const struct shop_address *address);

#endif
