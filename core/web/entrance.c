/* SPDX-License-Identifier: EUPL-1.2 */
/* The root of a host name without a module: see entrance.h. */
#include "web/entrance.h"

#include <string.h>

#include "base/log.h"
#include "data/directory.h"
#include "web/page.h"

bool
scop_entrance_needed(const struct scop_request *req)
{
	return req->site.directory &&
	    !scop_directory_has_root(req->site.directory, req->site.tenant);
}

/* "/", "/fr" or "/fr/". */
static bool
is_entrance(const struct scop_request *req)
{
	return strcmp(req->path, "/") == 0 ||
	    (req->language_in_path && strchr(req->path + 1, '/') == NULL) ||
	    (req->language_in_path && strcmp(strchr(req->path + 1, '/'), "/") == 0);
}

static void
list_modules(struct scop_request *req, const struct scop_value *modules, struct scop_answer *answer)
{
	struct scop_error err;

	scop_answer_header(answer, "Cache-Control", "no-cache");
	scop_answer_header(answer, "Content-Type", "text/html; charset=utf-8");
	scop_answer_header(answer, "Content-Language", scop_language_code(req->locale.language));
	scop_map_init(&req->model, req->arena);
	scop_map_put(&req->model, "modules", modules);
	scop_map_put(&req->model, "any", scop_value_bool(req->arena, scop_count(modules) > 0));
	if (!scop_page_render(req, "entrance", &answer->body, &err)) {
		scop_log_line(SCOP_LOG_ERROR, "the page of an entrance cannot be written: %s",
		    err.text);
		scop_answer_error(req, answer, 500, NULL);
	}
}

void
scop_entrance_answer(struct scop_request *req, struct scop_answer *answer)
{
	const struct scop_value *modules = scop_page_modules(req);

	req->site.root = true; /* links to other languages lead here, too */
	if (!is_entrance(req) || (req->wants_json && scop_count(modules) != 1)) {
		scop_answer_error(req, answer, 404, NULL);
		return;
	}
	if (strcmp(req->method, "GET") != 0) {
		scop_answer_error(req, answer, 405, NULL);
		scop_answer_header(answer, "Allow", "GET, HEAD");
		return;
	}
	if (scop_count(modules) == 1) {
		scop_answer_init(answer, req->arena, 303);
		scop_answer_header(answer, "Cache-Control", "no-store");
		scop_answer_header(answer, "Location", scop_text(scop_at(modules, 0), "url"));
	} else {
		scop_answer_init(answer, req->arena, 200);
		list_modules(req, modules, answer);
	}
	scop_answer_header(answer, "Vary", "Accept-Language");
}
