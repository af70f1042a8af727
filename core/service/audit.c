/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The audit trail: who did what for the tenant. A module adds its own texts: the trail stores the
 * English one, with its argument, and the portal shows the translation from the package. An
 * argument with values is stored twice: with their types (base/detail.h), and as text for programs,
 * which is searched and which an older portal shows.
 */
#include <string.h>

#include "base/detail.h"
#include "data/statements.h"
#include "scopiton/portal.h"
#include "web/actor.h"
#include "web/request.h"

enum { ABOUT_MAX = 250, NAME_MAX = 100, TEXTS_MAX = 300 };

SCOP_HOST_STATEMENT(add, "audit_add",
    "INSERT INTO " SCOP_SOCLE_MARK ".audit (member, name, what, about) VALUES (?, ?, ?, ?)", 4, 1);

SCOP_HOST_STATEMENT(add_detailed, "audit_add_detailed",
    "INSERT INTO " SCOP_SOCLE_MARK
    ".audit (member, name, what, about, details) VALUES (?, ?, ?, ?, ?)",
    5, 1);

SCOP_HOST_STATEMENT(translations, "audit_texts",
    "SELECT w.module, w.english, w.text FROM JSON_TABLE(?, '$[*]' COLUMNS (module VARCHAR(24) "
    "COLLATE utf8mb4_nopad_bin PATH '$.module', english VARCHAR(700) COLLATE utf8mb4_nopad_bin "
    "PATH '$.english')) j JOIN " SCOP_SOCLE_MARK
    ".message w ON w.module = j.module AND w.english = j.english AND w.language = ?",
    2, 0);

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

/* ---- writing ---- */

/* The details of an argument that is more than a string; NULL for none. */
static const struct scop_value *
details_of(struct scop_request *req, const struct scop_value *about)
{
	struct scop_buffer json;

	if (scop_type(about) == SCOP_NULL || scop_type(about) == SCOP_STRING)
		return NULL;
	scop_buffer_init(&json, req->arena);
	if (!scop_detail_fit(&json, about)) {
		scop_request_fail(req, SCOP_DB_FAILED,
		    "scop_audit: a map is not a message (scop_make_message)");
		return NULL;
	}
	return json.length > 0 ? scop_value_text(req->arena, scop_buffer_str(&json)) : NULL;
}

/* The same as a text for programs, in English. */
static const struct scop_value *
text_of(struct scop_request *req, const struct scop_value *about)
{
	static const struct scop_detail_reader program = { .locale = NULL };
	struct scop_buffer text;

	if (scop_type(about) == SCOP_STRING)
		return about;
	scop_buffer_init(&text, req->arena);
	scop_detail_show(&text, about, &program);
	return scop_value_text(req->arena, scop_buffer_str(&text));
}

void
scop_audit_as(struct scop_request *req, const struct scop_value *member,
    const struct scop_value *name, const char *text, const struct scop_value *about)
{
	const struct scop_value *who = scop_as_text(name)[0] ? name
	    : scop_type(member) != SCOP_NULL                 ? scop_actor_of(req, member)
					     : scop_value_text(req->arena, req->app->module_name);
	const struct scop_value *details = details_of(req, about);

	scop_write(req,
	    (struct scop_query){ details ? &add_detailed : &add,
		{ member, cut(req, who, NAME_MAX), scop_value_text(req->arena, text),
		    cut(req, text_of(req, about), ABOUT_MAX), details } });
}

void
scop_audit(struct scop_request *req, const char *text, const struct scop_value *about)
{
	scop_audit_as(req, scop_member(req), scop_actor(req), text, about);
}

const struct scop_value *
scop_make_message(struct scop_request *req, const char *text, const struct scop_value *values)
{
	struct scop_map_maker message;

	scop_map_init(&message, req->arena);
	scop_map_put_text(&message, "text", scop_arena_text(req->arena, text));
	if (values)
		scop_map_put(&message, "values", values);
	return scop_map_value(&message);
}

/* ---- showing ---- */

