/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Exact decimals: an integer and how many of its digits stand behind the point. 64 bits hold 18
 * digits; a longer number is refused, never rounded in silence.
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

/* Gives the integer part, rounded towards zero: 12 of 12.99, -12 of -12.99. */
int64_t scop_decimal_whole(struct scop_decimal decimal);

/* Reads "-12.30", a point and no groups; false for anything else, or more than 18 digits. */
bool scop_decimal_parse(const char *text, size_t length, struct scop_decimal *ret_decimal);

/* The same value with `scale` digits behind the point, half away from zero where digits are lost;
 * false where it does not fit. */
bool scop_decimal_rescale(struct scop_decimal decimal, unsigned scale,
    struct scop_decimal *ret_decimal);

/* The exact sum and difference, with the larger of both scales; false where it does not fit. */
bool scop_decimal_add(struct scop_decimal a, struct scop_decimal b,
    struct scop_decimal *ret_decimal);
bool scop_decimal_subtract(struct scop_decimal a, struct scop_decimal b,
    struct scop_decimal *ret_decimal);

/* The product, and a divided by b (which must not be 0), rounded half away from zero to `scale`
 * digits behind the point; false where it does not fit. */
bool scop_decimal_multiply(struct scop_decimal a, struct scop_decimal b, unsigned scale,
    struct scop_decimal *ret_decimal);
bool scop_decimal_divide(struct scop_decimal a, struct scop_decimal b, unsigned scale,
    struct scop_decimal *ret_decimal);

/* Below 0, 0 or above 0, as a is less than, equal to or more than b. */
int scop_decimal_compare(struct scop_decimal a, struct scop_decimal b);

#endif
