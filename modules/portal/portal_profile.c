/* SPDX-License-Identifier: EUPL-1.2 */
/* The member's own profile: name, language and time zone, and the sessions, each of which can be
 * ended. */
#include <string.h>

#include "portal.h"

static const char *const languages[] = { "fr", "nl", "de", "en", NULL };

/* Suggested time zones; any other that the host knows may be typed. */
static const char *const zones[] = { "Europe/Brussels", "Europe/Paris", "Europe/Amsterdam",
	"Europe/Berlin", "Europe/London", "Europe/Lisbon", "America/Guadeloupe",
	"America/Martinique", "America/Cayenne", "Indian/Reunion", "Pacific/Noumea", "UTC" };

const struct scop_field portal_profile_fields[] = {
	{ .name = "name",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Name"),
	    .required = true,
	    .max = 100 },
	{ .name = "language",
	    .type = SCOP_FIELD_CHOICE,
	    .label = SCOP_TEXT("Language"),
	    .required = true,
	    .choices = languages },
	{ .name = "zone", .type = SCOP_FIELD_TEXT, .label = SCOP_TEXT("Time zone"), .max = 40 },
	{ 0 },
};

/* Shortens a User-Agent to "Firefox, Android"; an unrecognised one is shown unchanged, a missing
 * one as unknown. */
static const struct scop_value *
agent_in_words(struct scop_request *req, const char *agent)
{
	static const char *const browsers[][2] = { { "Edg", "Edge" }, { "OPR/", "Opera" },
		{ "Firefox/", "Firefox" }, { "Chrome/", "Chrome" }, { "CriOS/", "Chrome" },
		{ "Safari/", "Safari" } };
	static const char *const systems[][2] = { { "Android", "Android" }, { "iPhone", "iPhone" },
		{ "iPad", "iPad" }, { "Windows", "Windows" }, { "Mac OS X", "macOS" },
		{ "Linux", "Linux" } };
	const char *browser = NULL, *system = NULL;

	for (size_t i = 0; !browser && i < sizeof browsers / sizeof browsers[0]; i++)
		browser = strstr(agent, browsers[i][0]) ? browsers[i][1] : NULL;
	for (size_t i = 0; !system && i < sizeof systems / sizeof systems[0]; i++)
		system = strstr(agent, systems[i][0]) ? systems[i][1] : NULL;
	if (!agent[0])
		return scop_make_string(req, scop_translate(req, "Unknown browser"));
	return browser && system
	    ? scop_make_text(req, "%s, %s", browser, system)
	    : scop_make_text(req, "%.*s", (int)scop_utf8_first(agent, 80), agent);
}

void
portal_put_zones(struct scop_request *req)
{
	const struct scop_value *list[sizeof zones / sizeof zones[0]];

	for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++)
		list[i] = scop_make_text(req, "%s", zones[i]);
	scop_put(req, "zones", scop_make_list(req, sizeof zones / sizeof zones[0], list));
}

void
portal_put_profile(struct scop_request *req)
{
	const struct scop_value *session = scop_session(req);

	scop_put_all(req,
	    (const struct scop_read[]){ { "profile", true, profile(scop_member(req)) },
		{ "found", false, sessions_of(scop_member(req)) }, { 0 } });
	portal_put_zones(req);

	const struct scop_value *found = scop_model(req, "found");
	const size_t count = scop_count(found);
	const struct scop_value **rows = scop_alloc(req, (count + 1) * sizeof(*rows));
	for (size_t i = 0; i < count; i++) {
		const struct scop_value *row = scop_at(found, i);

		rows[i] = scop_map_of(req, "id", scop_get(row, "id"), "agent",
		    agent_in_words(req, scop_text(row, "agent")), "created",
		    scop_get(row, "created"), "is_this",
		    scop_make_bool(req,
			strncmp(scop_text(row, "id"), scop_as_text(session),
			    strlen(scop_text(row, "id"))) == 0),
		    NULL);
	}
	scop_put(req, "sessions", scop_make_list(req, count, rows));
	scop_put(req, "several", scop_make_bool(req, count > 1));
}

void
portal_profile_check(struct scop_request *req)
{
	const struct scop_value *zone = scop_field(req, "zone");

	if (zone && !scop_zone_is_known(scop_as_text(zone)))
		scop_reject(req, "zone",
		    "This time zone is not known. Enter one such as Europe/Brussels.");
}

void
portal_profile(struct scop_request *req)
{
	const struct scop_value *zone = scop_field(req, "zone");

	scop_write(req,
	    profile_set(scop_member(req), scop_field(req, "name"), scop_field(req, "language"),
		zone ? zone : scop_make_text(req, "%s", "")));
	scop_audit(req, "Changed their profile", NULL);
	scop_flash(req, SCOP_TEXT("Saved."));
	scop_redirect(req, "account", NULL);
}

void
portal_session_end(struct scop_request *req)
{
	const struct scop_value *one =
	    scop_row(req, session_by_id(scop_member(req), scop_path(req, "session")));

	if (one)
		scop_put(req, "one",
		    scop_make_with(req, one, "agent",
			agent_in_words(req, scop_text(one, "agent"))));
	if (one && !portal_is_sure(req, &view_sure_session))
		return;
	scop_write(req, session_end(scop_member(req), scop_path(req, "session")));
	scop_audit(req, "Signed out another device", NULL);
	scop_flash(req, SCOP_TEXT("The device is signed out."));
	scop_redirect(req, "account", NULL);
}

void
portal_sessions_end(struct scop_request *req)
{
	if (!portal_is_sure(req, &view_sure_sessions))
		return;
	scop_write(req, sessions_end_others(scop_member(req), scop_session(req)));
	scop_audit(req, "Signed out all other devices", NULL);
	scop_flash(req, SCOP_TEXT("All other devices are signed out."));
	scop_redirect(req, "account", NULL);
}
