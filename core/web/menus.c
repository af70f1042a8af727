/* SPDX-License-Identifier: EUPL-1.2 */
/* Keeps the menus of the tenants' portals: see menus.h. */
#include "web/menus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/value.h"

enum { KEPT = 256, LANGUAGE_BYTES = 16 };

/* A tenant's in a language, at the one place where it may be. */
struct menu {
	struct scop_arena *arena;      /* of the rows */
	const struct scop_value *rows; /* NULL: none is kept here */
	uint32_t tenant;
	char language[LANGUAGE_BYTES];
	uint64_t generation;
};

struct scop_menus {
	const _Atomic uint64_t *generation;
	struct menu menus[KEPT];
};

static const struct scop_statement menu_of_tenant = { "menu",
	"SELECT m.module, m.permission, m.path, m.icon, m.place >= 800 AS administers, "
	"COALESCE(w.text, m.title) AS title FROM " SCOP_SOCLE_MARK
	".menu m LEFT JOIN " SCOP_SOCLE_MARK
	".message w ON w.module = m.module AND w.english = m.title AND w.language = ? "
	"ORDER BY m.place, m.module, m.path",
	1, 0 };

struct scop_menus *
scop_menus_new(const _Atomic uint64_t *generation)
{
	struct scop_menus *menus = calloc(1, sizeof *menus);

	if (!menus)
		abort();
	menus->generation = generation;
	return menus;
}

void
scop_menus_free(struct scop_menus *menus)
{
	for (size_t i = 0; menus && i < KEPT; i++)
		if (menus->menus[i].arena)
			scop_arena_free(menus->menus[i].arena);
	free(menus);
}

static struct menu *
place_of(struct scop_menus *menus, uint32_t tenant, const char *language)
{
	uint32_t number = tenant * 31;

	for (const char *at = language; *at; at++)
		number = number * 31 + (unsigned char)*at;
	return &menus->menus[number % KEPT];
}

enum scop_db_status
scop_menus_find(struct scop_menus *menus, struct scop_db *db, uint32_t tenant, const char *language,
    const struct scop_value **ret_menu)
{
	const uint64_t generation = atomic_load(menus->generation);
	struct menu *menu = place_of(menus, tenant, language);
	enum scop_db_status status = SCOP_DB_OK;

	if (!menu->rows || menu->tenant != tenant || menu->generation != generation ||
	    strcmp(menu->language, language) != 0) {
		if (!menu->arena)
			menu->arena = scop_arena_new();
		scop_arena_reset(menu->arena);
		menu->rows = NULL;
		status = scop_db_read(db, menu->arena,
		    (const struct scop_query[]){
			{ &menu_of_tenant, { scop_value_text(menu->arena, language) } } },
		    1, &menu->rows);
		menu->tenant = tenant;
		menu->generation = generation;
		snprintf(menu->language, sizeof menu->language, "%s", language);
	}
	*ret_menu = menu->rows;
	return status;
}
