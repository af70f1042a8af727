/* SPDX-License-Identifier: EUPL-1.2 */
/* scopiton catalogue: the group's side of a catalogue (create, scop, grant, revoke, renew, rotate),
 * and a host's (usage, serve, refresh, list, show). */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "cli/cli.h"
#include "installer/catalogue.h"
#include "package/publish.h"

static int
days(struct cli *cli)
{
	char standard[12];

	snprintf(standard, sizeof standard, "%d", SCOP_CATALOGUE_DAYS);
	return atoi(cli_option(cli, "--days", standard));
}

/* The state of one change of a catalogue, opened by its key. */
struct change {
	struct scop_arena *arena;
	struct scop_publisher *publisher;
	int days;
	struct scop_error err;
};

static bool
begin(struct cli *cli, const char *folder, struct change *change)
{
	struct scop_secret_key key;

	*change = (struct change){ .arena = scop_arena_new(), .days = days(cli) };
	return cli_key(cli, "--key", &key) &&
	    ((change->publisher = scop_publisher_open(change->arena, folder, &key, &change->err)) ||
		(cli_fail("%s", change->err.text), false));
}

/* Saves the change if it succeeded; returns the exit status. */
static int
end(struct change *change, bool ok)
{
	if (change->publisher && ok)
		ok = scop_publisher_save(change->publisher, change->days, NULL, &change->err);
	if (change->publisher && !ok)
		cli_fail("%s", change->err.text);
	const bool done = change->publisher && ok;
	scop_arena_free(change->arena);
	return done ? CLI_DONE : CLI_FAILED;
}

static int
create(struct cli *cli)
{
	struct scop_secret_key key;
	struct scop_error err;
	const int stands = days(cli);

	if (!cli_key(cli, "--key", &key))
		return CLI_FAILED;
	if (cli->argc != 1)
		return cli_usage("catalogue create needs a folder and --key");
	struct scop_arena *arena = scop_arena_new();
	const bool made = scop_catalogue_create(arena, cli->argv[0], &key, stands, &err);
	scop_arena_free(arena);
	if (!made)
		return cli_fail("%s", err.text);
	printf("created the empty catalogue '%s'\n", cli->argv[0]);
	return CLI_DONE;
}

static int
scop(struct cli *cli)
{
	const char *title = cli_option(cli, "--title", NULL),
		   *modules = cli_option(cli, "--modules", NULL),
		   *file = cli_option(cli, "--public", NULL);
	struct scop_public_key key;
	struct change change;

	if (file && !cli_public_key(file, &key))
		return CLI_FAILED;
	if (!begin(cli, cli->argc > 0 ? cli->argv[0] : "", &change))
		return end(&change, false);
	if (cli->argc != 2) {
		scop_arena_free(change.arena);
		return cli_usage(
		    "catalogue scop needs a folder, a name, and --title, --public or --modules");
	}
	return end(&change,
	    scop_publisher_scop(change.publisher, cli->argv[1], title, file ? &key : NULL, modules,
		&change.err));
}

static int
grant(struct cli *cli)
{
	struct change change;
	unsigned rights;

	if (!begin(cli, cli->argc > 0 ? cli->argv[0] : "", &change))
		return end(&change, false);
	if (cli->argc != 4) {
		scop_arena_free(change.arena);
		return cli_usage("catalogue grant needs a folder, a scop, a module and its rights: "
				 "portal,accounts,orders,writes, or none");
	}
	return end(&change,
	    scop_grant_rights(cli->argv[3], &rights, &change.err) &&
		scop_publisher_grant(change.publisher, cli->argv[1], cli->argv[2], rights,
		    &change.err));
}

static int
take_away(struct cli *cli)
{
	struct change change;

	if (!begin(cli, cli->argc > 0 ? cli->argv[0] : "", &change))
		return end(&change, false);
	if (cli->argc != 3) {
		scop_arena_free(change.arena);
		return cli_usage("catalogue revoke needs a folder, a scop and a key's id");
	}
	return end(&change,
	    scop_publisher_revoke(change.publisher, cli->argv[1], cli->argv[2], &change.err));
}

