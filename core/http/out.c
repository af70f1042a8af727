/* SPDX-License-Identifier: EUPL-1.2 */
/* Calls to other systems with libcurl, through the broker: see out.h and scopiton/http.h. */
#include "http/out.h"

#include <ctype.h>
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "scopiton/work.h"
#include "web/request.h"

enum {
	SECONDS = 30,
	SECONDS_MAX = 300,
	REDIRECTS_MAX = 5,
	HEADERS_MAX = 100,
	HEADER_BYTES_MAX = 8192,
	CONNECT_SECONDS = 15
};
static const size_t default_max_bytes = 10000000;

static char *authorities;
static size_t authorities_size;
static char proxy[200], hash[40];

static bool
read_file(const char *path, char **ret_bytes, size_t *ret_size)
{
	FILE *file = fopen(path, "rb");
	long size;

	if (!file)
		return false;
	const bool ok = fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0 &&
	    fseek(file, 0, SEEK_SET) == 0 && (*ret_bytes = malloc((size_t)size + 1)) &&
	    fread(*ret_bytes, 1, (size_t)size, file) == (size_t)size;
	fclose(file);
	*ret_size = ok ? (size_t)size : 0;
	return ok;
}

static bool
prepare(const struct scop_out_settings *settings, char *ret_error, size_t size)
{
	if (!read_file(settings->ca_file, &authorities, &authorities_size)) {
		snprintf(ret_error, size, "the certificate authorities in '%s' cannot be read",
		    settings->ca_file);
		return false;
	}
	snprintf(proxy, sizeof proxy, "socks5h://localhost%s", settings->socket);
	snprintf(hash, sizeof hash, "%s", settings->hash);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		return true;
	snprintf(ret_error, size, "libcurl cannot start");
	return false;
}

/* ---- one call ---- */

struct call {
	struct scop_request *req;
	const struct scop_http *ask;
	size_t max_bytes;
	bool too_large;
	struct scop_buffer body;
	struct scop_map_maker headers;
	unsigned header_count;
	struct curl_slist *sent;
	char error[CURL_ERROR_SIZE];
};

static size_t
on_body(char *bytes, size_t one, size_t size, void *context)
{
	struct call *call = context;

	(void)one;
	if (call->body.length + size > call->max_bytes) {
		call->too_large = true;
		return 0;
	}
	scop_buffer_add(&call->body, bytes, size);
	return size;
}

/* Reads a header line, "Name: value"; the answer after a redirect starts a new set of headers. */
static size_t
on_header(char *line, size_t one, size_t size, void *context)
{
	struct call *call = context;
	struct scop_arena *arena = call->req->arena;
	const char *colon = memchr(line, ':', size);

	(void)one;
	if (size > 5 && strncmp(line, "HTTP/", 5) == 0) {
		scop_map_init(&call->headers, arena);
		call->header_count = 0;
		call->body.length = 0;
	}
	if (!colon || colon == line || size > HEADER_BYTES_MAX || call->header_count == HEADERS_MAX)
		return size;
	char *name = scop_arena_bytes(arena, line, (size_t)(colon - line));
	for (char *c = name; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	const char *from = colon + 1, *end = line + size;
	while (from < end && isspace((unsigned char)*from))
		from++;
	while (end > from && isspace((unsigned char)end[-1]))
		end--;
	if (!scop_utf8_valid(from, (size_t)(end - from)))
		return size;
	scop_map_put(&call->headers, name, scop_value_bytes(arena, from, (size_t)(end - from)));
	call->header_count++;
	return size;
}

/* Aborts the call if the job has been cancelled. */
static int
on_progress(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct call *call = context;

	(void)a, (void)b, (void)c, (void)d;
	return scop_cancelled(call->req);
}

static bool
add_headers(struct call *call, const char **ret_error)
{
	for (const struct scop_http_header *header = call->ask->headers; header && header->name;
	     header++) {
		const char *value = scop_as_text(header->value);

		if (strpbrk(value, "\r\n") || strpbrk(header->name, "\r\n: ")) {
			*ret_error = "a header with a line break was refused";
			return false;
		}
		call->sent = curl_slist_append(call->sent,
		    scop_arena_printf(call->req->arena, value[0] ? "%s: %s" : "%s;", header->name,
			value));
	}
	call->sent = curl_slist_append(call->sent, "Expect:");
	return true;
}

/* Sets the hosts that the call may reach, and how their identity is proved. */
static void
set_up_way(CURL *curl, const struct scop_http *ask)
{
	const char *url = scop_as_text(ask->url);
	const unsigned redirects = ask->redirects > REDIRECTS_MAX ? REDIRECTS_MAX : ask->redirects;
	struct curl_blob trusted = { authorities, authorities_size, CURL_BLOB_NOCOPY };

	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR,
	    strncmp(url, "https:", 6) == 0 ? "https" : "http,https");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, redirects > 0 ? 1L : 0L);
	curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)redirects);
	curl_easy_setopt(curl, CURLOPT_PROXY, proxy);
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "");
	curl_easy_setopt(curl, CURLOPT_PROXYUSERNAME, hash);
	curl_easy_setopt(curl, CURLOPT_PROXYPASSWORD, "-");
	curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &trusted);
	curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
}

