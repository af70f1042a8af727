/* SPDX-License-Identifier: EUPL-1.2 */
/* Digests and bytes as text, by the test vectors of their standards. */
#include "with_request.h"

#include "scopiton/digest.h"

static struct scop_request *req;

static const struct scop_value *
text(const char *words)
{
	return scop_value_text(arena, words);
}

static void
digests_are_those_of_the_standard(void **state)
{
	(void)state;
	req = new_request();
	assert_string_equal(scop_as_text(scop_hex(req, scop_digest(req, SCOP_SHA256, text("abc")))),
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_string_equal(scop_as_text(scop_hex(req, scop_digest(req, SCOP_SHA256, NULL))),
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	assert_string_equal(scop_as_text(scop_hex(req, scop_digest(req, SCOP_SHA512, text("abc")))),
	    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

/* RFC 4231, test cases 2 and 6: a short key, and one longer than a block. */
static void
signatures_are_those_of_the_standard(void **state)
{
	char key[131];

	(void)state;
	req = new_request();
	memset(key, 0xaa, sizeof key);
	const struct scop_value *jefe = text("Jefe"), *what = text("what do ya want for nothing?"),
				*longer = scop_make_bytes(req, key, sizeof key),
				*hash =
				    text("Test Using Larger Than Block-Size Key - Hash Key First");
	assert_string_equal(scop_as_text(scop_hex(req, scop_hmac(req, SCOP_SHA256, jefe, what))),
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	assert_string_equal(scop_as_text(scop_hex(req, scop_hmac(req, SCOP_SHA256, longer, hash))),
	    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
	assert_string_equal(scop_as_text(scop_hex(req, scop_hmac(req, SCOP_SHA512, jefe, what))),
	    "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
	    "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
}

static void
nothing_is_signed_without_a_key(void **state)
{
	(void)state;
	req = new_request();
	assert_null(scop_hmac(req, SCOP_SHA256, text(""), text("abc")));
	assert_true(req->failed);
}

static void
secrets_are_compared_whole(void **state)
{
	(void)state;
	assert_true(scop_same_secret(text("abc"), text("abc")));
	assert_false(scop_same_secret(text("abc"), text("abd")));
	assert_false(scop_same_secret(text("abc"), text("abcd")));
	assert_false(scop_same_secret(text(""), text("")));
	assert_false(scop_same_secret(NULL, NULL));
}

/* RFC 4648, section 10, and bytes that the two alphabets write differently. */
static void
bytes_become_text_and_bytes_again(void **state)
{
	static const char *const pairs[][2] = { { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" },
		{ "foo", "Zm9v" }, { "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" }, { "\xfb\xff\xfe", "+//+" } };

	(void)state;
	req = new_request();
	for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
		const struct scop_value *bytes = text(pairs[i][0]);

		assert_string_equal(scop_as_text(scop_base64(req, bytes)), pairs[i][1]);
		assert_string_equal(scop_as_text(scop_from_base64(req, text(pairs[i][1]))),
		    pairs[i][0]);
		assert_string_equal(scop_as_text(scop_from_hex(req, scop_hex(req, bytes))),
		    pairs[i][0]);
		assert_string_equal(scop_as_text(
					scop_from_base64url(req, scop_base64url(req, bytes))),
		    pairs[i][0]);
	}
	assert_string_equal(scop_as_text(scop_base64url(req, text("\xfb\xff\xfe"))), "-__-");
	assert_string_equal(scop_as_text(scop_base64url(req, text("f"))), "Zg");
	assert_string_equal(scop_as_text(scop_from_base64url(req, text("Zg=="))), "f");
	assert_string_equal(scop_as_text(scop_from_base64(req, text("Zm9v\r\n  YmFy\r\n"))),
	    "foobar");
}

static void
what_is_no_such_text_gives_nothing(void **state)
{
	(void)state;
	req = new_request();
	assert_null(scop_from_hex(req, text("abc")));
	assert_null(scop_from_hex(req, text("zz")));
	assert_null(scop_from_hex(req, NULL));
	assert_null(scop_from_base64(req, text("Zg=")));
	assert_null(scop_from_base64(req, text("Zg==Zg==")));
	assert_null(scop_from_base64(req, text("-__-")));
	assert_null(scop_from_base64(req, NULL));
	assert_null(scop_from_base64url(req, text("+//+")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(digests_are_those_of_the_standard),
		TEST(signatures_are_those_of_the_standard),
		TEST(nothing_is_signed_without_a_key),
		TEST(secrets_are_compared_whole),
		TEST(bytes_become_text_and_bytes_again),
		TEST(what_is_no_such_text_gives_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
