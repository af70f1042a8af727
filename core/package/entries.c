/* SPDX-License-Identifier: EUPL-1.2 */
/* Changes the entries of a catalogue: scops and their keys, versions, usage counts. See publish.h.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/json.h"
#include "base/value.h"
#include "package/archive.h"
#include "package/files.h"
#include "package/package.h"
#include "package/pictures.h"
#include "package/publish_private.h"
#include "package/texts.h"

enum { TITLE_MAX = 100, TENANTS_MAX = 1000000 };

/* ---- scops and keys ---- */

static json_t *
find(json_t *list, const char *key, const char *text)
{
	json_t *item;
	size_t i;

	json_array_foreach (list, i, item)
		if (strcmp(json_string_value(json_object_get(item, key)), text) == 0)
			return item;
	return NULL;
}

static bool
owned_by_other(json_t *scops, const char *scop, const char *module)
{
	json_t *item, *name;
	size_t i, m;

	json_array_foreach (scops, i, item)
		if (strcmp(json_string_value(json_object_get(item, "name")), scop) != 0)
			json_array_foreach (json_object_get(item, "modules"), m, name)
				if (strcmp(json_string_value(name), module) == 0)
					return true;
	return false;
}

static bool
owns(json_t *scop, const char *module)
{
	json_t *name;
	size_t m;

	json_array_foreach (json_object_get(scop, "modules"), m, name)
		if (strcmp(json_string_value(name), module) == 0)
			return true;
	return false;
}

static bool
add_names(json_t *scops, json_t *scop, const char *name, const char *modules,
    struct scop_error *err)
{
	char list[1000], *save;

	if ((size_t)snprintf(list, sizeof list, "%s", modules) >= sizeof list)
		return scop_error_set(err, "too many modules at once");
	for (char *module = strtok_r(list, ", ", &save); module;
	     module = strtok_r(NULL, ", ", &save)) {
		if (strlen(module) < 3 || strlen(module) > 24 ||
		    module[strspn(module, "abcdefghijklmnopqrstuvwxyz0123456789_")])
			return scop_error_set(err,
			    "module name '%.40s' is not 3 to 24 of a-z, 0-9 and '_'", module);
		if (owned_by_other(scops, name, module))
			return scop_error_set(err, "the name '%s' is another scop's", module);
		if (!owns(scop, module))
			json_array_append_new(json_object_get(scop, "modules"),
			    json_string(module));
	}
	return true;
}

