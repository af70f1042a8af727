/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * scopiton check and module check: check a configuration, or a package. The check installs a
 * package for two throw-away tenants of this platform, upgrades to it from each published version,
 * rolls it back, kills it half way, and purges it; it runs the tests of its sources from a
 * checkout. check_levels.c measures the levels of a package.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/check.h"
#include "cli/cli.h"
#include "installer/choose.h"
#include "installer/granted.h"
#include "package/archive.h"
#include "package/files.h"
#include "package/index.h"

/* Returns the package as a folder: a file is unpacked into `ret_temporary`, which the caller must
 * remove. */
const char *
cli_package_folder(struct scop_arena *arena, const char *given, const char **ret_temporary,
    struct scop_error *err)
{
	const size_t length = strlen(given);

	*ret_temporary = NULL;
	if (length < 6 || strcmp(given + length - 5, ".scop") != 0)
		return given;
	char *folder = scop_arena_printf(arena, "/tmp/scopiton-check-XXXXXX");
	if (!mkdtemp(folder)) {
		scop_error_errno(err, "no folder below /tmp can be created");
		return NULL;
	}
	chmod(folder, 0755);
	*ret_temporary = folder;
	const char *files = scop_arena_printf(arena, "%s/package", folder);
	return scop_archive_unpack(given, files, SCOP_UNPACKED_BYTES_MAX, err) ? files : NULL;
}

int
cli_module_check(struct cli *cli)
{
	const char *source = cli_option(cli, "--source", NULL),
		   *catalogue = cli_option(cli, "--catalogue", NULL), *temporary;
	const bool again = cli_flag(cli, "--again");
	struct scop_platform platform = { 0 };
	struct scop_error err;

	if (cli->argc != 1)
		return cli_usage("module check needs a package and, optionally, --source, "
				 "--catalogue and --again");
	struct scop_arena *arena = scop_arena_new();
	const char *folder = cli_package_folder(arena, cli->argv[0], &temporary, &err);
	const bool has_platform =
	    access(cli->config_file, R_OK) == 0 && scop_platform_open(&platform, cli->config_file);
	unsigned errors = 0;
	int level = 0;

	if (!folder)
		cli_fail("%s", err.text);
	else
		level = cli_measure(&platform, arena,
		    &(struct cli_checked){ folder, source, catalogue, again }, &errors);
	if (has_platform)
		scop_platform_close(&platform);
	if (temporary)
		scop_files_remove(temporary);
	scop_arena_free(arena);
	return level > 0 && errors == 0 ? CLI_DONE : CLI_FAILED;
}

static int
check_config(struct cli *cli)
{
	struct scop_arena *arena = scop_arena_new();
	struct scop_config config;
	struct scop_grants grants;
	struct scop_error err;
	const bool ok = scop_config_load(&config, cli->config_file, &err) &&
	    scop_grants_read(arena, config.granted, &grants, &err);

	scop_arena_free(arena);
	if (!ok)
		return cli_fail("%s", err.text);
	printf("%s: valid\n", cli->config_file);
	return CLI_DONE;
}

int
cli_check(struct cli *cli)
{
	struct scop_config config;
	struct scop_error err;

	if (!cli_done(cli, 1))
		return CLI_USAGE;
	if (cli->argc == 0)
		return check_config(cli);
	struct scop_arena *arena = scop_arena_new();
	struct scop_package package;
	struct scop_platform here = { .arena = arena };
	const bool ok = (access(cli->config_file, R_OK) != 0 ||
			    (scop_config_load(&config, cli->config_file, &err) &&
				scop_grants_read(arena, config.granted, &here.granted, &err))) &&
	    scop_package_open_here(&here, cli->argv[0], &package, &err);
	if (ok)
		printf("%s %s: valid (%s)\n", package.manifest.name, package.manifest.version,
		    package.hash);
	scop_arena_free(arena);
	return ok ? CLI_DONE : cli_fail("%s", err.text);
}
