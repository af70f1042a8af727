/* SPDX-License-Identifier: EUPL-1.2 */
/* Public and private addresses: see address.h. */
#include "broker/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* IPv4 networks that are not part of the public internet. */
static const struct {
	uint8_t first, second, third;
	unsigned bits;
} near[] = {
	{ 0, 0, 0, 8 },
	{ 10, 0, 0, 8 },
	{ 100, 64, 0, 10 },
	{ 127, 0, 0, 8 },
	{ 169, 254, 0, 16 },
	{ 172, 16, 0, 12 },
	{ 192, 0, 0, 24 },
	{ 192, 0, 2, 24 },
	{ 192, 88, 99, 24 },
	{ 192, 168, 0, 16 },
	{ 198, 18, 0, 15 },
	{ 198, 51, 100, 24 },
	{ 203, 0, 113, 24 },
	{ 224, 0, 0, 3 },
};

static bool
is_public_v4(const uint8_t *bytes)
{
	const uint32_t address = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
	    (uint32_t)bytes[2] << 8 | bytes[3];

	for (size_t i = 0; i < sizeof near / sizeof near[0]; i++) {
		const uint32_t network = (uint32_t)near[i].first << 24 |
		    (uint32_t)near[i].second << 16 | (uint32_t)near[i].third << 8;

		if ((address ^ network) >> (32 - near[i].bits) == 0)
			return false;
	}
	return true;
}

/* Only 2000::/3 of IPv6 is allocated; excluded within it are documentation, Teredo, and 6to4, which
 * leads to an IPv4 address. */
static bool
is_public_v6(const uint8_t *bytes)
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	static const uint8_t translated[12] = { 0, 0x64, 0xff, 0x9b };

	if (memcmp(bytes, mapped, 12) == 0 || memcmp(bytes, translated, 12) == 0)
		return is_public_v4(bytes + 12);
	if ((bytes[0] & 0xe0) != 0x20)
		return false;
	if (bytes[0] == 0x20 && bytes[1] == 0x02)
		return is_public_v4(bytes + 2);
	if (bytes[0] == 0x20 && bytes[1] == 0x01 &&
	    (bytes[2] < 2 || (bytes[2] == 0x0d && bytes[3] == 0xb8)))
		return false;
	/* documentation since RFC 9637 */
	return !(bytes[0] == 0x3f && bytes[1] == 0xff && bytes[2] < 0x10);
}

bool
scop_address_is_public(const struct sockaddr *address)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (address->sa_family == AF_INET) {
		memcpy(&v4, address, sizeof v4);
		return is_public_v4((const uint8_t *)&v4.sin_addr);
	}
	if (address->sa_family == AF_INET6) {
		memcpy(&v6, address, sizeof v6);
		return is_public_v6((const uint8_t *)&v6.sin6_addr);
	}
	return false;
}

static bool
host_fits(const char *pattern, size_t length, const char *host)
{
	const size_t size = strlen(host);

	if (length == 1 && pattern[0] == '*')
		return true;
	if (length > 2 && pattern[0] == '*' && pattern[1] == '.')
		return size > length - 1 &&
		    strncasecmp(host + size - (length - 1), pattern + 1, length - 1) == 0;
	return size == length && strncasecmp(host, pattern, length) == 0;
}

bool
scop_address_is_named(const char *calls, const char *host, unsigned port)
{
	for (const char *line = calls; *line;) {
		const size_t end = strcspn(line, "\n"), length = strcspn(line, " \n");

		if (length > 0 && length < end && (unsigned)atoi(line + length) == port &&
		    host_fits(line, length, host))
			return true;
		line += end + (line[end] == '\n');
	}
	return false;
}
