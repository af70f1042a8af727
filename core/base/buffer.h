/* Buffer: bytes that grow at their end, in an arena. Always ends in a NUL that its length does not count. */
#ifndef SCOP_BASE_BUFFER_H
#define SCOP_BASE_BUFFER_H

#include <stddef.h>

struct scop_arena;

struct scop_buffer {
	struct scop_arena *arena;
	char *data; /* NULL until the first byte; then NUL-terminated */
	size_t length;
	size_t capacity;
};

void scop_buffer_init(struct scop_buffer *buffer, struct scop_arena *arena);
void scop_buffer_add(struct scop_buffer *buffer, const void *bytes, size_t length);
void scop_buffer_text(struct scop_buffer *buffer, const char *text);
void scop_buffer_char(struct scop_buffer *buffer, char byte);
void scop_buffer_printf(struct scop_buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The text so far; "" when nothing was added. */
const char *scop_buffer_str(const struct scop_buffer *buffer);

#endif
