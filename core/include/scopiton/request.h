/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A request as a handler sees it: its input, and its answer.
 *
 * Everything that a handler creates lives until the request ends; nothing has to be freed. A
 * database failure is sticky: functions then return NULL ("none or failed"), the handler's further
 * work is discarded, and the host rolls back, answers with a reference, and logs the cause. A
 * handler therefore checks only what its own logic needs. A programming error in a handler (a value
 * outside its limits, a name that the module does not have) fails the request in the same way, with
 * a message in the log and, in development, on the page; it never ends the worker.
 *
 * "The request" means a visitor's request, a job or an import. If memory runs out, the worker ends,
 * the transaction is rolled back, and another worker starts, so no function returns NULL for lack
 * of memory.
 */
#ifndef SCOPITON_REQUEST_H
#define SCOPITON_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scopiton/value.h"

struct scop_request;
struct scop_view;

/* ---- input ---- */

/* The part {name} of the path, decoded, as a string of at most 200 bytes; NULL if the route's path
 * has no such part. */
const struct scop_value *scop_path(const struct scop_request *req, const char *name);

/* The validated value of a field that the route lists; module.h says of which type. NULL if it was
 * left empty, or the route does not list it. */
const struct scop_value *scop_field(const struct scop_request *req, const char *name);

/* An uploaded file. Everything lives until the request ends. */
struct scop_file {
	const char *name; /* the client's file name, without folders; only for display */
	const char *type; /* the media type that the client claims */
	const char *data; /* NULL for an empty file */
	size_t size;      /* bytes */
};

/* The upload of a field of type SCOP_FIELD_FILE; NULL for none. */
const struct scop_file *scop_upload(const struct scop_request *req, const char *name);

/* Upload `index`, from 0, of a field of type SCOP_FIELD_FILES; NULL past the last. Empty files do
 * not count. */
const struct scop_file *scop_upload_at(const struct scop_request *req, const char *name,
    size_t index);

/* When the request arrived, in UTC: the same at each call, also if the handler runs again. */
const struct scop_value *scop_now(const struct scop_request *req);

/* The time `seconds` after scop_now (negative: before it). */
const struct scop_value *scop_from_now(struct scop_request *req, int64_t seconds);

/* The language of the answer: "fr", "nl", "de" or "en". In a job or an import, the tenant's. */
const char *scop_language_of(const struct scop_request *req);

/* The tenant's own language, for texts that its people read and a visitor causes, such as a mail to
 * the merchant about a customer's order. */
const char *scop_tenant_language(const struct scop_request *req);

/* The country of the tenant, an ISO 3166-1 code: "BE". */
const char *scop_country_of(const struct scop_request *req);

/* The id of the signed-in member, an integer; NULL on public pages, in jobs and imports, and for a
 * program with an API key, which is not a member. */
const struct scop_value *scop_member(const struct scop_request *req);

/* The member's name, or the API key's, for showing it in this answer; NULL on public pages, in jobs
 * and imports. A member who has not given a name is shown by the e-mail address, without one by the
 * title of the role. */
const struct scop_value *scop_member_name(const struct scop_request *req);

/* The same for storing it beside what the member did: at most 100 characters, in no language. NULL
 * where scop_member_name() is NULL. */
const struct scop_value *scop_actor(const struct scop_request *req);

/* Shows in the language of the answer what scop_actor() gave when a row was written. */
const struct scop_value *scop_actor_name(struct scop_request *req, const struct scop_value *actor);

/* Whether the member has a permission, for showing only the buttons that would work: one of the
 * module's own or of the portal's, for a module is told of no others. The host checks the route's
 * own permission itself. */
bool scop_may(const struct scop_request *req, const char *permission);

/* The tenant's value of one of the module's settings, or its default: a string, an integer, money
 * or a boolean, as module.xml declares it. NULL for an unknown name. */
const struct scop_value *scop_setting(struct scop_request *req, const char *name);

/* The visitor's User-Agent, at most 200 characters; "" when it is missing. Only for display: a
 * client can send anything. */
const struct scop_value *scop_agent(struct scop_request *req);

/* Whether the host knows the time zone `zone`, an IANA name such as "Europe/Brussels". */
bool scop_zone_is_known(const char *zone);

