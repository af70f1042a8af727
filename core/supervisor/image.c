/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The directory: read from the images that installers write, published with its routes.
 *
 * An image arrives in the run directory as directory.FENCE.VERSION. The supervisor takes the latest
 * and renames it to `directory`, from which the next supervisor starts; nobody else gives a file
 * that name. It removes images that are older than that, whoever wrote them and however late.
 */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "supervisor/supervisor.h"

#include "base/log.h"
#include "supervisor/routes.h"

/* Routes first: a request that the new image rejects is retried on the new route. A request that
 * arrives on the new route too early waits. */
static void
publish_image(struct supervisor *supervisor, const struct scop_directory_image *image,
    const struct stat *status)
{
	const int64_t began = scop_board_clock();

	atomic_store(&supervisor->directory->changing, 1);
	scop_routes_apply(&supervisor->host, image);
	scop_directory_publish(supervisor->directory, image, image->size);
	atomic_store(&supervisor->directory->changing, 0);
	scop_routes_drain(&supervisor->host);
	supervisor->published_at = scop_board_clock();
	supervisor->published_file = status->st_ino;
	supervisor->published = (struct supervisor_numbers){ image->fence, image->version };
	supervisor->published_time = status->st_mtim;
	scop_log_line(SCOP_LOG_INFO,
	    "the directory of %u tenants and %u subscriptions was published in %.1f ms",
	    image->tenant_count, image->subscription_count,
	    (double)(supervisor->published_at - began) / 1000);
}

/* Maps the image in the run directory; NULL, with the reason, if it cannot be read or is damaged.
 */
static const struct scop_directory_image *
map_image(int fd, struct stat *ret_status, struct scop_error *err)
{
	if (fstat(fd, ret_status) != 0 || ret_status->st_size <= 0) {
		scop_error_set(err, "it is empty");
		return NULL;
	}
	const size_t size = (size_t)ret_status->st_size;
	void *image = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (image == MAP_FAILED) {
		scop_error_errno(err, "it cannot be mapped");
		return NULL;
	}
	if (scop_directory_check(image, size, err))
		return image;
	munmap(image, size);
	return NULL;
}

static bool
is_older(struct supervisor_numbers one, struct supervisor_numbers other)
{
	return one.fence != other.fence ? one.fence < other.fence : one.version < other.version;
}

static const struct scop_directory_image *
read_file(const char *path, struct stat *ret_status, struct scop_error *err)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0) {
		scop_error_errno(err, "it cannot be opened");
		return NULL;
	}
	const struct scop_directory_image *image = map_image(fd, ret_status, err);
	close(fd);
	return image;
}

static void
forget(const struct scop_directory_image *image)
{
	munmap((void *)(uintptr_t)image, image->size);
}

static void
path_of(const struct supervisor *supervisor, const char *name, char ret_path[SUPERVISOR_PATH])
{
	snprintf(ret_path, SUPERVISOR_PATH, "%s/%s", supervisor->host.config.run, name);
}

/* ---- images that have arrived ---- */

/* Reads the numbers of an image's name; false if it is not the name of one. */
static bool
read_name(const char *name, struct supervisor_numbers *ret_numbers)
{
	int length = 0;

	return sscanf(name, "directory.%" SCNu32 ".%" SCNu64 "%n", &ret_numbers->fence,
		   &ret_numbers->version, &length) == 2 &&
	    name[length] == '\0';
}

static void
refuse(const char *path, const char *why)
{
	scop_log_line(SCOP_LOG_ERROR, "'%s' is not published: %s", path, why);
	unlink(path);
}

/* Finds the latest that has arrived and is not older than `than`, and removes the others; false for
 * none. */
