/* SPDX-License-Identifier: EUPL-1.2 */
/* Packages: see package.h. */
#include "package/package.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "package/archive.h"
#include "package/contract.h"
#include "package/files.h"
#include "package/loader.h"
#include "package/pictures.h"
#include "package/reads.h"
#include "package/sandbox.h"
#include "package/statement.h"
#include "package/texts.h"
#include "web/app.h"

#if defined(__SANITIZE_ADDRESS__)
#define IN_SANDBOX 0 /* a sanitizer needs what the sandbox forbids */
#else
#define IN_SANDBOX 1
#endif

enum {
	TRIAL_SECONDS = 10,
	TRIAL_MEMORY = 1 << 30,   /* bytes of address space */
	TRIAL_FILE_MAX = 1 << 20, /* bytes of a file, also of one in memory */
	NOBODY = 65534,
	LANDLOCK_ANY = 99,
	PARTS_BYTES = 2000,
	ANSWER_BYTES = 4096
};

#define ACCEPTED "sound " /* the first segments of its addresses follow */

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
hash_all(struct scop_arena *arena, const char *folder, const struct scop_files *listing,
    const char **ret_hash, struct scop_error *err)
{
	crypto_generichash_state state;
	unsigned char sum[16];
	char *hex = scop_arena_alloc(arena, 33);

	crypto_generichash_init(&state, NULL, 0, sizeof sum);
	for (size_t i = 0; i < listing->count; i++) {
		crypto_generichash_update(&state, (const unsigned char *)listing->path[i],
		    strlen(listing->path[i]) + 1);
		if (!hash_file(&state, scop_arena_printf(arena, "%s/%s", folder, listing->path[i]),
			err))
			return false;
	}
	crypto_generichash_final(&state, sum, sizeof sum);
	*ret_hash = sodium_bin2hex(hex, 33, sum, sizeof sum);
	return true;
}

/* Whether everybody may read the file: only then can the trial drop root's rights. */
static bool
open_to_all(const char *file)
{
	char path[4096];
	struct stat status;

	if (!realpath(file, path) || stat(path, &status) != 0 || !(status.st_mode & S_IROTH))
		return false;
	for (char *slash = strrchr(path, '/'); slash && slash > path; slash = strrchr(path, '/')) {
		*slash = '\0';
		if (stat(path, &status) != 0 || !(status.st_mode & S_IXOTH))
			return false;
	}
	return true;
}

/* Whether statements.txt, each line of which the installer prepares against the schema, equals the
 * module's own table: otherwise the prepared statements are not those that will run. */
static bool
lists_its_statements(const struct scop_module *module, const char *list)
{
	for (const struct scop_statement *const *one = module->names->statements; one && *one;
	     one++) {
		const char *const words[] = { (*one)->name, "\t", NULL, "\t", (*one)->sql, "\n" };
		char args[12];

		snprintf(args, sizeof args, "%u", (*one)->args);
		for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
			const char *word = words[i] ? words[i] : args;
			const size_t length = strlen(word);

			if (strncmp(list, word, length) != 0)
				return false;
			list += length;
		}
	}
	return !*list;
}

/* The SQL of a line of the list; NULL if it has none. */
static const char *
sql_of(const char *line)
{
	const char *sql = strchr(line, '\t');

	sql = sql ? strchr(sql + 1, '\t') : NULL;
	return sql ? sql + 1 : NULL;
}

/* Holds each listed statement to the rules of a module's .sql file, for a gateway runs what the
 * list says. */
static bool
check_statements(struct scop_arena *arena, const char *module, const char *list,
    struct scop_error *err)
{
	struct scop_error cause = { .text = "it has no text" };

	while (*list) {
		const size_t length = strcspn(list, "\n");
		const char *line = scop_arena_bytes(arena, list, length);
		const char *sql = sql_of(line);
		bool writes;

		if (!sql || !scop_statement_check(arena, sql, &writes, &cause)) {
			scop_log_line(SCOP_LOG_WARNING,
			    "module '%s' lists a statement that is refused: %s (%.200s)", module,
			    cause.text, line);
			return scop_error_set(err,
			    "the list of statements of module '%s' is damaged. Build it again.",
			    module);
		}
		list += length + (list[length] == '\n');
	}
	return true;
}

