/* SPDX-License-Identifier: EUPL-1.2 */
/* Counts of crashes: see crashes.h. */
#include "supervisor/crashes.h"

#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

enum { DAY_SECONDS = 86400 };

struct scop_crashes {
	int64_t started;
	size_t length, room;
	struct count {
		uint32_t tenant, crashes;
		int64_t day;
	} * list;
};

static struct scop_crashes *
begin(void)
{
	struct scop_crashes *made = calloc(1, sizeof *made);

	if (made)
		made->started = time(NULL);
	return made;
}

/* Days before yesterday were written long ago. */
static void
forget_old(struct scop_crashes *crashes, int64_t today)
{
	size_t kept = 0;

	for (size_t i = 0; i < crashes->length; i++)
		if (crashes->list[i].day + 1 >= today)
			crashes->list[kept++] = crashes->list[i];
	crashes->length = kept;
}

static bool
make_room(struct scop_crashes *crashes)
{
	const size_t room = crashes->room ? crashes->room * 2 : 16;
	struct count *list = crashes->length < crashes->room
	    ? crashes->list
	    : realloc(crashes->list, room * sizeof *list);

	if (!list)
		return false;
	if (crashes->length == crashes->room)
		crashes->room = room;
	crashes->list = list;
	return true;
}

void
scop_crashes_count(struct scop_crashes **crashes, uint32_t tenant)
{
	const int64_t today = time(NULL) / DAY_SECONDS;
	struct scop_crashes *all = *crashes ? *crashes : (*crashes = begin());

	if (!all)
		return;
	for (size_t i = 0; i < all->length; i++)
		if (all->list[i].tenant == tenant && all->list[i].day == today) {
			all->list[i].crashes++;
			return;
		}
	forget_old(all, today);
	if (make_room(all))
		all->list[all->length++] = (struct count){ tenant, 1, today };
}

void
scop_crashes_write(const struct scop_crashes *crashes, FILE *out)
{
	for (size_t i = 0; crashes && i < crashes->length; i++)
		fprintf(out, "crashes %lld %u %lld %u\n", (long long)crashes->started,
		    crashes->list[i].tenant, (long long)crashes->list[i].day,
		    crashes->list[i].crashes);
}
