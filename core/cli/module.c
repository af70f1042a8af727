/* scopiton module: list, install, disable. It writes the same order as the portal does, and runs it where no installer does. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "data/directory.h"

enum { WAIT_SECONDS = 120, POLLS_PER_SECOND = 10 };

static int
list(struct cli *cli, struct scop_platform *platform)
{
	if (!cli_done(cli, 1))
		return CLI_USAGE;
	const struct scop_value *tenant = cli->argc > 0 ? cli_tenant(platform, cli->argv[0]) : NULL;

	if (cli->argc > 0 && !tenant)
		return CLI_FAILED;
	const struct scop_value *rows = scop_platform_rows(platform, "SELECT p.module, p.version, p.summary_en, p.trouble, "
	    "COALESCE(s.state, '-') AS state FROM scopiton.package p LEFT JOIN scopiton.subscription s ON s.tenant = %lld AND "
	    "s.module = p.module WHERE p.available = 1 ORDER BY p.module", (long long)scop_int(tenant, "id"));
	if (!rows)
		return cli_fail("%s", platform->err.text);
	for (size_t i = 0; i < scop_count(rows); i++) {
		const struct scop_value *row = scop_at(rows, i);

		printf("%-16s %-8s %-8s %s%s%s\n", scop_text(row, "module"), scop_text(row, "version"),
		    tenant ? scop_text(row, "state") : "", scop_text(row, "summary_en"), scop_text(row, "trouble")[0] ?
		    " Out of service: " : "", scop_text(row, "trouble"));
	}
	return CLI_DONE;
}

/* Waits for the installer that runs, and shows its steps as they come. */
static int
follow(struct scop_platform *platform, long long id)
{
	int64_t shown = 0;

	for (int i = 0; i < WAIT_SECONDS * POLLS_PER_SECOND; i++) {
		const struct scop_value *steps = scop_platform_rows(platform, "SELECT number, step FROM scopiton.order_step WHERE "
		    "installer_order = %lld AND number > %lld ORDER BY number", id, (long long)shown);
		const struct scop_value *order =
		    scop_platform_row(platform, "SELECT state, message FROM scopiton.installer_order WHERE id = %lld", id);

		for (size_t s = 0; s < scop_count(steps); s++) {
			cli_told(NULL, scop_text(scop_at(steps, s), "step"));
			shown = scop_int(scop_at(steps, s), "number");
		}
		if (strcmp(scop_text(order, "state"), "done") == 0)
			return CLI_DONE;
		if (strcmp(scop_text(order, "state"), "failed") == 0)
			return cli_fail("%s", scop_text(order, "message"));
		usleep(1000000 / POLLS_PER_SECOND);
	}
	return cli_fail("order %lld has not ended in %d seconds; it goes on. 'scopiton module list' shows how it went.", id,
	    WAIT_SECONDS);
}

static int
give_order(struct cli *cli, struct scop_platform *platform, const char *verb)
{
	const bool root = strcmp(verb, "install") == 0 && cli_flag(cli, "--root");
	const char *tenant_name = cli_option(cli, "--tenant", NULL);

	if (!tenant_name || cli->argc != 1)
		return cli_usage("module %s needs a module and --tenant", verb);
	const char *module = cli->argv[0];
	if (strlen(module) > SCOP_MODULE_MAX || module[strspn(module, "abcdefghijklmnopqrstuvwxyz0123456789_")])
		return cli_fail("there is no module '%s': a module name is 3 to %d of a-z, 0-9 and '_'", module, SCOP_MODULE_MAX);
	const struct scop_value *tenant = cli_tenant(platform, tenant_name);
	if (!tenant)
		return CLI_FAILED;
	/* Where an order for the module is under way already, we show that one. */
	if (!scop_platform_sql(platform, "INSERT INTO scopiton.installer_order (tenant, kind, module, actor) VALUES (%lld, "
		"'%s%s', '%s', 'command line') ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id)", (long long)scop_int(tenant, "id"),
		verb, root ? "-root" : "", module))
		return cli_fail("%s", platform->err.text);
	const long long id = scop_int(scop_platform_row(platform, "SELECT LAST_INSERT_ID() AS id"), "id");

	printf("%s '%s' for tenant '%s'\n", strcmp(verb, "install") == 0 ? "installing" : "disabling", cli->argv[0], tenant_name);
	fflush(stdout);
	int status;
	if (scop_platform_lock(platform, 0)) { /* no installer is busy: we do it ourselves */
		status = scop_order_run(platform, id, cli_told, NULL) ? CLI_DONE : cli_fail("%s", platform->err.text);
		scop_platform_unlock(platform);
	} else {
		status = follow(platform, id);
	}
	if (status == CLI_DONE)
		puts("done");
	return status;
}

int
cli_module_command(struct cli *cli)
{
	struct scop_platform platform;
	const char *verb = cli_verb(cli);
	int status = cli_author(cli, verb);

	if (status >= 0)
		return status;
	if (!cli_open(cli, &platform))
		return CLI_FAILED;
	if (strcmp(verb, "list") == 0)
		status = list(cli, &platform);
	else if (strcmp(verb, "install") == 0 || strcmp(verb, "disable") == 0)
		status = give_order(cli, &platform, verb);
	else
		status = cli_usage("module is followed by list, install, disable, pack, sign, publish or yank");
	scop_platform_close(&platform);
	return status;
}