/* Holds the listed statements of an ordinary module to what it may read of the socle. */
static bool
check_reads(struct scop_arena *arena, const struct scop_granter *granter,
    const struct scop_package *package, const char *list, struct scop_error *err)
{
	if (!scop_reads_bind(package->asks))
		return true;
	for (unsigned number = 1; *list; number++) {
		const size_t length = strcspn(list, "\n");
		const char *line = scop_arena_bytes(arena, list, length);
		bool writes;

		if (!scop_statement_check(arena, sql_of(line), &writes, err))
			return false;
		const char *mistake =
		    scop_reads_mistake(arena, &package->manifest, sql_of(line), writes);
		if (mistake && granter->accepted && granter->accepted(granter->context, package))
			return true;
		if (mistake)
			return scop_error_set(err,
			    "module '%s' was refused (statements.txt, line %u): statement '%s': %s",
			    package->manifest.name, number,
			    scop_arena_bytes(arena, line, strcspn(line, "\t")), mistake);
		list += length + (list[length] == '\n');
	}
	return true;
}

/* Runs in a process of its own: drops all rights that a worker drops, loads the module, and reports
 * the result. */
static void __attribute__((noreturn)) try_loading(const char *file, const char *list, int say)
{
	const bool root = geteuid() == 0;
	const struct scop_sandbox sandbox = { .module_file = file,
		.uid = root ? NOBODY : 0,
		.gid = root ? NOBODY : 0,
		.memory = TRIAL_MEMORY,
		.landlock_abi = LANDLOCK_ANY };
	const struct rlimit file_max = { TRIAL_FILE_MAX, TRIAL_FILE_MAX },
			    seconds = { TRIAL_SECONDS, TRIAL_SECONDS };
	struct scop_error err;
	char parts[PARTS_BYTES], answer[ANSWER_BYTES], wrong[sizeof err.text];

	dup2(say, STDIN_FILENO); /* the lowest number, so that all others can be closed */
	close_range(STDERR_FILENO + 1, ~0u, 0);
	clearenv();
	alarm(TRIAL_SECONDS);
	signal(SIGXFSZ, SIG_IGN); /* the log may be longer */
	setrlimit(RLIMIT_FSIZE, &file_max);
	setrlimit(RLIMIT_CPU, &seconds);
	const bool is_ready =
	    scop_loader_prepare(file, &err) && (!IN_SANDBOX || scop_sandbox_enter(&sandbox, &err));
	const struct scop_module *module = is_ready ? scop_loader_load(file, &err) : NULL;
	if (module &&
	    (scop_app_check(module, wrong, sizeof wrong) || scop_error_set(&err, "%s", wrong)) &&
	    (lists_its_statements(module, list) ||
		scop_error_set(&err,
		    "module file '%s' has other statements than the statements.txt next to it. "
		    "Build it again.",
		    file)) &&
	    (scop_app_first_parts(module, parts, sizeof parts) ||
		scop_error_set(&err, "module file '%s' has more addresses than %d bytes hold", file,
		    PARTS_BYTES)))
		snprintf(answer, sizeof answer, ACCEPTED "%s", parts);
	else
		snprintf(answer, sizeof answer, "%s", err.said);
	_exit(write(STDIN_FILENO, answer, strlen(answer)) > 0 ? 0 : 1);
}

/* Reads the trial's report, until it ends or the time is up. */
static void
listen_to_trial(int fd, char *ret_said, size_t size)
{
	struct pollfd polled = { fd, POLLIN, 0 };
	const time_t end = time(NULL) + TRIAL_SECONDS;
	size_t length = 0;

	for (ssize_t got = 1; got > 0 && length < size - 1 && time(NULL) <= end;) {
		got = poll(&polled, 1, 1000);
		if (got == 0) {
			got = 1;
			continue;
		}
		got = got > 0 ? read(fd, ret_said + length, size - 1 - length) : -1;
		length += got > 0 ? (size_t)got : 0;
	}
	ret_said[length] = '\0';
}

/* Ends a trial that says nothing, or goes on after it has closed its report. */
static void
end_trial(pid_t pid, bool silent)
{
	const struct timespec pause = { .tv_nsec = 10 * 1000 * 1000 };
	siginfo_t ended = { 0 };

	for (unsigned tries = 0; tries < 100; tries++) {
		if (waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOHANG | WNOWAIT) != 0 ||
		    ended.si_pid == pid)
			return;
		if (silent && tries == 10)
			break;
		nanosleep(&pause, NULL);
	}
	kill(pid, SIGKILL);
}

