/* SPDX-License-Identifier: EUPL-1.2 */
/* Adds versions to a catalogue, and withdraws them. See publish.h. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/json.h"
#include "base/value.h"
#include "package/archive.h"
#include "package/contract.h"
#include "package/files.h"
#include "package/package.h"
#include "package/pictures.h"
#include "package/publish_private.h"
#include "package/texts.h"

/* The package's translations of these texts. */
static json_t *
texts_of(struct scop_arena *arena, const struct scop_package *package, const char *const *english,
    size_t count)
{
	struct scop_buffer text;

	scop_buffer_init(&text, arena);
	scop_json_print(&text, scop_texts_of(arena, package->texts, english, count));
	return json_loads(scop_buffer_str(&text), 0, NULL);
}

/* The texts of one version. */
static json_t *
version_texts(struct scop_arena *arena, const struct scop_package *package)
{
	const struct scop_manifest *manifest = &package->manifest;
	const char **english =
	    scop_arena_alloc(arena, (manifest->personal_count + 1) * sizeof *english);
	size_t count = 0;

	english[count++] = manifest->changes;
	for (size_t i = 0; i < manifest->personal_count; i++)
		english[count++] = manifest->personal[i].title;
	return texts_of(arena, package, english, count);
}

/* The texts of the module, whatever its version. */
static json_t *
module_texts(struct scop_arena *arena, const struct scop_package *package)
{
	const struct scop_manifest *manifest = &package->manifest;
	const char **english =
	    scop_arena_alloc(arena, (manifest->picture_count + 2) * sizeof *english);
	size_t count = 0;

	english[count++] = manifest->title;
	english[count++] = manifest->summary;
	for (size_t i = 0; i < manifest->picture_count; i++)
		english[count++] = manifest->pictures[i].title;
	return texts_of(arena, package, english, count);
}

/* The module's rights on the host, in a form that is compared when a newer version asks for more.
 */
static json_t *
rights_of(const struct scop_manifest *manifest)
{
	json_t *rights = json_array();

	for (size_t i = 0; i < manifest->right_count; i++)
		json_array_append_new(rights, json_string(manifest->rights[i]));
	return rights;
}

static json_t *
needs_of(const struct scop_manifest *manifest)
{
	json_t *needs = json_array();

	for (size_t i = 0; i < manifest->need_count; i++)
		json_array_append_new(needs,
		    json_pack("{s:s, s:s}", "module", manifest->needs[i].module, "version",
			manifest->needs[i].range));
	return needs;
}

static json_t *
personal_of(const struct scop_manifest *manifest)
{
	json_t *list = json_array();

	for (size_t i = 0; i < manifest->personal_count; i++)
		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:s, s:i}", "table", manifest->personal[i].table, "title",
			manifest->personal[i].title, "columns", manifest->personal[i].columns,
			"months", (int)manifest->personal[i].months));
	return list;
}

static json_t *
contracts_of(struct scop_arena *arena, const struct scop_manifest *manifest)
{
	struct scop_buffer text;

	scop_buffer_init(&text, arena);
	scop_json_print(&text, scop_contracts_of(arena, manifest));
	return json_loads(scop_buffer_str(&text), 0, NULL);
}

struct addition {
	const char *file, *name, *channel;
	struct scop_package package;
	char sha256[SCOP_SHA256_TEXT];
	uint64_t size, unpacked;
	int level;
};

static json_t *
version_of(struct scop_publisher *publisher, const struct addition *addition)
{
	const struct scop_manifest *manifest = &addition->package.manifest;
	const char *file = scop_arena_printf(publisher->arena, "packages/%s", addition->name);
	json_t *entry = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:s, s:s, s:i, s:s}", "version",
	    manifest->version, "channel", addition->channel, "file", file, "sha256",
	    addition->sha256, "size", (json_int_t)addition->size, "unpacked",
	    (json_int_t)addition->unpacked, "api", addition->package.needs.api, "published",
	    scop_publisher_time(publisher->arena, time(NULL)), "generation",
	    (int)manifest->generation, "yanked", "");

	json_object_set_new(entry, "back", json_string(scop_back_name(manifest->back)));
	json_object_set_new(entry, "changes", json_string(manifest->changes));
	json_object_set_new(entry, "texts", version_texts(publisher->arena, &addition->package));
	json_object_set_new(entry, "license", json_string(manifest->license));
	json_object_set_new(entry, "rights", rights_of(manifest));
	json_object_set_new(entry, "needs", needs_of(manifest));
	json_object_set_new(entry, "personal", personal_of(manifest));
	json_object_set_new(entry, "contracts", contracts_of(publisher->arena, manifest));
	json_object_set_new(entry, "tariff",
	    json_pack("{s:I, s:s}", "cents", (json_int_t)manifest->tariff_cents, "currency",
		manifest->tariff_currency));
	return entry;
}

