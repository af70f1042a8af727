/* SPDX-License-Identifier: EUPL-1.2 */
/* Compiles views on first use, and looks messages up in the shared object's own .mo files. */
#include "web/app.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/name.h"
#include "base/value.h"
#include "view/template.h"

enum { VIEWS_MAX = 256, WORDS_PLACES = 1024, WORDS_MAX = 768, KNOWN_TEXTS = 512 };

static const struct scop_view *
find_view(const struct scop_names *names, const char *name)
{
	for (const struct scop_view *const *view = names->views; *view; view++)
		if (strcmp((*view)->name, name) == 0)
			return *view;
	return NULL;
}

const struct scop_template *
scop_app_view(struct scop_app *app, const char *name, char *ret_error, size_t error_size)
{
	struct scop_error err;

	for (unsigned i = 0; i < app->view_count; i++)
		if (scop_same_name(app->views[i].name, name))
			return app->views[i].template;

	const struct scop_view *view = find_view(app->module->names, name);
	if (!view)
		view = find_view(&scop_frame_names, name);
	if (!view || app->view_count == VIEWS_MAX) {
		snprintf(ret_error, error_size, "no view is named '%s'", name);
		return NULL;
	}
	if (!app->views)
		app->views = scop_arena_alloc(app->arena, VIEWS_MAX * sizeof *app->views);
	const struct scop_template *template =
	    scop_template_compile(app->arena, name, view->text, view->length, &err);
	if (!template) {
		snprintf(ret_error, error_size, "%s", err.text);
		return NULL;
	}
	app->views[app->view_count++] = (struct scop_compiled){ view->name, template };
	return template;
}

/* The slot of the text in the hash table, whether taken or free. */
static struct scop_compiled *
words_place(struct scop_app *app, const char *text)
{
	size_t at = (uintptr_t)text * 0x9e3779b97f4a7c15u >> 32;

	while (app->words[at % WORDS_PLACES].name && app->words[at % WORDS_PLACES].name != text)
		at++;
	return &app->words[at % WORDS_PLACES];
}

const struct scop_template *
scop_app_words(struct scop_app *app, struct scop_arena *arena, const char *template,
    const char *text, struct scop_error *err)
{
	if (!app->words)
		app->words = scop_arena_alloc(app->arena, WORDS_PLACES * sizeof *app->words);
	struct scop_compiled *place = words_place(app, text);
	if (place->name)
		return place->template;
	if (app->word_count == WORDS_MAX)
		return scop_template_compile(arena, template, text, strlen(text), err);
	const struct scop_template *compiled =
	    scop_template_compile(app->arena, template, text, strlen(text), err);
	if (!compiled)
		return NULL;
	*place = (struct scop_compiled){ text, compiled };
	app->word_count++;
	return compiled;
}

/* ---- the build's check ---- */

struct check {
	const struct scop_module *module;
	const char *view;
	char *error;
	size_t size;
	bool ok;
};

static bool
has_route(const struct scop_module *module, const char *words)
{
	const size_t length = strcspn(words, " ");

	for (const struct scop_route *route = module->routes; route && route->path; route++)
		if (route->name && strlen(route->name) == length &&
		    strncmp(route->name, words, length) == 0)
			return true;
	return false;
}

static void
see(void *context, char kind, const char *name, const char *plural, unsigned line, unsigned column)
{
	struct check *check = context;
	const bool found = kind == '_' ||
	    (kind == 'l'
		    ? has_route(check->module, name)
		    : find_view(check->module->names, name) || find_view(&scop_frame_names, name));

	(void)plural;
	if (found || !check->ok)
		return;
	check->ok = false;
	snprintf(check->error, check->size, "views/%s.html:%u:%u: there is no %s named '%s'",
	    check->view, line, column, kind == 'l' ? "route" : "view", name);
}

bool
scop_app_check(const struct scop_module *module, char *ret_error, size_t error_size)
{
	struct scop_arena *arena = scop_arena_new();
	struct check check = { module, NULL, ret_error, error_size, true };
	struct scop_error err;

	for (const struct scop_view *const *view = module->names->views; *view && check.ok;
	     view++) {
		const struct scop_template *template = scop_template_compile(arena, (*view)->name,
		    (*view)->text, (*view)->length, &err);

		check.view = (*view)->name;
		if (template)
			scop_template_walk(template, see, &check);
		else
			check.ok = snprintf(ret_error, error_size, "%s", err.text) < 0;
	}
	scop_arena_free(arena);
	return check.ok;
}

