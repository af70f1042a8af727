/* SPDX-License-Identifier: EUPL-1.2 */
/* Tries to open the given file for reading or writing; answers with errno, 0 if it succeeded. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "names.h"

static void
page(struct scop_request *req)
{
	const char *path = scop_as_text(scop_field(req, "path"));
	const bool writes = strcmp(scop_as_text(scop_field(req, "mode")), "write") == 0;
	const int fd = open(path, writes ? O_WRONLY | O_CREAT : O_RDONLY, 0600);

	scop_put(req, "errno", scop_make_int(req, fd < 0 ? errno : 0));
	if (fd >= 0)
		close(fd);
	scop_view(req, &view_page);
}

static const char *const modes[] = { "read", "write", NULL };

static const struct scop_field fields[] = {
	{ .name = "path", .type = SCOP_FIELD_TEXT, .required = true },
	{ .name = "mode", .type = SCOP_FIELD_CHOICE, .required = true, .choices = modes },
	{ 0 },
};

static const struct scop_route routes[] = {
	{ .method = SCOP_GET,
	    .path = "/",
	    .name = "page",
	    .handle = page,
	    .fields = fields,
	    .api = true },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