bool
scop_publisher_scop(struct scop_publisher *publisher, const char *name, const char *title,
    const struct scop_public_key *key, const char *modules, struct scop_error *err)
{
	json_t *scops = json_object_get(publisher->root, "scops"),
	       *scop = find(scops, "name", name);

	if (strlen(name) < 2 || strlen(name) > 31 || !islower((unsigned char)name[0]) ||
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")])
		return scop_error_set(err,
		    "a scop's name is 2 to 31 of a-z, 0-9 and '-', a letter first");
	if (title &&
	    (!title[0] || strlen(title) > TITLE_MAX || !scop_utf8_valid(title, strlen(title))))
		return scop_error_set(err, "a scop's title is 1 to %d bytes of UTF-8", TITLE_MAX);
	if (!scop && !title)
		return scop_error_set(err, "there is no scop '%s' yet; give its --title", name);
	if (!scop) {
		scop = json_pack("{s:s, s:[], s:[]}", "name", name, "keys", "modules");
		json_array_append_new(scops, scop);
	}
	if (title)
		json_object_set_new(scop, "title", json_string(title));
	if (key) {
		char text[SCOP_MINISIGN_KEY_TEXT], id[SCOP_MINISIGN_ID_TEXT];

		scop_public_key_print(key, text);
		scop_key_id_print(key->id, id);
		if (find(json_object_get(scop, "keys"), "id", id))
			return scop_error_set(err, "the scop '%s' has the key %s already", name,
			    id);
		json_array_append_new(json_object_get(scop, "keys"),
		    json_pack("{s:s, s:s, s:s}", "id", id, "key", text, "revoked", ""));
	}
	return !modules || add_names(scops, scop, name, modules, err);
}

bool
scop_publisher_revoke(struct scop_publisher *publisher, const char *name, const char *key_id,
    struct scop_error *err)
{
	json_t *scop = find(json_object_get(publisher->root, "scops"), "name", name);
	json_t *key = scop ? find(json_object_get(scop, "keys"), "id", key_id) : NULL;

	if (!key)
		return scop_error_set(err, "the scop '%.40s' has no key %.40s", name, key_id);
	if (json_string_length(json_object_get(key, "revoked")) > 0)
		return scop_error_set(err, "the key %s was taken away on %s", key_id,
		    json_string_value(json_object_get(key, "revoked")));
	json_object_set_new(key, "revoked",
	    json_string(scop_publisher_time(publisher->arena, time(NULL))));
	return true;
}

static json_t *
rights_list(unsigned rights)
{
	json_t *list = json_array();

	for (unsigned right = 1; right <= SCOP_GRANTS_ALL; right <<= 1)
		if (rights & right)
			json_array_append_new(list, json_string(scop_grant_name(right)));
	return list;
}

bool
scop_publisher_grant(struct scop_publisher *publisher, const char *name, const char *module,
    unsigned rights, struct scop_error *err)
{
	json_t *scop = find(json_object_get(publisher->root, "scops"), "name", name);

	if (!scop || !owns(scop, module))
		return scop_error_set(err, "the scop '%.40s' has no module '%.40s'", name, module);
	json_t *grants = json_object_get(scop, "grants"), *grant;
	if (!grants) {
		grants = json_array();
		json_object_set_new(scop, "grants", grants);
	}
	for (size_t i = json_array_size(grants); i-- > 0;)
		if (strcmp(json_string_value(json_object_get(json_array_get(grants, i), "module")),
			module) == 0)
			json_array_remove(grants, i);
	if (rights == 0)
		return true;
	grant = json_pack("{s:s, s:o}", "module", module, "rights", rights_list(rights));
	return json_array_append_new(grants, grant) == 0;
}

/* ---- versions ---- */

/* Translations of these texts of the package. */
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

	static const char *const backs[] = { [SCOP_BACK_KEPT] = "kept",
		[SCOP_BACK_EXPORTED] = "exported",
		[SCOP_BACK_LOST] = "lost" };

	json_object_set_new(entry, "back", json_string(backs[manifest->back]));
	json_object_set_new(entry, "changes", json_string(manifest->changes));
	json_object_set_new(entry, "texts", version_texts(publisher->arena, &addition->package));
	json_object_set_new(entry, "license", json_string(manifest->license));
	json_object_set_new(entry, "rights", rights_of(manifest));
	json_object_set_new(entry, "needs", needs_of(manifest));
	json_object_set_new(entry, "personal", personal_of(manifest));
	json_object_set_new(entry, "tariff",
	    json_pack("{s:I, s:s}", "cents", (json_int_t)manifest->tariff_cents, "currency",
		manifest->tariff_currency));
	return entry;
}

/* As the package says it, which the last one published does for all versions. */
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

/* Unpacks and checks as a host would before it installs. */
static bool
look_into(struct scop_publisher *publisher, struct addition *addition, const char *folder,
    struct scop_error *err)
{
	struct scop_arena *arena = publisher->arena;
	const struct scop_grants granted = scop_index_grants(arena, &publisher->index);
	const struct scop_granter granter = { granted_by_index, &granted };
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

/* That the scop which the manifest names owns the module's name, and that one of its keys has
 * signed. */
static bool
vouched_for(struct scop_publisher *publisher, const struct addition *addition,
    struct scop_error *err)
{
	const struct scop_manifest *manifest = &addition->package.manifest;
	json_t *scop = find(json_object_get(publisher->root, "scops"), "name", manifest->scop);
	const char *signature = scop_files_read(publisher->arena,
	    scop_arena_printf(publisher->arena, "%s.minisig", addition->file), NULL, err);

	if (!scop)
		return scop_error_set(err, "the catalogue knows no scop '%s'", manifest->scop);
	if (!owns(scop, manifest->name))
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
	json_t *module = find(json_object_get(publisher->root, "modules"), "name", manifest->name);
	json_t *there =
	    module ? find(json_object_get(module, "versions"), "version", manifest->version) : NULL;

