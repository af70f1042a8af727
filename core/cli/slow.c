/* SPDX-License-Identifier: EUPL-1.2 */
/* scopiton slow: the statements that took longer than `slow_statement_milliseconds`, the slowest
 * first, since their pools were created. The supervisor keeps them, so it must be running. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "process/control.h"

enum { SLOW_MAX = 4096, WORD = 80 };

struct slow {
	unsigned milliseconds, rows, count;
	char module[WORD], version[WORD], serves[WORD], statement[WORD], route[WORD], tenant[WORD];
};

static FILE *
ask_supervisor(const struct scop_config *config)
{
	const int fd = scop_control_send(config->run, "slow\n");

	return fd >= 0 ? fdopen(fd, "r") : NULL;
}

static size_t
read_all(FILE *in, struct slow *list)
{
	size_t count = 0;

	while (count < SLOW_MAX) {
		struct slow *slow = &list[count];

		if (fscanf(in, "%u %u %u %79s %79s %79s %79s %79s %79s", &slow->milliseconds,
			&slow->rows, &slow->count, slow->module, slow->version, slow->serves,
			slow->statement, slow->route, slow->tenant) != 9)
			break;
		count++;
	}
	return count;
}

static int
slowest_first(const void *one, const void *other)
{
	const unsigned a = ((const struct slow *)one)->milliseconds,
		       b = ((const struct slow *)other)->milliseconds;

	return a < b ? 1 : a > b ? -1 : 0;
}

static void
print(const struct slow *list, size_t count)
{
	printf("%8s %8s %6s  %-24s %-10s %-28s %-20s %s\n", "MS", "ROWS", "TIMES", "MODULE",
	    "VERSION", "STATEMENT", "ROUTE OR JOB", "TENANT");
	for (size_t i = 0; i < count; i++)
		printf("%8u %8u %6u  %-24s %-10s %-28s %-20s %s\n", list[i].milliseconds,
		    list[i].rows, list[i].count, list[i].module, list[i].version, list[i].statement,
		    list[i].route, list[i].tenant);
}

int
cli_slow(struct cli *cli)
{
	struct scop_config config;
	struct scop_error err;

	if (!cli_done(cli, 0))
		return CLI_USAGE;
	if (!scop_config_load(&config, cli->config_file, &err))
		return cli_fail("%s", err.text);
	FILE *in = ask_supervisor(&config);
	if (!in)
		return cli_fail("the supervisor does not answer at '%s/control': %s. 'scopiton "
				"serve' starts it.",
		    config.run, strerror(errno));
	struct slow *list = calloc(SLOW_MAX, sizeof *list);
	const size_t count = list ? read_all(in, list) : 0;

	fclose(in);
	if (count == 0) {
		printf("no statement took %lld ms or more (slow_statement_milliseconds)\n",
		    (long long)config.slow_statement_milliseconds);
	} else {
		qsort(list, count, sizeof *list, slowest_first);
		print(list, count);
	}
	free(list);
	return CLI_DONE;
}
