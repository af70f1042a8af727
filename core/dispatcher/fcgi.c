/* SPDX-License-Identifier: EUPL-1.2 */
/* A FastCGI client: see fcgi.h. */
#include "dispatcher/fcgi.h"

#include <string.h>

#include "base/buffer.h"

enum {
	VERSION = 1,
	BEGIN_REQUEST = 1,
	END_REQUEST = 3,
	PARAMS = 4,
	STDIN = 5,
	STDOUT = 6,
	STDERR = 7,
	RESPONDER = 1,
	HEAD_BYTES = 8,
	RECORD_MAX = 65528
};

static void
add_record(struct scop_buffer *out, int type, const char *content, size_t length)
{
	const unsigned char head[HEAD_BYTES] = { VERSION, (unsigned char)type, 0, 1,
		(unsigned char)(length >> 8), (unsigned char)(length & 0xff), 0, 0 };

	scop_buffer_add(out, head, sizeof head);
	scop_buffer_add(out, content, length);
}

/* A stream: its records, then an empty one. */
static void
add_stream(struct scop_buffer *out, int type, const char *content, size_t length)
{
	for (size_t at = 0; at < length; at += RECORD_MAX)
		add_record(out, type, content + at,
		    length - at < RECORD_MAX ? length - at : RECORD_MAX);
	add_record(out, type, "", 0);
}

static void
add_length(struct scop_buffer *out, size_t length)
{
	if (length < 128) {
		scop_buffer_char(out, (char)length);
		return;
	}
	for (int shift = 24; shift >= 0; shift -= 8)
		scop_buffer_char(out, (char)((length >> shift & 0xff) | (shift == 24 ? 0x80 : 0)));
}

void
scop_fcgi_request(struct scop_buffer *out, const struct scop_fcgi_param *params, const char *body,
    size_t length)
{
	static const char begin[HEAD_BYTES] = { 0, RESPONDER, 0, 0, 0, 0, 0, 0 };
	struct scop_buffer pairs;

	add_record(out, BEGIN_REQUEST, begin, sizeof begin);
	scop_buffer_init(&pairs, out->arena);
	for (const struct scop_fcgi_param *param = params; param->name; param++) {
		add_length(&pairs, strlen(param->name));
		add_length(&pairs, strlen(param->value));
		scop_buffer_text(&pairs, param->name);
		scop_buffer_text(&pairs, param->value);
	}
	add_stream(out, PARAMS, scop_buffer_str(&pairs), pairs.length);
	add_stream(out, STDIN, body, length);
}

static void
take_text(struct scop_fcgi_answer *answer, const unsigned char *bytes, size_t length)
{
	if (length >= sizeof answer->text - answer->text_length) {
		answer->broken = true;
		return;
	}
	memcpy(answer->text + answer->text_length, bytes, length);
	answer->text_length += length;
	answer->text[answer->text_length] = '\0';
}

/* The record's head is complete. */
static void
begin_record(struct scop_fcgi_answer *answer)
{
	const unsigned char *head = answer->head;

	answer->left = (size_t)head[4] << 8 | head[5];
	answer->padding = head[6];
	if (head[0] != VERSION ||
	    (head[1] != STDOUT && head[1] != STDERR && head[1] != END_REQUEST))
		answer->broken = true;
	if (head[1] == END_REQUEST)
		answer->ended = true;
}

void
scop_fcgi_take(struct scop_fcgi_answer *answer, const unsigned char *bytes, size_t length)
{
	while (length > 0 && !answer->broken && !answer->ended) {
		size_t step = 1;

		if (answer->head_length < HEAD_BYTES) {
			answer->head[answer->head_length++] = *bytes;
			if (answer->head_length == HEAD_BYTES)
				begin_record(answer);
		} else if (answer->left > 0) {
			step = length < answer->left ? length : answer->left;
			if (answer->head[1] == STDOUT)
				take_text(answer, bytes, step);
			answer->left -= step;
		} else if (answer->padding > 0) {
			answer->padding--;
		}
		if (answer->head_length == HEAD_BYTES && answer->left == 0 && answer->padding == 0)
			answer->head_length = 0;
		bytes += step;
		length -= step;
	}
}

bool
scop_fcgi_line(struct scop_fcgi_answer *answer, char *ret_line, size_t size)
{
	const char *end = memchr(answer->text, '\n', answer->text_length);

	if (!end)
		return false;
	const size_t length = (size_t)(end - answer->text),
		     kept = length < size ? length : size - 1;
	memcpy(ret_line, answer->text, kept);
	ret_line[kept] = '\0';
	answer->text_length -= length + 1;
	memmove(answer->text, end + 1, answer->text_length + 1);
	return true;
}
