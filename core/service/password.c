/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Passwords: argon2id by libsodium, whose memory use (64 MB) makes guessing expensive, but also
 * many hashes at once on this host. So at most two run at a time per host, and a few requests wait;
 * the others fail with 503 and block no worker. The caller decides who may wait: a sender with
 * recent failures may not, so that guessers cannot crowd an owner out. The gate is the first bytes
 * of a file, locked by each process that hashes or waits: a process that dies releases its lock.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zxcvbn.h>

#include "scopiton/portal.h"
#include "web/request.h"

enum {
	AT_ONCE = 2,
	WAITING = 16,
	LOOK_MILLISECONDS = 5,
	WAIT_MILLISECONDS = 8000,
	WEAK_BITS = 30,
	KNOWN_MAX = 32, /* words that an attacker would guess */
	WORD_MIN = 3
};

static bool
lock(int fd, short kind, int place)
{
	struct flock wanted = { .l_type = kind,
		.l_whence = SEEK_SET,
		.l_start = place,
		.l_len = 1 };

	return fcntl(fd, F_SETLK, &wanted) == 0;
}

static int
free_place(int fd, int first, int count)
{
	for (int i = first; i < first + count; i++)
		if (lock(fd, F_WRLCK, i))
			return i;
	return -1;
}

/* Returns the place taken; -1 if the request must be retried later. Without a gate there is always
 * room. */
static int
enter_gate(struct scop_request *req, bool patient)
{
	const struct timespec rest = { 0, LOOK_MILLISECONDS * 1000000L };
	const int fd = req->app->gate_fd;
	int place = fd > 0 ? free_place(fd, 0, AT_ONCE) : AT_ONCE + WAITING;

	const int seat = place < 0 && patient ? free_place(fd, AT_ONCE, WAITING) : -1;
	for (int waited = 0; place < 0 && seat >= 0 && waited < WAIT_MILLISECONDS;
	     waited += LOOK_MILLISECONDS) {
		nanosleep(&rest, NULL);
		place = free_place(fd, 0, AT_ONCE);
	}
	if (seat >= 0)
		lock(fd, F_UNLCK, seat);
	if (place < 0) {
		scop_request_fail(req, SCOP_DB_FAILED,
		    "too many passwords are being checked; this request was answered 503");
		req->come_back = true;
	}
	return place;
}

static void
leave_gate(const struct scop_app *app, int place)
{
	if (app->gate_fd > 0)
		lock(app->gate_fd, F_UNLCK, place);
}

/* Adds a text and each of its words: for "La Boucle" an attacker would also try "boucle". */
static size_t
add_words(struct scop_arena *arena, const char *text, const char **known, size_t count)
{
	static const char separators[] = " .,;:_@'&/()-";

	if (count < KNOWN_MAX && text[0])
		known[count++] = text;
	for (const char *at = text + strspn(text, separators); *at;) {
		const size_t length = strcspn(at, separators);

		if (length >= WORD_MIN && count < KNOWN_MAX)
			known[count++] = scop_arena_bytes(arena, at, length);
		at += length;
		at += strspn(at, separators);
	}
	return count;
}

bool
scop_password_is_weak(struct scop_request *req, const struct scop_value *password,
    const struct scop_value *name, const struct scop_value *mail)
{
	const char *about[] = { scop_as_text(name), scop_as_text(mail), req->site.title,
		req->site.tenant_name, req->site.host ? req->site.host : "", "scopiton" };
	const char *known[KNOWN_MAX + 1] = { NULL };
	size_t count = 0;

	for (size_t i = 0; i < sizeof about / sizeof about[0]; i++)
		count = add_words(req->arena, about[i], known, count);
	return ZxcvbnMatch(scop_as_text(password), known, NULL) < WEAK_BITS;
}

const struct scop_value *
scop_password_hash(struct scop_request *req, const struct scop_value *password)
{
	char stored[crypto_pwhash_STRBYTES] = "";
	const char *text = scop_as_text(password);
	const int place = enter_gate(req, true);
	if (place < 0)
		return NULL;
	const bool done =
	    crypto_pwhash_str(stored, text, strlen(text), crypto_pwhash_OPSLIMIT_INTERACTIVE,
		crypto_pwhash_MEMLIMIT_INTERACTIVE) == 0;

	leave_gate(req->app, place);
	if (!done)
		scop_request_fail(req, SCOP_DB_FAILED, "no memory to hash a password");
	return scop_value_text(req->arena, scop_arena_text(req->arena, stored));
}

bool
scop_password_verify(struct scop_request *req, const struct scop_value *password,
    const struct scop_value *stored, bool patient)
{
	/* The hash of no password, so that a check without a stored hash takes as long. */
	static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$bm9ib2R5J3Mgc2FsdCEhIQ$"
				     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	const char *text = scop_as_text(password), *hash = scop_as_text(stored);
	const bool known = hash[0] != '\0';
	const int place = enter_gate(req, patient);
	if (place < 0)
		return false;
	const bool same = crypto_pwhash_str_verify(known ? hash : nobody, text, strlen(text)) == 0;

	leave_gate(req->app, place);
	return known && same;
}

const struct scop_value *
scop_sender_hash(struct scop_request *req)
{
	enum { NETWORK = 8, MAPPED = 12 };
	struct in6_addr six;
	char four[INET_ADDRSTRLEN];
	const char *sender = req->sender;

	if (inet_pton(AF_INET6, sender, &six) == 1) {
		if (!IN6_IS_ADDR_V4MAPPED(&six))
			return scop_hash(req,
			    scop_value_bytes(req->arena, (const char *)six.s6_addr, NETWORK));
		sender = inet_ntop(AF_INET, six.s6_addr + MAPPED, four, sizeof four);
	}
	return scop_hash(req, scop_value_text(req->arena, sender));
}
