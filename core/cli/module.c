/* SPDX-License-Identifier: EUPL-1.2 */
/* scopiton module: the life cycle of tenants' modules. It places the same orders as the portal, and
 * carries them out itself if no installer runs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/name.h"
#include "cli/cli.h"
#include "installer/life.h"
#include "installer/orders.h"
#include "installer/rollout.h"
#include "installer/wave.h"

enum { WAIT_SECONDS = 120, POLLS_PER_SECOND = 10 };

static int
list(struct cli *cli, struct scop_platform *platform)
{
	if (!cli_done(cli, 1))
		return CLI_USAGE;
	const struct scop_value *tenant = cli->argc > 0 ? cli_tenant(platform, cli->argv[0]) : NULL;

	if (cli->argc > 0 && !tenant)
		return CLI_FAILED;
	const struct scop_value *rows = scop_platform_rows(platform,
	    "SELECT p.module, p.version, p.summary, p.trouble, "
	    "COALESCE(s.state, '-') AS state FROM scopiton.package p LEFT JOIN "
	    "scopiton.subscription s ON s.tenant = %lld AND "
	    "s.module = p.module WHERE IF(s.module IS NULL, p.available = 1, s.package = p.id) "
	    "ORDER BY p.module",
	    (long long)scop_int(tenant, "id"));
	if (!rows)
		return cli_fail("%s", platform->err.text);
	for (size_t i = 0; i < scop_count(rows); i++) {
		const struct scop_value *row = scop_at(rows, i);

		printf("%-16s %-8s %-8s %s%s%s\n", scop_text(row, "module"),
		    scop_text(row, "version"),
		    !tenant                                            ? ""
			: strcmp(scop_text(row, "state"), "gone") == 0 ? "kept"
								       : scop_text(row, "state"),
		    scop_text(row, "summary"),
		    scop_text(row, "trouble")[0] ? " Out of service: " : "",
		    cli_shown(row, "trouble"));
	}
	return CLI_DONE;
}

/* Waits for the running installer, and prints its steps. */
static int
follow(struct scop_platform *platform, long long id)
{
	int64_t shown = 0;

	for (int i = 0; i < WAIT_SECONDS * POLLS_PER_SECOND; i++) {
		const struct scop_value *steps = scop_platform_rows(platform,
		    "SELECT number, step FROM scopiton.order_step WHERE "
		    "installer_order = %lld AND number > %lld ORDER BY number",
		    id, (long long)shown);
		const struct scop_value *order = scop_platform_row(platform,
		    "SELECT state, message FROM scopiton.installer_order WHERE id = %lld", id);

		for (size_t s = 0; s < scop_count(steps); s++) {
			cli_step(NULL, scop_text(scop_at(steps, s), "step"));
			shown = scop_int(scop_at(steps, s), "number");
		}
		if (strcmp(scop_text(order, "state"), "done") == 0)
			return CLI_DONE;
		if (strcmp(scop_text(order, "state"), "failed") == 0 ||
		    strcmp(scop_text(order, "state"), "cancelled") == 0)
			return cli_fail("%s", cli_shown(order, "message"));
		usleep(1000000 / POLLS_PER_SECOND);
	}
	return cli_fail("order %lld is still running after %d seconds. 'scopiton module list' will "
			"show its result.",
	    id, WAIT_SECONDS);
}

static int
show_message(struct scop_platform *platform, long long id)
{
	const char *message =
	    cli_shown(scop_platform_row(platform,
			  "SELECT message FROM scopiton.installer_order WHERE id = %lld", id),
		"message");

	puts(message[0] ? message : "done");
	return CLI_DONE;
}

/* Verbs that are orders for one tenant's module. */
static const struct verb {
	const char *name, *kind, *words;
} verbs[] = {
	{ "install", "install", "installing" },
	{ "upgrade", "upgrade", "upgrading" },
	{ "back", "back", "rolling back" },
	{ "rehearse", "rehearse", "trying the upgrade of" },
	{ "disable", "disable", "disabling" },
	{ "uninstall", "uninstall", "uninstalling" },
	{ "purge", "purge", "purging" },
};

static const struct verb *
find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

