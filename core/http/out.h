/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * A job worker's HTTP client, in a library of its own (libscopiton-work.so), so that workers that
 * make no calls never load libcurl. The worker opens it before it enters the sandbox; afterwards no
 * file can be read.
 */
#ifndef SCOP_HTTP_OUT_H
#define SCOP_HTTP_OUT_H

#include <stdbool.h>

#include "scopiton/http.h"

struct scop_out_settings {
	const char *socket;  /* the broker's */
	const char *hash;    /* the package's */
	const char *ca_file; /* certificate authorities, PEM */
};

/* The interface that the library exports as `scop_out`. */
struct scop_out {
	/* Loads the libraries needed; false with the reason. */
	bool (*prepare)(const struct scop_out_settings *settings, char *ret_error, size_t size);
	/* Makes the call. NULL with the reason in `ret_error`, which lives as long as the request.
	 */
	const struct scop_value *(
	    *call)(struct scop_request *req, const struct scop_http *ask, const char **ret_error);
};

#endif
