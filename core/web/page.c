/* SPDX-License-Identifier: EUPL-1.2 */
/* Pages: renders a model and a view as HTML in the host's frame; the data common to all pages is in
 * the model as `scop`. */
#include "web/page.h"

#include <string.h>

#include "base/log.h"
#include "data/directory.h"
#include "view/template.h"
#include "web/countries.h"
#include "web/flash.h"
#include "web/formkey.h"
#include "web/route.h"

enum { TOLD_MAX = 50 };

static const struct scop_template *
partial(void *context, const char *name)
{
	struct scop_request *req = context;
	char error[256];

	/* For htmx only the page's main part: the frame is replaced by an empty one. */
	if (req->htmx && (strcmp(name, "site") == 0 || strcmp(name, "portal") == 0))
		name = "fragment";
	return scop_app_view(req->app, name, error, sizeof error);
}

static const char *
translate(void *context, const char *text, const char *plural, long long count)
{
	const struct scop_request *req = context;

	return scop_app_message(req->app, req->locale.language, text, plural, count);
}

static const struct scop_template *
words(void *context, const char *template, const char *text, struct scop_error *err)
{
	const struct scop_request *req = context;

	return scop_app_words(req->app, req->arena, template, text, err);
}

/* "one-order number=id": a part of the route that has another name in the context. */
struct renamed {
	const char *words;
	const struct scop_value *(*find)(const void *, const char *);
	const void *scope;
};

static const struct scop_value *
find_renamed(const void *context, const char *name)
{
	const struct renamed *renamed = context;
	const size_t length = strlen(name);

	for (const char *word = strchr(renamed->words, ' '); word; word = strchr(word, ' ')) {
		char other[64];

		word++;
		if (strncmp(word, name, length) != 0 || word[length] != '=')
			continue;
		word += length + 1;
		const size_t size = strcspn(word, " ");
		if (size >= sizeof other)
			return NULL;
		memcpy(other, word, size);
		other[size] = '\0';
		return renamed->find(renamed->scope, other);
	}
	return renamed->find(renamed->scope, name);
}

static enum scop_link
link_route(void *context, const char *words,
    const struct scop_value *(*find)(const void *, const char *), const void *scope,
    struct scop_buffer *out, const char **ret_part)
{
	const struct scop_request *req = context;
	const struct renamed renamed = { words, find, scope };

	return scop_route_link(req, scop_arena_bytes(req->arena, words, strcspn(words, " ")),
	    find_renamed, &renamed, out, ret_part);
}

/* A page is drawn often, so each worker logs this once. */
static void
log_left_out(void *context, const struct scop_error *err)
{
	static char told[TOLD_MAX][sizeof err->text];
	static unsigned count;

	(void)context;
	for (unsigned i = 0; i < count; i++)
		if (strcmp(told[i], err->text) == 0)
			return;
	if (count < TOLD_MAX)
		strcpy(told[count++], err->text);
	scop_log_line(SCOP_LOG_WARNING, "a link was left out: %s", err->text);
}

static bool
key_input(void *context, const char *name, struct scop_buffer *out)
{
	struct scop_request *req = context;

	for (const struct scop_route *route = req->app->module->routes; route && route->path;
	     route++) {
		if (route->method != SCOP_POST || !route->name ||
		    !scop_same_name(route->name, name))
			continue;
		req->has_form_key = true;
		scop_buffer_text(out, "<input type=\"hidden\" name=\"_key\" value=\"");
		scop_buffer_text(out, scop_form_key_make(req, route->path));
		scop_buffer_text(out, "\">");
		return true;
	}
	return false;
}

static const struct scop_value *
languages(struct scop_request *req)
{
	struct scop_list_maker list;

	scop_list_init(&list, req->arena);
	for (int i = 0; i < SCOP_LANGUAGES; i++) {
		const enum scop_language language = (enum scop_language)i;
		struct scop_map_maker map;
		struct scop_buffer url;

		scop_map_init(&map, req->arena);
		scop_buffer_init(&url, req->arena);
		scop_route_translated(req, language, &url);
		scop_map_put_text(&map, "code", scop_language_code(language));
		scop_map_put_text(&map, "name", scop_language_name(language));
		scop_map_put_text(&map, "url", scop_buffer_str(&url));
		scop_map_put(&map, "current",
		    scop_value_bool(req->arena, language == req->locale.language));
		scop_list_add(&list, scop_map_value(&map));
	}
	return scop_list_value(&list);
}

static const struct scop_value *
host_list(void *context, const char *name)
{
	return strcmp(name, "countries") == 0 ? scop_countries_list(context)
	    : strcmp(name, "languages") == 0  ? languages(context)
					      : NULL;
}

/* Reads them twice: how many there are, then each. One that appears between the two is left for the
 * next page. */
