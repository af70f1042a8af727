/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Calculating with amounts and days. Exact: money is integer cents, numbers are decimals of up to
 * 18 digits, and where digits are lost the rounding is said: half away from zero, as invoices
 * round.
 *
 * Every function takes NULL, or a null value, for "no value" and answers NULL then. A calculation
 * that is impossible (two currencies, a text, a result beyond 18 digits, a division by zero) fails
 * the request and returns NULL, and the log says why. Results live as long as the request.
 */
#ifndef SCOPITON_CALC_H
#define SCOPITON_CALC_H

#include <stdint.h>

#include "scopiton/value.h"

struct scop_request;

/* ---- amounts: integers, numbers, money ---- */

/* Sum and difference: of integers an integer, of money of one currency money, else a number with
 * all digits of both. Money and a number do not add. */
const struct scop_value *scop_add(struct scop_request *req, const struct scop_value *a,
    const struct scop_value *b);
const struct scop_value *scop_subtract(struct scop_request *req, const struct scop_value *a,
    const struct scop_value *b);

/* The amount with the other sign, of the same type. */
const struct scop_value *scop_negate(struct scop_request *req, const struct scop_value *amount);

/* `amount` times `factor` (an integer or a number): money rounded to the cent, an integer times an
 * integer an integer, else a number with all digits of both, at most 18 behind the point. */
const struct scop_value *scop_multiply(struct scop_request *req, const struct scop_value *amount,
    const struct scop_value *factor);

/* `amount` divided by `by` (an integer or a number): money rounded to the cent, else a number
 * rounded to `scale` digits behind the point, 0 to 18. */
const struct scop_value *scop_divide(struct scop_request *req, const struct scop_value *amount,
    const struct scop_value *by, unsigned scale);

/* An integer or a number rounded to `scale` digits behind the point, 0 to 18: a number. */
const struct scop_value *scop_round(struct scop_request *req, const struct scop_value *number,
    unsigned scale);

/* Shares money in proportion to `weights` (a list of integers, numbers or money, none below 0, and
 * not all 0): a list of as many amounts, whose sum is `amount` to the cent. The cents that are left
 * go to those that lost most by rounding down; of equal ones to the first (the largest-remainder
 * method). */
const struct scop_value *scop_share(struct scop_request *req, const struct scop_value *amount,
    const struct scop_value *weights);

/* The number that `text` is, as people write it in the request's language ("1 234,5", "-3"), with
 * `scale` digits behind the point, of which fewer may be written; NULL for anything else. For input
 * that is not a field of the route, such as a value whose name is known at run time only. */
const struct scop_value *scop_read_number(struct scop_request *req, const char *text,
    unsigned scale);

/* ---- days ---- */

/* Today, where the tenant is: the same through the whole request. */
const struct scop_value *scop_today(struct scop_request *req);

/* The day of a time (SCOP_TIME), where the tenant is. */
const struct scop_value *scop_date_of(struct scop_request *req, const struct scop_value *time);

/* The time of day (SCOP_CLOCK) of a time, where the tenant is, to the minute. */
const struct scop_value *scop_clock_of(struct scop_request *req, const struct scop_value *time);

/* The moment at which the day and the time of day (NULL: midnight) come to the tenant. A time that
 * the clock shows twice (the end of summer time) is the first of both, one that it never shows (its
 * beginning) as much later as the clock was put forward. */
const struct scop_value *scop_time_of(struct scop_request *req, const struct scop_value *date,
    const struct scop_value *clock);

/* The day; NULL where there is no such day, as 30 February, or the year is not from 1 to 9999. */
const struct scop_value *scop_make_date(struct scop_request *req, int year, int month, int day);

/* The day so many days, or months, later (below 0: earlier). A month later than 31 January is the
 * last day of February. Beyond the years 1 to 9999 the request fails. */
const struct scop_value *scop_add_days(struct scop_request *req, const struct scop_value *date,
    int64_t days);
const struct scop_value *scop_add_months(struct scop_request *req, const struct scop_value *date,
    int64_t months);

/* The day so many working days later (below 0: earlier): Monday to Friday, without `holidays` (a
 * list of dates; NULL: none). 0 days later than a Saturday is that Saturday. */
const struct scop_value *scop_add_working_days(struct scop_request *req,
    const struct scop_value *date, int64_t days, const struct scop_value *holidays);

/* How many days `to` is later than `from`, both dates; below 0: earlier. 0 where either is NULL or
 * not a date. Never fails. */
int64_t scop_days_between(const struct scop_value *from, const struct scop_value *to);

#endif