/* Taken from the package: the last one published decides for all versions. */
static bool
describe(struct scop_publisher *publisher, json_t *module, const struct scop_package *package,
    struct scop_error *err)
{
	const struct scop_manifest *manifest = &package->manifest;
	const char *folder = scop_publisher_path(publisher, "pictures"), *icon;
	struct scop_buffer text;

	mkdir(folder, 0755);
	const struct scop_value *pictures = scop_pictures_take(publisher->arena, package->folder,
	    &package->manifest, folder, &icon, err);
	if (!pictures)
		return false;
	scop_buffer_init(&text, publisher->arena);
	scop_json_print(&text, pictures);
	json_object_set_new(module, "icon", json_string(icon));
	json_object_set_new(module, "pictures", json_loads(scop_buffer_str(&text), 0, NULL));
	json_object_set_new(module, "title", json_string(manifest->title));
	json_object_set_new(module, "summary", json_string(manifest->summary));
	json_object_set_new(module, "texts", module_texts(publisher->arena, package));
	json_object_set_new(module, "category", json_string(manifest->category));
	return true;
}

static unsigned
granted_by_index(const void *context, const struct scop_package *package)
{
	return scop_grants_of(context, package->manifest.scop, package->manifest.name);
}

/* Unpacks and checks the package as a host does before it installs one. */
static bool
look_into(struct scop_publisher *publisher, struct addition *addition, const char *folder,
    struct scop_error *err)
{
	struct scop_arena *arena = publisher->arena;
	const struct scop_grants granted = scop_index_grants(arena, &publisher->index);
	const struct scop_granter granter = { .rights = granted_by_index, .context = &granted };
	struct stat status;
	uint64_t total = 0;

	if (stat(addition->file, &status) != 0)
		return scop_error_errno(err, "the package '%s' cannot be read", addition->file);
	if (status.st_size > SCOP_PACKAGE_BYTES_MAX)
		return scop_error_set(err, "the package is larger than %d bytes",
		    SCOP_PACKAGE_BYTES_MAX);
	addition->size = (uint64_t)status.st_size;
	if (!scop_sha256_file(addition->file, addition->sha256, err) ||
	    !scop_archive_unpack(addition->file, folder, SCOP_UNPACKED_BYTES_MAX, err) ||
	    !scop_package_open(arena, folder, &granter, &addition->package, err))
		return false;
	struct scop_files *files = scop_arena_alloc(arena, sizeof *files);
	if (!scop_files_list(arena, folder, files, err))
		return false;
	for (size_t i = 0; i < files->count; i++)
		if (stat(scop_arena_printf(arena, "%s/%s", folder, files->path[i]), &status) == 0)
			total += (uint64_t)status.st_size;
	addition->unpacked = total;
	addition->name = scop_arena_printf(arena, "%s-%s-" SCOP_PLATFORM ".scop",
	    addition->package.manifest.name, addition->package.manifest.version);
	return true;
}

/* Checks that the scop named in the manifest owns the module's name, and that one of its keys has
 * signed the package. */
static bool
vouched_for(struct scop_publisher *publisher, const struct addition *addition,
    struct scop_error *err)
{
	const struct scop_manifest *manifest = &addition->package.manifest;
	json_t *scop =
	    scop_publisher_find(json_object_get(publisher->root, "scops"), "name", manifest->scop);
	const char *signature = scop_files_read(publisher->arena,
	    scop_arena_printf(publisher->arena, "%s.minisig", addition->file), NULL, err);

	if (!scop)
		return scop_error_set(err, "the catalogue knows no scop '%s'", manifest->scop);
	if (!scop_publisher_owns(scop, manifest->name))
		return scop_error_set(err, "the name '%s' is not one of the scop '%s'",
		    manifest->name, manifest->scop);
	return signature &&
	    scop_index_check_package(&publisher->index, manifest->scop, signature, addition->file,
		err);
}

/* A version is published once: the same bytes may change their channel, other bytes need another
 * version. */
