/* SPDX-License-Identifier: EUPL-1.2 */
/* Fields: validates, trims and limits the input before a handler sees it. */
#include "web/field.h"

#include <ctype.h>
#include <string.h>

#include "web/field_private.h"

enum {
	MEGABYTE = 1000000,
	FILE_MAX = 5 * MEGABYTE,
	IDS_MAX = 100,
};

static const char NOT_TEXT[] = SCOP_TEXT("This contains characters that cannot be stored.");

static const struct scop_pair *
pair_of(const struct scop_pairs *pairs, const char *name)
{
	for (size_t i = 0; pairs && i < pairs->count; i++)
		if (strcmp(pairs->pair[i].name, name) == 0)
			return &pairs->pair[i];
	return NULL;
}

/* Trims the text, and converts line ends to \n. NULL if it is not text. */
static const char *
clean(struct scop_arena *arena, const struct scop_pair *pair, bool several_lines)
{
	const char *from = pair->value, *end = pair->value + pair->length;

	if (!scop_utf8_valid(pair->value, pair->length))
		return NULL;
	while (from < end && isspace((unsigned char)*from))
		from++;
	while (end > from && isspace((unsigned char)end[-1]))
		end--;

	char *text = scop_arena_bytes(arena, from, (size_t)(end - from)), *out = text;
	for (const char *c = text; *c; c++) {
		if (*c == '\r')
			continue;
		if ((unsigned char)*c < 0x20 && !(several_lines && (*c == '\n' || *c == '\t')))
			return NULL;
		if (*c == 0x7f)
			return NULL;
		*out++ = *c;
	}
	*out = '\0';
	return text;
}

/* ---- results of validation ---- */

void
scop_input_take(const struct scop_input *input, const struct scop_value *value)
{
	scop_map_put(input->checked, input->field->name, value);
}

void
scop_input_refuse(const struct scop_input *input, const char *message)
{
	scop_reject(input->req, input->name, message);
}

void
scop_input_refuse_limits(const struct scop_input *input, const char *message,
    const struct scop_value *low, const struct scop_value *high)
{
	struct scop_map_maker limits;

	scop_map_init(&limits, input->req->arena);
	scop_map_put(&limits, "low", low);
	scop_map_put(&limits, "high", high);
	scop_reject_with(input->req, input->name, NULL, message, scop_map_value(&limits));
}

void
scop_input_refuse_range(const struct scop_input *input, const struct scop_value *low,
    const struct scop_value *high)
{
	const char *message = input->field->min == SCOP_NO_MIN
	    ? SCOP_TEXT("Please give a value of at most {{high}}.")
	    : high ? SCOP_TEXT("Please give a value from {{low}} to {{high}}.")
		   : SCOP_TEXT("Please give a value of at least {{low}}.");

	scop_input_refuse_limits(input, message, low, high);
}

const char *
scop_input_beside(const struct scop_input *input, const char *key)
{
	struct scop_request *req = input->req;
	const struct scop_pair *pair =
	    pair_of(req->pairs, scop_arena_printf(req->arena, "%s.%s", input->name, key));
	const char *text = pair ? clean(req->arena, pair, false) : NULL;

	return text ? text : "";
}

/* ---- fields of several values ---- */

static void
check_ids(const struct scop_input *input)
{
	struct scop_request *req = input->req;
	const struct scop_field *field = input->field;
	struct scop_list_maker list;
	int64_t id;

	scop_list_init(&list, req->arena);
	for (size_t i = 0; req->pairs && i < req->pairs->count; i++) {
		if (strcmp(req->pairs->pair[i].name, input->name) != 0)
			continue;
		if (!scop_integer_parse(req->pairs->pair[i].value, &id) || id < 1 ||
		    (int64_t)list.length == (field->max ? field->max : IDS_MAX)) {
			scop_input_refuse(input, SCOP_TEXT("Please choose from the list."));
			return;
		}
		scop_list_add(&list, scop_value_int(req->arena, id));
	}
	if (list.length > 0)
		scop_input_take(input, scop_list_value(&list));
	else if (field->required)
		scop_input_refuse(input, SCOP_TEXT("Please choose at least one line."));
}

/* Covers all fields of the form: a form with more than SCOP_PAIRS_MAX is refused when it is read.
 */
static void
check_map(const struct scop_input *input)
{
	struct scop_request *req = input->req;
	const size_t length = strlen(input->name);
	const int64_t most = input->field->max ? input->field->max : SCOP_LONGTEXT_MAX;
	struct scop_map_maker map;

	scop_map_init(&map, req->arena);
	for (size_t i = 0; req->pairs && i < req->pairs->count; i++) {
		const struct scop_pair *pair = &req->pairs->pair[i];

		if (strncmp(pair->name, input->name, length) != 0 || pair->name[length] != '.')
			continue;
		const struct scop_input one = { req, input->field, pair->name, &map, &map };
		const char *text = clean(req->arena, pair, true);
		if (!text)
			scop_input_refuse(&one, NOT_TEXT);
		else if ((int64_t)scop_utf8_count(text) > most)
			scop_input_refuse_limits(&one,
			    SCOP_TEXT("This is too long: {{high}} characters at most."), NULL,
			    scop_value_number(req->arena, most, 0));
		else
			scop_map_put_text(&map, pair->name + length + 1, text);
	}
	scop_map_put(input->checked, input->field->name, scop_map_value(&map));
	scop_map_put(input->typed, input->field->name, scop_map_value(&map));
}

