/* SPDX-License-Identifier: EUPL-1.2 */
/* The manifest: see manifest.h. The schema is compiled in, so that each host validates manifests by
 * its own schema. */
#include "package/manifest.h"

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "package/version.h"
#include "queue/schedule.h"

extern const char scop_module_xsd[]; /* generated from module.xsd by the build */

/* At least as many of each element as module.xsd allows; 20 roles of 100 permissions. */
enum {
	MANIFEST_BYTES_MAX = 200000,
	NODES_MAX = 200,
	GRANTS_MAX = 20 * 100,
	CHOICES_MAX = 20,
	COLUMNS_MAX = 60
};

struct complaint {
	const char *file;
	struct scop_error *err;
	bool told; /* the first one counts */
};

static void
complain(void *context, xmlErrorPtr error)
{
	struct complaint *complaint = context;
	char text[400];

	if (complaint->told)
		return;
	snprintf(text, sizeof text, "%s", error->message ? error->message : "not well-formed");
	text[strcspn(text, "\n")] = '\0';
	const bool translated = strstr(text, "attribute 'lang'");
	scop_error_set(complaint->err, "%s:%d: %s%s", complaint->file, error->line, text,
	    translated ? " Write it once, in English; the .po files below i18n translate it." : "");
	complaint->told = true;
}

/* The compiled module.xsd, by the first manifest and for all that follow. NULL without memory. */
static xmlSchemaPtr
module_schema(void)
{
	static xmlSchemaPtr schema;

	if (schema)
		return schema;
	xmlSchemaParserCtxtPtr parser =
	    xmlSchemaNewMemParserCtxt(scop_module_xsd, (int)strlen(scop_module_xsd));
	schema = parser ? xmlSchemaParse(parser) : NULL;
	xmlSchemaFreeParserCtxt(parser);
	return schema;
}

static bool
check_schema(xmlDocPtr doc, struct complaint *complaint)
{
	xmlSchemaPtr schema = module_schema();
	xmlSchemaValidCtxtPtr valid = schema ? xmlSchemaNewValidCtxt(schema) : NULL;
	bool ok = false;

	if (valid) {
		xmlSchemaSetValidStructuredErrors(valid, complain, complaint);
		ok = xmlSchemaValidateDoc(valid, doc) == 0;
	}
	xmlSchemaFreeValidCtxt(valid);
	return ok;
}

static const char *
attribute(struct scop_arena *arena, xmlNodePtr node, const char *name)
{
	xmlChar *value = xmlGetProp(node, (const xmlChar *)name);
	const char *copy = scop_arena_text(arena, value ? (const char *)value : "");

	xmlFree(value);
	return copy;
}