/* ---- addresses ---- */

/* Adds the part to a comma-separated list, unless it is there already; false if there is no room.
 */
static bool
add_part(char *list, size_t size, const char *part, size_t length)
{
	for (const char *at = list; *at;
	     at += at[strcspn(at, ",")] ? strcspn(at, ",") + 1 : strcspn(at, ","))
		if (strcspn(at, ",") == length && strncmp(at, part, length) == 0)
			return true;
	const size_t used = strlen(list);
	const int more =
	    snprintf(list + used, size - used, "%s%.*s", used ? "," : "", (int)length, part);
	if (more < (int)(size - used))
		return true;
	list[used] = '\0';
	return false;
}

bool
scop_app_first_parts(const struct scop_module *module, char *ret_list, size_t size)
{
	ret_list[0] = '\0';
	for (const struct scop_route *route = module->routes; route && route->path; route++) {
		const char *part = route->path + 1;
		const size_t length = strcspn(part, "/");

		if (route->permission || route->open || route->stored)
			continue;
		const bool is_name = scop_name_is_module(part, length);
		const char *shown = is_name                    ? part
		    : length == 0 && route->method == SCOP_GET ? "/"
							       : "-";
		if (!add_part(ret_list, size, shown, is_name ? length : 1))
			return false;
	}
	return true;
}

/* ---- .mo files: https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html ---- */

static uint32_t
word(const struct scop_messages *messages, uint32_t at)
{
	uint32_t value = 0;

	if (at + 4 <= messages->size)
		memcpy(&value, messages->data + at, 4);
	return value;
}

/* String `index` of the table at `table` in a .mo file; msgfmt terminates it with a NUL. */
static const char *
entry(const struct scop_messages *messages, uint32_t table, uint32_t index)
{
	const uint32_t length = word(messages, table + index * 8),
		       offset = word(messages, table + index * 8 + 4);

	return (uint64_t)offset + length < messages->size ? (const char *)messages->data + offset
							  : "";
}

/* A text and its translation, both in a .mo file. */
struct translated {
	const struct scop_names *names; /* of the module that asked; NULL: none */
	enum scop_language language;
	const char *original, *translation;
};

static bool
message(const struct scop_messages *messages, const char *text, struct translated *ret)
{
	uint32_t low = 0, high = word(messages, 8);
	const uint32_t originals = word(messages, 12), translations = word(messages, 16);

	while (low < high) {
		const uint32_t middle = (low + high) / 2;
		const char *original = entry(messages, originals, middle);
		const int order = strcmp(original, text);

		if (order == 0) {
			ret->original = original;
			ret->translation = entry(messages, translations, middle);
			return true;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static bool
in_names(const struct scop_names *names, const char *code, const char *text, struct translated *ret)
{
	for (const struct scop_messages *messages = names->messages; messages->language[0];
	     messages++)
		if (strcmp(messages->language, code) == 0)
			return message(messages, text, ret);
	return false;
}

/* The translation of the module or the frame; NULL if there is none. A page shows the same texts
 * again and again, so each has a place, by its address; what is there holds for any text that reads
 * the same. */
static const char *
look_up(const struct scop_names *names, enum scop_language language, const char *text)
{
	static struct translated known[KNOWN_TEXTS];
	struct translated *place =
	    &known[((uintptr_t)text * 0x9e3779b97f4a7c15u >> 32) % KNOWN_TEXTS];
	const char *code = scop_language_code(language);

	if (place->names == names && place->language == language &&
	    strcmp(place->original, text) == 0)
		return place->translation;
	struct translated found = { .names = names, .language = language };
	if (!in_names(names, code, text, &found) &&
	    !in_names(&scop_frame_names, code, text, &found))
		return NULL;
	*place = found;
	return found.translation;
}

const char *
scop_app_message(const struct scop_app *app, enum scop_language language, const char *text,
    const char *plural, long long count)
{
	const char *found = look_up(app->module->names, language, text);

	if (!found || !found[0])
		return NULL;
	if (plural && scop_language_plural(language, count))
		found += strlen(found) + 1; /* the plural follows the singular's NUL */
	return found;
}
