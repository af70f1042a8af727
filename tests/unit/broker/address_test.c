/* SPDX-License-Identifier: EUPL-1.2 */
/* Which addresses a module's job may reach, and which names its manifest allows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <netinet/in.h>
#include <string.h>

#include "broker/address.h"

static bool
is_public(const char *text)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		return scop_address_is_public((struct sockaddr *)&v4);
	assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
	return scop_address_is_public((struct sockaddr *)&v6);
}

static void
near_addresses_are_told_from_public_ones(void **state)
{
	static const char *const near[] = { "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255",
		"127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255",
		"192.0.0.8", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.19.255.255",
		"198.51.100.7", "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1",
		"255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1",
		"::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2001:db8::1", "2001::1",
		"2002:7f00:1::", "2002:a00:1::1", "3fff:0fff::1", "100::1" };
	static const char *const far[] = { "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255",
		"100.128.0.0", "126.255.255.255", "128.0.0.1", "172.15.255.255", "172.32.0.0",
		"192.167.255.255", "198.17.255.255", "198.20.0.0", "223.255.255.255",
		"2a00:1450:4001::1", "2001:4860:4860::8888", "2606:4700::1111", "::ffff:8.8.8.8",
		"64:ff9b::808:808", "2002:808:808::1" };

	(void)state;
	for (size_t i = 0; i < sizeof near / sizeof near[0]; i++)
		if (is_public(near[i]))
			fail_msg("%s is not public", near[i]);
	for (size_t i = 0; i < sizeof far / sizeof far[0]; i++)
		if (!is_public(far[i]))
			fail_msg("%s is public", far[i]);
}

static void
a_name_has_to_stand_in_the_manifest_with_its_port(void **state)
{
	static const char calls[] = "api.example.com 443\n*.example.org 8443\n10.0.0.7 25\n";

	(void)state;
	assert_true(scop_address_is_named(calls, "api.example.com", 443));
	assert_true(scop_address_is_named(calls, "API.Example.COM", 443));
	assert_true(scop_address_is_named(calls, "a.b.example.org", 8443));
	assert_true(scop_address_is_named(calls, "10.0.0.7", 25));
	assert_false(scop_address_is_named(calls, "api.example.com", 80));
	assert_false(scop_address_is_named(calls, "example.org", 8443));
	assert_false(scop_address_is_named(calls, "evilexample.org", 8443));
	assert_false(scop_address_is_named(calls, "api.example.com.evil.net", 443));
	assert_false(scop_address_is_named(calls, "api.example.co", 443));
	assert_false(scop_address_is_named(calls, "", 443));
	assert_false(scop_address_is_named("", "api.example.com", 443));
	assert_true(scop_address_is_named("* 443\n", "anything.at.all", 443));
	assert_false(scop_address_is_named("* 443\n", "anything.at.all", 444));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(near_addresses_are_told_from_public_ones),
		cmocka_unit_test(a_name_has_to_stand_in_the_manifest_with_its_port),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
