/* SPDX-License-Identifier: EUPL-1.2 */
/* Transfers of mails: see transfer.h. A slot belongs to the loop until its mail is handed over,
 * then to its thread until the transfer ends, and then to the loop again. */
#include "mailer/transfer.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/config.h"
#include "base/locale.h"
#include "base/value.h"
#include "mail/message.h"

enum { CONNECT_SECONDS = 15, STACK = 256 * 1024 };

struct place {
	enum { FREE, SENT, ENDED } state; /* under `lock` */
	struct scop_transfer transfer;
	struct scop_arena *arena;
	CURL *curl; /* kept, with its connection, for the next mail */
	curl_mime *mime;
	curl_mimepart *plain;   /* the text, which the thread makes from `html` */
	struct scop_value html; /* a copy */
	struct curl_slist *headers, *recipients;
};

static struct {
	const struct scop_config *config;
	const char *password;
	pthread_mutex_t lock;
	pthread_cond_t sent;
	int ended_fd;
	struct place places[SCOP_TRANSFERS];
} transfers = { .lock = PTHREAD_MUTEX_INITIALIZER, .sent = PTHREAD_COND_INITIALIZER };

/* ---- one mail ---- */

static size_t
take_line(char *bytes, size_t size, size_t count, void *context)
{
	struct scop_transfer *transfer = context;
	const size_t length = size * count,
		     kept = length < sizeof transfer->answer ? length : sizeof transfer->answer - 1;

	/* the reply to QUIT is not about the mail */
	if (length >= 3 && strncmp(bytes, "221", 3) == 0)
		return length;
	memcpy(transfer->answer, bytes, kept);
	transfer->answer[kept] = '\0';
	for (char *c = transfer->answer; *c; c++)
		if ((unsigned char)*c < 0x20)
			*c = ' ';
	return length;
}

static void
add_header(struct place *place, const char *name, const char *value)
{
	place->headers = curl_slist_append(place->headers,
	    scop_arena_printf(place->arena, "%s: %s", name, value));
}

static const char *
words(struct place *place, const char *text)
{
	struct scop_buffer out;

	scop_buffer_init(&out, place->arena);
	scop_message_words(&out, text);
	return scop_buffer_str(&out);
}

static const char *
address(struct place *place, const char *name, const char *mail)
{
	struct scop_buffer out;

	scop_buffer_init(&out, place->arena);
	scop_message_address(&out, name, mail);
	return scop_buffer_str(&out);
}

/* RFC 5322, section 3.3, in UTC. */
static const char *
date(struct place *place, int64_t microseconds)
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
		"Aug", "Sep", "Oct", "Nov", "Dec" };
	const struct scop_clock clock = scop_zone_clock("UTC", microseconds);

	return scop_arena_printf(place->arena, "%s, %d %s %d %02d:%02d:%02d +0000",
	    days[clock.weekday], clock.day, months[clock.month - 1], clock.year, clock.hour,
	    clock.minute, (int)(microseconds / 1000000 % 60));
}

/* A mail has the same Message-ID at every try, so that a mail program that gets it twice shows it
 * once. The envelope sender is always the host's, so that bounces return to the host; the mail
 * server signs for a tenant's own domain (RFC 6376, RFC 7489). */
static void
add_headers(struct place *place, const struct scop_value *mail)
{
	const char *host = transfers.config->mail_from, *own = scop_text(mail, "sender"),
		   *domain = strchr(host, '@');
	const int64_t created = scop_as_int(scop_get(mail, "created_us"));

	add_header(place, "Date", date(place, created));
	add_header(place, "From",
	    address(place, scop_text(mail, "sender_name"), own[0] ? own : host));
	add_header(place, "To",
	    address(place, scop_text(mail, "recipient_name"), scop_text(mail, "recipient")));
	if (scop_text(mail, "reply_to")[0])
		add_header(place, "Reply-To", words(place, scop_text(mail, "reply_to")));
	add_header(place, "Subject", words(place, scop_text(mail, "subject")));
	add_header(place, "Message-ID",
	    scop_arena_printf(place->arena, "<%lld.%lld%s>", (long long)place->transfer.id,
		(long long)created, domain ? domain : "@localhost"));
	/* RFC 3834: no automatic replies */
	add_header(place, "Auto-Submitted", "auto-generated");
}

static curl_mimepart *
add_part(curl_mime *mime, const char *type, const char *bytes, size_t length)
{
	curl_mimepart *part = curl_mime_addpart(mime);

	curl_mime_data(part, bytes, length);
	curl_mime_type(part, type);
	curl_mime_encoder(part, "quoted-printable");
	return part;
}

/* Text and HTML as alternatives of one body; attachments follow it (RFC 2046, section 5.1). */
static void
add_body(struct place *place, const struct scop_value *mail, const struct scop_value *attachments)
{
	const struct scop_value *html = scop_get(mail, "html");
	curl_mime *forms = curl_mime_init(place->curl);

	place->html = *scop_value_bytes(place->arena,
	    scop_arena_bytes(place->arena, html->string, html->length), html->length);
	place->plain = add_part(forms, "text/plain; charset=utf-8", "", 0);
	add_part(forms, "text/html; charset=utf-8", html->string, html->length);
	place->mime = curl_mime_init(place->curl);
	curl_mimepart *body = curl_mime_addpart(place->mime);
	curl_mime_subparts(body, forms);
	curl_mime_type(body, "multipart/alternative");
	for (size_t i = 0; i < scop_count(attachments); i++) {
		const struct scop_value *file = scop_at(attachments, i),
					*bytes = scop_get(file, "bytes");
		curl_mimepart *part = curl_mime_addpart(place->mime);

		curl_mime_data(part, bytes->string, bytes->length);
		curl_mime_type(part, scop_text(file, "type"));
		curl_mime_filename(part, scop_text(file, "name"));
		curl_mime_encoder(part, "base64");
	}
}

