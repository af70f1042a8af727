/* SPDX-License-Identifier: EUPL-1.2 */
/* Requests a route as nginx does, with a path, parameters and a body, and keeps the answer. */
#include <string.h>
#include <strings.h>

#include "test/test.h"

#include "queue/work.h"
#include "web/answer.h"
#include "web/formkey.h"
#include "web/resolve.h"
#include "web/route.h"

static const char token[] = "test-session-%u";
static const char boundary[] = "scopiton-test-boundary";

/* ---- input of the next request ---- */

void
scop_test_add(struct scop_test *test, struct scop_test_pairs *pairs, const char *name,
    const char *value)
{
	if (pairs->count == SCOP_TEST_PAIRS)
		fail_msg("more than %d of one kind are set for a request", SCOP_TEST_PAIRS);
	pairs->pair[pairs->count++] = (struct scop_test_pair){ scop_arena_text(test->arena, name),
		scop_arena_text(test->arena, value) };
}

const char *
scop_test_find(const struct scop_test_pairs *pairs, const char *name)
{
	for (size_t i = pairs->count; i > 0; i--)
		if (strcmp(pairs->pair[i - 1].name, name) == 0)
			return pairs->pair[i - 1].value;
	return NULL;
}

void
scop_test_said(struct scop_test *test)
{
	test->parts.count = test->fields.count = test->params.count = test->file_count = 0;
}

void
scop_test_part(struct scop_test *test, const char *name, const char *value)
{
	scop_test_add(test, &test->parts, name, value);
}

void
scop_test_field(struct scop_test *test, const char *name, const char *value)
{
	scop_test_add(test, &test->fields, name, value);
}

void
scop_test_param(struct scop_test *test, const char *name, const char *value)
{
	scop_test_add(test, &test->params, name, value);
}

void
scop_test_upload(struct scop_test *test, const char *field, const char *file_name, const char *type,
    const void *bytes, size_t size)
{
	if (test->file_count == SCOP_TEST_FILES)
		fail_msg("more than %d files are uploaded at once", SCOP_TEST_FILES);
	test->files[test->file_count++] =
	    (struct scop_test_file){ scop_arena_text(test->arena, field),
		    { scop_arena_text(test->arena, file_name), scop_arena_text(test->arena, type),
			scop_arena_bytes(test->arena, bytes, size), size } };
}

/* ---- the route ---- */

/* "GET /cart/{id}", or a name. */
static bool
is_meant(const struct scop_route *route, const char *words)
{
	const char *method = route->method == SCOP_POST ? "POST " : "GET ";
	const size_t length = strlen(method);

	return strncmp(words, method, length) == 0 ? strcmp(words + length, route->path) == 0
						   : route->name && strcmp(words, route->name) == 0;
}

static const struct scop_route *
find_route(const struct scop_test *test, const char *words)
{
	const struct scop_route *route = test->app.module->routes;

	while (route && route->path && !is_meant(route, words))
		route++;
	if (!route || !route->path)
		fail_msg("the module has no route '%s'", words);
	return route;
}

static bool
in_portal(const struct scop_route *route)
{
	return route->permission || route->open;
}

/* The address of the route below the module, with the values given for its parts. */
static const char *
path_of(struct scop_test *test, const struct scop_route *route)
{
	struct scop_buffer out;

	scop_buffer_init(&out, test->arena);
	if (!in_portal(route) && !route->stored)
		scop_buffer_printf(&out, "/%s", test->language);
	scop_buffer_printf(&out, "/%s", test->app.module_name);
	for (const char *at = route->path; *at;) {
		if (*at != '{') {
			scop_buffer_char(&out, *at++);
			continue;
		}
		const char *name =
		    scop_arena_printf(test->arena, "%.*s", (int)strcspn(at, "}") - 1, at + 1);
		const char *value = scop_test_find(&test->parts, name);

		if (!value)
			fail_msg("scop_test_part() has not set {%s} of '%s'", name, route->path);
		scop_buffer_text(&out, value);
		at += strlen(name) + 2;
	}
	return scop_buffer_str(&out);
}

/* ---- the body ---- */

static void
urlencoded(const struct scop_test *test, struct scop_buffer *out)
{
	for (size_t i = 0; i < test->fields.count; i++) {
		if (out->length > 0)
			scop_buffer_char(out, '&');
		scop_route_percent(out, test->fields.pair[i].name);
		scop_buffer_char(out, '=');
		scop_route_percent(out, test->fields.pair[i].value);
	}
}

static void
multipart(const struct scop_test *test, struct scop_buffer *out)
{
	for (size_t i = 0; i < test->fields.count; i++)
		scop_buffer_printf(out,
		    "--%s\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n", boundary,
		    test->fields.pair[i].name, test->fields.pair[i].value);
	for (size_t i = 0; i < test->file_count; i++) {
		const struct scop_test_file *one = &test->files[i];

		scop_buffer_printf(out,
		    "--%s\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s\"\r\n"
		    "Content-Type: %s\r\n\r\n",
		    boundary, one->field, one->file.name, one->file.type);
		scop_buffer_add(out, one->file.data, one->file.size);
		scop_buffer_text(out, "\r\n");
	}
	scop_buffer_printf(out, "--%s--\r\n", boundary);
}

