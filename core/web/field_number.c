/* SPDX-License-Identifier: EUPL-1.2 */
/* Fields of numbers, amounts, dates and times. */
#include "web/field_private.h"

#include <string.h>

#include "base/amount.h"
#include "base/date.h"

enum {
	DIGITS_MAX = 15,
	FIRST_DAY = -25567, /* 1900-01-01 */
	LAST_DAY = 84005,   /* 2199-12-31 */
	LAST_CLOCK = 86399, /* 23:59:59 */
};

static const int64_t CENTS_MAX = 999999999999999;

bool
scop_integer_parse(const char *text, int64_t *ret_value)
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

void
scop_check_integer(const struct scop_input *input, const char *text)
{
	const struct scop_field *field = input->field;
	struct scop_arena *arena = input->req->arena;
	const int64_t low = field->type == SCOP_FIELD_ID ? 1 : field->min;
	int64_t value;

	if (!scop_integer_parse(text, &value))
		scop_input_refuse(input, SCOP_TEXT("This is not a whole number."));
	else if (value < low || (field->max && value > field->max))
		scop_input_refuse_range(input, scop_value_number(arena, low, 0),
		    field->max ? scop_value_number(arena, field->max, 0) : NULL);
	else
		scop_input_take(input, scop_value_int(arena, value));
}

/* Reads an amount in the notation of the reader's language; programs use a point. */
static enum scop_amount
parse_amount(const struct scop_input *input, const char *text, unsigned scale,
    int64_t *ret_unscaled)
{
	const struct scop_request *req = input->req;

	return scop_amount_parse(text, scale,
	    req->by_key || req->json_body ? '.' : scop_language_point(req->locale.language),
	    ret_unscaled);
}

static void
refuse_decimal(const struct scop_input *input, enum scop_amount found)
{
	static const char *const says[] = {
		[SCOP_AMOUNT_NOT_ONE] = SCOP_TEXT("This is not a number. Write it like {{low}}."),
		[SCOP_AMOUNT_TOO_FINE] = SCOP_TEXT("This has too many decimals: {{high}} at most."),
		[SCOP_AMOUNT_AMBIGUOUS] = SCOP_TEXT(
		    "This is ambiguous. Write it like {{low}}, without a thousands separator."),
	};
	struct scop_arena *arena = input->req->arena;
	const unsigned scale = input->field->scale;

	scop_input_refuse_limits(input, says[found],
	    scop_value_number(arena, scale ? 125 : 12, scale > 0),
	    scop_value_number(arena, scale, 0));
}

void
scop_check_decimal(const struct scop_input *input, const char *text)
{
	const struct scop_field *field = input->field;
	struct scop_arena *arena = input->req->arena;
	int64_t unscaled;
	const enum scop_amount found = parse_amount(input, text, field->scale, &unscaled);

	if (found != SCOP_AMOUNT_OK)
		refuse_decimal(input, found);
	else if (unscaled < field->min || (field->max && unscaled > field->max))
		scop_input_refuse_range(input, scop_value_number(arena, field->min, field->scale),
		    field->max ? scop_value_number(arena, field->max, field->scale) : NULL);
	else
		scop_input_take(input, scop_value_number(arena, unscaled, field->scale));
}

void
scop_check_money(const struct scop_input *input, const char *text)
{
	const struct scop_field *field = input->field;
	const struct scop_request *req = input->req;
	const char *currency = req->site.currency;
	int64_t cents;

	if (parse_amount(input, text, 2, &cents) != SCOP_AMOUNT_OK || cents > CENTS_MAX ||
	    cents < -CENTS_MAX)
		scop_input_refuse_limits(input,
		    SCOP_TEXT("This is not an amount. Write it like {{low}}."),
		    scop_value_money(req->arena, 1250, currency), NULL);
	else if (cents < field->min || (field->max && cents > field->max))
		scop_input_refuse_range(input, scop_value_money(req->arena, field->min, currency),
		    field->max ? scop_value_money(req->arena, field->max, currency) : NULL);
	else
		scop_input_take(input, scop_value_money(req->arena, cents, currency));
}

/* Reads a date of the years 1900 to 2199: any other is a typing error. */
static bool
parse_day(const char *text, size_t length, int64_t *ret_days)
{
	return scop_date_parse(text, length, ret_days) && *ret_days >= FIRST_DAY &&
	    *ret_days <= LAST_DAY;
}

/* The day of a limit such as 20261122. */
static int64_t
limit_day(int64_t limit)
{
	return scop_days_of((struct scop_day){ .year = (int)(limit / 10000),
	    .month = (int)(limit / 100 % 100),
	    .day = (int)(limit % 100) });
}

