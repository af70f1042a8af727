/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The parts of a module: tables that the host reads. Leave out unused ones.
 *
 * The descriptor holds the size of each table's entry, so that a host can read the tables of an
 * older or newer module.
 */
#ifndef SCOPITON_MODULE_H
#define SCOPITON_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scopiton/calc.h"
#include "scopiton/http.h"
#include "scopiton/log.h"
#include "scopiton/mail.h"
#include "scopiton/query.h"
#include "scopiton/request.h"
#include "scopiton/work.h"

/* ---- fields ---- */

/* In brackets: the type that scop_field gives, and the partial that draws the field
 * (docs/pages.md). All but SCOP_FIELD_BOOL and lists give NULL for a field left empty. */
enum scop_field_type {
	/* one line; min and max count characters; max 200 unless said [string; input] */
	SCOP_FIELD_TEXT,
	/* several lines; max 5,000 unless said [string; textarea] */
	SCOP_FIELD_LONGTEXT,
	/* an address that one mail can be sent to; ASCII, no line break, one @ [string; email] */
	SCOP_FIELD_EMAIL,
	/* a whole number; min and max bound it [integer; number] */
	SCOP_FIELD_INT,
	/* a positive integer [integer] */
	SCOP_FIELD_ID,
	/* "12,5" or "12.5", exact: `scale` digits behind the point, of which fewer may be typed;
	 * min and max in the smallest unit, so 50 of scale 2 is 0.50 [number; decimal] */
	SCOP_FIELD_DECIMAL,
	/* "12,50" or "12.50" in the tenant's currency; min and max in cents. Below 0 only where min
	 * is: SCOP_NO_MIN for any amount [money; money, or signed] */
	SCOP_FIELD_MONEY,
	/* "2026-11-22" of 1900 to 2199, as a browser's date input sends it [date; date] */
	SCOP_FIELD_DATE,
	/* "14:30" [time of day; clock] */
	SCOP_FIELD_CLOCK,
	/* "2026-11-22T14:30", on the clocks of the tenant's zone; from programs also with an offset
	 * from UTC (RFC 3339). An hour that the beginning of summer time leaves out is refused; one
	 * that its end shows twice is asked for: "name.which" says "first" or "second". [time;
	 * datetime] */
	SCOP_FIELD_TIME,
	/* a checkbox: left empty is false [boolean] */
	SCOP_FIELD_BOOL,
	/* one of `choices` [string; select] */
	SCOP_FIELD_CHOICE,
	/* a code of ISO 3166-1 alpha-2, in capitals: "BE"; one of `choices`, where there are some
	 * [string; country] */
	SCOP_FIELD_COUNTRY,
	/* "+3222345678" (E.164). National numbers are taken where the tenant's zone belongs to one
	 * country, and its people dial so [string; phone] */
	SCOP_FIELD_PHONE,
	/* an address of a web page, http or https, at most 2,000 bytes; "example.org" gets https://
	 * [string; url] */
	SCOP_FIELD_URL,
	/* "BE68539007547034": an account number, its length and check digits right; a view writes
	 * it in fours: {{account.fours}} [string; iban] */
	SCOP_FIELD_IBAN,
	/* "BE0202239951": a VAT number of the European Union [string; vat] */
	SCOP_FIELD_VAT,
	/* checkboxes of one name; max counts them, 100 unless said [list of positive integers] */
	SCOP_FIELD_IDS,
	/* all of "name.key"; max counts each one's characters. A form of more than 1,000 fields is
	 * refused. [map of texts by key] */
	SCOP_FIELD_MAP,
	/* an upload of at most `max_bytes`: see scop_upload [upload] */
	SCOP_FIELD_FILE,
	/* several uploads of one name, each of at most `max_bytes`; min and max count them, at most
	 * 20: see scop_upload_at [uploads] */
	SCOP_FIELD_FILES,
	/* rows of fields of their own, such as the lines of an invoice: `lines` lists what each
	 * holds, fields of one value. They are sent as "name.0.count"; docs/pages.md says how
	 * people add, remove and move them. min and max count the rows, max 100 unless said; one in
	 * which nothing was typed does not count, and one is needed where the field is required
	 * [list of maps; lines] */
	SCOP_FIELD_LINES,
};

#define SCOP_NO_MIN INT64_MIN

/* A field that a route accepts, from the form of a POST or the query of a GET. Nothing else
 * arrives. Text is trimmed, well-formed UTF-8 and has no control characters. An array ends with an
 * empty one. */
struct scop_field {
	const char *name;
	enum scop_field_type type;
	bool required;
	uint8_t scale;              /* of SCOP_FIELD_DECIMAL: digits behind the point, 0 to 18 */
	int64_t min, max;           /* max 0: the type's own */
	int64_t max_bytes;          /* of an upload; 5,000,000 unless said */
	const char *const *choices; /* NULL ends */
	const char *pattern;        /* PCRE2, of the whole text */
	/* as the form has it, in SCOP_TEXT(): names the field where all mistakes are listed; NULL:
	 * none */
	const char *label;
	/* what to say where the pattern does not match, in SCOP_TEXT(); NULL: a general sentence */
	const char *message;
	const struct scop_field *lines; /* of SCOP_FIELD_LINES; an empty one ends */
};

/* ---- routes ---- */

/* A GET reads, in a transaction in which MariaDB refuses a write; HEAD is one too. A POST writes,
 * in one that is committed when the handler has answered, and takes effect once however often the
 * form is sent. */
enum scop_method { SCOP_GET, SCOP_POST };

/* The permission of a portal route that every signed-in member may open. A program with an API key
 * is no member. */
#define SCOP_ANY_MEMBER ""

/* One address. The host tries routes in their order and takes the first whose method and path
 * match. An array ends with an empty one. */
struct scop_route {
	enum scop_method method;
	/* "/p/{slug}": a {part} is what stands between two slashes, at most 200 bytes */
	const char *path;
	const char *name; /* for links; NULL: none lead here */
	/* gives the answer; without one it is 500. May run again where MariaDB asks for it: what it
	 * did in the database is undone then. */
	void (*handle)(struct scop_request *req);
	const struct scop_field *fields; /* NULL: accepts none */
	/* the route lives in the portal, for members who have it, or SCOP_ANY_MEMBER; NULL: on the
	   public side */
	const char *permission;
	/* of a POST: draws its form again, with the errors and the values */
	void (*form)(struct scop_request *req);
	bool api;    /* answers as JSON too, with "Accept: application/json" */
	bool open;   /* in the portal, without being signed in: the portal's own sign-in */
	bool stored; /* of a GET: reached through scop_send_stored() alone, never by an address */
	/* answers 404 but where the configuration says "development = yes" and the host name is one
	 * below .localhost */
	bool development;
};

/* ---- imports ---- */

/* Reports how a line of an import went, to whoever started the import. `line` and `column` from 1,
 * 0 for none. */
enum scop_report_level { SCOP_REPORT_INFO, SCOP_REPORT_WARNING, SCOP_REPORT_ERROR };
void scop_report(struct scop_request *req, enum scop_report_level level, unsigned line,
    unsigned column, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Imports files: `files[0]` is the one named first. Runs in one transaction, which is rolled back
 * when the handler returns false or reports an error. */
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

/* The version of the API that a module is built for: the host has the same major version, and this
 * minor version or a later one. */
#define SCOP_API_MAJOR 2
#define SCOP_API_MINOR 0

/* The descriptor. SCOP_MODULE fills in all but the tables. */
struct scop_module {
	uint32_t api;  /* the major version times 65536, and the minor one */
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
