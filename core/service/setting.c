/* SPDX-License-Identifier: EUPL-1.2 */
/* A tenant's settings of a module, read at most once per request, on first use. */
#include <stdlib.h>
#include <string.h>

#include "data/statements.h"
#include "scopiton/portal.h"
#include "web/request.h"

enum { AGENT_MAX = 200 };

SCOP_HOST_STATEMENT(settings, "settings",
    "SELECT name, type, value FROM " SCOP_SOCLE_MARK ".own_setting", 0, 0);

static const struct scop_value *
typed(struct scop_request *req, const char *type, const struct scop_value *value)
{
	const long long number = atoll(scop_as_text(value));

	if (strcmp(type, "integer") == 0)
		return scop_value_int(req->arena, number);
	if (strcmp(type, "money") == 0)
		return scop_value_money(req->arena, number, req->site.currency);
	if (strcmp(type, "boolean") == 0)
		return scop_value_bool(req->arena, number != 0);
	return value;
}

const struct scop_value *
scop_setting(struct scop_request *req, const char *name)
{
	if (!req->settings)
		req->settings = scop_rows(req, (struct scop_query){ .statement = &settings });
	for (size_t i = 0; i < scop_count(req->settings); i++) {
		const struct scop_value *row = scop_at(req->settings, i);

		if (strcmp(scop_text(row, "name"), name) == 0)
			return typed(req, scop_text(row, "type"), scop_get(row, "value"));
	}
	return NULL;
}

const struct scop_value *
scop_agent(struct scop_request *req)
{
	size_t length = strnlen(req->agent, AGENT_MAX);
	char *text = scop_arena_bytes(req->arena, req->agent, length);

	for (char *c = text; *c; c++)
		if ((unsigned char)*c < 0x20 || (unsigned char)*c > 0x7e)
			*c = '?';
	return scop_value_text(req->arena, text);
}

const struct scop_value *
scop_session(struct scop_request *req)
{
	return req->session_hash[0] ? scop_value_text(req->arena, req->session_hash) : NULL;
}

bool
scop_zone_is_known(const char *zone)
{
	return scop_zone_valid(zone);
}
