/* SPDX-License-Identifier: EUPL-1.2 */
/* Answers of a job worker, split into arbitrary pieces, and rules of schedules. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/locale.h"
#include "dispatcher/fcgi.h"
#include "queue/schedule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scop_fcgi_answer answer = { { 0 }, 0, 0, 0, false, false, "", 0 };
	struct scop_schedule schedule;
	char line[50], rule[70];
	const size_t piece = size > 0 ? 1 + data[0] % 31 : 1;

	for (size_t at = 0; at < size; at += piece) {
		scop_fcgi_take(&answer, data + at, size - at < piece ? size - at : piece);
		while (scop_fcgi_line(&answer, line, sizeof line))
			assert(strlen(line) < sizeof line && !strchr(line, '\n'));
		assert(answer.text_length < sizeof answer.text);
	}
	memcpy(rule, data, size < sizeof rule ? size : sizeof rule - 1);
	rule[size < sizeof rule ? size : sizeof rule - 1] = '\0';
	if (scop_schedule_parse(rule, &schedule)) {
		const int64_t now = (int64_t)1800000000 * 1000000;

		assert(scop_schedule_next(&schedule, "Europe/Brussels", now) > now);
	}
	return 0;
}
