/* SPDX-License-Identifier: EUPL-1.2 */
/* scopiton job run: runs a scheduled job now. The job goes through the queue as if its time had
 * come, so that limits, tries and "takes effect once" are the same; the command then waits for the
 * result.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/time.h"
#include "cli/cli.h"
#include "cli/job.h"
#include "scopiton/value.h"

enum {
	LOOK_MICROSECONDS = 100000,
	TAKEN_SECONDS_MAX = 15, /* the dispatcher itself polls every five */
	MORE_SECONDS = 10
};

struct run {
	struct scop_platform *platform;
	const char *role, *job;
	int64_t id, began; /* microseconds */
	char shown[60];    /* last reported progress */
};

static double
seconds_since(int64_t moment)
{
	return (double)(scop_time_now() - moment) / 1e6;
}

/* "'nightly', 'tick'" */
static const char *
scheduled_jobs(struct scop_platform *platform, const char *role)
{
	const struct scop_value *names = scop_platform_row(platform,
	    "SELECT GROUP_CONCAT(CONCAT(\"'\", name, \"'\") ORDER BY name SEPARATOR ', ') AS names "
	    "FROM queue.schedule WHERE role = '%s'",
	    role);

	return scop_text(names, "names");
}

static bool
may_run(struct scop_platform *platform, const struct scop_value *tenant, const char *module,
    const char *role, const char *job)
{
	if (!scop_platform_row(platform,
		"SELECT module FROM scopiton.subscription WHERE tenant = %lld AND module = '%s' "
		"AND state <> 'off'",
		(long long)scop_int(tenant, "id"), scop_platform_quote(platform, module))) {
		cli_fail("'%s' does not use the module '%s'. 'scopiton module list %s' shows its "
			 "modules.",
		    scop_text(tenant, "name"), module, scop_text(tenant, "name"));
		return false;
	}
	if (scop_platform_row(platform,
		"SELECT name FROM queue.schedule WHERE role = '%s' AND name = '%s'", role,
		scop_platform_quote(platform, job)))
		return true;
	const char *others = scheduled_jobs(platform, role);
	if (others[0])
		cli_fail("the module '%s' has no scheduled job '%s'. It has %s.", module, job,
		    others);
	else
		cli_fail("the module '%s' has no scheduled jobs: <job> with 'every' or 'at' in "
			 "module.xml makes one",
		    module);
	return false;
}

/* Creates the entry that the schedule would have created; an existing one, queued or waiting for a
 * retry, becomes due now instead. */
static bool
put(struct run *run)
{
	const bool put = scop_platform_sql(run->platform,
	    "INSERT INTO queue.outbox (role, name, once, body) VALUES ('%s', '%s', 'schedule', "
	    "'{}') ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id), error = '', run_at = "
	    "IF(dispatcher IS NULL, UTC_TIMESTAMP(3), run_at)",
	    run->role, run->job);
	const struct scop_value *row =
	    put ? scop_platform_row(run->platform, "SELECT LAST_INSERT_ID() AS id") : NULL;

	run->id = scop_int(row, "id");
	return run->id > 0;
}

static int
ended(struct run *run)
{
	const struct scop_value *dead = scop_platform_row(run->platform,
	    "SELECT error, tries FROM queue.dead WHERE id = %lld", (long long)run->id);

	if (dead)
		return cli_fail("'%s' failed at try %lld and is not retried: %s", run->job,
		    (long long)scop_int(dead, "tries"), scop_text(dead, "error"));
	printf("done after %.1f s\n", seconds_since(run->began));
	return CLI_DONE;
}

static void
show_progress(struct run *run, const struct scop_value *row)
{
	char text[sizeof run->shown];

	if (scop_int(row, "total") == 0)
		return;
	snprintf(text, sizeof text, "%lld of %lld", (long long)scop_int(row, "done"),
	    (long long)scop_int(row, "total"));
	if (strcmp(text, run->shown) != 0)
		puts(text);
	fflush(stdout);
	strcpy(run->shown, text);
}

/* Whether to wait longer; if not, the exit status is in `ret_status`. */
static bool
goes_on(struct run *run, int64_t seconds_max, int *ret_status)
{
	const struct scop_value *row = scop_platform_row(run->platform,
	    "SELECT tries, done, total, error, dispatcher IS NOT NULL AS is_running, "
	    "DATE_FORMAT(run_at, '%%H:%%i:%%s') AS at FROM queue.outbox WHERE id = %lld",
	    (long long)run->id);

	if (!row) {
		*ret_status = run->platform->err.text[0] && scop_db_errno(run->platform->db)
		    ? cli_fail("%s", run->platform->err.text)
		    : ended(run);
		return false;
	}
	show_progress(run, row);
	if (!scop_bool(row, "is_running") && scop_text(row, "error")[0]) {
		*ret_status = cli_fail("'%s' failed at try %lld: %s. It is retried at %s UTC; "
				       "'scopiton job cancel %lld' cancels it.",
		    run->job, (long long)scop_int(row, "tries"), scop_text(row, "error"),
		    scop_text(row, "at"), (long long)run->id);
		return false;
	}
	if (!scop_bool(row, "is_running") && seconds_since(run->began) > TAKEN_SECONDS_MAX) {
		*ret_status = cli_fail("the job %lld has not started yet: is 'scopiton serve' "
				       "running? It stays in the queue.",
		    (long long)run->id);
		return false;
	}
	if (seconds_since(run->began) > (double)seconds_max) {
		*ret_status =
		    cli_fail("the job %lld is still running; 'scopiton job list' shows it",
			(long long)run->id);
		return false;
	}
	return true;
}

static int
run_now(struct run *run)
{
	const int64_t seconds_max =
	    run->platform->config.job_hard_milliseconds / 1000 + MORE_SECONDS;
	int status = CLI_FAILED;

	run->began = scop_time_now();
	if (!put(run))
		return cli_fail("%s", run->platform->err.text);
	cli_wake_dispatcher(run->platform);
	while (goes_on(run, seconds_max, &status))
		usleep(LOOK_MICROSECONDS);
	return status;
}

int
cli_job_run(struct cli *cli, struct scop_platform *platform)
{
	const char *name = cli_option(cli, "--tenant", NULL);

	if (!name || cli->argc != 2)
		return cli_misused(cli,
		    "job run needs a module, one of its scheduled jobs, and "
		    "--tenant");
	const struct scop_value *tenant = cli_tenant(platform, name);
	if (!tenant)
		return CLI_FAILED;
	struct run run = { .platform = platform,
		.job = cli->argv[1],
		.role = scop_arena_printf(platform->arena, "t%lld_%s",
		    (long long)scop_int(tenant, "id"),
		    scop_platform_quote(platform, cli->argv[0])) };
	return may_run(platform, tenant, cli->argv[0], run.role, run.job) ? run_now(&run)
									  : CLI_FAILED;
}
