/*
 * scopiton-mailer: sends the mails that modules have put into the queue to the configured mail server. It loads no module,
 * and is the only process of ours that speaks SMTP, by libcurl.
 *
 * A server that never answers, or slowly, holds up one transfer of several until its time is over. What the server refuses
 * for good (5xx) is noted as refused, and so is what comes back later; what it defers, or a server that is away, is tried again for days.
 */
#include <curl/curl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/locale.h"
#include "base/log.h"
#include "base/value.h"
#include "host/bounces.h"
#include "host/service.h"
#include "jobs/message.h"
#include "jobs/post.h"

enum {
	TRANSFERS_MAX = 8,
	CONNECT_SECONDS = 15,
	TRANSFER_SECONDS = 180,
	LEASE_SECONDS = TRANSFER_SECONDS * 2,
	LOOK_MILLISECONDS = 10000,
	SOON_MILLISECONDS = 1000,
	REST_FIRST = 15000,
	REST_MAX = 6 * 3600 * 1000,
	SWEEP_MILLISECONDS = 3600 * 1000,
	MINUTE = 60000,
	TENANTS_MAX = 256,
	REFUSED_FROM = 500, /* SMTP's replies of permanent failure (RFC 5321, section 4.2.1) */
};

struct transfer {
	struct transfer *next;
	struct scop_arena *arena;
	CURL *curl;
	curl_mime *mime;
	struct curl_slist *headers, *recipients;
	int64_t id;
	unsigned tries;
	char error[CURL_ERROR_SIZE];
	char answer[300]; /* the server's last line about the mail */
};

struct mailer {
	struct scop_service service;
	struct scop_post post;
	CURLM *multi;
	struct transfer *transfers;
	unsigned count;
	char password[200];
	struct window {
		int64_t tenant, since;
		int64_t sent;
	} windows[TENANTS_MAX]; /* how many mails each has sent in its minute */
	int64_t look_at, sweep_at;
	bool stopping, lost;
};

/* ---- one mail ---- */

static size_t
take_line(char *bytes, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	const size_t length = size * count, kept = length < sizeof transfer->answer ? length : sizeof transfer->answer - 1;

	if (length >= 3 && strncmp(bytes, "221", 3) == 0) /* its good-bye says nothing of the mail */
		return length;
	memcpy(transfer->answer, bytes, kept);
	transfer->answer[kept] = '\0';
	for (char *c = transfer->answer; *c; c++)
		if ((unsigned char)*c < 0x20)
			*c = ' ';
	return length;
}

static void
add_header(struct transfer *transfer, const char *name, const char *value)
{
	transfer->headers = curl_slist_append(transfer->headers, scop_arena_printf(transfer->arena, "%s: %s", name, value));
}

static const char *
words(struct transfer *transfer, const char *text)
{
	struct scop_buffer out;

	scop_buffer_init(&out, transfer->arena);
	scop_message_words(&out, text);
	return scop_buffer_str(&out);
}

static const char *
address(struct transfer *transfer, const char *name, const char *mail)
{
	struct scop_buffer out;

	scop_buffer_init(&out, transfer->arena);
	scop_message_address(&out, name, mail);
	return scop_buffer_str(&out);
}

/* RFC 5322, section 3.3, in UTC. */
static const char *
date(struct transfer *transfer, int64_t microseconds)
{
	static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	const struct scop_clock clock = scop_zone_clock("UTC", microseconds);

	return scop_arena_printf(transfer->arena, "%s, %d %s %d %02d:%02d:%02d +0000", days[clock.weekday], clock.day,
	    months[clock.month - 1], clock.year, clock.hour, clock.minute, (int)(microseconds / 1000000 % 60));
}

/* The same mail has the same Message-ID however often it is tried, so that who gets it twice shows it once. The envelope is always
 * the host's, so that what comes back comes to it; the mail server signs for a tenant's own domain (RFC 6376, RFC 7489). */
