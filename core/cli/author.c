/* scopiton module pack, sign, publish, yank: what an author and a scop do, without a platform. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "modules/archive.h"
#include "modules/publish.h"

static int
pack(struct cli *cli)
{
	const char *to = cli_option(cli, "--to", ".");
	struct scop_package package;
	struct scop_error err;
	uint64_t bytes;

	if (cli->argc != 1)
		return cli_usage("module pack needs the folder of a package, as the build makes it");
	struct scop_arena *arena = scop_arena_new();
	bool sound = scop_package_open(arena, cli->argv[0], &package, &err);
	const char *file = sound ? scop_arena_printf(arena, "%s/%s-%s-" SCOP_PLATFORM ".scop", to, package.manifest.name, package.manifest.version) : "";
	sound = sound && scop_archive_pack(cli->argv[0], package.manifest.name, file, &bytes, &err);
	if (sound)
		puts(file);
	scop_arena_free(arena);
	return sound ? CLI_DONE : cli_fail("%s", err.text);
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
change(struct cli *cli, const char *folder, bool (*make)(struct cli *cli, struct scop_publisher *publisher, struct scop_error *err))
{
	struct scop_secret_key key;
	struct scop_error err;

	if (!cli_key(cli, "--key", &key))
		return CLI_FAILED;
	struct scop_arena *arena = scop_arena_new();
	struct scop_publisher *publisher = scop_publisher_open(arena, folder, &key, &err);
	const bool sound = publisher && make(cli, publisher, &err) && scop_publisher_save(publisher, SCOP_CATALOGUE_DAYS, NULL, &err);
	scop_arena_free(arena);
	if (!sound)
		return cli_fail("%s", err.text);
	puts("done");
	return CLI_DONE;
}

static const char *channel, *reason;

static bool
add(struct cli *cli, struct scop_publisher *publisher, struct scop_error *err)
{
	return scop_publisher_add(publisher, cli->argv[0], channel, err);
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
	const bool publishes = strcmp(verb, "publish") == 0;
	if (!publishes && strcmp(verb, "yank") != 0)
		return -1;
	const char *folder = cli_option(cli, "--catalogue", NULL);
	channel = cli_option(cli, "--channel", "stable");
	reason = cli_option(cli, "--reason", "");
	if (!folder || cli->argc < (publishes ? 1 : 2))
		return cli_usage(publishes ? "module publish needs a package, --catalogue and --key" :
			"module yank needs a module, a version, --catalogue, --reason and --key");
	return change(cli, folder, publishes ? add : withdraw);
}
