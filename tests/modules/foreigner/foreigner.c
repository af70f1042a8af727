/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Accesses data that is not its own with statements built at run time, as native code can; neither
 * the build nor the installation sees them. /ask/{what}/{tenant} reads, /role/{role}/{tenant} takes
 * a role first. What MariaDB refuses fails the request.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"

enum { SQL_MAX = 200 };

/* Never freed: the host caches a prepared statement by its address. */
static const struct scop_statement *
by_hand(const char *format, const char *tenant, bool writes)
{
	struct scop_statement *statement = calloc(1, sizeof *statement);
	char *sql = calloc(1, SQL_MAX);

	if (!statement || !sql)
		abort();
	snprintf(sql, SQL_MAX, format, tenant); /* NOLINT: the formats stand below */
	*statement = (struct scop_statement){ "by_hand", sql, 0, writes };
	return statement;
}

static const struct {
	const char *what, *sql;
} questions[] = {
	{ "own", "SELECT text FROM note WHERE '' <> '%s'" },
	{ "module", "SELECT message AS text FROM t%s_guestbook.entry" },
	{ "portal", "SELECT module AS text FROM t%s_portal.scop_migration" },
	{ "tenant", "SELECT text FROM t%s_foreigner.note" },
	{ "socle", "SELECT name AS text FROM t%s.role LIMIT 1" },
	{ "platform", "SELECT name AS text FROM scopiton.tenant WHERE id = %s" },
	{ "accounts", "SELECT user AS text FROM mysql.global_priv WHERE '' <> '%s'" },
	{ "file", "SELECT LOAD_FILE('/etc/passwd') AS text WHERE '' <> '%s'" },
};

static void
answer(struct scop_request *req, const struct scop_statement *statement)
{
	const struct scop_value *row = scop_row(req, (struct scop_query){ statement, { NULL } });

	scop_put(req, "text", scop_get(row, "text"));
	scop_view(req, &view_page);
}

static void
ask(struct scop_request *req)
{
	const char *what = scop_as_text(scop_path(req, "what")),
		   *tenant = scop_as_text(scop_path(req, "tenant"));

	for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++)
		if (strcmp(questions[i].what, what) == 0) {
			answer(req, by_hand(questions[i].sql, tenant, false));
			return;
		}
	scop_not_found(req);
}

static void
take_role(struct scop_request *req)
{
	const char *tenant = scop_as_text(scop_path(req, "tenant"));
	const bool own = strcmp(scop_as_text(scop_path(req, "role")), "foreigner") == 0;

	scop_write(req,
	    (struct scop_query){
		by_hand(own ? "SET ROLE t%s_foreigner" : "SET ROLE t%s_guestbook", tenant, true),
		{ NULL } });
	answer(req,
	    by_hand(own ? "SELECT text FROM t%s_foreigner.note"
			: "SELECT message AS text FROM "
			  "t%s_guestbook.entry",
		tenant, false));
}

static const struct scop_route routes[] = {
	{ .method = SCOP_GET,
	    .path = "/ask/{what}/{tenant}",
	    .name = "ask",
	    .handle = ask,
	    .api = true },
	{ .method = SCOP_GET,
	    .path = "/role/{role}/{tenant}",
	    .name = "role",
	    .handle = take_role,
	    .api = true },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