/* ---- uploads ---- */

static bool
fits(const struct scop_input *input, const struct scop_file *file)
{
	const int64_t max = input->field->max_bytes ? input->field->max_bytes : FILE_MAX;

	if (file->size <= (size_t)max)
		return true;
	scop_input_refuse_limits(input, SCOP_TEXT("This file is too large: {{high}} MB at most."),
	    NULL, scop_value_number(input->req->arena, max / MEGABYTE, 0));
	return false;
}

/* Whether a file without a byte was chosen. Where none was, browsers send one without a name. */
static bool
is_empty(const struct scop_input *input)
{
	const struct scop_pairs *pairs = input->req->pairs;

	for (size_t i = 0; pairs && i < pairs->file_count; i++)
		if (strcmp(pairs->file_field[i], input->name) == 0 && pairs->file[i].name[0])
			return true;
	return false;
}

static void
check_file(const struct scop_input *input)
{
	const struct scop_file *file = scop_upload(input->req, input->name);

	if (file)
		fits(input, file);
	else if (is_empty(input))
		scop_input_refuse(input, SCOP_TEXT("The file is empty."));
	else if (input->field->required)
		scop_input_refuse(input, SCOP_TEXT("Please choose a file."));
}

static void
check_files(const struct scop_input *input)
{
	struct scop_arena *arena = input->req->arena;
	const struct scop_file *file;
	const int64_t low = input->field->required && !input->field->min ? 1 : input->field->min,
		      high = input->field->max ? input->field->max : SCOP_FILES_MAX;
	int64_t count = 0;

	for (; (file = scop_upload_at(input->req, input->name, (size_t)count)); count++)
		if (!fits(input, file))
			return;
	if (count > high)
		scop_input_refuse_limits(input, SCOP_TEXT("Too many files: {{high}} at most."),
		    NULL, scop_value_number(arena, high, 0));
	else if (count == 0 && low > 0 && input->field->required)
		scop_input_refuse(input, SCOP_TEXT("Please choose a file."));
	else if (count > 0 && count < low)
		scop_input_refuse_limits(input, SCOP_TEXT("Too few files: {{low}} at least."),
		    scop_value_number(arena, low, 0), NULL);
}

/* ---- fields of one value ---- */

static scop_field_check *const checks[] = {
	[SCOP_FIELD_TEXT] = scop_check_text,
	[SCOP_FIELD_LONGTEXT] = scop_check_text,
	[SCOP_FIELD_EMAIL] = scop_check_email,
	[SCOP_FIELD_INT] = scop_check_integer,
	[SCOP_FIELD_ID] = scop_check_integer,
	[SCOP_FIELD_DECIMAL] = scop_check_decimal,
	[SCOP_FIELD_MONEY] = scop_check_money,
	[SCOP_FIELD_DATE] = scop_check_date,
	[SCOP_FIELD_CLOCK] = scop_check_clock,
	[SCOP_FIELD_TIME] = scop_check_time,
	[SCOP_FIELD_CHOICE] = scop_check_choice,
	[SCOP_FIELD_COUNTRY] = scop_check_country,
	[SCOP_FIELD_PHONE] = scop_check_phone,
	[SCOP_FIELD_URL] = scop_check_url,
	[SCOP_FIELD_IBAN] = scop_check_iban,
	[SCOP_FIELD_VAT] = scop_check_vat,
};

void
scop_check_one(const struct scop_input *input)
{
	struct scop_request *req = input->req;
	const struct scop_field *field = input->field;
	const struct scop_pair *pair = pair_of(req->pairs, input->name);
	const char *text = pair ? clean(req->arena, pair, field->type == SCOP_FIELD_LONGTEXT) : "";

	if (!text) {
		scop_input_refuse(input, NOT_TEXT);
		return;
	}
	scop_map_put_text(input->typed, field->name, text);
	if (field->type == SCOP_FIELD_BOOL)
		scop_input_take(input, scop_value_bool(req->arena, text[0] != '\0'));
	else if (text[0])
		checks[field->type](input, text);
	else if (field->required)
		scop_input_refuse(input, SCOP_TEXT("Please fill this in."));
}

static void
check(const struct scop_input *input)
{
	switch (input->field->type) {
	case SCOP_FIELD_MAP:
		check_map(input);
		break;
	case SCOP_FIELD_IDS:
		check_ids(input);
		break;
	case SCOP_FIELD_FILE:
		check_file(input);
		break;
	case SCOP_FIELD_FILES:
		check_files(input);
		break;
	case SCOP_FIELD_LINES:
		scop_check_lines(input);
		break;
	default:
		scop_check_one(input);
	}
}

void
scop_fields_check(struct scop_request *req, const struct scop_field *fields)
{
	for (const struct scop_field *field = fields; field && field->name; field++) {
		const struct scop_input input = { req, field, field->name, &req->fields,
			&req->values };

		check(&input);
	}
}

bool
scop_fields_only_redraw(const struct scop_request *req)
{
	return req->route && req->route->form && !req->wants_json &&
	    (pair_of(req->pairs, "_redraw") || pair_of(req->pairs, "_line"));
}
