/* SPDX-License-Identifier: EUPL-1.2 */
/* scopiton tenant: create, list, show, statement, export, import, invite, delete. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "installer/arrive.h"
#include "installer/billing.h"
#include "installer/create.h"
#include "installer/delete.h"
#include "installer/leave.h"
#include "installer/orders.h"
#include "installer/directory.h"
#include "installer/tenant.h"

/* Takes the installer's lock and removes leftovers of killed runs; false, after an error message,
 * if another process holds it. */
static bool
begin(struct scop_platform *platform)
{
	if (!scop_platform_lock(platform, 30)) {
		cli_fail("another installation has been running for 30 seconds. Try again when it "
			 "has ended.");
		return false;
	}
	if (scop_sweep(platform))
		return true;
	cli_fail("the connection to MariaDB was lost");
	scop_platform_unlock(platform);
	return false;
}

static int
create(struct cli *cli, struct scop_platform *platform)
{
	struct scop_tenant_order order = { .operates = cli_flag(cli, "--operator"),
		.title = cli_option(cli, "--title", NULL),
		.language = cli_option(cli, "--language", "fr"),
		.zone = cli_option(cli, "--zone", "Europe/Brussels"),
		.country = cli_option(cli, "--country", NULL),
		.template = cli_option(cli, "--template", NULL),
		.host = cli_option(cli, "--host", NULL),
		.portal_host = cli_option(cli, "--portal-host", NULL),
		.scop = cli_option(cli, "--scop", ""),
		.owner_mail = cli_option(cli, "--owner", NULL),
		.inviter = "Scopiton" };

	order.owner_name = cli_option(cli, "--owner-name", "");
	/* the arguments left after the options */
	order.name = cli->argc > 0 ? cli->argv[0] : "";
	if (cli->argc != 1 || !order.title)
		return cli_misused(cli, "tenant create needs a name and --title");
	if (!begin(platform))
		return CLI_FAILED;
	printf("creating tenant '%s'\n", order.name);
	const bool made =
	    scop_tenant_create(platform, &order, cli_step, NULL) && scop_directory_write(platform);
	scop_platform_unlock(platform);
	if (!made)
		return cli_fail("%s", platform->err.text);
	printf("created tenant '%s'. 'scopiton login %s owner' prints a link to its portal.\n",
	    order.name, order.name);
	return CLI_DONE;
}

static int
list(struct scop_platform *platform)
{
	const struct scop_value *rows = scop_platform_rows(platform,
	    "SELECT t.name, t.title, (SELECT COUNT(*) FROM "
	    "scopiton.subscription s WHERE s.tenant = t.id AND s.state = 'on') AS modules FROM "
	    "scopiton.tenant t WHERE t.state = 'whole' ORDER BY t.name");

	if (!rows)
		return cli_fail("%s", platform->err.text);
	if (scop_count(rows) == 0)
		puts("there is no tenant yet. 'scopiton tenant create NAME --title TITLE' creates "
		     "one.");
	for (size_t i = 0; i < scop_count(rows); i++) {
		const struct scop_value *row = scop_at(rows, i);

		printf("%-20s %-30s %lld modules\n", scop_text(row, "name"),
		    scop_text(row, "title"), (long long)scop_int(row, "modules"));
	}
	return CLI_DONE;
}

