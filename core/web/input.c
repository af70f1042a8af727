/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads the input of a request: its head, and a form as its body. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#include "web/serve_private.h"

#include "web/form.h"

enum { PATH_MAX_BYTES = 2000 };

static const char *
param(const struct scop_exchange *exchange, const char *name)
{
	const char *value = exchange->param(exchange->context, name);

	return value ? value : "";
}

/* The first of the visitor's languages that the host supports (RFC 9110, section 12.5.4; weights
 * are in order in practice). */
static enum scop_language
preferred_language(const char *accepted, enum scop_language otherwise)
{
	enum scop_language language = otherwise;

	for (const char *at = accepted; *at;) {
		at += strspn(at, " ,");
		if (scop_language_parse(at, strlen(at), &language))
			return language;
		at += strcspn(at, ",");
	}
	return otherwise;
}

static bool
is_path(const char *path)
{
	const size_t length = strlen(path);

	if (length == 0 || length > PATH_MAX_BYTES || path[0] != '/' ||
	    !scop_utf8_valid(path, length))
		return false;
	for (const char *c = path; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return false;
	return true;
}

bool
scop_serve_read_head(struct scop_request *req, const struct scop_exchange *exchange)
{
	req->method = param(exchange, "REQUEST_METHOD");
	req->head = strcmp(req->method, "HEAD") == 0;
	if (req->head)
		req->method = "GET";
	/* the one by which nginx chose the pool, which may differ from the header */
	req->host = param(exchange, "HOST");
	req->authority = param(exchange, "HTTP_HOST");
	const size_t host_length = strlen(req->host);
	if (strncasecmp(req->authority, req->host, host_length) != 0 ||
	    (req->authority[host_length] && req->authority[host_length] != ':'))
		req->authority = req->host;
	req->path = param(exchange, "DOCUMENT_URI");
	req->query = param(exchange, "QUERY_STRING");
	req->id = param(exchange, "REQUEST_ID");
	req->cookie = param(exchange, "HTTP_COOKIE");
	req->accept = param(exchange, "HTTP_ACCEPT");
	req->if_none_match = param(exchange, "HTTP_IF_NONE_MATCH");
	req->session = param(exchange, "SESSION");
	req->idempotency_key = param(exchange, "HTTP_IDEMPOTENCY_KEY");
	req->agent = param(exchange, "HTTP_USER_AGENT");
	req->origin = param(exchange, "HTTP_ORIGIN");
	req->sender = param(exchange, "REMOTE_ADDR");
	req->fetch_site = param(exchange, "HTTP_SEC_FETCH_SITE");
	req->htmx = strcmp(param(exchange, "HTTP_HX_REQUEST"), "true") == 0;
	req->stored = strcmp(param(exchange, "STORED"), "1") == 0;
	req->closed = param(exchange, "CLOSED")[0] != '\0';
	req->at_root = strcmp(param(exchange, "CLOSED"), "root") == 0;
	req->wants_json = strstr(req->accept, "application/json") ||
	    strstr(req->accept, "application/problem+json");
	req->inner_path = req->path;
	req->locale.language =
	    preferred_language(param(exchange, "HTTP_ACCEPT_LANGUAGE"), req->locale.language);
	return is_path(req->path);
}

static void
unmap(void *thing)
{
	struct scop_file *map = thing;

	munmap((void *)(uintptr_t)map->data, map->size);
}

/* Reads a body into a mapping of its own, so that uploads do not fill the arena. Returns status 0
 * on success. */
static int
read_body(struct scop_request *req, const struct scop_exchange *exchange, const char **ret_body,
    size_t *ret_length)
{
	const char *announced = param(exchange, "CONTENT_LENGTH");
	char *end;
	const unsigned long long length = strtoull(announced, &end, 10);

	if (*end || strlen(announced) > 15 || announced[0] == '-')
		return 400;
	if (length > req->app->body_max)
		return 413;
	*ret_body = "";
	*ret_length = length;
	if (length == 0)
		return 0;

	char *bytes =
	    mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (bytes == MAP_FAILED)
		return 503;
	struct scop_file *map = scop_arena_alloc(req->arena, sizeof *map);
	*map = (struct scop_file){ .data = bytes, .size = length };
	scop_arena_cleanup(req->arena, unmap, map);

	size_t got = 0;
	for (size_t step = 1; step > 0 && got < length; got += step)
		step = exchange->read(exchange->context, bytes + got, length - got);
	*ret_body = bytes;
	return got == length ? 0 : 400; /* a body cut short never reaches the handler */
}

static bool
is_type(const char *type, const char *wanted)
{
	const size_t length = strlen(wanted);

	return strncasecmp(type, wanted, length) == 0 &&
	    (!type[length] || strchr("; ", type[length]));
}

int
scop_serve_read_form(struct scop_request *req, const struct scop_exchange *exchange,
    struct scop_error *err)
{
	const char *type = param(exchange, "CONTENT_TYPE"), *body;
	size_t length;
	const int status = read_body(req, exchange, &body, &length);

	if (status == 413)
		scop_error_set(err, "the body is larger than %llu bytes",
		    (unsigned long long)req->app->body_max);
	if (status)
		return status;
	if (is_type(type, "multipart/form-data"))
		return scop_form_multipart(req->pairs, req->arena, type, body, length, err) ? 0
											    : 400;
	if (is_type(type, "application/json")) {
		req->json_body = true;
		return scop_form_json(req->pairs, req->arena, body, length, req->site.currency, err)
		    ? 0
		    : 400;
	}
	if (length == 0 || is_type(type, "application/x-www-form-urlencoded"))
		return scop_form_urlencoded(req->pairs, req->arena, body, length, err) ? 0 : 400;
	scop_error_set(err, "the content type is neither a form's nor JSON");
	return 400;
}
