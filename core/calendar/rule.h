/* SPDX-License-Identifier: EUPL-1.2 */
/* Rules of repetition (RFC 5545, 3.3.10). */
#ifndef SCOP_CALENDAR_RULE_H
#define SCOP_CALENDAR_RULE_H

#include <libical/ical.h>
#include <stdbool.h>

#include "calendar/moment.h"

/* Reads a rule. False for what is none, and for one that would cost too much to follow: by minutes
 * or seconds, or with more than 100 times of day. */
bool scop_rule_read(const char *text, struct icalrecurrencetype *ret_rule);

/* Turns the end of a rule, which a file gives in UTC, into the zone in which its steps are. */
void scop_rule_localize(struct icalrecurrencetype *rule, struct scop_moment_zone zone);

#endif