/* Identifies a visitor of the public side: the hash of the token that the browser has in a cookie
 * of this module, 64 hexadecimal digits. NULL if the browser has no token. */
const struct scop_value *scop_visitor(struct scop_request *req);

/* The same, but creates a token if the browser has none. Only in a POST, since the answer to a GET
 * may be cached. */
const struct scop_value *scop_visitor_keep(struct scop_request *req);

/* Replaces the browser's token, for instance after signing in, so that a stolen one becomes
 * useless. Returns the hash of the new one. */
const struct scop_value *scop_visitor_renew(struct scop_request *req);

/* The tenant's number, an integer unique on the host. Not for display. */
const struct scop_value *scop_tenant(const struct scop_request *req);

/* ---- creating values ---- */

/* Values live as long as the request. Strings and bytes are copied; the names of keys are not, and
 * must outlive the request. A value that cannot be created is NULL and fails the request. */

/* An integer, and a boolean. */
const struct scop_value *scop_make_int(struct scop_request *req, int64_t integer);
const struct scop_value *scop_make_bool(struct scop_request *req, bool truth);

/* A number: the digits `unscaled` with `scale` (0 to 18) decimal places: 55 and 1 are 5.5. A larger
 * scale fails the request. */
const struct scop_value *scop_make_number(struct scop_request *req, int64_t unscaled,
    uint8_t scale);

/* Money: cents, and an ISO 4217 code of three capitals, such as "EUR"; any other fails the request.
 */
const struct scop_value *scop_make_money(struct scop_request *req, int64_t cents,
    const char *currency);

/* A string, formatted as by printf. `format` must never be user input. A result that printf cannot
 * produce (more than 2 GB) fails the request. */