static void
set_up_times(CURL *curl, const struct scop_http *ask)
{
	const unsigned seconds = ask->seconds == 0 ? SECONDS
	    : ask->seconds > SECONDS_MAX           ? SECONDS_MAX
						   : ask->seconds;

	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)seconds);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT,
	    (long)(seconds < CONNECT_SECONDS ? seconds : CONNECT_SECONDS));
}

static void
set_up_message(CURL *curl, const struct call *call)
{
	const struct scop_http *ask = call->ask;

	curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip");
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "Scopiton/1");
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, call->sent);
	if (ask->body) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)scop_size(ask->body));
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, scop_as_text(ask->body));
	}
	if (ask->method && strcmp(ask->method, "HEAD") == 0)
		curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
	else if (ask->method)
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, ask->method);
	else if (ask->body)
		curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "GET");
}

static void
set_up(CURL *curl, struct call *call)
{
	set_up_way(curl, call->ask);
	set_up_times(curl, call->ask);
	set_up_message(curl, call);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, call->error);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, call);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, call);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, call);
}

static const struct scop_value *
result(CURL *curl, struct call *call)
{
	struct scop_arena *arena = call->req->arena;
	struct scop_map_maker map;
	long status = 0;
	char *url = NULL;

	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(curl, CURLINFO_EFFECTIVE_URL, &url);
	const struct scop_value *headers = scop_map_value(&call->headers);
	scop_map_init(&map, arena);
	scop_map_put(&map, "status", scop_value_int(arena, status));
	scop_map_put(&map, "type", scop_get(headers, "content-type"));
	scop_map_put(&map, "body",
	    scop_value_bytes(arena, call->body.length ? call->body.data : "", call->body.length));
	scop_map_put_text(&map, "url", url ? scop_arena_text(arena, url) : "");
	scop_map_put(&map, "headers", headers);
	return scop_map_value(&map);
}

/* A message with a remedy, where libcurl's own has none. */
static const char *
error_of(const struct call *call, CURLcode code)
{
	if (call->too_large)
		return scop_arena_printf(call->req->arena, "the answer is larger than %zu bytes",
		    call->max_bytes);
	switch (code) {
	case CURLE_ABORTED_BY_CALLBACK:
		return "the job was cancelled";
	case CURLE_OPERATION_TIMEDOUT:
		return "no complete answer arrived in time";
	case CURLE_PROXY:
		if (strstr(call->error, "not allowed by ruleset") || strstr(call->error, "(2)") ||
		    strstr(call->error, "ruleset"))
			return "this address may not be called: 'calls' in module.xml does not "
			       "name it, or it is a private address";
		return scop_arena_printf(call->req->arena,
		    "the other system cannot be reached (%s)", call->error);
	case CURLE_COULDNT_CONNECT:
		return "no calls are possible: the broker does not answer";
	default:
		return scop_arena_text(call->req->arena,
		    call->error[0] ? call->error : curl_easy_strerror(code));
	}
}

static const struct scop_value *
call_out(struct scop_request *req, const struct scop_http *ask, const char **ret_error)
{
	struct call call = { .req = req,
		.ask = ask,
		.max_bytes = ask->max_bytes ? ask->max_bytes : default_max_bytes };
	const struct scop_value *answer = NULL;
	CURL *curl = curl_easy_init();

	if (!curl)
		abort();
	scop_buffer_init(&call.body, req->arena);
	scop_map_init(&call.headers, req->arena);
	if (add_headers(&call, ret_error)) {
		set_up(curl, &call);
		const CURLcode code = curl_easy_perform(curl);

		if (code == CURLE_OK)
			answer = result(curl, &call);
		else
			*ret_error = error_of(&call, code);
	}
	curl_slist_free_all(call.sent);
	curl_easy_cleanup(curl);
	return answer;
}

__attribute__((visibility("default"))) extern const struct scop_out scop_out;
const struct scop_out scop_out = { prepare, call_out };
