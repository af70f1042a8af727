/* Publishing: see publish.h. The index is jansson's here, for it is changed in place and written again. */
#include "modules/publish.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/json.h"
#include "base/value.h"
#include "modules/archive.h"
#include "modules/files.h"
#include "modules/index.h"
#include "modules/package.h"
#include "modules/pictures.h"

enum { KEPT_INDEXES = 10, DAYS_MAX = 366, DAY_SECONDS = 86400, TITLE_MAX = 100 };

struct scop_publisher {
	struct scop_arena *arena;
	const char *folder;
	struct scop_secret_key group;
	json_t *root;
	struct scop_index index; /* as it stood */
	int lock;
};

static const char *
path_in(const struct scop_publisher *publisher, const char *name)
{
	return scop_arena_printf(publisher->arena, "%s/%s", publisher->folder, name);
}

static struct scop_public_key
public_half(const struct scop_secret_key *secret)
{
	struct scop_public_key key;

	memcpy(key.id, secret->id, sizeof key.id);
	memcpy(key.key, secret->key + sizeof secret->key - sizeof key.key, sizeof key.key); /* as Ed25519 in libsodium has it */
	return key;
}

static const char *
time_text(struct scop_arena *arena, time_t at)
{
	char *text = scop_arena_alloc(arena, 30);
	struct tm tm;

	gmtime_r(&at, &tm);
	strftime(text, 30, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return text;
}

/* Written beside, on the disk, then renamed. */
static bool
put_file(struct scop_arena *arena, const char *path, const char *text, struct scop_error *err)
{
	const char *fresh = scop_arena_printf(arena, "%s.new", path);
	const int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	const bool written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	if (written && rename(fresh, path) == 0)
		return true;
	scop_error_errno(err, "'%s' cannot be written", path);
	unlink(fresh);
	return false;
}

/* ---- opening and saving ---- */

static void
release(void *thing)
{
	struct scop_publisher *publisher = thing;

	json_decref(publisher->root);
	if (publisher->lock >= 0)
		close(publisher->lock);
}

static struct scop_publisher *
begin(struct scop_arena *arena, const char *folder, const struct scop_secret_key *group, struct scop_error *err)
{
	struct scop_publisher *publisher = scop_arena_alloc(arena, sizeof *publisher);

	*publisher = (struct scop_publisher){ .arena = arena, .folder = scop_arena_text(arena, folder), .group = *group };
	publisher->lock = open(path_in(publisher, ".lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	scop_arena_cleanup(arena, release, publisher);
	if (publisher->lock >= 0 && flock(publisher->lock, LOCK_EX) == 0)
		return publisher;
	scop_error_errno(err, "the catalogue '%s' cannot be locked", folder);
	return NULL;
}

bool
scop_catalogue_create(struct scop_arena *arena, const char *folder, const struct scop_secret_key *group, int days,
    struct scop_error *err)
{
	if (mkdir(folder, 0755) != 0 && errno != EEXIST)
		return scop_error_errno(err, "'%s' cannot be made", folder);
	if (access(scop_arena_printf(arena, "%s/latest", folder), F_OK) == 0)
		return scop_error_set(err, "'%s' holds a catalogue already", folder);
	struct scop_publisher *publisher = begin(arena, folder, group, err);
	if (!publisher)
		return false;
	mkdir(path_in(publisher, "index"), 0755);
	mkdir(path_in(publisher, "keys"), 0755);
	mkdir(path_in(publisher, "packages"), 0755);
	publisher->root = json_pack("{s:i, s:I, s:[], s:[]}", "format", SCOP_INDEX_FORMAT, "number", (json_int_t)0, "scops", "modules");
	return scop_publisher_save(publisher, days, NULL, err);
}

struct scop_publisher *
scop_publisher_open(struct scop_arena *arena, const char *folder, const struct scop_secret_key *group, struct scop_error *err)
{
	const struct scop_public_key key = public_half(group);
	const struct scop_index_seen nothing = { 0, "" };
	struct scop_publisher *publisher = begin(arena, folder, group, err);
	const char *number = publisher ? scop_files_read(arena, path_in(publisher, "latest"), NULL, err) : NULL;
	size_t size;

	if (!number)
		return NULL;
	const char *path = path_in(publisher, scop_arena_printf(arena, "index/%lld.json", atoll(number)));
	const char *text = scop_files_read(arena, path, &size, err);
	const char *signature = text ? scop_files_read(arena, scop_arena_printf(arena, "%s.minisig", path), NULL, err) : NULL;
	/* One that has ended is renewed: only its end is not asked for here. */
	if (!signature || !scop_index_read(arena, text, size, signature, &key, &nothing, 0, &publisher->index, err))
		return NULL;
	publisher->root = json_loadb(text, size, 0, NULL);
	return publisher;
}

static void
sweep_old(const struct scop_publisher *publisher, json_int_t number)
{
	DIR *dir = opendir(path_in(publisher, "index"));
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]) && atoll(entry->d_name) + KEPT_INDEXES <= number)
			unlink(path_in(publisher, scop_arena_printf(publisher->arena, "index/%s", entry->d_name)));
	if (dir)
		closedir(dir);
}

