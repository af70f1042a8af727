/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Settings of modules, drawn from what their manifests say. All of a module's are saved at once;
 * the form carries a digest of what it showed, so that of two who change the same thing the second
 * is told.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "portal.h"

enum { VALUE_MAX = 500 };

const struct scop_field portal_setting_fields[] = {
	{ .name = "set", .type = SCOP_FIELD_MAP, .max = VALUE_MAX },
	{ .name = "seen", .type = SCOP_FIELD_TEXT, .max = 64 },
	{ 0 },
};

#define SHOWN "name value"

/* Those of one setting among all choices of its module, the chosen one marked. */
static const struct scop_value *
choices_of(struct scop_request *req, const struct scop_value *all, const char *setting,
    const char *chosen)
{
	struct scop_list *list = scop_list_new(req);

	for (size_t i = 0; i < scop_count(all); i++) {
		const struct scop_value *choice = scop_at(all, i);
		struct scop_map *map;

		if (strcmp(scop_text(choice, "setting"), setting) != 0)
			continue;
		map = scop_map_new(req);
		scop_map_set(map, "value", scop_get(choice, "value"));
		scop_map_set(map, "title", scop_get(choice, "title"));
		scop_map_set(map, "chosen",
		    scop_make_bool(req, strcmp(scop_text(choice, "value"), chosen) == 0));
		scop_list_push(list, scop_map_done(map));
	}
	return scop_list_done(list);
}

/* What is shown in the field: an amount in units, and what was typed before a refusal. */
static const struct scop_value *
shown(struct scop_request *req, const struct scop_value *row)
{
	const struct scop_value *typed = scop_get(scop_field(req, "set"), scop_text(row, "name"));

	if (typed)
		return typed;
	if (!scop_bool(row, "is_money"))
		return scop_get(row, "value");
	const long long cents = atoll(scop_text(row, "value"));
	const char *point = strcmp(scop_language_of(req), "en") == 0 ? "." : ",";
	/* in no groups: it is read again */
	return scop_make_text(req, "%lld%s%02lld", cents / 100, point, cents % 100);
}

/* What the partials that draw a field need: its name and what is wrong with it. */
static const struct scop_value *
field_of(struct scop_request *req, const struct scop_value *row)
{
	static const char *const keys[] = { "name", "error" };
	const struct scop_value *name = scop_make_text(req, "set.%s", scop_text(row, "name"));

	return scop_make_map(req, 2, keys,
	    (const struct scop_value *[]){ name, scop_rejection(req, scop_as_text(name)) });
}

void
portal_settings(struct scop_request *req)
{
	static const char *const keys[] = { "its", "title", "shown", "is_text", "is_integer",
		"is_money", "is_boolean", "is_choice", "on", "choices", "low", "high" };
	const struct scop_value *module = scop_path(req, "module"),
				*language = scop_make_text(req, "%s", scop_language_of(req));
	const struct scop_value *offered = scop_put_all(req,
	    (const struct scop_want[]){ { "offer", true, offer_titled(language, module) },
		{ "found", false, settings_of(language, module) },
		{ "found_choices", false, setting_choices(language, module) }, { 0 } });
	const struct scop_value *rows = scop_model(req, "found"),
				*choices = scop_model(req, "found_choices");
	const size_t count = scop_count(rows);
	const struct scop_value **list = scop_alloc(req, (count + 1) * sizeof(*list));

	if (!offered || count == 0) {
		scop_not_found(req);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const struct scop_value *row = scop_at(rows, i), *text = shown(req, row);

		list[i] = scop_make_map(req, 12, keys,
		    (const struct scop_value *[]){ field_of(req, row), scop_get(row, "title"), text,
			scop_get(row, "is_text"), scop_get(row, "is_integer"),
			scop_get(row, "is_money"), scop_get(row, "is_boolean"),
			scop_get(row, "is_choice"),
			scop_make_bool(req, strcmp(scop_as_text(text), "1") == 0),
			choices_of(req, choices, scop_text(row, "name"), scop_as_text(text)),
			scop_get(row, "low"), scop_get(row, "high") });
	}
	scop_put(req, "settings", scop_make_list(req, count, list));
	scop_put(req, "seen", scop_seen(req, rows, SHOWN));
	scop_view(req, &view_settings);
}

/* ---- saving ---- */

static bool
is_choice(const struct scop_value *all, const char *setting, const char *value)
{
	for (size_t i = 0; i < scop_count(all); i++)
		if (strcmp(scop_text(scop_at(all, i), "setting"), setting) == 0 &&
		    strcmp(scop_text(scop_at(all, i), "value"), value) == 0)
			return true;
	return false;
}

