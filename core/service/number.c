/* SPDX-License-Identifier: EUPL-1.2 */
/* Numbers without gaps: see scopiton/number.h. The row of a series is locked from the draw to the
 * end of the transaction, which alone decides whether the number was used. */
#include "scopiton/number.h"

#include <string.h>

#include "data/statements.h"
#include "web/request.h"

enum { SERIES_MAX = 50, PERIOD_MAX = 20 };

static const int64_t next_max = 999999999999;

/* LAST_INSERT_ID(number) hands the number to this connection alone. */
SCOP_HOST_STATEMENT(draw, "number_draw",
    "INSERT INTO scop_number (series, period, last) VALUES (?, ?, LAST_INSERT_ID(1)) ON DUPLICATE "
    "KEY UPDATE last = LAST_INSERT_ID(last + 1)",
    2, 1);
SCOP_HOST_STATEMENT(begin, "number_begin",
    "INSERT INTO scop_number (series, period, last) VALUES (?, ?, ?) ON DUPLICATE KEY UPDATE last "
    "= GREATEST(last, VALUES(last))",
    3, 1);
SCOP_HOST_STATEMENT(last, "number_last",
    "SELECT CAST(last AS SIGNED) AS last FROM scop_number WHERE series = ? AND period = ? FOR "
    "UPDATE",
    2, 0);

static bool
is_named(struct scop_request *req, const char *series, const char *period)
{
	if (series[0] && strlen(series) <= SERIES_MAX && strlen(period) <= PERIOD_MAX)
		return true;
	scop_request_fail(req, SCOP_DB_FAILED,
	    scop_arena_printf(req->arena,
		"a number is drawn from the series '%.60s' and period '%.30s'; a series has 1 to "
		"%d bytes, a period at most %d",
		series, period, SERIES_MAX, PERIOD_MAX));
	return false;
}

int64_t
scop_draw_number(struct scop_request *req, const char *series, const char *period)
{
	if (!is_named(req, series, period))
		return 0;
	scop_write(req,
	    (struct scop_query){ &draw,
		{ scop_value_text(req->arena, series), scop_value_text(req->arena, period) } });
	return scop_inserted(req);
}

bool
scop_begin_numbers(struct scop_request *req, const char *series, const char *period, int64_t next)
{
	if (!is_named(req, series, period) || next < 1 || next > next_max)
		return false;
	const struct scop_value *of = scop_value_text(req->arena, series),
				*in = scop_value_text(req->arena, period);

	scop_write(req,
	    (struct scop_query){ &begin, { of, in, scop_value_int(req->arena, next - 1) } });
	return scop_int(scop_row(req, (struct scop_query){ &last, { of, in } }), "last") ==
	    next - 1 &&
	    !req->failed;
}
