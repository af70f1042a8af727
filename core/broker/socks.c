/* SPDX-License-Identifier: EUPL-1.2 */
/* Parses what a SOCKS5 client sends: see socks.h. */
#include "broker/socks.h"

#include <arpa/inet.h>
#include <string.h>

enum {
	VERSION = 5,
	METHOD_USER = 2,
	USER_VERSION = 1,
	CONNECT = 1,
	IPV4 = 1,
	NAME = 3,
	IPV6 = 4,
	BYTE_VALUES = 256
};

static bool
take(const struct scop_socks_source *source, unsigned char *bytes, size_t size)
{
	return source->take(source->context, bytes, size);
}

/* Reads a length byte, then that many bytes. */
static bool
take_text(const struct scop_socks_source *source, unsigned char ret_bytes[BYTE_VALUES],
    size_t *ret_length)
{
	unsigned char length;

	if (!take(source, &length, 1) || !take(source, ret_bytes, length))
		return false;
	*ret_length = length;
	return true;
}

bool
scop_socks_methods(const struct scop_socks_source *source)
{
	unsigned char version, methods[BYTE_VALUES];
	size_t count;

	return take(source, &version, 1) && version == VERSION &&
	    take_text(source, methods, &count) && memchr(methods, METHOD_USER, count);
}

bool
scop_socks_user(const struct scop_socks_source *source, char ret_name[SCOP_SOCKS_TEXT])
{
	unsigned char version, name[BYTE_VALUES], password[BYTE_VALUES];
	size_t length, password_length;

	if (!take(source, &version, 1) || version != USER_VERSION ||
	    !take_text(source, name, &length) || memchr(name, '\0', length) ||
	    !take_text(source, password, &password_length))
		return false;
	memcpy(ret_name, name, length);
	ret_name[length] = '\0';
	return true;
}

static bool
is_host_name(const unsigned char *name, size_t length)
{
	static const char allowed[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";

	for (size_t i = 0; i < length; i++)
		if (!memchr(allowed, name[i], sizeof allowed - 1))
			return false;
	return length > 0;
}

/* Writes a numeric address as text: the manifest must name it in this form. */
static enum scop_socks_reply
take_host(const struct scop_socks_source *source, unsigned char kind, char *ret_host)
{
	unsigned char bytes[BYTE_VALUES];
	const size_t size = kind == IPV4 ? 4 : 16;
	size_t length;

	if (kind == NAME) {
		if (!take_text(source, bytes, &length))
			return SCOP_SOCKS_FAILED;
		if (!is_host_name(bytes, length))
			return SCOP_SOCKS_UNKNOWN_ADDRESS;
		memcpy(ret_host, bytes, length);
		ret_host[length] = '\0';
		return SCOP_SOCKS_DONE;
	}
	if (kind != IPV4 && kind != IPV6)
		return SCOP_SOCKS_UNKNOWN_ADDRESS;
	if (!take(source, bytes, size))
		return SCOP_SOCKS_FAILED;
	inet_ntop(kind == IPV4 ? AF_INET : AF_INET6, bytes, ret_host, SCOP_SOCKS_TEXT);
	return SCOP_SOCKS_DONE;
}

enum scop_socks_reply
scop_socks_request(const struct scop_socks_source *source, struct scop_socks_target *ret_target)
{
	struct scop_socks_target target;
	unsigned char head[4], port[2]; /* version, command, reserved, address type */

	if (!take(source, head, sizeof head) || head[0] != VERSION)
		return SCOP_SOCKS_FAILED;
	const enum scop_socks_reply reply = take_host(source, head[3], target.host);
	if (reply != SCOP_SOCKS_DONE)
		return reply;
	if (!take(source, port, sizeof port))
		return SCOP_SOCKS_FAILED;
	if (head[1] != CONNECT)
		return SCOP_SOCKS_UNKNOWN_COMMAND;
	target.port = (unsigned)port[0] << 8 | port[1];
	*ret_target = target;
	return SCOP_SOCKS_DONE;
}
