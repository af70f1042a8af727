/* SPDX-License-Identifier: EUPL-1.2 */
/* A request from the inside. */
#ifndef SCOP_WEB_REQUEST_H
#define SCOP_WEB_REQUEST_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/value.h"
#include "data/db.h"
#include "scopiton/module.h"
#include "web/app.h"

enum { SCOP_PARTS_MAX = 8, SCOP_PAIRS_MAX = 1000, SCOP_FILES_MAX = 20 };

struct scop_pair {
	const char *name;
	const char *value;
	size_t length;
};

/* Names and values of a query or a form, in their order. */
struct scop_pairs {
	struct scop_pair pair[SCOP_PAIRS_MAX];
	size_t count;
	struct scop_file file[SCOP_FILES_MAX];
	const char *file_field[SCOP_FILES_MAX];
	size_t file_count;
};

struct scop_request {
	struct scop_app *app;
	struct scop_arena *arena;
	struct scop_site site;
	struct scop_locale locale;
	int64_t now;

	/* what arrived */
	const char *method;
	bool head;
	const char *host;       /* in lower case, without a port */
	const char *authority;  /* with the port that the visitor's browser names */
	const char *path;       /* decoded, as nginx saw it */
	const char *inner_path; /* without language and module */
	const char *query;
	const char *id; /* of the request, in the log and on error pages */
	const char *cookie;
	const char *accept;
	const char *if_none_match;
	const char *authorization, *idempotency_key;
	const char *agent; /* what the visitor's program calls itself */
	const char *origin;
	const char *fetch_site;
	const char *sender; /* the visitor's address */
	bool htmx;
	bool wants_json;
	bool language_in_path;
	/* nginx asks for what it is to keep, after a handler has sent it here */
	bool stored;
	bool has_form_key; /* the page holds a key, so it is for this visitor alone */

	const struct scop_route *route;
	const char *part_name[SCOP_PARTS_MAX];
	const char *part_value[SCOP_PARTS_MAX];
	size_t part_count;
	struct scop_pairs *pairs;
	struct scop_map_maker fields;
	struct scop_map_maker values; /* as typed, for drawing a form again */
	struct scop_list_maker errors;
	struct scop_map_maker error_by_field;

	const struct scop_value *member;   /* the session's row; NULL when not signed in */
	const struct scop_value *menu;     /* what the member may open; NULL when not signed in */
	const struct scop_value *settings; /* of the module, once one was asked for */
	const char *session_hash;          /* hexadecimal; "" when not signed in */
	bool closed;                       /* the module of this address is switched off */
	bool by_key;                       /* the member is a program with an API key */
	bool json_body;                    /* a program's: numbers are as programs write them */
	/* of the public side, once it was asked for; NULL for none */
	const struct scop_value *visitor;
	bool for_visitor; /* the page is for this visitor alone */

	/* what is answered */
	struct scop_map_maker model;
	const struct scop_view *view;
	enum {
		ANSWER_NONE,
		ANSWER_VIEW,
		ANSWER_REDIRECT,
		ANSWER_NOT_FOUND,
		ANSWER_FILE,
		ANSWER_STORED
	} answer;
	const char *location;  /* of a redirect, or of what is stored */
	const char *file_name; /* to save it as; NULL: to show */
	bool download;         /* made for this request, so nobody keeps it */
	const char *file_type;
	const struct scop_value *file_bytes;
	struct scop_buffer
	    cookies;     /* header lines, sent with an answer that counts, never stored */
	bool shown_once; /* the answer is not stored with the form's key */
	bool rejected;
	const struct scop_field *full; /* of lines: it could not get one more */

	/* a failure that is sticky */
	bool failed;
	enum scop_db_status failure;
	bool come_back; /* the failure is for now only: 503 */
	char cause[512];

	/* work: what it has asked for, and a job's own part */
	bool queued;       /* something was put into the queue */
	bool mailed;       /* a mail was */
	int64_t mail;      /* the last one's number; 0: none */
	unsigned attached; /* to it */
	const struct scop_exchange *exchange;
	const char *http_error; /* why the last call to another system had no answer */
	const struct scop_value *job_body;
	unsigned tries;

	/* an import's reports */
	void (*report)(struct scop_request *req, enum scop_report_level level, unsigned line,
	    unsigned column, const char *text);
	unsigned report_errors;

	unsigned log_lines; /* that the module has written, see scopiton/log.h */
};

/* Marks the request as failed; the first reason counts. */
void scop_request_fail(struct scop_request *req, enum scop_db_status status, const char *cause);

/* Reads into `arena`; false, and the request has failed, where that fails. */
bool scop_request_read(struct scop_request *req, struct scop_arena *arena,
    const struct scop_query *queries, size_t count, const struct scop_value **ret_rows);

/* Clears the results of a run of the handler, before the next run. */
void scop_request_rewind(struct scop_request *req);

/* Makes a request that is about the site and nothing yet. */
struct scop_request *scop_request_new(struct scop_app *app, struct scop_arena *arena,
    const struct scop_site *site);

/* Has the answer set a cookie for the whole host name, which scripts cannot read: for `seconds`, 0
 * to take it away, below 0 until the browser is closed. */
void scop_request_cookie(struct scop_request *req, const char *name, const char *value,
    int seconds);

/* `sentence` with the value of each {{name}} as its reader writes it. */
const char *scop_request_fill(struct scop_request *req, const char *sentence,
    const struct scop_value *values);

/* Tells dispatcher and mailer, after the commit, that something of this request waits. */
void scop_wake_services(struct scop_request *req);

/* A short rest before a transaction is run again, longer each time. */
void scop_rest(int try);

#endif
