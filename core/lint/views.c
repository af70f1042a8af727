/* SPDX-License-Identifier: EUPL-1.2 */
/* Checks views against the routes and the names in their model. */
#include <string.h>

#include "lint/lint.h"
#include "lint/model.h"
#include "view/template.h"
#include "view/template_private.h"
#include "web/app.h"

/* An enclosing section, and the rows that it shows; NULL: anything. */
struct scope {
	const struct scope *outer;
	const struct scop_statement_source *rows;
};

struct walk {
	struct lint *lint;
	const struct lint_view *view;
	const struct lint_model *model;
	bool inside; /* other views include it, with other contexts */
};

static const struct lint_view *
own_view(const struct lint *lint, const char *name)
{
	for (size_t i = 0; i < lint->view_count; i++)
		if (strcmp(lint->views[i].name, name) == 0)
			return &lint->views[i];
	return NULL;
}

static bool
has_view(const struct lint *lint, const char *name)
{
	for (const struct scop_view *const *view = scop_frame_names.views; *view; view++)
		if (strcmp((*view)->name, name) == 0)
			return true;
	return own_view(lint, name) != NULL;
}

/* ---- links ---- */

/* The name under which a link finds the part: id for number in "one-order number=id". */
static const char *
name_for_part(struct scop_arena *arena, const char *words, const char *part, size_t length)
{
	for (const char *word = strchr(words, ' '); word; word = strchr(word, ' ')) {
		word++;
		if (strncmp(word, part, length) == 0 && word[length] == '=')
			return scop_arena_bytes(arena, word + length + 1,
			    strcspn(word + length + 1, " &?"));
	}
	return scop_arena_bytes(arena, part, length);
}

static bool
may_find(const struct walk *walk, const struct scope *scope, const char *name)
{
	const size_t first = strcspn(name, ".");

	if (!lint_model_has_word(walk->model, name, first))
		return false;
	if (name[first] || walk->inside)
		return true;
	for (; scope; scope = scope->outer)
		if (!scope->rows || lint_has_column(scope->rows, name))
			return true;
	return lint_model_has_scalar(walk->model, name);
}

static void
check_parts(const struct walk *walk, const struct scope *scope, const struct scop_node *node,
    const struct lint_route *route)
{
	for (const char *open = route->path; (open = strchr(open, '{')); open++) {
		const size_t length = strcspn(open + 1, "}");
		const char *name = name_for_part(walk->lint->arena, node->name, open + 1, length);

		if (!may_find(walk, scope, name))
			lint_error(walk->lint, walk->view->path, node->line,
			    "the address of '%s' is %s, and nothing here is named '%s'. Write "
			    "{{#link}}%s %.*s=NAME{{/link}} with the name of a column or value.",
			    route->name, route->path, name, route->name, (int)length, open + 1);
	}
}

static void
check_link(const struct walk *walk, const struct scope *scope, const struct scop_node *node)
{
	const size_t length = strcspn(node->name, " ");
	const struct lint_route *route = lint_route_named(walk->lint, node->name, length);
	bool posts = false;

	if (!route) {
		lint_error(walk->lint, walk->view->path, node->line, "no route is named '%.*s'",
		    (int)length, node->name);
		return;
	}
	for (size_t i = 0; i < walk->lint->route_count; i++)
		posts |= walk->lint->routes[i].post &&
		    strcmp(walk->lint->routes[i].name, route->name) == 0;
	if (node->kind == NODE_KEY && !posts)
		lint_error(walk->lint, walk->view->path, node->line,
		    "{{#key}}: route '%s' is no POST", route->name);
	else if (node->kind == NODE_LINK && route->stored)
		lint_error(walk->lint, walk->view->path, node->line,
		    "{{#link}}: route '%s' is .stored, and no address leads there", route->name);
	else if (node->kind == NODE_LINK)
		check_parts(walk, scope, node, route);
}

/* ---- fields and blocks ---- */

static void
check_field(const struct walk *walk, const struct scop_node *node)
{
	if (!lint_has_field(walk->lint, node->name) && !lint_has_row_field(walk->lint, node->name))
		lint_error(walk->lint, walk->view->path, node->line,
		    "no route has a field named '%s'", node->name);
}

static const struct scop_template *
template_of(const struct lint *lint, const char *name)
{
	const struct lint_view *own = own_view(lint, name);
	struct scop_error err;

	if (own)
		return own->template;
	for (const struct scop_view *const *view = scop_frame_names.views; *view; view++)
		if (strcmp((*view)->name, name) == 0)
			return scop_template_compile(lint->arena, name, (*view)->text,
			    (*view)->length, &err);
	return NULL;
}

enum { NESTED_MAX = 16 };

static bool
has_block(const struct lint *lint, const struct scop_node *nodes, const char *block, int depth)
{
	for (; nodes && depth < NESTED_MAX; nodes = nodes->next) {
		const bool draws = nodes->kind == NODE_PARTIAL || nodes->kind == NODE_PARENT;
		const struct scop_template *drawn = draws ? template_of(lint, nodes->name) : NULL;

		if ((nodes->kind == NODE_BLOCK && strcmp(nodes->name, block) == 0) ||
		    has_block(lint, nodes->children, block, depth + 1) ||
		    (drawn && has_block(lint, drawn->nodes, block, depth + 1)))
			return true;
	}
	return depth >= NESTED_MAX;
}

