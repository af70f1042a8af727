/* SPDX-License-Identifier: EUPL-1.2 */
/* scopiton serve, migrate, and the installer's own process. */
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/log.h"
#include "base/time.h"
#include "cli/cli.h"
#include "installer/catalogue.h"
#include "installer/expiry.h"
#include "installer/holders.h"
#include "installer/granted.h"
#include "installer/migrate.h"
#include "installer/migrator.h"
#include "installer/orders.h"
#include "installer/directory.h"
#include "installer/scan.h"
#include "installer/sector.h"
#include "installer/wave.h"

enum {
	WATCH_MILLISECONDS = 500,
	POLL_MILLISECONDS = 300,
	REST_SECONDS = 2,
	CATALOGUE_SECONDS = 900
};

int
cli_serve(struct cli *cli)
{
	struct scop_config config;
	struct scop_error err;
	char program[SCOP_CONFIG_TEXT + 32];

	if (cli->argc > 0)
		return cli_usage("serve takes no arguments");
	if (!scop_config_load(&config, cli->config_file, &err))
		return cli_fail("%s", err.text);
	snprintf(program, sizeof program, "%s/scopiton-supervisor", config.libexec);
	execl(program, program, cli->config_file, (char *)NULL);
	return cli_fail("'%s' cannot be run: %s", program, strerror(errno));
}

/* Lists tenants' modules that this version of the host would not load, or disables them if so
 * ordered. */
static bool
preflight(struct scop_platform *platform, bool disable_failing)
{
	const bool is_new = !scop_platform_row(platform,
	    "SELECT 1 AS there FROM information_schema.tables WHERE table_schema = 'scopiton' AND "
	    "table_name = 'subscription'");
	const struct scop_value *rows = is_new
	    ? NULL
	    : scop_platform_rows(platform,
		  "SELECT p.id, p.module, p.version, p.hash, COUNT(*) AS tenants FROM "
		  "scopiton.subscription s JOIN scopiton.package p ON p.id = s.package WHERE "
		  "s.state = 'on' GROUP BY p.id ORDER BY p.module");
	bool ok = is_new || rows;

	for (size_t i = 0; i < scop_count(rows); i++) {
		const struct scop_value *row = scop_at(rows, i);
		struct scop_package package;
		struct scop_error err;

		if (scop_package_open_here(platform,
			scop_arena_printf(platform->arena, "%s/modules/%s", platform->config.var,
			    scop_text(row, "hash")),
			&package, &err))
			continue;
		printf("%s %s, used by %lld tenants, would not load: %s\n",
		    scop_text(row, "module"), scop_text(row, "version"),
		    (long long)scop_int(row, "tenants"), err.text);
		if (disable_failing && strcmp(scop_text(row, "module"), "portal") != 0)
			ok &= scop_platform_sql(platform,
				  "UPDATE scopiton.subscription SET state = 'off', epoch = "
				  "epoch + 1 WHERE package = %lld AND state = 'on'",
				  (long long)scop_int(row, "id")) &&
			    scop_directory_changed(platform);
		else
			ok = scop_error_set(&platform->err,
			    "nothing was changed. Upgrade these modules first, or disable them: "
			    "scopiton migrate --disable-failing");
	}
	return ok;
}

int
cli_migrate(struct cli *cli)
{
	struct scop_platform platform;
	/* --leave-out: its name in 0.1.0 */
	const bool disable_failing =
	    cli_flag(cli, "--disable-failing") || cli_flag(cli, "--leave-out");
	int status = CLI_DONE;

	if (!cli_done(cli, 0))
		return CLI_USAGE;
	if (!cli_open(cli, &platform))
		return CLI_FAILED;
	if (!scop_platform_sql(&platform,
		"CREATE DATABASE IF NOT EXISTS scopiton CHARACTER SET utf8mb4 COLLATE "
		"utf8mb4_unicode_520_ci"))
		status = cli_fail("%s", platform.err.text);
	else if (!scop_platform_lock(&platform, 30))
		status = cli_fail("an installation has been running for 30 seconds. Try again when "
				  "it has ended.");
	else if (!scop_migrator_sweep(&platform) || !preflight(&platform, disable_failing) ||
	    !scop_platform_migrate(&platform, cli_step, NULL) || !scop_module_scan(&platform))
		status = cli_fail("%s", platform.err.text);
	scop_platform_unlock(&platform);
	scop_platform_close(&platform);
	return status;
}

