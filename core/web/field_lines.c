/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Fields of lines: rows of fields, sent as "lines.0.count". Their rows are renumbered from 0 before
 * they are checked, so that a row has one name in the form that is drawn again, in errors and in
 * the list that the handler gets. docs/pages.md has the protocol of the buttons.
 */
#include <stdlib.h>
#include <string.h>

#include "web/field.h"
#include "web/field_private.h"

enum { LINES_MAX = 100, INDEX_DIGITS = 6, NEW = -1, GONE = -2 };

/* The rows of one field, by the numbers with which they were sent, in their new order. */
struct lines {
	struct scop_request *req;
	const struct scop_field *field;
	size_t length; /* of the field's name */
	int row[SCOP_PAIRS_MAX + 1];
	size_t count;
	int pressed; /* the row that the button changed; NEW: the added one */
};

/* The part after the field's name and a point; NULL for another name. */
static const char *
behind_name(const struct lines *lines, const char *name)
{
	return strncmp(name, lines->field->name, lines->length) == 0 && name[lines->length] == '.'
	    ? name + lines->length + 1
	    : NULL;
}

/* Reads "12.count"; returns the number, or -1 if there is none, and the part after the point. */
static int
row_of(const char *text, const char **ret_rest)
{
	const size_t digits = text ? strspn(text, "0123456789") : 0;

	if (digits == 0 || digits > INDEX_DIGITS || text[digits] != '.')
		return -1;
	*ret_rest = text + digits + 1;
	return atoi(text);
}

static size_t
place_of(const struct lines *lines, int row)
{
	size_t at = 0;

	while (at < lines->count && lines->row[at] != row)
		at++;
	return at;
}

static int
by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void
find_rows(struct lines *lines)
{
	const struct scop_pairs *pairs = lines->req->pairs;
	const char *rest;

	for (size_t i = 0; pairs && i < pairs->count; i++) {
		const int row = row_of(behind_name(lines, pairs->pair[i].name), &rest);

		if (row >= 0 && (lines->count == 0 || lines->row[lines->count - 1] != row) &&
		    place_of(lines, row) == lines->count)
			lines->row[lines->count++] = row;
	}
	qsort(lines->row, lines->count, sizeof lines->row[0], by_number);
}

/* ---- the buttons ---- */

static void
swap(struct lines *lines, size_t a, size_t b)
{
	const int row = lines->row[a];

	if (b >= lines->count)
		return;
	lines->row[a] = lines->row[b];
	lines->row[b] = row;
}

static void
remove_row(struct lines *lines, size_t at)
{
	memmove(&lines->row[at], &lines->row[at + 1],
	    (lines->count - at - 1) * sizeof lines->row[0]);
	lines->count--;
	lines->pressed = at < lines->count ? lines->row[at] : GONE;
}

static int64_t
most_of(const struct scop_field *field)
{
	return field->max ? field->max : LINES_MAX;
}

static void
add_row(struct lines *lines)
{
	if ((int64_t)lines->count >= most_of(lines->field)) {
		lines->req->full = lines->field;
		return;
	}
	lines->row[lines->count++] = lines->pressed = NEW;
}

/* "lines.add", "lines.2.remove", "lines.2.up", "lines.2.down". */
static void
press(struct lines *lines, const char *button)
{
	const char *what = behind_name(lines, button), *verb = "";
	const int row = row_of(what, &verb);
	const size_t at = place_of(lines, row);

	if (what && strcmp(what, "add") == 0)
		add_row(lines);
	if (row < 0 || at == lines->count)
		return;
	lines->pressed = row;
	if (strcmp(verb, "remove") == 0)
		remove_row(lines, at);
	else if (strcmp(verb, "up") == 0 && at > 0)
		swap(lines, at, at - 1);
	else if (strcmp(verb, "down") == 0)
		swap(lines, at, at + 1);
}

static void
press_buttons(struct lines *lines)
{
	const struct scop_pairs *pairs = lines->req->pairs;

	for (size_t i = 0; i < pairs->count; i++)
		if (strcmp(pairs->pair[i].name, "_line") == 0)
			press(lines, pairs->pair[i].value);
}

/* ---- the rows ---- */

/* An untouched row still sends its choices, countries and boxes. */
static bool
comes_by_itself(enum scop_field_type type)
{
	return type == SCOP_FIELD_CHOICE || type == SCOP_FIELD_COUNTRY || type == SCOP_FIELD_BOOL;
}

static bool
counts(const struct lines *lines, const char *name, bool any)
{
	for (const struct scop_field *field = lines->field->lines; field->name; field++)
		if (strcmp(field->name, name) == 0)
			return any || !comes_by_itself(field->type);
	return false;
}

