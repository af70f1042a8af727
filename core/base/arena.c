/* SPDX-License-Identifier: EUPL-1.2 */
/* Arena: chunks of 32 kB, and larger ones for larger allocations; see arena.h. */
#include "base/arena.h"

#include <assert.h>
#include <stdbool.h>
#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/said.h"

#if defined(__SANITIZE_ADDRESS__)
#define ONE_MALLOC_EACH 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ONE_MALLOC_EACH 1
#endif
#endif
#ifndef ONE_MALLOC_EACH
#define ONE_MALLOC_EACH 0
#endif

enum { CHUNK_SIZE = 32 * 1024, ALIGNMENT = alignof(max_align_t) };

struct chunk {
	struct chunk *next;
	size_t size;
	size_t used;
	alignas(max_align_t) char data[];
};

struct cleanup {
	struct cleanup *next;
	void (*release)(void *);
	void *thing;
};

struct scop_arena {
	struct chunk *chunks;
	struct cleanup *cleanups;
};

static struct chunk *
chunk_new(size_t size)
{
	struct chunk *chunk = malloc(sizeof *chunk + size);

	if (!chunk) {
		fputs("out of memory\n", stderr);
		abort();
	}
	chunk->next = NULL;
	chunk->size = size;
	chunk->used = 0;
	return chunk;
}

struct scop_arena *
scop_arena_new(void)
{
	struct scop_arena *arena = calloc(1, sizeof *arena);

	if (!arena)
		abort();
	return arena;
}

static void
run_cleanups(struct scop_arena *arena)
{
	while (arena->cleanups) {
		struct cleanup *cleanup = arena->cleanups;

		arena->cleanups = cleanup->next;
		cleanup->release(cleanup->thing);
	}
}

void
scop_arena_reset(struct scop_arena *arena)
{
	struct chunk *keep = NULL;

	run_cleanups(arena);
	while (arena->chunks) {
		struct chunk *chunk = arena->chunks;

		arena->chunks = chunk->next;
		if (!ONE_MALLOC_EACH && !keep && chunk->size == CHUNK_SIZE) {
			keep = chunk;
			keep->next = NULL;
			keep->used = 0;
		} else {
			free(chunk);
		}
	}
	arena->chunks = keep;
}

void
scop_arena_free(struct scop_arena *arena)
{
	if (!arena)
		return;
	scop_arena_reset(arena);
	free(arena->chunks);
	free(arena);
}

static size_t
round_up(size_t size)
{
	assert(size <= SIZE_MAX / 2);
	return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static void *
take(struct scop_arena *arena, size_t size)
{
	const size_t rounded = ONE_MALLOC_EACH ? size : round_up(size);
	struct chunk *chunk = arena->chunks;

	if (ONE_MALLOC_EACH || !chunk || chunk->size - chunk->used < rounded) {
		const bool large = ONE_MALLOC_EACH || rounded > CHUNK_SIZE / 4;
		struct chunk *tmp = chunk_new(large ? rounded : CHUNK_SIZE);

		if (large && chunk) { /* put after the open chunk, which still has room */
			tmp->next = chunk->next;
			chunk->next = tmp;
		} else {
			tmp->next = chunk;
			arena->chunks = tmp;
		}
		chunk = tmp;
	}

	void *start = chunk->data + chunk->used;
	chunk->used += rounded;
	return start;
}

void *
scop_arena_alloc(struct scop_arena *arena, size_t size)
{
	return memset(take(arena, size), 0, size);
}

void *
scop_arena_grow(struct scop_arena *arena, void *old, size_t old_size, size_t size)
{
	struct chunk *chunk = arena->chunks;
	assert(size >= old_size);

	if (!ONE_MALLOC_EACH && old && chunk &&
	    (char *)old + round_up(old_size) == chunk->data + chunk->used) {
		const size_t more = round_up(size) - round_up(old_size);

		if (chunk->size - chunk->used >= more) {
			chunk->used += more;
			return old;
		}
	}

	void *tmp = take(arena, size);
	if (old_size > 0)
		memcpy(tmp, old, old_size);
	return tmp;
}

char *
scop_arena_bytes(struct scop_arena *arena, const void *bytes, size_t length)
{
	char *copy = take(arena, length + 1);

	if (length > 0)
		memcpy(copy, bytes, length);
	copy[length] = '\0';
	return copy;
}

char *
scop_arena_text(struct scop_arena *arena, const char *text)
{
	return scop_arena_bytes(arena, text, strlen(text));
}

char *
scop_arena_join(struct scop_arena *arena, const char *first, const char *second, const char *third)
{
	const size_t sizes[] = { strlen(first), strlen(second), strlen(third) };
	char *text = take(arena, sizes[0] + sizes[1] + sizes[2] + 1);

	memcpy(text, first, sizes[0]);
	memcpy(text + sizes[0], second, sizes[1]);
	memcpy(text + sizes[0] + sizes[1], third, sizes[2] + 1);
	return text;
}

char *
scop_arena_vprintf(struct scop_arena *arena, const char *format, va_list args)
{
	va_list again;

	va_copy(again, args);
	const int length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	assert(length >= 0);

	char *text = take(arena, (size_t)length + 1);
	vsnprintf(text, (size_t)length + 1, format, args);
	return text;
}

char *
scop_arena_printf(struct scop_arena *arena, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	char *text = scop_arena_vprintf(arena, format, args);
	va_end(args);
	return text;
}

void
scop_arena_cleanup(struct scop_arena *arena, void (*release)(void *), void *thing)
{
	struct cleanup *cleanup = scop_arena_alloc(arena, sizeof *cleanup);

	cleanup->release = release;
	cleanup->thing = thing;
	cleanup->next = arena->cleanups;
	arena->cleanups = cleanup;
}

const char *
scop_arena_say(struct scop_arena *arena, const char *format, ...)
{
	char said[SCOP_SAID_MAX];
	va_list args;

	va_start(args, format);
	scop_said_write_list(said, sizeof said, format, args);
	va_end(args);
	return scop_arena_text(arena, said);
}

const char *
scop_arena_shown(struct scop_arena *arena, const char *said)
{
	char text[SCOP_SAID_MAX];

	scop_said_show(said, NULL, text, sizeof text);
	return scop_arena_text(arena, text);
}