static int
renew(struct cli *cli)
{
	struct change change;

	if (!begin(cli, cli->argc > 0 ? cli->argv[0] : "", &change))
		return end(&change, false);
	if (cli->argc < 1 || cli->argv[cli->argc - 1][0] == '-') {
		scop_arena_free(change.arena);
		return cli_usage("catalogue renew needs a folder, --key and, optionally, files of "
				 "'catalogue usage'");
	}
	return end(&change,
	    scop_publisher_count(change.publisher, cli->argv + 1, (size_t)cli->argc - 1,
		&change.err));
}

static int
rotate(struct cli *cli)
{
	struct scop_secret_key next;
	struct change change;

	if (!cli_key(cli, "--to", &next))
		return CLI_FAILED;
	if (!begin(cli, cli->argc > 0 ? cli->argv[0] : "", &change))
		return end(&change, false);
	if (!scop_publisher_save(change.publisher, change.days, &next, &change.err)) {
		scop_arena_free(change.arena);
		return cli_fail("%s", change.err.text);
	}
	scop_arena_free(change.arena);
	puts("hosts with the old key change to the new one by themselves; give new hosts the new "
	     "one");
	return CLI_DONE;
}

/* ---- a host's side ---- */

static int
refresh(struct scop_platform *platform)
{
	if (!scop_catalogue_refresh(platform))
		return cli_fail("%s", platform->err.text);
	const struct scop_value *row = scop_platform_row(platform,
	    "SELECT number, expires, (SELECT COUNT(*) FROM scopiton.catalogue_module) AS modules "
	    "FROM scopiton.catalogue");
	printf("index %lld, %lld modules\n", (long long)scop_int(row, "number"),
	    (long long)scop_int(row, "modules"));
	return CLI_DONE;
}

static int
list(struct cli *cli, struct scop_platform *platform)
{
	const char *words = scop_platform_quote(platform, cli->argc > 0 ? cli->argv[0] : "");
	const struct scop_value *rows = scop_platform_rows(platform,
	    "SELECT m.name, m.category, m.used_by, v.version, v.level, v.tariff_cents, v.currency, "
	    "m.summary FROM scopiton.catalogue_module m LEFT JOIN scopiton.catalogue_version v "
	    "ON v.module = m.name AND v.newest = 1 WHERE m.name LIKE "
	    "'%%%s%%' OR m.title LIKE '%%%s%%' OR m.category LIKE '%%%s%%' OR m.summary LIKE "
	    "'%%%s%%' ORDER BY m.category, m.name",
	    words, words, words, words);

	if (!rows)
		return cli_fail("%s", platform->err.text);
	if (scop_count(rows) == 0)
		puts("the catalogue has none. 'scopiton catalogue refresh' looks for a newer one.");
	for (size_t i = 0; i < scop_count(rows); i++) {
		const struct scop_value *row = scop_at(rows, i);

		printf("%-16s %-12s %-9s level %lld  %6lld.%02lld %s  %s\n", scop_text(row, "name"),
		    scop_text(row, "category"),
		    scop_text(row, "version")[0] ? scop_text(row, "version") : "beta",
		    (long long)scop_int(row, "level"), (long long)scop_int(row, "tariff") / 100,
		    (long long)scop_int(row, "tariff") % 100, scop_text(row, "currency"),
		    scop_text(row, "summary"));
	}
	return CLI_DONE;
}

/* Prints a list from the index: texts, or modules with a range of versions. */
static void
print_list(struct scop_platform *platform, const char *words, const char *json)
{
	const struct scop_value *list =
	    scop_json_parse(platform->arena, json, strlen(json), &platform->err);

	for (size_t i = 0; i < scop_count(list); i++) {
		const struct scop_value *one = scop_at(list, i);

		printf("  %s: %s%s%s\n", words, scop_as_text(one), scop_text(one, "module"),
		    scop_text(one, "version")[0]
			? scop_arena_printf(platform->arena, " %s", scop_text(one, "version"))
			: "");
	}
}

