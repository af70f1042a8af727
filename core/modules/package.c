/* Packages: see package.h. */
#include "modules/package.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "modules/loader.h"
#include "web/app.h"

enum { FILES_MAX = 2000, TRIAL_SECONDS = 10 };

struct listing {
	const char *path[FILES_MAX]; /* below the folder */
	size_t count;
};

static int
by_path(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool
list(struct scop_arena *arena, const char *folder, struct listing *ret_listing, struct scop_error *err)
{
	char *const roots[] = { scop_arena_text(arena, folder), NULL };
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	bool sound = walk != NULL;

	ret_listing->count = 0;
	for (FTSENT *entry; sound && (entry = fts_read(walk));) {
		if (entry->fts_info == FTS_D || entry->fts_info == FTS_DP)
			continue;
		if (entry->fts_info != FTS_F)
			sound = scop_error_set(err, "package '%s' has '%s', which is no plain file", folder, entry->fts_name);
		else if (ret_listing->count == FILES_MAX)
			sound = scop_error_set(err, "package '%s' has more than %d files", folder, FILES_MAX);
		else
			ret_listing->path[ret_listing->count++] = scop_arena_text(arena, entry->fts_path + strlen(folder) + 1);
	}
	if (walk)
		fts_close(walk);
	qsort(ret_listing->path, ret_listing->count, sizeof ret_listing->path[0], by_path);
	return sound;
}

static bool
hash_file(crypto_generichash_state *state, const char *path, struct scop_error *err)
{
	unsigned char block[16384];
	size_t got;
	uint64_t length = 0;
	FILE *file = fopen(path, "rb");

	if (!file)
		return scop_error_errno(err, "'%s' cannot be read", path);
	while ((got = fread(block, 1, sizeof block, file)) > 0) {
		crypto_generichash_update(state, block, got);
		length += got;
	}
	fclose(file);
	crypto_generichash_update(state, (const unsigned char *)&length, sizeof length);
	return true;
}

static bool
hash_all(struct scop_arena *arena, const char *folder, const struct listing *listing, const char **ret_hash,
    struct scop_error *err)
{
	crypto_generichash_state state;
	unsigned char sum[16];
	char *hex = scop_arena_alloc(arena, 33);

	crypto_generichash_init(&state, NULL, 0, sizeof sum);
	for (size_t i = 0; i < listing->count; i++) {
		crypto_generichash_update(&state, (const unsigned char *)listing->path[i], strlen(listing->path[i]) + 1);
		if (!hash_file(&state, scop_arena_printf(arena, "%s/%s", folder, listing->path[i]), err))
			return false;
	}
	crypto_generichash_final(&state, sum, sizeof sum);
	*ret_hash = sodium_bin2hex(hex, 33, sum, sizeof sum);
	return true;
}

/* Loads it where nothing can be harmed; what it says on the way out goes to our standard error. */
static bool
trial(const char *file, struct scop_error *err)
{
	char said[sizeof err->text] = "";
	int pipes[2], status;

	if (pipe2(pipes, O_CLOEXEC) != 0)
		return scop_error_errno(err, "no pipe for a trial load");
	const pid_t pid = fork();
	if (pid == 0) {
		alarm(TRIAL_SECONDS);
		const struct scop_module *module = scop_loader_load(file, err);

		if (module && scop_app_check(module, err->text, sizeof err->text))
			_exit(0);
		_exit(write(pipes[1], err->text, strlen(err->text)) > 0 ? 1 : 2);
	}
	close(pipes[1]);
	const ssize_t length = read(pipes[0], said, sizeof said - 1);
	close(pipes[0]);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return scop_error_errno(err, "no process for a trial load");
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	if (length > 0)
		return scop_error_set(err, "%s", said);
	return scop_error_set(err, "module file '%s' ends the process that loads it (%s %d). Nothing was installed.", file,
	    WIFSIGNALED(status) ? "signal" : "status", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

bool
scop_package_open(struct scop_arena *arena, const char *folder, struct scop_package *ret_package, struct scop_error *err)
{
	struct listing *listing = scop_arena_alloc(arena, sizeof *listing);
	const char *manifest = scop_arena_printf(arena, "%s/module.xml", folder);

	if (!scop_manifest_read(arena, manifest, &ret_package->manifest, err) || !list(arena, folder, listing, err))
		return false;
	ret_package->folder = scop_arena_text(arena, folder);
	const char *file = scop_arena_printf(arena, "%s/%s.so", folder, ret_package->manifest.name);
	return scop_loader_check(file, err) && trial(file, err) && hash_all(arena, folder, listing, &ret_package->hash, err);
}

/* ---- putting it in place ---- */

static bool
copy_file(const char *from, const char *to, struct scop_error *err)
{
	char block[65536];
	ssize_t got = 0;
	const int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
	bool sound = in >= 0 && out >= 0;

	while (sound && (got = read(in, block, sizeof block)) > 0)
		sound = write(out, block, (size_t)got) == got;
	sound = sound && got == 0 && fsync(out) == 0;
	if (!sound)
		scop_error_errno(err, "'%s' cannot be copied to '%s'", from, to);
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return sound;
}

static void
make_folders(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
}

static void
remove_tree(const char *path)
{
	char *const roots[] = { (char *)(uintptr_t)path, NULL };
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);

	for (FTSENT *entry; walk && (entry = fts_read(walk));) {
		if (entry->fts_info == FTS_DP)
			rmdir(entry->fts_accpath);
		else if (entry->fts_info != FTS_D)
			unlink(entry->fts_accpath);
	}
	if (walk)
		fts_close(walk);
}

static void
sync_folder(const char *path)
{
	const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
}

bool
scop_package_place(const struct scop_package *package, const char *var, struct scop_error *err)
{
	struct scop_arena *arena = scop_arena_new();
	struct listing *listing = scop_arena_alloc(arena, sizeof *listing);
	char *place = scop_arena_printf(arena, "%s/modules/%s", var, package->hash);
	char *fresh = scop_arena_printf(arena, "%s/modules/.%s.%d", var, package->hash, (int)getpid());
	bool sound = true;

	if (access(place, F_OK) != 0) {
		make_folders(place);
		remove_tree(fresh);
		sound = mkdir(fresh, 0755) == 0 ? list(arena, package->folder, listing, err) :
		    scop_error_errno(err, "'%s' cannot be made", fresh);
		for (size_t i = 0; sound && i < listing->count; i++) {
			char *to = scop_arena_printf(arena, "%s/%s", fresh, listing->path[i]);

			make_folders(to);
			sound = copy_file(scop_arena_printf(arena, "%s/%s", package->folder, listing->path[i]), to, err);
		}
		sync_folder(fresh);
		if (sound && rename(fresh, place) != 0 && errno != ENOTEMPTY && errno != EEXIST)
			sound = scop_error_errno(err, "'%s' cannot be put in place", place);
		sync_folder(scop_arena_printf(arena, "%s/modules", var));
		remove_tree(fresh);
	}
	scop_arena_free(arena);
	return sound;
}