/* A dummy request, for values that the host computes from one: hashes, keys. */
static struct scop_request *
blank(struct scop_test *test)
{
	return scop_request_new(&test->app, test->arena, &test->site);
}

/* The form key that the page would have for this visitor. */
static void
add_key(struct scop_test *test, const struct scop_route *route)
{
	struct scop_request *req = blank(test);
	const char *sid = in_portal(route) ? scop_test_find(&test->cookies, "sid") : NULL;

	if (sid)
		req->session_hash = scop_as_text(scop_hash(req, scop_value_text(req->arena, sid)));
	scop_test_field(test, "_key", scop_form_key_make(req, route->path));
}

/* Sets the body or the query of the request; returns the body. */
static const struct scop_buffer *
add_body(struct scop_test *test, const struct scop_route *route)
{
	struct scop_buffer *out = scop_arena_alloc(test->arena, sizeof *out);

	scop_buffer_init(out, test->arena);
	if (route->method == SCOP_GET) {
		urlencoded(test, out);
		scop_test_param(test, "QUERY_STRING", scop_buffer_str(out));
		scop_buffer_init(out, test->arena);
		return out;
	}
	if (!scop_test_find(&test->fields, "_key"))
		add_key(test, route);
	(test->file_count > 0 ? multipart : urlencoded)(test, out);
	scop_test_param(test, "CONTENT_TYPE",
	    test->file_count > 0
		? scop_arena_printf(test->arena, "multipart/form-data; boundary=%s", boundary)
		: "application/x-www-form-urlencoded");
	scop_test_param(test, "CONTENT_LENGTH", scop_arena_printf(test->arena, "%zu", out->length));
	return out;
}

/* ---- cookies ---- */

static void
set_cookie(struct scop_test *test, const char *name, const char *value)
{
	struct scop_test_pairs *cookies = &test->cookies;
	size_t kept = 0;

	for (size_t i = 0; i < cookies->count; i++)
		if (strcmp(cookies->pair[i].name, name) != 0)
			cookies->pair[kept++] = cookies->pair[i];
	cookies->count = kept;
	if (value[0])
		scop_test_add(test, cookies, name, value);
}

/* Keeps the cookies that nginx would set for the answer, as a browser would. */
static void
keep_cookies(struct scop_test *test)
{
	const char *const names[][2] = { { "X-Set-Session: ", "sid" }, { "X-Set-Flash: ", "flash" },
		{ "X-Set-Own: ", test->app.module_name } };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *at = strstr(test->head, names[i][0]);

		if (!at)
			continue;
		at += strlen(names[i][0]);
		const char *value =
		    scop_arena_printf(test->arena, "%.*s", (int)strcspn(at, "\r"), at);
		set_cookie(test, names[i][1], strcmp(value, "-") == 0 ? "" : value);
	}
}

/* The cookies that nginx passes to a worker: all but the session's. */
static const char *
cookie_header(struct scop_test *test)
{
	struct scop_buffer out;

	scop_buffer_init(&out, test->arena);
	for (size_t i = 0; i < test->cookies.count; i++)
		if (strcmp(test->cookies.pair[i].name, "sid") != 0)
			scop_buffer_printf(&out, "%s%s=%s", out.length ? "; " : "",
			    test->cookies.pair[i].name, test->cookies.pair[i].value);
	return scop_buffer_str(&out);
}

/* Says who sends the request, as the host's process for sessions tells nginx. */
static const char *
session_param(struct scop_test *test)
{
	const char *sid = scop_test_find(&test->cookies, "sid"),
		   *authorization = scop_test_find(&test->params, "HTTP_AUTHORIZATION");
	const struct scop_credentials given = {
		.owner = scop_arena_printf(test->arena, "/%u-%s-0-%llu", test->site.tenant,
		    test->app.module_name, (unsigned long long)test->site.epoch),
		.cookie = sid ? scop_arena_printf(test->arena, "sid=%s", sid) : "",
		.cookie_name = "sid",
		.authorization = authorization ? authorization : "",
	};
	const char *session;

	test->asked++; /* its menu may have changed since the last */
	if (scop_resolve(test->recogniser, test->menus, test->arena, &given, &session) !=
	    SCOP_DB_OK)
		fail_msg("%s", scop_db_error(test->recogniser));
	return session;
}

/* ---- the exchange ---- */

static const char *
param(void *context, const char *name)
{
	return scop_test_find(&((struct scop_test *)context)->params, name);
}

static size_t
read_bytes(void *context, void *bytes, size_t size)
{
	struct scop_test *test = context;
	const size_t left = test->body_length - test->sent_read;
	const size_t count = size < left ? size : left;

	memcpy(bytes, test->body + test->sent_read, count);
	test->sent_read += count;
	return count;
}

