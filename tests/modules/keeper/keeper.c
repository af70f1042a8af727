/* SPDX-License-Identifier: EUPL-1.2 */
/* Sends stored files: each contains the requested name and how often this process was called, so
 * that a cached one is recognised. */
#include "names.h"

static void
bytes(struct scop_request *req)
{
	static int asked;
	const struct scop_value *text =
	    scop_make_text(req, "%s, asked %d", scop_as_text(scop_path(req, "name")), ++asked);

	scop_send_file(req, "text/plain", text);
}

static void
send(struct scop_request *req, const char *file_name)
{
	scop_send_stored(req, "bytes", scop_map_of(req, "name", scop_path(req, "name"), NULL),
	    file_name);
}

static void
paper(struct scop_request *req)
{
	send(req, "Facture d'été.txt");
}

static void
gift(struct scop_request *req)
{
	send(req, NULL);
}

/* The next page says something. */
static void
said_gift(struct scop_request *req)
{
	scop_flash(req, "See the papers");
	gift(req);
}

static void
nothing(struct scop_request *req)
{
	/* which is a route, but not a stored one */
	scop_send_stored(req, "paper", NULL, NULL);
}

static const struct scop_route routes[] = {
	{ .method = SCOP_GET,
	    .path = "/paper/{name}",
	    .name = "paper",
	    .handle = paper,
	    .permission = "keeper.papers" },
	{ .method = SCOP_GET, .path = "/gift/{name}", .handle = gift },
	{ .method = SCOP_GET, .path = "/gifts/{name}", .handle = said_gift },
	{ .method = SCOP_GET, .path = "/nothing", .handle = nothing },
	{ .method = SCOP_GET,
	    .path = "/bytes/{name}",
	    .name = "bytes",
	    .handle = bytes,
	    .stored = true },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
