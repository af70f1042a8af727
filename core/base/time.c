/* SPDX-License-Identifier: EUPL-1.2 */
/* Times in UTC: see time.h. */
#include "base/time.h"

#include <time.h>

#include "base/buffer.h"
#include "base/date.h"

enum { SECONDS_OF_DAY = 86400 };

int64_t
scop_time_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
scop_time_seconds(int64_t microseconds)
{
	return microseconds / 1000000 - (microseconds % 1000000 < 0);
}

int64_t
scop_time_make(int year, int month, int day, int hour, int minute, int second, int microsecond)
{
	const int64_t days = scop_days_of((struct scop_day){ year, month, day });

	return (((days * 24 + hour) * 60 + minute) * 60 + second) * 1000000 + microsecond;
}

void
scop_time_print(struct scop_buffer *out, int64_t microseconds)
{
	const int64_t seconds = scop_time_seconds(microseconds);
	const int64_t days = seconds / SECONDS_OF_DAY - (seconds % SECONDS_OF_DAY < 0);
	const int rest = (int)(seconds - days * SECONDS_OF_DAY);

	char clock[] = "T00:00:00Z";

	scop_date_print(out, days);
	scop_two_digits(clock + 1, (unsigned)rest / 3600);
	scop_two_digits(clock + 4, (unsigned)rest / 60 % 60);
	scop_two_digits(clock + 7, (unsigned)rest % 60);
	scop_buffer_add(out, clock, sizeof clock - 1);
}
