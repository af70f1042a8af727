/* SPDX-License-Identifier: EUPL-1.2 */
/* scopiton doctor: reports mistakes before anything runs, isolation that this machine cannot
 * provide, and modules that the host would refuse to load. */
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "cli/cli.h"
#include "package/sandbox.h"

enum {
	FREE_MEGABYTES_MIN = 500,
	STATEMENTS_OF_WORKER = 300, /* HANDLES_MAX of core/gateway/line.c */
};

static int failures;

static void __attribute__((format(printf, 2, 3))) tell(const char *verdict, const char *format, ...)
{
	va_list args;

	printf("%-8s ", verdict);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	failures += strcmp(verdict, "fault") == 0;
}

static void
check_folder(const char *what, const char *path, int mode)
{
	if (access(path, mode) == 0)
		tell("ok", "%s '%s'", what, path);
	else
		tell("fault", "%s '%s' cannot be %s. Make it, or correct the configuration.", what,
		    path, mode & W_OK ? "written" : "read");
}

static void
check_separation(const struct scop_config *config)
{
	const int abi = scop_sandbox_landlock_abi();

	if (geteuid() == 0 && config->separate_users)
		tell("ok", "modules run under separate user ids, from %lld on",
		    (long long)config->uid_base);
	else
		tell("note",
		    "without separate_users, or as an ordinary user, all modules run under one "
		    "user id: a compromised worker could access another module's socket and "
		    "secret. Start as root, with separate_users = yes, to separate them.");
	if (abi > 0 && config->landlock_abi > 0)
		tell("ok", "Landlock, ABI %d",
		    abi < config->landlock_abi ? abi : (int)config->landlock_abi);
	else
		tell("note",
		    "no Landlock: only user ids and the system-call filter keep modules from "
		    "files");
	if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0)
		tell("ok", "system-call filters");
	else
		tell("fault",
		    "this kernel has no system-call filters (seccomp); workers will not start");
	if (config->development)
		tell("note",
		    "'development = yes': error pages show their cause, and everybody may sign in "
		    "to the portals below .localhost. Only for demos and authors.");
	if (config->https && !config->trusted_proxies[0])
		tell("note",
		    "no 'trusted_proxies': all visitors of the proxy that ends TLS are one sender, "
		    "so that one of them can lock the others out of forms and sign-ins.");
	if (!config->sandbox)
		tell("note",
		    "'sandbox = no': modules can do whatever this user can. Only for debugging.");
}

static void
check_disk(const char *path)
{
	struct statvfs status;

	if (statvfs(path, &status) != 0)
		return;
	const unsigned long long free_mb =
	    (unsigned long long)status.f_bavail * status.f_frsize >> 20;
	tell(free_mb < FREE_MEGABYTES_MIN ? "fault" : "ok", "%llu MB free below '%s'", free_mb,
	    path);
}

/* MariaDB bounds a temporary table, but not the file in which a statement sorts. */
static void
check_temporary(struct scop_platform *platform)
{
	const struct scop_value *places = scop_platform_row(platform,
	    "SELECT SUBSTRING_INDEX(@@tmpdir, ':', 1) AS tmp, @@datadir AS data");
	struct stat tmp, data;

	if (stat(scop_text(places, "tmp"), &tmp) == 0 &&
	    stat(scop_text(places, "data"), &data) == 0 && tmp.st_dev == data.st_dev)
		tell("note",
		    "MariaDB's temporary files, in '%s', are on the disk of its data: statements "
		    "that sort could fill it. Give tmpdir a file system of its own.",
		    scop_text(places, "tmp"));
}

static void
check_database(struct scop_platform *platform)
{
	tell("ok", "MariaDB %s",
	    scop_text(scop_platform_row(platform, "SELECT VERSION() AS version"), "version"));
	const struct scop_value *commit = scop_platform_row(platform,
	    "SELECT @@innodb_flush_log_at_trx_commit AS flush, "
	    "@@sync_binlog AS sync, @@character_set_server AS charset, @@log_bin AS log");
	if (scop_int(commit, "flush") != 1)
		tell("fault",
		    "innodb_flush_log_at_trx_commit is not 1: confirmed orders could be "
		    "lost with the machine");
	if (scop_bool(commit, "log") && scop_int(commit, "sync") != 1)
		tell("fault",
		    "sync_binlog is not 1: confirmed orders could be lost with the machine");
	if (strcmp(scop_text(commit, "charset"), "utf8mb4") != 0)
		tell("note",
		    "the server's character set is %s; Scopiton's databases set utf8mb4 themselves",
		    scop_text(commit, "charset"));
	const int64_t most = scop_int(scop_platform_row(platform,
					  "SELECT @@max_prepared_stmt_count AS most"),
			  "most"),
		      needed = platform->config.workers * STATEMENTS_OF_WORKER;
	if (most < needed)
		tell("note",
		    "max_prepared_stmt_count is %lld: modules' workers could use it up, for all. "
		    "Set it "
		    "to %lld or more, %d for each of 'workers'.",
		    (long long)most, (long long)needed, STATEMENTS_OF_WORKER);
	check_temporary(platform);
}

static void
check_machine(const struct scop_config *config)
{
	check_folder("run directory", config->run, R_OK | W_OK);
	check_folder("data directory", config->var, R_OK | W_OK);
	check_folder("modules", config->modules, R_OK);
	check_folder("webroot", config->webroot, R_OK);
	check_folder("migrations", config->migrations, R_OK);
	if (config->nginx_group[0] && !getgrnam(config->nginx_group))
		tell("fault", "there is no group '%s' for nginx", config->nginx_group);
	check_disk(config->var);
	check_separation(config);
}

int
cli_doctor(struct cli *cli)
{
	struct scop_platform platform;

	failures = 0;
	if (!cli_done(cli, 0))
		return CLI_USAGE;
	if (!scop_platform_open(&platform, cli->config_file)) {
		tell("fault", "%s", platform.err.text);
		if (!platform.config.run[0])
			return CLI_FAILED;
	} else {
		tell("ok", "configuration '%s'", cli->config_file);
		check_database(&platform);
	}
	check_machine(&platform.config);
	scop_platform_close(&platform);
	return failures ? CLI_FAILED : CLI_DONE;
}