static void
add_headers(const struct mailer *mailer, struct transfer *transfer, const struct scop_value *mail)
{
	const char *host = mailer->service.config.mail_from, *own = scop_text(mail, "sender"), *domain = strchr(host, '@');
	const int64_t created = scop_as_int(scop_get(mail, "created_us"));

	add_header(transfer, "Date", date(transfer, created));
	add_header(transfer, "From", address(transfer, scop_text(mail, "sender_name"), own[0] ? own : host));
	add_header(transfer, "To", address(transfer, scop_text(mail, "recipient_name"), scop_text(mail, "recipient")));
	if (scop_text(mail, "reply_to")[0])
		add_header(transfer, "Reply-To", words(transfer, scop_text(mail, "reply_to")));
	add_header(transfer, "Subject", words(transfer, scop_text(mail, "subject")));
	add_header(transfer, "Message-ID", scop_arena_printf(transfer->arena, "<%lld.%lld%s>", (long long)transfer->id,
	    (long long)created, domain ? domain : "@localhost"));
	add_header(transfer, "Auto-Submitted", "auto-generated"); /* RFC 3834: nobody's absence answers it */
}

static void
add_part(curl_mime *mime, const char *type, const char *bytes, size_t length)
{
	curl_mimepart *part = curl_mime_addpart(mime);

	curl_mime_data(part, bytes, length);
	curl_mime_type(part, type);
	curl_mime_encoder(part, "quoted-printable");
}

/* Text and HTML as two forms of one thing; with attachments, these beside it (RFC 2046, section 5.1). */
static void
add_body(struct transfer *transfer, const struct scop_value *mail, const struct scop_value *attachments)
{
	const struct scop_value *html = scop_get(mail, "html");
	curl_mime *forms = curl_mime_init(transfer->curl);
	struct scop_buffer text;

	scop_buffer_init(&text, transfer->arena);
	scop_message_text(&text, html->string, html->length);
	add_part(forms, "text/plain; charset=utf-8", text.data, text.length);
	add_part(forms, "text/html; charset=utf-8", html->string, html->length);
	transfer->mime = curl_mime_init(transfer->curl);
	curl_mimepart *body = curl_mime_addpart(transfer->mime);
	curl_mime_subparts(body, forms);
	curl_mime_type(body, "multipart/alternative");
	for (size_t i = 0; i < scop_count(attachments); i++) {
		const struct scop_value *file = scop_at(attachments, i), *bytes = scop_get(file, "bytes");
		curl_mimepart *part = curl_mime_addpart(transfer->mime);

		curl_mime_data(part, bytes->string, bytes->length);
		curl_mime_type(part, scop_text(file, "type"));
		curl_mime_filename(part, scop_text(file, "name"));
		curl_mime_encoder(part, "base64");
	}
}

static void
set_options(struct mailer *mailer, struct transfer *transfer)
{
	const struct scop_config *config = &mailer->service.config;
	CURL *curl = transfer->curl;

	curl_easy_setopt(curl, CURLOPT_URL, config->mail_server);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, config->mail_from);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, transfer->recipients);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, transfer->headers);
	curl_easy_setopt(curl, CURLOPT_MIMEPOST, transfer->mime);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_USE_SSL, config->mail_user[0] ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_TRY);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)TRANSFER_SECONDS);
	curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)CONNECT_SECONDS * 2);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, transfer->error);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_line);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, transfer);
	curl_easy_setopt(curl, CURLOPT_PRIVATE, transfer);
	if (config->mail_user[0]) {
		curl_easy_setopt(curl, CURLOPT_USERNAME, config->mail_user);
		curl_easy_setopt(curl, CURLOPT_PASSWORD, mailer->password);
	}
}

static void
start_transfer(struct mailer *mailer, const struct scop_value *mail, const struct scop_value *attachments)
{
	struct scop_arena *arena = scop_arena_new();
	struct transfer *transfer = scop_arena_alloc(arena, sizeof *transfer);

	*transfer = (struct transfer){ .next = mailer->transfers, .arena = arena, .curl = curl_easy_init(),
		.id = scop_int(mail, "id"), .tries = (unsigned)scop_int(mail, "tries") + 1 };
	if (!transfer->curl)
		abort();
	transfer->recipients = curl_slist_append(NULL, scop_text(mail, "recipient"));
	add_headers(mailer, transfer, mail);
	add_body(transfer, mail, attachments);
	set_options(mailer, transfer);
	mailer->transfers = transfer;
	mailer->count++;
	curl_multi_add_handle(mailer->multi, transfer->curl);
}

