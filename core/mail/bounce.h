/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Bounces: delivery status notifications (RFC 3464) about mails that this host has sent, identified
 * by their Message-ID.
 *
 * Anybody can write to that mailbox. No MIME is decoded: RFC 3464 demands the relevant lines in
 * plain US-ASCII, so a mail that encodes them is not a notification.
 */
#ifndef SCOP_MAIL_BOUNCE_H
#define SCOP_MAIL_BOUNCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scop_bounce {
	/* its number and its time in microseconds since 1970, both from its Message-ID */
	int64_t mail, created;
	char answer[301]; /* "550 5.1.1 no such person", in printable US-ASCII */
};

/* Whether the message reports a permanent failure to deliver a mail sent by this host from
 * `domain`. */
bool scop_bounce_read(const char *message, size_t size, const char *domain,
    struct scop_bounce *ret_bounce);

#endif
