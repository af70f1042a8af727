/* SPDX-License-Identifier: EUPL-1.2 */
/* Networks of IPv4 and IPv6 as people write them in the configuration. */
#ifndef SCOP_BASE_NETWORK_H
#define SCOP_BASE_NETWORK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Whether the first `length` bytes are an address, or a network such as 10.0.0.0/8 or
 * 2001:db8::/32, whose other bits are zero. The network of all addresses is refused. The error's
 * text follows the name of a setting. */
bool scop_network_check(const char *text, size_t length, struct scop_error *err);

#endif
