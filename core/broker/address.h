/* SPDX-License-Identifier: EUPL-1.2 */
/* Which addresses are out in the world, and which are near: our own, private, or for special uses.
 * Pure. */
#ifndef SCOP_BROKER_ADDRESS_H
#define SCOP_BROKER_ADDRESS_H

#include <stdbool.h>

struct sockaddr;

/* Whether the address is of the public internet. Source: IANA's registries of special-purpose
 * addresses (RFC 6890). */
bool scop_address_is_public(const struct sockaddr *address);

/* Whether `host` and `port` stand among `calls`: lines of "host port", where a host may be "*" or
 * begin with "*.". */
bool scop_address_is_named(const char *calls, const char *host, unsigned port);

#endif
