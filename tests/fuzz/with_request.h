/* SPDX-License-Identifier: EUPL-1.2 */
/* For targets of functions that take a request: one without module or database. */
#ifndef TESTS_FUZZ_WITH_REQUEST_H
#define TESTS_FUZZ_WITH_REQUEST_H

#include "web/request.h"

static const struct scop_view *const no_views[] = { NULL };
static const struct scop_statement *const no_statements[] = { NULL };
static const struct scop_messages no_messages[] = { { .data = NULL } };
static const struct scop_names no_names = { no_views, no_statements, no_messages };
static const struct scop_module module = { .names = &no_names };
static struct scop_app app = { .module = &module };

static inline struct scop_request *
new_request(struct scop_arena *arena)
{
	const struct scop_site site = { .zone = "Europe/Brussels", .language = SCOP_EN };

	return scop_request_new(&app, arena, &site);
}

#endif