static int
show(struct scop_platform *platform, const char *name)
{
	const struct scop_value *tenant = cli_tenant(platform, name);

	if (!tenant)
		return CLI_FAILED;
	const long long id = scop_int(tenant, "id");
	const struct scop_value *more = scop_platform_row(platform,
	    "SELECT COALESCE(CAST(t.allowance_cents / 100 AS DECIMAL(12, 2)), 'none') AS amount, "
	    "t.currency, "
	    "COALESCE(s.name, 'none') AS scop, COALESCE(m.address, 'none') AS sender FROM "
	    "scopiton.tenant t LEFT JOIN scopiton.tenant s ON s.id = t.scop LEFT JOIN "
	    "queue.sender m ON m.tenant = t.id WHERE t.id = %lld",
	    id);
	if (!more)
		return cli_fail("%s", platform->err.text);
	printf("name      %s\ntitle     %s\nlanguage  %s\nzone      %s\ncountry   %s\ndatabase  "
	       "t%lld\nallowed   %s %s a month\nscop      %s\nsender    %s\n",
	    name, scop_text(tenant, "title"), scop_text(tenant, "language"),
	    scop_text(tenant, "zone"), scop_text(tenant, "country"), id, scop_text(more, "amount"),
	    scop_text(more, "currency"), scop_text(more, "scop"), scop_text(more, "sender"));
	const struct scop_value *hosts = scop_platform_rows(platform,
	    "SELECT host, portal FROM scopiton.host_name WHERE tenant = %lld ORDER BY portal, host",
	    id);
	for (size_t i = 0; i < scop_count(hosts); i++)
		printf("%-9s %s\n", scop_bool(scop_at(hosts, i), "portal") ? "portal" : "host",
		    scop_text(scop_at(hosts, i), "host"));
	const struct scop_value *modules = scop_platform_rows(platform,
	    "SELECT s.module, p.version, s.state, s.root FROM "
	    "scopiton.subscription s JOIN scopiton.package p ON p.id = s.package WHERE s.tenant = "
	    "%lld ORDER BY s.module",
	    id);
	for (size_t i = 0; i < scop_count(modules); i++) {
		const struct scop_value *row = scop_at(modules, i);

		printf("module    %s %s, %s%s\n", scop_text(row, "module"),
		    scop_text(row, "version"), scop_text(row, "state"),
		    scop_bool(row, "root") ? ", at the root" : "");
	}
	return CLI_DONE;
}

static int delete (struct cli *cli, struct scop_platform *platform)
{
	const char *confirmed = cli_option(cli, "--yes", "");

	if (cli->argc != 1)
		return cli_usage("tenant delete needs one name, and --yes with the same");
	const char *name = cli->argv[0];

	if (strcmp(confirmed, name) != 0)
		return cli_tenant(platform, name)
		    ? cli_fail("this deletes all data of '%s' permanently. Add --yes %s to "
			       "confirm.",
			  name, name)
		    : CLI_FAILED;
	if (!begin(platform)) /* which resumes a killed deletion */
		return CLI_FAILED;
	const struct scop_value *tenant = cli_tenant(platform, name);
	if (!tenant) {
		scop_platform_unlock(platform);
		return CLI_FAILED;
	}
	const char *record = scop_tenant_end(platform, (uint32_t)scop_int(tenant, "id"));
	const bool gone = record && scop_directory_write(platform);
	scop_platform_unlock(platform);
	if (!gone)
		return cli_fail("%s", platform->err.text);
	printf("tenant '%s' is deleted; the record is '%s'\n", name, record);
	return CLI_DONE;
}

/* Sets the scop that serves the tenant. */
static int
serve(struct cli *cli, struct scop_platform *platform)
{
	const struct scop_value *tenant =
	    cli->argc == 2 ? cli_tenant(platform, cli->argv[0]) : NULL;

	if (cli->argc != 2)
		return cli_usage(
		    "tenant scop needs a tenant, and the scop that is to serve it, or none");
	if (!tenant)
		return CLI_FAILED;
	if (!scop_tenant_serve(platform, (uint32_t)scop_int(tenant, "id"),
		strcmp(cli->argv[1], "none") == 0 ? NULL : cli->argv[1]))
		return cli_fail("%s", platform->err.text);
	printf("'%s' is served by %s\n", cli->argv[0], cli->argv[1]);
	return CLI_DONE;
}

/* Sets the sender's address of the tenant's mails. */
static int
send_from(struct cli *cli, struct scop_platform *platform)
{
	const struct scop_value *tenant =
	    cli->argc == 2 ? cli_tenant(platform, cli->argv[0]) : NULL;

	if (cli->argc != 2)
		return cli_usage(
		    "tenant sender needs a tenant and the sender's address of its mails, or none");
	if (!tenant)
		return CLI_FAILED;
	if (!scop_tenant_sender(platform, (uint32_t)scop_int(tenant, "id"),
		strcmp(cli->argv[1], "none") == 0 ? "" : cli->argv[1]))
		return cli_fail("%s", platform->err.text);
	puts("done");
	return CLI_DONE;
}

