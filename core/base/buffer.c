/* SPDX-License-Identifier: EUPL-1.2 */
/* A growing byte buffer: see buffer.h. */
#include "base/buffer.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"

enum { DIGITS_MAX = 20 };

void
scop_buffer_init(struct scop_buffer *buffer, struct scop_arena *arena)
{
	*buffer = (struct scop_buffer){ .arena = arena };
}

void
scop_buffer_reserve(struct scop_buffer *buffer, size_t more)
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
scop_buffer_digits(struct scop_buffer *buffer, uint64_t number, unsigned least)
{
	char digits[DIGITS_MAX];
	unsigned first = DIGITS_MAX;

	assert(least <= DIGITS_MAX);
	if (least == 2 && number < 100) { /* a day, a month, a clock */
		scop_two_digits(digits, (unsigned)number);
		scop_buffer_add(buffer, digits, 2);
		return;
	}
	if (least == 4 && number < 10000) { /* a year */
		scop_two_digits(digits, (unsigned)number / 100);
		scop_two_digits(digits + 2, (unsigned)number % 100);
		scop_buffer_add(buffer, digits, 4);
		return;
	}
	for (; number > 0 || DIGITS_MAX - first < least; number /= 10)
		digits[--first] = (char)('0' + number % 10);
	scop_buffer_add(buffer, digits + first, DIGITS_MAX - first);
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
	scop_buffer_reserve(buffer, (size_t)length);
	vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format, args);
	buffer->length += (size_t)length;
	va_end(args);
}

const char *
scop_buffer_str(const struct scop_buffer *buffer)
{
	return buffer->data ? buffer->data : "";
}
