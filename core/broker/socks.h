/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Parses what a SOCKS5 client sends (RFC 1928, RFC 1929), from any source of bytes: a socket in the
 * broker, memory in the tests. Sends nothing.
 */
#ifndef SCOP_BROKER_SOCKS_H
#define SCOP_BROKER_SOCKS_H

#include <stdbool.h>
#include <stddef.h>

/* The source of bytes: stores exactly `size` of them; false if they do not arrive. */
struct scop_socks_source {
	bool (*take)(void *context, unsigned char *bytes, size_t size);
	void *context;
};

/* A length is one byte, so a text has at most 255 bytes, and a NUL. */
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
	char host[SCOP_SOCKS_TEXT]; /* a name, or a numeric address */
	unsigned port;
};

/* Reads the greeting: whether it is version 5 and offers authentication by user name (method 2). */
bool scop_socks_methods(const struct scop_socks_source *source);

/* Reads the user name, and discards the password. False if it is not RFC 1929's version 1, or the
 * name contains a NUL. */
bool scop_socks_user(const struct scop_socks_source *source, char ret_name[SCOP_SOCKS_TEXT]);

/* Reads the request (RFC 1928, section 4). Returns SCOP_SOCKS_DONE for a complete CONNECT request,
 * else the reply to send. `ret_target` is set only with SCOP_SOCKS_DONE. */
enum scop_socks_reply scop_socks_request(const struct scop_socks_source *source,
    struct scop_socks_target *ret_target);

#endif
