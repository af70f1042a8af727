/* SPDX-License-Identifier: EUPL-1.2 */
/* scopiton dev: shows a module's changes as its author saves them. Starts a private Scopiton below
 * var/dev, builds and installs the module whenever a file of it changes, and reports errors here
 * and in the module's pages, until Ctrl-C. */
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/name.h"
#include "cli/cli.h"
#include "cli/dev.h"
#include "cli/place.h"
#include "package/files.h"

enum { LOOK_MILLISECONDS = 300, OUTPUT_BYTES_MAX = 64 << 10, LOG_LINE = 4096 };

static volatile sig_atomic_t stopped;

static void
on_signal(int signal)
{
	(void)signal;
	stopped = 1;
}

static double
seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- which module ---- */

/* The only folder here, or below modules/, that has a manifest; NULL if there are none or several.
 */
static const char *
only_module(struct scop_arena *arena, const char *pattern)
{
	glob_t found = { 0 };
	const char *name = NULL;

	if (glob(pattern, 0, NULL, &found) == 0 && found.gl_pathc == 1) {
		char *path = scop_arena_text(arena, found.gl_pathv[0]);

		*strrchr(path, '/') = '\0';
		name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	}
	globfree(&found);
	return name;
}

/* Finds the folder of the module's sources, below the one with the Makefile; returns CLI_DONE, or
 * the exit status of a reported error. */
static int
find_module(struct dev *dev, const char *given)
{
	const bool in_checkout = access("modules/portal/module.xml", R_OK) == 0;
	struct scop_error err;

	dev->module = given || in_checkout ? given : only_module(dev->arena, "*/module.xml");
	if (!dev->module)
		return cli_usage("dev is followed by the name of a module's folder");
	if (!scop_name_check_module(dev->module, &err))
		return cli_fail("%s", err.text);
	dev->sources =
	    in_checkout ? scop_arena_printf(dev->arena, "modules/%s", dev->module) : dev->module;
	if (access("Makefile", R_OK) != 0 ||
	    access(scop_arena_printf(dev->arena, "%s/module.xml", dev->sources), R_OK) != 0)
		return cli_fail("'%s/module.xml' and a Makefile are not here. Run this in the "
				"folder that has both; 'scopiton new' creates them.",
		    dev->sources);
	return CLI_DONE;
}

/* ---- building and installing ---- */

/* Runs a command, shows and keeps its output; returns whether it succeeded. */
static bool
run(struct dev *dev, const char *command)
{
	struct scop_buffer out;
	char line[4096];
	FILE *pipe = popen(command, "re");

	scop_buffer_init(&out, dev->arena);
	while (pipe && fgets(line, sizeof line, pipe)) {
		fputs(line, stderr);
		if (out.length < OUTPUT_BYTES_MAX)
			scop_buffer_text(&out, line);
	}
	dev->output = scop_buffer_str(&out);
	return pipe && pclose(pipe) == 0;
}

/* In folders of its own, since the author may call make beside it. */
static bool
build(struct dev *dev)
{
	return run(dev,
	    scop_arena_printf(dev->arena,
		"make -s DRAFT=1 BUILD=build WORK=" DEV_FOLDER "/names MODULE_OUT=" DEV_FOLDER
		"/modules MODULES=%s modules 2>&1",
		dev->module));
}

/* Puts the file and line of a mistake in SQL before what the installation said. */
static void
tell_place(struct dev *dev)
{
	const char *place = cli_sql_place(dev->arena, dev->sources, dev->output);

	if (!place)
		return;
	if (strstr(place, "was edited after it ran"))
		place = scop_arena_printf(dev->arena,
		    "%s Or, while no version with it was published, begin anew: scopiton dev "
		    "--fresh",
		    place);
	fprintf(stderr, "%s\n", place);
	dev->output = scop_arena_printf(dev->arena, "%s\n%s", place, dev->output);
}

/* Says nothing while it goes well: steps of an installation are no news. A package is a folder of
 * plain files, so it is copied to where the private host looks for packages. */
static bool
install(struct dev *dev)
{
	const char *file = scop_arena_printf(dev->arena, "%s/log/install.log", dev->var);

	if (run(dev,
		scop_arena_printf(dev->arena,
		    "( rm -rf '%s/packages/%s' && cp -r '%s/modules/%s' '%s/packages/' && '%s' "
		    "module install %s --tenant " DEV_TENANT " --grant ) >'%s' 2>&1",
		    dev->var, dev->module, dev->var, dev->module, dev->var, dev->scopiton,
		    dev->module, file)))
		return true;
	run(dev, scop_arena_printf(dev->arena, "cat '%s'", file));
	tell_place(dev);
	return false;
}

