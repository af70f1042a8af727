/* SPDX-License-Identifier: EUPL-1.2 */
/* Input from processes that can reach the broker's socket: greeting, user, request. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "broker/socks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct message {
	const uint8_t *data;
	size_t size;
};

static bool
take(void *context, unsigned char *bytes, size_t size)
{
	struct message *message = context;

	if (size > message->size)
		return false;
	memcpy(bytes, message->data, size);
	message->data += size;
	message->size -= size;
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct message message = { data, size };
	const struct scop_socks_source source = { take, &message };
	struct scop_socks_target target;
	char name[SCOP_SOCKS_TEXT];

	if (!scop_socks_methods(&source) || !scop_socks_user(&source, name))
		return 0;
	assert(strlen(name) < sizeof name);
	if (scop_socks_request(&source, &target) == SCOP_SOCKS_DONE)
		assert(strlen(target.host) > 0 && strlen(target.host) < sizeof target.host &&
		    target.port <= UINT16_MAX);
	return 0;
}
