/* SPDX-License-Identifier: EUPL-1.2 */
/* Subscribes to another module's event. */
#include "names.h"

static enum scop_job_result
heard(struct scop_request *req)
{
	scop_write(req, heard_add(scop_get(scop_body(req), "text")));
	return SCOP_JOB_DONE;
}

static const struct scop_job jobs[] = {
	{ .name = "heard", .handle = heard },
	{ 0 },
};

SCOP_MODULE(.jobs = jobs);
