/* Growing bytes: see buffer.h. */
#include "base/buffer.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"

void
scop_buffer_init(struct scop_buffer *buffer, struct scop_arena *arena)
{
	*buffer = (struct scop_buffer){ .arena = arena };
}

static void
reserve(struct scop_buffer *buffer, size_t more)
{
	assert(more < SIZE_MAX / 4 && buffer->length < SIZE_MAX / 4);
	const size_t need = buffer->length + more + 1;

	if (need <= buffer->capacity)
		return;

	size_t capacity = buffer->capacity ? buffer->capacity * 2 : 256;
	while (capacity < need)
		capacity *= 2;
	buffer->data = scop_arena_grow(buffer->arena, buffer->data, buffer->capacity, capacity);
	buffer->capacity = capacity;
}

void
scop_buffer_add(struct scop_buffer *buffer, const void *bytes, size_t length)
{
	reserve(buffer, length);
	if (length > 0)
		memcpy(buffer->data + buffer->length, bytes, length);
	buffer->length += length;
	buffer->data[buffer->length] = '\0';
}

void
scop_buffer_text(struct scop_buffer *buffer, const char *text)
{
	scop_buffer_add(buffer, text, strlen(text));
}

void
scop_buffer_char(struct scop_buffer *buffer, char byte)
{
	scop_buffer_add(buffer, &byte, 1);
}

void
scop_buffer_printf(struct scop_buffer *buffer, const char *format, ...)
{
	va_list args, again;

	va_start(args, format);
	va_copy(again, args);
	const int length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	assert(length >= 0);
	reserve(buffer, (size_t)length);
	vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format, args);
	buffer->length += (size_t)length;
	va_end(args);
}

const char *
scop_buffer_str(const struct scop_buffer *buffer)
{
	return buffer->data ? buffer->data : "";
}
