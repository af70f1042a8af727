/* SPDX-License-Identifier: EUPL-1.2 */
/* The scoreboard, on which native code of a module may have written anything: what the supervisor
 * reads there, and the messages that workers leave. */
#include <assert.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/said.h"
#include "supervisor/metrics.h"
#include "supervisor/slow.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SLOW_WORDS = 9 };

static void
check_lines(const char *text, unsigned words)
{
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
		unsigned blanks = 0;

		for (const char *c = line; *c != '\n'; c++) {
			assert(*c >= 0x20 && *c < 0x7f);
			blanks += *c == ' ';
		}
		assert(words == 0 || blanks + 1 == words);
	}
}

static void
write_and_check(const struct scop_host *host, void (*write)(const struct scop_host *, FILE *),
    unsigned words)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	write(host, out);
	fclose(out);
	assert(strlen(text) == length);
	check_lines(text, words);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct scop_board board;
	static struct scop_ledger ledger;
	static struct scop_worker_process workers[SCOP_SLOTS];
	struct scop_pool pool = { .module = "shop",
		.version = "1.0.0",
		.board = &board,
		.ledger = &ledger,
		.workers = workers };
	const struct scop_host host = { .pools = &pool };
	char shown[SCOP_REASON_MAX];

	for (size_t at = 0; size > 0 && at < sizeof board; at += size)
		memcpy((char *)&board + at, data,
		    size < sizeof board - at ? size : sizeof board - at);
	for (size_t i = 0; i < SCOP_SLOTS; i++)
		workers[i].pid = 1;
	write_and_check(&host, scop_slow_write, SLOW_WORDS);
	write_and_check(&host, scop_metrics_write, 0);
	for (uint32_t i = 0; i < 3; i++) {
		scop_board_note(&board, i, i, i % 2);
		scop_board_route_failing(&board, i, i);
		scop_board_route_out(&board, i, i);
	}
	board.slots[0].reason[SCOP_REASON_MAX - 1] = '\0';
	scop_said_show(board.slots[0].reason, NULL, shown, sizeof shown);
	assert(strlen(shown) < sizeof shown);
	return 0;
}
