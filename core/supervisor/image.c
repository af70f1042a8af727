/* SPDX-License-Identifier: EUPL-1.2 */
/* The directory: read from the image that the installer wrote, published with its routes. */
#include <fcntl.h>
#include <stdio.h>
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
	supervisor->published_fence = image->fence;
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

bool
supervisor_read_image(struct supervisor *supervisor)
{
	struct scop_error err;
	struct stat status;
	char path[300];

	snprintf(path, sizeof path, "%s/directory", supervisor->host.config.run);
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	const struct scop_directory_image *image = map_image(fd, &status, &err);
	close(fd);
	if (image && image->fence < supervisor->published_fence) {
		scop_error_set(&err, "an installer wrote it that is none any more");
		munmap((void *)(uintptr_t)image, image->size);
		image = NULL;
	}
	if (!image) {
		scop_log_line(SCOP_LOG_ERROR, "'%s' is not published: %s", path, err.text);
		return false;
	}
	publish_image(supervisor, image, &status);
	munmap((void *)(uintptr_t)image, image->size);
	return true;
}

/* Whether readers see the file that is in the run directory now; reads it if they do not. */
bool
supervisor_publish(struct supervisor *supervisor)
{
	struct stat status;
	char path[300];

	snprintf(path, sizeof path, "%s/directory", supervisor->host.config.run);
	if (stat(path, &status) != 0)
		return false;
	return (status.st_ino == supervisor->published_file &&
		   status.st_mtim.tv_sec == supervisor->published_time.tv_sec &&
		   status.st_mtim.tv_nsec == supervisor->published_time.tv_nsec) ||
	    supervisor_read_image(supervisor);
}
