/* SPDX-License-Identifier: EUPL-1.2 */
/* Rights that are granted, as the configuration and the command line write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "package/grants.h"

static void
rights_are_read_and_written(void **state)
{
	struct scop_arena *arena = scop_arena_new();
	struct scop_error err;
	unsigned rights;

	(void)state;
	assert_true(scop_grant_rights("portal, accounts,orders writes", &rights, &err));
	assert_int_equal(rights, SCOP_GRANTS_ALL);
	assert_string_equal(scop_grant_text(arena, rights), "portal, accounts, orders, writes");
	assert_true(scop_grant_rights("", &rights, &err) && rights == 0);
	assert_true(scop_grant_rights("none", &rights, &err) && rights == 0);
	assert_string_equal(scop_grant_text(arena, 0), "");
	assert_false(scop_grant_rights("orders,none", &rights, &err));
	assert_false(scop_grant_rights("root", &rights, &err));
	assert_non_null(strstr(err.text, "'root' is not a right; portal, accounts, orders"));
	scop_arena_free(arena);
}

static void
a_right_belongs_to_a_scop_and_a_name(void **state)
{
	struct scop_arena *arena = scop_arena_new();
	struct scop_grants grants;
	struct scop_error err;

	(void)state;
	assert_true(scop_grants_read(arena, " scopiton/portal:portal,accounts  atelier/till:orders",
	    &grants, &err));
	assert_int_equal(scop_grants_of(&grants, "scopiton", "portal"),
	    SCOP_GRANT_PORTAL | SCOP_GRANT_ACCOUNTS);
	assert_int_equal(scop_grants_of(&grants, "atelier", "till"), SCOP_GRANT_ORDERS);
	assert_int_equal(scop_grants_of(&grants, "atelier", "portal"), 0);
	assert_int_equal(scop_grants_of(&grants, "scopiton", "till"), 0);
	assert_true(scop_grants_read(arena, "", &grants, &err) && grants.count == 0);
	scop_arena_free(arena);
}

static void
what_is_half_said_is_refused(void **state)
{
	static const char *const wrong[] = { "portal", "scopiton/portal", "scopiton/:portal",
		"/portal:portal", "scopiton:portal", "scopiton/portal:everything" };
	struct scop_arena *arena = scop_arena_new();
	struct scop_grants grants;
	struct scop_error err;

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_false(scop_grants_read(arena, wrong[i], &grants, &err));
	scop_arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rights_are_read_and_written),
		cmocka_unit_test(a_right_belongs_to_a_scop_and_a_name),
		cmocka_unit_test(what_is_half_said_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
