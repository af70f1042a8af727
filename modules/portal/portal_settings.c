/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Settings of modules, as declared in their manifests. All settings of a module are saved together;
 * the form carries a digest of the values that it showed, so that of two concurrent changes the
 * second is rejected.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "portal.h"

enum { VALUE_MAX = 500, NOTED_BYTES = 100 };

const struct scop_field portal_setting_fields[] = {
	{ .name = "set", .type = SCOP_FIELD_MAP, .max = VALUE_MAX },
	{ .name = "seen", .type = SCOP_FIELD_TEXT, .max = 64 },
	{ 0 },
};

#define SHOWN "name value"

/* The choices of one setting, from all those of its module. */
static const struct scop_value *
choices_of(struct scop_request *req, const struct scop_value *all, const char *setting)
{
	struct scop_list *list = scop_list_new(req);

	for (size_t i = 0; i < scop_count(all); i++)
		if (strcmp(scop_text(scop_at(all, i), "setting"), setting) == 0)
			scop_list_push(list, scop_at(all, i));
	return scop_list_done(list);
}

static bool
is_type(const struct scop_value *row, const char *type)
{
	return strcmp(scop_text(row, "type"), type) == 0;
}

/* The value shown in the field: an amount in units; after a refusal, the input as typed. */
static const struct scop_value *
shown(struct scop_request *req, const struct scop_value *row)
{
	const struct scop_value *typed = scop_get(scop_field(req, "set"), scop_text(row, "name"));

	if (typed)
		return typed;
	if (!is_type(row, "money"))
		return scop_get(row, "value");
	return scop_make_number(req, atoll(scop_text(row, "value")), 2);
}

/* The model of the partials that draw a field: its name and its error. */
static const struct scop_value *
field_of(struct scop_request *req, const struct scop_value *row)
{
	const struct scop_value *name = scop_make_text(req, "set.%s", scop_text(row, "name"));

	return scop_map_of(req, "name", name, "error", scop_rejection(req, scop_as_text(name)),
	    NULL);
}

/* The model of a setting for the view. */
static const struct scop_value *
drawn(struct scop_request *req, const struct scop_value *row, const struct scop_value *choices)
{
	return scop_map_of(req, "its", field_of(req, row), "title", scop_get(row, "title"), "type",
	    scop_get(row, "type"), "shown", shown(req, row), "choices",
	    choices_of(req, choices, scop_text(row, "name")), "low", scop_get(row, "low"), "high",
	    scop_get(row, "high"), NULL);
}

void
portal_settings(struct scop_request *req)
{
	const struct scop_value *module = scop_path(req, "module"),
				*language = scop_make_text(req, "%s", scop_language_of(req));
	const struct scop_value *offered = scop_put_all(req,
	    (const struct scop_read[]){ { "offer", true, offer_titled(language, module) },
		{ "found", false, settings_of(language, module) },
		{ "found_choices", false, setting_choices(language, module) }, { 0 } });
	const struct scop_value *rows = scop_model(req, "found");
	struct scop_list *list = scop_list_new(req);

	if (!offered || scop_count(rows) == 0) {
		scop_not_found(req);
		return;
	}
	for (size_t i = 0; i < scop_count(rows); i++)
		scop_list_push(list,
		    drawn(req, scop_at(rows, i), scop_model(req, "found_choices")));
	scop_put(req, "settings", scop_list_done(list));
	scop_put(req, "seen", scop_row_version(req, rows, SHOWN));
	scop_view(req, &view_settings);
}

/* ---- saving ---- */

/* NULL for a value that is none of the choices. */
static const struct scop_value *
choice_of(const struct scop_value *all, const char *setting, const char *value)
{
	for (size_t i = 0; i < scop_count(all); i++)
		if (strcmp(scop_text(scop_at(all, i), "setting"), setting) == 0 &&
		    strcmp(scop_text(scop_at(all, i), "value"), value) == 0)
			return scop_at(all, i);
	return NULL;
}

