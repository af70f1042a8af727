/* SPDX-License-Identifier: EUPL-1.2 */
/* scopiton module pack, sign, publish, yank: commands of an author and a scop, without a platform.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/check.h"
#include "cli/cli.h"
#include "package/archive.h"
#include "package/files.h"
#include "package/publish.h"

static int
pack(struct cli *cli)
{
	const char *to = cli_option(cli, "--to", ".");
	struct scop_package package;
	struct scop_error err;
	uint64_t bytes;

	if (cli->argc != 1)
		return cli_usage(
		    "module pack needs the folder of a package, as the build makes it");
	struct scop_arena *arena = scop_arena_new();
	bool ok = scop_package_open(arena, cli->argv[0], &scop_granter_of_builds, &package, &err);
	const char *file = ok ? scop_arena_printf(arena, "%s/%s-%s-" SCOP_PLATFORM ".scop", to,
				    package.manifest.name, package.manifest.version)
			      : "";
	ok = ok && scop_archive_pack(cli->argv[0], package.manifest.name, file, &bytes, &err);
	if (ok)
		puts(file);
	scop_arena_free(arena);
	return ok ? CLI_DONE : cli_fail("%s", err.text);
}

static int
sign(struct cli *cli)
{
	struct scop_secret_key key;
	struct scop_error err;

	if (!cli_key(cli, "--key", &key))
		return CLI_FAILED;
	if (cli->argc != 1)
		return cli_usage("module sign needs a package and --key");
	const char *name = strrchr(cli->argv[0], '/');
	char comment[200];
	snprintf(comment, sizeof comment, "package %s", name ? name + 1 : cli->argv[0]);
	if (!scop_sign_file(&key, cli->argv[0], comment, &err))
		return cli_fail("%s", err.text);
	printf("%s.minisig\n", cli->argv[0]);
	return CLI_DONE;
}

/* One change of a catalogue by publish or yank. */
static int
change(struct cli *cli, const char *folder, const struct scop_secret_key *key,
    bool (*make)(struct cli *cli, struct scop_publisher *publisher, struct scop_error *err))
{
	struct scop_error err;
	struct scop_arena *arena = scop_arena_new();
	struct scop_publisher *publisher = scop_publisher_open(arena, folder, key, &err);
	const bool ok = publisher && make(cli, publisher, &err) &&
	    scop_publisher_save(publisher, SCOP_CATALOGUE_DAYS, NULL, &err);
	scop_arena_free(arena);
	if (!ok)
		return cli_fail("%s", err.text);
	puts("done");
	return CLI_DONE;
}

static const char *channel, *reason;
static int level;
static unsigned errors;

/* Runs `module check` on the package, to measure the level that the catalogue shows. */
static bool
measure(struct cli *cli, const char *file, const char *source, const char *catalogue)
{
	struct scop_platform platform = { 0 };
	struct scop_error err;
	const char *temporary;
	struct scop_arena *arena = scop_arena_new();
	const char *folder = cli_package_folder(arena, file, &temporary, &err);
	const bool has_platform = folder && access(cli->config_file, R_OK) == 0 &&
	    scop_platform_open(&platform, cli->config_file);

	level = folder ? cli_measure(&platform, arena,
			     &(struct cli_checked){ folder, source, catalogue, false }, &errors)
		       : 0;
	if (!folder)
		cli_fail("%s", err.text);
	if (has_platform)
		scop_platform_close(&platform);
	if (temporary)
		scop_files_remove(temporary);
	scop_arena_free(arena);
	return level > 0;
}

/* Checks that refuse a package whatever its level, done before minutes are spent on measuring. */
static bool
may_be_published(struct cli *cli, const char *folder, const struct scop_secret_key *key)
{
	struct scop_error err;
	struct scop_arena *arena = scop_arena_new();
	struct scop_publisher *publisher = scop_publisher_open(arena, folder, key, &err);
	const bool may = publisher && scop_publisher_accepts(publisher, cli->argv[0], &err);

	scop_arena_free(arena);
	if (!may)
		cli_fail("%s", err.text);
	return may;
}

static bool
add(struct cli *cli, struct scop_publisher *publisher, struct scop_error *err)
{
	return scop_publisher_add(publisher, cli->argv[0], channel, level, err);
}

static bool
withdraw(struct cli *cli, struct scop_publisher *publisher, struct scop_error *err)
{
	return scop_publisher_yank(publisher, cli->argv[0], cli->argv[1], reason, err);
}

int
cli_author(struct cli *cli, const char *verb)
{
	if (strcmp(verb, "pack") == 0)
		return pack(cli);
	if (strcmp(verb, "sign") == 0)
		return sign(cli);
	if (strcmp(verb, "check") == 0)
		return cli_module_check(cli);
	const bool publishes = strcmp(verb, "publish") == 0;
	if (!publishes && strcmp(verb, "yank") != 0)
		return -1;
	const char *folder = cli_option(cli, "--catalogue", NULL),
		   *source = cli_option(cli, "--source", NULL);
	channel = cli_option(cli, "--channel", "stable");
	reason = cli_option(cli, "--reason", "");
	if (!folder || cli->argc < (publishes ? 1 : 2))
		return cli_usage(publishes
			? "module publish needs a package, --catalogue and --key"
			: "module yank needs a module, a version, --catalogue, --reason and --key");
	struct scop_secret_key key;
	if (!cli_key(cli, "--key", &key))
		return CLI_FAILED;
	if (cli->argc != (publishes ? 1 : 2))
		return cli_usage("module %s does not know '%s'", verb,
		    cli->argv[publishes ? 1 : 2]);
	if (publishes && !may_be_published(cli, folder, &key))
		return CLI_FAILED;
	if (publishes && !measure(cli, cli->argv[0], source, folder))
		return cli_fail("'%s' is not published: it does not load", cli->argv[0]);
	if (publishes && errors > 0)
		return cli_fail("'%s' is not published: the check found %u errors. Correct them; "
				"the version number is still free.",
		    cli->argv[0], errors);
	return change(cli, folder, &key, publishes ? add : withdraw);
}
