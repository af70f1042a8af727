/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The client's side of a SOCKS5 conversation (RFC 1928, RFC 1929), parsed from wherever its bytes
 * come: a socket in the broker, memory in the tests. Sends nothing.
 */
#ifndef SCOP_BROKER_SOCKS_H
#define SCOP_BROKER_SOCKS_H

#include <stdbool.h>
#include <stddef.h>

/* The source of bytes: writes exactly `size` of them; false when they do not come. */
struct scop_socks_source {
	bool (*take)(void *context, unsigned char *bytes, size_t size);
	void *context;
};

/* A length is one byte, so a text has at most 255, and a NUL. */
enum { SCOP_SOCKS_TEXT = 256 };

/* RFC 1928, section 6. */
enum scop_socks_reply {
	SCOP_SOCKS_DONE = 0,
	SCOP_SOCKS_FAILED = 1,
	SCOP_SOCKS_FORBIDDEN = 2,
	SCOP_SOCKS_UNREACHABLE = 4,
	SCOP_SOCKS_REFUSED = 5,
	SCOP_SOCKS_UNKNOWN_COMMAND = 7,
	SCOP_SOCKS_UNKNOWN_ADDRESS = 8
};

struct scop_socks_target {
	char host[SCOP_SOCKS_TEXT]; /* a name, or an address in numbers */
	unsigned port;
};

/* The greeting: whether it is version 5 and offers a user name (method 2). */
bool scop_socks_methods(const struct scop_socks_source *source);

/* The user's name; the password is read and dropped. False when it is not RFC 1929's version 1, or
 * the name holds a NUL. */
bool scop_socks_user(const struct scop_socks_source *source, char ret_name[SCOP_SOCKS_TEXT]);

/* The request, RFC 1928, section 4. Gives SCOP_SOCKS_DONE for a CONNECT whose target is whole, else
 * the reply to send. `ret_target` is set with SCOP_SOCKS_DONE alone. */
enum scop_socks_reply scop_socks_request(const struct scop_socks_source *source,
    struct scop_socks_target *ret_target);

#endif