/* Says, signed with the old key, that the new one is the group's from now on. */
static bool
hand_over(struct scop_publisher *publisher, const struct scop_secret_key *next, struct scop_error *err)
{
	const struct scop_public_key key = public_half(next);
	char id[SCOP_MINISIGN_ID_TEXT], text[SCOP_MINISIGN_KEY_TEXT];

	scop_key_id_print(key.id, id);
	scop_public_key_print(&key, text);
	const char *path = path_in(publisher, scop_arena_printf(publisher->arena, "keys/%s.pub", id));
	if (!put_file(publisher->arena, path, scop_arena_printf(publisher->arena, "untrusted comment: minisign public key %s\n%s\n", id, text), err) ||
	    !scop_sign_file(&publisher->group, path, "the group's next key", err))
		return false;
	publisher->group = *next;
	return true;
}

bool
scop_publisher_save(struct scop_publisher *publisher, int days, const struct scop_secret_key *next, struct scop_error *err)
{
	const json_int_t number = json_integer_value(json_object_get(publisher->root, "number")) + 1;
	const char *path = path_in(publisher, scop_arena_printf(publisher->arena, "index/%lld.json", (long long)number));
	const time_t now = time(NULL);

	if (days < 1 || days > DAYS_MAX)
		return scop_error_set(err, "an index stands for 1 to %d days", DAYS_MAX);
	if (next && !hand_over(publisher, next, err))
		return false;
	json_object_set_new(publisher->root, "number", json_integer(number));
	json_object_set_new(publisher->root, "date", json_string(time_text(publisher->arena, now)));
	json_object_set_new(publisher->root, "expires", json_string(time_text(publisher->arena, now + (time_t)days * DAY_SECONDS)));
	char *text = json_dumps(publisher->root, JSON_INDENT(1) | JSON_SORT_KEYS);
	const bool written = put_file(publisher->arena, path, text, err) &&
	    scop_sign_file(&publisher->group, path, scop_arena_printf(publisher->arena, "catalogue number %lld", (long long)number), err) &&
	    put_file(publisher->arena, path_in(publisher, "latest"), scop_arena_printf(publisher->arena, "%lld\n", (long long)number), err);
	free(text);
	if (written)
		sweep_old(publisher, number);
	return written;
}

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
add_names(json_t *scops, json_t *scop, const char *name, const char *modules, struct scop_error *err)
{
	char list[1000], *save;

	if ((size_t)snprintf(list, sizeof list, "%s", modules) >= sizeof list)
		return scop_error_set(err, "too many modules at once");
	for (char *module = strtok_r(list, ", ", &save); module; module = strtok_r(NULL, ", ", &save)) {
		if (strlen(module) < 3 || strlen(module) > 24 || module[strspn(module, "abcdefghijklmnopqrstuvwxyz0123456789_")])
			return scop_error_set(err, "module name '%.40s' is not 3 to 24 of a-z, 0-9 and '_'", module);
		if (owned_by_other(scops, name, module))
			return scop_error_set(err, "the name '%s' is another scop's", module);
		if (!owns(scop, module))
			json_array_append_new(json_object_get(scop, "modules"), json_string(module));
	}
	return true;
}

bool
scop_publisher_scop(struct scop_publisher *publisher, const char *name, const char *title, const struct scop_public_key *key,
    const char *modules, struct scop_error *err)
{
	json_t *scops = json_object_get(publisher->root, "scops"), *scop = find(scops, "name", name);

	if (strlen(name) < 2 || strlen(name) > 31 || !islower((unsigned char)name[0]) || name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")])
		return scop_error_set(err, "a scop's name is 2 to 31 of a-z, 0-9 and '-', a letter first");
	if (title && (!title[0] || strlen(title) > TITLE_MAX || !scop_utf8_valid(title, strlen(title))))
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
			return scop_error_set(err, "the scop '%s' has the key %s already", name, id);
		json_array_append_new(json_object_get(scop, "keys"), json_pack("{s:s, s:s, s:s}", "id", id, "key", text, "revoked", ""));
	}
	return !modules || add_names(scops, scop, name, modules, err);
}

