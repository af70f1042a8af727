/* SPDX-License-Identifier: EUPL-1.2 */
/* Buffer: a growing string in an arena. It always ends with a NUL that its length does not count.
 */
#ifndef SCOP_BASE_BUFFER_H
#define SCOP_BASE_BUFFER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct scop_arena;

struct scop_buffer {
	struct scop_arena *arena;
	char *data; /* NULL until the first byte; then NUL-terminated */
	size_t length;
	size_t capacity;
};

void scop_buffer_init(struct scop_buffer *buffer, struct scop_arena *arena);
/* Makes room for `more` additional bytes. */
void scop_buffer_reserve(struct scop_buffer *buffer, size_t more);

/* Inline, because a page consists of thousands of small pieces. */
static inline void
scop_buffer_add(struct scop_buffer *buffer, const void *bytes, size_t length)
{
	if (length >= buffer->capacity - buffer->length) /* an empty buffer has neither */
		scop_buffer_reserve(buffer, length);
	if (length > 0)
		memcpy(buffer->data + buffer->length, bytes, length);
	buffer->length += length;
	buffer->data[buffer->length] = '\0';
}

static inline void
scop_buffer_text(struct scop_buffer *buffer, const char *text)
{
	scop_buffer_add(buffer, text, strlen(text));
}

static inline void
scop_buffer_char(struct scop_buffer *buffer, char byte)
{
	scop_buffer_add(buffer, &byte, 1);
}

/* Writes a number below 100 as the two digits at `at`. */
static inline void
scop_two_digits(char *at, unsigned number)
{
	at[0] = (char)('0' + number / 10);
	at[1] = (char)('0' + number % 10);
}

/* Forgets all but the first `length` bytes. */
static inline void
scop_buffer_cut(struct scop_buffer *buffer, size_t length)
{
	buffer->length = length;
	if (buffer->data)
		buffer->data[length] = '\0';
}

/* Appends the number with at least `least` digits (at most 20), zero-padded. A page has hundreds,
 * and printf is many times slower. */
void scop_buffer_digits(struct scop_buffer *buffer, uint64_t number, unsigned least);

void scop_buffer_printf(struct scop_buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The text so far; "" if nothing was appended. */
const char *scop_buffer_str(const struct scop_buffer *buffer);

#endif