const struct scop_value *scop_make_text(struct scop_request *req, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A copy of `text` as a string; NULL for NULL. */
const struct scop_value *scop_make_string(struct scop_request *req, const char *text);

/* The account number (IBAN) that `text` is, as a field of type SCOP_FIELD_IBAN gives it; NULL where
 * it is none. For files, which no field checks. */
const struct scop_value *scop_make_iban(struct scop_request *req, const char *text);

/* A value as text for programs, not localised: an integer, "12.50" for money and decimals,
 * "2026-11-22" for a date, RFC 3339 for a time, "true"; a string unchanged; "" for null, lists and
 * maps. */
const char *scop_plain(struct scop_request *req, const struct scop_value *value);

/* A string with a copy of `length` bytes at `bytes`, of any content, for a BLOB column. `bytes` may
 * be NULL if `length` is 0; more than 4 GB fail the request. */
const struct scop_value *scop_make_bytes(struct scop_request *req, const void *bytes,
    size_t length);

/* A map that is filled member by member; setting a key again replaces its value. Keys are not
 * copied. The map that scop_map_done returns does not change any more. */
struct scop_map;
struct scop_map *scop_map_new(struct scop_request *req);
void scop_map_set(struct scop_map *map, const char *key, const struct scop_value *value);
const struct scop_value *scop_map_done(const struct scop_map *map);

/* The same for a list, in the order of its items. */
struct scop_list;
struct scop_list *scop_list_new(struct scop_request *req);
void scop_list_push(struct scop_list *list, const struct scop_value *item);
const struct scop_value *scop_list_done(const struct scop_list *list);

/* A map of the given members: scop_map_of(req, "id", id, "name", name, NULL). A value may be NULL.
 */
const struct scop_value *scop_map_of(struct scop_request *req, ...) __attribute__((sentinel));

/* `rows` (a list of maps) with an added column `key`. `make` is called with each row and `context`,
 * and returns the value. An existing column of that name is replaced. */
const struct scop_value *scop_rows_with(struct scop_request *req, const struct scop_value *rows,
    const char *key,
    const struct scop_value *(
	*make)(struct scop_request *req, const struct scop_value *row, const void *context),
    const void *context);

/* A copy of `map` in which the member `key` is set to `value`. */
const struct scop_value *scop_make_with(struct scop_request *req, const struct scop_value *map,
    const char *key, const struct scop_value *value);

/* A list of `count` items, each of which may be NULL. The array is copied. */
const struct scop_value *scop_make_list(struct scop_request *req, size_t count,
    const struct scop_value *const *items);

/* Translates `text` (English, as in the .po files) into the request's language; returns `text`
 * itself if it has no translation. */
const char *scop_translate(const struct scop_request *req, const char *text);

/* A message that the host has stored about an order, a package or a job, translated into the
 * request's language as far as the module has translations. Accepts any string; null for null. For
 * modules/portal. */
const struct scop_value *scop_said(struct scop_request *req, const struct scop_value *said);

/* `text` encoded for the query of a URL: everything except letters, digits and -._~ is
 * percent-encoded (RFC 3986). */
const struct scop_value *scop_percent(struct scop_request *req, const struct scop_value *text);

/* Allocates `size` zeroed bytes, aligned for any type, that live until the request ends. Never
 * NULL. Limit a `size` that a visitor controls: exceeding the worker's memory limit ends the
 * worker. */
void *scop_alloc(struct scop_request *req, size_t size);

/* `length` characters of a-z2-7 from a cryptographic random generator, 5 bits each; use 40 for a
 * token. */
const struct scop_value *scop_random(struct scop_request *req, size_t length);

/* BLAKE2b of a string, 64 hexadecimal digits: used to store tokens and to name files by content. */
const struct scop_value *scop_hash(struct scop_request *req, const struct scop_value *text);

/* Optimistic locking for a form that two people may have open at once. The page puts
 * scop_row_version, a digest of the columns `keys` ("name price") of the row or rows that the form
 * shows, into its hidden field `seen`. The handler that saves reads the rows again FOR UPDATE and
 * returns if scop_row_conflict is true: the outdated form is then refused, and the host draws it
 * again with the current values. A program, which has not loaded a form, leaves `seen` out. */
const struct scop_value *scop_row_version(struct scop_request *req, const struct scop_value *rows,
    const char *keys);
bool scop_row_conflict(struct scop_request *req, const struct scop_value *rows, const char *keys);

/* The QR code of a text, at error level M: a map of `size` and `path`, for
 * @code{.html}
 * <svg viewBox="0 0 {{size}} {{size}}"><path d="{{path}}"/></svg>
 * @endcode
 * NULL for an empty text, or one that is too long for a QR code. */
const struct scop_value *scop_qr(struct scop_request *req, const char *text);

/* A small bar chart for the partial `chart`, which also shows it as a table: `count` values
 * (integers or money, at most 60; more fail the request) and their labels. Negative values count as
 * 0. */
const struct scop_value *scop_chart(struct scop_request *req, size_t count,
    const struct scop_value *const *labels, const struct scop_value *const *values);

/* ---- answering ---- */

/* Sets a value in the model that the host renders as the view or as JSON, replacing one of the same
 * name. `name` is not copied. In a view the host itself sets `scop`, `error`, `errors`, `value` and
 * `rejected`, which hide a module's values of these names. */
void scop_put(struct scop_request *req, const char *name, const struct scop_value *value);

/* The value that scop_put has set under `name`; NULL for none. */
const struct scop_value *scop_model(const struct scop_request *req, const char *name);

/* Answers with `view` (from names.h; NULL fails the request), rendered with the model. If a handler
 * answers more than once, the last answer counts, here and below. */
void scop_view(struct scop_request *req, const struct scop_view *view);

/* Answers 303 to the route `name` of this module; `parts` (a map, or NULL) gives the {parts} of its
 * path. An unknown route or a missing part fails the request. */
void scop_redirect(struct scop_request *req, const char *name, const struct scop_value *parts);

/* The same with the query `query`: a map, whose members without a value are left out. With it, a
 * list keeps its filter after an action. */
void scop_redirect_query(struct scop_request *req, const char *name, const struct scop_value *parts,
    const struct scop_value *query);

/* Shows `text` (in SCOP_TEXT(), translated), such as "Saved.", once at the top of the page that the
 * redirect leads to. `values` (a map) replaces each {{name}} in it. At most 1,000 bytes; a later
 * call replaces an earlier one. */
void scop_flash(struct scop_request *req, const char *text);
void scop_flash_with(struct scop_request *req, const char *text, const struct scop_value *values);

/* Answers 404, as for an unknown address. A POST's transaction is rolled back. */
void scop_not_found(struct scop_request *req);

/* Rejects a field of this POST for a reason that only the handler knows; `message` is translated by
 * scop_translate. The host rolls the transaction back and draws the form again with the message. */
void scop_reject(struct scop_request *req, const char *field, const char *message);

/* The same; `values` (a map) replaces each {{name}} in the message, and `title` is the field's
 * label in the request's language, for fields known only at run time. Either may be NULL. */
void scop_reject_with(struct scop_request *req, const char *field, const char *title,
    const char *message, const struct scop_value *values);

/* Like scop_reject_with, for the field `inner` in row `line`, from 0, of a field of type
 * SCOP_FIELD_LINES. `values` may be NULL. */
void scop_reject_line(struct scop_request *req, const char *field, size_t line, const char *inner,
    const char *message, const struct scop_value *values);

/* Rejects this POST for a reason that concerns no single field, such as a total that does not
 * match: like scop_reject, with the message above the form. A program gets it in `errors`, with
 * `field` null. */
void scop_refuse(struct scop_request *req, const char *message);
void scop_refuse_with(struct scop_request *req, const char *message,
    const struct scop_value *values);

/* Why the field was rejected, in the request's language; NULL if it was not. For a form whose
 * fields are known only at run time. */
const struct scop_value *scop_rejection(const struct scop_request *req, const char *field);

/* Whether anything was rejected or has failed, so that the host discards any further work. */
bool scop_rejected(const struct scop_request *req);

/* Answers with bytes that never change at this address, so that caches may keep them for a year.
 * `type` is a media type such as "image/webp" and is not copied; `bytes` is a string (NULL fails
 * the request). */
void scop_send_file(struct scop_request *req, const char *type, const struct scop_value *bytes);

/* Answers with bytes made for this request, which are not cached. Browsers save them as
 * `file_name`; if NULL, they show them. */
void scop_send_download(struct scop_request *req, const char *file_name, const char *type,
    const struct scop_value *bytes);

/* Answers with the file that the `stored` route `name` sends for `parts`, which alone must identify
 * the file: nginx caches it, and calls that route only on a cache miss. This handler must check
 * each time whether the member may see it. Browsers save it as `file_name`; if NULL, they show it.
 * Cookies and messages that this handler sets go with it; the stored route sets none. */
void scop_send_stored(struct scop_request *req, const char *name, const struct scop_value *parts,
    const char *file_name);

/* Adds an entry to the tenant's audit trail: the member (in a job: the module) did `text` to
 * `about`. `text` is stored in English, at most 150 characters, and shown translated; for
 * extraction it must be a literal here, or be marked with SCOP_AUDIT(). Part of the transaction.
 *
 * `about` is a string of at most 250 bytes (NULL: none), or a value that the trail stores with its
 * type and shows to each reader in their language, formats and time zone: an integer, a number,
 * money, a date, a time, a time of day, a country (a map of `country` alone, such as "BE"), a
 * message (scop_make_message), or a list of these and of strings, shown with "; " between them. Any
 * other map fails the request. Of a value of more than 4,000 bytes as JSON or 200 parts the lists
 * are cut, with "{{count}} more" behind; where that is not enough, it is stored as a text of 250
 * bytes, as programs write it. */
void scop_audit(struct scop_request *req, const char *text, const struct scop_value *about);

/* A message for scop_audit(): `text` (English) is translated for each reader, and `values` (a map,
 * or NULL) replaces each {{name}} in it, by values of the types above. `text` is copied; for
 * extraction it must be a literal here, or be marked with SCOP_AUDIT(). */
const struct scop_value *scop_make_message(struct scop_request *req, const char *text,
    const struct scop_value *values);

/* Encrypts a secret with a key of this module, for storing or sending it: in hexadecimal.
 * scop_unseal decrypts it, and returns NULL for anything that was not sealed so. */
const struct scop_value *scop_seal(struct scop_request *req, const struct scop_value *secret);
const struct scop_value *scop_unseal(struct scop_request *req, const struct scop_value *sealed);

/* Shows the answer to this POST once and does not store it: a second submission of the form is
 * answered that the form is no longer valid. */
void scop_show_once(struct scop_request *req);

#endif
