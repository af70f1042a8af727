/* SPDX-License-Identifier: EUPL-1.2 */
/* The audit trail: who did what for the tenant. A module adds its own texts: the trail stores the
 * English one, with its argument, and the portal shows the translation from the package. */
#include <string.h>

#include "data/statements.h"
#include "scopiton/portal.h"
#include "web/actor.h"
#include "web/request.h"

enum { ABOUT_MAX = 250, NAME_MAX = 100 };

SCOP_HOST_STATEMENT(add, "audit_add",
    "INSERT INTO " SCOP_SOCLE_MARK ".audit (member, name, what, about) VALUES (?, ?, ?, ?)", 4, 1);

/* Truncates to at most `most` bytes without splitting a character. */
static const struct scop_value *
cut(struct scop_request *req, const struct scop_value *value, size_t max)
{
	const char *text = scop_as_text(value);
	size_t length = strnlen(text, max);

	while (text[length] && length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
		length--;
	return scop_value_text(req->arena, scop_arena_bytes(req->arena, text, length));
}

void
scop_audit_as(struct scop_request *req, const struct scop_value *member,
    const struct scop_value *name, const char *text, const struct scop_value *about)
{
	const struct scop_value *who = scop_as_text(name)[0] ? name
	    : scop_type(member) != SCOP_NULL                 ? scop_actor_of(req, member)
					     : scop_value_text(req->arena, req->app->module_name);

	scop_write(req,
	    (struct scop_query){ &add,
		{ member, cut(req, who, NAME_MAX), scop_value_text(req->arena, text),
		    cut(req, about, ABOUT_MAX) } });
}

void
scop_audit(struct scop_request *req, const char *text, const struct scop_value *about)
{
	scop_audit_as(req, scop_member(req), scop_actor(req), text, about);
}
