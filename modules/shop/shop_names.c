/* SPDX-License-Identifier: EUPL-1.2 */
/* A hash table of names, with open addressing: see shop_names.h. */
#include "shop_names.h"

#include <stdlib.h>
#include <string.h>

enum { NAMES_MIN = 1024 };

static size_t
place(const struct shop_names *names, const char *text)
{
	uint64_t sum = 14695981039346656037u;

	for (const char *c = text; *c; c++)
		sum = (sum ^ (unsigned char)*c) * 1099511628211u;
	size_t at = (size_t)(sum % names->capacity);
	while (names->name[at].text && strcmp(names->name[at].text, text) != 0)
		at = (at + 1) % names->capacity;
	return at;
}

struct shop_name *
shop_names_find(const struct shop_names *names, const char *text)
{
	struct shop_name *found = names->capacity ? &names->name[place(names, text)] : NULL;

	return found && found->text ? found : NULL;
}

static void
grow(struct shop_names *names)
{
	struct shop_names larger = { .capacity = names->capacity ? names->capacity * 2 : NAMES_MIN,
		.count = names->count };

	larger.name = calloc(larger.capacity, sizeof *larger.name);
	if (!larger.name)
		abort();
	for (size_t i = 0; i < names->capacity; i++)
		if (names->name[i].text)
			larger.name[place(&larger, names->name[i].text)] = names->name[i];
	free(names->name);
	*names = larger;
}

struct shop_name *
shop_names_add(struct shop_names *names, const char *text)
{
	if ((names->count + 1) * 2 > names->capacity)
		grow(names);
	struct shop_name *name = &names->name[place(names, text)];
	if (name->text)
		return name;
	if (!(name->text = strdup(text)))
		abort();
	names->count++;
	return name;
}

void
shop_names_free(struct shop_names *names)
{
	for (size_t i = 0; i < names->capacity; i++) {
		free(names->name[i].text);
		free(names->name[i].more);
	}
	free(names->name);
	*names = (struct shop_names){ NULL, 0, 0 };
}