/* The country that the tenant is in. */
static int
move(struct cli *cli, struct scop_platform *platform)
{
	const struct scop_value *tenant =
	    cli->argc == 2 ? cli_tenant(platform, cli->argv[0]) : NULL;

	if (cli->argc != 2)
		return cli_usage("tenant country needs a tenant and a country's code, such as BE");
	if (!tenant)
		return CLI_FAILED;
	if (!scop_tenant_country(platform, (uint32_t)scop_int(tenant, "id"), cli->argv[1]) ||
	    !scop_directory_write(platform))
		return cli_fail("%s", platform->err.text);
	puts("done");
	return CLI_DONE;
}

/* Sets the monthly cost up to which the tenant may order modules itself. */
static int
allow(struct cli *cli, struct scop_platform *platform)
{
	unsigned whole = 0, part = 0;
	int read = 0;

	if (cli->argc != 2)
		return cli_usage(
		    "tenant allow needs a tenant and an amount a month such as 50.00, or none");
	const char *amount = cli->argv[1];
	const struct scop_value *tenant = cli_tenant(platform, cli->argv[0]);
	const bool none = strcmp(amount, "none") == 0;
	if (!tenant)
		return CLI_FAILED;
	const bool digits = !amount[strspn(amount, "0123456789.")];
	const bool in_euros =
	    digits && sscanf(amount, "%7u%n", &whole, &read) == 1 && !amount[read];
	const bool in_cents = digits && sscanf(amount, "%7u.%2u%n", &whole, &part, &read) == 2 &&
	    !amount[read] && amount[read - 3] == '.';
	if (!none && !in_euros && !in_cents)
		return cli_fail("'%.40s' is not an amount; write 50 or 49.90", amount);
	if (!scop_tenant_allow(platform, (uint32_t)scop_int(tenant, "id"),
		none ? -1 : (int64_t)whole * 100 + part))
		return cli_fail("%s", platform->err.text);
	puts("done");
	return CLI_DONE;
}

/* Prints a tenant's usage of a month as CSV; --close makes it final. */
static int
statement(struct cli *cli, struct scop_platform *platform)
{
	static const char *const keys[] = { "module", "begins", "ends", "days", "of_days", "month",
		"cents", "currency" };
	const bool close = cli_flag(cli, "--close");
	bool closed;

	if (cli->argc != 2)
		return cli_usage("tenant statement needs a tenant and a month, such as 2026-11");
	const struct scop_value *tenant = cli_tenant(platform, cli->argv[0]);
	if (!tenant)
		return CLI_FAILED;
	const uint32_t id = (uint32_t)scop_int(tenant, "id");
	if (close && !scop_statement_close(platform, id, cli->argv[1]))
		return cli_fail("%s", platform->err.text);
	const struct scop_value *lines = scop_statement_lines(platform, id, cli->argv[1], &closed);
	if (!lines)
		return cli_fail("%s", platform->err.text);
	fputs("module,begins,ends,days,of_days,month_cents,cents,currency\r\n", stdout);
	for (size_t i = 0; i < scop_count(lines); i++) {
		for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
			const struct scop_value *value = scop_get(scop_at(lines, i), keys[k]);

			if (scop_type(value) == SCOP_STRING)
				printf("%s%s", k ? "," : "", scop_as_text(value));
			else
				printf("%s%lld", k ? "," : "", (long long)scop_as_int(value));
		}
		fputs("\r\n", stdout);
	}
	return CLI_DONE;
}

static int export(struct cli *cli, struct scop_platform *platform)
{
	const char *module = cli_option(cli, "--module", NULL);

	if (cli->argc != 1)
		return cli_usage("tenant export needs one name");
	const struct scop_value *tenant = cli_tenant(platform, cli->argv[0]);
	if (!tenant || !begin(platform)) /* so that tables do not change meanwhile */
		return CLI_FAILED;
	const uint32_t id = (uint32_t)scop_int(tenant, "id");
	const char *file = module ? scop_module_export(platform, id, module)
				  : scop_tenant_export(platform, id, cli_step, NULL);
	scop_platform_unlock(platform);
	if (!file)
		return cli_fail("%s", platform->err.text);
	puts(file);
	return CLI_DONE;
}

/* With the lock, which it gives back; `into`: the tenant that takes the archive's module, 0 for a
 * tenant's archive. */