/* "12,50" or "12.5" to cents, "7" to 7; false for what is no such number. */
static bool
read_number(const char *text, unsigned decimals, int64_t *ret_number)
{
	int64_t number = 0;
	int behind = -1;

	if (!text[strcspn(text, "0123456789")] || strlen(text) > 15)
		return false;
	for (; *text; text++) {
		if ((*text == ',' || *text == '.') && behind < 0 && decimals > 0)
			behind = 0;
		else if (*text < '0' || *text > '9' || behind == (int)decimals)
			return false;
		else {
			number = number * 10 + (*text - '0');
			behind += behind >= 0;
		}
	}
	for (behind = behind < 0 ? 0 : behind; behind < (int)decimals; behind++)
		number *= 10;
	*ret_number = number;
	return true;
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
	static const char *const keys[] = { "low", "high" };

	scop_reject_with(req, scop_as_text(scop_make_text(req, "set.%s", scop_text(row, "name"))),
	    scop_text(row, "title"), message,
	    scop_make_map(req, 2, keys, (const struct scop_value *[]){ low, high }));
	return NULL;
}

/* `number` as the field shows it: an amount in units. */
static const struct scop_value *
limit(struct scop_request *req, const struct scop_value *row, int64_t number)
{
	return scop_make_number(req, number, scop_bool(row, "is_money") ? 2 : 0);
}

/* The value as it is stored; NULL, with the field marked, for one that its type does not allow. */
static const struct scop_value *
checked(struct scop_request *req, const struct scop_value *row, const struct scop_value *choices)
{
	const struct scop_value *typed = scop_get(scop_field(req, "set"), scop_text(row, "name"));
	const char *text = scop_as_text(typed);
	const int64_t low = scop_int(row, "low"), high = scop_int(row, "high");
	int64_t number = 0;

	if (!typed)
		return scop_get(row, "value");
	if (scop_bool(row, "is_boolean"))
		return scop_make_text(req, "%d", strcmp(text, "1") == 0);
	if (scop_bool(row, "is_choice"))
		return is_choice(choices, scop_text(row, "name"), text)
		    ? typed
		    : refuse(req, row, SCOP_TEXT("Please choose one of the list."), NULL, NULL);
	if (!text[0] && (low > 0 || !scop_bool(row, "is_text")))
		return refuse(req, row, SCOP_TEXT("Please fill this in."), NULL, NULL);
	if (scop_bool(row, "is_text")) {
		number = letters(text);
		if (number < low)
			return refuse(req, row,
			    SCOP_TEXT("This is too short: {{low}} characters at least."),
			    scop_make_number(req, low, 0), NULL);
		return high == 0 || number <= high
		    ? typed
		    : refuse(req, row, SCOP_TEXT("This is too long: {{high}} characters at most."),
			  NULL, scop_make_number(req, high, 0));
	}
	if (!read_number(text, scop_bool(row, "is_money") ? 2 : 0, &number))
		return refuse(req, row, SCOP_TEXT("This is not a number."), NULL, NULL);
	if (number < low || (high > 0 && number > high))
		return refuse(req, row,
		    high > 0 ? SCOP_TEXT("Please give a value from {{low}} to {{high}}.")
			     : SCOP_TEXT("Please give a value of at least {{low}}."),
		    limit(req, row, low), limit(req, row, high));
	return scop_make_text(req, "%lld", (long long)number);
}

void
portal_settings_save(struct scop_request *req)
{
	static const char *const keys[] = { "name", "value" };
	const struct scop_value *module = scop_path(req, "module");
	const struct scop_value *rows =
	    scop_rows(req, settings_to_change(portal_language(req), module));
	const struct scop_value *choices =
	    scop_rows(req, setting_choices(portal_language(req), module));
	const size_t count = scop_count(rows);
	const struct scop_value **list = scop_alloc(req, (count + 1) * sizeof(*list)),
				*about = scop_get(scop_row(req,
						      offer_titled(portal_language(req), module)),
				    "title");

	if (count == 0) {
		scop_not_found(req);
		return;
	}
	if (scop_outdated(req, rows, SHOWN))
		return;
	for (size_t i = 0; i < count; i++) {
		const struct scop_value *row = scop_at(rows, i),
					*value = checked(req, row, choices);

		list[i] = scop_make_map(req, 2, keys,
		    (const struct scop_value *[]){ scop_get(row, "name"), value });
		if (strcmp(scop_as_text(value), scop_text(row, "value")) != 0)
			about = scop_make_text(req, "%s, %s: %s", scop_as_text(about),
			    scop_text(row, "title"), scop_as_text(value));
	}
	if (scop_rejected(req))
		return;
	scop_write(req, settings_put(module, scop_make_list(req, count, list)));
	scop_note(req, "Changed settings", about);
	scop_flash(req, SCOP_TEXT("Saved."));
	scop_redirect(req, "settings",
	    scop_make_map(req, 1, (const char *const[]){ "module" }, &module));
}
