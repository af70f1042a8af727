/* SPDX-License-Identifier: EUPL-1.2 */
/* Fields: what arrived, checked, trimmed and capped, before a handler sees it. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "web/field.h"

#include <ctype.h>
#include <pcre2.h>
#include <stdio.h>
#include <string.h>

#include "base/date.h"

enum {
	TEXT_MAX = 200,
	LONGTEXT_MAX = 5000,
	EMAIL_MAX = 254, /* RFC 5321, section 4.5.3.1.3, less the brackets */
	MEGABYTE = 1000000,
	FILE_MAX = 5 * MEGABYTE,
	IDS_MAX = 100,
	PATTERN_STEPS = 100000,
	DIGITS_MAX = 15,
	FIRST_DAY = -25567, /* 1900-01-01 */
	LAST_DAY = 84005,   /* 2199-12-31 */
};

static const struct scop_pair *
pair_of(const struct scop_pairs *pairs, const char *name)
{
	for (size_t i = 0; pairs && i < pairs->count; i++)
		if (strcmp(pairs->pair[i].name, name) == 0)
			return &pairs->pair[i];
	return NULL;
}

/* Without blanks around, and with \n for each line's end. NULL where it is not text. */
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

static bool
matches(const char *pattern, const char *text)
{
	int code;
	PCRE2_SIZE at;
	pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
	    PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED, &code, &at, NULL);

	if (!compiled)
		return false;
	pcre2_match_context *limits = pcre2_match_context_create(NULL);
	pcre2_set_match_limit(limits, PATTERN_STEPS);
	pcre2_match_data *data = pcre2_match_data_create_from_pattern(compiled, NULL);
	const int found = pcre2_match(compiled, (PCRE2_SPTR)text, strlen(text), 0, 0, data, limits);
	pcre2_match_data_free(data);
	pcre2_match_context_free(limits);
	pcre2_code_free(compiled);
	return found > 0;
}

static const char TOO_LONG[] = SCOP_TEXT("This is too long: {{high}} characters at most.");
static const char TOO_SHORT[] = SCOP_TEXT("This is too short: {{low}} characters at least.");

/* `low` and `high` are numbers or amounts, for the message; NULL for one that is not there. */
static void
reject_limits(struct scop_request *req, const char *field, const char *message,
    const struct scop_value *low, const struct scop_value *high)
{
	static const char *const keys[] = { "low", "high" };

	scop_reject_with(req, field, NULL, message,
	    scop_make_map(req, 2, keys, (const struct scop_value *[]){ low, high }));
}

static void
reject_range(struct scop_request *req, const char *field, const struct scop_value *low,
    const struct scop_value *high)
{
	reject_limits(req, field,
	    high ? SCOP_TEXT("Please give a value from {{low}} to {{high}}.")
		 : SCOP_TEXT("Please give a value of at least {{low}}."),
	    low, high);
}

static void
check_text(struct scop_request *req, const struct scop_field *field, const char *text)
{
	const int64_t length = (int64_t)scop_utf8_count(text);
	const int64_t most = field->max          ? field->max
	    : field->type == SCOP_FIELD_LONGTEXT ? LONGTEXT_MAX
						 : TEXT_MAX;

	if (length > most)
		reject_limits(req, field->name, TOO_LONG, NULL,
		    scop_value_number(req->arena, most, 0));
	else if (length < field->min)
		reject_limits(req, field->name, TOO_SHORT,
		    scop_value_number(req->arena, field->min, 0), NULL);
	else if (field->pattern && !matches(field->pattern, text))
		scop_reject(req, field->name,
		    field->message ? field->message
				   : SCOP_TEXT("This does not have the expected form."));
	else
		scop_map_put_text(&req->fields, field->name, text);
}

/* Words between single dots, as in a host's name or before the @ (RFC 5321, section 4.1.2): none is
 * empty, and none of a host's begins or ends with a '-'. */
static bool
are_words(const char *text, size_t length, bool of_host)
{
	char before = '.';

	for (size_t i = 0; i <= length; i++) {
		const char c = i < length ? text[i] : '.';

		if (c == '.' && (before == '.' || (of_host && before == '-')))
			return false;
		if (of_host &&
		    ((c == '-' && before == '.') ||
			!(isalnum((unsigned char)c) || c == '-' || c == '.')))
			return false;
		before = c;
	}
	return true;
}

bool
scop_field_is_mail(const char *text)
{
	const char *at = strchr(text, '@');
	const char *dot = at ? strchr(at, '.') : NULL;

	for (const unsigned char *c = (const unsigned char *)text; *c; c++)
		/* letters that only look alike are how one address is taken for another's */
		if (*c <= 0x20 || *c >= 0x7f)
			return false;
	return dot && are_words(text, (size_t)(at - text), false) &&
	    are_words(at + 1, strlen(at + 1), true) && strlen(text) <= EMAIL_MAX &&
	    !strpbrk(text, ",:;<>()[]\\\"");
}