/* Entries under way to a reader. */
struct shown {
	struct scop_request *req;
	const char *module;                    /* of the present entry */
	struct scop_list_maker wanted;         /* texts, as maps of `module` and `english` */
	const struct scop_value *translations; /* rows of them */
};

static const char *
module_or_own(const struct shown *shown, const char *module)
{
	return module[0] ? module : shown->module;
}

static const struct scop_value *
find_text(const struct scop_value *rows, const char *module, const char *english)
{
	for (size_t i = 0; i < scop_count(rows); i++)
		if (strcmp(scop_text(scop_at(rows, i), "english"), english) == 0 &&
		    strcmp(scop_text(scop_at(rows, i), "module"), module) == 0)
			return scop_at(rows, i);
	return NULL;
}

static void
want_text(void *context, const char *module, const char *english)
{
	struct shown *shown = context;
	struct scop_arena *arena = shown->req->arena;
	const char *whose = module_or_own(shown, module);
	struct scop_map_maker text;

	if (shown->wanted.length == TEXTS_MAX ||
	    find_text(scop_list_value(&shown->wanted), whose, english))
		return;
	scop_map_init(&text, arena);
	scop_map_put_text(&text, "module", whose);
	scop_map_put_text(&text, "english", english);
	scop_list_add(&shown->wanted, scop_map_value(&text));
}

static const char *
say(void *context, const char *module, const char *english)
{
	const struct shown *shown = context;
	const struct scop_value *row =
	    find_text(shown->translations, module_or_own(shown, module), english);

	if (!row && strcmp(english, scop_detail_more) == 0)
		return scop_translate(shown->req, scop_detail_more);
	return row ? scop_text(row, "text") : NULL;
}

static const char *
name_country(void *context, const char *english)
{
	return scop_translate(((const struct shown *)context)->req, english);
}

/* The entry's details with their types: NULL if it has none, or if they are not valid. */
static const struct scop_value *
read_details(struct scop_request *req, const struct scop_value *entry)
{
	const char *json = scop_text(entry, "details");
	const struct scop_value *details = json[0] ? scop_detail_read(req->arena, json) : NULL;

	return scop_type(details) == SCOP_NULL ? NULL : details;
}

static void
read_translations(struct shown *shown)
{
	struct scop_request *req = shown->req;
	const struct scop_value *texts = scop_list_value(&shown->wanted);

	if (scop_count(texts) > 0 && req->locale.language != SCOP_EN)
		shown->translations = scop_rows(req,
		    (struct scop_query){ &translations,
			{ texts,
			    scop_value_text(req->arena,
				scop_language_code(req->locale.language)) } });
}

static const struct scop_value *
show_entry(struct shown *shown, const struct scop_value *entry, const struct scop_value *details)
{
	struct scop_request *req = shown->req;
	const struct scop_detail_reader reader = { &req->locale, say, name_country, shown };
	struct scop_buffer about;

	if (!details)
		return scop_make_with(req, entry, "details", scop_value_null());
	shown->module = scop_text(entry, "module");
	scop_buffer_init(&about, req->arena);
	scop_detail_show(&about, details, &reader);
	return scop_make_with(req,
	    scop_make_with(req, entry, "about",
		scop_value_text(req->arena, scop_buffer_str(&about))),
	    "details", details);
}

const struct scop_value *
scop_audit_shown(struct scop_request *req, const struct scop_value *entries)
{
	const size_t count = scop_count(entries);
	const struct scop_value **details = scop_alloc(req, (count + 1) * sizeof(*details));
	struct shown shown = { .req = req };
	struct scop_list_maker list;

	scop_list_init(&shown.wanted, req->arena);
	scop_list_init(&list, req->arena);
	for (size_t i = 0; i < count; i++) {
		shown.module = scop_text(scop_at(entries, i), "module");
		details[i] = read_details(req, scop_at(entries, i));
		scop_detail_texts(details[i], want_text, &shown);
	}
	read_translations(&shown);
	for (size_t i = 0; i < count; i++)
		scop_list_add(&list, show_entry(&shown, scop_at(entries, i), details[i]));
	return scop_list_value(&list);
}
