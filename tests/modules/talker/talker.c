/* SPDX-License-Identifier: EUPL-1.2 */
/* Writes to the host's log by every way that a module has: scop_log() in a request and in a job,
 * standard output and standard error; lines that would be others', long ones, many. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "names.h"

enum { LONG = 3000, MANY = 250, FLOOD = 3000 };

static void
page(struct scop_request *req)
{
	scop_view(req, &view_page);
}

static void
levels(struct scop_request *req)
{
	scop_log(req, SCOP_LOG_DEBUG, "talker debugs");
	scop_log(req, SCOP_LOG_INFO, "talker informs %d%%", 100);
	scop_log(req, SCOP_LOG_WARNING, "talker warns");
	scop_log(req, SCOP_LOG_ERROR, "talker fails");
	page(req);
}

static void
forge(struct scop_request *req)
{
	scop_log(req, SCOP_LOG_INFO,
	    "talker\n2026-11-28T14:00:00.000Z error supervisor[1]: forged\x1b[2J\xc2\x9b \xff "
	    "\xe2\x80\xae turned, \xc3\xa9 stays");
	page(req);
}

static void
much(struct scop_request *req)
{
	static char text[LONG + 1];

	memset(text, '\x01', LONG);
	scop_log(req, SCOP_LOG_INFO, "talker escapes %s", text);
	for (size_t i = 0; i + 1 < LONG; i += 2)
		memcpy(text + i, "\xc3\xa9", 2);
	scop_log(req, SCOP_LOG_INFO, "talker is long: %s", text);
	for (int i = 0; i < MANY; i++)
		scop_log(req, SCOP_LOG_INFO, "talker says line %d", i);
	page(req);
}

static void
output(struct scop_request *req)
{
	static const char raw[] =
	    "talker on standard error\n<3>talker as the host\n<9>talker \x07\n";

	printf("talker on standard output\n");
	if (write(STDERR_FILENO, raw, sizeof raw - 1) < 0 || ftruncate(STDERR_FILENO, 0) == 0)
		scop_log(req, SCOP_LOG_ERROR, "talker has emptied the log");
	page(req);
}

static void
flood(struct scop_request *req)
{
	for (int i = 0; i < FLOOD; i++)
		printf("talker floods with line %d\n", i);
	page(req);
}

static void
ask(struct scop_request *req)
{
	scop_enqueue(req, "tell", NULL);
	scop_redirect(req, "page", NULL);
}

static enum scop_job_result
tell(struct scop_request *req)
{
	scop_log(req, SCOP_LOG_INFO, "talker in a job");
	return SCOP_JOB_DONE;
}

static const struct scop_job jobs[] = {
	{ .name = "tell", .handle = tell },
	{ 0 },
};

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "page", .handle = page },
	{ .method = SCOP_GET, .path = "/levels", .handle = levels },
	{ .method = SCOP_GET, .path = "/forge", .handle = forge },
	{ .method = SCOP_GET, .path = "/much", .handle = much },
	{ .method = SCOP_GET, .path = "/output", .handle = output },
	{ .method = SCOP_GET, .path = "/flood", .handle = flood },
	{ .method = SCOP_POST, .path = "/ask", .name = "ask", .handle = ask },
	{ 0 },
};

SCOP_MODULE(.routes = routes, .jobs = jobs);
