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

/* Zeroed at first. */
struct shop_names {
	struct shop_name *name;
	size_t count, capacity;
};

/* NULL for a name that is not there. Valid until the next is added. */
struct shop_name *shop_names_find(const struct shop_names *names, const char *text);

/* The name, added with zeros where it is new. Valid until the next is added. */
struct shop_name *shop_names_add(struct shop_names *names, const char *text);

void shop_names_free(struct shop_names *names);

#endif