static void
write_bytes(void *context, const void *bytes, size_t size)
{
	scop_buffer_add(&((struct scop_test *)context)->sent, bytes, size);
}

static void
flush(void *context)
{
	(void)context;
}

static bool
gone(void *context)
{
	(void)context;
	return false;
}

static void
see(void *context, const struct scop_request *req)
{
	((struct scop_test *)context)->req = req;
}

struct scop_exchange
scop_test_exchange(struct scop_test *test, const char *body, size_t length)
{
	test->body = body;
	test->body_length = length;
	test->sent_read = 0;
	test->req = NULL;
	scop_buffer_init(&test->sent, test->arena);
	return (
	    struct scop_exchange){ param, read_bytes, write_bytes, test, flush, gone, NULL, see };
}

/* Splits the sent bytes into header lines and body. */
static void
keep_answer(struct scop_test *test)
{
	const char *sent = scop_buffer_str(&test->sent), *end = strstr(sent, "\r\n\r\n");

	test->page = end ? end + 4 : "";
	test->head = scop_arena_printf(test->arena, "%.*s", end ? (int)(end - sent) + 2 : 0, sent);
	keep_cookies(test);
}

/* Adds a parameter that nginx sends with each request, unless the test has set it. */
static void
add_param(struct scop_test *test, const char *name, const char *value)
{
	if (!scop_test_find(&test->params, name))
		scop_test_param(test, name, value);
}

int
scop_test_ask(struct scop_test *test, const char *words)
{
	const struct scop_route *route = find_route(test, words);
	const char *host = in_portal(route) ? test->site.portal_host : test->site.host;

	test->site.portal = in_portal(route);
	const struct scop_buffer *body = add_body(test, route);
	add_param(test, "REQUEST_METHOD", route->method == SCOP_POST ? "POST" : "GET");
	add_param(test, "HOST", host);
	add_param(test, "HTTP_HOST", host);
	add_param(test, "DOCUMENT_URI", path_of(test, route));
	add_param(test, "HTTP_COOKIE", cookie_header(test));
	if (test->site.portal)
		add_param(test, "SESSION", session_param(test));
	add_param(test, "REQUEST_ID", words);
	add_param(test, "REMOTE_ADDR", "127.0.0.1");
	if (route->stored)
		add_param(test, "STORED", "1");
	const struct scop_exchange exchange = scop_test_exchange(test, body->data, body->length);
	test->status = scop_serve(&test->app, test->arena, &test->site, &exchange);
	keep_answer(test);
	scop_test_said(test);
	return test->status;
}

/* ---- the client ---- */

void
scop_test_language(struct scop_test *test, const char *language)
{
	enum scop_language known;

	if (!scop_language_parse(language, strlen(language), &known) || strlen(language) != 2)
		fail_msg("'%s' is not a language of the host: fr, nl, de, en", language);
	test->language = scop_arena_text(test->arena, language);
	if (test->member)
		scop_test_sql(test, "UPDATE socle.member SET language = '%s' WHERE id = %lld",
		    language, (long long)test->member);
}

/* Gives the permissions to a role that only this member has. */
static void
permit(struct scop_test *test, const char *role, const char *permissions)
{
	scop_test_sql(test, "INSERT INTO socle.role (name) VALUES ('%s')", role);
	for (const char *at = permissions; *(at += strspn(at, " "));) {
		const size_t length = strcspn(at, " ");

		scop_test_sql(test,
		    "INSERT INTO socle.role_permission (role, permission) VALUES ('%s', '%.*s')",
		    role, (int)length, at);
		at += length;
	}
	scop_test_sql(test, "INSERT INTO socle.member_role (member, role) VALUES (%lld, '%s')",
	    (long long)test->member, role);
}

int64_t
scop_test_sign_in(struct scop_test *test, const char *name, const char *permissions)
{
	const unsigned number = ++test->sessions;
	const char *cookie = scop_arena_printf(test->arena, token, number);
	struct scop_request *req = blank(test);
	const char *hash = scop_as_text(scop_hash(req, scop_value_text(req->arena, cookie)));

	scop_test_sql(test, "INSERT INTO socle.member (name, mail, language) VALUES (%s, '', '%s')",
	    scop_test_quoted(test, name), test->language);
	test->member = scop_as_int(
	    scop_test_sql_value(test, "SELECT CAST(MAX(id) AS SIGNED) FROM socle.member"));
	permit(test, scop_arena_printf(test->arena, "test-%u", number), permissions);
	scop_test_sql(test,
	    "INSERT INTO socle.session (token_hash, member, expires) VALUES ('%s', %lld, "
	    "UTC_TIMESTAMP(6) + INTERVAL 1 DAY)",
	    hash, (long long)test->member);
	set_cookie(test, "sid", cookie);
	return test->member;
}

void
scop_test_sign_out(struct scop_test *test)
{
	test->member = 0;
	set_cookie(test, "sid", "");
}

void
scop_test_new_browser(struct scop_test *test)
{
	test->member = 0;
	test->cookies.count = 0;
}
