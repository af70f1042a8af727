/* SPDX-License-Identifier: EUPL-1.2 */
/* A hash table of the names seen in a file. Names are compared byte by byte. Pure. */
#ifndef SHOP_NAMES_H
#define SHOP_NAMES_H

#include <stddef.h>
#include <stdint.h>

struct shop_name {
	char *text;
	int64_t value;
	void *more; /* freed with the table */
};

/* Zero-initialised. */
struct shop_names {
	struct shop_name *name;
	size_t count, capacity;
};

/* Finds a name; NULL if it is missing. Valid until the next name is added. */
struct shop_name *shop_names_find(const struct shop_names *names, const char *text);

/* Finds or adds a name; a new one is zero-initialised. Valid until the next name is added. */
struct shop_name *shop_names_add(struct shop_names *names, const char *text);

void shop_names_free(struct shop_names *names);

#endif