/* A block that the parent does not have is not shown at all. */
static void
check_blocks(const struct walk *walk, const struct scop_node *parent)
{
	const struct scop_template *template = template_of(walk->lint, parent->name);

	for (const struct scop_node *node = parent->children; template && node; node = node->next)
		if (node->kind == NODE_BLOCK &&
		    !has_block(walk->lint, template->nodes, node->name, 0))
			lint_error(walk->lint, walk->view->path, node->line,
			    "'%s' has no block '%s', so this is not shown", parent->name,
			    node->name);
}

/* ---- names ---- */

/* Traits that may follow a value's name: see docs/templates.md. */
static bool
is_trait(const char *part, size_t length)
{
	static const char *const traits[] = { "some", "count", "date", "clock", "local", "fours",
		"country", "plain", "amount" };

	for (size_t i = 0; i < sizeof traits / sizeof traits[0]; i++)
		if (strlen(traits[i]) == length && memcmp(traits[i], part, length) == 0)
			return true;
	return false;
}

static void
check_name(const struct walk *walk, const struct scop_node *node, const char *name)
{
	for (const char *part = name; *part;) {
		const size_t length = strcspn(part, ".");

		if (part != name && strncmp(part, "is.", 3) == 0)
			return; /* any word may follow */
		if (part != name && is_trait(part, length)) {
			part += length + (part[length] == '.');
			continue;
		}
		if (length > 0 && !lint_model_has_word(walk->model, part, length)) {
			lint_warning(walk->lint, walk->view->path, node->line,
			    "nothing puts a value '%.*s': it stays empty", (int)length, part);
			return;
		}
		part += length + (part[length] == '.');
	}
}

static void
check_text(const struct walk *walk, const struct scop_node *node)
{
	if (node->count)
		check_name(walk, node, node->count);
	for (const char *at = node->name; (at = strstr(at, "{{")); at += 2) {
		const char *name = at + 2 + strspn(at + 2, "{&# ^/ ");

		check_name(walk, node,
		    scop_arena_bytes(walk->lint->arena, name, strcspn(name, "} ")));
	}
}

static void check_nodes(const struct walk *walk, const struct scope *scope,
    const struct scop_node *nodes);

static void
check_section(const struct walk *walk, const struct scope *scope, const struct scop_node *node)
{
	const struct scope inner = { scope, lint_model_rows(walk->model, node->name) };

	check_name(walk, node, node->name);
	check_nodes(walk, &inner, node->children);
}

/* Arguments for blocks of one of the module's own views are rendered inside that view's sections.
 */
static void
check_partial(const struct walk *walk, const struct scope *scope, const struct scop_node *node)
{
	struct walk inner = *walk;

	if (!has_view(walk->lint, node->name))
		lint_error(walk->lint, walk->view->path, node->line, "there is no view named '%s'",
		    node->name);
	check_blocks(walk, node);
	inner.inside |= own_view(walk->lint, node->name) != NULL;
	check_nodes(&inner, scope, node->children);
}

static void
check_node(const struct walk *walk, const struct scope *scope, const struct scop_node *node)
{
	switch (node->kind) {
	case NODE_VARIABLE:
	case NODE_RAW:
		check_name(walk, node, node->name);
		break;
	case NODE_SECTION:
		check_section(walk, scope, node);
		break;
	case NODE_INVERTED:
		check_name(walk, node, node->name);
		check_nodes(walk, scope, node->children);
		break;
	case NODE_PARTIAL:
	case NODE_PARENT:
		check_partial(walk, scope, node);
		break;
	case NODE_TRANSLATE:
		check_text(walk, node);
		break;
	case NODE_LINK:
	case NODE_KEY:
		check_link(walk, scope, node);
		break;
	case NODE_FIELD:
		check_field(walk, node);
		check_nodes(walk, scope, node->children);
		break;
	default:
		check_nodes(walk, scope, node->children);
	}
}

static void
check_nodes(const struct walk *walk, const struct scope *scope, const struct scop_node *nodes)
{
	for (; nodes; nodes = nodes->next)
		if (!(nodes->kind == NODE_SECTION && strcmp(nodes->name, "asset") == 0))
			check_node(walk, scope, nodes);
}

struct search {
	const char *name;
	bool found;
};

static void
see(void *context, char kind, const char *name, const char *plural, unsigned line, unsigned column)
{
	struct search *search = context;

	(void)plural, (void)line, (void)column;
	search->found |= (kind == '>' || kind == '<') && strcmp(name, search->name) == 0;
}

static bool
is_inside(const struct lint *lint, const struct lint_view *view)
{
	struct search search = { view->name, false };

	for (size_t i = 0; i < lint->view_count; i++)
		scop_template_walk(lint->views[i].template, see, &search);
	return search.found;
}

void
lint_views(struct lint *lint)
{
	const struct lint_model *model = lint_model_read(lint);

	for (size_t i = 0; i < lint->view_count; i++) {
		const struct lint_view *view = &lint->views[i];
		const struct walk walk = { lint, view, model, is_inside(lint, view) };

		check_nodes(&walk, NULL, view->template->nodes);
	}
}
