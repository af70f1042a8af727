/* SPDX-License-Identifier: EUPL-1.2 */
/* The kinds of orders: who may place one, its subject, and the function that carries it out. */
#ifndef SCOP_INSTALLER_KINDS_H
#define SCOP_INSTALLER_KINDS_H

#include "installer/platform.h"

/* An order being carried out. It lives as long as the platform's arena. */
struct scop_carrying {
	struct scop_platform *platform;
	const struct scop_value *order; /* the row of scopiton.installer_order */
	/* the operator's tenant whose portal placed it: `id` and `name`; NULL: another portal, or
	 * the command line */
	const struct scop_value *scop;
	bool by_operator; /* a scop's portal, or the command line */
	/* called at each step; false stops the order */
	bool (*on_step)(void *context, const char *what);
	void *context;
	/* output: its result, beyond that it is done; never NULL */
	const char *report;
};

/* Carries out the order; false with the reason. The caller has checked that whoever placed it may
 * order for its tenant. */
bool scop_order_carry_out(struct scop_carrying *carrying);

#endif