/* Lists the data that the command would delete, before it does. */
static void
say_what_there_is(struct scop_platform *platform, uint32_t tenant, const struct verb *verb,
    const char *module)
{
	if (strcmp(verb->name, "uninstall") != 0 && strcmp(verb->name, "purge") != 0)
		return;
	fputs(scop_module_inventory(platform, tenant, module), stdout);
}

/* The order that the command line asks for; CLI_DONE, or the status after saying what is wrong. */
static int
read_order(struct cli *cli, const struct verb *verb, struct scop_order *ret_order,
    const char **ret_tenant)
{
	const bool root = strcmp(verb->name, "install") == 0 && cli_flag(cli, "--root");

	*ret_tenant = cli_option(cli, "--tenant", NULL);
	*ret_order = (struct scop_order){ .kind = root ? "install-root" : verb->kind,
		.actor = "command line",
		.wish = { .version = cli_option(cli, "--version", ""),
		    .beta = cli_flag(cli, "--beta"),
		    .granted = cli_flag(cli, "--grant") },
		.confirmed = cli_option(cli, "--yes", "") };
	if (!*ret_tenant || cli->argc != 1)
		return cli_misused(cli, "module %s needs a module and --tenant", verb->name);
	const char *module = ret_order->module = cli->argv[0];
	struct scop_error err;

	return scop_name_check_module(module, &err) ? CLI_DONE : cli_fail("%s", err.text);
}

/* Carries out the order; where an installer is busy, it does, and we follow it. */
static int
carry_out(struct scop_platform *platform, long long id)
{
	int status;

	if (scop_platform_lock(platform, 0)) {
		status = scop_order_run(platform, id, cli_step, NULL)
		    ? CLI_DONE
		    : cli_fail("%s", platform->err.text);
		scop_platform_unlock(platform);
	} else {
		status = follow(platform, id);
	}
	return status == CLI_DONE ? show_message(platform, id) : status;
}

static const struct scop_value *
package_in_use(struct scop_platform *platform, const struct scop_order *order)
{
	return scop_platform_row(platform,
	    "SELECT p.id, p.version FROM scopiton.subscription s JOIN scopiton.package p ON p.id = "
	    "s.package WHERE s.tenant = %u AND s.module = '%s'",
	    order->tenant, order->module);
}

/* An upgrade to what is there is no mistake, and no news either. */
static void
say_what_stays(const struct scop_order *order, const struct scop_value *before,
    const struct scop_value *after)
{
	if (strcmp(order->kind, "upgrade") == 0 && scop_int(before, "id") == scop_int(after, "id"))
		printf("%s stays at %s: nothing newer is offered%s\n", order->module,
		    scop_text(after, "version"),
		    order->wish.beta ? "" : ". --beta offers what is on trial, too.");
}

static int
give_order(struct cli *cli, struct scop_platform *platform, const struct verb *verb)
{
	struct scop_order order;
	const char *tenant_name;
	bool under_way;

	const int status = read_order(cli, verb, &order, &tenant_name);
	if (status != CLI_DONE)
		return status;
	const struct scop_value *tenant = cli_tenant(platform, tenant_name);
	if (!tenant)
		return CLI_FAILED;
	order.tenant = (uint32_t)scop_int(tenant, "id");
	say_what_there_is(platform, order.tenant, verb, order.module);
	if (strcmp(verb->name, "purge") == 0 && strcmp(order.confirmed, order.module) != 0)
		return cli_fail("this exports all data of '%s' at '%s', then deletes it "
				"permanently. Add --yes %s to confirm.",
		    order.module, tenant_name, order.module);
	const struct scop_value *before = package_in_use(platform, &order);
	const long long id = scop_order_give(platform, &order, &under_way);
	if (id == 0)
		return cli_fail("%s", platform->err.text);
	printf("%s '%s' for tenant '%s'%s\n", verb->words, order.module, tenant_name,
	    under_way ? ": an order for it is already in progress; showing that one" : "");
	fflush(stdout);
	const int ended = carry_out(platform, id);
	if (ended == CLI_DONE)
		say_what_stays(&order, before, package_in_use(platform, &order));
	return ended;
}

