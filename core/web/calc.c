/* SPDX-License-Identifier: EUPL-1.2 */
/* Arithmetic on amounts and dates: see scopiton/calc.h. */
#include "scopiton/calc.h"

#include <stdlib.h>
#include <string.h>

#include "base/amount.h"
#include "base/date.h"
#include "base/decimal.h"
#include "web/request.h"

enum { CENT_DIGITS = 2, WORKING_DAYS = 5, FAR = 4000000 };

static const struct scop_value *
fail(struct scop_request *req, const char *why)
{
	scop_request_fail(req, SCOP_DB_FAILED, why);
	return NULL;
}

static bool
is_none(const struct scop_value *value)
{
	return scop_type(value) == SCOP_NULL;
}

static bool
is_amount(const struct scop_value *value)
{
	const enum scop_type type = scop_type(value);

	return type == SCOP_INT || type == SCOP_NUMBER || type == SCOP_MONEY;
}

static bool
is_factor(const struct scop_value *value)
{
	return is_amount(value) && scop_type(value) != SCOP_MONEY;
}

static struct scop_decimal
decimal_of(const struct scop_value *amount)
{
	return (struct scop_decimal){ scop_unscaled(amount), scop_scale(amount) };
}

/* A value of the type of `like`, if that is money or an integer; else a number. */
static const struct scop_value *
amount_like(struct scop_request *req, const struct scop_value *like, struct scop_decimal decimal)
{
	if (scop_type(like) == SCOP_MONEY)
		return scop_value_money(req->arena, decimal.unscaled, scop_currency(like));
	if (decimal.scale == 0)
		return scop_value_int(req->arena, decimal.unscaled);
	return scop_value_number(req->arena, decimal.unscaled, decimal.scale);
}

static const struct scop_value *
combine(struct scop_request *req, const struct scop_value *a, const struct scop_value *b,
    bool (*operation)(struct scop_decimal, struct scop_decimal, struct scop_decimal *))
{
	struct scop_decimal result;

	if (is_none(a) || is_none(b))
		return NULL;
	if (!is_amount(a) || !is_amount(b) ||
	    (scop_type(a) == SCOP_MONEY) != (scop_type(b) == SCOP_MONEY) ||
	    strcmp(scop_currency(a), scop_currency(b)) != 0)
		return fail(req, "amounts of two kinds or currencies cannot be added");
	if (!operation(decimal_of(a), decimal_of(b), &result))
		return fail(req, "the sum has more than 18 digits");
	return amount_like(req, a, result);
}

const struct scop_value *
scop_add(struct scop_request *req, const struct scop_value *a, const struct scop_value *b)
{
	return combine(req, a, b, scop_decimal_add);
}

const struct scop_value *
scop_subtract(struct scop_request *req, const struct scop_value *a, const struct scop_value *b)
{
	return combine(req, a, b, scop_decimal_subtract);
}

const struct scop_value *
scop_negate(struct scop_request *req, const struct scop_value *amount)
{
	if (is_none(amount))
		return NULL;
	if (!is_amount(amount))
		return fail(req, "only an amount can be negated");
	return amount_like(req, amount,
	    (struct scop_decimal){ -scop_unscaled(amount), scop_scale(amount) });
}

const struct scop_value *
scop_multiply(struct scop_request *req, const struct scop_value *amount,
    const struct scop_value *factor)
{
	struct scop_decimal product;

	if (is_none(amount) || is_none(factor))
		return NULL;
	if (!is_amount(amount) || !is_factor(factor))
		return fail(req, "an amount is multiplied by an integer or a number");
	const unsigned all = scop_scale(amount) + scop_scale(factor);
	const unsigned scale = scop_type(amount) == SCOP_MONEY ? CENT_DIGITS
	    : all > SCOP_SCALE_MAX                             ? SCOP_SCALE_MAX
							       : all;
	if (!scop_decimal_multiply(decimal_of(amount), decimal_of(factor), scale, &product))
		return fail(req, "the product has more than 18 digits");
	return amount_like(req, amount, product);
}

