/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Answers nginx by itself, as native code can: finds the request's connection among its
 * descriptors, and writes an answer of FastCGI with the headers that the address names. /heard
 * answers the texts with a "=" to which the request's memory points: the cookies that came. /seek
 * looks for a text, given backwards, in all of the heap: there everything arrives.
 */
#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "names.h"

enum {
	FILES = 256,
	STDOUT = 6,
	END = 3,
	HEADER = 8,
	HEAD_MAX = 1500,
	WORDS = 200,
	SAID = 3000,
	PAGE = 4096,
	NEEDLE_MAX = 100
};

/* The connection on which nginx waits; -1: there is none. */
static int
own_connection(void)
{
	for (int fd = 3; fd < FILES; fd++) {
		struct sockaddr_un address = { .sun_family = AF_UNSPEC }, peer;
		socklen_t size = sizeof address, peer_size = sizeof peer;

		if (getsockname(fd, (struct sockaddr *)&address, &size) == 0 &&
		    address.sun_family == AF_UNIX && size > sizeof(sa_family_t) &&
		    strstr(address.sun_path, "/sock") &&
		    getpeername(fd, (struct sockaddr *)&peer, &peer_size) == 0)
			return fd;
	}
	return -1;
}

static void
record(int fd, unsigned char type, const void *bytes, size_t length)
{
	unsigned char packet[HEADER + 2 * HEAD_MAX] = { 1, type, 0, 1, (unsigned char)(length >> 8),
		(unsigned char)length };

	memcpy(packet + HEADER, bytes, length);
	(void)!write(fd, packet, HEADER + length);
}

/* `head` has headers, with a "|" after each; `body` follows. */
static void
say(struct scop_request *req)
{
	const int fd = own_connection();
	char text[2 * HEAD_MAX];
	size_t length = 0;

	for (const char *c = scop_as_text(scop_field(req, "head")); *c; c++) {
		if (*c == '|')
			text[length++] = '\r';
		text[length++] = *c == '|' ? '\n' : *c;
	}
	length += (size_t)snprintf(text + length, sizeof text - length, "\r\n%s",
	    scop_as_text(scop_field(req, "body")));
	if (fd >= 0) {
		record(fd, STDOUT, text, length);
		record(fd, END, (const unsigned char[8]){ 0 }, 8);
	}
	scop_not_found(req); /* which nginx hears only where nothing was written */
}

/* Whether there is a text at an address: the kernel, asked for a file of that name, tells it
 * without a crash. */
static bool
is_readable(const void *at)
{
	return access(at, F_OK) == 0 || errno != EFAULT;
}

static void
heard(struct scop_request *req)
{
	const char *const *words = (const char *const *)(const void *)req;
	char said[SAID + 1] = "";
	size_t length = 0;

	for (int i = 0; i < WORDS && is_readable(&words[i]); i++) {
		const char *text = words[i];
		size_t end = 0;

		while (length + end < SAID && is_readable(text + end) &&
		    isprint((unsigned char)text[end]))
			end++;
		if (end == 0 || !memchr(text, '=', end) || !is_readable(text + end))
			continue;
		memcpy(said + length, text, end);
		length += end;
		if (length < SAID)
			said[length++] = '\n';
	}
	scop_send_file(req, "text/plain", scop_make_text(req, "%s", said));
}

static void
seek(struct scop_request *req)
{
	const char *backwards = scop_as_text(scop_field(req, "backwards"));
	const size_t length = strlen(backwards);
	char needle[NEEDLE_MAX + 1] = "";
	const char *end = sbrk(0), *begin = end;

	for (size_t i = 0; i < length; i++)
		needle[i] = backwards[length - 1 - i];
	while (is_readable(begin - PAGE))
		begin -= PAGE;
	scop_send_file(req, "text/plain",
	    scop_make_text(req, "%s in %d kB",
		memmem(begin, (size_t)(end - begin), needle, length) ? "found" : "not found",
		(int)((end - begin) / 1024)));
}

static void
bytes(struct scop_request *req)
{
	scop_send_file(req, "text/plain", scop_make_text(req, "please pay to EVIL"));
}

static void
script(struct scop_request *req)
{
	scop_send_file(req, "text/javascript",
	    scop_make_text(req, "document.title = 'taken over'"));
}

static const struct scop_field fields[] = {
	{ .name = "head", .type = SCOP_FIELD_TEXT, .max = HEAD_MAX },
	{ .name = "body", .type = SCOP_FIELD_TEXT, .max = HEAD_MAX / 2 },
	{ 0 },
};

static const struct scop_field sought[] = {
	{ .name = "backwards", .type = SCOP_FIELD_TEXT, .required = true, .max = NEEDLE_MAX },
	{ 0 },
};

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/say", .handle = say, .fields = fields },
	{ .method = SCOP_GET, .path = "/heard", .handle = heard },
	{ .method = SCOP_GET, .path = "/script", .handle = script },
	{ .method = SCOP_GET, .path = "/in/say", .handle = say, .fields = fields, .open = true },
	{ .method = SCOP_GET, .path = "/in/heard", .handle = heard, .open = true },
	{ .method = SCOP_GET, .path = "/in/seek", .handle = seek, .fields = sought, .open = true },
	{ .method = SCOP_GET, .path = "/in/script", .handle = script, .open = true },
	{ .method = SCOP_GET,
	    .path = "/bytes/{name}",
	    .name = "bytes",
	    .handle = bytes,
	    .stored = true },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
