/* SPDX-License-Identifier: EUPL-1.2 */
/* Decimals as people write them: "12,50", "1.250,5", "1 250", "-3". Exact: nothing is rounded. */
#ifndef SCOP_BASE_AMOUNT_H
#define SCOP_BASE_AMOUNT_H

#include <stdint.h>

enum scop_amount {
	SCOP_AMOUNT_OK,
	SCOP_AMOUNT_NOT_ONE,
	SCOP_AMOUNT_TOO_FINE,  /* more digits behind the point than `scale` */
	SCOP_AMOUNT_AMBIGUOUS, /* "1.250" with three digits behind the point allowed: 1250 or 1.25
				*/
};

/* Reads an amount with at most `scale` (0 to 18) digits behind the point: its digits, as many as
 * `scale` behind the point, with its sign. Thousands may be grouped by spaces, or by that of . and
 * , that is not the point. `point` is the one that the reader's language writes, and decides where
 * one sign stands before three digits. A euro sign may stand around. At most 18 digits, those
 * behind the point included. */
enum scop_amount scop_amount_parse(const char *text, unsigned scale, char point,
    int64_t *ret_unscaled);

#endif
