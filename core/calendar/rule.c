/* SPDX-License-Identifier: EUPL-1.2 */
/* Rules of repetition: see rule.h. */
#include "calendar/rule.h"

#include <string.h>

#include "base/arena.h"
#include "base/value.h"

enum { TIMES_OF_DAY_MAX = 100, TEXT_MAX = 2000 };

static unsigned
entries(const short *list, unsigned size)
{
	unsigned count = 0;

	while (count < size && list[count] != ICAL_RECURRENCE_ARRAY_MAX)
		count++;
	return count > 0 ? count : 1;
}

bool
scop_rule_read(const char *text, struct icalrecurrencetype *ret_rule)
{
	if (!text[0] || strlen(text) > TEXT_MAX)
		return false;
	*ret_rule = icalrecurrencetype_from_string(text);
	if (ret_rule->freq == ICAL_NO_RECURRENCE || ret_rule->freq == ICAL_SECONDLY_RECURRENCE ||
	    ret_rule->freq == ICAL_MINUTELY_RECURRENCE)
		return false;
	return entries(ret_rule->by_hour, ICAL_BY_HOUR_SIZE) *
	    entries(ret_rule->by_minute, ICAL_BY_MINUTE_SIZE) *
	    entries(ret_rule->by_second, ICAL_BY_SECOND_SIZE) <=
	    TIMES_OF_DAY_MAX;
}

void
scop_rule_localize(struct icalrecurrencetype *rule, struct scop_moment_zone zone)
{
	if (icaltime_is_null_time(rule->until) || rule->until.is_date ||
	    !icaltime_is_utc(rule->until) || !scop_moment_is_sane(rule->until))
		return;
	const struct scop_value until = { .type = SCOP_TIME,
		.integer = scop_moment_of(rule->until, zone) };
	rule->until = scop_moment_local(&until, zone.name);
}
