/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Transfers of mails to the mail server, each in a thread of its own: libcurl blocks while it waits
 * for the server's reply to a mail's last line and to QUIT, so in a single thread a silent server
 * would block all others.
 */
#ifndef SCOP_MAILER_TRANSFER_H
#define SCOP_MAILER_TRANSFER_H

#include <stdbool.h>
#include <stdint.h>

#include <curl/curl.h>

struct scop_config;
struct scop_value;

enum { SCOP_TRANSFERS = 8, SCOP_TRANSFER_SECONDS = 180 /* the longest that one takes */ };

struct scop_transfer {
	int64_t id, tenant;
	unsigned tries;
	CURLcode result;
	long reply;                  /* the code of the server's last reply */
	char error[CURL_ERROR_SIZE]; /* libcurl's message; "": none */
	char answer[300];            /* the server's last line about the mail */
};

/* Starts the threads; `config` and `password` are not copied. Returns a descriptor that is readable
 * when a transfer has ended. */
int scop_transfers_start(const struct scop_config *config, const char *password);

/* How many more may be started now, and how many of the tenant's are running. */
unsigned scop_transfers_room(void);
unsigned scop_transfers_of(int64_t tenant);

/* Starts a transfer; there must be a free slot. `mail` and `attachments` come from mail/post.h;
 * they are copied. */
void scop_transfers_send(const struct scop_value *mail, const struct scop_value *attachments);

/* Takes a transfer that has ended and frees its slot; false for none. */
bool scop_transfers_ended(struct scop_transfer *ret_transfer);

#endif
