/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Makes a module read one after another what it reads together: bench.mjs builds the shop a second
 * time with this file in front, so that the same page can be timed both ways.
 */
#ifndef BENCH_PLAIN_H
#define BENCH_PLAIN_H

#include "scopiton/scopiton.h"

static inline const struct scop_value *
bench_put_each(struct scop_request *req, const struct scop_want *wants)
{
	const struct scop_value *first = NULL;

	for (const struct scop_want *want = wants; want->name; want++) {
		const struct scop_value *value =
		    want->first ? scop_row(req, want->query) : scop_rows(req, want->query);

		scop_put(req, want->name, value);
		if (want == wants)
			first = value;
	}
	return first;
}

#define scop_put_all bench_put_each

#endif
