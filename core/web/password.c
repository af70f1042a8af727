/*
 * Passwords: argon2id by libsodium, whose memory (64 MB) is what makes guessing dear, and many at once dear for us. So two are
 * worked on at a time on a host. The gate is a file's first two bytes, locked by whoever works: a process that dies lets go.
 */
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "web/request.h"

enum { AT_ONCE = 2 };

static bool
lock(int fd, short kind, int place, bool wait)
{
	struct flock wanted = { .l_type = kind, .l_whence = SEEK_SET, .l_start = place, .l_len = 1 };

	return fcntl(fd, wait ? F_SETLKW : F_SETLK, &wanted) == 0;
}

/* Gives the place that is ours; -1 without a gate. */
static int
enter_gate(const struct scop_app *app)
{
	if (app->gate_fd <= 0)
		return -1;
	for (int i = 0; i < AT_ONCE; i++)
		if (lock(app->gate_fd, F_WRLCK, i, false))
			return i;
	const int place = (int)(random() % AT_ONCE);
	return lock(app->gate_fd, F_WRLCK, place, true) ? place : -1;
}

static void
leave_gate(const struct scop_app *app, int place)
{
	if (place >= 0)
		lock(app->gate_fd, F_UNLCK, place, false);
}

const struct scop_value *
scop_password_hash(struct scop_request *req, const struct scop_value *password)
{
	char stored[crypto_pwhash_STRBYTES] = "";
	const char *text = scop_as_text(password);
	const int place = enter_gate(req->app);
	const bool done = crypto_pwhash_str(stored, text, strlen(text), crypto_pwhash_OPSLIMIT_INTERACTIVE,
	    crypto_pwhash_MEMLIMIT_INTERACTIVE) == 0;

	leave_gate(req->app, place);
	if (!done)
		scop_request_fail(req, SCOP_DB_FAILED, "no memory to hash a password");
	return scop_value_text(req->arena, scop_arena_text(req->arena, stored));
}

bool
scop_password_verify(struct scop_request *req, const struct scop_value *password, const struct scop_value *stored)
{
	/* Of no password: it takes as long as another to find that out. */
	static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$bm9ib2R5J3Mgc2FsdCEhIQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	const char *text = scop_as_text(password), *hash = scop_as_text(stored);
	const bool known = hash[0] != '\0';
	const int place = enter_gate(req->app);
	const bool same = crypto_pwhash_str_verify(known ? hash : nobody, text, strlen(text)) == 0;

	leave_gate(req->app, place);
	return known && same;
}

const struct scop_value *
scop_sender_hash(struct scop_request *req)
{
	size_t length = strlen(req->sender);
	unsigned colons = 0;

	for (size_t i = 0; i < length; i++)
		if (req->sender[i] == ':' && ++colons == 4)
			length = i;
	return scop_hash(req, scop_value_bytes(req->arena, req->sender, length));
}