static int
import_opened(struct scop_platform *platform, const struct scop_opened *opened,
    const struct scop_arrival *arrival, uint32_t into)
{
	const bool taken =
	    (into ? scop_module_import(platform, into, opened, arrival, cli_step, NULL)
		  : scop_tenant_import(platform, opened, arrival, cli_step, NULL)) &&
	    scop_directory_write(platform);

	scop_platform_unlock(platform);
	if (!taken)
		return cli_fail("%s", platform->err.text);
	puts(into ? "done"
		  : "done. Nobody signs in with an earlier password: 'scopiton tenant invite NAME' "
		    "sends each member an invitation, 'scopiton login NAME owner' prints a link.");
	return CLI_DONE;
}

static int
import(struct cli *cli, struct scop_platform *platform)
{
	const char *into = cli_option(cli, "--into", NULL);
	struct scop_arrival arrival = { .name = cli_option(cli, "--name", NULL),
		.host = cli_option(cli, "--host", NULL),
		.portal_host = cli_option(cli, "--portal-host", NULL),
		.with_packages = cli_flag(cli, "--with-packages"),
		.operator= cli_flag(cli, "--operator"),
		.scop = cli_option(cli, "--scop", "") };

	if (cli->argc != 1)
		return cli_usage("tenant import needs one archive");
	const struct scop_value *tenant = into ? cli_tenant(platform, into) : NULL;
	if (into && !tenant)
		return CLI_FAILED;
	struct scop_opened opened;
	int status = CLI_FAILED;
	/* before the lock is taken: an archive may take long, and others install meanwhile */
	cli_step(NULL, "check");
	if (!scop_archive_open(platform, cli->argv[0], into ? "module.json" : "tenant.json",
		&opened))
		status = cli_fail("%s", platform->err.text);
	else if (begin(platform))
		status = import_opened(platform, &opened, &arrival,
		    into ? (uint32_t)scop_int(tenant, "id") : 0);
	scop_archive_close(platform, &opened);
	return status;
}

/* Sends an invitation to each member who cannot sign in with a password. */
static int
invite(struct cli *cli, struct scop_platform *platform)
{
	const struct scop_value *tenant =
	    cli->argc == 1 ? cli_tenant(platform, cli->argv[0]) : NULL;
	uint64_t invited;

	if (cli->argc != 1)
		return cli_usage("tenant invite needs one name");
	if (!tenant)
		return CLI_FAILED;
	if (!scop_tenant_invite(platform, (uint32_t)scop_int(tenant, "id"), &invited))
		return cli_fail("%s", platform->err.text);
	printf("%llu invitations are on their way\n", (unsigned long long)invited);
	return CLI_DONE;
}

int
cli_tenant_command(struct cli *cli)
{
	struct scop_platform platform;
	const char *verb = cli_verb(cli);
	int status;

	if (!cli_open(cli, &platform))
		return CLI_FAILED;
	if (strcmp(verb, "create") == 0)
		status = create(cli, &platform);
	else if (strcmp(verb, "list") == 0)
		status = cli_done(cli, 0) ? list(&platform) : CLI_USAGE;
	else if (strcmp(verb, "show") == 0 && cli->argc == 1)
		status = show(&platform, cli->argv[0]);
	else if (strcmp(verb, "export") == 0)
		status = export(cli, &platform);
	else if (strcmp(verb, "import") == 0)
		status = import(cli, &platform);
	else if (strcmp(verb, "invite") == 0)
		status = invite(cli, &platform);
	else if (strcmp(verb, "allow") == 0)
		status = allow(cli, &platform);
	else if (strcmp(verb, "scop") == 0)
		status = serve(cli, &platform);
	else if (strcmp(verb, "sender") == 0)
		status = send_from(cli, &platform);
	else if (strcmp(verb, "country") == 0)
		status = move(cli, &platform);
	else if (strcmp(verb, "statement") == 0)
		status = statement(cli, &platform);
	else if (strcmp(verb, "delete") == 0 && cli->argc >= 1)
		status = delete (cli, &platform);
	else
		status = cli_usage(
		    "tenant is followed by create, list, show NAME, allow NAME "
		    "AMOUNT, scop NAME SCOP, sender NAME ADDRESS, country NAME "
		    "CODE, statement NAME MONTH, export NAME, import FILE, invite NAME or delete "
		    "NAME");
	scop_platform_close(&platform);
	return status;
}
