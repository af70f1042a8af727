/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The entrance: answers at the root of a host name where the tenant has no module. The portal's
 * worker gives it, as it does for disabled modules.
 */
#ifndef SCOP_WEB_ENTRANCE_H
#define SCOP_WEB_ENTRANCE_H

#include "web/answer.h"

/* Whether the tenant has no module at the root, not even a disabled one. */
bool scop_entrance_needed(const struct scop_request *req);

/* At "/" and "/fr/": leads to the tenant's only public module, lists several, or says that there is
 * none; elsewhere 404. */
void scop_entrance_answer(struct scop_request *req, struct scop_answer *answer);

#endif
