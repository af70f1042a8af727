/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Arena: memory that is freed all at once, at the end of a request.
 *
 * Allocation never fails from the caller's view: out of memory ends the process (the supervisor
 * starts another). In sanitizer builds each allocation is a malloc of its own, so that overruns are
 * detected.
 */
#ifndef SCOP_BASE_ARENA_H
#define SCOP_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct scop_arena;

struct scop_arena *scop_arena_new(void);

/* Runs the cleanups, last registered first, and discards everything; keeps one chunk for reuse. */
void scop_arena_reset(struct scop_arena *arena);
void scop_arena_free(struct scop_arena *arena);

/* `size` zeroed bytes, aligned for any type. */
void *scop_arena_alloc(struct scop_arena *arena, size_t size)
    __attribute__((returns_nonnull, malloc));

/* Grows `old` (an allocation of `old_size` bytes of this arena, or NULL) to `size`, in place if it
 * was the last allocation. */
void *scop_arena_grow(struct scop_arena *arena, void *old, size_t old_size, size_t size)
    __attribute__((returns_nonnull));

char *scop_arena_text(struct scop_arena *arena, const char *text) __attribute__((returns_nonnull));
char *scop_arena_bytes(struct scop_arena *arena, const void *bytes, size_t length)
    __attribute__((returns_nonnull));
/* The three texts in one, for what a page asks dozens of times: printf takes many times as long. */
char *scop_arena_join(struct scop_arena *arena, const char *first, const char *second,
    const char *third) __attribute__((returns_nonnull));
char *scop_arena_printf(struct scop_arena *arena, const char *format, ...)
    __attribute__((returns_nonnull, format(printf, 2, 3)));
char *scop_arena_vprintf(struct scop_arena *arena, const char *format, va_list args)
    __attribute__((returns_nonnull, format(printf, 2, 0)));

/* Calls `release(thing)` when the arena is reset or freed: for handles of other libraries. */
void scop_arena_cleanup(struct scop_arena *arena, void (*release)(void *), void *thing);

/* The English text of a message in parts: see base/said.h. */
const char *scop_arena_say(struct scop_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
const char *scop_arena_shown(struct scop_arena *arena, const char *said);

#endif
