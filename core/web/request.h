/* SPDX-License-Identifier: EUPL-1.2 */
/* The internals of a request. */
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

/* The cookies that an answer may set or remove. nginx writes them: their names, and how long they
 * last, are not the worker's to choose. */
enum scop_cookie {
	SCOP_COOKIE_SESSION, /* the portal's alone; until the browser is closed */
	SCOP_COOKIE_FLASH,   /* half a minute */
	SCOP_COOKIE_OWN,     /* of the module; half a year */
	SCOP_COOKIES
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
	const char *authority;  /* with the port from the Host header */
	const char *path;       /* decoded, as nginx saw it */
	const char *inner_path; /* without language and module */
	const char *query;
	const char *id; /* of the request, in the log and on error pages */
	const char *cookie;
	const char *accept;
	const char *if_none_match;
	const char *idempotency_key;
	const char *session; /* who sends the request: see web/resolve.h; "" for nobody */
	const char *agent;   /* the User-Agent header */
	const char *origin;
	const char *fetch_site;
	const char *sender; /* the visitor's address */
	bool htmx;
	bool wants_json;
	bool language_in_path;
	/* nginx requests a stored file, after a handler has redirected attached to it */
	bool stored;
	bool has_form_key; /* the page contains a form key, so it is private to this visitor */

	const struct scop_route *route;
	const char *part_name[SCOP_PARTS_MAX];
	const char *part_value[SCOP_PARTS_MAX];
	size_t part_count;
	struct scop_pairs *pairs;
	struct scop_map_maker fields;
	struct scop_map_maker values; /* as typed, for redrawing the form */
	struct scop_list_maker errors;
	struct scop_map_maker error_by_field;

	const struct scop_value *member;      /* the session's row; NULL when not signed in */
	const struct scop_value *menu;        /* the member's menu; NULL when not signed in */
	const struct scop_value *settings;    /* of the module, once one is read */
	const struct scop_value *role_titles; /* translated, once one is shown */
	const char *session_hash;             /* hexadecimal; "" when not signed in */
	bool closed;                          /* the module at this address is disabled */
	bool at_root;    /* that one, or none, is at the root of the host name */
	bool by_key;     /* the member is a program with an API key */
	bool by_program; /* there was an Authorization header */
	const char *key; /* the hash of that key; "" for none */
	bool json_body;  /* from a program: numbers are not localised */
	/* of the public side, once read; NULL for none */
	const struct scop_value *visitor;
	bool for_visitor; /* the page is private to this visitor */

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
	const char *location;  /* of a redirect, or of a stored file */
	const char *file_name; /* for saving it; NULL: to show it */
	bool download;         /* made for this request, so it is not cached */
	const char *file_type;
	const struct scop_value *file_bytes;
	/* by their kind; "" removes one, NULL leaves it; sent only with a committed answer, never
	 * stored */
	const char *cookies[SCOP_COOKIES];
	bool shown_once; /* the answer is not stored with the form's key */
	bool rejected;
	const struct scop_field *full; /* of lines: no further row could be added */

	/* a failure that is sticky */
	bool failed;
	enum scop_db_status failure;
	bool come_back; /* the failure is temporary: 503 */
	char cause[512];

	/* background work: what it has enqueued, and the state of a job */
	bool queued;       /* a job or an event was enqueued */
	bool mailed;       /* a mail was enqueued */
	int64_t mail;      /* the last one's number; 0: none */
	unsigned attached; /* to it */
	size_t attached_bytes;
	const struct scop_exchange *exchange;
	const char *http_error; /* why the last call to another system had no answer */
	const struct scop_value *job_body;
	unsigned tries;
	const char *job_sender; /* the module that it comes from; "" or NULL: its own */

	/* an import's reports */
	void (*report)(struct scop_request *req, enum scop_report_level level, unsigned line,
	    unsigned column, const char *text);
	unsigned report_errors;

	unsigned log_lines; /* log lines written by the module, see scopiton/log.h */
};

/* Marks the request as failed; the first reason counts. */
void scop_request_fail(struct scop_request *req, enum scop_db_status status, const char *cause);

/* Reads into `arena`; on failure false, and the request fails. */
bool scop_request_read(struct scop_request *req, struct scop_arena *arena,
    const struct scop_query *queries, size_t count, const struct scop_value **ret_rows);

/* Clears the results of a run of the handler before the next run. */
void scop_request_rewind(struct scop_request *req);

/* Creates an empty request for the site. */
struct scop_request *scop_request_new(struct scop_app *app, struct scop_arena *arena,
    const struct scop_site *site);

/* Makes the answer set the cookie, which scripts cannot read; "" removes it. `value`: letters,
 * digits, '-' and '_', at least 20; it must live as long as the request. */
void scop_request_cookie(struct scop_request *req, enum scop_cookie cookie, const char *value);

/* Writes the header lines by which nginx sets the answer's cookies (nginx/scopiton.conf.in). */
void scop_request_cookie_lines(const struct scop_request *req, struct scop_buffer *out);

/* `sentence` with each {{name}} replaced by its value, in the reader's format. */
const char *scop_request_fill(struct scop_request *req, const char *sentence,
    const struct scop_value *values);

/* Wakes dispatcher and mailer, after the commit, if this request has enqueued something for them.
 */
void scop_wake_services(struct scop_request *req);

/* Waits before a transaction is run again, longer each time. */
void scop_rest(int try);

#endif
