/* SPDX-License-Identifier: EUPL-1.2 */
/* Times of libical and values: see moment.h. */
#include "calendar/moment.h"

#include <string.h>

#include "base/date.h"
#include "base/locale.h"
#include "web/request.h"

#define SECOND INT64_C(1000000)
enum { YEAR_MAX = 2999 };

/* "/freeassociation.sourceforge.net/Europe/Brussels" and the like end in a name. */
static const char *
known_name(const char *tzid)
{
	if (scop_zone_valid(tzid))
		return tzid;
	for (const char *slash = tzid; (slash = strchr(slash, '/'));)
		if (scop_zone_valid(++slash) && strchr(slash, '/'))
			return slash;
	return NULL;
}

struct scop_moment_zone
scop_moment_zone(struct scop_request *req, icalcomponent *calendar, const char *tzid)
{
	const char *name = tzid ? known_name(tzid) : req->locale.zone;

	if (name)
		return (struct scop_moment_zone){ scop_arena_text(req->arena, name), NULL };
	return (struct scop_moment_zone){ NULL, icalcomponent_get_timezone(calendar, tzid) };
}

bool
scop_moment_is_sane(struct icaltimetype time)
{
	const bool clock = time.is_date ||
	    (time.hour >= 0 && time.hour < 24 && time.minute >= 0 && time.minute < 60 &&
		time.second >= 0 && time.second <= 60);

	return clock && time.year <= YEAR_MAX &&
	    scop_day_exists((struct scop_day){ time.year, time.month, time.day });
}

static int64_t
days_of(struct icaltimetype time)
{
	return scop_days_of((struct scop_day){ time.year, time.month, time.day });
}

int64_t
scop_moment_of(struct icaltimetype time, struct scop_moment_zone zone)
{
	const int hour = time.is_date ? 0 : time.hour, minute = time.is_date ? 0 : time.minute,
		  second = time.is_date ? 0 : time.second;

	if (icaltime_is_utc(time) && !time.is_date)
		return (days_of(time) * 86400 + hour * 3600 + minute * 60 + second) * SECOND;
	if (!zone.name && zone.described)
		return (int64_t)icaltime_as_timet_with_zone(time, zone.described) * SECOND;
	return scop_zone_instant(zone.name ? zone.name : "UTC", time.year, time.month, time.day,
		   hour, minute) +
	    second * SECOND;
}

const struct scop_value *
scop_moment_value(struct scop_request *req, struct icaltimetype time, struct scop_moment_zone zone)
{
	return time.is_date ? scop_value_date(req->arena, days_of(time))
			    : scop_value_time(req->arena, scop_moment_of(time, zone));
}

struct icaltimetype
scop_moment_local(const struct scop_value *value, const char *zone)
{
	struct icaltimetype time = icaltime_null_time();

	if (scop_type(value) == SCOP_DATE) {
		const struct scop_day day = scop_day_of(value->integer);

		time.year = day.year, time.month = day.month, time.day = day.day;
		time.is_date = 1;
		return time;
	}
	const struct scop_clock clock = scop_zone_clock(zone, value->integer);
	time.year = clock.year, time.month = clock.month, time.day = clock.day;
	time.hour = clock.hour, time.minute = clock.minute;
	time.second = (int)((value->integer / SECOND % 60 + 60) % 60);
	return time;
}
