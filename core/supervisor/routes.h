/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Routes as links: run/t/<host>/<module> leads to the owner's folder, run/t/<host>/- to that of the
 * module at the host's root. An owner is one tenant's use of one package since it was last
 * switched: run/owners/<tenant's number>-<pool>-<epoch>, with a link to the pool's socket. nginx
 * finds the socket through the links, so installing, disabling and switching are one rename each,
 * without a reload; it keeps files under the owner's name, which no module can choose.
 */
#ifndef SCOP_SUPERVISOR_ROUTES_H
#define SCOP_SUPERVISOR_ROUTES_H

#include "data/directory.h"
#include "supervisor/pool.h"

/* Updates pools and links to match the image: new pools first, then links. Unchanged links of a
 * host name are not touched. */
void scop_routes_apply(struct scop_host *host, const struct scop_directory_image *image);

/* Makes the next image set all links again, in case somebody has changed them. */
void scop_routes_forget(struct scop_host *host);

/* Ends the pools to which no route leads any more, once readers see that image. */
void scop_routes_drain(struct scop_host *host);

#endif
