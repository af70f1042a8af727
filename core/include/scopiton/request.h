/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A request, as a handler sees it: what arrived, what it answers.
 *
 * Everything that a handler makes lives until the request ends, and nothing has to be freed. A
 * failure of the database is sticky: the value is NULL then ("none or failed"), what the handler
 * does afterwards is discarded, and the host rolls back, answers with a reference, and logs the
 * cause. So a handler tests only for what its own work needs. A handler's own mistake (a value
 * beyond its limits, a name that the module does not have) fails the request in the same way, with
 * words in the log, and on the page where the configuration says "development = yes"; it never ends
 * the worker.
 *
 * "The request" is a visitor's, a job's or an import's. When memory runs out, the worker ends, the
 * transaction is rolled back, and another worker starts: no function returns NULL for that.
 */
#ifndef SCOPITON_REQUEST_H
#define SCOPITON_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scopiton/value.h"

struct scop_request;
struct scop_view;

/* ---- what arrived ---- */

/* The part {name} of the path, decoded, as a string of at most 200 bytes; NULL where the route's
 * path has no such part. */
const struct scop_value *scop_path(const struct scop_request *req, const char *name);

/* The value of a field that the route lists, checked, of the type that module.h says; NULL where it
 * was left empty, and for a name that the route does not list. */
const struct scop_value *scop_field(const struct scop_request *req, const char *name);

/* An uploaded file. Everything lives until the request ends. */
struct scop_file {
	const char *name; /* as the sender called it, without folders; for people only */
	const char *type; /* as the sender claims */
	const char *data; /* NULL for an empty one */
	size_t size;      /* bytes */
};

/* The upload of a field of type SCOP_FIELD_FILE; NULL for none. */
const struct scop_file *scop_upload(const struct scop_request *req, const char *name);

/* Upload `index`, from 0, of a field of type SCOP_FIELD_FILES; NULL past the last. Empty files do
 * not count. */
const struct scop_file *scop_upload_at(const struct scop_request *req, const char *name,
    size_t index);

/* When the request came, in UTC: the same at each call, and when the handler runs again. */
const struct scop_value *scop_now(const struct scop_request *req);

/* The time `seconds` after scop_now (below 0: before it). */
const struct scop_value *scop_from_now(struct scop_request *req, int64_t seconds);

/* The language of the answer, two letters: fr, nl, de or en. In a job or an import the tenant's. */
const char *scop_language_of(const struct scop_request *req);

/* The id of the member who is signed in, an integer; NULL on public pages, in jobs and imports, and
 * for a program with an API key, which is no member. */
const struct scop_value *scop_member(const struct scop_request *req);

/* The member's name, or the API key's; NULL on public pages, in jobs and imports. */
const struct scop_value *scop_member_name(const struct scop_request *req);

/* Whether the member has a permission: for showing only the buttons that would work. A route's own
 * is checked by the host. */
bool scop_may(const struct scop_request *req, const char *permission);

/* The tenant's value of a module setting (module.xml), else its default: a string, an integer,
 * money or a boolean, as the manifest says. NULL for an unknown name. */
const struct scop_value *scop_setting(struct scop_request *req, const char *name);

/* The visitor's User-Agent, at most 200 characters; "" when it is missing. Only for display, since
 * a client can send anything. */
const struct scop_value *scop_agent(struct scop_request *req);

/* Whether this host knows a time zone of that name, such as "Europe/Brussels" (IANA's names). */
bool scop_zone_is_known(const char *zone);

/* Identifies a visitor of the public side: the hash of a token that this browser keeps for this
 * module, 64 hexadecimal digits. NULL for a browser without a token. */
const struct scop_value *scop_visitor(struct scop_request *req);

/* The same, but gives a token to a browser that has none. Only in a POST, since others may cache
 * the answer of a GET. */
const struct scop_value *scop_visitor_keep(struct scop_request *req);

/* Replaces the browser's token, as after signing in, so that a stolen one becomes useless. Returns
 * the new one. */
const struct scop_value *scop_visitor_renew(struct scop_request *req);

/* The tenant's number, an integer unique on the host. Not for display. */
const struct scop_value *scop_tenant(const struct scop_request *req);

/* ---- making values ---- */

/* Each value lives as long as the request, and so do its texts and bytes, which are copied; the
 * names of keys are not, and must live on. A value that cannot be made is NULL and fails the
 * request. */

/* An integer, and a boolean. */
const struct scop_value *scop_make_int(struct scop_request *req, int64_t integer);
const struct scop_value *scop_make_bool(struct scop_request *req, bool truth);

/* A number: `unscaled` with `scale` digits behind the point, 0 to 18: 55 and 1 are 5.5. More digits
 * fail the request. */
const struct scop_value *scop_make_number(struct scop_request *req, int64_t unscaled,
    uint8_t scale);

/* Money: cents, and three capitals of ISO 4217, such as "EUR"; anything else fails the request. */
const struct scop_value *scop_make_money(struct scop_request *req, int64_t cents,
    const char *currency);

