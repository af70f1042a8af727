/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Exact decimals: an integer and its number of decimal places. 64 bits hold 18 digits; a longer
 * number is refused, never silently rounded.
 */
#ifndef SCOP_BASE_DECIMAL_H
#define SCOP_BASE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scop_buffer;

enum { SCOP_SCALE_MAX = 18 };

struct scop_decimal {
	int64_t unscaled;
	unsigned scale; /* 0 to 18: 1234 with scale 2 is 12.34 */
};

/* Appends all digits with a point, as programs write them: "-12.30", "0.05", "7". */
void scop_decimal_print(struct scop_buffer *out, struct scop_decimal decimal);

/* The integer part, rounded towards zero: 12 for 12.99, -12 for -12.99. */
int64_t scop_decimal_whole(struct scop_decimal decimal);

/* Reads "-12.30", with a point and no grouping; false for anything else, or more than 18 digits. */
bool scop_decimal_parse(const char *text, size_t length, struct scop_decimal *ret_decimal);

/* The value with `scale` decimal places, rounded half away from zero; false if it does not fit. */
bool scop_decimal_rescale(struct scop_decimal decimal, unsigned scale,
    struct scop_decimal *ret_decimal);

/* The exact sum and difference, with the larger of the two scales; false if it does not fit. */
bool scop_decimal_add(struct scop_decimal a, struct scop_decimal b,
    struct scop_decimal *ret_decimal);
bool scop_decimal_subtract(struct scop_decimal a, struct scop_decimal b,
    struct scop_decimal *ret_decimal);

/* The product and the quotient a / b (b must not be 0), rounded half away from zero to `scale`
 * decimal places; false if it does not fit. */
bool scop_decimal_multiply(struct scop_decimal a, struct scop_decimal b, unsigned scale,
    struct scop_decimal *ret_decimal);
bool scop_decimal_divide(struct scop_decimal a, struct scop_decimal b, unsigned scale,
    struct scop_decimal *ret_decimal);

/* Negative, 0 or positive if a is less than, equal to or greater than b. */
int scop_decimal_compare(struct scop_decimal a, struct scop_decimal b);

#endif