static void
check_email(struct scop_request *req, const struct scop_field *field, const char *text)
{
	if (!scop_field_is_mail(text))
		scop_reject(req, field->name, "This is not an e-mail address.");
	else
		scop_map_put_text(&req->fields, field->name, text);
}

static bool
parse_integer(const char *text, int64_t *ret_value)
{
	const bool negative = *text == '-';
	const char *digits = text + negative;
	int64_t value = 0;

	if (!*digits || strlen(digits) > DIGITS_MAX || digits[strspn(digits, "0123456789")])
		return false;
	for (; *digits; digits++)
		value = value * 10 + (*digits - '0');
	*ret_value = negative ? -value : value;
	return true;
}

static void
check_integer(struct scop_request *req, const struct scop_field *field, const char *text)
{
	const int64_t low = field->type == SCOP_FIELD_ID ? 1 : field->min;
	int64_t value;

	if (!parse_integer(text, &value))
		scop_reject(req, field->name, "This is not a whole number.");
	else if (value < low || (field->max && value > field->max))
		reject_range(req, field->name, scop_value_number(req->arena, low, 0),
		    field->max ? scop_value_number(req->arena, field->max, 0) : NULL);
	else
		scop_map_put(&req->fields, field->name, scop_value_int(req->arena, value));
}

/* Whether thousands may be grouped so at `behind`, the sign: by three digits, and by one sign
 * throughout. */
static bool
groups(char *sign, char own, const char *behind)
{
	const bool same = *sign == '\0' || *sign == own;

	*sign = own;
	return same && strspn(behind, "0123456789") == 3;
}

/* An amount as people write it: "12,50", "12.5", "1.250,00", "1 250 €". Its digits, cents included,
 * or false. */
static bool
parse_amount(const char *text, int64_t *ret_cents)
{
	char digits[DIGITS_MAX + 4];
	size_t used = 0, behind = 0;
	const char *point = NULL;
	char sign = '\0'; /* that groups thousands */

	for (const char *c = text; *c; c++)
		if (*c == '.' || *c == ',')
			point = c;
	if (point && strspn(point + 1, "0123456789") > 2) /* "1.250": it groups thousands */
		point = NULL;
	for (const char *c = text; *c; c++) {
		if (isdigit((unsigned char)*c) && used < DIGITS_MAX) {
			digits[used++] = *c;
			behind += point && c > point;
		} else if (strncmp(c, "\xe2\x82\xac", 3) == 0) { /* euro */
			c += 2;
		} else if (*c == '.' || *c == ',') {
			if (c == text ||
			    (c != point && ((point && *c == *point) || !groups(&sign, *c, c + 1))))
				return false;
		} else {
			/* no-break; narrow */
			const size_t blank = *c == ' '           ? 1
			    : strncmp(c, "\xc2\xa0", 2) == 0     ? 2
			    : strncmp(c, "\xe2\x80\xaf", 3) == 0 ? 3
								 : 0;

			if (blank == 0 ||
			    (used > 0 && isdigit((unsigned char)c[blank]) &&
				!groups(&sign, ' ', c + blank)))
				return false;
			c += blank - 1;
		}
	}
	if (used == 0 || behind > 2) /* "12,5 00": nobody knows what is meant */
		return false;
	for (; behind < 2; behind++)
		digits[used++] = '0';
	digits[used] = '\0';
	return parse_integer(digits, ret_cents);
}

static void
check_money(struct scop_request *req, const struct scop_field *field, const char *text)
{
	int64_t cents;

	if (!parse_amount(text, &cents))
		scop_reject(req, field->name, "This is not an amount.");
	else if (cents < field->min || (field->max && cents > field->max))
		reject_range(req, field->name,
		    scop_value_money(req->arena, field->min, req->site.currency),
		    field->max ? scop_value_money(req->arena, field->max, req->site.currency)
			       : NULL);
	else
		scop_map_put(&req->fields, field->name,
		    scop_value_money(req->arena, cents, req->site.currency));
}

/* A day of 1900 to 2199: another century is a slip of the finger. */
static void
check_date(struct scop_request *req, const struct scop_field *field, const char *text)
{
	int64_t days;

	if (scop_date_parse(text, strlen(text), &days) && days >= FIRST_DAY && days <= LAST_DAY)
		scop_map_put(&req->fields, field->name, scop_value_date(req->arena, days));
	else
		scop_reject(req, field->name, "This is not a date. Write it as 2026-11-22.");
}

