/* SPDX-License-Identifier: EUPL-1.2 */
/* Bounced mails: see bounces.h. */
#include "mailer/bounces.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "mail/bounce.h"

enum { AT_ONCE = 100, BYTES_MAX = 256 << 10 };

/* Reads the first bytes of a message, if it is a regular file: a notification's own lines come
 * before the returned mail. -1: not now. */
static ssize_t
read_message(int folder_fd, const char *name, char *bytes, size_t size)
{
	const int fd = openat(folder_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat status;

	if (fd < 0)
		return errno == ELOOP || errno == ENXIO || errno == ENOENT ? 0 : -1;
	const ssize_t got =
	    fstat(fd, &status) == 0 && S_ISREG(status.st_mode) ? read(fd, bytes, size) : 0;
	const int cause = errno;
	close(fd);
	errno = cause;
	return got;
}

/* Logged once, not at each check. */
static void
tell(const char *folder, const char *what, int cause)
{
	static bool told;

	if (what && !told)
		scop_log_line(SCOP_LOG_WARNING,
		    "bounces to '%s' are not read: '%s': %s. It is a Maildir that the mailer's "
		    "user (%u) must be able to read and write.",
		    folder, what, strerror(cause), (unsigned)geteuid());
	told = what != NULL;
}

/* Moves the file from "new" to "cur", as every Maildir reader does; the flag "S" marks it as read.
 */
static bool
put_away(int new_fd, int cur_fd, const char *name, bool noted)
{
	char seen[NAME_MAX + 8];

	snprintf(seen, sizeof seen, "%.*s:2,%s", (int)strcspn(name, ":"), name, noted ? "S" : "");
	return renameat(new_fd, name, cur_fd, seen) == 0;
}

/* Handles one file; false, with errno, if it stays in "new". */
static bool
take(struct scop_post *post, int new_fd, int cur_fd, const char *name, const char *domain,
    enum scop_db_status *ret_status)
{
	static char bytes[BYTES_MAX];
	enum scop_post_return found = SCOP_POST_UNKNOWN;
	struct scop_bounce bounce;
	const ssize_t size = read_message(new_fd, name, bytes, sizeof bytes);

	if (size < 0)
		return false;
	if (scop_bounce_read(bytes, (size_t)size, domain, &bounce))
		*ret_status =
		    scop_post_came_back(post, bounce.mail, bounce.created, bounce.answer, &found);
	if (found == SCOP_POST_NOTED)
		scop_log_line(SCOP_LOG_INFO, "mail %lld bounced: %s", (long long)bounce.mail,
		    bounce.answer);
	return *ret_status != SCOP_DB_OK || found == SCOP_POST_EARLY ||
	    put_away(new_fd, cur_fd, name, found != SCOP_POST_UNKNOWN);
}

static int
open_folder(const char *folder, const char *name)
{
	char path[500];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

enum scop_db_status
scop_bounces_read(struct scop_post *post, const char *folder, const char *domain)
{
	const int new_fd = open_folder(folder, "new"), cur_fd = open_folder(folder, "cur");
	DIR *list = new_fd >= 0 && cur_fd >= 0 ? fdopendir(dup(new_fd)) : NULL;
	enum scop_db_status status = SCOP_DB_OK;
	const struct dirent *entry;
	bool ok = list != NULL;

	if (!list)
		tell(folder, "new and cur", errno);
	for (unsigned count = 0;
	     list && status == SCOP_DB_OK && count < AT_ONCE && (entry = readdir(list));) {
		if (entry->d_name[0] == '.')
			continue;
		if (take(post, new_fd, cur_fd, entry->d_name, domain, &status)) {
			count++;
		} else {
			tell(folder, entry->d_name, errno);
			ok = false;
		}
	}
	if (ok)
		tell(folder, NULL, 0);
	if (list)
		closedir(list);
	if (new_fd >= 0)
		close(new_fd);
	if (cur_fd >= 0)
		close(cur_fd);
	return status;
}
