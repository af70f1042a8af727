/* Mails that come back: see bounces.h. */
#include "host/bounces.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "jobs/bounce.h"

enum { AT_ONCE = 100, BYTES_MAX = 1 << 20 };

/* The message's first bytes, where it is a plain file; a notification's own lines stand before what it returns. */
static const char *
read_message(struct scop_post *post, int folder_fd, const char *name, size_t *ret_size)
{
	const int fd = openat(folder_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat status;
	ssize_t got = -1;
	char *bytes = NULL;

	if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
		*ret_size = status.st_size < BYTES_MAX ? (size_t)status.st_size : BYTES_MAX;
		bytes = scop_arena_alloc(post->arena, *ret_size + 1);
		got = read(fd, bytes, *ret_size);
	}
	if (fd >= 0)
		close(fd);
	if (got < 0)
		return NULL;
	*ret_size = (size_t)got;
	return bytes;
}

/* Told once, not at each look. */
static void
tell(const char *folder, const char *what, int cause)
{
	static bool told;

	if (what && !told)
		scop_log(SCOP_LOG_WARNING, "mails that come back to '%s' are not read: '%s': %s. It is a Maildir that the mailer's user (%u) has to read and to write.",
		    folder, what, strerror(cause), (unsigned)geteuid());
	told = what != NULL;
}

/* Out of "new" into "cur", as every reader of a Maildir does; "S" says that it was read. */
static bool
put_away(int new_fd, int cur_fd, const char *name, bool noted)
{
	char seen[NAME_MAX + 8];

	snprintf(seen, sizeof seen, "%.*s:2,%s", (int)strcspn(name, ":"), name, noted ? "S" : "");
	return renameat(new_fd, name, cur_fd, seen) == 0;
}

static enum scop_db_status
take(struct scop_post *post, int new_fd, const char *name, const char *domain, bool *ret_noted)
{
	enum scop_db_status status = SCOP_DB_OK;
	struct scop_bounce bounce;
	size_t size;
	const char *message = read_message(post, new_fd, name, &size);

	*ret_noted = false;
	if (message && scop_bounce_read(message, size, domain, &bounce))
		status = scop_post_came_back(post, bounce.mail, bounce.created, bounce.answer, ret_noted);
	if (*ret_noted)
		scop_log(SCOP_LOG_INFO, "mail %lld came back: %s", (long long)bounce.mail, bounce.answer);
	return status;
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
	bool noted, sound = list != NULL;

	if (!list)
		tell(folder, "new and cur", errno);
	for (unsigned count = 0; sound && count < AT_ONCE && (entry = readdir(list));) {
		if (entry->d_name[0] == '.')
			continue;
		count++;
		status = take(post, new_fd, entry->d_name, domain, &noted);
		sound = status == SCOP_DB_OK && put_away(new_fd, cur_fd, entry->d_name, noted);
		if (!sound && status == SCOP_DB_OK)
			tell(folder, entry->d_name, errno);
	}
	if (sound)
		tell(folder, NULL, 0);
	if (list)
		closedir(list);
	if (new_fd >= 0)
		close(new_fd);
	if (cur_fd >= 0)
		close(cur_fd);
	return status;
}
