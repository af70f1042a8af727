/* SPDX-License-Identifier: EUPL-1.2 */
/* Texts in other encodings, for modules: see scopiton/encoding.h. base/encoding.c converts them. */
#include "base/encoding.h"

#include "format/format.h"
#include "web/request.h"

static unsigned
line_of(const char *data, size_t length)
{
	unsigned line = 1;

	for (size_t i = 0; i < length; i++)
		line += data[i] == '\n';
	return line;
}

const struct scop_value *
scop_decode(struct scop_request *req, const char *data, size_t size, enum scop_encoding encoding,
    enum scop_encoding *ret_encoding, struct scop_file_error *ret_error)
{
	static const char not_text[] = SCOP_TEXT(
	    "This is not text, or its encoding is unknown. Save the file as UTF-8 and try again.");
	size_t wrong = 0;

	if (!data)
		size = 0, data = "";
	if (encoding == SCOP_ENCODING_GUESS)
		encoding = scop_encoding_guess(data, size, &wrong);
	if (encoding == SCOP_ENCODING_GUESS || size > UINT32_MAX / SCOP_ENCODING_GROWTH)
		return scop_format_fail(req, ret_error, line_of(data, wrong), not_text, NULL, NULL);
	char *out = scop_arena_alloc(req->arena, size * SCOP_ENCODING_GROWTH + 1);
	const size_t length = scop_encoding_convert(encoding, data, size, out);
	wrong = scop_encoding_wrong_utf8(out, length);
	if (wrong < length)
		return scop_format_fail(req, ret_error, line_of(out, wrong), not_text, NULL, NULL);
	scop_format_ok(ret_error);
	if (ret_encoding)
		*ret_encoding = encoding;
	return scop_value_bytes(req->arena, out, length);
}
