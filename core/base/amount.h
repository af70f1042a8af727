/* SPDX-License-Identifier: EUPL-1.2 */
/* Decimals as people write them: "12,50", "1.250,5", "1 250", "-3". Nothing is rounded. */
#ifndef SCOP_BASE_AMOUNT_H
#define SCOP_BASE_AMOUNT_H

#include <stdint.h>

enum scop_amount {
	SCOP_AMOUNT_OK,
	SCOP_AMOUNT_NOT_ONE,
	SCOP_AMOUNT_TOO_FINE,  /* more decimal places than `scale` */
	SCOP_AMOUNT_AMBIGUOUS, /* "1.250" with a scale of 3 or more: 1250 or 1.25
				*/
};

/* Reads an amount with at most `scale` (0 to 18) decimal places as an integer of the smallest unit.
 * Thousands may be grouped by spaces, or by whichever of . and , is not the decimal point. `point`
 * is the decimal point of the reader's language, which decides what a single sign before three
 * digits means. A euro sign may precede or follow. At most 18 digits in all. */
enum scop_amount scop_amount_parse(const char *text, unsigned scale, char point,
    int64_t *ret_unscaled);

#endif