static const struct scop_value *
name_row(struct scop_platform *platform, const char *module)
{
	return scop_platform_row(platform,
	    "SELECT m.scop, COALESCE(c.scop, '') AS group_says FROM scopiton.module m LEFT JOIN "
	    "scopiton.catalogue_module c ON c.name = m.name WHERE m.name = '%s'",
	    scop_platform_quote(platform, module));
}

static void
show_owner(struct scop_platform *platform, const char *module)
{
	const char *scop = scop_text(name_row(platform, module), "scop");

	if (scop[0])
		printf("on this host the name belongs to the scop '%s'\n", scop);
}

static int
show(struct scop_platform *platform, const char *name)
{
	const struct scop_value *module = scop_platform_row(platform,
	    "SELECT name, scop, scop_title, category, used_by, title, summary, granted FROM "
	    "scopiton.catalogue_module WHERE name = '%s'",
	    scop_platform_quote(platform, name));

	if (!module)
		return cli_fail("the catalogue has no module '%s'", name);
	printf("%s (%s)\n%s\nof %s, in %s, used by %lld co-operators\n", scop_text(module, "title"),
	    name, scop_text(module, "summary"), scop_text(module, "scop_title"),
	    scop_text(module, "category"), (long long)scop_int(module, "used_by"));
	print_list(platform, "granted by the group", scop_text(module, "granted"));
	show_owner(platform, name);
	const struct scop_value *rows = scop_platform_rows(platform,
	    "SELECT version, channel, yanked, reason, unfit, level, size, published, rights, "
	    "needs, "
	    "changes, license FROM scopiton.catalogue_version WHERE module = '%s' ORDER BY "
	    "place DESC",
	    scop_platform_quote(platform, name));
	for (size_t i = 0; i < scop_count(rows); i++) {
		const struct scop_value *row = scop_at(rows, i);

		printf("\n%s %s, level %lld, %lld bytes%s%s%s\n", scop_text(row, "version"),
		    scop_text(row, "channel"), (long long)scop_int(row, "level"),
		    (long long)scop_int(row, "size"),
		    scop_bool(row, "yanked") ? ", withdrawn: " : "", scop_text(row, "reason"),
		    scop_bool(row, "unfit") && !scop_bool(row, "yanked") ? ", not for this host"
									 : "");
		if (scop_text(row, "license")[0])
			printf("  licence: %s\n", scop_text(row, "license"));
		if (scop_text(row, "changes")[0])
			printf("  new: %s\n", scop_text(row, "changes"));
		print_list(platform, "needs", scop_text(row, "needs"));
		print_list(platform, "may", scop_text(row, "rights"));
	}
	return CLI_DONE;
}

/* Sets the scop that owns a module name on this host. The catalogue decides for its modules, the
 * operator for all others. */
static int
give(struct scop_platform *platform, const char *module, const char *scop)
{
	const struct scop_value *row = name_row(platform, module);
	const char *says = scop_text(row, "group_says");

	if (!row)
		return cli_fail("this host has no module '%s'", module);
	if (says[0] && strcmp(says, scop) != 0)
		return cli_fail("the catalogue says that '%s' belongs to the scop '%s'. The group "
				"can change that, and 'scopiton catalogue refresh' fetches the "
				"change.",
		    module, says);
	if (!scop_platform_sql(platform, "UPDATE scopiton.module SET scop = '%s' WHERE name = '%s'",
		scop_platform_quote(platform, scop), scop_platform_quote(platform, module)))
		return cli_fail("%s", platform->err.text);
	show_owner(platform, module);
	return CLI_DONE;
}

/* Writes how many of this host's tenants use each module, signed by the scop, for the group to add
 * up. No tenant is named. */
