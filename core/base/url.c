/* SPDX-License-Identifier: EUPL-1.2 */
/* URLs of web pages: see url.h. */
#include "base/url.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { HOST_MAX = 253, LABEL_MAX = 63, PORT_MAX = 65535 };

/* Non-ASCII characters that are not allowed in a URL: controls, spaces, bidirectional marks,
 * private-use ones, and those treated as a dot (RFC 5892, section 2.6; RFC 3490, section 3.1).
 */
static const struct {
	unsigned first, last;
} refused[] = { { 0x80, 0xa0 }, { 0xad, 0xad }, { 0x34f, 0x34f }, { 0x61c, 0x61c },
	{ 0x115f, 0x1160 }, { 0x1680, 0x1680 }, { 0x17b4, 0x17b5 }, { 0x180b, 0x180f },
	{ 0x2000, 0x206f }, { 0x2190, 0x2bff }, { 0x3000, 0x3002 }, { 0x3164, 0x3164 },
	{ 0xe000, 0xf8ff }, { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff }, { 0xff00, 0xff0f },
	{ 0xff61, 0xff61 }, { 0xffa0, 0xffa0 }, { 0xfff0, 0xffff }, { 0xe0000, 0x10ffff } };

/* The character at `text` and its length in bytes. */
static unsigned
letter_at(const char *text, size_t *ret_bytes)
{
	const unsigned char *c = (const unsigned char *)text;
	const size_t bytes = c[0] < 0xc0 ? 1 : c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : 4;
	unsigned letter = bytes == 1 ? c[0] : c[0] & (0x7fU >> bytes);

	for (size_t i = 1; i < bytes; i++)
		letter = letter << 6 | (c[i] & 0x3f);
	*ret_bytes = bytes;
	return letter;
}

static bool
may_stand(unsigned letter)
{
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		if (letter >= refused[i].first && letter <= refused[i].last)
			return false;
	return letter > 0x20 && letter != 0x7f;
}

static bool
letters_may_stand(const char *text)
{
	size_t bytes;

	for (; *text; text += bytes)
		if (!may_stand(letter_at(text, &bytes)) || strchr("\"<>\\^`{|}", *text))
			return false;
	return true;
}

/* At least two labels separated by single dots; the last is a number only if all are (an IPv4
 * address). */
static bool
is_host(const char *host, size_t length)
{
	size_t label = 0, labels = 0;

	if (length == 0 || length > HOST_MAX)
		return false;
	for (size_t i = 0; i <= length; i++) {
		const unsigned char c = i < length ? (unsigned char)host[i] : '.';

		if (c != '.') {
			if (++label > LABEL_MAX ||
			    (c < 0x80 && !isalnum(c) && (c != '-' || label == 1)))
				return false;
			continue;
		}
		if (label == 0 || host[i - 1] == '-')
			return false;
		label = 0;
		labels++;
	}
	return labels > 1;
}

static bool
is_ipv4(const char *host, size_t length)
{
	unsigned parts = 0;

	for (const char *at = host, *end = host + length; at < end; parts++) {
		const size_t digits = strspn(at, "0123456789");

		if (digits == 0 || digits > 3 || atoi(at) > 255 || (digits > 1 && *at == '0'))
			return false;
		at += digits + 1;
	}
	return parts == 4;
}

/* A name's last label is not a number: browsers read a name that ends with a number as an IPv4
 * address. */
static bool
ends_well(const char *host, size_t length)
{
	size_t last = length;

	while (last > 0 && host[last - 1] != '.')
		last--;
	return !isdigit((unsigned char)host[last]) || is_ipv4(host, length);
}

static bool
is_port(const char *port, size_t length)
{
	return length == 0 ||
	    (length >= 2 && length <= 6 && strspn(port + 1, "0123456789") >= length - 1 &&
		atoi(port + 1) >= 1 && atoi(port + 1) <= PORT_MAX);
}

/* The part after the scheme; NULL for another scheme. */
static const char *
behind_scheme(const char *text, const char **ret_scheme)
{
	*ret_scheme = "https://";
	if (strncasecmp(text, "https://", 8) == 0)
		return text + 8;
	if (strncasecmp(text, "http://", 7) == 0) {
		*ret_scheme = "http://";
		return text + 7;
	}
	const size_t word = strcspn(text, ":/?#");
	return text[word] == ':' && !isdigit((unsigned char)text[word + 1]) ? NULL : text;
}

bool
scop_url_parse(const char *text, char ret_url[SCOP_URL_SIZE])
{
	const char *scheme, *host = behind_scheme(text, &scheme);

	if (!host || !letters_may_stand(host))
		return false;
	const size_t authority = strcspn(host, "/?#"), length = strcspn(host, ":/?#");
	if (memchr(host, '@', authority) || !is_host(host, length) || !ends_well(host, length) ||
	    !is_port(host + length, authority - length) ||
	    strlen(scheme) + strlen(host) >= SCOP_URL_SIZE)
		return false;
	snprintf(ret_url, SCOP_URL_SIZE, "%s%s", scheme, host);
	for (char *c = ret_url + strlen(scheme), *end = c + length; c < end; c++)
		if (isascii(*c))
			*c = (char)tolower((unsigned char)*c);
	return true;
}