static bool
is_new_or_same(struct scop_publisher *publisher, const struct addition *addition,
    struct scop_error *err)
{
	const struct scop_manifest *manifest = &addition->package.manifest;
	json_t *module = scop_publisher_find(json_object_get(publisher->root, "modules"), "name",
	    manifest->name);
	json_t *there = module
	    ? scop_publisher_find(json_object_get(module, "versions"), "version", manifest->version)
	    : NULL;

	return !there ||
	    strcmp(json_string_value(json_object_get(there, "sha256")), addition->sha256) == 0 ||
	    scop_error_set(err,
		"%s %s has already been published with other bytes. Give the new ones another "
		"version.",
		manifest->name, manifest->version);
}

static bool
enter(struct scop_publisher *publisher, const struct addition *addition, struct scop_error *err)
{
	const struct scop_manifest *manifest = &addition->package.manifest;
	json_t *modules = json_object_get(publisher->root, "modules"),
	       *module = scop_publisher_find(modules, "name", manifest->name);

	if (!is_new_or_same(publisher, addition, err))
		return false;
	if (!module) {
		module = json_pack("{s:s, s:s, s:[], s:i}", "name", manifest->name, "scop",
		    manifest->scop, "versions", "used_by", 0);
		json_array_append_new(modules, module);
	}
	json_t *versions = json_object_get(module, "versions"),
	       *there = scop_publisher_find(versions, "version", manifest->version);
	if (!there) {
		there = version_of(publisher, addition);
		json_array_append_new(versions, there);
	}
	json_object_set_new(there, "channel", json_string(addition->channel));
	const json_int_t before = json_integer_value(json_object_get(there, "level"));
	json_object_set_new(there, "level",
	    json_integer(before > addition->level ? before : addition->level));
	return describe(publisher, module, &addition->package, err);
}

static bool
copy_once(struct scop_publisher *publisher, const char *from, const char *name,
    struct scop_error *err)
{
	const char *to = scop_publisher_path(publisher,
	    scop_arena_printf(publisher->arena, "packages/%s", name));

	/* left by an earlier try; nothing in the index refers to it, or it is the same */
	unlink(to);
	return scop_files_copy(from, to, err);
}

static const char *
work_folder(struct scop_publisher *publisher)
{
	const char *folder = scop_publisher_path(publisher,
	    scop_arena_printf(publisher->arena, ".look.%d", (int)getpid()));

	scop_files_remove(folder);
	return folder;
}

bool
scop_publisher_accepts(struct scop_publisher *publisher, const char *file, struct scop_error *err)
{
	struct addition addition = { .file = file };
	const char *folder = work_folder(publisher);
	const bool ok = look_into(publisher, &addition, folder, err) &&
	    vouched_for(publisher, &addition, err) && is_new_or_same(publisher, &addition, err);

	scop_files_remove(folder);
	return ok;
}

bool
scop_publisher_add(struct scop_publisher *publisher, const char *file, const char *channel,
    int level, struct scop_error *err)
{
	struct addition addition = { .file = file, .channel = channel, .level = level };
	const char *folder = work_folder(publisher);

	if (strcmp(channel, "stable") != 0 && strcmp(channel, "beta") != 0)
		return scop_error_set(err, "a channel is stable or beta, not '%.20s'", channel);
	const bool ok = look_into(publisher, &addition, folder, err) &&
	    vouched_for(publisher, &addition, err) && enter(publisher, &addition, err) &&
	    copy_once(publisher, file, addition.name, err) &&
	    copy_once(publisher, scop_arena_printf(publisher->arena, "%s.minisig", file),
		scop_arena_printf(publisher->arena, "%s.minisig", addition.name), err);
	scop_files_remove(folder);
	return ok;
}

bool
scop_publisher_yank(struct scop_publisher *publisher, const char *module, const char *version,
    const char *reason, struct scop_error *err)
{
	json_t *entry =
	    scop_publisher_find(json_object_get(publisher->root, "modules"), "name", module);
	json_t *found = entry
	    ? scop_publisher_find(json_object_get(entry, "versions"), "version", version)
	    : NULL;

	if (!found)
		return scop_error_set(err, "the catalogue has no version %.20s of '%.40s'", version,
		    module);
	if (!reason[0] || strlen(reason) > 200 || !scop_utf8_valid(reason, strlen(reason)))
		return scop_error_set(err,
		    "a reason of 1 to 200 bytes says why a version is withdrawn");
	json_object_set_new(found, "yanked",
	    json_string(scop_publisher_time(publisher->arena, time(NULL))));
	json_object_set_new(found, "reason", json_string(reason));
	return true;
}
