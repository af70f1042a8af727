/* SPDX-License-Identifier: EUPL-1.2 */
/* Calendar files: the events that are read are searched, and written to a file that can be read. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "scopiton/calc.h"
#include "scopiton/calendar.h"
#include "with_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
write_again(struct scop_arena *arena, const struct scop_value *events)
{
	struct scop_request *req = new_request(arena);
	struct scop_file_error error;
	/* fails for events that only a program of others would write */
	const struct scop_value *file = scop_calendar_write(req, "PUBLISH", events);

	if (!file)
		return;
	const struct scop_calendar *again =
	    scop_calendar_read(req, scop_as_text(file), scop_size(file), &error);
	assert(again && scop_count(scop_calendar_events(again)) == scop_count(events));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scop_arena *arena = scop_arena_new();
	struct scop_request *req = new_request(arena);
	struct scop_file_error error;
	struct scop_calendar *calendar = scop_calendar_read(req, (const char *)data, size, &error);

	assert(!calendar == (error.text != NULL));
	if (calendar) {
		const struct scop_value *events = scop_calendar_events(calendar);
		const struct scop_value *found = scop_calendar_between(req, events,
		    scop_make_date(req, 2026, 1, 1), scop_make_date(req, 2027, 1, 1), &error);

		assert(!found == (error.text != NULL));
		assert(scop_count(found) <= SCOP_CALENDAR_OCCURRENCES_MAX);
		write_again(arena, events);
	}
	assert(!req->failed);
	scop_arena_free(arena);
	return 0;
}