static bool
try_file(struct scop_arena *arena, const char *file, const char *list, const char **ret_parts,
    struct scop_error *err)
{
	char said[ANSWER_BYTES] = "";
	int pipes[2], status;

	if (pipe2(pipes, O_CLOEXEC) != 0)
		return scop_error_errno(err, "no pipe for a trial load");
	const pid_t pid = fork();
	if (pid == 0)
		try_loading(file, list, pipes[1]);
	close(pipes[1]);
	listen_to_trial(pipes[0], said, sizeof said);
	close(pipes[0]);
	if (pid < 0)
		return scop_error_errno(err, "no process for a trial load");
	end_trial(pid, !said[0]);
	if (waitpid(pid, &status, 0) != pid)
		return scop_error_errno(err, "the trial load is lost");
	const bool accepted = strncmp(said, ACCEPTED, strlen(ACCEPTED)) == 0;
	*ret_parts = accepted ? scop_arena_text(arena, said + strlen(ACCEPTED)) : "";
	/* the segments go into SQL, and the module could have forged the report */
	if (accepted && WIFEXITED(status) && WEXITSTATUS(status) == 0 &&
	    !(*ret_parts)[strspn(*ret_parts, "abcdefghijklmnopqrstuvwxyz0123456789_,-/")])
		return true;
	if (said[0])
		return scop_error_set(err, "%s", said);
	return scop_error_set(err,
	    "module file '%s' ends the process that loads it (%s %d). Nothing was installed.", file,
	    WIFSIGNALED(status) ? "signal" : "status",
	    WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

/* Loads the file twice. The first time its code runs, which shows whether it harms the process that
 * loads it; what that run reports may be the code's own words. The second time a copy is loaded
 * from which no code can run: the verdict and the addresses are the host's. */
static bool
try_both(struct scop_arena *arena, const char *file, const char *inert, const char *list,
    const char **ret_parts, struct scop_error *err)
{
	const char *claimed;
	struct scop_error cause;

	if (!try_file(arena, file, list, &claimed, err))
		return false;
	if (!try_file(arena, inert, list, ret_parts, &cause))
		return scop_error_set(err,
		    "module file '%s' is not what its code reports when it is loaded: %s", file,
		    cause.said);
	return strcmp(claimed, *ret_parts) == 0 ||
	    scop_error_set(err,
		"module file '%s' changes its own addresses when it is loaded. Build it with the "
		"module's Makefile rule.",
		file);
}

/* As root, the trial drops root's rights; a package that others may not read is copied for it. */
static bool
trial(struct scop_arena *arena, const char *file, const char *list, const char **ret_parts,
    struct scop_error *err)
{
	const char *name = strrchr(file, '/');
	char *folder = scop_arena_printf(arena, "/tmp/scopiton-trial-XXXXXX");
	bool ok = true;

	if (!mkdtemp(folder))
		return scop_error_errno(err, "no folder below /tmp can be created");
	const char *copy = file, *inert = scop_arena_printf(arena, "%s/inert-%s", folder, name + 1);
	if (geteuid() == 0 && !open_to_all(file)) {
		copy = scop_arena_printf(arena, "%s%s", folder, name);
		ok = scop_files_copy(file, copy, err) && chmod(copy, 0644) == 0;
	}
	ok = ok && chmod(folder, 0755) == 0 && scop_loader_copy_inert(copy, inert, err) &&
	    chmod(inert, 0644) == 0 && try_both(arena, copy, inert, list, ret_parts, err);
	scop_files_remove(folder);
	return ok;
}

bool
scop_package_hash(struct scop_arena *arena, const char *folder, const char **ret_hash,
    struct scop_error *err)
{
	struct scop_files *listing = scop_arena_alloc(arena, sizeof *listing);

	return scop_files_list(arena, folder, listing, err) &&
	    hash_all(arena, folder, listing, ret_hash, err);
}

/* The rights for which the package needs a grant. The name `portal` is one: everybody who signs in
 * is sent to the module of that name. */
unsigned
scop_package_asks(const struct scop_package *package)
{
	const struct scop_manifest *manifest = &package->manifest;

	return (package->needs.portal || strcmp(manifest->name, "portal") == 0 ? SCOP_GRANT_PORTAL
									       : 0) |
	    (manifest->accounts ? SCOP_GRANT_ACCOUNTS : 0) |
	    (manifest->orders ? SCOP_GRANT_ORDERS : 0) |
	    (manifest->write_count > 0 ? SCOP_GRANT_WRITES : 0);
}

static bool
check_grants(struct scop_arena *arena, const struct scop_granter *granter,
    struct scop_package *package, struct scop_error *err)
{
	package->asks = scop_package_asks(package);
	const unsigned missing =
	    package->asks ? package->asks & ~granter->rights(granter->context, package) : 0;

	return !missing ||
	    scop_error_set(err,
		"the module '%s' of the scop '%s' asks for rights that were not granted to it: %s. "
		"The group grants them in the catalogue's index (scopiton catalogue grant), or the "
		"operator in the host's configuration (granted).",
		package->manifest.name, package->manifest.scop, scop_grant_text(arena, missing));
}

bool
scop_package_open(struct scop_arena *arena, const char *given, const struct scop_granter *granter,
    struct scop_package *ret_package, struct scop_error *err)
{
	size_t length = strlen(given);

	while (length > 1 && given[length - 1] == '/')
		length--;
	const char *folder = scop_arena_bytes(arena, given, length);
	struct scop_files *listing = scop_arena_alloc(arena, sizeof *listing);
	const char *manifest = scop_arena_printf(arena, "%s/module.xml", folder);

	if (!scop_manifest_read(arena, manifest, &ret_package->manifest, err) ||
	    !scop_files_list(arena, folder, listing, err))
		return false;
	for (size_t i = 0; i < listing->count; i++)
		if (!scop_archive_has_place(ret_package->manifest.name, listing->path[i]))
			return scop_error_set(err,
			    "package '%s' has the file '%s', which does not belong in a package",
			    folder, listing->path[i]);
	if (!scop_pictures_check(arena, folder, &ret_package->manifest, err) ||
	    !scop_texts_read(arena, folder, &ret_package->texts, err))
		return false;
	ret_package->folder = scop_arena_text(arena, folder);
	const char *file = scop_arena_printf(arena, "%s/%s.so", folder, ret_package->manifest.name);
	const char *list = scop_files_read(arena,
	    scop_arena_printf(arena, "%s/statements.txt", folder), NULL, err);
	const struct scop_value *contracts;

	return list &&
	    scop_contracts_read(arena, folder, &ret_package->manifest, &contracts, err) &&
	    check_statements(arena, ret_package->manifest.name, list, err) &&
	    scop_loader_check(file, &ret_package->needs, err) &&
	    check_grants(arena, granter, ret_package, err) &&
	    check_reads(arena, granter, ret_package, list, err) &&
	    trial(arena, file, list, &ret_package->first_parts, err) &&
	    hash_all(arena, folder, listing, &ret_package->hash, err);
}

/* ---- putting a package in place ---- */

bool
scop_package_place(const struct scop_package *package, const char *var, struct scop_error *err)
{
	struct scop_arena *arena = scop_arena_new();
	struct scop_files *listing = scop_arena_alloc(arena, sizeof *listing);
	char *place = scop_arena_printf(arena, "%s/modules/%s", var, package->hash);
	char *tmp =
	    scop_arena_printf(arena, "%s/modules/.%s.%d", var, package->hash, (int)getpid());
	bool ok = true;

	if (access(place, F_OK) != 0) {
		scop_files_make_folders(place);
		scop_files_remove(tmp);
		ok = mkdir(tmp, 0755) == 0 ? scop_files_list(arena, package->folder, listing, err)
					   : scop_error_errno(err, "'%s' cannot be created", tmp);
		for (size_t i = 0; ok && i < listing->count; i++) {
			char *to = scop_arena_printf(arena, "%s/%s", tmp, listing->path[i]);

			scop_files_make_folders(to);
			ok = scop_files_copy(scop_arena_printf(arena, "%s/%s", package->folder,
						 listing->path[i]),
			    to, err);
		}
		scop_files_sync_folder(tmp);
		if (ok && rename(tmp, place) != 0 && errno != ENOTEMPTY && errno != EEXIST)
			ok = scop_error_errno(err, "'%s' cannot be moved into place", place);
		scop_files_sync_folder(scop_arena_printf(arena, "%s/modules", var));
		scop_files_remove(tmp);
	}
	scop_arena_free(arena);
	return ok;
}
