/* SPDX-License-Identifier: EUPL-1.2 */
/* Charts: the positions of bars in a drawing of 300 by 80; see core/web/frame/views/chart.html. */
#include "web/request.h"

enum { WIDTH = 300, HEIGHT = 80, BARS_MAX = 60, LEAST = 2 };

const struct scop_value *
scop_chart(struct scop_request *req, size_t count, const struct scop_value *const *labels,
    const struct scop_value *const *values)
{
	struct scop_list *bars = scop_list_new(req);
	int64_t max = 1;

	if (count > BARS_MAX) {
		scop_request_fail(req, SCOP_DB_FAILED, "scop_chart: more than 60 values");
		return NULL;
	}
	for (size_t i = 0; i < count; i++)
		if (scop_as_int(values[i]) > max)
			max = scop_as_int(values[i]);
	for (size_t i = 0; i < count; i++) {
		const int64_t value = scop_as_int(values[i]) > 0 ? scop_as_int(values[i]) : 0;
		const int64_t height = value > 0 ? LEAST + value * (HEIGHT - LEAST) / max : 1;
		const int64_t from = (int64_t)i * WIDTH / (int64_t)count,
			      to = (int64_t)(i + 1) * WIDTH / (int64_t)count;

		struct scop_map *bar = scop_map_new(req);

		scop_map_set(bar, "x", scop_make_int(req, from));
		scop_map_set(bar, "y", scop_make_int(req, HEIGHT - height));
		scop_map_set(bar, "width", scop_make_int(req, to - from - (to - from > 4 ? 3 : 1)));
		scop_map_set(bar, "height", scop_make_int(req, height));
		scop_map_set(bar, "label", labels[i]);
		scop_map_set(bar, "value", values[i]);
		scop_list_push(bars, scop_map_done(bar));
	}
	struct scop_map *chart = scop_map_new(req);
	scop_map_set(chart, "bars", scop_list_done(bars));
	return scop_map_done(chart);
}
