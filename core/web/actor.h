/* SPDX-License-Identifier: EUPL-1.2 */
/* Members without a name: a sign-in link makes them, and they have no name until they enter one.
 * Pages show their e-mail address or the title of their role instead. */
#ifndef SCOP_WEB_ACTOR_H
#define SCOP_WEB_ACTOR_H

#include "web/request.h"

/* The member as scop_actor() stores it, read by id; NULL if there is no such member. */
const struct scop_value *scop_actor_of(struct scop_request *req, const struct scop_value *id);

/* The session's member, completed if it has no name: `name` to show, `actor` to store. */
const struct scop_value *scop_actor_complete(struct scop_request *req,
    const struct scop_value *member);

#endif