static int64_t
letters(const char *text)
{
	int64_t count = 0;

	for (; *text; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

static const struct scop_value *
refuse(struct scop_request *req, const struct scop_value *row, const char *message,
    const struct scop_value *low, const struct scop_value *high)
{
	scop_reject_with(req, scop_as_text(scop_make_text(req, "set.%s", scop_text(row, "name"))),
	    scop_text(row, "title"), message, scop_map_of(req, "low", low, "high", high, NULL));
	return NULL;
}

/* `number` as the field shows it: for money, the amount in units. */
static const struct scop_value *
limit(struct scop_request *req, const struct scop_value *row, int64_t number)
{
	return scop_make_number(req, number, is_type(row, "money") ? 2 : 0);
}

static const struct scop_value *
checked_text(struct scop_request *req, const struct scop_value *row, const struct scop_value *typed)
{
	const int64_t low = scop_int(row, "low"), high = scop_int(row, "high"),
		      length = letters(scop_as_text(typed));

	if (length < low)
		return refuse(req, row,
		    SCOP_TEXT("This is too short: {{low}} characters at least."),
		    scop_make_number(req, low, 0), NULL);
	return high == 0 || length <= high
	    ? typed
	    : refuse(req, row, SCOP_TEXT("This is too long: {{high}} characters at most."), NULL,
		  scop_make_number(req, high, 0));
}

static const struct scop_value *
checked_number(struct scop_request *req, const struct scop_value *row, const char *text)
{
	const int64_t low = scop_int(row, "low"), high = scop_int(row, "high");
	const struct scop_value *read = scop_read_number(req, text, is_type(row, "money") ? 2 : 0);
	const int64_t number = scop_unscaled(read);

	if (!read)
		return refuse(req, row, SCOP_TEXT("This is not a number."), NULL, NULL);
	if (number < low || (high > 0 && number > high))
		return refuse(req, row,
		    high > 0 ? SCOP_TEXT("Please give a value from {{low}} to {{high}}.")
			     : SCOP_TEXT("Please give a value of at least {{low}}."),
		    limit(req, row, low), limit(req, row, high));
	return scop_make_text(req, "%lld", (long long)number);
}

/* The value to store; NULL, with the field rejected, if its type does not allow it. */
static const struct scop_value *
checked(struct scop_request *req, const struct scop_value *row, const struct scop_value *choices)
{
	const struct scop_value *typed = scop_get(scop_field(req, "set"), scop_text(row, "name"));
	const char *text = scop_as_text(typed);

	if (!typed)
		return scop_get(row, "value");
	if (is_type(row, "boolean"))
		return scop_make_text(req, "%d", strcmp(text, "1") == 0);
	if (is_type(row, "choice"))
		return choice_of(choices, scop_text(row, "name"), text)
		    ? typed
		    : refuse(req, row, SCOP_TEXT("Please choose one from the list."), NULL, NULL);
	if (!text[0] && (scop_int(row, "low") > 0 || !is_type(row, "text")))
		return refuse(req, row, SCOP_TEXT("Please fill this in."), NULL, NULL);
	return is_type(row, "text") ? checked_text(req, row, typed)
				    : checked_number(req, row, text);
}

/* ---- the activity log ---- */

/* The setting's new value as the activity log shows it: an amount, a number, a word, or what was
 * typed. */
static const struct scop_value *
noted_value(struct scop_request *req, const struct scop_value *module, const struct scop_value *row,
    const struct scop_value *value, const struct scop_value *choices)
{
	const char *text = scop_as_text(value);

	if (is_type(row, "money"))
		return scop_make_money(req, atoll(text), scop_currency(scop_get(row, "zero")));
	if (is_type(row, "integer"))
		return scop_make_int(req, atoll(text));
	if (is_type(row, "boolean"))
		return scop_make_message(req,
		    strcmp(text, "1") == 0 ? SCOP_AUDIT("yes") : SCOP_AUDIT("no"), NULL);
	if (is_type(row, "choice"))
		return portal_text_of(req, module,
		    scop_text(choice_of(choices, scop_text(row, "name"), text), "english"));
	return scop_make_text(req, "%.*s", (int)scop_utf8_fit(text, NOTED_BYTES), text);
}

static const struct scop_value *
noted(struct scop_request *req, const struct scop_value *module, const struct scop_value *row,
    const struct scop_value *value, const struct scop_value *choices)
{
	return scop_make_message(req, "{{setting}}: {{value}}",
	    scop_map_of(req, "setting", portal_text_of(req, module, scop_text(row, "english")),
		"value", noted_value(req, module, row, value, choices), NULL));
}

static void
note(struct scop_request *req, const struct scop_value *module, const struct scop_value *changes)
{
	const struct scop_value *offer = scop_row(req, offer_titled(portal_language(req), module));
	const struct scop_value *title = portal_title_of(req, offer);

	scop_audit(req, "Changed settings",
	    scop_count(changes) == 0
		? title
		: scop_make_message(req, "{{module}}, {{changes}}",
		      scop_map_of(req, "module", title, "changes", changes, NULL)));
}

void
portal_settings_save(struct scop_request *req)
{
	const struct scop_value *module = scop_path(req, "module");
	const struct scop_value *rows =
	    scop_rows(req, settings_to_change(portal_language(req), module));
	const struct scop_value *choices =
	    scop_rows(req, setting_choices(portal_language(req), module));
	const size_t count = scop_count(rows);
	const struct scop_value **list = scop_alloc(req, (count + 1) * sizeof(*list));
	struct scop_list *changes = scop_list_new(req);

	if (count == 0) {
		scop_not_found(req);
		return;
	}
	if (scop_row_conflict(req, rows, SHOWN))
		return;
	for (size_t i = 0; i < count; i++) {
		const struct scop_value *row = scop_at(rows, i),
					*value = checked(req, row, choices);

		list[i] = scop_map_of(req, "name", scop_get(row, "name"), "value", value, NULL);
		if (strcmp(scop_as_text(value), scop_text(row, "value")) != 0)
			scop_list_push(changes, noted(req, module, row, value, choices));
	}
	if (scop_rejected(req))
		return;
	scop_write(req, settings_put(module, scop_make_list(req, count, list)));
	note(req, module, scop_list_done(changes));
	scop_flash(req, SCOP_TEXT("Saved."));
	scop_redirect(req, "settings", scop_map_of(req, "module", module, NULL));
}
