/* SPDX-License-Identifier: EUPL-1.2 */
/* Bounced mails, from anybody who writes to that mailbox. */
#include <stdint.h>
#include <stdlib.h>

#include "mail/bounce.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scop_bounce bounce;

	if (scop_bounce_read((const char *)data, size, "example.org", &bounce) && bounce.mail <= 0)
		abort();
	return 0;
}
