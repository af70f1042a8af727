/* SPDX-License-Identifier: EUPL-1.2 */
/* The state that a worker keeps between requests, and its data about a request's tenant. */
#ifndef SCOP_WEB_APP_H
#define SCOP_WEB_APP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/locale.h"
#include "scopiton/module.h"

struct scop_arena;
struct scop_db;
struct scop_error;
struct scop_out;
struct scop_template;
struct scop_trace;

enum { SCOP_KEY_BYTES = 32 };

struct scop_compiled {
	const char *name;
	const struct scop_template *template;
};

struct scop_app {
	const struct scop_module *module;
	const char *module_name;
	struct scop_db *db;
	struct scop_arena *arena; /* of the process: compiled views */
	struct scop_compiled *views;
	unsigned view_count;
	struct scop_compiled *words; /* a hash table, keyed by the text's address */
	unsigned word_count;
	unsigned char key[SCOP_KEY_BYTES]; /* signs form keys */
	uint64_t body_max;                 /* bytes of a POST */
	/* tells the dispatcher that work was committed, the mailer that mail was; NULL: nobody */
	void (*tell)(void *context, bool work, bool mail);
	void *tell_context;
	/* calls to other systems, in job workers of modules that make some; NULL: none */
	const struct scop_out *out;
	int gate_fd;      /* see password.c; 0: no gate */
	const char *port; /* port in links of mails; "" for the standard port */
	bool https;       /* cookies say Secure */
	bool development; /* a failed request's page shows the cause */
	/* in development, for authors (web/trace.h); NULL: no tracing */
	struct scop_trace *trace;
};

/* One tenant's use of the module, as a request finds it. Texts live until the request ends. */
struct scop_site {
	uint32_t tenant;
	const char *tenant_name; /* "laboucle" */
	const char *title;       /* "La Boucle" */
	const char *host;        /* "laboucle.example", of the public side */
	const char *portal_host;
	bool portal;                 /* the request came to the portal's host name */
	bool root;                   /* the module is at the domain's root */
	enum scop_language language; /* the tenant's own */
	const char *zone;
	const char *country; /* a code of ISO 3166-1; "" for no tenant */
	const char *currency;
	uint64_t epoch;
	const char *role;     /* "t42_shop" */
	const char *database; /* "t42_shop" */
	const char *socle;    /* "t42" */
	/* tables are being rebuilt and waiting timed out: writes are answered 503 */
	bool frozen;
	/* of the host, for the tenant's other public modules; NULL: none is known */
	const struct scop_directory_shared *directory;
};

/* The compiled view or partial: the module's own, else the host's; NULL for none. */
const struct scop_template *scop_app_view(struct scop_app *app, const char *name, char *ret_error,
    size_t error_size);

/* Whether every view compiles, and refers only to existing routes, views and partials; called by
 * the build. */
bool scop_app_check(const struct scop_module *module, char *ret_error, size_t error_size);

/* A translated text with names in it, compiled once and cached by its address, which must not
 * change. After the first 768 texts of a worker it is compiled each time, in `arena`. */
const struct scop_template *scop_app_words(struct scop_app *app, struct scop_arena *arena,
    const char *template, const char *text, struct scop_error *err);

/* The first segments of the module's public addresses that could be a module's name, separated by
 * commas, "/" for a first page, and "-" for all others; empty for a module without public pages;
 * false if there is no room for all. */
bool scop_app_first_parts(const struct scop_module *module, char *ret_list, size_t size);

/* `text` in `language`: the module's own translation, else the host's, else NULL. */
const char *scop_app_message(const struct scop_app *app, enum scop_language language,
    const char *text, const char *plural, long long count);

/* The host's own views and messages: see the folder core/web/frame. */
extern const struct scop_names scop_frame_names;

#endif