/* Whether all fields of the rows are of types that are sent even if untouched. */
static bool
has_typed_fields(const struct lines *lines)
{
	for (const struct scop_field *field = lines->field->lines; field->name; field++)
		if (!comes_by_itself(field->type))
			return true;
	return false;
}

static bool
is_blank(const struct scop_pair *pair)
{
	return strspn(pair->value, " \t\r\n") == pair->length;
}

/* Leaves out rows in which nothing was typed. */
static void
drop_blank(struct lines *lines)
{
	const struct scop_pairs *pairs = lines->req->pairs;
	const bool any = !has_typed_fields(lines);
	int kept[SCOP_PAIRS_MAX + 1];
	size_t count = 0;
	const char *name;

	for (size_t at = 0; at < lines->count; at++) {
		bool typed = false;

		for (size_t i = 0; !typed && i < pairs->count; i++)
			typed = row_of(behind_name(lines, pairs->pair[i].name), &name) ==
				lines->row[at] &&
			    counts(lines, name, any) && !is_blank(&pairs->pair[i]);
		if (typed)
			kept[count++] = lines->row[at];
	}
	memcpy(lines->row, kept, count * sizeof kept[0]);
	lines->count = count;
}

/* Renames the rows' fields to their new positions; those of removed rows get no name. */
static void
rename_pairs(const struct lines *lines)
{
	struct scop_pairs *pairs = lines->req->pairs;
	const char *rest;

	for (size_t i = 0; i < pairs->count; i++) {
		const int row = row_of(behind_name(lines, pairs->pair[i].name), &rest);
		const size_t at = place_of(lines, row);

		if (row >= 0)
			pairs->pair[i].name = at == lines->count
			    ? ""
			    : scop_arena_printf(lines->req->arena, "%s.%zu.%s", lines->field->name,
				  at, rest);
	}
}

static void
check_rows(const struct lines *lines, const struct scop_input *input)
{
	struct scop_request *req = input->req;
	struct scop_list_maker checked, typed;

	scop_list_init(&checked, req->arena);
	scop_list_init(&typed, req->arena);
	for (size_t at = 0; at < lines->count; at++) {
		struct scop_map_maker row_checked, row_typed;

		scop_map_init(&row_checked, req->arena);
		scop_map_init(&row_typed, req->arena);
		for (const struct scop_field *field = lines->field->lines; field->name; field++) {
			const struct scop_input one = { req, field,
				scop_arena_printf(req->arena, "%s.%zu.%s", input->name, at,
				    field->name),
				&row_checked, &row_typed };

			scop_check_one(&one);
		}
		scop_list_add(&checked, scop_map_value(&row_checked));
		scop_list_add(&typed, scop_map_value(&row_typed));
	}
	scop_input_take(input, scop_list_value(&checked));
	scop_map_put(input->typed, input->field->name, scop_list_value(&typed));
}

static void
refuse_full(struct scop_request *req, const struct scop_field *field)
{
	struct scop_map_maker limits;

	scop_map_init(&limits, req->arena);
	scop_map_put(&limits, "high", scop_value_int(req->arena, most_of(field)));
	scop_reject_with(req, field->name, NULL, SCOP_TEXT("Too many lines: {{high}} at most."),
	    scop_map_value(&limits));
}

void
scop_fields_full(struct scop_request *req)
{
	if (req->full)
		refuse_full(req, req->full);
}

static void
check_count(const struct lines *lines, const struct scop_input *input)
{
	const struct scop_field *field = input->field;
	const int64_t count = (int64_t)lines->count,
		      low = field->required && field->min < 1 ? 1 : field->min;

	if (count > most_of(field))
		refuse_full(input->req, field);
	else if (count < low)
		scop_input_refuse_limits(input, SCOP_TEXT("Too few lines: {{low}} at least."),
		    scop_make_int(input->req, low), NULL);
}

void
scop_check_lines(const struct scop_input *input)
{
	struct scop_request *req = input->req;
	struct lines lines = { .req = req,
		.field = input->field,
		.length = strlen(input->field->name),
		.pressed = GONE };
	const bool redraws = scop_fields_only_redraw(req);

	if (req->pairs)
		find_rows(&lines);
	if (redraws)
		press_buttons(&lines);
	else if (req->pairs)
		drop_blank(&lines);
	if (req->pairs)
		rename_pairs(&lines);
	check_rows(&lines, input);
	check_count(&lines, input);
	const size_t at = place_of(&lines, lines.pressed);
	if (redraws && at < lines.count)
		scop_map_put_text(&req->values, "_focus",
		    scop_arena_printf(req->arena, "%s.%zu", input->field->name, at));
}
