/* SPDX-License-Identifier: EUPL-1.2 */
/* Monthly statements of a tenant's usage. Days are in the tenant's time zone. */
#ifndef SCOP_INSTALLER_BILLING_H
#define SCOP_INSTALLER_BILLING_H

#include "installer/platform.h"

/* Lines of a month ("2026-11"): module, begins, ends, days, of_days, month_cents, cents, currency.
 * In a month that is not closed, running periods count to its end. NULL with the reason. */
const struct scop_value *scop_statement_lines(struct scop_platform *platform, uint32_t tenant,
    const char *month, bool *ret_closed);

/* Closes a month that has ended: its lines become final. */
bool scop_statement_close(struct scop_platform *platform, uint32_t tenant, const char *month);

/* Writes one line into scopiton.subscription_period: the module is in use from today, or no longer
 * (NULL: all of the tenant's modules). */
bool scop_period_begin(struct scop_platform *platform, uint32_t tenant, const char *module);
bool scop_period_end(struct scop_platform *platform, uint32_t tenant, const char *module);

#endif
