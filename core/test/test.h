/* SPDX-License-Identifier: EUPL-1.2 */
/* A test's own state: see scopiton/test.h. */
#ifndef SCOP_TEST_TEST_H
#define SCOP_TEST_TEST_H

#include <sys/types.h>

#include "scopiton/test.h"
#include "web/serve.h"

#include "web/request.h"

enum { SCOP_TEST_PAIRS = 200, SCOP_TEST_FILES = 20, SCOP_TEST_ANSWERS = 50 };

struct scop_test_pair {
	const char *name, *value;
};

struct scop_test_pairs {
	struct scop_test_pair pair[SCOP_TEST_PAIRS];
	size_t count;
};

struct scop_test_file {
	const char *field;
	struct scop_file file;
};

/* Another system's answer: see scop_test_http(). */
struct scop_test_reply {
	int status;
	const char *type, *body;
};

struct scop_test {
	struct scop_app app;
	struct scop_site site;
	struct scop_arena *arena; /* of one test */
	struct scop_db *admin;
	struct scop_db *recogniser; /* reads sessions, as the host's process for them does */
	struct scop_menus *menus;
	_Atomic uint64_t asked; /* how often it was asked */
	const char *sources;
	pid_t helper;
	int helper_in; /* closing it stops the database */

	/* of one test */
	const char *language;
	struct scop_test_pairs cookies;
	int64_t member;
	unsigned sessions, entries; /* calls made so far */
	struct scop_test_reply replies[SCOP_TEST_ANSWERS];
	size_t reply_count, reply_next;
	struct scop_list_maker calls;

	/* of the next request */
	struct scop_test_pairs parts, fields, params;
	struct scop_test_file files[SCOP_TEST_FILES];
	size_t file_count;

	/* of the last request */
	struct scop_buffer sent;
	size_t sent_read; /* of `body` */
	const char *body;
	size_t body_length;
	const struct scop_request *req;
	int status;
	const char *head, *page; /* in `sent` */
};

/* Adds a pair; both texts are copied. */
void scop_test_add(struct scop_test *test, struct scop_test_pairs *pairs, const char *name,
    const char *value);
/* The value of the pair; NULL for none. */
const char *scop_test_find(const struct scop_test_pairs *pairs, const char *name);

/* The exchange of a request with the body `body` and the test's parameters. */
struct scop_exchange scop_test_exchange(struct scop_test *test, const char *body, size_t length);

/* Clears the input of one request. */
void scop_test_said(struct scop_test *test);

/* The stub of libscopiton-work.so. */
extern const struct scop_out scop_test_out;

/* `text` between single quotes, for SQL. */
const char *scop_test_quoted(struct scop_test *test, const char *text);

#endif
