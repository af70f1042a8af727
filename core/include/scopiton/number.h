/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Numbers without gaps, as the law wants of invoices: 1, 2, 3 in each series and period.
 *
 * A number is drawn in the transaction of a POST or a job, and belongs to what that stores: if it
 * is rolled back, for whatever reason and on whatever host, the next one to draw gets the same
 * number. So nothing that may still be discarded, such as a draft, has a number.
 */
#ifndef SCOPITON_NUMBER_H
#define SCOPITON_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

struct scop_request;

/* Draws the next number of the series, from 1 in each period: scop_draw_number(req, "invoice",
 * "2026"). A series has 1 to 50 bytes, a period at most 20 ("" for none); the module alone draws
 * from them, for each tenant from 1. 0 if the request has failed; outside a POST or a job it fails.
 *
 * Call it after everything else that the request reads and writes, but for the row that gets the
 * number: until the request ends, nobody else draws from this series and period. */
int64_t scop_draw_number(struct scop_request *req, const char *series, const char *period);

/* Makes `next` the next number of a series, for a tenant that comes from another program. Returns
 * false, and changes nothing, if `next` or a later number was drawn already, or `next` is not from
 * 1 to 999,999,999,999. */
bool scop_begin_numbers(struct scop_request *req, const char *series, const char *period,
    int64_t next);

#endif