const struct scop_value *
scop_divide(struct scop_request *req, const struct scop_value *amount, const struct scop_value *by,
    unsigned scale)
{
	struct scop_decimal quotient;

	if (is_none(amount) || is_none(by))
		return NULL;
	if (!is_amount(amount) || !is_factor(by) || scale > SCOP_SCALE_MAX)
		return fail(req, "an amount is divided by an integer or a number");
	if (scop_type(amount) == SCOP_MONEY)
		scale = CENT_DIGITS;
	if (!scop_decimal_divide(decimal_of(amount), decimal_of(by), scale, &quotient))
		return fail(req, "the quotient is infinite or has more than 18 digits");
	return amount_like(req, amount, quotient);
}

const struct scop_value *
scop_round(struct scop_request *req, const struct scop_value *number, unsigned scale)
{
	struct scop_decimal rounded;

	if (is_none(number))
		return NULL;
	if (!is_factor(number) || scale > SCOP_SCALE_MAX)
		return fail(req, "only an integer or a number is rounded");
	if (!scop_decimal_rescale(decimal_of(number), scale, &rounded))
		return fail(req, "the rounded number has more than 18 digits");
	return amount_like(req, number, rounded);
}

/* ---- sharing ---- */

struct part {
	size_t index;
	int64_t weight, cents;
	__int128 remainder;
};

static int
by_remainder(const void *a, const void *b)
{
	const struct part *left = a, *right = b;

	if (left->remainder != right->remainder)
		return left->remainder < right->remainder ? 1 : -1;
	return (left->index > right->index) - (left->index < right->index);
}

static int
by_index(const void *a, const void *b)
{
	const struct part *left = a, *right = b;

	return (left->index > right->index) - (left->index < right->index);
}

/* All weights as integers of one scale; false if one is not a weight. */
static bool
read_weights(const struct scop_value *weights, struct part *parts, size_t count, __int128 *ret_sum)
{
	unsigned scale = 0;
	struct scop_decimal weight;

	for (size_t i = 0; i < count; i++)
		if (scop_scale(scop_at(weights, i)) > scale)
			scale = scop_scale(scop_at(weights, i));
	*ret_sum = 0;
	for (size_t i = 0; i < count; i++) {
		const struct scop_value *value = scop_at(weights, i);

		if (!is_amount(value) || !scop_decimal_rescale(decimal_of(value), scale, &weight) ||
		    weight.unscaled < 0)
			return false;
		parts[i] = (struct part){ .index = i, .weight = weight.unscaled };
		*ret_sum += weight.unscaled;
	}
	return *ret_sum > 0;
}

const struct scop_value *
scop_share(struct scop_request *req, const struct scop_value *amount,
    const struct scop_value *weights)
{
	const size_t count = scop_count(weights);
	const int64_t cents = scop_unscaled(amount);
	struct part *parts = scop_arena_alloc(req->arena, (count + 1) * sizeof *parts);
	struct scop_list_maker list;
	__int128 sum;
	int64_t left = cents < 0 ? -cents : cents;

	if (is_none(amount) || is_none(weights))
		return NULL;
	if (scop_type(amount) != SCOP_MONEY || !read_weights(weights, parts, count, &sum))
		return fail(req, "money is shared by weights that are neither negative nor all 0");
	for (size_t i = 0; i < count; i++) {
		const __int128 exact = (__int128)(cents < 0 ? -cents : cents) * parts[i].weight;

		parts[i].cents = (int64_t)(exact / sum);
		parts[i].remainder = exact % sum;
		left -= parts[i].cents;
	}
	qsort(parts, count, sizeof *parts, by_remainder);
	for (size_t i = 0; left > 0; i++, left--)
		parts[i].cents++;
	qsort(parts, count, sizeof *parts, by_index);
	scop_list_init(&list, req->arena);
	for (size_t i = 0; i < count; i++)
		scop_list_add(&list,
		    scop_value_money(req->arena, cents < 0 ? -parts[i].cents : parts[i].cents,
			scop_currency(amount)));
	return scop_list_value(&list);
}

const struct scop_value *
scop_read_number(struct scop_request *req, const char *text, unsigned scale)
{
	int64_t unscaled;

	return scop_amount_parse(text, scale, scop_language_point(req->locale.language),
		   &unscaled) == SCOP_AMOUNT_OK
	    ? scop_value_number(req->arena, unscaled, scale)
	    : NULL;
}

