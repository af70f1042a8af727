/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Routes as links: run/t/<host>/<module> leads to the pool's folder, run/t/<host>/- to the module
 * at the host's root. nginx finds the socket through the link, so installing, disabling and
 * switching are one rename each, with no reload.
 */
#ifndef SCOP_SUPERVISOR_ROUTES_H
#define SCOP_SUPERVISOR_ROUTES_H

#include "data/directory.h"
#include "supervisor/pool.h"

/* Makes pools and links agree with the image: new pools first, then links. A host name whose links
 * were set and are the same is not touched. */
void scop_routes_apply(struct scop_host *host, const struct scop_directory_image *image);

/* The next image sets all links again: somebody may have changed them. */
void scop_routes_forget(struct scop_host *host);

/* Ends the pools that no route leads to any more, once readers see that image. */
void scop_routes_drain(struct scop_host *host);

#endif
