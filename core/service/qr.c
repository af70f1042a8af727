/* SPDX-License-Identifier: EUPL-1.2 */
/* QR codes with libqrencode, as the outline for an SVG path: see scop_qr in scopiton/request.h. */
#include <qrencode.h>
#include <string.h>

#include "web/request.h"

enum { QUIET_ZONE = 4, BLACK = 1 }; /* the margin that ISO/IEC 18004 requires, in modules */

/* Each run of dark modules in a row is one rectangle. */
static void
add_row(struct scop_buffer *path, const unsigned char *row, int width, int y)
{
	for (int x = 0; x < width; x++) {
		const int start = x;

		while (x < width && (row[x] & BLACK))
			x++;
		if (x > start)
			scop_buffer_printf(path, "M%d %dh%dv1h-%dz", start + QUIET_ZONE,
			    y + QUIET_ZONE, x - start, x - start);
	}
}

const struct scop_value *
scop_qr(struct scop_request *req, const char *text)
{
	struct scop_buffer path;
	QRcode *code = text ? QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M) : NULL;

	if (!code)
		return NULL;
	scop_buffer_init(&path, req->arena);
	for (int y = 0; y < code->width; y++)
		add_row(&path, code->data + (size_t)y * (size_t)code->width, code->width, y);
	const int width = code->width + 2 * QUIET_ZONE;

	QRcode_free(code);
	struct scop_map *map = scop_map_new(req);
	scop_map_set(map, "size", scop_make_int(req, width));
	scop_map_set(map, "path", scop_value_text(req->arena, scop_buffer_str(&path)));
	return scop_map_done(map);
}