/* Whether the day is within the field's limits; refused otherwise. */
static bool
day_fits(const struct scop_input *input, int64_t days)
{
	const struct scop_field *field = input->field;
	struct scop_arena *arena = input->req->arena;
	const int64_t low = field->min > 0 ? limit_day(field->min) : FIRST_DAY,
		      high = field->max > 0 ? limit_day(field->max) : LAST_DAY;

	if (days >= low && days <= high)
		return true;
	scop_input_refuse_limits(input,
	    field->min <= 0       ? SCOP_TEXT("Please choose a day until {{high}}.")
		: field->max <= 0 ? SCOP_TEXT("Please choose a day from {{low}} on.")
				  : SCOP_TEXT("Please choose a day from {{low}} to {{high}}."),
	    scop_value_date(arena, low), scop_value_date(arena, high));
	return false;
}

void
scop_check_date(const struct scop_input *input, const char *text)
{
	int64_t days;

	if (!parse_day(text, strlen(text), &days))
		scop_input_refuse(input, SCOP_TEXT("This is not a date. Write it as 2026-11-22."));
	else if (day_fits(input, days))
		scop_input_take(input, scop_value_date(input->req->arena, days));
}

/* The time of day of a limit such as 1430, in seconds. */
static int64_t
limit_clock(int64_t limit)
{
	return (limit / 100 * 60 + limit % 100) * 60;
}

void
scop_check_clock(const struct scop_input *input, const char *text)
{
	const struct scop_field *field = input->field;
	struct scop_arena *arena = input->req->arena;
	const int64_t low = field->min > 0 ? limit_clock(field->min) : 0,
		      high = field->max > 0 ? limit_clock(field->max) : LAST_CLOCK;
	int64_t seconds;

	if (!scop_clock_parse(text, strlen(text), &seconds))
		scop_input_refuse(input,
		    SCOP_TEXT("This is not a time of day. Write it as 14:30."));
	else if (seconds < low || seconds > high)
		scop_input_refuse_limits(input,
		    SCOP_TEXT("Please choose a time of day from {{low}} to {{high}}."),
		    scop_value_clock(arena, low), scop_value_clock(arena, high));
	else
		scop_input_take(input, scop_value_clock(arena, seconds));
}

/* The instant, if its day on the tenant's clocks is within the field's limits. */
static void
take_instant(const struct scop_input *input, int64_t instant)
{
	const struct scop_clock clock = scop_zone_clock(input->req->site.zone, instant);

	if (day_fits(input, scop_days_of((struct scop_day){ clock.year, clock.month, clock.day })))
		scop_input_take(input, scop_value_time(input->req->arena, instant));
}

/* The local time in the tenant's time zone at an instant. */
static const struct scop_value *
clock_at(const struct scop_input *input, int64_t instant)
{
	const struct scop_clock clock = scop_zone_clock(input->req->site.zone, instant);

	return scop_value_clock(input->req->arena, (clock.hour * 60 + clock.minute) * 60);
}

/* Resolves a local time that occurs twice: by the choice sent with it, or else the form asks. */
static void
take_one_of_two(const struct scop_input *input, int64_t first, int64_t last)
{
	struct scop_arena *arena = input->req->arena;
	const char *which = scop_input_beside(input, "which");

	scop_map_put_text(input->typed, scop_arena_printf(arena, "%s.which", input->field->name),
	    which[0] ? which : "none");
	if (strcmp(which, "first") == 0 || strcmp(which, "second") == 0)
		take_instant(input, which[0] == 'f' ? first : last);
	else
		scop_input_refuse_limits(input,
		    SCOP_TEXT(
			"The clocks show {{low}} twice on that day, before and after they are put "
			"back. Please choose which one you mean."),
		    clock_at(input, first), NULL);
}

static void
take_local(const struct scop_input *input, int64_t days, int64_t clock)
{
	struct scop_arena *arena = input->req->arena;
	int64_t first, last;
	const unsigned times =
	    scop_zone_instants(input->req->site.zone, days, clock, &first, &last);

	if (times == 2)
		take_one_of_two(input, first, last);
	else if (times == 1)
		take_instant(input, first);
	else
		scop_input_refuse_limits(input,
		    SCOP_TEXT(
			"The clocks do not show {{low}} on that day: they are put forward then. "
			"Please choose another time, such as {{high}}."),
		    scop_value_clock(arena, clock), clock_at(input, first));
}

void
scop_check_time(const struct scop_input *input, const char *text)
{
	const size_t length = strlen(text);
	int64_t days, clock, instant;

	if (length > 11 && strchr("Tt ", text[10]) && parse_day(text, 10, &days)) {
		if (scop_clock_parse(text + 11, length - 11, &clock)) {
			take_local(input, days, clock);
			return;
		}
		if (scop_moment_parse(text, length, &instant)) {
			take_instant(input, instant);
			return;
		}
	}
	scop_input_refuse(input,
	    SCOP_TEXT("This is not a date with a time. Write it as 2026-11-22 14:30."));
}
