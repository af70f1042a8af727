/* SPDX-License-Identifier: EUPL-1.2 */
/* scopiton job: lists waiting, running, dead and scheduled jobs, and retries, cancels or discards
 * them. It places orders, which the dispatcher carries out. */
#include "cli/job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "process/control.h"
/* A schedule has neither an entry number nor tries. */
static const char *
numbered(struct scop_platform *platform, const struct scop_value *row, const char *key)
{
	return scop_get(row, key)
	    ? scop_arena_printf(platform->arena, "%lld", (long long)scop_int(row, key))
	    : "-";
}

static void
print_rows(struct scop_platform *platform, const struct scop_value *rows)
{
	for (size_t i = 0; i < scop_count(rows); i++) {
		const struct scop_value *row = scop_at(rows, i);

		const char *id = numbered(platform, row, "id"),
			   *tries = numbered(platform, row, "tries");

		printf("%-8s %-8s %-24s %-20s %5s  %-20s %s\n", id, scop_text(row, "state"),
		    scop_text(row, "role"), scop_text(row, "name"), tries, scop_text(row, "at"),
		    cli_shown(row, "error"));
	}
}

static int
list(struct cli *cli, struct scop_platform *platform)
{
	if (!cli_done(cli, 1))
		return CLI_USAGE;
	const struct scop_value *tenant = cli->argc > 0 ? cli_tenant(platform, cli->argv[0]) : NULL;
	if (cli->argc > 0 && !tenant)
		return CLI_FAILED;

	const char *role = tenant
	    ? scop_arena_printf(platform->arena, "t%lld\\\\_%%", (long long)scop_int(tenant, "id"))
	    : "%";
	const struct scop_value *rows = scop_platform_rows(platform,
	    "SELECT id, IF(dispatcher IS NULL, 'waiting', 'running') AS "
	    "state, role, name, tries, DATE_FORMAT(run_at, '%%Y-%%m-%%d %%H:%%i:%%s') AS at, error "
	    "FROM queue.outbox WHERE role LIKE "
	    "'%s' ORDER BY run_at, id LIMIT 1000",
	    role);
	const struct scop_value *dead = scop_platform_rows(platform,
	    "SELECT id, 'dead' AS state, role, name, tries, "
	    "DATE_FORMAT(died, '%%Y-%%m-%%d %%H:%%i:%%s') AS at, error FROM queue.dead WHERE role "
	    "LIKE '%s' ORDER BY id LIMIT 1000",
	    role);
	/* each with its rule and the tenant's zone */
	const struct scop_value *scheduled = scop_platform_rows(platform,
	    "SELECT 'schedule' AS state, role, name, "
	    "DATE_FORMAT(next_at, '%%Y-%%m-%%d %%H:%%i:%%s') AS at, CONCAT('next time; ', rule, "
	    "IF(rule LIKE 'every%%', ' minutes', CONCAT(' in ', zone))) AS error FROM "
	    "queue.schedule WHERE role LIKE '%s' ORDER BY next_at, role, name LIMIT 1000",
	    role);
	if (!rows || !dead || !scheduled)
		return cli_fail("%s", platform->err.text);
	printf("%-8s %-8s %-24s %-20s %s  %-20s %s\n", "ID", "STATE", "ROLE", "JOB", "TRIES",
	    "AT (UTC)", "WHY");
	print_rows(platform, rows);
	print_rows(platform, dead);
	print_rows(platform, scheduled);
	return CLI_DONE;
}

void
cli_wake_dispatcher(const struct scop_platform *platform)
{
	const int fd = scop_control_send(platform->config.run, "work\n");

	if (fd >= 0)
		close(fd);
}

static int
give_order(struct cli *cli, struct scop_platform *platform, const char *verb)
{
	char *end;
	const long long id = cli->argc == 1 ? strtoll(cli->argv[0], &end, 10) : 0;
	const bool living = strcmp(verb, "cancel") == 0;

	if (id <= 0 || *end)
		return cli_usage("job %s needs the number of a job, as 'job list' shows it", verb);
	if (!scop_platform_row(platform, "SELECT id FROM queue.%s WHERE id = %lld",
		living ? "outbox" : "dead", id))
		return cli_fail("no %s job has the number %lld. 'scopiton job list' shows them.",
		    living ? "waiting or running" : "dead", id);
	if (!scop_platform_sql(platform,
		"INSERT INTO queue.job_order (entry, verb) VALUES (%lld, '%s')", id, verb))
		return cli_fail("%s", platform->err.text);
	cli_wake_dispatcher(platform);
	return CLI_DONE;
}

int
cli_job(struct cli *cli)
{
	struct scop_platform platform;
	const char *verb = cli_verb(cli);
	int status;

	if (!cli_open(cli, &platform))
		return CLI_FAILED;
	if (strcmp(verb, "list") == 0)
		status = list(cli, &platform);
	else if (strcmp(verb, "run") == 0)
		status = cli_job_run(cli, &platform);
	else if (strcmp(verb, "cancel") == 0 || strcmp(verb, "replay") == 0 ||
	    strcmp(verb, "drop") == 0)
		status = give_order(cli, &platform, verb);
	else
		status = cli_usage("job is followed by list, run, cancel, replay or drop");
	scop_platform_close(&platform);
	return status;
}