static void
check_choice(struct scop_request *req, const struct scop_field *field, const char *text)
{
	for (const char *const *choice = field->choices; choice && *choice; choice++) {
		if (strcmp(*choice, text) == 0) {
			scop_map_put_text(&req->fields, field->name, text);
			return;
		}
	}
	scop_reject(req, field->name, "Please choose one of the list.");
}

static void
check_file(struct scop_request *req, const struct scop_field *field)
{
	const struct scop_file *file = scop_upload(req, field->name);

	if (!file) {
		if (field->required)
			scop_reject(req, field->name, "Please choose a file.");
		return;
	}
	const int64_t most = field->max ? field->max : FILE_MAX;
	if (file->size > (size_t)most)
		reject_limits(req, field->name,
		    SCOP_TEXT("This file is too large: {{high}} MB at most."), NULL,
		    scop_value_number(req->arena, most / MEGABYTE, 0));
}

static void
check_ids(struct scop_request *req, const struct scop_field *field)
{
	struct scop_list_maker list;
	int64_t id;

	scop_list_init(&list, req->arena);
	for (size_t i = 0; req->pairs && i < req->pairs->count; i++) {
		if (strcmp(req->pairs->pair[i].name, field->name) != 0)
			continue;
		if (!parse_integer(req->pairs->pair[i].value, &id) || id < 1 ||
		    (int64_t)list.length == (field->max ? field->max : IDS_MAX)) {
			scop_reject(req, field->name, "Please choose from the list.");
			return;
		}
		scop_list_add(&list, scop_value_int(req->arena, id));
	}
	if (list.length > 0)
		scop_map_put(&req->fields, field->name, scop_list_value(&list));
	else if (field->required)
		scop_reject(req, field->name, "Please choose at least one line.");
}

/* All that the form has: what has more fields than SCOP_PAIRS_MAX was refused when it was read. */
static void
check_map(struct scop_request *req, const struct scop_field *field)
{
	const size_t length = strlen(field->name);
	const int64_t most = field->max ? field->max : LONGTEXT_MAX;
	struct scop_map_maker map;

	scop_map_init(&map, req->arena);
	for (size_t i = 0; req->pairs && i < req->pairs->count; i++) {
		const struct scop_pair *pair = &req->pairs->pair[i];

		if (strncmp(pair->name, field->name, length) != 0 || pair->name[length] != '.')
			continue;
		const char *text = clean(req->arena, pair, true);
		if (!text)
			scop_reject(req, pair->name,
			    "This contains characters that cannot be stored.");
		else if ((int64_t)scop_utf8_count(text) > most)
			reject_limits(req, pair->name, TOO_LONG, NULL,
			    scop_value_number(req->arena, most, 0));
		else
			scop_map_put_text(&map, pair->name + length + 1, text);
	}
	scop_map_put(&req->fields, field->name, scop_map_value(&map));
	scop_map_put(&req->values, field->name, scop_map_value(&map));
}

static void
check(struct scop_request *req, const struct scop_field *field)
{
	const struct scop_pair *pair = pair_of(req->pairs, field->name);

	if (field->type == SCOP_FIELD_MAP) {
		check_map(req, field);
		return;
	}
	if (field->type == SCOP_FIELD_IDS) {
		check_ids(req, field);
		return;
	}
	if (field->type == SCOP_FIELD_FILE) {
		check_file(req, field);
		return;
	}
	const char *text = pair ? clean(req->arena, pair, field->type == SCOP_FIELD_LONGTEXT) : "";
	if (!text) {
		scop_reject(req, field->name, "This contains characters that cannot be stored.");
		return;
	}
	scop_map_put_text(&req->values, field->name, text);
	if (field->type == SCOP_FIELD_BOOL) {
		scop_map_put(&req->fields, field->name,
		    scop_value_bool(req->arena, text[0] != '\0'));
		return;
	}
	if (!text[0]) {
		if (field->required)
			scop_reject(req, field->name, "Please fill this in.");
		return;
	}
	switch (field->type) {
	case SCOP_FIELD_EMAIL:
		check_email(req, field, text);
		break;
	case SCOP_FIELD_INT:
	case SCOP_FIELD_ID:
		check_integer(req, field, text);
		break;
	case SCOP_FIELD_MONEY:
		check_money(req, field, text);
		break;
	case SCOP_FIELD_DATE:
		check_date(req, field, text);
		break;
	case SCOP_FIELD_CHOICE:
		check_choice(req, field, text);
		break;
	default:
		check_text(req, field, text);
	}
}

void
scop_fields_check(struct scop_request *req, const struct scop_field *fields)
{
	for (const struct scop_field *field = fields; field && field->name; field++)
		check(req, field);
}