/* ---- the installer ---- */

static volatile sig_atomic_t stop, again;

static void
on_signal(int signal)
{
	if (signal == SIGHUP)
		again = 1;
	else
		stop = 1;
}

/* Keeps the counts of a line "crashes STARTED TENANT DAY COUNT"; whether the line is one. */
static bool
take_crashes(struct scop_platform *platform, const char *line)
{
	long long started, day;
	unsigned tenant, crashes;

	if (sscanf(line, "crashes %lld %u %lld %u", &started, &tenant, &day, &crashes) != 4)
		return false;
	scop_platform_sql(platform,
	    "INSERT INTO scopiton.crash (started, tenant, day, crashes) VALUES (%lld, %u, "
	    "'1970-01-01' + INTERVAL %lld DAY, %u) ON DUPLICATE KEY UPDATE crashes = "
	    "VALUES(crashes)",
	    started, tenant, day, crashes);
	return true;
}

/* Reads the supervisor's report of packages that are out of service and of crashes, for the portal
 * to show. */
static void
take_state(struct scop_platform *platform, struct timespec *seen)
{
	const char *path = scop_arena_printf(platform->arena, "%s/state", platform->config.run);
	struct stat status;
	char line[600];

	if (stat(path, &status) != 0 ||
	    (status.st_mtim.tv_sec == seen->tv_sec && status.st_mtim.tv_nsec == seen->tv_nsec))
		return;
	FILE *file = fopen(path, "r");
	if (!file)
		return;
	/* if the database fails, the file is read again in the next round */
	if (!scop_platform_sql(platform,
		"UPDATE scopiton.package SET trouble = '' WHERE trouble <> ''")) {
		fclose(file);
		return;
	}
	*seen = status.st_mtim;
	while (fgets(line, sizeof line, file)) {
		char *space = strchr(line, ' ');

		if (!space || take_crashes(platform, line))
			continue;
		*space = '\0';
		space[1 + strcspn(space + 1, "\n")] = '\0';
		/* truncated first: a split escape sequence would leave the quote open */
		space[1 + scop_utf8_fit(space + 1, 390)] = '\0';
		line[scop_utf8_fit(line, 32)] = '\0';
		scop_platform_sql(platform,
		    "UPDATE scopiton.package SET trouble = '%s' WHERE hash = '%s'",
		    scop_platform_quote(platform, space + 1), scop_platform_quote(platform, line));
	}
	fclose(file);
}

/* Checks for a newer index at intervals; stores an error for the portal, and logs it once. */
static void
look_at_catalogue(struct scop_platform *platform, int64_t *next)
{
	static struct scop_error on_step;

	if (!platform->config.catalogue[0] || scop_time_now() < *next)
		return;
	*next = scop_time_now() + CATALOGUE_SECONDS * INT64_C(1000000);
	if (!scop_catalogue_refresh(platform) && strcmp(on_step.text, platform->err.text) != 0) {
		on_step = platform->err;
		scop_log_line(SCOP_LOG_WARNING, "the catalogue: %s", on_step.text);
	}
}

/* One round: carries out the next order, else the next tenant of a rollout, and writes the
 * directory if it has changed. */
static void
work(struct scop_platform *platform, int64_t *version)
{
	const struct scop_value *waiting = scop_platform_row(platform,
	    "SELECT id FROM scopiton.installer_order WHERE state IN "
	    "('waiting', 'running') ORDER BY id LIMIT 1");

	if (waiting && scop_platform_lock(platform, 0)) {
		const int64_t id = scop_int(waiting, "id");

		scop_log_line(SCOP_LOG_INFO, "order %lld begins", (long long)id);
		if (scop_order_run(platform, id, NULL, NULL))
			scop_log_line(SCOP_LOG_INFO, "order %lld is done", (long long)id);
		else
			scop_log_line(SCOP_LOG_ERROR, "order %lld failed: %s", (long long)id,
			    platform->err.text);
		scop_platform_unlock(platform);
	}
	if (!waiting &&
	    scop_platform_row(platform,
		"SELECT id FROM scopiton.rollout WHERE state = 'running' LIMIT 1") &&
	    scop_platform_lock(platform, 0)) {
		scop_rollout_step(platform);
		scop_platform_unlock(platform);
	}
	const int64_t now =
	    scop_int(scop_platform_row(platform, "SELECT version FROM scopiton.directory_version"),
		"version");
	if (now != *version && now != 0) {
		const int64_t began = scop_time_now();

		if (scop_directory_write(platform)) {
			*version = now;
			scop_log_line(SCOP_LOG_INFO, "the directory was written in %.1f ms",
			    (double)(scop_time_now() - began) / 1000);
		} else {
			scop_log_line(SCOP_LOG_ERROR, "the directory cannot be written: %s",
			    platform->err.text);
		}
	}
}