static void
end_transfer(struct mailer *mailer, struct transfer *transfer)
{
	struct transfer **place = &mailer->transfers;

	while (*place != transfer)
		place = &(*place)->next;
	*place = transfer->next;
	mailer->count--;
	curl_multi_remove_handle(mailer->multi, transfer->curl);
	curl_easy_cleanup(transfer->curl);
	curl_mime_free(transfer->mime);
	curl_slist_free_all(transfer->headers);
	curl_slist_free_all(transfer->recipients);
	scop_arena_free(transfer->arena);
}

/* ---- how it went ---- */

static int64_t
rest_after(unsigned tries)
{
	const int64_t doubled = (int64_t)REST_FIRST << (tries > 20 ? 20 : tries > 0 ? tries - 1 : 0);
	const int64_t rest = doubled < REST_MAX ? doubled : REST_MAX;

	return rest / 2 + random() % (rest + 1);
}

static enum scop_db_status
note(struct mailer *mailer, const struct transfer *transfer, CURLcode result)
{
	const char *said = transfer->answer[0] ? transfer->answer : transfer->error[0] ? transfer->error : curl_easy_strerror(result);
	long reply = 0;

	curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &reply);
	if (result == CURLE_OK)
		return scop_post_end(&mailer->post, transfer->id, true, said);
	if (reply >= REFUSED_FROM && result != CURLE_LOGIN_DENIED && atoi(transfer->answer) >= REFUSED_FROM) {
		scop_log(SCOP_LOG_WARNING, "mail %lld is refused: %s", (long long)transfer->id, said);
		return scop_post_end(&mailer->post, transfer->id, false, said);
	}
	said = transfer->error[0] ? transfer->error : said;
	if (transfer->tries >= SCOP_POST_TRIES) {
		scop_log(SCOP_LOG_ERROR, "mail %lld is given up after %u tries: %s", (long long)transfer->id, transfer->tries, said);
		return scop_post_end(&mailer->post, transfer->id, false, said);
	}
	return scop_post_again(&mailer->post, transfer->id, rest_after(transfer->tries), said);
}

static enum scop_db_status
take_ended(struct mailer *mailer)
{
	enum scop_db_status status = SCOP_DB_OK;
	int left;

	for (CURLMsg *message; status == SCOP_DB_OK && (message = curl_multi_info_read(mailer->multi, &left));) {
		struct transfer *transfer;

		if (message->msg != CURLMSG_DONE)
			continue;
		const CURLcode result = message->data.result;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
		status = note(mailer, transfer, result);
		if (status != SCOP_DB_OK) /* its lease brings it again: better twice than never */
			scop_log(SCOP_LOG_WARNING, "mail %lld is sent, and could not be noted so", (long long)transfer->id);
		end_transfer(mailer, transfer);
		mailer->look_at = scop_service_now();
	}
	return status;
}

/* ---- taking ---- */

static struct window *
window_of(struct mailer *mailer, int64_t tenant, int64_t now)
{
	struct window *oldest = &mailer->windows[0];

	for (size_t i = 0; i < TENANTS_MAX; i++) {
		struct window *window = &mailer->windows[i];

		if (window->tenant == tenant) {
			if (now - window->since >= MINUTE)
				*window = (struct window){ tenant, now, 0 };
			return window;
		}
		if (window->since < oldest->since)
			oldest = window;
	}
	*oldest = (struct window){ tenant, now, 0 };
	return oldest;
}

/* Tenants that have sent enough in this minute. */
static const char *
leave_out(const struct mailer *mailer, int64_t now)
{
	struct scop_buffer tenants;

	scop_buffer_init(&tenants, mailer->post.arena);
	for (size_t i = 0; i < TENANTS_MAX; i++) {
		const struct window *window = &mailer->windows[i];

		if (window->tenant != 0 && now - window->since < MINUTE && window->sent >= mailer->service.config.mail_rate)
			scop_buffer_printf(&tenants, "%s%lld", tenants.length ? "," : "", (long long)window->tenant);
	}
	return scop_buffer_str(&tenants);
}

