/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Mails that come back: delivery status notifications (RFC 3464) about mails that we have sent,
 * told by the Message-ID that they had.
 *
 * What arrives in that mailbox is anybody's. No MIME is decoded: RFC 3464 demands that the lines
 * which count stand there as they are, in US-ASCII, so whatever hides them is no notification.
 */
#ifndef SCOP_MAIL_BOUNCE_H
#define SCOP_MAIL_BOUNCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scop_bounce {
	/* its number, and its microseconds since 1970: both stand in its Message-ID */
	int64_t mail, created;
	char answer[301]; /* "550 5.1.1 no such person", in printable US-ASCII */
};

/* Whether the message says that a mail of ours, from `domain`, could not be delivered for good. */
bool scop_bounce_read(const char *message, size_t size, const char *domain,
    struct scop_bounce *ret_bounce);

#endif