/* A string, formatted as by printf. `format` is the module's own, never user input. A result that
 * printf cannot make (more than 2 GB) fails the request. */
const struct scop_value *scop_make_text(struct scop_request *req, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The text `text`, copied; NULL gives NULL. */
const struct scop_value *scop_make_string(struct scop_request *req, const char *text);

/* A value as programs write it: an integer, "12.50" for money and decimals, "2026-11-22" for a day,
 * RFC 3339 for a time, "true"; a string as it is; "" for null, lists and maps. */
const char *scop_plain(struct scop_request *req, const struct scop_value *value);

/* A string of `length` bytes at `bytes`, copied; may hold anything, for a BLOB column. `bytes` may
 * be NULL for none; more than 4 GB fail the request. */
const struct scop_value *scop_make_bytes(struct scop_request *req, const void *bytes,
    size_t length);

/* A map that is filled member by member: a key set twice keeps its last value. The texts of the
 * keys must live on. What scop_map_done gives does not change any more. */
struct scop_map;
struct scop_map *scop_map_new(struct scop_request *req);
void scop_map_set(struct scop_map *map, const char *key, const struct scop_value *value);
const struct scop_value *scop_map_done(const struct scop_map *map);

/* The same for a list, in the order of its items. */
struct scop_list;
struct scop_list *scop_list_new(struct scop_request *req);
void scop_list_push(struct scop_list *list, const struct scop_value *item);
const struct scop_value *scop_list_done(const struct scop_list *list);

/* A map of the members named: scop_map_of(req, "id", id, "name", name, NULL). A value may be NULL.
 */
const struct scop_value *scop_map_of(struct scop_request *req, ...) __attribute__((sentinel));

/* `rows` (a list of maps) with one more column `key`, whose values `make` gives; `context` is
 * handed to it. A column of that name is replaced. */
const struct scop_value *scop_rows_with(struct scop_request *req, const struct scop_value *rows,
    const char *key,
    const struct scop_value *(
	*make)(struct scop_request *req, const struct scop_value *row, const void *context),
    const void *context);

/* A map of `count` members; `keys` and `values` are copied, the texts of the keys must live on. */
const struct scop_value *scop_make_map(struct scop_request *req, size_t count,
    const char *const *keys, const struct scop_value *const *values);

/* The members of `map`, and `value` under `key` in place of what stood there. */
const struct scop_value *scop_make_with(struct scop_request *req, const struct scop_value *map,
    const char *key, const struct scop_value *value);

/* A list of `count` items, which may be NULL; the array may go afterwards. */
const struct scop_value *scop_make_list(struct scop_request *req, size_t count,
    const struct scop_value *const *items);

/* `text` (English, as it stands in the .po files) in the request's language; `text` itself when it
 * has no translation. */
const char *scop_translate(const struct scop_request *req, const char *text);

/* A message that the host has stored about an order, a package or a job, in the request's language
 * as far as the module translates it. Takes any text; null for null. For modules/portal. */
const struct scop_value *scop_said(struct scop_request *req, const struct scop_value *said);

/* `text` encoded for the query of a URL: all but letters, digits and -._~ percent-encoded (RFC
 * 3986). */
const struct scop_value *scop_percent(struct scop_request *req, const struct scop_value *text);

/* `size` zeroed bytes that live until the request ends, aligned for any type. Never NULL. Limit a
 * `size` that a visitor controls: exceeding the worker's memory limit ends the worker. */
void *scop_alloc(struct scop_request *req, size_t size);

/* `length` random characters of a-z2-7, 5 bits each, unguessable: 40 for a token. */
const struct scop_value *scop_random(struct scop_request *req, size_t length);

/* BLAKE2b of a string, 64 hexadecimal digits: used to store tokens and to name files by content. */
const struct scop_value *scop_hash(struct scop_request *req, const struct scop_value *text);

/* Optimistic locking for a form that two people may have open at once. The page puts a digest of
 * the columns `keys` ("name price") of the row or rows that the form shows into its hidden field
 * `seen`. The handler that saves reads them again FOR UPDATE and stops on a conflict:
 * scop_row_conflict has then refused the outdated form, and the host draws it again with the
 * current values. A program, which has shown no form, leaves `seen` out. */
const struct scop_value *scop_row_version(struct scop_request *req, const struct scop_value *rows,
    const char *keys);
bool scop_row_conflict(struct scop_request *req, const struct scop_value *rows, const char *keys);

/* The QR code of a text, at error level M: a map of `size` and `path`, for
 * @code{.html}
 * <svg viewBox="0 0 {{size}} {{size}}"><path d="{{path}}"/></svg>
 * @endcode
 * NULL for an empty text, or one longer than a code can hold. */
const struct scop_value *scop_qr(struct scop_request *req, const char *text);

/* A small chart of bars for the partial `chart`, which also shows it as a table: `count` values
 * (integers or money, at most 60; more fail the request) and what each is called. Values below 0
 * count as 0. */
const struct scop_value *scop_chart(struct scop_request *req, size_t count,
    const struct scop_value *const *labels, const struct scop_value *const *values);

/* ---- answering ---- */

/* Sets a value in the model that the host renders as the view or as JSON, replacing one of the same
 * name. `name` must live on. In a view the host sets `scop`, `error`, `errors`, `value` and
 * `rejected` itself, which hide a module's own. */
void scop_put(struct scop_request *req, const char *name, const struct scop_value *value);

/* The value that scop_put has set as `name`; NULL for none. */
const struct scop_value *scop_model(const struct scop_request *req, const char *name);

/* Answers with the model through `view` (of names.h; NULL fails the request). Of several answers
 * the last one counts, here and below. */
void scop_view(struct scop_request *req, const struct scop_view *view);

/* Answers 303 to the route `name` of this module; its path's {parts} come from `parts` (a map, or
 * NULL). A name or a part that is missing fails the request. */
void scop_redirect(struct scop_request *req, const char *name, const struct scop_value *parts);

/* The same with a query: a map, whose members without a value are left out. So a list keeps its
 * filter after a button. */
void scop_redirect_query(struct scop_request *req, const char *name, const struct scop_value *parts,
    const struct scop_value *query);

/* Shows `text` (in SCOP_TEXT(), translated) once at the top of the page that the redirect leads to,
 * such as "Saved.". With `values` (a map) for each {{name}} in it. At most 1,000 bytes; the last
 * one counts. */
void scop_flash(struct scop_request *req, const char *text);
void scop_flash_with(struct scop_request *req, const char *text, const struct scop_value *values);

/* Answers 404, as for an address that no route has. A POST's transaction is rolled back. */
void scop_not_found(struct scop_request *req);

/* Refuses a field of this POST for a reason that only the handler knows; `message` as for
 * scop_translate. The host rolls the transaction back and draws the form again with the message. */
void scop_reject(struct scop_request *req, const char *field, const char *message);

/* The same, with `values` (a map) for each {{name}} in the message, and, where its fields are known
 * at run time only, the field's `title` in the request's language; either may be NULL. */
void scop_reject_with(struct scop_request *req, const char *field, const char *title,
    const char *message, const struct scop_value *values);

/* As scop_reject_with, for the field `inner` of row `line`, from 0, of a field of type
 * SCOP_FIELD_LINES. `values` may be NULL. */
void scop_reject_line(struct scop_request *req, const char *field, size_t line, const char *inner,
    const char *message, const struct scop_value *values);

/* Refuses this POST for a reason that belongs to no field, such as a total that two fields do not
 * make: as scop_reject, with the message above the form. A program gets it among `errors`, with a
 * `field` of null. */
void scop_refuse(struct scop_request *req, const char *message);
void scop_refuse_with(struct scop_request *req, const char *message,
    const struct scop_value *values);

/* Why the field is refused, in the request's language; NULL where it is not. For a form whose
 * fields are known at run time only. */
const struct scop_value *scop_rejection(const struct scop_request *req, const char *field);

/* Whether anything was refused or has failed: the host would discard any further work. */
bool scop_rejected(const struct scop_request *req);

/* Answers with bytes that never change under this address, so that caches may keep them for a year.
 * `type` is a media type, such as "image/webp", and must live on; `bytes` a string (NULL fails the
 * request). */
void scop_send_file(struct scop_request *req, const char *type, const struct scop_value *bytes);

/* Answers with bytes made for this request, which nobody caches. Browsers save them as `file_name`;
 * NULL to show them. */
void scop_send_download(struct scop_request *req, const char *file_name, const char *type,
    const struct scop_value *bytes);

/* Answers with the file that the stored route `name` sends for `parts`, which must be its whole
 * address: nginx caches it, and asks the module only on a cache miss. This handler has to check
 * each time who may see it. Browsers save it as `file_name`; NULL to show it. */
void scop_send_stored(struct scop_request *req, const char *name, const struct scop_value *parts,
    const char *file_name);

/* Adds to the tenant's audit trail that the member (in a job: the module) did `text` to `about` (a
 * text of at most 250 bytes; NULL: nothing). `text` is kept in English, at most 150 characters, and
 * shown translated: written here, or in SCOP_AUDIT() where it comes through a variable, its
 * translations travel in the package. Part of the transaction. */
void scop_audit(struct scop_request *req, const char *text, const struct scop_value *about);

/* A secret sealed (encrypted) under this module's own key, in hexadecimal, to be stored or sent.
 * scop_unseal gives NULL for anything else. */
const struct scop_value *scop_seal(struct scop_request *req, const struct scop_value *secret);
const struct scop_value *scop_unseal(struct scop_request *req, const struct scop_value *sealed);

/* Shows the answer to this POST once and stores it nowhere: a second submission of the form is told
 * that it is no longer valid. */
void scop_show_once(struct scop_request *req);

#endif
