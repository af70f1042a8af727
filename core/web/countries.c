/* SPDX-License-Identifier: EUPL-1.2 */
/* The countries, for a select: see countries.h. */
#include "web/countries.h"

#include <stdlib.h>
#include <string.h>

#include "base/country.h"

struct listed {
	const char *name;
	const char *key; /* sort key */
	const char *code;
};

/* Removes accents, so that Égypte and Österreich are sorted where people look for them. */
static const char *
sort_key(struct scop_arena *arena, const char *name)
{
	/* U+00C0 to U+00FF, which in UTF-8 are C3 80 to C3 BF */
	static const char plain[] =
	    "AAAAAAACEEEEIIIIDNOOOOO*OUUUUYTsaaaaaaaceeeeiiiidnooooo/ouuuuyty";
	char *key = scop_arena_text(arena, name), *out = key;

	for (const char *c = name; *c; c++) {
		const unsigned char next = (unsigned char)c[1];

		if ((unsigned char)*c == 0xc3 && next >= 0x80 && next < 0xc0)
			*out++ = plain[next - 0x80], c++;
		else
			*out++ = *c;
	}
	*out = '\0';
	return key;
}

static int
by_key(const void *a, const void *b)
{
	return strcmp(((const struct listed *)a)->key, ((const struct listed *)b)->key);
}

const struct scop_value *
scop_countries_list(struct scop_request *req)
{
	struct listed listed[SCOP_COUNTRIES];
	struct scop_list_maker list;

	for (size_t i = 0; i < SCOP_COUNTRIES; i++) {
		const char *name = scop_translate(req, scop_countries[i].name);

		listed[i] =
		    (struct listed){ name, sort_key(req->arena, name), scop_countries[i].code };
	}
	qsort(listed, SCOP_COUNTRIES, sizeof listed[0], by_key);
	scop_list_init(&list, req->arena);
	for (size_t i = 0; i < SCOP_COUNTRIES; i++) {
		struct scop_map_maker one;

		scop_map_init(&one, req->arena);
		scop_map_put_text(&one, "code", listed[i].code);
		scop_map_put_text(&one, "name", listed[i].name);
		scop_list_add(&list, scop_map_value(&one));
	}
	return scop_list_value(&list);
}
