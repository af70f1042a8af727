/* SPDX-License-Identifier: EUPL-1.2 */
/* scopiton words FOLDER: runs scopiton-words, installed beside this program. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

/* The portal also translates the host's messages, whose sources are not in a module's folder. */
static bool
is_portal(const char *folder)
{
	char *path = realpath(folder, NULL);
	const bool portal = path && strcmp(strrchr(path, '/'), "/portal") == 0;

	free(path);
	return portal;
}

int
cli_words(struct cli *cli)
{
	char program[4096];
	const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 20);

	if (cli->argc != 1)
		return cli_usage("words needs the folder of a module's sources");
	if (is_portal(cli->argv[0]))
		return cli_fail("the portal also translates the host's texts. 'make words "
				"MODULE=portal' collects them.");
	if (length <= 0)
		return cli_fail("this program's folder is unknown: %s", strerror(errno));
	program[length] = '\0';
	strcpy(strrchr(program, '/'), "/scopiton-words");
	execl(program, program, cli->argv[0], NULL);
	return cli_fail("'%s' cannot be run: %s", program, strerror(errno));
}
