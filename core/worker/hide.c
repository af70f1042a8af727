/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Which sockets a worker can reach. The system-call filter cannot read an address, and Landlock
 * knows no rule for sockets with a path. So a worker that starts as root gets mounts of its own, in
 * which empty read-only folders lie over the host's run directory and over the folder of MariaDB's
 * socket, with nothing in them but the sockets that the worker needs.
 *
 * Source: mount_namespaces(7).
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "worker/worker.h"

#include "base/log.h"

enum { KEPT = 2, FLAGS = MS_NOSUID | MS_NODEV | MS_NOEXEC };

/* A socket that stays: its real path, and what is there; -1: nothing. */
struct kept {
	char path[PATH_MAX];
	int fd;
};

static void
keep(struct kept *kept, const char *path)
{
	kept->fd =
	    path[0] && realpath(path, kept->path) ? open(kept->path, O_PATH | O_CLOEXEC) : -1;
}

/* Whether `path` is the folder, or lies in it. */
static bool
is_in(const char *path, const char *folder)
{
	const size_t length = strlen(folder);

	return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* Puts the socket back into the empty folder, with the folders on its way. */
static bool
put_back(struct kept *kept, const char *folder)
{
	char source[40];

	for (char *slash = kept->path + strlen(folder); (slash = strchr(slash + 1, '/'));) {
		*slash = '\0';
		const bool made = mkdir(kept->path, 0755) == 0 || errno == EEXIST;
		*slash = '/';
		if (!made)
			return false;
	}
	snprintf(source, sizeof source, "/proc/self/fd/%d", kept->fd);
	const int place = open(kept->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	return place >= 0 && close(place) == 0 &&
	    mount(source, kept->path, NULL, MS_BIND, NULL) == 0;
}

static bool
hide_folder(const char *folder, struct kept kept[KEPT])
{
	if (mount("none", folder, "tmpfs", FLAGS, "size=64k,mode=755") != 0)
		return false;
	for (int i = 0; i < KEPT; i++)
		if (kept[i].fd >= 0 && is_in(kept[i].path, folder) && !put_back(&kept[i], folder))
			return false;
	return mount(NULL, folder, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | FLAGS, NULL) == 0;
}

/* The run directory and the folder of MariaDB's socket, the outer one alone if one lies in the
 * other. */
static bool
hide_both(const struct scop_worker *worker, struct kept kept[KEPT])
{
	char run[PATH_MAX], database[PATH_MAX], file[PATH_MAX];

	if (!realpath(worker->settings.run, run) || !realpath(worker->settings.file, file))
		return false;
	snprintf(database, sizeof database, "%s", worker->settings.db_socket);
	char *slash = strrchr(database, '/');
	if (slash)
		*slash = '\0';
	char *folder = realpath(database, NULL);
	/* a folder that holds the module's file as well cannot be hidden */
	const bool apart = folder && folder[1] && !is_in(folder, run) && !is_in(file, folder);
	if (folder && !apart && !is_in(folder, run))
		scop_log_line(SCOP_LOG_WARNING,
		    "MariaDB's socket lies in '%s', as the modules do, so modules can connect to "
		    "it",
		    folder);
	const bool ok = (!apart || hide_folder(folder, kept)) &&
	    ((apart && is_in(run, folder)) || hide_folder(run, kept));
	free(folder);
	return ok;
}

void
scop_worker_hide_sockets(const struct scop_worker *worker)
{
	struct kept kept[KEPT];

	if (!worker->settings.sandbox || worker->settings.uid == 0)
		return;
	if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL) != 0) {
		scop_log_line(SCOP_LOG_WARNING,
		    "no mounts of its own (%s): only their permissions keep modules from sockets",
		    strerror(errno));
		return;
	}
	const mode_t before = umask(022);
	keep(&kept[0], worker->settings.gateway);
	keep(&kept[1], worker->settings.out);
	if (!hide_both(worker, kept))
		scop_worker_give_up(worker, "the host's sockets cannot be hidden from its module");
	for (int i = 0; i < KEPT; i++)
		if (kept[i].fd >= 0)
			close(kept[i].fd);
	umask(before);
}
