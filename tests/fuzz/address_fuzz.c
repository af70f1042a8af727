/* SPDX-License-Identifier: EUPL-1.2 */
/* The hosts that a manifest lets a module call: the list is ours, but the name and address come
 * from a job and a name server. */
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "broker/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t half = size / 2;
	char *calls = calloc(1, half + 1), *host = calloc(1, size - half + 1);
	struct sockaddr_in6 address = { 0 };

	memcpy(calls, data, half);
	memcpy(host, data + half, size - half);
	memcpy(&address, data, size < sizeof address ? size : sizeof address);
	scop_address_is_named(calls, host, (unsigned)size);
	scop_address_is_public((struct sockaddr *)&address);
	address.sin6_family = size % 2 ? AF_INET : AF_INET6;
	scop_address_is_public((struct sockaddr *)&address);
	free(calls);
	free(host);
	return 0;
}
