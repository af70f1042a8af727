/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages of a job worker to the broker, all untrusted. They are kept in memory of their exact
 * size, so that the sanitizer reports any access beyond. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "broker/socks.h"

struct message {
	const unsigned char *bytes;
	size_t size;
};

static bool
take(void *context, unsigned char *bytes, size_t size)
{
	struct message *message = context;

	if (size > message->size)
		return false;
	memcpy(bytes, message->bytes, size);
	message->bytes += size;
	message->size -= size;
	return true;
}

#define SOURCE(text) \
	{ \
		take, &(struct message) \
		{ \
			(const unsigned char *)(text), sizeof(text) - 1 \
		} \
	}

static void
a_greeting_offers_a_user_name(void **state)
{
	const struct scop_socks_source one = SOURCE("\5\1\2"), second = SOURCE("\5\2\0\2"),
				       other = SOURCE("\5\2\0\1"), none = SOURCE("\5\0"),
				       old = SOURCE("\4\1\2"), cut = SOURCE("\5\3\0\2");

	(void)state;
	assert_true(scop_socks_methods(&one));
	assert_true(scop_socks_methods(&second));
	assert_false(scop_socks_methods(&other));
	assert_false(scop_socks_methods(&none));
	assert_false(scop_socks_methods(&old));
	assert_false(scop_socks_methods(&cut));
}

static void
a_greeting_of_255_methods_stays_in_its_room(void **state)
{
	unsigned char bytes[2 + 255] = { 5, 255 };
	struct message message = { bytes, sizeof bytes };

	(void)state;
	bytes[sizeof bytes - 1] = 2;
	assert_true(scop_socks_methods(&(struct scop_socks_source){ take, &message }));
	assert_int_equal(message.size, 0);
}

static void
a_user_name_is_read_and_its_password_dropped(void **state)
{
	unsigned char longest[1 + 1 + 255 + 1 + 255] = { 1, 255 };
	struct message message = { longest, sizeof longest };
	const struct scop_socks_source plain = SOURCE("\1\3abc\2xyrest"),
				       wrong = SOURCE("\5\3abc\2xy"),
				       with_nul = SOURCE("\1\3a\0c\2xy"),
				       cut = SOURCE("\1\3abc\2x");
	char name[SCOP_SOCKS_TEXT];

	(void)state;
	assert_true(scop_socks_user(&plain, name));
	assert_string_equal(name, "abc");
	assert_int_equal(((struct message *)plain.context)->size, 4);
	assert_false(scop_socks_user(&wrong, name));
	assert_false(scop_socks_user(&with_nul, name));
	assert_false(scop_socks_user(&cut, name));

	memset(longest + 2, 'n', 255);
	longest[257] = 255;
	assert_true(scop_socks_user(&(struct scop_socks_source){ take, &message }, name));
	assert_int_equal(strlen(name), 255);
	assert_int_equal(message.size, 0);
}

static void
a_request_names_where_to(void **state)
{
	const struct scop_socks_source four = SOURCE("\5\1\0\1\12\0\0\7\0\120"),
				       name = SOURCE("\5\1\0\3\4a.be\1\273"),
				       six = SOURCE("\5\1\0\4\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
						    "\1\273");
	struct scop_socks_target target;

	(void)state;
	assert_int_equal(scop_socks_request(&four, &target), SCOP_SOCKS_DONE);
	assert_string_equal(target.host, "10.0.0.7");
	assert_int_equal(target.port, 80);
	assert_int_equal(scop_socks_request(&name, &target), SCOP_SOCKS_DONE);
	assert_string_equal(target.host, "a.be");
	assert_int_equal(target.port, 443);
	assert_int_equal(scop_socks_request(&six, &target), SCOP_SOCKS_DONE);
	assert_string_equal(target.host, "2001:db8::1");
}

static void
a_wrong_request_gets_the_standard_s_reply(void **state)
{
	const struct scop_socks_source bind = SOURCE("\5\2\0\3\4a.be\1\273"),
				       kind = SOURCE("\5\1\0\2\4a.be\1\273"),
				       empty = SOURCE("\5\1\0\3\0\1\273"),
				       slash = SOURCE("\5\1\0\3\4a/be\1\273"),
				       with_nul = SOURCE("\5\1\0\3\4a\0be\1\273"),
				       old = SOURCE("\4\1\0\3\4a.be\1\273"),
				       cut = SOURCE("\5\1\0\3\4a.be\1");
	struct scop_socks_target target = { "untouched", 7 };

	(void)state;
	assert_int_equal(scop_socks_request(&bind, &target), SCOP_SOCKS_UNKNOWN_COMMAND);
	assert_int_equal(scop_socks_request(&kind, &target), SCOP_SOCKS_UNKNOWN_ADDRESS);
	assert_int_equal(scop_socks_request(&empty, &target), SCOP_SOCKS_UNKNOWN_ADDRESS);
	assert_int_equal(scop_socks_request(&slash, &target), SCOP_SOCKS_UNKNOWN_ADDRESS);
	assert_int_equal(scop_socks_request(&with_nul, &target), SCOP_SOCKS_UNKNOWN_ADDRESS);
	assert_int_equal(scop_socks_request(&old, &target), SCOP_SOCKS_FAILED);
	assert_int_equal(scop_socks_request(&cut, &target), SCOP_SOCKS_FAILED);
	assert_string_equal(target.host, "untouched");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_greeting_offers_a_user_name),
		cmocka_unit_test(a_greeting_of_255_methods_stays_in_its_room),
		cmocka_unit_test(a_user_name_is_read_and_its_password_dropped),
		cmocka_unit_test(a_request_names_where_to),
		cmocka_unit_test(a_wrong_request_gets_the_standard_s_reply),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
