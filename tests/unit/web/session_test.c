/* SPDX-License-Identifier: EUPL-1.2 */
/* A worker believes the parameter SESSION for one tenant, module and epoch, and until its end. */
#include "../with_arena.h"

#include <sodium.h>
#include <string.h>

#include "web/request.h"
#include "web/resolve.h"
#include "web/session.h"

static struct scop_app app = { .module_name = "shop" };

/* A key's, for it needs no menu. */
static const char json[] =
    "{\"member\":{\"name\":\"till\",\"permissions\":\"shop.orders,shop.stock\"},"
    "\"key\":true,\"program\":true,\"handle\":\"abc\"}";

static struct scop_request *
load(const char *head, int64_t until, const char *what)
{
	static const struct scop_site site = { .tenant = 7, .epoch = 3, .zone = "UTC" };
	struct scop_request *req = scop_request_new(&app, arena, &site);
	char base64[400];

	sodium_bin2base64(base64, sizeof base64, (const unsigned char *)what, strlen(what),
	    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
	req->session = scop_arena_printf(arena, "%s %lld %s", head,
	    (long long)(req->now / 1000000 + until), base64);
	scop_session_load(req);
	return req;
}

static void
it_counts_where_and_while_it_is_meant(void **state)
{
	const struct scop_request *req = load("7 shop 3", 60, json);

	(void)state;
	assert_true(req->by_key && req->by_program);
	assert_string_equal(req->key, "abc");
	assert_string_equal(req->session_hash, "");
	assert_true(scop_session_may(req, "shop.stock"));
	assert_false(scop_session_may(req, "shop.stoc"));
	assert_false(scop_session_may(req, ""));
}

static void
it_counts_nowhere_else(void **state)
{
	static const char *const heads[] = { "8 shop 3", "7 till 3", "7 shops 3", "7 sho 3",
		"7 shop 2", "7 shop 4", "7 shop -3", "7 shop", "shop 7 3", "", "77 shop 3",
		"7 shop 3 9999999999" };

	(void)state;
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
		const struct scop_request *req = load(heads[i], 60, json);

		assert_null(req->member);
		assert_false(req->by_key || scop_session_may(req, "shop.stock"));
	}
}

static void
it_ends(void **state)
{
	(void)state;
	assert_non_null(load("7 shop 3", 2, json)->member);
	assert_null(load("7 shop 3", 0, json)->member);
	assert_null(load("7 shop 3", -600, json)->member);
}

static void
what_is_damaged_says_nothing(void **state)
{
	static const char *const damaged[] = { "", "{", "[]", "1", "null", "\"member\"",
		"{\"member\":1,\"key\":true}", "{\"member\":[],\"key\":true}", "\xff\xfe" };

	(void)state;
	for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++)
		assert_null(load("7 shop 3", 60, damaged[i])->member);
	for (size_t cut = 0; cut < sizeof json - 1; cut++)
		assert_null(
		    load("7 shop 3", 60, scop_arena_printf(arena, "%.*s", (int)cut, json))->member);
}

/* The owner's folder is nginx's, but nothing is read where it is none. */
static void
a_folder_that_is_no_owner_s_is_nobody_s(void **state)
{
	static const char *const owners[] = { "", "/", "7-shop-0a-3", "/run/pools/shop-0a",
		"/owners/7-shop-0a", "/owners/-shop-0a-3", "/owners/7-Shop-0a-3",
		"/owners/7-shop-0a-3x", "/owners/7-shop-xx-3", "/owners/7-sh-0a-3" };
	struct scop_credentials given = { .cookie = "",
		.authorization = "Basic x",
		.cookie_name = "sid" };
	struct scop_session_place place;
	const char *session, *what;
	int64_t until;

	(void)state;
	for (size_t i = 0; i < sizeof owners / sizeof owners[0]; i++) {
		given.owner = owners[i];
		assert_int_equal(scop_resolve(NULL, NULL, arena, &given, &session), SCOP_DB_OK);
		assert_string_equal(session, "");
	}
	given.owner = "/run/owners/7-shop_b-0a1b2c-12";
	assert_int_equal(scop_resolve(NULL, NULL, arena, &given, &session), SCOP_DB_OK);
	assert_true(scop_session_head(session, &place, &until, &what));
	assert_int_equal(place.tenant, 7);
	assert_int_equal(place.epoch, 12);
	assert_string_equal(place.module, "shop_b");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_counts_where_and_while_it_is_meant),
		TEST(it_counts_nowhere_else),
		TEST(it_ends),
		TEST(what_is_damaged_says_nothing),
		TEST(a_folder_that_is_no_owner_s_is_nobody_s),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