static bool
find_latest(const struct supervisor *supervisor, struct supervisor_numbers than,
    char ret_path[SUPERVISOR_PATH], struct supervisor_numbers *ret_numbers)
{
	DIR *dir = opendir(supervisor->host.config.run);
	struct supervisor_numbers numbers;
	struct dirent *entry;

	ret_path[0] = '\0';
	while (dir && (entry = readdir(dir))) {
		char path[SUPERVISOR_PATH];

		if (!read_name(entry->d_name, &numbers))
			continue;
		path_of(supervisor, entry->d_name, path);
		if (is_older(numbers, than)) {
			refuse(path,
			    numbers.fence < than.fence
				? "an installer wrote it that is none any more"
				: "a later one has been published");
			continue;
		}
		if (ret_path[0] && is_older(numbers, *ret_numbers)) {
			unlink(path);
			continue;
		}
		if (ret_path[0])
			unlink(ret_path);
		memcpy(ret_path, path, SUPERVISOR_PATH);
		*ret_numbers = numbers;
	}
	if (dir)
		closedir(dir);
	return ret_path[0] != '\0';
}

/* The numbers of the published image or, before the first one is, of the file that the previous
 * supervisor has left. */
static struct supervisor_numbers
numbers_now(const struct supervisor *supervisor)
{
	struct supervisor_numbers numbers = supervisor->published;
	char path[SUPERVISOR_PATH];
	struct scop_error err;
	struct stat status;

	path_of(supervisor, "directory", path);
	const struct scop_directory_image *image =
	    supervisor->published_at ? NULL : read_file(path, &status, &err);
	if (image) {
		numbers = (struct supervisor_numbers){ image->fence, image->version };
		forget(image);
	}
	return numbers;
}

/* Makes the latest image that has arrived the file `directory`. A damaged one is passed over. */
static void
take_latest(const struct supervisor *supervisor)
{
	const struct supervisor_numbers than = numbers_now(supervisor);
	struct supervisor_numbers numbers = { 0 };
	char path[SUPERVISOR_PATH], directory[SUPERVISOR_PATH];

	path_of(supervisor, "directory", directory);
	while (find_latest(supervisor, than, path, &numbers)) {
		struct scop_error err;
		struct stat status;
		const struct scop_directory_image *image = read_file(path, &status, &err);
		const bool says =
		    image && image->fence == numbers.fence && image->version == numbers.version;

		if (image)
			forget(image);
		if (says && rename(path, directory) == 0)
			return;
		refuse(path,
		    !image     ? err.text
			: says ? "it cannot be renamed"
			       : "it is not the one that its name says");
	}
}

/* ---- the file ---- */

static bool
read_directory(struct supervisor *supervisor)
{
	struct scop_error err;
	struct stat status;
	char path[SUPERVISOR_PATH];

	path_of(supervisor, "directory", path);
	if (access(path, F_OK) != 0)
		return false;
	const struct scop_directory_image *image = read_file(path, &status, &err);
	if (image &&
	    is_older((struct supervisor_numbers){ image->fence, image->version },
		supervisor->published)) {
		scop_error_set(&err, "an earlier one has taken its place");
		forget(image);
		image = NULL;
	}
	if (!image) {
		scop_log_line(SCOP_LOG_ERROR, "'%s' is not published: %s", path, err.text);
		return false;
	}
	publish_image(supervisor, image, &status);
	forget(image);
	return true;
}

bool
supervisor_read_image(struct supervisor *supervisor)
{
	supervisor->behind = !supervisor->host.names;
	if (supervisor->behind)
		return false;
	take_latest(supervisor);
	return read_directory(supervisor);
}

/* Whether readers see the file that is in the run directory now; reads it if they do not. */
bool
supervisor_publish(struct supervisor *supervisor)
{
	struct stat status;
	char path[SUPERVISOR_PATH];

	supervisor->behind = !supervisor->host.names;
	if (supervisor->behind)
		return false;
	take_latest(supervisor);
	path_of(supervisor, "directory", path);
	if (stat(path, &status) != 0)
		return false;
	return (status.st_ino == supervisor->published_file &&
		   status.st_mtim.tv_sec == supervisor->published_time.tv_sec &&
		   status.st_mtim.tv_nsec == supervisor->published_time.tv_nsec) ||
	    read_directory(supervisor);
}