/* Looks for modules that hold rows which others need. In a process of its own, since an order may
 * take long, and may be what waits. */
static void __attribute__((noreturn)) watch_holders(const char *config_file, pid_t installer)
{
	struct scop_platform platform;
	struct scop_holders holders = { 0 };

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	close_range(STDERR_FILENO + 1, ~0u, 0); /* the installer's connection is its own */
	while (!stop && getppid() == installer) {
		const bool connected = scop_platform_open(&platform, config_file);

		while (connected && !stop && getppid() == installer &&
		    scop_db_connect(platform.db) == SCOP_DB_OK) {
			scop_holders_step(&platform, &holders);
			scop_arena_reset(platform.arena);
			usleep(WATCH_MILLISECONDS * 1000);
		}
		scop_platform_close(&platform);
		if (!connected)
			sleep(REST_SECONDS);
	}
	_exit(0);
}

/* Starts the watch, and again after it has died. */
static void
keep_watch(const char *config_file, pid_t *watch)
{
	const pid_t installer = getpid();

	if (*watch > 0 && waitpid(*watch, NULL, WNOHANG) == 0)
		return;
	*watch = fork();
	if (*watch == 0)
		watch_holders(config_file, installer);
}

/* The installer's memory from one round to the next. */
struct installer {
	const char *config_file;
	bool swept; /* with this connection */
	pid_t watch;
	int64_t version, look; /* of the directory; when it looked at the catalogue */
	struct timespec seen;  /* the supervisor's report */
	struct scop_expiry expiry;
};

/* Notes what is offered, and makes expiry begin anew; with a new connection after the remains of
 * killed runs. Under the lease, as whoever was stopped here must not note older packages later. */
static void
look_again(struct scop_platform *platform, struct installer *installer)
{
	if (!installer->swept)
		scop_sweep(platform);
	installer->swept = true;
	if (!(scop_templates_note(platform) && scop_module_scan(platform)))
		scop_log_line(SCOP_LOG_ERROR, "%s", platform->err.text);
	installer->expiry = (struct scop_expiry){ 0 };
}

/* Works with one connection to the database until it is lost, or we are to end. */
static void
work_connected(struct scop_platform *platform, struct installer *installer)
{
	again = 1;
	installer->swept = false;
	while (!stop && getppid() != 1) {
		if (again && scop_platform_lock(platform, 0)) {
			again = 0;
			look_again(platform, installer);
			scop_platform_unlock(platform);
		}
		keep_watch(installer->config_file, &installer->watch);
		work(platform, &installer->version);
		scop_expiry_step(platform, &installer->expiry);
		look_at_catalogue(platform, &installer->look);
		take_state(platform, &installer->seen);
		if (scop_db_connect(platform->db) != SCOP_DB_OK)
			break;
		scop_arena_reset(platform->arena);
		usleep(POLL_MILLISECONDS * 1000);
	}
}

int
cli_installer(struct cli *cli)
{
	struct scop_platform platform;
	struct sigaction action = { .sa_handler = on_signal };
	struct installer installer = { .config_file = cli->config_file };

	scop_log_open("installer", SCOP_LOG_INFO);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	/* Ctrl-C reaches the whole process group; the supervisor decides when to end */
	signal(SIGINT, SIG_IGN);
	while (!stop && getppid() != 1) {
		const bool connected = scop_platform_open(&platform, cli->config_file);

		if (connected)
			work_connected(&platform, &installer);
		else
			scop_log_line(SCOP_LOG_WARNING, "waiting for the database: %s",
			    platform.err.text);
		scop_platform_close(&platform);
		if (!connected)
			sleep(REST_SECONDS);
	}
	if (installer.watch > 0 && kill(installer.watch, SIGTERM) == 0)
		waitpid(installer.watch, NULL, 0);
	return CLI_DONE;
}
