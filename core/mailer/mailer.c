/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * scopiton-mailer: sends the mails that modules have put into the queue to the configured mail
 * server. It loads no module, and is the only process of ours that speaks SMTP, by libcurl.
 *
 * A server that answers slowly or not at all blocks only one of several transfers, until its
 * timeout (mailer/transfer.c), and no tenant occupies all of them. Mails that the server refuses
 * for good (5xx), or that bounce later, are recorded as refused; the mailer retries deferred mails,
 * and those for an unreachable server, for days.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/log.h"
#include "base/value.h"
#include "mailer/bounces.h"
#include "process/service.h"
#include "mailer/transfer.h"
#include "mail/check.h"
#include "mail/post.h"

enum {
	OF_ONE_TENANT = SCOP_TRANSFERS / 2, /* transfers at once */
	LEASE_SECONDS = SCOP_TRANSFER_SECONDS * 2,
	LOOK_MILLISECONDS = 10000,
	SOON_MILLISECONDS = 1000,
	REST_FIRST = 15000,
	BACKOFF_MAX = 6 * 3600 * 1000,
	MINUTE = 60000,
	TENANTS_MAX = 256,
	REFUSED_FROM = 500, /* SMTP's replies of permanent failure (RFC 5321, section 4.2.1) */
};

struct mailer {
	struct scop_service service;
	struct scop_post post;
	int ended_fd;
	char password[200];
	struct window {
		int64_t tenant, since;
		int64_t sent;
	} windows[TENANTS_MAX];        /* mails that each has sent in the current minute */
	int64_t taken[SCOP_TRANSFERS]; /* the tenants of the mails taken in this round */
	unsigned taken_count;
	int64_t look_at;
	bool stopping, lost;
};

/* ---- results ---- */

static int64_t
rest_after(unsigned tries)
{
	const int64_t doubled = (int64_t)REST_FIRST << (tries > 20 ? 20
					: tries > 0                ? tries - 1
								   : 0);
	const int64_t delay = doubled < BACKOFF_MAX ? doubled : BACKOFF_MAX;

	return delay / 2 + random() % (delay + 1);
}

static enum scop_db_status
note(struct mailer *mailer, const struct scop_transfer *transfer)
{
	const char *said = transfer->answer[0] ? transfer->answer
	    : transfer->error[0]               ? transfer->error
					       : curl_easy_strerror(transfer->result);

	if (transfer->result == CURLE_OK)
		return scop_post_end(&mailer->post, transfer->id, true, said);
	if (transfer->reply >= REFUSED_FROM && transfer->result != CURLE_LOGIN_DENIED &&
	    atoi(transfer->answer) >= REFUSED_FROM) {
		scop_log_line(SCOP_LOG_WARNING, "mail %lld is refused: %s", (long long)transfer->id,
		    said);
		return scop_post_end(&mailer->post, transfer->id, false, said);
	}
	said = transfer->error[0] ? transfer->error : said;
	if (transfer->tries >= SCOP_POST_TRIES) {
		scop_log_line(SCOP_LOG_ERROR, "mail %lld is given up after %u tries: %s",
		    (long long)transfer->id, transfer->tries, said);
		return scop_post_end(&mailer->post, transfer->id, false, said);
	}
	return scop_post_again(&mailer->post, transfer->id, rest_after(transfer->tries), said);
}

static enum scop_db_status
take_ended(struct mailer *mailer)
{
	enum scop_db_status status = SCOP_DB_OK;
	struct scop_transfer transfer;

	while (status == SCOP_DB_OK && scop_transfers_ended(&transfer)) {
		status = note(mailer, &transfer);
		if (status != SCOP_DB_OK) /* sent again after its lease: better twice than never */
			scop_log_line(SCOP_LOG_WARNING,
			    "the result of mail %lld could not be recorded",
			    (long long)transfer.id);
		mailer->look_at = scop_service_now();
	}
	return status;
}

/* ---- taking mails ---- */

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

static bool
out_of_pace(const struct mailer *mailer, const struct window *window, int64_t now)
{
	return now - window->since < MINUTE && window->sent >= mailer->service.config.mail_rate;
}

/* The tenant's mails that are under way or taken in this round. */
static unsigned
places_of(const struct mailer *mailer, int64_t tenant)
{
	unsigned count = scop_transfers_of(tenant);

	for (unsigned i = 0; i < mailer->taken_count; i++)
		count += mailer->taken[i] == tenant;
	return count;
}

static bool
may_take(void *context, int64_t tenant, bool way_in)
{
	struct mailer *mailer = context;
	const int64_t now = scop_service_now();
	struct window *window = window_of(mailer, tenant, now);

	if (places_of(mailer, tenant) >= OF_ONE_TENANT ||
	    (!way_in && out_of_pace(mailer, window, now)) || mailer->taken_count == SCOP_TRANSFERS)
		return false;
	window->sent++;
	mailer->taken[mailer->taken_count++] = tenant;
	return true;
}

/* Lists the tenants that have reached their limit of transfers at once (`full`), or else of mails
 * per minute. */
static const char *
leave_out(const struct mailer *mailer, int64_t now, bool full)
{
	struct scop_buffer tenants;

	scop_buffer_init(&tenants, mailer->post.arena);
	for (size_t i = 0; i < TENANTS_MAX; i++) {
		const struct window *window = &mailer->windows[i];

		if (window->tenant != 0 &&
		    (full ? scop_transfers_of(window->tenant) >= OF_ONE_TENANT
			  : out_of_pace(mailer, window, now)))
			scop_buffer_printf(&tenants, "%s%lld", tenants.length ? "," : "",
			    (long long)window->tenant);
	}
	return scop_buffer_str(&tenants);
}

