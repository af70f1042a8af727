/* SPDX-License-Identifier: EUPL-1.2 */
/* Requests: see request.h. */
#include "installer/request.h"

#include "base/value.h"

bool
scop_request_make(struct scop_platform *platform, uint32_t tenant, const char *module,
    const char *actor)
{
	const char *quoted = scop_platform_quote(platform, module);
	const struct scop_value *scop = scop_platform_row(platform,
	    "SELECT o.id FROM scopiton.tenant t JOIN scopiton.tenant o ON o.id = t.scop AND "
	    "o.operates = 1 WHERE t.id = %u AND o.id <> t.id",
	    tenant);

	if (!scop)
		return scop_error_set(&platform->err, "no operator serves this company");
	if (!scop_platform_row(platform,
		"SELECT module FROM scopiton.offered WHERE module = '%s' LIMIT 1", quoted))
		return scop_error_set(&platform->err, "there is no module '%s' to ask for", module);
	if (!scop_platform_begin(platform) ||
	    !scop_platform_sql(platform,
		"INSERT IGNORE INTO scopiton.module_request (tenant, module, actor) VALUES (%u, "
		"'%s', '%s')",
		tenant, quoted, scop_platform_quote(platform, actor)))
		return false;
	return (scop_db_touched(platform->db) == 0 ||
		   scop_platform_sql(platform,
		       "INSERT INTO queue.outbox (role, name, body) VALUES ('t%lld_portal', "
		       "'asked', JSON_OBJECT('request', LAST_INSERT_ID()))",
		       (long long)scop_int(scop, "id"))) &&
	    scop_platform_sql(platform, "COMMIT");
}

bool
scop_request_end(struct scop_platform *platform, uint32_t tenant, const char *module, bool accepted,
    const char *actor, const char *words)
{
	return scop_platform_sql(platform,
	    "UPDATE scopiton.module_request SET state = '%s', answered = UTC_TIMESTAMP(6), "
	    "answered_by = '%s', answer = LEFT('%s', 300) WHERE tenant = %u AND module = '%s' AND "
	    "state = 'open'",
	    accepted ? "accepted" : "declined", scop_platform_quote(platform, actor),
	    scop_platform_quote(platform, words), tenant, scop_platform_quote(platform, module));
}
