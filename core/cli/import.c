/* SPDX-License-Identifier: EUPL-1.2 */
/* scopiton import: starts a worker of the module, gives it the files, and prints its reports. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/utf8.h"
#include "cli/cli.h"
#include "process/arguments.h"
#include "process/channel.h"
#include "process/gateway.h"
#include "process/settings.h"

enum { FILE_BYTES_MAX = 64 << 20, CHANNEL_FD = 100 }; /* a number that nothing else has */

/* The socket of one import's statements: in the run directory, by the process. */
#define LINES "%s/lines.%d"

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static const char *
site_text(const struct scop_value *tenant, const struct scop_value *subscription,
    struct scop_arena *arena)
{
	return scop_arena_printf(arena, "%lld %s %s %s %s %s %lld",
	    (long long)scop_int(tenant, "id"), scop_text(subscription, "database_name"),
	    scop_text(tenant, "language"), scop_text(tenant, "zone"), scop_text(tenant, "country"),
	    scop_text(tenant, "currency"), (long long)scop_int(subscription, "epoch"));
}

/* Starts the gateway of this process, which is about to become a worker. It ends with the worker,
 * as the channel does. */
static bool
start_gateway(const struct scop_config *config, const struct scop_worker_settings *worker)
{
	int channel[2], control[2];
	const int lines = scop_gateway_listen(worker->gateway, (uid_t)worker->uid);

	if (lines < 0 || !scop_channel_make(channel) || !scop_channel_make(control))
		return false;
	const struct scop_gateway_order order = { SCOP_GATEWAY_ADD, 0, getpid() };
	const pid_t pid = fork();
	if (pid == 0)
		scop_gateway_become(config,
		    (struct scop_worker_settings){ .module = worker->module,
			.hash = worker->hash,
			.site = worker->site,
			.control = control[1],
			.lines = lines },
		    worker->uid != 0);
	if (pid < 0 || !scop_channel_send(control[0], &order, sizeof order, channel[0]))
		return false;
	close(channel[0]);
	return dup2(channel[1], worker->channel) == worker->channel;
}

/* In the child: runs the module's worker, in its sandbox, with pipes to this process as standard
 * input and output.
 */
static void __attribute__((noreturn))
become_worker(struct scop_platform *platform, const struct scop_value *tenant,
    const struct scop_value *subscription, const char *module, const char *import)
{
	const struct scop_config *config = &platform->config;
	const char *hash = scop_text(subscription, "hash");
	struct scop_arena *arena = platform->arena;
	struct scop_arguments arguments = { 0 };
	const struct scop_worker_settings settings = {
		.module = module,
		.hash = hash,
		.file = scop_arena_printf(arena, "%s/modules/%s/%s.so", config->var, hash, module),
		.db_socket = config->db_socket,
		.run = config->run,
		.gateway = scop_arena_printf(arena, LINES, config->run, (int)getpid()),
		.uid = geteuid() == 0 && config->separate_users
		    ? config->uid_base + scop_int(subscription, "number")
		    : 0,
		.memory = config->worker_memory * 4,
		.sandbox = config->sandbox,
		.landlock_abi = config->landlock_abi,
		.channel = CHANNEL_FD,
		.import = import,
		.site = site_text(tenant, subscription, arena),
	};

	mkdir(config->run, 0755); /* where nothing is served */
	if (!start_gateway(config, &settings)) {
		scop_log_line(SCOP_LOG_ERROR, "the gateway cannot be started: %s", strerror(errno));
		_exit(127);
	}
	scop_arguments_add(&arguments, "%s/scopiton-worker", config->libexec);
	scop_settings_add(&settings, &arguments);
	scop_arguments_run(&arguments, environ, 127);
}

static bool
send_file(FILE *out, const char *path)
{
	char block[65536];
	struct stat status;
	size_t got, left;
	FILE *file = fopen(path, "rb");

	if (!file || fstat(fileno(file), &status) != 0 || !S_ISREG(status.st_mode) ||
	    status.st_size > FILE_BYTES_MAX) {
		cli_fail("'%s' cannot be read, or is larger than 64 MB", path);
		if (file)
			fclose(file);
		return false;
	}
	fprintf(out, "%lld %s\n", (long long)status.st_size, base_name(path));
	for (left = (size_t)status.st_size; left > 0 &&
	     (got = fread(block, 1, left < sizeof block ? left : sizeof block, file)) > 0;
	     left -= got)
		fwrite(block, 1, got, out);
	fclose(file);
	return left == 0;
}

