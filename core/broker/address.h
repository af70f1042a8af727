/* SPDX-License-Identifier: EUPL-1.2 */
/* Tells public addresses from private and special-purpose ones. Pure functions. */
#ifndef SCOP_BROKER_ADDRESS_H
#define SCOP_BROKER_ADDRESS_H

#include <stdbool.h>

struct sockaddr;

/* Whether the address is on the public internet. Source: IANA's registries of special-purpose
 * addresses (RFC 6890). */
bool scop_address_is_public(const struct sockaddr *address);

/* Whether `calls` lists `host` and `port`: lines of "host port", where a host may be "*" or begin
 * with "*.". */
bool scop_address_is_named(const char *calls, const char *host, unsigned port);

#endif
