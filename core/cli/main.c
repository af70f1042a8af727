/* SPDX-License-Identifier: EUPL-1.2 */
/* scopiton: the command line. One file for each subcommand; this one finds it. */
#include <locale.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/cli.h"

static int cli_version(struct cli *cli);
static int cli_help(struct cli *cli);

static const struct command {
	const char *name;
	int (*run)(struct cli *cli);
	const char *usage; /* NULL: internal */
	const char *text;
} commands[] = {
	{ "serve", cli_serve, "serve", "run the supervisor, taking over from a running one" },
	{ "tenant", cli_tenant_command,
	    "tenant create NAME --title TITLE [--template SECTOR] [--language fr] [--zone "
	    "Europe/Brussels] "
	    "[--country BE] [--host HOST] [--portal-host HOST] [--owner MAIL [--owner-name NAME]] "
	    "[--operator | "
	    "--scop SCOP]\n  tenant list | show NAME | delete NAME --yes NAME\n  tenant statement "
	    "NAME MONTH [--close]\n"
	    "  tenant allow NAME AMOUNT | none\n  tenant scop NAME SCOP | none\n  tenant sender "
	    "NAME ADDRESS | none\n  tenant country NAME CODE\n"
	    "  tenant export NAME [--module MODULE]\n  tenant import ARCHIVE [--name NAME] [--host "
	    "HOST] [--portal-host HOST] [--with-packages] [--operator | --scop SCOP]\n  tenant "
	    "import ARCHIVE --into TENANT [--with-packages]\n  tenant invite NAME",
	    "make a tenant with its databases and portal, list them, delete one for good; what it "
	    "pays for a month, which scop serves it, where its mails come from, where it is; take "
	    "all of it "
	    "out, and in again; invite members who have no password yet" },
	{ "module", cli_module_command,
	    "module list [TENANT]\n  module install | upgrade | rehearse MODULE --tenant TENANT "
	    "[--version '^1.4'] [--beta] [--grant] "
	    "[--root]\n  module back | disable | uninstall MODULE --tenant TENANT\n  module purge "
	    "MODULE --tenant TENANT --yes MODULE",
	    "list modules; install or upgrade one for a tenant, try an upgrade on a copy, roll "
	    "back, disable, uninstall, or delete it with its data" },
	{ "module", cli_module_command,
	    "module rollout MODULE [--version '^1.4'] [--canary TENANT] [--grant]\n  module "
	    "rollout show | pause | resume NUMBER",
	    "upgrade all tenants that have the module, in waves; 'socle' is the part that all "
	    "tenants have" },
	{ "module", cli_module_command,
	    "module check FOLDER-OR-FILE [--source modules/NAME] [--catalogue FOLDER] [--again]\n"
	    "  module pack FOLDER [--to FOLDER]\n  module sign FILE --key FILE\n"
	    "  module publish FILE --catalogue FOLDER --key FILE [--channel stable|beta] [--source "
	    "modules/NAME]\n  module yank MODULE VERSION --catalogue FOLDER --reason TEXT --key "
	    "FILE",
	    "for authors: check a package and measure its level, create, sign, publish or withdraw "
	    "one" },
	{ "catalogue", cli_catalogue,
	    "catalogue refresh | list [WORDS] | show MODULE | give MODULE SCOP\n  catalogue usage "
	    "FILE --key FILE",
	    "fetch and show the group's catalogue; assign a module's name to a scop on this host; "
	    "write usage counts for the group" },
	{ "catalogue", cli_catalogue,
	    "catalogue create FOLDER --key FILE\n  catalogue scop FOLDER NAME [--title TITLE] "
	    "[--public FILE] [--modules A,B] "
	    "--key FILE\n  catalogue grant FOLDER SCOP MODULE portal,accounts,orders,writes | none "
	    "--key FILE\n  catalogue revoke FOLDER SCOP KEY-ID --key FILE\n  catalogue renew "
	    "FOLDER [USAGE...] [--days 30] --key FILE\n"
	    "  catalogue rotate FOLDER --to FILE --key FILE\n  catalogue serve FOLDER | --off",
	    "for the group: maintain a catalogue, its scops and keys, and the rights of their "
	    "modules" },
	{ "key", cli_key_command, "key make FILE",
	    "create a key pair for signing, in minisign's format" },
	{ "import", cli_import, "import MODULE NAME FILE... --tenant TENANT",
	    "import files into a module, all or nothing" },
	{ "job", cli_job,
	    "job list [TENANT]\n  job run MODULE JOB --tenant TENANT\n  job cancel | replay | "
	    "drop NUMBER",
	    "list queued, running, dead and scheduled jobs; run a scheduled job now, cancel a job, "
	    "retry or discard a dead one" },
	{ "slow", cli_slow, "slow",
	    "list the statements that took longer than 'slow_statement_milliseconds', slowest "
	    "first" },
	{ "login", cli_login, "login TENANT ROLE",
	    "print a one-time sign-in link for the tenant's portal" },
	{ "migrate", cli_migrate, "migrate [--disable-failing]",
	    "check that this program can load all modules in use, then migrate the databases;\n    "
	    "  with --disable-failing, disable the modules that it cannot load" },
	{ "check", cli_check, "check [FOLDER]",
	    "check the configuration, or a module's package without installing it" },
	{ "doctor", cli_doctor, "doctor",
	    "check this machine: what is missing, and what it cannot isolate" },
	{ "dev", cli_dev, "dev [MODULE] [--port 8080] [--fresh] [--granted RIGHTS]",
	    "for authors: run a private Scopiton that rebuilds and shows the module in this folder "
	    "whenever one of its files is saved" },
	{ "new", cli_new, "new NAME --scop SCOP",
	    "create a module that builds and shows a page: modules/NAME in a checkout, NAME and a "
	    "Makefile elsewhere" },
	{ "words", cli_words, "words FOLDER",
	    "update a module's translations: add missing texts to i18n/*.po" },
	{ "nginx", cli_nginx, "nginx", "print nginx's configuration for this host" },
	{ "installer", cli_installer, NULL, NULL },
	{ "version", cli_version, "version", "print the version" },
	{ "help", cli_help, "help", "print this" },
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static int
cli_version(struct cli *cli)
{
	if (!cli_done(cli, 0))
		return CLI_USAGE;
	puts("scopiton " SCOPITON_VERSION " (API " SCOP_API_NOW ")");
	return CLI_DONE;
}

static int
cli_help(struct cli *cli)
{
	(void)cli;
	puts("scopiton: modules for many companies, behind nginx\n\nusage: scopiton [--config "
	     "FILE] COMMAND\n");
	for (size_t i = 0; i < COMMANDS; i++)
		if (commands[i].usage)
			printf("  %s\n      %s\n", commands[i].usage, commands[i].text);
	puts("\nThe configuration is $SCOPITON_CONFIG, or /etc/scopiton/scopiton.conf. Exit "
	     "status: 0 done, 1 refused or failed,\n2 usage error.");
	return CLI_DONE;
}

int
main(int argc, char **argv)
{
	struct cli cli = { .program = argv[0], .argc = argc - 1, .argv = argv + 1 };
	const char *standard =
	    getenv("SCOPITON_CONFIG") ? getenv("SCOPITON_CONFIG") : "/etc/scopiton/scopiton.conf";

	scop_log_open("scopiton", SCOP_LOG_INFO);
	if (sodium_init() < 0)
		return cli_fail("no randomness on this machine");
	cli.config_file = cli_option(&cli, "--config", standard);
	if (cli.argc == 0) {
		cli_help(&cli);
		return CLI_USAGE;
	}
	const char *name = cli.argv[0];
	cli.argc--;
	cli.argv++;
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		name = "help";
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return commands[i].run(&cli);
	return cli_usage("there is no command '%s'", name);
}
