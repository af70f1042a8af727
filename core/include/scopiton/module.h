/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The parts of a module: tables that the host reads. Leave out those that are not used.
 *
 * The descriptor holds the size of an entry of each table, so that a host can read the tables of
 * older and newer modules.
 */
#ifndef SCOPITON_MODULE_H
#define SCOPITON_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scopiton/calc.h"
#include "scopiton/http.h"
#include "scopiton/list.h"
#include "scopiton/log.h"
#include "scopiton/mail.h"
#include "scopiton/query.h"
#include "scopiton/request.h"
#include "scopiton/work.h"

/* ---- fields ---- */

/* In brackets: the type of value that scop_field returns, and the partial that draws the field
 * (docs/pages.md). An empty field is NULL, except for SCOP_FIELD_BOOL and lists. */
enum scop_field_type {
	/* one line; min and max count characters; default max 200 [string; input] */
	SCOP_FIELD_TEXT,
	/* several lines; default max 5,000 [string; textarea] */
	SCOP_FIELD_LONGTEXT,
	/* one e-mail address; ASCII, no line break, exactly one @ [string; email] */
	SCOP_FIELD_EMAIL,
	/* an integer from min to max [integer; number] */
	SCOP_FIELD_INT,
	/* a positive integer [integer] */
	SCOP_FIELD_ID,
	/* "12,5" or "12.5", exact, with at most `scale` decimal places; min and max are in the
	 * smallest unit, so 50 with scale 2 is 0.50 [number; decimal] */
	SCOP_FIELD_DECIMAL,
	/* "12,50" or "12.50" in the tenant's currency; min and max in cents. Negative amounts are
	 * accepted only if min is negative: SCOP_NO_MIN for any amount [money; money, or signed] */
	SCOP_FIELD_MONEY,
	/* "2026-11-22", as a browser's date input sends it; years 1900 to 2199; min and max are
	 * days written as 20261122 [date; date] */
	SCOP_FIELD_DATE,
	/* "14:30"; min and max are times of day written as 1430 [time of day; clock] */
	SCOP_FIELD_CLOCK,
	/* "2026-11-22T14:30" in the tenant's time zone; from programs also with an offset from UTC
	 * (RFC 3339). A local time skipped at the beginning of summer time is refused; for one that
	 * occurs twice at its end the form asks which is meant ("name.which" is "first" or
	 * "second"). min and max are days as for SCOP_FIELD_DATE, in that zone [time; datetime] */
	SCOP_FIELD_TIME,
	/* a checkbox; false if not checked [boolean] */
	SCOP_FIELD_BOOL,
	/* one of `choices` [string; select] */
	SCOP_FIELD_CHOICE,
	/* an ISO 3166-1 alpha-2 code in capitals: "BE"; if `choices` is set, one of them [string;
	 * country] */
	SCOP_FIELD_COUNTRY,
	/* "+3222345678" (E.164). National numbers are accepted as numbers of the tenant's country,
	 * if the host knows its numbering plan [string; phone] */
	SCOP_FIELD_PHONE,
	/* the URL of a web page, http or https, at most 2,000 bytes; "example.org" gets https://
	 * [string; url] */
	SCOP_FIELD_URL,
	/* "BE68539007547034": an account number whose length and check digits are verified;
	 * {{account.fours}} in a view writes it in groups of four [string; iban] */
	SCOP_FIELD_IBAN,
	/* "BE0202239951": an EU VAT number [string; vat] */
	SCOP_FIELD_VAT,
	/* checkboxes with the same name; max counts them, default 100 [list of positive integers]
	 * */
	SCOP_FIELD_IDS,
	/* all fields named "name.key"; max counts the characters of each. A form of more than 1,000
	 * fields is refused. [map of strings by key] */
	SCOP_FIELD_MAP,
	/* an upload of at most `max_bytes`: see scop_upload [upload] */
	SCOP_FIELD_FILE,
	/* several uploads with the same name, each of at most `max_bytes`; min and max count them,
	 * at most 20: see scop_upload_at [uploads] */
	SCOP_FIELD_FILES,
	/* repeated rows of fields, such as the lines of an invoice; `lines` lists the fields of a
	 * row, each with a single value. They are sent as "name.0.count"; docs/pages.md says how
	 * people add, remove and move them. min and max count the rows, default max 100; empty rows
	 * do not count, and a required field needs at least one row [list of maps; lines] */
	SCOP_FIELD_LINES,
};

#define SCOP_NO_MIN INT64_MIN

/* A field that a route accepts, from the form of a POST or the query of a GET. The handler gets no
 * other input. Text is trimmed, well-formed UTF-8 and without control characters. An array ends
 * with an empty entry. */
