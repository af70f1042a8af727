/* SPDX-License-Identifier: EUPL-1.2 */
/* For a unit test whose cases each have an arena of their own: list them as TEST(name). */
#ifndef TESTS_WITH_ARENA_H
#define TESTS_WITH_ARENA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

static struct scop_arena *arena;

static int
begin(void **state)
{
	(void)state;
	arena = scop_arena_new();
	return 0;
}

static int
end(void **state)
{
	(void)state;
	scop_arena_free(arena);
	return 0;
}

#endif