static bool
is(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

/* The text of a child element, with white space collapsed as in the schema; "" if there is none. */
static const char *
child_text(struct scop_arena *arena, xmlNodePtr parent, const char *element)
{
	struct scop_buffer out;

	scop_buffer_init(&out, arena);
	for (xmlNodePtr node = parent->children; node; node = node->next) {
		if (!is(node, element))
			continue;
		xmlChar *content = xmlNodeGetContent(node);
		char *save, *word = strtok_r((char *)content, " \t\r\n", &save);

		for (; word; word = strtok_r(NULL, " \t\r\n", &save))
			scop_buffer_printf(&out, "%s%s", out.length ? " " : "", word);
		xmlFree(content);
	}
	return scop_buffer_str(&out);
}

/* ---- the elements: each function adds one to its list ---- */

static void
take_permission(struct scop_arena *arena, xmlNodePtr node, struct scop_manifest *manifest)
{
	struct scop_manifest_permission *permission =
	    &manifest->permissions[manifest->permission_count++];

	permission->name = attribute(arena, node, "name");
	permission->title = child_text(arena, node, "title");
}

static void
take_role(struct scop_arena *arena, xmlNodePtr role, struct scop_manifest *manifest)
{
	manifest->roles[manifest->role_count++] =
	    (struct scop_manifest_role){ attribute(arena, role, "name"),
		    child_text(arena, role, "title") };
	for (xmlNodePtr may = role->children; may; may = may->next)
		if (is(may, "may"))
			manifest->grants[manifest->grant_count++] =
			    (struct scop_manifest_grant){ attribute(arena, role, "name"),
				    attribute(arena, may, "permission") };
}

static void
take_job(struct scop_arena *arena, xmlNodePtr node, struct scop_manifest *manifest)
{
	struct scop_manifest_job *job = &manifest->jobs[manifest->job_count++];
	const char *at = attribute(arena, node, "at"), *on = attribute(arena, node, "on"),
		   *every = attribute(arena, node, "every");

	job->name = attribute(arena, node, "name");
	/* The rule's parser refuses attributes that exclude each other. */
	job->rule = scop_arena_printf(arena, "%s%s%s%s%s%s", at[0] ? "at " : "", at,
	    on[0] ? " on " : "", on, every[0] ? "every " : "", every);
	job->title = child_text(arena, node, "title");
}

static void
take_entry(struct scop_arena *arena, xmlNodePtr node, struct scop_manifest_menu *entry)
{
	entry->path = attribute(arena, node, "path");
	entry->permission = attribute(arena, node, "permission");
	entry->icon = attribute(arena, node, "icon");
	entry->place = (unsigned)atoi(attribute(arena, node, "place"));
	entry->title = child_text(arena, node, "title");
}

static void
take_menu(struct scop_arena *arena, xmlNodePtr node, struct scop_manifest *manifest)
{
	take_entry(arena, node, &manifest->menu[manifest->menu_count++]);
}

static void
take_tile(struct scop_arena *arena, xmlNodePtr node, struct scop_manifest *manifest)
{
	take_entry(arena, node, &manifest->tiles[manifest->tile_count++]);
}

static void
take_picture(struct scop_arena *arena, xmlNodePtr node, struct scop_manifest *manifest)
{
	struct scop_manifest_picture *picture = &manifest->pictures[manifest->picture_count++];

	picture->file = attribute(arena, node, "file");
	picture->title = child_text(arena, node, "title");
}

static void
take_setting(struct scop_arena *arena, xmlNodePtr node, struct scop_manifest *manifest)
{
	struct scop_manifest_setting *setting = &manifest->settings[manifest->setting_count++];

	*setting = (struct scop_manifest_setting){ .name = attribute(arena, node, "name"),
		.type = attribute(arena, node, "type"),
		.standard = attribute(arena, node, "standard"),
		.title = child_text(arena, node, "title"),
		.choices = scop_arena_alloc(arena, CHOICES_MAX * sizeof *setting->choices),
		.low = atoi(attribute(arena, node, "low")),
		.high = atoi(attribute(arena, node, "high")) };
	for (xmlNodePtr choice = node->children; choice; choice = choice->next)
		if (is(choice, "choice"))
			setting->choices[setting->choice_count++] =
			    (struct scop_manifest_choice){ attribute(arena, choice, "value"),
				    child_text(arena, choice, "title") };
}

static void
take_write(struct scop_arena *arena, xmlNodePtr node, struct scop_manifest *manifest)
{
	manifest->writes[manifest->write_count++] =
	    (struct scop_manifest_write){ attribute(arena, node, "table"),
		    attribute(arena, node, "rights") };
}

static void
take_orders(struct scop_arena *arena, xmlNodePtr node, struct scop_manifest *manifest)
{
	(void)arena, (void)node;
	manifest->orders = true;
}

static void
take_accounts(struct scop_arena *arena, xmlNodePtr node, struct scop_manifest *manifest)
{
	(void)arena, (void)node;
	manifest->accounts = true;
}

static void
take_emitted(struct scop_arena *arena, xmlNodePtr node, struct scop_manifest *manifest)
{
	manifest->emits[manifest->emit_count++] = attribute(arena, node, "event");
}

static void
take_taken(struct scop_arena *arena, xmlNodePtr node, struct scop_manifest *manifest)
{
	manifest->takes[manifest->take_count++] =
	    (struct scop_manifest_take){ attribute(arena, node, "event"),
		    attribute(arena, node, "job") };
}

static bool
is_true(struct scop_arena *arena, xmlNodePtr node, const char *name)
{
	const char *value = attribute(arena, node, name);

	return strcmp(value, "true") == 0 || strcmp(value, "1") == 0;
}

static struct scop_manifest_read
read_of(struct scop_arena *arena, xmlNodePtr node, const char *module)
{
	struct scop_manifest_read read = { .module = module,
		.name = attribute(arena, node, "read"),
		.version = (unsigned)atoi(attribute(arena, node, "version")),
		.optional = is_true(arena, node, "optional"),
		.columns = scop_arena_alloc(arena, COLUMNS_MAX * sizeof *read.columns) };

	for (xmlNodePtr column = node->children; column; column = column->next)
		if (is(column, "column"))
			read.columns[read.column_count++] =
			    (struct scop_manifest_column){ attribute(arena, column, "name"),
				    attribute(arena, column, "type") };
	return read;
}

static void
take_offer(struct scop_arena *arena, xmlNodePtr node, struct scop_manifest *manifest)
{
	manifest->offers[manifest->offer_count++] = read_of(arena, node, manifest->name);
}

static void
take_use(struct scop_arena *arena, xmlNodePtr node, struct scop_manifest *manifest)
{
	manifest->uses[manifest->use_count++] =
	    read_of(arena, node, attribute(arena, node, "module"));
}

static struct scop_manifest_command
command_of(struct scop_arena *arena, xmlNodePtr node, const char *module)
{
	struct scop_manifest_command command = { .module = module,
		.name = attribute(arena, node, "command"),
		.version = (unsigned)atoi(attribute(arena, node, "version")),
		.optional = is_true(arena, node, "optional"),
		.job = attribute(arena, node, "job"),
		.given = scop_arena_alloc(arena, COLUMNS_MAX * sizeof *command.given) };

	for (xmlNodePtr given = node->children; given; given = given->next)
		if (is(given, "given"))
			command.given[command.given_count++] =
			    (struct scop_manifest_given){ attribute(arena, given, "name"),
				    attribute(arena, given, "type"),
				    is_true(arena, given, "optional") };
	return command;
}

static void
take_accepted(struct scop_arena *arena, xmlNodePtr node, struct scop_manifest *manifest)
{
	manifest->accepts[manifest->accept_count++] = command_of(arena, node, manifest->name);
}

static void
take_sent(struct scop_arena *arena, xmlNodePtr node, struct scop_manifest *manifest)
{
	manifest->sends[manifest->send_count++] =
	    command_of(arena, node, attribute(arena, node, "module"));
}

const char *
scop_command_name(struct scop_arena *arena, const struct scop_manifest_command *command)
{
	return scop_arena_printf(arena, "%s:%s_%u", command->module, command->name,
	    command->version);
}

static void
take_call(struct scop_arena *arena, xmlNodePtr node, struct scop_manifest *manifest)
{
	const char *port = attribute(arena, node, "port");

	manifest->calls[manifest->call_count++] =
	    (struct scop_manifest_call){ attribute(arena, node, "host"),
		    port[0] ? (unsigned)atoi(port) : 443 };
}

static void
take_need(struct scop_arena *arena, xmlNodePtr node, struct scop_manifest *manifest)
{
	manifest->needs[manifest->need_count++] =
	    (struct scop_need){ attribute(arena, node, "module"),
		    attribute(arena, node, "version") };
}

static void
take_personal(struct scop_arena *arena, xmlNodePtr node, struct scop_manifest *manifest)
{
	manifest->personal[manifest->personal_count++] =
	    (struct scop_manifest_personal){ attribute(arena, node, "table"),
		    attribute(arena, node, "columns"), child_text(arena, node, "title"),
		    (unsigned)atoi(attribute(arena, node, "months")) };
}

static void
take_kept(struct scop_arena *arena, xmlNodePtr node, struct scop_manifest *manifest)
{
	manifest->keeps[manifest->keep_count++] =
	    (struct scop_manifest_keep){ attribute(arena, node, "table"),
		    attribute(arena, node, "update") };
}

static const char *const backs[] = { [SCOP_BACK_KEPT] = "kept",
	[SCOP_BACK_EXPORTED] = "exported",
	[SCOP_BACK_LOST] = "lost" };

const char *
scop_back_name(enum scop_back back)
{
	return backs[back];
}

static void
take_generation(struct scop_arena *arena, xmlNodePtr node, struct scop_manifest *manifest)
{
	const char *back = attribute(arena, node, "back");

	manifest->generation = (unsigned)atoi(attribute(arena, node, "number"));
	for (manifest->back = SCOP_BACK_KEPT;
	     manifest->back < SCOP_BACK_LOST && strcmp(back, backs[manifest->back]) != 0;)
		manifest->back++;
}

static void
take_tariff(struct scop_arena *arena, xmlNodePtr node, struct scop_manifest *manifest)
{
	const char *currency = attribute(arena, node, "currency");

	manifest->tariff_cents = atoi(attribute(arena, node, "cents"));
	manifest->tariff_currency = currency[0] ? currency : "EUR";
}

/* Title, summary and changes have been read before. */
static const struct element {
	const char *name;
	void (*take)(struct scop_arena *arena, xmlNodePtr node, struct scop_manifest *manifest);
} elements[] = {
	{ "permission", take_permission },
	{ "role", take_role },
	{ "menu", take_menu },
	{ "picture", take_picture },
	{ "tile", take_tile },
	{ "setting", take_setting },
	{ "writes", take_write },
	{ "orders", take_orders },
	{ "accounts", take_accounts },
	{ "job", take_job },
	{ "emits", take_emitted },
	{ "takes", take_taken },
	{ "offers", take_offer },
	{ "uses", take_use },
	{ "accepts", take_accepted },
	{ "sends", take_sent },
	{ "calls", take_call },
	{ "needs", take_need },
	{ "personal", take_personal },
	{ "keeps", take_kept },
	{ "generation", take_generation },
	{ "tariff", take_tariff },
};

/* The schema limits the number of each. */
static void
make_room(struct scop_arena *arena, struct scop_manifest *manifest)
{
	manifest->needs = scop_arena_alloc(arena, NODES_MAX * sizeof *manifest->needs);
	manifest->pictures = scop_arena_alloc(arena, NODES_MAX * sizeof *manifest->pictures);
	manifest->personal = scop_arena_alloc(arena, NODES_MAX * sizeof *manifest->personal);
	manifest->keeps = scop_arena_alloc(arena, NODES_MAX * sizeof *manifest->keeps);
	manifest->permissions = scop_arena_alloc(arena, NODES_MAX * sizeof *manifest->permissions);
	manifest->roles = scop_arena_alloc(arena, NODES_MAX * sizeof *manifest->roles);
	manifest->grants = scop_arena_alloc(arena, GRANTS_MAX * sizeof *manifest->grants);
	manifest->menu = scop_arena_alloc(arena, NODES_MAX * sizeof *manifest->menu);
	manifest->tiles = scop_arena_alloc(arena, NODES_MAX * sizeof *manifest->tiles);
	manifest->settings = scop_arena_alloc(arena, NODES_MAX * sizeof *manifest->settings);
	manifest->writes = scop_arena_alloc(arena, NODES_MAX * sizeof *manifest->writes);
	manifest->jobs = scop_arena_alloc(arena, NODES_MAX * sizeof *manifest->jobs);
	manifest->emits = scop_arena_alloc(arena, NODES_MAX * sizeof *manifest->emits);
	manifest->takes = scop_arena_alloc(arena, NODES_MAX * sizeof *manifest->takes);
	manifest->offers = scop_arena_alloc(arena, NODES_MAX * sizeof *manifest->offers);
	manifest->uses = scop_arena_alloc(arena, NODES_MAX * sizeof *manifest->uses);
	manifest->accepts = scop_arena_alloc(arena, NODES_MAX * sizeof *manifest->accepts);
	manifest->sends = scop_arena_alloc(arena, NODES_MAX * sizeof *manifest->sends);
	manifest->calls = scop_arena_alloc(arena, NODES_MAX * sizeof *manifest->calls);
}

static void
take(struct scop_arena *arena, xmlNodePtr root, struct scop_manifest *manifest)
{
	*manifest = (struct scop_manifest){ .name = attribute(arena, root, "name"),
		.version = attribute(arena, root, "version"),
		.scop = attribute(arena, root, "scop"),
		.category = attribute(arena, root, "category"),
		.license = attribute(arena, root, "license"),
		.tariff_currency = "EUR",
		.generation = 1 };
	if (!manifest->category[0])
		manifest->category = "office";
	make_room(arena, manifest);
	manifest->title = child_text(arena, root, "title");
	manifest->summary = child_text(arena, root, "summary");
	manifest->changes = child_text(arena, root, "changes");
	for (xmlNodePtr node = root->children; node; node = node->next)
		for (size_t i = 0; i < sizeof elements / sizeof elements[0]; i++)
			if (is(node, elements[i].name))
				elements[i].take(arena, node, manifest);
}

/* Lists the rights that a newer version needs a grant for. */
static void
list_rights(struct scop_arena *arena, struct scop_manifest *manifest)
{
	manifest->rights = scop_arena_alloc(arena,
	    (manifest->call_count + manifest->write_count + manifest->take_count +
		manifest->use_count + manifest->send_count + 2) *
		sizeof *manifest->rights);
	for (size_t i = 0; i < manifest->call_count; i++)
		manifest->rights[manifest->right_count++] = scop_arena_printf(arena, "calls %s:%u",
		    manifest->calls[i].host, manifest->calls[i].port);
	for (size_t i = 0; i < manifest->write_count; i++)
		manifest->rights[manifest->right_count++] = scop_arena_printf(arena,
		    "writes %s (%s)", manifest->writes[i].table, manifest->writes[i].rights);
	for (size_t i = 0; i < manifest->take_count; i++)
		manifest->rights[manifest->right_count++] =
		    scop_arena_printf(arena, "takes %s", manifest->takes[i].event);
	for (size_t i = 0; i < manifest->use_count; i++)
		manifest->rights[manifest->right_count++] = scop_arena_printf(arena, "reads %s.%s",
		    manifest->uses[i].module, manifest->uses[i].name);
	for (size_t i = 0; i < manifest->send_count; i++)
		manifest->rights[manifest->right_count++] = scop_arena_printf(arena, "asks %s.%s",
		    manifest->sends[i].module, manifest->sends[i].name);
	if (manifest->orders)
		manifest->rights[manifest->right_count++] = "orders";
	if (manifest->accounts)
		manifest->rights[manifest->right_count++] = "accounts";
}

static bool
has_job(const struct scop_manifest *manifest, const char *name)
{
	for (size_t i = 0; i < manifest->job_count; i++)
		if (strcmp(manifest->jobs[i].name, name) == 0)
			return true;
	return false;
}

static bool
check_work(const char *file, const struct scop_manifest *manifest, struct scop_error *err)
{
	for (size_t i = 0; i < manifest->job_count; i++) {
		const struct scop_manifest_job *job = &manifest->jobs[i];
		struct scop_schedule schedule;

		if (job->rule[0] && !scop_schedule_parse(job->rule, &schedule))
			return scop_error_set(err,
			    "%s: job '%s' needs either 'every', or 'at' with an optional 'on'",
			    file, job->name);
	}
	for (size_t i = 0; i < manifest->take_count; i++)
		if (!has_job(manifest, manifest->takes[i].job))
			return scop_error_set(err,
			    "%s: event '%s' is for job '%s', which is not declared", file,
			    manifest->takes[i].event, manifest->takes[i].job);
	for (size_t i = 0; i < manifest->accept_count; i++)
		if (!has_job(manifest, manifest->accepts[i].job))
			return scop_error_set(err,
			    "%s: command '%s' is for job '%s', which is not declared", file,
			    manifest->accepts[i].name, manifest->accepts[i].job);
	return true;
}

static bool
has_need(const struct scop_manifest *manifest, const char *module)
{
	for (size_t i = 0; i < manifest->need_count; i++)
		if (strcmp(manifest->needs[i].module, module) == 0)
			return true;
	return false;
}

static bool
check_columns(const char *file, const struct scop_manifest_read *read, struct scop_error *err)
{
	for (size_t i = 0; i < read->column_count; i++) {
		const struct scop_manifest_column *column = &read->columns[i];
		const size_t length = strlen(column->name);
		const bool cents = length > 6 && strcmp(column->name + length - 6, "_cents") == 0;

		if (cents != (strcmp(column->type, "money") == 0))
			return scop_error_set(err,
			    "%s: column '%s' of %s.%s: money, and nothing else, has a name that "
			    "ends in _cents",
			    file, column->name, read->module, read->name);
	}
	return true;
}

/* A read or command of another module is optional unless the module needs that one. */
static bool
check_other(const char *file, const struct scop_manifest *manifest, const char *module,
    const char *kind, const char *name, bool optional, struct scop_error *err)
{
	if (strcmp(module, manifest->name) == 0)
		return scop_error_set(err, "%s: it uses its own %s '%s'", file, kind, name);
	if (optional == has_need(manifest, module))
		return scop_error_set(err,
		    optional ? "%s: it needs '%s', so its %s '%s' is not optional"
			     : "%s: it needs no module '%s', so its %s '%s' is optional: write "
			       "needs, or optional=\"true\"",
		    file, module, kind, name);
	return true;
}

static bool
check_contracts(const char *file, const struct scop_manifest *manifest, struct scop_error *err)
{
	for (size_t i = 0; i < manifest->offer_count; i++)
		if (!check_columns(file, &manifest->offers[i], err))
			return false;
	for (size_t i = 0; i < manifest->use_count; i++) {
		const struct scop_manifest_read *use = &manifest->uses[i];

		if (!check_columns(file, use, err) ||
		    !check_other(file, manifest, use->module, "read", use->name, use->optional,
			err))
			return false;
	}
	for (size_t i = 0; i < manifest->send_count; i++) {
		const struct scop_manifest_command *sent = &manifest->sends[i];

		if (!check_other(file, manifest, sent->module, "command", sent->name,
			sent->optional, err))
			return false;
	}
	return true;
}

/* Checks the constraints that a schema cannot express. */
static bool
check_sense(const char *file, const struct scop_manifest *manifest, struct scop_error *err)
{
	const size_t length = strlen(manifest->name);

	for (size_t i = 0; i < manifest->need_count; i++)
		if (!scop_range_valid(manifest->needs[i].range) ||
		    strcmp(manifest->needs[i].module, manifest->name) == 0)
			return scop_error_set(err,
			    "%s: it needs '%s' in '%s', which is not a range of another module's "
			    "versions, such as '^1.4'",
			    file, manifest->needs[i].module, manifest->needs[i].range);
	for (size_t i = 0; i < manifest->grant_count; i++)
		if (strncmp(manifest->grants[i].permission, manifest->name, length) != 0 ||
		    manifest->grants[i].permission[length] != '.')
			return scop_error_set(err,
			    "%s: role '%s' may have permissions of '%s' only, not '%s'", file,
			    manifest->grants[i].role, manifest->name,
			    manifest->grants[i].permission);
	for (size_t i = 0; i < manifest->permission_count; i++)
		if (strncmp(manifest->permissions[i].name, manifest->name, length) != 0 ||
		    manifest->permissions[i].name[length] != '.')
			return scop_error_set(err, "%s: permission '%s' has to begin with '%s.'",
			    file, manifest->permissions[i].name, manifest->name);
	return check_contracts(file, manifest, err) && check_work(file, manifest, err);
}

bool
scop_manifest_parse(struct scop_arena *arena, const char *name, const char *text, size_t length,
    struct scop_manifest *ret_manifest, struct scop_error *err)
{
	struct complaint complaint = { name, err, false };
	bool ok = false;

	if (length > MANIFEST_BYTES_MAX)
		return scop_error_set(err, "%s: larger than %d bytes", name, MANIFEST_BYTES_MAX);
	xmlSetStructuredErrorFunc(&complaint, complain);
	xmlDocPtr doc = xmlReadMemory(text, (int)length, name, NULL, XML_PARSE_NONET);
	if (!doc && !complaint.told)
		scop_error_set(err, "%s: not well-formed", name);
	if (doc && xmlGetIntSubset(doc))
		scop_error_set(err, "%s: a DOCTYPE is refused", name);
	else if (doc && check_schema(doc, &complaint)) {
		take(arena, xmlDocGetRootElement(doc), ret_manifest);
		list_rights(arena, ret_manifest);
		ok = check_sense(name, ret_manifest, err);
	}
	xmlFreeDoc(doc);
	xmlSetStructuredErrorFunc(NULL, NULL);
	return ok;
}

bool
scop_manifest_read(struct scop_arena *arena, const char *file, struct scop_manifest *ret_manifest,
    struct scop_error *err)
{
	struct scop_buffer text;
	char block[4096];
	size_t got;
	FILE *stream = fopen(file, "rb");

	if (!stream)
		return scop_error_errno(err, "the manifest '%s' cannot be read", file);
	scop_buffer_init(&text, arena);
	while (
	    (got = fread(block, 1, sizeof block, stream)) > 0 && text.length <= MANIFEST_BYTES_MAX)
		scop_buffer_add(&text, block, got);
	fclose(stream);
	return scop_manifest_parse(arena, file, scop_buffer_str(&text), text.length, ret_manifest,
	    err);
}