/* ---- dates ---- */

static const struct scop_value *
checked_date(struct scop_request *req, int64_t days)
{
	if (days < -FAR || days > FAR || !scop_day_exists(scop_day_of(days)))
		return fail(req, "the date is outside the years 1 to 9999");
	return scop_value_date(req->arena, days);
}

static const struct scop_value *
no_date(struct scop_request *req, const struct scop_value *value)
{
	return is_none(value) ? NULL : fail(req, "this value is not a date");
}

const struct scop_value *
scop_date_of(struct scop_request *req, const struct scop_value *time)
{
	if (scop_type(time) != SCOP_TIME)
		return is_none(time) ? NULL : fail(req, "this value is not a time");
	const struct scop_clock clock = scop_zone_clock(req->site.zone, time->integer);
	return scop_value_date(req->arena,
	    scop_days_of((struct scop_day){ clock.year, clock.month, clock.day }));
}

const struct scop_value *
scop_clock_of(struct scop_request *req, const struct scop_value *time)
{
	if (scop_type(time) != SCOP_TIME)
		return is_none(time) ? NULL : fail(req, "this value is not a time");
	const struct scop_clock clock = scop_zone_clock(req->site.zone, time->integer);
	return scop_value_clock(req->arena, (clock.hour * 60 + clock.minute) * 60);
}

const struct scop_value *
scop_today(struct scop_request *req)
{
	return scop_date_of(req, scop_now(req));
}

const struct scop_value *
scop_time_of(struct scop_request *req, const struct scop_value *date,
    const struct scop_value *clock)
{
	if (scop_type(date) != SCOP_DATE)
		return no_date(req, date);
	const struct scop_day day = scop_day_of(date->integer);
	const int64_t seconds = scop_type(clock) == SCOP_CLOCK ? clock->integer : 0;
	return scop_value_time(req->arena,
	    scop_zone_instant(req->site.zone, day.year, day.month, day.day, (int)(seconds / 3600),
		(int)(seconds / 60 % 60)) +
		seconds % 60 * 1000000);
}

const struct scop_value *
scop_make_date(struct scop_request *req, int year, int month, int day)
{
	const struct scop_day made = { year, month, day };

	return scop_day_exists(made) ? scop_value_date(req->arena, scop_days_of(made)) : NULL;
}

const struct scop_value *
scop_add_days(struct scop_request *req, const struct scop_value *date, int64_t days)
{
	if (scop_type(date) != SCOP_DATE)
		return no_date(req, date);
	if (days < -FAR || days > FAR)
		return fail(req, "the date is outside the years 1 to 9999");
	return checked_date(req, date->integer + days);
}

const struct scop_value *
scop_add_months(struct scop_request *req, const struct scop_value *date, int64_t months)
{
	if (scop_type(date) != SCOP_DATE)
		return no_date(req, date);
	if (months < -FAR || months > FAR)
		return fail(req, "the date is outside the years 1 to 9999");
	return checked_date(req, scop_date_add_months(date->integer, months));
}

static bool
is_holiday(const struct scop_value *holidays, int64_t days)
{
	for (size_t i = 0; i < scop_count(holidays); i++)
		if (scop_type(scop_at(holidays, i)) == SCOP_DATE &&
		    scop_at(holidays, i)->integer == days)
			return true;
	return false;
}

const struct scop_value *
scop_add_working_days(struct scop_request *req, const struct scop_value *date, int64_t days,
    const struct scop_value *holidays)
{
	if (scop_type(date) != SCOP_DATE)
		return no_date(req, date);
	if (days < -FAR || days > FAR)
		return fail(req, "the date is outside the years 1 to 9999");
	const int step = days < 0 ? -1 : 1;
	int64_t at = date->integer;

	for (int64_t left = days < 0 ? -days : days; left > 0;) {
		at += step;
		left -= scop_weekday_of(at) <= WORKING_DAYS && !is_holiday(holidays, at);
	}
	return checked_date(req, at);
}

int64_t
scop_days_between(const struct scop_value *from, const struct scop_value *to)
{
	return scop_type(from) == SCOP_DATE && scop_type(to) == SCOP_DATE
	    ? to->integer - from->integer
	    : 0;
}
