/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * What a hostile worker sends to its gateway, and what a request begins with: the first byte says
 * which. Whatever arrives, only packets that a worker may send reach MariaDB.
 */
#include <stdint.h>

#include "../../core/gateway/door.c"
#include "../../core/gateway/line.c"

/* The loop's functions, without a loop. */
void
gateway_watch(struct gateway *gateway, int fd, enum gateway_kind kind, uint32_t number,
    uint32_t events)
{
	(void)gateway, (void)fd, (void)kind, (void)number, (void)events;
}

void
gateway_watch_again(struct gateway *gateway, int fd, enum gateway_kind kind, uint32_t number,
    uint32_t events)
{
	(void)gateway, (void)fd, (void)kind, (void)number, (void)events;
}

const char *
gateway_statement(const char *key)
{
	return strcmp(key, "0123456789abcdef0123456789abcdef") == 0
	    ? "SELECT id FROM " SCOP_SOCLE_MARK ".member"
	    : NULL;
}

static struct gateway gateway = { .settings = { .module = "shop" } };

static void
expect_text(const unsigned char *text, size_t length)
{
	static const char *const allowed[] = { "SET ROLE t7_shop", "USE `t7_shop`",
		"SET SESSION tx_read_only=0", "SET SESSION tx_read_only=1", "START TRANSACTION",
		"COMMIT", "ROLLBACK" };

	for (size_t i = 0; i < sizeof allowed / sizeof allowed[0]; i++)
		if (length == strlen(allowed[i]) && memcmp(text, allowed[i], length) == 0)
			return;
	abort();
}

/* Aborts if a packet in the queue to MariaDB is none that a worker may send. */
static void
expect_packets(const struct queue *queue)
{
	static const char prepared[] = "SELECT id FROM t7.member";
	const unsigned char *at = (const unsigned char *)queue->bytes, *end = at;
	bool continues = false;

	if (at) {
		end += queue->to;
		at += queue->from;
	}

	while (end - at > HEAD) {
		const size_t length = at[0] | (size_t)at[1] << 8 | (size_t)at[2] << 16;
		const unsigned char command = at[HEAD];

		if (!continues && command == COM_QUERY_BYTE)
			expect_text(at + HEAD + 1, length - 1);
		else if (!continues && command == COM_PREPARE_BYTE &&
		    (length != sizeof prepared || memcmp(at + HEAD + 1, prepared, length - 1) != 0))
			abort();
		else if (!continues && command != COM_PREPARE_BYTE && command != COM_EXECUTE_BYTE &&
		    command != COM_CLOSE_BYTE && command != COM_RESET_BYTE &&
		    command != COM_PING_BYTE && command != COM_QUIT_BYTE)
			abort();
		if (length + HEAD > (size_t)(end - at))
			break;
		continues = length == PACKET_MAX;
		at += HEAD + length;
	}
}

static void
try_line(const uint8_t *data, size_t size)
{
	struct gateway_worker *worker = &gateway.workers[0];
	struct gateway_line *line = calloc(1, sizeof *line);
	size_t step = 1 + (size ? data[0] : 0);

	*worker = (struct gateway_worker){ .pid = 1,
		.line = line,
		.busy = true,
		.tenant = 7,
		.database = "t7_shop" };
	line->greeted = true;
	for (size_t at = 1; at < size; at += step) {
		const size_t there = size - at < step ? size - at : step;

		if (line->in_length + there > sizeof line->in)
			break;
		memcpy(line->in + line->in_length, data + at, there);
		line->in_length += there;
		if (!take_in(&gateway, worker))
			break;
	}
	expect_packets(&line->to_server);
	free(line->to_server.bytes);
	free(line->to_client.bytes);
	free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct look look = { .whose.name = "HOST", .id.name = "REQUEST_ID" };

	if (size == 0)
		return 0;
	if (data[0] & 1)
		try_line(data + 1, size - 1);
	else
		look_at(data + 1, size - 1, &look);
	return 0;
}