/* Reads the attachments of a sound mail, unless they make it unsound. */
static enum scop_db_status
read_files(struct mailer *mailer, const struct scop_value *mail,
    const struct scop_value **ret_files, const char **ret_flaw)
{
	const int64_t id = scop_int(mail, "id");
	const struct scop_value *sizes = NULL;
	enum scop_db_status status = scop_post_sizes(&mailer->post, id, &sizes);

	if (status != SCOP_DB_OK || (*ret_flaw = scop_mail_size_flaw(sizes)))
		return status;
	status = scop_post_attachments(&mailer->post, id, ret_files);
	for (size_t i = 0; status == SCOP_DB_OK && i < scop_count(*ret_files) && !*ret_flaw; i++)
		*ret_flaw = scop_mail_attachment_flaw(scop_at(*ret_files, i));
	return status;
}

/* Starts the mail's transfer, or records why it is never sent. */
static enum scop_db_status
begin(struct mailer *mailer, const struct scop_value *mail)
{
	const int64_t id = scop_int(mail, "id");
	const struct scop_value *files = NULL;
	const char *flaw = scop_mail_flaw(mail);
	enum scop_db_status status = SCOP_DB_OK;

	/* it took the mailer down with it at each try, and was never recorded */
	if (!flaw && scop_int(mail, "tries") >= SCOP_POST_TRIES)
		flaw = "all of its tries ended without a result";
	if (!flaw)
		status = read_files(mailer, mail, &files, &flaw);
	if (status != SCOP_DB_OK)
		return status;
	if (!flaw) {
		scop_transfers_send(mail, files);
		return SCOP_DB_OK;
	}
	scop_log_line(SCOP_LOG_WARNING, "mail %lld of tenant %lld is refused: %s", (long long)id,
	    (long long)scop_int(mail, "tenant"), flaw);
	return scop_post_end(&mailer->post, id, false, flaw);
}

static enum scop_db_status
look(struct mailer *mailer, int64_t now)
{
	int64_t next;
	const struct scop_value *mails = NULL;
	const unsigned room = scop_transfers_room();
	const struct scop_post_wish wish = { .limit = room,
		.lease_seconds = LEASE_SECONDS,
		.full = leave_out(mailer, now, true),
		.paced = leave_out(mailer, now, false),
		.may = may_take,
		.context = mailer };
	enum scop_db_status status = SCOP_DB_OK;

	mailer->taken_count = 0;
	if (room > 0)
		status = scop_post_take(&mailer->post, &wish, &mails);
	for (size_t i = 0; status == SCOP_DB_OK && i < scop_count(mails); i++)
		status = begin(mailer, scop_at(mails, i));
	if (status == SCOP_DB_OK && mailer->service.config.mail_bounces[0])
		status = scop_bounces_read(&mailer->post, mailer->service.config.mail_bounces,
		    strchr(mailer->service.config.mail_from, '@') + 1);
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
	struct pollfd fds[] = { { mailer->service.signal_fd, POLLIN, 0 },
		{ mailer->service.wake_fd, POLLIN, 0 }, { mailer->ended_fd, POLLIN, 0 } };
	const int64_t left = mailer->look_at - scop_service_now();
	eventfd_t ended;

	if (poll(fds, sizeof fds / sizeof fds[0], left < 0 ? 0 : (int)left) <= 0)
		return;
	if (fds[0].revents && scop_service_told_to_stop(&mailer->service))
		mailer->stopping = true;
	if (fds[1].revents && scop_service_woken(&mailer->service))
		mailer->look_at = scop_service_now();
	if (fds[2].revents)
		eventfd_read(mailer->ended_fd, &ended);
}

static void
note_status(struct mailer *mailer, enum scop_db_status status)
{
	const bool lost = status != SCOP_DB_OK && status != SCOP_DB_AGAIN;

	if (lost)
		mailer->look_at = scop_service_now() + SOON_MILLISECONDS;
	if (lost && !mailer->lost)
		scop_log_line(SCOP_LOG_WARNING, "the queue is unavailable: %s",
		    scop_db_error(mailer->post.db));
	if (!lost && mailer->lost)
		scop_log_line(SCOP_LOG_INFO, "the queue is available again");
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
		scop_log_line(SCOP_LOG_WARNING, "no 'mail_server' is set: mails wait");
	curl_global_init(CURL_GLOBAL_DEFAULT);
	mailer.ended_fd = scop_transfers_start(&mailer.service.config, mailer.password);
	mailer.post = (struct scop_post){ .db = mailer.service.db, .arena = scop_arena_new() };
	while (!mailer.stopping && !scop_service_orphaned()) {
		wait_for_something(&mailer);
		enum scop_db_status status = take_ended(&mailer);

		if (status == SCOP_DB_OK && mailer.service.config.mail_server[0] &&
		    scop_service_now() >= mailer.look_at)
			status = look(&mailer, scop_service_now());
		else if (!mailer.service.config.mail_server[0])
			mailer.look_at = scop_service_now() + LOOK_MILLISECONDS;
		note_status(&mailer, status);
		scop_arena_reset(mailer.post.arena);
	}
	/* mails in transfer are tried again when their lease ends: it does not wait for servers */
	_exit(0);
}