bool
scop_publisher_revoke(struct scop_publisher *publisher, const char *name, const char *key_id, struct scop_error *err)
{
	json_t *scop = find(json_object_get(publisher->root, "scops"), "name", name);
	json_t *key = scop ? find(json_object_get(scop, "keys"), "id", key_id) : NULL;

	if (!key)
		return scop_error_set(err, "the scop '%.40s' has no key %.40s", name, key_id);
	if (json_string_length(json_object_get(key, "revoked")) > 0)
		return scop_error_set(err, "the key %s was taken away on %s", key_id, json_string_value(json_object_get(key, "revoked")));
	json_object_set_new(key, "revoked", json_string(time_text(publisher->arena, time(NULL))));
	return true;
}

/* ---- versions ---- */

static json_t *
by_language(const char *const texts[SCOP_LANGUAGES])
{
	return json_pack("{s:s*, s:s*, s:s*, s:s*}", "fr", texts[SCOP_FR], "nl", texts[SCOP_NL], "de", texts[SCOP_DE], "en", texts[SCOP_EN]);
}

/* What the host lets the module do, in a form that is compared when a newer version asks for more. */
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
		json_array_append_new(needs, json_pack("{s:s, s:s}", "module", manifest->needs[i].module, "version", manifest->needs[i].range));
	return needs;
}

static json_t *
personal_of(const struct scop_manifest *manifest)
{
	json_t *list = json_array();

	for (size_t i = 0; i < manifest->personal_count; i++)
		json_array_append_new(list, json_pack("{s:s, s:s, s:i}", "table", manifest->personal[i].table, "columns",
		    manifest->personal[i].columns, "months", (int)manifest->personal[i].months));
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
	json_t *entry = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:s, s:s, s:i, s:s}", "version", manifest->version, "channel", addition->channel,
	    "file", file, "sha256", addition->sha256, "size", (json_int_t)addition->size, "unpacked", (json_int_t)addition->unpacked,
	    "api", addition->package.api, "published", time_text(publisher->arena, time(NULL)), "generation", (int)manifest->generation, "yanked", "");

	static const char *const backs[] = { [SCOP_BACK_KEPT] = "kept", [SCOP_BACK_EXPORTED] = "exported", [SCOP_BACK_LOST] = "lost" };

	json_object_set_new(entry, "back", json_string(backs[manifest->back]));
	json_object_set_new(entry, "changes", by_language(manifest->changes));
	json_object_set_new(entry, "rights", rights_of(manifest));
	json_object_set_new(entry, "needs", needs_of(manifest));
	json_object_set_new(entry, "personal", personal_of(manifest));
	json_object_set_new(entry, "tariff", json_pack("{s:I, s:s}", "cents", (json_int_t)manifest->tariff_cents, "currency", manifest->tariff_currency));
	return entry;
}

/* As the package says it, which the last one published does for all versions. */
static bool
describe(struct scop_publisher *publisher, json_t *module, const struct scop_package *package, struct scop_error *err)
{
	const struct scop_manifest *manifest = &package->manifest;
	const char *folder = path_in(publisher, "pictures"), *icon;
	struct scop_buffer text;

	mkdir(folder, 0755);
	const struct scop_value *pictures = scop_pictures_take(publisher->arena, package, folder, &icon, err);
	if (!pictures)
		return false;
	scop_buffer_init(&text, publisher->arena);
	scop_json_print(&text, pictures);
	json_object_set_new(module, "icon", json_string(icon));
	json_object_set_new(module, "pictures", json_loads(scop_buffer_str(&text), 0, NULL));
	json_object_set_new(module, "title", by_language(manifest->title));
	json_object_set_new(module, "summary", by_language(manifest->summary));
	json_object_set_new(module, "category", json_string(manifest->category));
	return true;
}

/* Unpacks and checks as a host would before it installs. */
static bool
look_into(struct scop_publisher *publisher, struct addition *addition, const char *folder, struct scop_error *err)
{
	struct scop_arena *arena = publisher->arena;
	struct stat status;
	uint64_t total = 0;

	if (stat(addition->file, &status) != 0)
		return scop_error_errno(err, "the package '%s' cannot be read", addition->file);
	if (status.st_size > SCOP_PACKAGE_BYTES_MAX)
		return scop_error_set(err, "the package is larger than %d bytes", SCOP_PACKAGE_BYTES_MAX);
	addition->size = (uint64_t)status.st_size;
	if (!scop_sha256_file(addition->file, addition->sha256, err) ||
	    !scop_archive_unpack(addition->file, folder, SCOP_UNPACKED_BYTES_MAX, err) ||
	    !scop_package_open(arena, folder, &addition->package, err))
		return false;
	struct scop_files *files = scop_arena_alloc(arena, sizeof *files);
	if (!scop_files_list(arena, folder, files, err))
		return false;
	for (size_t i = 0; i < files->count; i++)
		if (stat(scop_arena_printf(arena, "%s/%s", folder, files->path[i]), &status) == 0)
			total += (uint64_t)status.st_size;
	addition->unpacked = total;
	addition->name = scop_arena_printf(arena, "%s-%s-" SCOP_PLATFORM ".scop", addition->package.manifest.name, addition->package.manifest.version);
	return true;
}

