/* SPDX-License-Identifier: EUPL-1.2 */
/* Granted rights: see grants.h. */
#include "package/grants.h"

#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"

enum { GRANTS_MAX = 64 };

static const struct {
	const char *name;
	unsigned right;
} rights_by_name[] = { { "portal", SCOP_GRANT_PORTAL }, { "accounts", SCOP_GRANT_ACCOUNTS },
	{ "orders", SCOP_GRANT_ORDERS }, { "writes", SCOP_GRANT_WRITES } };

enum { RIGHTS = sizeof rights_by_name / sizeof rights_by_name[0] };

static unsigned
grant_all(const void *context, const struct scop_package *package)
{
	(void)context;
	(void)package;
	return SCOP_GRANTS_ALL;
}

const struct scop_granter scop_granter_of_builds = { .rights = grant_all };

unsigned
scop_grant_right(const char *name)
{
	for (size_t i = 0; i < RIGHTS; i++)
		if (strcmp(rights_by_name[i].name, name) == 0)
			return rights_by_name[i].right;
	return 0;
}

const char *
scop_grant_name(unsigned right)
{
	for (size_t i = 0; i < RIGHTS; i++)
		if (rights_by_name[i].right == right)
			return rights_by_name[i].name;
	return "";
}

bool
scop_grant_rights(const char *text, unsigned *ret_rights, struct scop_error *err)
{
	char list[200], *save;
	unsigned rights = 0;

	if (strlen(text) >= sizeof list)
		return scop_error_set(err, "'%.40s...' is too long a list of rights", text);
	strcpy(list, text);
	for (char *name = strtok_r(list, ", ", &save); name; name = strtok_r(NULL, ", ", &save)) {
		if (!scop_grant_right(name) && strcmp(text, "none") != 0)
			return scop_error_set(err,
			    "'%s' is not a right; portal, accounts, orders, writes and none are",
			    name);
		rights |= scop_grant_right(name);
	}
	*ret_rights = rights;
	return true;
}

const char *
scop_grant_text(struct scop_arena *arena, unsigned rights)
{
	struct scop_buffer text;

	scop_buffer_init(&text, arena);
	for (size_t i = 0; i < RIGHTS; i++)
		if (rights & rights_by_name[i].right)
			scop_buffer_printf(&text, "%s%s", text.length ? ", " : "",
			    rights_by_name[i].name);
	return scop_buffer_str(&text);
}

/* "scopiton/portal:portal,accounts"; cut into its parts. */
static bool
read_one(char *text, struct scop_grant *ret_grant, struct scop_error *err)
{
	char *slash = strchr(text, '/'), *colon = slash ? strchr(slash, ':') : NULL;

	if (!colon || slash == text || colon == slash + 1)
		return scop_error_set(err,
		    "'%.60s' grants nothing; SCOP/MODULE:RIGHT,RIGHT does, such as "
		    "scopiton/portal:portal,accounts",
		    text);
	*slash = *colon = '\0';
	ret_grant->scop = text;
	ret_grant->module = slash + 1;
	return scop_grant_rights(colon + 1, &ret_grant->rights, err);
}

bool
scop_grants_read(struct scop_arena *arena, const char *text, struct scop_grants *ret_grants,
    struct scop_error *err)
{
	char *list = scop_arena_text(arena, text), *save;

	*ret_grants = (struct scop_grants){ .list = scop_arena_alloc(arena,
						GRANTS_MAX * sizeof *ret_grants->list) };
	for (char *one = strtok_r(list, " \t", &save); one; one = strtok_r(NULL, " \t", &save)) {
		if (ret_grants->count == GRANTS_MAX)
			return scop_error_set(err, "more than %d modules are granted rights",
			    GRANTS_MAX);
		if (!read_one(one, &ret_grants->list[ret_grants->count++], err))
			return false;
	}
	return true;
}

unsigned
scop_grants_of(const struct scop_grants *grants, const char *scop, const char *module)
{
	unsigned rights = 0;

	for (size_t i = 0; i < grants->count; i++)
		if (strcmp(grants->list[i].scop, scop) == 0 &&
		    strcmp(grants->list[i].module, module) == 0)
			rights |= grants->list[i].rights;
	return rights;
}
