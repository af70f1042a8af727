/* SPDX-License-Identifier: EUPL-1.2 */
/* Options, error messages and the platform, shared by the subcommands: see cli.h. */
#include "cli/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

const char *
cli_option(struct cli *cli, const char *name, const char *otherwise)
{
	for (int i = 0; i + 1 < cli->argc; i++) {
		if (strcmp(cli->argv[i], name) != 0)
			continue;
		const char *value = cli->argv[i + 1];

		for (int rest = i; rest + 2 < cli->argc; rest++)
			cli->argv[rest] = cli->argv[rest + 2];
		cli->argc -= 2;
		return value;
	}
	return otherwise;
}

bool
cli_flag(struct cli *cli, const char *name)
{
	for (int i = 0; i < cli->argc; i++) {
		if (strcmp(cli->argv[i], name) != 0)
			continue;
		for (int rest = i; rest + 1 < cli->argc; rest++)
			cli->argv[rest] = cli->argv[rest + 1];
		cli->argc--;
		return true;
	}
	return false;
}

const char *
cli_verb(struct cli *cli)
{
	if (cli->argc == 0)
		return "";
	cli->argc--;
	return *cli->argv++;
}

static void
say(const char *format, va_list args)
{
	fputs("scopiton: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

int
cli_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	return CLI_FAILED;
}

static int
usage_with(const char *unknown, const char *format, va_list args)
{
	say(format, args);
	if (unknown)
		fprintf(stderr, "'%s' is not an option here, or lacks its value. ", unknown);
	fputs("'scopiton help' lists the commands.\n", stderr);
	return CLI_USAGE;
}

int
cli_usage(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	usage_with(NULL, format, args);
	va_end(args);
	return CLI_USAGE;
}

int
cli_misused(const struct cli *cli, const char *format, ...)
{
	const char *unknown = NULL;
	va_list args;

	for (int i = 0; i < cli->argc && !unknown; i++)
		if (strncmp(cli->argv[i], "--", 2) == 0)
			unknown = cli->argv[i];
	va_start(args, format);
	usage_with(unknown, format, args);
	va_end(args);
	return CLI_USAGE;
}

bool
cli_done(struct cli *cli, int wanted)
{
	if (cli->argc <= wanted)
		return true;
	cli_usage("'%s' is unexpected here", cli->argv[wanted]);
	return false;
}

bool
cli_open(struct cli *cli, struct scop_platform *ret_platform)
{
	if (scop_platform_open(ret_platform, cli->config_file))
		return true;
	cli_fail("%s", ret_platform->err.text);
	return false;
}

const struct scop_value *
cli_tenant(struct scop_platform *platform, const char *name)
{
	const struct scop_value *row = scop_platform_row(platform,
	    "SELECT id, name, title, language, zone, country, currency FROM "
	    "scopiton.tenant WHERE name = '%s'",
	    scop_platform_quote(platform, name));

	if (!row)
		cli_fail("there is no tenant '%s'. 'scopiton tenant list' lists them.", name);
	return row;
}

const char *
cli_shown(const struct scop_value *row, const char *key)
{
	static char text[SCOP_SAID_MAX];

	scop_said_show(scop_text(row, key), NULL, text, sizeof text);
	return text;
}

bool
cli_step(void *context, const char *what)
{
	char text[SCOP_SAID_MAX];

	(void)context;
	scop_said_show(what, NULL, text, sizeof text);
	printf("  %s\n", text);
	fflush(stdout);
	return true;
}