/* That the scop which the manifest names owns the module's name, and that one of its keys has signed. */
static bool
vouched_for(struct scop_publisher *publisher, const struct addition *addition, struct scop_error *err)
{
	const struct scop_manifest *manifest = &addition->package.manifest;
	json_t *scop = find(json_object_get(publisher->root, "scops"), "name", manifest->scop);
	const char *signature = scop_files_read(publisher->arena, scop_arena_printf(publisher->arena, "%s.minisig", addition->file), NULL, err);

	if (!scop)
		return scop_error_set(err, "the catalogue knows no scop '%s'", manifest->scop);
	if (!owns(scop, manifest->name))
		return scop_error_set(err, "the name '%s' is not one of the scop '%s'", manifest->name, manifest->scop);
	return signature && scop_index_check_package(&publisher->index, manifest->scop, signature, addition->file, err);
}

/* A version is published once: the same bytes may change their channel, other bytes need another version. */
static bool
enter(struct scop_publisher *publisher, const struct addition *addition, struct scop_error *err)
{
	const struct scop_manifest *manifest = &addition->package.manifest;
	json_t *modules = json_object_get(publisher->root, "modules"), *module = find(modules, "name", manifest->name);

	if (!module) {
		module = json_pack("{s:s, s:s, s:[], s:i}", "name", manifest->name, "scop", manifest->scop, "versions", "used_by", 0);
		json_array_append_new(modules, module);
	}
	json_t *versions = json_object_get(module, "versions"), *there = find(versions, "version", manifest->version);
	if (there && strcmp(json_string_value(json_object_get(there, "sha256")), addition->sha256) != 0)
		return scop_error_set(err, "%s %s was published already with other bytes. Give the new ones a version of their own.", manifest->name,
		    manifest->version);
	if (!there) {
		there = version_of(publisher, addition);
		json_array_append_new(versions, there);
	}
	json_object_set_new(there, "channel", json_string(addition->channel));
	json_object_set_new(there, "level", json_integer(addition->level));
	return describe(publisher, module, &addition->package, err);
}

static bool
copy_once(struct scop_publisher *publisher, const char *from, const char *name, struct scop_error *err)
{
	const char *to = path_in(publisher, scop_arena_printf(publisher->arena, "packages/%s", name));

	unlink(to); /* what an earlier try has left; nothing in the index leads to it, or it is the same */
	return scop_files_copy(from, to, err);
}

bool
scop_publisher_add(struct scop_publisher *publisher, const char *file, const char *channel, int level, struct scop_error *err)
{
	struct addition addition = { .file = file, .channel = channel, .level = level };
	const char *folder = path_in(publisher, scop_arena_printf(publisher->arena, ".look.%d", (int)getpid()));

	if (strcmp(channel, "stable") != 0 && strcmp(channel, "beta") != 0)
		return scop_error_set(err, "a channel is stable or beta, not '%.20s'", channel);
	scop_files_remove(folder);
	const bool sound = look_into(publisher, &addition, folder, err) && vouched_for(publisher, &addition, err) && enter(publisher, &addition, err) &&
	    copy_once(publisher, file, addition.name, err) &&
	    copy_once(publisher, scop_arena_printf(publisher->arena, "%s.minisig", file), scop_arena_printf(publisher->arena, "%s.minisig", addition.name), err);
	scop_files_remove(folder);
	return sound;
}

bool
scop_publisher_yank(struct scop_publisher *publisher, const char *module, const char *version, const char *reason,
    struct scop_error *err)
{
	json_t *entry = find(json_object_get(publisher->root, "modules"), "name", module);
	json_t *found = entry ? find(json_object_get(entry, "versions"), "version", version) : NULL;

	if (!found)
		return scop_error_set(err, "the catalogue has no version %.20s of '%.40s'", version, module);
	if (!reason[0] || strlen(reason) > 200 || !scop_utf8_valid(reason, strlen(reason)))
		return scop_error_set(err, "a reason of 1 to 200 bytes says why a version is withdrawn");
	json_object_set_new(found, "yanked", json_string(time_text(publisher->arena, time(NULL))));
	json_object_set_new(found, "reason", json_string(reason));
	return true;
}

void
scop_publisher_used(struct scop_publisher *publisher, const char *module, long long tenants)
{
	json_t *entry = find(json_object_get(publisher->root, "modules"), "name", module);

	if (entry)
		json_object_set_new(entry, "used_by", json_integer(tenants));
}