static size_t
read_pages(struct scop_request *req, struct scop_directory_page **ret_pages)
{
	const struct scop_directory_shared *directory = req->site.directory;
	const unsigned language = (unsigned)req->locale.language;
	const char *own = req->app->module_name;
	const size_t max = directory
	    ? scop_directory_pages(directory, req->site.tenant, language, own, NULL, 0)
	    : 0;

	if (max == 0)
		return 0;
	*ret_pages = scop_arena_alloc(req->arena, max * sizeof **ret_pages);
	const size_t count =
	    scop_directory_pages(directory, req->site.tenant, language, own, *ret_pages, max);
	return count < max ? count : max;
}

const struct scop_value *
scop_page_modules(struct scop_request *req)
{
	const char *start =
	    scop_arena_join(req->arena, "/", scop_language_code(req->locale.language), "/");
	struct scop_directory_page *pages = NULL;
	struct scop_list_maker list;
	const size_t count = read_pages(req, &pages);

	scop_list_init(&list, req->arena);
	for (size_t i = 0; i < count; i++) {
		struct scop_map_maker map;

		scop_map_init(&map, req->arena);
		scop_map_put_text(&map, "title", pages[i].title);
		scop_map_put_text(&map, "url",
		    pages[i].root ? start
				  : scop_arena_join(req->arena, start, pages[i].module, "/"));
		scop_list_add(&list, scop_map_value(&map));
	}
	return scop_list_value(&list);
}

/* The origin of an absolute URL, as in a mail: never taken from the visitor's browser. */
static const char *
address_of(const struct scop_request *req, const char *host)
{
	const char *scheme = req->app->https ? "https://" : "http://";
	const bool has_port = req->app->port && req->app->port[0];

	return host ? scop_arena_join(req->arena, scheme, host,
			  has_port ? scop_arena_join(req->arena, ":", req->app->port, "") : "")
		    : "";
}

static const struct scop_value *
surroundings(struct scop_request *req)
{
	const char *code = scop_language_code(req->locale.language);
	struct scop_map_maker map;

	scop_map_init(&map, req->arena);
	scop_map_put_text(&map, "tenant", req->site.title);
	scop_map_put_text(&map, "country", req->site.country);
	scop_map_put_text(&map, "language", code);
	scop_map_put_text(&map, "home",
	    req->site.portal ? "/" : scop_arena_join(req->arena, "/", code, "/"));
	scop_map_put_text(&map, "reference", req->id);
	if (strcmp(req->locale.zone, req->site.zone) != 0)
		scop_map_put_text(&map, "zone", req->site.zone);
	const char *flash =
	    req->method && strcmp(req->method, "GET") == 0 ? scop_flash_take(req) : NULL;
	if (flash)
		scop_map_put_text(&map, "flash", flash);
	scop_map_put_text(&map, "site", address_of(req, req->site.host));
	scop_map_put_text(&map, "portal", address_of(req, req->site.portal_host));
	if (req->site.portal) {
		scop_map_put(&map, "person", scop_get(req->member, "name"));
		scop_map_put(&map, "menu", req->menu);
	} else {
		const struct scop_value *others = scop_page_modules(req);

		scop_map_put(&map, "languages", languages(req));
		scop_map_put(&map, "modules", others);
		scop_map_put(&map, "any_module",
		    scop_value_bool(req->arena, scop_count(others) > 0));
	}
	return scop_map_value(&map);
}

static bool
render(struct scop_request *req, const char *view, bool whole, struct scop_buffer *out,
    struct scop_error *err)
{
	const struct scop_template *template =
	    scop_app_view(req->app, view, err->text, sizeof err->text);
	const struct scop_template_host host = { .partial = partial,
		.translate = translate,
		.words = words,
		.link = link_route,
		.left_out = whole ? NULL : log_left_out,
		.key = key_input,
		.list = host_list,
		.context = req,
		.locale = req->locale,
		.typed_zone = req->site.zone };
	struct scop_map_maker model = req->model;

	if (!template)
		return false;
	scop_map_put(&model, "scop", surroundings(req));
	scop_map_put(&model, "rejected", scop_value_bool(req->arena, req->errors.length > 0));
	scop_map_put(&model, "errors", scop_list_value(&req->errors));
	scop_map_put(&model, "error", scop_map_value(&req->error_by_field));
	scop_map_put(&model, "value", scop_map_value(&req->values));
	return scop_template_render(template, scop_map_value(&model), &host, req->arena, out, err);
}

bool
scop_page_render(struct scop_request *req, const char *view, struct scop_buffer *out,
    struct scop_error *err)
{
	return render(req, view, false, out, err);
}

bool
scop_page_render_whole(struct scop_request *req, const char *view, struct scop_buffer *out,
    struct scop_error *err)
{
	return render(req, view, true, out, err);
}
