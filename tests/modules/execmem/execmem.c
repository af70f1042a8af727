/* SPDX-License-Identifier: EUPL-1.2 */
/* Tries to make memory executable, in all three ways; answers with errno, 0 if it succeeded. */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "names.h"

enum { PAGE_BYTES = 4096 };

static void
put_errno(struct scop_request *req, const char *name, bool failed)
{
	scop_put(req, name, scop_make_int(req, failed ? errno : 0));
}

static void
page(struct scop_request *req)
{
	const int fd = memfd_create("code", 0);
	void *plain =
	    mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	put_errno(req, "mmap",
	    mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
		-1, 0) == MAP_FAILED);
	put_errno(req, "mprotect", mprotect(plain, PAGE_BYTES, PROT_READ | PROT_EXEC) != 0);
	put_errno(req, "memfd",
	    ftruncate(fd, PAGE_BYTES) != 0 ||
		mmap(NULL, PAGE_BYTES, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0) == MAP_FAILED);
	close(fd);
	munmap(plain, PAGE_BYTES);
	scop_view(req, &view_page);
}

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "page", .handle = page, .api = true },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
