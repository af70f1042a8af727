/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How a member appears in what they did: see actor.h. Rows keep the name of that day, so the title
 * of a role is stored in English behind a mark that no name begins with, and is translated for each
 * reader.
 */
#include "web/actor.h"

#include "data/statements.h"

#include <string.h>
#include <strings.h>

enum { ACTOR_MAX = 100 /* characters */ };

#define MARK '\x02'

SCOP_HOST_STATEMENT(by_id, "actor_by_id",
    "SELECT m.name, m.mail, COALESCE(NULLIF(r.title, ''), r.name, '') AS english, "
    "COALESCE(w.text, NULLIF(r.title, ''), r.name, '') AS title FROM " SCOP_SOCLE_MARK
    ".member m LEFT JOIN " SCOP_SOCLE_MARK
    ".member_role h ON h.member = m.id LEFT JOIN " SCOP_SOCLE_MARK
    ".role r ON r.name = h.role LEFT JOIN " SCOP_SOCLE_MARK
    ".message w ON w.module = r.module AND w.english = r.title AND w.language = ? WHERE m.id = "
    "? ORDER BY r.name = 'owner' DESC, r.name LIMIT 1",
    2, 0);

SCOP_HOST_STATEMENT(titles, "role_titles",
    "SELECT r.title AS english, w.text FROM " SCOP_SOCLE_MARK ".role r JOIN " SCOP_SOCLE_MARK
    ".message w ON w.module = r.module AND w.english = r.title WHERE w.language = ?",
    1, 0);

static const struct scop_value *
language_of(struct scop_request *req)
{
	return scop_value_text(req->arena, scop_language_code(req->locale.language));
}

static const struct scop_value *
read_member(struct scop_request *req, const struct scop_value *id)
{
	return scop_row(req, (struct scop_query){ &by_id, { language_of(req), id } });
}

/* The text to store; a long one is cut, as columns for names are. */
static const struct scop_value *
stored(struct scop_request *req, const struct scop_value *member)
{
	const char *name = scop_text(member, "name"), *mail = scop_text(member, "mail");
	const char *text = name[0] ? name
	    : mail[0]              ? mail
		      : scop_arena_printf(req->arena, "%c%s", MARK, scop_text(member, "english"));

	return scop_make_text(req, "%.*s", (int)scop_utf8_first(text, ACTOR_MAX), text);
}

const struct scop_value *
scop_actor_of(struct scop_request *req, const struct scop_value *id)
{
	const struct scop_value *member = read_member(req, id);

	return member ? stored(req, member) : NULL;
}

const struct scop_value *
scop_actor_complete(struct scop_request *req, const struct scop_value *member)
{
	if (scop_text(member, "name")[0])
		return member;
	const struct scop_value *found = read_member(req, scop_get(member, "member"));

	return scop_make_with(req,
	    scop_make_with(req, member, "name",
		scop_get(found, scop_text(found, "mail")[0] ? "mail" : "title")),
	    "actor", stored(req, found));
}

const struct scop_value *
scop_actor(const struct scop_request *req)
{
	const struct scop_value *actor = scop_get(req->member, "actor");

	return scop_type(actor) == SCOP_STRING ? actor : scop_member_name(req);
}

const struct scop_value *
scop_actor_name(struct scop_request *req, const struct scop_value *actor)
{
	const char *text = scop_as_text(actor);

	if (text[0] != MARK)
		return actor;
	text++;
	if (!req->role_titles)
		req->role_titles =
		    scop_rows(req, (struct scop_query){ &titles, { language_of(req) } });
	for (size_t i = 0; i < scop_count(req->role_titles); i++) {
		const struct scop_value *row = scop_at(req->role_titles, i);

		/* without regard to case: a module may have begun its title with a capital since */
		if (strcasecmp(scop_text(row, "english"), text) == 0)
			return scop_get(row, "text");
	}
	return scop_make_string(req, text);
}