static void
set_options(struct place *place)
{
	const struct scop_config *config = transfers.config;
	CURL *curl = place->curl;

	curl_easy_setopt(curl, CURLOPT_URL, config->mail_server);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, config->mail_from);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, place->recipients);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, place->headers);
	curl_easy_setopt(curl, CURLOPT_MIMEPOST, place->mime);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_USE_SSL,
	    config->mail_user[0] ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_TRY);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)SCOP_TRANSFER_SECONDS);
	curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)CONNECT_SECONDS * 2);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, place->transfer.error);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_line);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, &place->transfer);
	if (config->mail_user[0]) {
		curl_easy_setopt(curl, CURLOPT_USERNAME, config->mail_user);
		curl_easy_setopt(curl, CURLOPT_PASSWORD, transfers.password);
	}
}

/* ---- the threads ---- */

/* Makes the text of the mail from its page, here and not in the loop: a module wrote the page, so
 * nobody knows how long that takes. */
static void
write_text(struct place *place)
{
	struct scop_buffer text;

	scop_buffer_init(&text, place->arena);
	scop_message_text(&text, place->html.string, place->html.length);
	curl_mime_data(place->plain, text.data, text.length);
}

static void *
work(void *context)
{
	struct place *place = context;

	for (;;) {
		pthread_mutex_lock(&transfers.lock);
		while (place->state != SENT)
			pthread_cond_wait(&transfers.sent, &transfers.lock);
		pthread_mutex_unlock(&transfers.lock);

		write_text(place);
		place->transfer.result = curl_easy_perform(place->curl);
		curl_easy_getinfo(place->curl, CURLINFO_RESPONSE_CODE, &place->transfer.reply);

		pthread_mutex_lock(&transfers.lock);
		place->state = ENDED;
		pthread_mutex_unlock(&transfers.lock);
		eventfd_write(transfers.ended_fd, 1);
	}
	return NULL;
}

int
scop_transfers_start(const struct scop_config *config, const char *password)
{
	pthread_attr_t attributes;

	transfers.config = config;
	transfers.password = password;
	transfers.ended_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, STACK);
	for (size_t i = 0; i < SCOP_TRANSFERS; i++) {
		struct place *place = &transfers.places[i];
		pthread_t thread;

		place->curl = curl_easy_init();
		place->arena = scop_arena_new();
		if (!place->curl || transfers.ended_fd < 0 ||
		    pthread_create(&thread, &attributes, work, place) != 0)
			abort();
	}
	pthread_attr_destroy(&attributes);
	return transfers.ended_fd;
}

/* A slot in that state; NULL for none. */
static struct place *
in_state(int state)
{
	struct place *found = NULL;

	pthread_mutex_lock(&transfers.lock);
	for (size_t i = 0; i < SCOP_TRANSFERS && !found; i++)
		if ((int)transfers.places[i].state == state)
			found = &transfers.places[i];
	pthread_mutex_unlock(&transfers.lock);
	return found;
}

unsigned
scop_transfers_room(void)
{
	unsigned room = 0;

	pthread_mutex_lock(&transfers.lock);
	for (size_t i = 0; i < SCOP_TRANSFERS; i++)
		room += transfers.places[i].state == FREE;
	pthread_mutex_unlock(&transfers.lock);
	return room;
}

unsigned
scop_transfers_of(int64_t tenant)
{
	unsigned count = 0;

	pthread_mutex_lock(&transfers.lock);
	for (size_t i = 0; i < SCOP_TRANSFERS; i++)
		count += transfers.places[i].state != FREE &&
		    transfers.places[i].transfer.tenant == tenant;
	pthread_mutex_unlock(&transfers.lock);
	return count;
}

void
scop_transfers_send(const struct scop_value *mail, const struct scop_value *attachments)
{
	struct place *place = in_state(FREE);

	if (!place)
		abort();
	place->transfer = (struct scop_transfer){ .id = scop_int(mail, "id"),
		.tenant = scop_int(mail, "tenant"),
		.tries = (unsigned)scop_int(mail, "tries") + 1 };
	curl_easy_reset(place->curl);
	place->recipients = curl_slist_append(NULL, scop_text(mail, "recipient"));
	add_headers(place, mail);
	add_body(place, mail, attachments);
	set_options(place);
	pthread_mutex_lock(&transfers.lock);
	place->state = SENT;
	pthread_cond_broadcast(&transfers.sent);
	pthread_mutex_unlock(&transfers.lock);
}

bool
scop_transfers_ended(struct scop_transfer *ret_transfer)
{
	struct place *place = in_state(ENDED);

	if (!place)
		return false;
	*ret_transfer = place->transfer;
	curl_mime_free(place->mime);
	curl_slist_free_all(place->headers);
	curl_slist_free_all(place->recipients);
	place->mime = NULL;
	place->headers = place->recipients = NULL;
	scop_arena_reset(place->arena);
	pthread_mutex_lock(&transfers.lock);
	place->state = FREE;
	pthread_mutex_unlock(&transfers.lock);
	return true;
}
