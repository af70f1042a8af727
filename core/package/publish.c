/* SPDX-License-Identifier: EUPL-1.2 */
/* Publishing: see publish.h. Here the index is a jansson tree, because it is changed in place and
 * written again. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "package/files.h"
#include "package/publish_private.h"

enum { KEPT_INDEXES = 10, DAYS_MAX = 366, DAY_SECONDS = 86400 };

const char *
scop_publisher_path(const struct scop_publisher *publisher, const char *name)
{
	return scop_arena_printf(publisher->arena, "%s/%s", publisher->folder, name);
}

static struct scop_public_key
public_half(const struct scop_secret_key *secret)
{
	struct scop_public_key key;

	memcpy(key.id, secret->id, sizeof key.id);
	/* as in libsodium's Ed25519 */
	memcpy(key.key, secret->key + sizeof secret->key - sizeof key.key, sizeof key.key);
	return key;
}

const char *
scop_publisher_time(struct scop_arena *arena, time_t at)
{
	char *text = scop_arena_alloc(arena, 30);
	struct tm tm;

	gmtime_r(&at, &tm);
	strftime(text, 30, "%Y-%m-%dT%H:%M:%SZ", &tm);
	return text;
}

bool
scop_publisher_put(struct scop_arena *arena, const char *path, const char *text,
    struct scop_error *err)
{
	const char *tmp = scop_arena_printf(arena, "%s.new", path);
	const int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	const bool written =
	    fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	if (written && rename(tmp, path) == 0)
		return true;
	scop_error_errno(err, "'%s' cannot be written", path);
	unlink(tmp);
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
begin(struct scop_arena *arena, const char *folder, const struct scop_secret_key *group,
    struct scop_error *err)
{
	struct scop_publisher *publisher = scop_arena_alloc(arena, sizeof *publisher);

	*publisher = (struct scop_publisher){ .arena = arena,
		.folder = scop_arena_text(arena, folder),
		.group = *group };
	publisher->lock =
	    open(scop_publisher_path(publisher, ".lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	scop_arena_cleanup(arena, release, publisher);
	if (publisher->lock >= 0 && flock(publisher->lock, LOCK_EX) == 0)
		return publisher;
	scop_error_errno(err, "the catalogue '%s' cannot be locked", folder);
	return NULL;
}

bool
scop_catalogue_create(struct scop_arena *arena, const char *folder,
    const struct scop_secret_key *group, int days, struct scop_error *err)
{
	if (mkdir(folder, 0755) != 0 && errno != EEXIST)
		return scop_error_errno(err, "'%s' cannot be created", folder);
	if (access(scop_arena_printf(arena, "%s/latest", folder), F_OK) == 0)
		return scop_error_set(err, "'%s' already has a catalogue", folder);
	struct scop_publisher *publisher = begin(arena, folder, group, err);
	if (!publisher)
		return false;
	mkdir(scop_publisher_path(publisher, "index"), 0755);
	mkdir(scop_publisher_path(publisher, "keys"), 0755);
	mkdir(scop_publisher_path(publisher, "packages"), 0755);
	publisher->root = json_pack("{s:i, s:I, s:[], s:[]}", "format", SCOP_INDEX_FORMAT, "number",
	    (json_int_t)0, "scops", "modules");
	return scop_publisher_save(publisher, days, NULL, err);
}

struct scop_publisher *
scop_publisher_open(struct scop_arena *arena, const char *folder,
    const struct scop_secret_key *group, struct scop_error *err)
{
	const struct scop_public_key key = public_half(group);
	const struct scop_index_seen nothing = { 0, "" };
	struct scop_publisher *publisher = begin(arena, folder, group, err);
	const char *number = publisher
	    ? scop_files_read(arena, scop_publisher_path(publisher, "latest"), NULL, err)
	    : NULL;
	size_t size;

	if (!number)
		return NULL;
	const char *path = scop_publisher_path(publisher,
	    scop_arena_printf(arena, "index/%lld.json", atoll(number)));
	const char *text = scop_files_read(arena, path, &size, err);
	const char *signature = text
	    ? scop_files_read(arena, scop_arena_printf(arena, "%s.minisig", path), NULL, err)
	    : NULL;
	/* An expired index may be renewed: only its expiry is not checked here. */
	if (!signature ||
	    !scop_index_read(arena, text, size, signature, &key, &nothing, 0, &publisher->index,
		err))
		return NULL;
	publisher->root = json_loadb(text, size, 0, NULL);
	return publisher;
}

static void
sweep_old(const struct scop_publisher *publisher, json_int_t number)
{
	DIR *dir = opendir(scop_publisher_path(publisher, "index"));
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]) &&
		    atoll(entry->d_name) + KEPT_INDEXES <= number)
			unlink(scop_publisher_path(publisher,
			    scop_arena_printf(publisher->arena, "index/%s", entry->d_name)));
	if (dir)
		closedir(dir);
}

/* Announces the group's new key, signed with the old one. */
static bool
hand_over(struct scop_publisher *publisher, const struct scop_secret_key *next,
    struct scop_error *err)
{
	const struct scop_public_key key = public_half(next);
	char id[SCOP_MINISIGN_ID_TEXT], text[SCOP_MINISIGN_KEY_TEXT];

	scop_key_id_print(key.id, id);
	scop_public_key_print(&key, text);
	const char *path =
	    scop_publisher_path(publisher, scop_arena_printf(publisher->arena, "keys/%s.pub", id));
	if (!scop_publisher_put(publisher->arena, path,
		scop_arena_printf(publisher->arena,
		    "untrusted comment: minisign public key %s\n%s\n", id, text),
		err) ||
	    !scop_sign_file(&publisher->group, path, "the group's next key", err))
		return false;
	publisher->group = *next;
	return true;
}

bool
scop_publisher_save(struct scop_publisher *publisher, int days, const struct scop_secret_key *next,
    struct scop_error *err)
{
	const json_int_t number =
	    json_integer_value(json_object_get(publisher->root, "number")) + 1;
	const char *path = scop_publisher_path(publisher,
	    scop_arena_printf(publisher->arena, "index/%lld.json", (long long)number));
	const time_t now = time(NULL);

	if (days < 1 || days > DAYS_MAX)
		return scop_error_set(err, "an index is valid for 1 to %d days", DAYS_MAX);
	if (next && !hand_over(publisher, next, err))
		return false;
	json_object_set_new(publisher->root, "number", json_integer(number));
	json_object_set_new(publisher->root, "date",
	    json_string(scop_publisher_time(publisher->arena, now)));
	json_object_set_new(publisher->root, "expires",
	    json_string(scop_publisher_time(publisher->arena, now + (time_t)days * DAY_SECONDS)));
	char *text = json_dumps(publisher->root, JSON_INDENT(1) | JSON_SORT_KEYS);
	const bool written = scop_publisher_put(publisher->arena, path, text, err) &&
	    scop_sign_file(&publisher->group, path,
		scop_arena_printf(publisher->arena, "catalogue number %lld", (long long)number),
		err) &&
	    scop_publisher_put(publisher->arena, scop_publisher_path(publisher, "latest"),
		scop_arena_printf(publisher->arena, "%lld\n", (long long)number), err);
	free(text);
	if (written)
		sweep_old(publisher, number);
	return written;
}