static int
show_rollout(struct scop_platform *platform, long long id)
{
	const struct scop_value *rollout = scop_platform_row(platform,
	    "SELECT module, version, state, wave FROM scopiton.rollout WHERE id = %lld", id);
	const struct scop_value *rows = scop_platform_rows(platform,
	    "SELECT t.name, r.wave, r.state, r.message, r.from_version, r.milliseconds, "
	    "COALESCE(p.version, '') AS "
	    "version FROM scopiton.rollout_tenant r JOIN scopiton.rollout o ON o.id = r.rollout "
	    "JOIN scopiton.tenant t ON t.id = r.tenant LEFT JOIN "
	    "scopiton.subscription s ON s.tenant = r.tenant AND s.module = o.module LEFT JOIN "
	    "scopiton.package p ON p.id = s.package WHERE r.rollout = %lld ORDER BY "
	    "r.wave, r.tenant",
	    id);

	if (!rollout)
		return cli_fail("there is no rollout %lld", id);
	printf("rollout %lld: %s %s, %s\n", id, scop_text(rollout, "module"),
	    scop_text(rollout, "version"), scop_text(rollout, "state"));
	for (size_t i = 0; i < scop_count(rows); i++) {
		const struct scop_value *row = scop_at(rows, i);

		const bool done = strcmp(scop_text(row, "state"), "done") == 0;
		printf("  wave %lld  %-20s %-8s %s%s%s  %lld ms  %s\n",
		    (long long)scop_int(row, "wave"), scop_text(row, "name"),
		    scop_text(row, "state"), scop_text(row, "from_version"), done ? " -> " : "",
		    done ? scop_text(row, "version") : "", (long long)scop_int(row, "milliseconds"),
		    cli_shown(row, "message"));
	}
	return strcmp(scop_text(rollout, "state"), "stopped") == 0 ? CLI_FAILED : CLI_DONE;
}

/* Advances running rollouts until none is left, if no installer does. */
static int
follow_rollout(struct scop_platform *platform, long long id)
{
	for (int i = 0; i < WAIT_SECONDS * POLLS_PER_SECOND; i++) {
		const char *state =
		    scop_text(scop_platform_row(platform,
				  "SELECT state FROM scopiton.rollout WHERE id = %lld", id),
			"state");

		if (strcmp(state, "running") != 0)
			return show_rollout(platform, id);
		if (scop_platform_lock(platform, 0)) {
			scop_rollout_step(platform);
			scop_platform_unlock(platform);
		} else {
			usleep(1000000 / POLLS_PER_SECOND);
		}
	}
	return show_rollout(platform, id);
}

static int
rollout(struct cli *cli, struct scop_platform *platform)
{
	const char *canary = cli_option(cli, "--canary", NULL),
		   *version = cli_option(cli, "--version", "");
	const struct scop_wish wish = { .version = version, .granted = cli_flag(cli, "--grant") };
	const struct scop_value *tenant = canary ? cli_tenant(platform, canary) : NULL;
	const char *verb = cli->argc > 1 ? cli->argv[0] : "";

	if (canary && !tenant)
		return CLI_FAILED;
	if (cli->argc == 2 && strcmp(verb, "show") == 0)
		return show_rollout(platform, atoll(cli->argv[1]));
	if (cli->argc == 2 && (strcmp(verb, "pause") == 0 || strcmp(verb, "resume") == 0)) {
		if (!scop_rollout_set(platform, atoll(cli->argv[1]), 0,
			strcmp(verb, "pause") == 0 ? "paused" : "running"))
			return cli_fail("%s", platform->err.text);
		return strcmp(verb, "pause") == 0 ? show_rollout(platform, atoll(cli->argv[1]))
						  : follow_rollout(platform, atoll(cli->argv[1]));
	}
	if (cli->argc != 1)
		return cli_misused(cli,
		    "module rollout needs a module, or show, pause or resume and a number");
	const int64_t id = scop_rollout_begin(platform, cli->argv[0], &wish, 0,
	    (uint32_t)scop_int(tenant, "id"), "command line");
	if (id == 0)
		return cli_fail("%s", platform->err.text);
	return follow_rollout(platform, id);
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
	else if (find_verb(verb))
		status = give_order(cli, &platform, find_verb(verb));
	else if (strcmp(verb, "rollout") == 0)
		status = rollout(cli, &platform);
	else
		status =
		    cli_usage("module is followed by list, install, upgrade, back, rehearse, "
			      "disable, uninstall, purge, rollout, pack, sign, publish or yank");
	scop_platform_close(&platform);
	return status;
}
