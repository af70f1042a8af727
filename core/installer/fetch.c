/* SPDX-License-Identifier: EUPL-1.2 */
/* Fetches files: see fetch.h. */
#include "installer/fetch.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CONNECT_SECONDS = 10, SLOW_SECONDS = 20, SLOW_BYTES = 1000, SECONDS_MAX = 600 };

struct sink {
	int fd;
	uint64_t left;
	bool too_large;
};

static size_t
take(char *bytes, size_t one, size_t size, void *context)
{
	struct sink *sink = context;

	(void)one;
	if (size > sink->left) {
		sink->too_large = true;
		return 0;
	}
	sink->left -= size;
	return write(sink->fd, bytes, size) == (ssize_t)size ? size : 0;
}

/* libcurl's functions. It is loaded by the first fetch only: it and the thirty libraries that it
 * needs take as long to load as everything else of a command, and few commands fetch. */
static struct {
	CURL *(*init)(void);
	CURLcode (*set)(CURL *curl, CURLoption option, ...);
	CURLcode (*perform)(CURL *curl);
	void (*cleanup)(CURL *curl);
	const char *(*words)(CURLcode code);
} lib;

static bool
load_curl(void)
{
	void *curl = lib.init ? NULL : dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);

	if (!curl)
		return lib.init != NULL;
	lib.set = dlsym(curl, "curl_easy_setopt");
	lib.perform = dlsym(curl, "curl_easy_perform");
	lib.cleanup = dlsym(curl, "curl_easy_cleanup");
	lib.words = dlsym(curl, "curl_easy_strerror");
	if (lib.set && lib.perform && lib.cleanup && lib.words)
		lib.init = dlsym(curl, "curl_easy_init");
	return lib.init != NULL;
}

static bool
over_http(const struct scop_config *config, const char *url, struct sink *sink,
    struct scop_error *err)
{
	char words[CURL_ERROR_SIZE] = "";
	CURL *curl = load_curl() ? lib.init() : NULL;

	if (!curl)
		return scop_error_set(err, "libcurl cannot start");
	lib.set(curl, CURLOPT_URL, url);
	lib.set(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	/* a redirect leaves this catalogue */
	lib.set(curl, CURLOPT_FOLLOWLOCATION, 0L);
	lib.set(curl, CURLOPT_FAILONERROR, 1L);
	lib.set(curl, CURLOPT_NOSIGNAL, 1L);
	lib.set(curl, CURLOPT_CAINFO, config->ca_file);
	lib.set(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
	lib.set(curl, CURLOPT_LOW_SPEED_TIME, (long)SLOW_SECONDS);
	lib.set(curl, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES);
	lib.set(curl, CURLOPT_TIMEOUT, (long)SECONDS_MAX);
	lib.set(curl, CURLOPT_ERRORBUFFER, words);
	lib.set(curl, CURLOPT_WRITEFUNCTION, take);
	lib.set(curl, CURLOPT_WRITEDATA, sink);
	const CURLcode code = lib.perform(curl);
	lib.cleanup(curl);
	if (code == CURLE_OK)
		return true;
	return sink->too_large ||
	    scop_error_set(err, "'%s' cannot be fetched: %s", url,
		words[0] ? words : lib.words(code));
}

static bool
from_folder(const char *path, struct sink *sink, struct scop_error *err)
{
	char block[65536];
	ssize_t got;
	const int in = open(path, O_RDONLY | O_CLOEXEC);

	if (in < 0)
		return scop_error_errno(err, "'%s' cannot be read", path);
	while ((got = read(in, block, sizeof block)) > 0)
		if (take(block, 1, (size_t)got, sink) != (size_t)got)
			break;
	close(in);
	return got == 0 || sink->too_large || scop_error_errno(err, "'%s' cannot be copied", path);
}

bool
scop_fetch(const struct scop_config *config, const char *name, const char *to, uint64_t max,
    struct scop_error *err)
{
	char from[SCOP_CONFIG_TEXT + 200];
	const size_t length = strlen(config->catalogue);
	struct sink sink = { open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644), max, false };

	if (sink.fd < 0)
		return scop_error_errno(err, "'%s' cannot be created", to);
	snprintf(from, sizeof from, "%s%s%s", config->catalogue,
	    length > 0 && config->catalogue[length - 1] == '/' ? "" : "/", name);
	bool ok =
	    from[0] == '/' ? from_folder(from, &sink, err) : over_http(config, from, &sink, err);
	close(sink.fd);
	if (ok && sink.too_large)
		ok = scop_error_set(err, "'%s' has more than the announced %llu bytes", from,
		    (unsigned long long)max);
	if (!ok)
		unlink(to);
	return ok;
}
