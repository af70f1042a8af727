/* SPDX-License-Identifier: EUPL-1.2 */
/* Shared by the parts of scopiton job. */
#ifndef SCOP_CLI_JOB_H
#define SCOP_CLI_JOB_H

#include "cli/cli.h"

/* Wakes the dispatcher, which polls only every few seconds. */
void cli_wake_dispatcher(const struct scop_platform *platform);

/* job run MODULE JOB --tenant TENANT; returns the exit status. */
int cli_job_run(struct cli *cli, struct scop_platform *platform);

#endif