	return !there ||
	    strcmp(json_string_value(json_object_get(there, "sha256")), addition->sha256) == 0 ||
	    scop_error_set(err,
		"%s %s was published already with other bytes. Give the new ones a version of "
		"their own.",
		manifest->name, manifest->version);
}

static bool
enter(struct scop_publisher *publisher, const struct addition *addition, struct scop_error *err)
{
	const struct scop_manifest *manifest = &addition->package.manifest;
	json_t *modules = json_object_get(publisher->root, "modules"),
	       *module = find(modules, "name", manifest->name);

	if (!is_new_or_same(publisher, addition, err))
		return false;
	if (!module) {
		module = json_pack("{s:s, s:s, s:[], s:i}", "name", manifest->name, "scop",
		    manifest->scop, "versions", "used_by", 0);
		json_array_append_new(modules, module);
	}
	json_t *versions = json_object_get(module, "versions"),
	       *there = find(versions, "version", manifest->version);
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

	/* what an earlier try has left; nothing in the index leads to it, or it is the same */
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
	json_t *entry = find(json_object_get(publisher->root, "modules"), "name", module);
	json_t *found = entry ? find(json_object_get(entry, "versions"), "version", version) : NULL;

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

/* ---- how many use what ---- */

/* Whose count the file is, by its signature, and that it is newer than the one that is there; NULL
 * with the reason. */
static const char *
whose_count(struct scop_publisher *publisher, const char *file, json_t *count,
    struct scop_error *err)
{
	struct scop_arena *arena = publisher->arena;
	const char *signature =
	    scop_files_read(arena, scop_arena_printf(arena, "%s.minisig", file), NULL, err);
	struct scop_public_key key;
	const char *scop =
	    signature ? scop_index_signer(&publisher->index, signature, &key, err) : NULL;

	if (!scop || !scop_signature_check_file(&key, signature, file, err))
		return NULL;
	json_t *before = json_load_file(scop_publisher_path(publisher,
					    scop_arena_printf(arena, "usage/%s.json", scop)),
	    0, NULL);
	const char *date = json_string_value(json_object_get(count, "date")),
		   *known = json_string_value(json_object_get(before, "date"));
	const bool newer = date && strlen(date) == strlen("2026-11-22T14:00:00Z") &&
	    (!known || strcmp(date, known) >= 0);
	json_decref(before);
	if (newer)
		return scop;
	scop_error_set(err, "'%s' is older than the count of '%s' that is known already", file,
	    scop);
	return NULL;
}

static bool
take_count(struct scop_publisher *publisher, const char *file, struct scop_error *err)
{
	struct scop_arena *arena = publisher->arena;
	json_error_t trouble;
	json_t *count = json_load_file(file, 0, &trouble), *tenants;
	const char *module;

	if (!count || !json_is_object(json_object_get(count, "modules"))) {
		json_decref(count);
		return scop_error_set(err, "'%s' is no count that 'catalogue usage' has written",
		    file);
	}
	json_object_foreach (json_object_get(count, "modules"), module, tenants)
		if (json_integer_value(tenants) < 0 || json_integer_value(tenants) > TENANTS_MAX) {
			scop_error_set(err, "'%s' counts %lld tenants of '%.40s'", file,
			    (long long)json_integer_value(tenants), module);
			json_decref(count);
			return false;
		}
	const char *scop = whose_count(publisher, file, count, err);
	json_decref(count);
	const char *text = scop ? scop_files_read(arena, file, NULL, err) : NULL;
	mkdir(scop_publisher_path(publisher, "usage"), 0755);
	return text &&
	    scop_publisher_put(arena,
		scop_publisher_path(publisher, scop_arena_printf(arena, "usage/%s.json", scop)),
		text, err);
}

/* Each module has the sum of all scops' counts. */
static void
add_counts(struct scop_publisher *publisher)
{
	json_t *modules = json_object_get(publisher->root, "modules"),
	       *scops = json_object_get(publisher->root, "scops"), *entry, *scop;
	size_t m, s;

	json_array_foreach (modules, m, entry)
		json_object_set_new(entry, "used_by", json_integer(0));
	json_array_foreach (scops, s, scop) {
		const char *name = scop_arena_printf(publisher->arena, "usage/%s.json",
		    json_string_value(json_object_get(scop, "name")));
		json_t *count = json_load_file(scop_publisher_path(publisher, name), 0, NULL);

		json_array_foreach (modules, m, entry) {
			const json_t *tenants = json_object_get(json_object_get(count, "modules"),
			    json_string_value(json_object_get(entry, "name")));

			json_object_set_new(entry, "used_by",
			    json_integer(json_integer_value(json_object_get(entry, "used_by")) +
				json_integer_value(tenants)));
		}
		json_decref(count);
	}
}

bool
scop_publisher_count(struct scop_publisher *publisher, char *const *files, size_t count,
    struct scop_error *err)
{
	for (size_t i = 0; i < count; i++)
		if (!take_count(publisher, files[i], err))
			return false;
	add_counts(publisher);
	return true;
}