struct scop_field {
	const char *name;
	enum scop_field_type type;
	bool required;
	uint8_t scale;              /* of SCOP_FIELD_DECIMAL: decimal places, 0 to 18 */
	int64_t min, max;           /* max 0: the type's default */
	int64_t max_bytes;          /* of an upload; default 5,000,000 */
	const char *const *choices; /* NULL ends */
	const char *pattern;        /* PCRE2; must match the whole text */
	/* the label in the form, in SCOP_TEXT(): names the field in the list of errors; NULL: none
	 * */
	const char *label;
	/* the error if the pattern does not match, in SCOP_TEXT(); NULL: a general one */
	const char *message;
	const struct scop_field *lines; /* of SCOP_FIELD_LINES; ends with an empty entry */
};

/* ---- routes ---- */

/* A GET (or HEAD) reads, in a transaction in which MariaDB refuses writes. A POST writes, in a
 * transaction that is committed after the handler returns; it takes effect once, however often the
 * form is sent. */
enum scop_method { SCOP_GET, SCOP_POST };

/* The permission of a portal route that every signed-in member may open. A program with an API key
 * is not a member. */
#define SCOP_ANY_MEMBER ""

/* One address. The host tries routes in order and takes the first whose method and path match. An
 * array ends with an empty entry. */
struct scop_route {
	enum scop_method method;
	/* "/p/{slug}": a {part} matches one path segment of at most 200 bytes */
	const char *path;
	const char *name; /* for links and redirects; NULL: not used by any */
	/* sets the answer; the answer is 500 if it sets none. May run a second time, after a
	 * deadlock for instance, when MariaDB has rolled back the first run. */
	void (*handle)(struct scop_request *req);
	const struct scop_field *fields; /* NULL: none accepted */
	/* the route is in the portal, for members with this permission, or SCOP_ANY_MEMBER; NULL:
	 * on the public side */
	const char *permission;
	/* of a POST: draws the form again, with the errors and the values as typed */
	void (*form)(struct scop_request *req);
	bool api;    /* also answers in JSON, to "Accept: application/json" */
	bool open;   /* in the portal without signing in, such as the sign-in page itself */
	bool stored; /* of a GET: reached only through scop_send_stored(), not by an address */
	/* answers 404 unless the configuration has "development = yes" and the host name is below
	 * .localhost */
	bool development;
	/* of a POST: rejects fields by what they are together, or by what is stored
	 * (scop_reject()), before `handle`; it writes nothing. It also runs where single fields
	 * were rejected, whose scop_field() is NULL then, so that a person is told all errors at
	 * once. What another request may change meanwhile, `handle` has to check again. */
	void (*check)(struct scop_request *req);
};

/* ---- imports ---- */

/* Reports a message about a line of an import to the person who started it. `line` and `column`
 * count from 1; 0 for none. */
enum scop_report_level { SCOP_REPORT_INFO, SCOP_REPORT_WARNING, SCOP_REPORT_ERROR };
void scop_report(struct scop_request *req, enum scop_report_level level, unsigned line,
    unsigned column, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* An import from the command line; `files[0]` is the first file named. It runs in one transaction,
 * which is rolled back if the handler returns false or reports an error. */
struct scop_import {
	const char *name; /* `scopiton import MODULE NAME FILE...` */
	bool (*handle)(struct scop_request *req, const struct scop_file *files, size_t count);
};

/* ---- the module ---- */

/* A view, as the build writes it to names.c; it lives as long as the module. */
struct scop_view {
	const char *name;
	const char *text; /* Mustache */
	size_t length;
};

/* A .mo file in the shared object. */
struct scop_messages {
	char language[3]; /* "fr" */
	const unsigned char *data;
	size_t size; /* bytes */
};

/* The tables that the build generates from the module's files. */
struct scop_names {
	const struct scop_view *const *views;           /* NULL ends */
	const struct scop_statement *const *statements; /* NULL ends */
	const struct scop_messages *messages;           /* an empty language ends */
};

/* The API version that a module is built for. The host must have the same major version, and the
 * same or a later minor version. */
#define SCOP_API_MAJOR 2
#define SCOP_API_MINOR 1

/* The descriptor. SCOP_MODULE fills in all but the tables. */
struct scop_module {
	uint32_t api;  /* major version * 65536 + minor version */
	uint32_t size; /* of this struct, in bytes, and of one entry of each table */
	uint32_t route_size, field_size, import_size, job_size;
	const struct scop_names *names;
	const struct scop_route *routes;
	const struct scop_import *imports;
	const struct scop_job *jobs;
};

/* The one symbol that a module exports. */
#define SCOP_MODULE(...) \
	__attribute__((visibility("default"))) extern const struct scop_module scop_module; \
	const struct scop_module scop_module = { .api = SCOP_API_MAJOR << 16 | SCOP_API_MINOR, \
		.size = sizeof(struct scop_module), \
		.route_size = sizeof(struct scop_route), \
		.field_size = sizeof(struct scop_field), \
		.import_size = sizeof(struct scop_import), \
		.job_size = sizeof(struct scop_job), \
		.names = &scop_names, \
		__VA_ARGS__ }

#endif