static void
tell_broken(struct dev *dev, const char *what)
{
	dev->is_broken = true;
	fprintf(stderr, "%s %s: its pages show why\n", dev->module, what);
	if (!dev_page_put(dev, what, dev->output))
		fprintf(stderr, "scopiton: the error page cannot be written: %s\n",
		    strerror(errno));
}

static void
bring(struct dev *dev)
{
	const double began = seconds_now();

	if (!build(dev)) {
		tell_broken(dev, "does not build");
		return;
	}
	if (!install(dev)) {
		tell_broken(dev, "cannot be installed");
		return;
	}
	dev_page_remove(dev);
	dev->is_broken = false;
	printf("%s was installed in %.2f s\n", dev->module, seconds_now() - began);
	fflush(stdout);
}

/* ---- output of the private host ---- */

static void
show_log(FILE *log)
{
	char line[LOG_LINE];

	clearerr(log);
	while (fgets(line, sizeof line, log))
		if (strstr(line, "Z error ") || strstr(line, "Z warning "))
			fputs(line, stderr);
}

static void
introduce(const struct dev *dev)
{
	printf("\n  pages   http://" DEV_HOST ":%s/en/%s/\n  portal  http://" DEV_PORTAL_HOST
	       ":%s/portal/as/owner\n"
	       "  mails   http://127.0.0.1:%s/\n"
	       "  traces  http://" DEV_HOST ":%s/en/%s/_traces\n\n"
	       "Save a file of '%s' and look. Ctrl-C ends it; what is stored stays in '%s' "
	       "(--fresh begins anew).\nFor the command line: export SCOPITON_CONFIG=%s/"
	       "scopiton.conf\n\n",
	    dev->port, dev->module, dev->port, dev->mailbox, dev->port, dev->module, dev->sources,
	    dev->var, dev->var);
	fflush(stdout);
}

static int
watch(struct dev *dev)
{
	FILE *log = fopen(scop_arena_printf(dev->arena, "%s/log/scopiton.log", dev->var), "re");
	const int changes = dev_watch_open(dev->sources);

	if (changes < 0 || !log)
		return cli_fail("'%s' cannot be watched: %s", dev->sources, strerror(errno));
	fseek(log, 0, SEEK_END);
	introduce(dev);
	bring(dev);
	while (!stopped && dev_host_runs(dev)) {
		if (dev_watch_wait(changes, dev->sources, LOOK_MILLISECONDS) && !stopped)
			bring(dev);
		show_log(log);
	}
	fclose(log);
	close(changes);
	return stopped ? CLI_DONE
		       : cli_fail("the private Scopiton has ended; '%s/log' says why", dev->var);
}

static int
serve(struct dev *dev, const char *port, bool tmp)
{
	if (tmp)
		scop_files_remove(dev->var);
	if (!dev_host_start(dev, port))
		return cli_fail("the private Scopiton did not start; the lines above say why. If "
				"'%s' is from another version, start anew with --fresh.",
		    dev->var);
	const int status = watch(dev);

	dev_page_remove(dev);
	printf("Stopping ...\n");
	dev_host_stop(dev);
	return status;
}

int
cli_dev(struct cli *cli)
{
	const char *port = cli_option(cli, "--port", "8080");
	const char *granted = cli_option(cli, "--granted", "");
	const bool tmp = cli_flag(cli, "--fresh");
	const struct sigaction action = { .sa_handler = on_signal };
	struct dev dev = { 0 };
	char home[PATH_MAX], program[PATH_MAX];

	if (!cli_done(cli, 1))
		return CLI_USAGE;
	if (!getcwd(home, sizeof home) || !realpath("/proc/self/exe", program))
		return cli_fail("this folder is unknown: %s", strerror(errno));
	dev.arena = scop_arena_new();
	dev.home = home;
	dev.granted = granted;
	dev.scopiton = program;
	dev.var = scop_arena_printf(dev.arena, "%s/" DEV_FOLDER, home);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	int status = find_module(&dev, cli->argc > 0 ? cli->argv[0] : NULL);
	if (status == CLI_DONE)
		status = serve(&dev, port, tmp);

	scop_arena_free(dev.arena);
	return status;
}
