/* SPDX-License-Identifier: EUPL-1.2 */
/* Networks: see network.h. */
#include "base/network.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_MAX = 50 };

/* Whether all bits after the first `bits` are zero. */
static bool
ends_in_zeroes(const unsigned char *address, size_t size, size_t bits)
{
	for (size_t i = bits; i < 8 * size; i++)
		if (address[i / 8] & 0x80 >> i % 8)
			return false;
	return true;
}

bool
scop_network_check(const char *text, size_t length, struct scop_error *err)
{
	unsigned char address[sizeof(struct in6_addr)];
	char word[WORD_MAX + 1];
	const size_t kept = length < WORD_MAX ? length : WORD_MAX;

	memcpy(word, text, kept);
	word[kept] = '\0';
	const size_t size = strchr(word, ':') ? sizeof(struct in6_addr) : sizeof(struct in_addr);
	char *slash = strchr(word, '/'), *end = NULL;
	size_t bits = 8 * size;

	if (slash) {
		*slash = '\0';
		bits = slash[1] >= '0' && slash[1] <= '9' ? strtoul(slash + 1, &end, 10) : 0;
	}
	if (kept < length || (end && *end) || bits > 8 * size || (slash && !end) ||
	    inet_pton(size == sizeof(struct in_addr) ? AF_INET : AF_INET6, word, address) != 1)
		return scop_error_set(err,
		    "has '%.*s', which is no address and no network, such as 10.0.0.7 or "
		    "2001:db8::/32",
		    (int)kept, text);
	if (bits == 0)
		return scop_error_set(err,
		    "has '%.*s', which is everybody: anybody could then choose their address",
		    (int)kept, text);
	if (!ends_in_zeroes(address, size, bits))
		return scop_error_set(err,
		    "has '%.*s', whose address has bits after the first %zu: write the network, "
		    "or the address alone",
		    (int)kept, text, bits);
	return true;
}
