/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Arithmetic on amounts and dates. Results are exact: money is integer cents, numbers are decimals
 * of up to 18 digits. Functions that round say so; they round half away from zero, as invoices do.
 *
 * Every function accepts NULL or a null value as "no value", and then returns NULL. An impossible
 * calculation (two currencies, a string, a result of more than 18 digits, division by zero) fails
 * the request, returns NULL and logs the reason. Results live as long as the request.
 */
#ifndef SCOPITON_CALC_H
#define SCOPITON_CALC_H

#include <stdint.h>

#include "scopiton/value.h"

struct scop_request;

/* ---- amounts: integers, numbers, money ---- */

/* Sum and difference. Two integers give an integer, and money of one currency gives money; any
 * other pair gives a number with as many decimal places as the more precise operand. Money and a
 * number cannot be added: the request fails. */
const struct scop_value *scop_add(struct scop_request *req, const struct scop_value *a,
    const struct scop_value *b);
const struct scop_value *scop_subtract(struct scop_request *req, const struct scop_value *a,
    const struct scop_value *b);

/* The amount with its sign changed; the result has the same type. */
const struct scop_value *scop_negate(struct scop_request *req, const struct scop_value *amount);

/* `amount` times `factor` (an integer or a number): money is rounded to the cent, two integers give
 * an integer, and anything else an exact number with at most 18 decimal places. */
const struct scop_value *scop_multiply(struct scop_request *req, const struct scop_value *amount,
    const struct scop_value *factor);

/* `amount` divided by `by` (an integer or a number): money is rounded to the cent, anything else to
 * a number with `scale` (0 to 18) decimal places. */
const struct scop_value *scop_divide(struct scop_request *req, const struct scop_value *amount,
    const struct scop_value *by, unsigned scale);

/* Rounds an integer or a number to `scale` (0 to 18) decimal places; returns a number. */
const struct scop_value *scop_round(struct scop_request *req, const struct scop_value *number,
    unsigned scale);

/* Divides money in proportion to `weights` (a list of integers, numbers or money, none negative and
 * not all 0). Returns a list with one amount per weight; the sum is exactly `amount`. Cents left
 * over by rounding down go to the largest remainders, and among equal ones to the first (the
 * largest-remainder method). */
const struct scop_value *scop_share(struct scop_request *req, const struct scop_value *amount,
    const struct scop_value *weights);

/* Parses a number as people write it in the request's language ("1 234,5", "-3"), with at most
 * `scale` decimal places; NULL if `text` is not such a number. For input that is not a field of the
 * route, such as a value whose name is known only at run time. */
const struct scop_value *scop_read_number(struct scop_request *req, const char *text,
    unsigned scale);

/* ---- dates ---- */

/* Today in the tenant's time zone; the same throughout the request. */
const struct scop_value *scop_today(struct scop_request *req);

/* The date of a time (SCOP_TIME) in the tenant's time zone. */
const struct scop_value *scop_date_of(struct scop_request *req, const struct scop_value *time);

/* The time of day (SCOP_CLOCK) of a time in the tenant's time zone, to the minute. */
const struct scop_value *scop_clock_of(struct scop_request *req, const struct scop_value *time);

/* The moment of a date and a time of day (NULL: midnight) in the tenant's time zone. A local time
 * that occurs twice (at the end of summer time) means the first occurrence; one that is skipped (at
 * its beginning) is moved forward by as much as the clock is. */
const struct scop_value *scop_time_of(struct scop_request *req, const struct scop_value *date,
    const struct scop_value *clock);

/* A date; NULL if it does not exist, such as 30 February, or the year is outside 1 to 9999. */
const struct scop_value *scop_make_date(struct scop_request *req, int year, int month, int day);

/* The date this many days or months later (negative: earlier). One month after 31 January is the
 * last day of February. A result outside the years 1 to 9999 fails the request. */
const struct scop_value *scop_add_days(struct scop_request *req, const struct scop_value *date,
    int64_t days);
const struct scop_value *scop_add_months(struct scop_request *req, const struct scop_value *date,
    int64_t months);

/* The date this many working days later (negative: earlier). Working days are Monday to Friday,
 * except `holidays` (a list of dates; NULL: none). 0 days after a Saturday is that Saturday. */
const struct scop_value *scop_add_working_days(struct scop_request *req,
    const struct scop_value *date, int64_t days, const struct scop_value *holidays);

/* The number of days from `from` to `to`, both dates; negative if `to` is earlier; 0 if either is
 * NULL or not a date. Never fails. */
int64_t scop_days_between(const struct scop_value *from, const struct scop_value *to);

#endif