static int
usage(struct cli *cli, struct scop_platform *platform)
{
	struct scop_secret_key key;
	struct scop_error err;
	char when[40];
	struct tm tm;
	const time_t now = time(NULL);

	if (!cli_key(cli, "--key", &key))
		return CLI_FAILED;
	if (cli->argc != 1)
		return cli_usage("catalogue usage needs a file to write, and --key");
	const struct scop_value *row = scop_platform_row(platform,
	    "SELECT COALESCE(JSON_OBJECTAGG(u.module, u.tenants), '{}') AS modules FROM (SELECT "
	    "s.module, COUNT(*) AS tenants FROM "
	    "scopiton.subscription s WHERE s.state IN ('on', 'frozen') GROUP BY s.module) u");
	if (!row)
		return cli_fail("%s", platform->err.text);
	gmtime_r(&now, &tm);
	strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &tm);
	FILE *file = fopen(cli->argv[0], "we");
	const bool written = file &&
	    fprintf(file, "{\"date\": \"%s\", \"modules\": %s}\n", when,
		scop_text(row, "modules")) > 0;
	if ((file && fclose(file) != 0) || !written)
		return cli_fail("'%s' cannot be written", cli->argv[0]);
	if (!scop_sign_file(&key, cli->argv[0], "how many use what", &err))
		return cli_fail("%s", err.text);
	printf("%s\n%s.minisig\n", cli->argv[0], cli->argv[0]);
	return CLI_DONE;
}

/* Makes nginx serve the folder, through a link that is renamed into place; with --off it serves
 * none. */
static int
serve(struct cli *cli, struct scop_platform *platform)
{
	const bool off = cli_flag(cli, "--off");
	const char *link = scop_arena_printf(platform->arena, "%s/catalogue", platform->config.run),
		   *tmp = scop_arena_printf(platform->arena, "%s.new", link);
	char path[PATH_MAX];

	if (!platform->config.catalogue_host[0])
		return cli_fail("set 'catalogue_host' in the configuration: the host name at which "
				"it is served");
	if (off) {
		unlink(link);
		return CLI_DONE;
	}
	if (cli->argc != 1)
		return cli_usage("catalogue serve needs a folder, or --off");
	if (!realpath(cli->argv[0], path) ||
	    access(scop_arena_printf(platform->arena, "%s/latest", path), R_OK) != 0)
		return cli_fail("'%s' is not a catalogue", cli->argv[0]);
	unlink(tmp);
	if (symlink(path, tmp) != 0 || rename(tmp, link) != 0)
		return cli_fail("the link '%s' cannot be created", link);
	printf("served as catalogue = http%s://%s%s%s\n", platform->config.https ? "s" : "",
	    platform->config.catalogue_host, platform->config.port[0] ? ":" : "",
	    platform->config.port);
	return CLI_DONE;
}

static int
on_host(struct cli *cli, const char *verb)
{
	struct scop_platform platform;
	int status;

	if (!cli_open(cli, &platform))
		return CLI_FAILED;
	if (strcmp(verb, "refresh") == 0 && cli->argc == 0)
		status = refresh(&platform);
	else if (strcmp(verb, "usage") == 0)
		status = usage(cli, &platform);
	else if (strcmp(verb, "serve") == 0)
		status = serve(cli, &platform);
	else if (strcmp(verb, "list") == 0 && cli->argc <= 1)
		status = list(cli, &platform);
	else if (strcmp(verb, "show") == 0 && cli->argc == 1)
		status = show(&platform, cli->argv[0]);
	else if (strcmp(verb, "give") == 0 && cli->argc == 2)
		status = give(&platform, cli->argv[0], cli->argv[1]);
	else
		status = cli_usage(
		    "catalogue is followed by create, scop, grant, revoke, renew, rotate, "
		    "usage, serve, refresh, list [WORDS], show MODULE or give MODULE "
		    "SCOP");
	scop_platform_close(&platform);
	return status;
}

int
cli_catalogue(struct cli *cli)
{
	static const struct {
		const char *verb;
		int (*run)(struct cli *cli);
	} verbs[] = { { "create", create }, { "scop", scop }, { "grant", grant },
		{ "revoke", take_away }, { "renew", renew }, { "rotate", rotate } };
	const char *verb = cli_verb(cli);

	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(verb, verbs[i].verb) == 0)
			return verbs[i].run(cli);
	return on_host(cli, verb);
}
