/* SPDX-License-Identifier: EUPL-1.2 */
/* Changes of a module's files, by inotify(7). Editors save in several steps, and switching branches
 * changes many files, so a change is reported once no file has changed for a moment. */
#include <errno.h>
#include <fts.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "cli/dev.h"

enum { QUIET_MILLISECONDS = 40, EVENTS_BYTES = 16384 };

static const uint32_t wanted =
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE | IN_ONLYDIR;

/* Adding a folder a second time changes nothing. */
static void
add_folders(int watch, const char *folder)
{
	char *const roots[] = { (char *)(uintptr_t)folder, NULL };
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);

	for (FTSENT *entry; walk && (entry = fts_read(walk));)
		if (entry->fts_info == FTS_D)
			inotify_add_watch(watch, entry->fts_path, wanted);
	if (walk)
		fts_close(walk);
}

int
dev_watch_open(const char *folder)
{
	const int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	if (watch >= 0)
		add_folders(watch, folder);
	return watch;
}

/* Editors keep temporary files next to the edited one. */
static bool
counts(const struct inotify_event *event)
{
	const size_t length = event->len > 0 ? strlen(event->name) : 0;

	if (event->mask & IN_Q_OVERFLOW)
		return true;
	if (length == 0 || event->name[0] == '.' || event->name[0] == '#' ||
	    event->name[length - 1] == '~' || strcmp(event->name, "4913") == 0)
		return false;
	/* a file that was only created is still empty */
	return !(event->mask & IN_CREATE) || (event->mask & IN_ISDIR);
}

/* Reads the pending events; returns whether any of them counts. */
static bool
take_events(int watch, const char *folder)
{
	char bytes[EVENTS_BYTES] __attribute__((aligned(8)));
	bool changed = false, folders = false;
	ssize_t got;

	while ((got = read(watch, bytes, sizeof bytes)) > 0) {
		for (const char *at = bytes; at < bytes + got;) {
			const struct inotify_event *event = (const void *)at;

			changed |= counts(event);
			folders |= (event->mask & IN_ISDIR) != 0;
			at += sizeof *event + event->len;
		}
	}
	if (folders)
		add_folders(watch, folder);
	return changed;
}

bool
dev_watch_wait(int watch, const char *folder, int milliseconds)
{
	struct pollfd polled = { watch, POLLIN, 0 };

	if (poll(&polled, 1, milliseconds) <= 0 || !take_events(watch, folder))
		return false;
	while (poll(&polled, 1, QUIET_MILLISECONDS) > 0)
		take_events(watch, folder);
	return true;
}