/* A report quotes an untrusted file: characters that control the terminal (ESC, and C1 controls,
 * which are two bytes in UTF-8) become '?'. */
static void
make_plain(char *text)
{
	text[strcspn(text, "\n")] = '\0';
	scop_utf8_repair(text);
	for (char *at = text; *at; at++) {
		const bool is_c1 = (unsigned char)at[0] == 0xc2 && (unsigned char)at[1] < 0xa0;

		if ((unsigned char)*at < 0x20 || *at == 0x7f || is_c1)
			*at = '?';
		if (is_c1)
			*++at = '?';
	}
}

/* Prints "level line column text" as a message that names the file. */
static void
print_reports(FILE *in, const char *file)
{
	char line[2000], level[16];
	unsigned row, column;
	int text;

	while (fgets(line, sizeof line, in)) {
		if (sscanf(line, "%15s %u %u %n", level, &row, &column, &text) != 3)
			continue;
		if (row && column)
			printf("%s:%u:%u: ", base_name(file), row, column);
		else if (row)
			printf("%s:%u: ", base_name(file), row);
		make_plain(line + text);
		printf("%s%s%s\n", strcmp(level, "info") == 0 ? "" : level,
		    strcmp(level, "info") == 0 ? "" : ": ", line + text);
	}
}

/* Starts a worker that imports, with a pipe to it and one from it; -1 on failure. */
static pid_t
start_worker(struct cli *cli, struct scop_platform *platform, const struct scop_value *tenant,
    const struct scop_value *subscription, FILE **ret_to, FILE **ret_from)
{
	int in[2], out[2];

	*ret_to = *ret_from = NULL;
	if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0)
		return -1;
	const pid_t pid = fork();
	if (pid == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		become_worker(platform, tenant, subscription, cli->argv[0], cli->argv[1]);
	}
	close(in[0]);
	close(out[1]);
	*ret_to = fdopen(in[1], "w");
	*ret_from = fdopen(out[0], "r");
	return pid;
}

static int
run(struct cli *cli, struct scop_platform *platform, const char *tenant_name)
{
	const char *module = cli->argv[0];
	const struct scop_value *tenant = cli_tenant(platform, tenant_name);
	FILE *to, *from;
	int status;

	if (!tenant)
		return CLI_FAILED;
	const struct scop_value *subscription = scop_platform_row(platform,
	    "SELECT p.hash, s.database_name, s.epoch, m.number FROM "
	    "scopiton.subscription s JOIN scopiton.package p ON p.id = s.package JOIN "
	    "scopiton.module m ON m.name = s.module WHERE "
	    "s.tenant = %lld AND s.module = '%s' AND s.state = 'on'",
	    (long long)scop_int(tenant, "id"), scop_platform_quote(platform, module));
	if (!subscription)
		return cli_fail("tenant '%s' has no module '%s'", tenant_name, module);

	const pid_t pid = start_worker(cli, platform, tenant, subscription, &to, &from);
	if (pid < 0)
		return cli_fail("no worker can be started: %s", strerror(errno));
	bool sent = to && from;
	for (int i = 2; sent && i < cli->argc; i++)
		sent = send_file(to, cli->argv[i]);
	if (!sent)
		kill(pid, 9);
	if (to)
		fclose(to);
	if (from)
		print_reports(from, cli->argv[2]);
	const bool ended = waitpid(pid, &status, 0) == pid;
	unlink(scop_arena_printf(platform->arena, LINES, platform->config.run, (int)pid));
	if (!ended || !sent)
		return CLI_FAILED;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return CLI_DONE;
	return cli_fail("nothing was imported");
}

int
cli_import(struct cli *cli)
{
	struct scop_platform platform;
	const char *tenant = cli_option(cli, "--tenant", NULL);

	if (!tenant || cli->argc < 3)
		return cli_usage("import needs a module, what to import, files, and --tenant");
	signal(SIGPIPE, SIG_IGN);
	if (!cli_open(cli, &platform))
		return CLI_FAILED;
	const int status = run(cli, &platform, tenant);
	scop_platform_close(&platform);
	return status;
}