static enum scop_db_status
look(struct mailer *mailer, int64_t now)
{
	int64_t next;
	const struct scop_value *mails = NULL, *attachments;
	enum scop_db_status status = SCOP_DB_OK;

	if (mailer->count < TRANSFERS_MAX)
		status = scop_post_take(&mailer->post, leave_out(mailer, now), TRANSFERS_MAX - mailer->count, LEASE_SECONDS, &mails);
	for (size_t i = 0; status == SCOP_DB_OK && i < scop_count(mails); i++) {
		const struct scop_value *mail = scop_at(mails, i);

		status = scop_post_attachments(&mailer->post, scop_int(mail, "id"), &attachments);
		if (status != SCOP_DB_OK)
			break;
		window_of(mailer, scop_int(mail, "tenant"), now)->sent++;
		start_transfer(mailer, mail, attachments);
	}
	if (status == SCOP_DB_OK && mailer->service.config.mail_bounces[0])
		status = scop_bounces_read(&mailer->post, mailer->service.config.mail_bounces, strchr(mailer->service.config.mail_from, '@') + 1);
	if (status == SCOP_DB_OK && now >= mailer->sweep_at) {
		status = scop_post_sweep(&mailer->post);
		mailer->sweep_at = now + SWEEP_MILLISECONDS;
	}
	if (status == SCOP_DB_OK)
		status = scop_post_next(&mailer->post, &next);
	mailer->look_at = now + LOOK_MILLISECONDS;
	if (status == SCOP_DB_OK && next < LOOK_MILLISECONDS)
		mailer->look_at = now + (next > SOON_MILLISECONDS ? next : SOON_MILLISECONDS);
	return status;
}

/* ---- the loop ---- */

static void
wait_for_something(struct mailer *mailer)
{
	struct curl_waitfd extra[] = { { mailer->service.signal_fd, CURL_WAIT_POLLIN, 0 }, { mailer->service.wake_fd, CURL_WAIT_POLLIN, 0 } };
	const int64_t left = mailer->look_at - scop_service_now();
	int running, ready;

	curl_multi_poll(mailer->multi, extra, 2, left < 0 ? 0 : (int)left, &ready);
	curl_multi_perform(mailer->multi, &running);
	if (extra[0].revents && scop_service_told_to_stop(&mailer->service))
		mailer->stopping = true;
	if (extra[1].revents && scop_service_woken(&mailer->service))
		mailer->look_at = scop_service_now();
}

static void
note_status(struct mailer *mailer, enum scop_db_status status)
{
	const bool lost = status != SCOP_DB_OK && status != SCOP_DB_AGAIN;

	if (lost)
		mailer->look_at = scop_service_now() + SOON_MILLISECONDS;
	if (lost && !mailer->lost)
		scop_log(SCOP_LOG_WARNING, "the queue is away: %s", scop_db_error(mailer->post.db));
	if (!lost && mailer->lost)
		scop_log(SCOP_LOG_INFO, "the queue is there again");
	mailer->lost = lost;
}

static void
read_password(struct mailer *mailer)
{
	const char *path = mailer->service.config.mail_password_file;
	FILE *file = path[0] ? fopen(path, "re") : NULL;

	if (path[0] && (!file || fscanf(file, "%199s", mailer->password) != 1))
		scop_service_give_up("the file that 'mail_password_file' names cannot be read");
	if (file)
		fclose(file);
}

int
main(int argc, char **argv)
{
	static struct mailer mailer;

	scop_service_start(&mailer.service, "mailer", true, argc, argv);
	read_password(&mailer);
	if (!mailer.service.config.mail_server[0])
		scop_log(SCOP_LOG_WARNING, "no 'mail_server' is set: mails wait");
	curl_global_init(CURL_GLOBAL_DEFAULT);
	mailer.multi = curl_multi_init();
	if (!mailer.multi)
		abort();
	curl_multi_setopt(mailer.multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)TRANSFERS_MAX);
	mailer.post = (struct scop_post){ .db = mailer.service.db, .arena = scop_arena_new() };
	while (!mailer.stopping && !scop_service_orphaned()) {
		wait_for_something(&mailer);
		enum scop_db_status status = take_ended(&mailer);

		if (status == SCOP_DB_OK && mailer.service.config.mail_server[0] && scop_service_now() >= mailer.look_at)
			status = look(&mailer, scop_service_now());
		else if (!mailer.service.config.mail_server[0])
			mailer.look_at = scop_service_now() + LOOK_MILLISECONDS;
		note_status(&mailer, status);
		scop_arena_reset(mailer.post.arena);
	}
	while (mailer.transfers) /* those under way are tried again when their lease is over */
		end_transfer(&mailer, mailer.transfers);
	curl_multi_cleanup(mailer.multi);
	return 0;
}
