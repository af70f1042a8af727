/* SPDX-License-Identifier: EUPL-1.2 */
/* The kinds of orders: who may place one, its subject, and the function that does it. */
#ifndef SCOP_INSTALLER_KINDS_H
#define SCOP_INSTALLER_KINDS_H

#include "installer/platform.h"

/* An order that is carried out. All of it lives as long as the platform's arena. */
struct scop_carrying {
	struct scop_platform *platform;
	const struct scop_value *order; /* the row of scopiton.installer_order */
	/* the operating tenant whose portal gave it: `id` and `name`; NULL: another portal, or the
	 * command line */
	const struct scop_value *scop;
	bool by_operator; /* a scop's portal, or the command line */
	/* told of each step; false: the order is to stop */
	bool (*on_step)(void *context, const char *what);
	void *context;
	/* out: what the order has to say beyond that it is done; never NULL */
	const char *report;
};

/* Carries it out; false with the reason. The caller has checked that whoever gave the order may
 * order for its tenant. */
bool scop_order_carry_out(struct scop_carrying *carrying);

#endif
