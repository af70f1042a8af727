/* SPDX-License-Identifier: EUPL-1.2 */
/* Installs and upgrades a module and its dependencies: see install.h. */
#include "installer/install.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/json.h"
#include "base/name.h"
#include "installer/allowance.h"
#include "installer/contracts.h"
#include "installer/forget.h"
#include "installer/generation.h"
#include "data/directory.h"
#include "installer/installation.h"
#include "installer/migrator.h"
#include "installer/tenant.h"

enum { MODULE_CONNECTIONS = 64 };

/* Creates the module's account, with its secret in a file that its gateways read before they give
 * up their rights, and no worker can. */
static bool
make_account(struct scop_installation *installation)
{
	struct scop_platform *platform = installation->platform;
	const char *module = installation->module;
	const char *folder = scop_arena_printf(platform->arena, "%s/secrets", platform->config.var);
	const char *path = scop_arena_printf(platform->arena, "%s/%s", folder, module);
	unsigned char key[32];
	char hex[2 * sizeof key + 1], password[100] = "";
	FILE *file;

	mkdir(folder, 0711);
	if ((file = fopen(path, "re"))) {
		const int got = fscanf(file, "%99s", password);

		fclose(file);
		if (got != 1)
			return scop_error_set(&platform->err, "the secret '%s' is damaged", path);
		if (geteuid() == 0 && chown(path, 0, 0) != 0) /* 0.1.0 gave it to the workers */
			return scop_error_errno(&platform->err, "the secret '%s' cannot be written",
			    path);
	} else {
		snprintf(password, sizeof password, "%s", scop_random_password(platform));
		randombytes_buf(key, sizeof key);
		sodium_bin2hex(hex, sizeof hex, key, sizeof key);
		if (!scop_secret_write(platform, path, (uid_t)-1,
			scop_arena_printf(platform->arena, "%s\n%s", password, hex)))
			return false;
	}
	return scop_platform_sql(platform,
		   "CREATE USER IF NOT EXISTS 'scop_%s'@localhost IDENTIFIED VIA ed25519 USING "
		   "PASSWORD('%s') WITH MAX_USER_CONNECTIONS %d",
		   module, password, MODULE_CONNECTIONS) &&
	    scop_platform_sql(platform,
		"ALTER USER 'scop_%s'@localhost IDENTIFIED VIA ed25519 USING PASSWORD('%s')",
		module, password);
}

/* Writes the module's user id and the hosts that it may call, for the broker. Without any there is
 * no file, and its workers cannot make calls. */
static bool
write_calls(struct scop_installation *installation)
{
	struct scop_platform *platform = installation->platform;
	const struct scop_manifest *manifest = &installation->package.manifest;
	const char *folder = scop_arena_printf(platform->arena, "%s/out", platform->config.var);
	const char *path =
	    scop_arena_printf(platform->arena, "%s/%s", folder, installation->package.hash);
	const char *tmp = scop_arena_printf(platform->arena, "%s.new", path);
	const uid_t uid = scop_process_uid(platform,
	    scop_int(scop_platform_row(platform,
			 "SELECT number FROM scopiton.module WHERE name = '%s'",
			 installation->module),
		"number"));

	if (manifest->call_count == 0)
		return true;
	mkdir(folder, 0755);
	FILE *file = fopen(tmp, "we");
	if (!file)
		return scop_error_errno(&platform->err, "'%s' cannot be written", tmp);
	fprintf(file, "%s %u\n", installation->module, uid == (uid_t)-1 ? 0 : (unsigned)uid);
	for (size_t i = 0; i < manifest->call_count; i++)
		fprintf(file, "%s %u\n", manifest->calls[i].host, manifest->calls[i].port);
	const bool written =
	    fchmod(fileno(file), 0644) == 0 && fflush(file) == 0 && fsync(fileno(file)) == 0;
	if (fclose(file) != 0 || !written || rename(tmp, path) != 0)
		return scop_error_errno(&platform->err, "'%s' cannot be written", path);
	return true;
}

/* How a module is installed. `off`: it is disabled right afterwards, so it causes no conflict of
 * addresses. `arrives`: from an archive, whose other modules may still be missing.
 */
struct manner {
	bool root, granted, off, arrives;
};

/* Requires acceptance of each right that the new version has and the old one lacks. */
static bool
check_rights(struct scop_installation *installation)
{
	struct scop_platform *platform = installation->platform;
	const struct scop_manifest *manifest = &installation->package.manifest;
	const struct scop_value *had = scop_json_parse(platform->arena, installation->old_rights,
	    strlen(installation->old_rights), &platform->err);
	struct scop_buffer more;

	scop_buffer_init(&more, platform->arena);
	for (size_t i = 0; i < manifest->right_count; i++) {
		bool there = false;

		for (size_t h = 0; h < scop_count(had); h++)
			there |= strcmp(scop_as_text(scop_at(had, h)), manifest->rights[i]) == 0;
		if (!there)
			scop_buffer_printf(&more, "%s%s", more.length ? ", " : "",
			    manifest->rights[i]);
	}
	if (more.length == 0 || installation->granted || !installation->known)
		return true;
	return scop_error_set(&platform->err,
	    "%s %s requests rights that %s does not have: %s. Grant them to continue (--grant, or "
	    "the portal's page).",
	    installation->module, manifest->version, installation->old_version,
	    scop_buffer_str(&more));
}

/* The module's account and rights, and its database with the tables of `generation`. */
static bool
make_tables(struct scop_installation *installation, unsigned generation)
{
	return scop_installation_step(installation, "account") && make_account(installation) &&
	    write_calls(installation) && scop_installation_step(installation, "database") &&
	    scop_platform_sql(installation->platform,
		"CREATE DATABASE IF NOT EXISTS `%s` CHARACTER SET utf8mb4 COLLATE "
		"utf8mb4_unicode_520_ci",
		installation->database) &&
	    scop_installation_rights(installation, installation->database) &&
	    scop_installation_step(installation, "tables") &&
	    scop_installation_tables(installation, installation->database, generation, NULL);
}

/* The version that serves has to go on with what was added. */
static bool
serving_goes_on(struct scop_installation *installation)
{
	struct scop_platform *platform = installation->platform;
	const char *folder = scop_arena_printf(platform->arena, "%s/modules/%s",
	    platform->config.var, installation->old_hash);

	return !installation->known || strcmp(installation->state, "on") != 0 ||
	    scop_installation_prepare(installation, folder, installation->database) ||
	    scop_error_set(&platform->err, "%s %s, the current version, would no longer work: %s",
		installation->module, installation->old_version,
		scop_arena_text(platform->arena, platform->err.said));
}

/* All steps after the check, if the tables are kept or only added to. */
static bool
install(struct scop_installation *installation)
{
	struct scop_platform *platform = installation->platform;
	const unsigned generation = installation->package.manifest.generation;
	const unsigned serves =
	    installation->known ? scop_generation_of(installation->old_database) : generation;

	installation->database = installation->known
	    ? installation->old_database
	    : scop_generation_name(platform, installation->tenant, installation->module,
		  generation);
	if (!make_tables(installation, serves))
		return false;
	if (strcmp(installation->module, "portal") == 0 &&
	    !scop_tenant_views(platform, installation->tenant))
		return false; /* a newer portal may need views that an older host did not create */
	if (!scop_installation_step(installation, "statements") || !serving_goes_on(installation))
		return false;
	if (generation > serves)
		return scop_generation_make(installation);
	/* the new one has to find all that it names */
	return scop_installation_contracts(installation, installation->database) &&
	    scop_installation_prepare(installation, installation->package.folder,
		installation->database) &&
	    scop_installation_step(installation, "switch on") &&
	    scop_installation_switch(installation, installation->database);
}

/* Additions to tables are not undone: an older version is restored by a rollback.
 */
static bool
check_direction(struct scop_installation *installation)
{
	const char *version = installation->package.manifest.version;
	struct scop_version old, tmp;

	if (!installation->known || !scop_version_parse(installation->old_version, &old) ||
	    !scop_version_parse(version, &tmp) || scop_version_compare(&tmp, &old) >= 0)
		return true;
	return scop_error_set(&installation->platform->err,
	    "%s %s is older than %s, which this tenant has. 'scopiton module back' rolls back to "
	    "the previous version.",
	    installation->module, version, installation->old_version);
}

/* A failed first installation leaves nothing, so that a corrected package can be installed. */
static void
undo_first(struct scop_installation *installation)
{
	struct scop_platform *platform = installation->platform;
	const struct scop_error cause = platform->err;

	if (!installation->database ||
	    !scop_installation_is_unused(installation, installation->database)) {
		platform->err = cause;
		return;
	}
	if (scop_platform_sql(platform, "DROP ROLE IF EXISTS %s", installation->role) &&
	    scop_platform_sql(platform, "DROP DATABASE IF EXISTS `%s`", installation->database))
		scop_module_forget(platform, installation->module);
	platform->err = cause;
}

static bool
install_one(struct scop_platform *platform, uint32_t tenant, const struct scop_choice *choice,
    const struct manner *manner, bool (*on_step)(void *, const char *), void *context)
{
	struct scop_installation installation;

	scop_installation_begin(&installation, platform, tenant, choice->module, on_step, context);
	installation.root = manner->root;
	installation.granted = manner->granted;
	installation.arrives = manner->arrives;
	if (!scop_choice_open(platform, choice, &installation.package))
		return false;
	const bool same =
	    installation.known && strcmp(installation.old_hash, installation.package.hash) == 0;
	if (same && strcmp(installation.state, "on") == 0 && !manner->root)
		return true;
	/* a previous run was killed */
	if (strcmp(installation.state, "frozen") == 0 && !scop_thaw(&installation))
		return false;
	if (check_direction(&installation) && check_rights(&installation) &&
	    (manner->off ||
		scop_addresses_check(platform, tenant, choice->module,
		    installation.package.first_parts, manner->root)) &&
	    install(&installation))
		return true;
	if (!installation.known)
		undo_first(&installation);
	return false;
}

/* Installs one module of an order: the requested one, or a dependency. Views and rights of
 * contracts are then those of what is served, also after a failure, or if a run before was killed.
 */
static bool
install_choice(struct scop_platform *platform, uint32_t tenant, const struct scop_choice *choice,
    const struct manner *manner, bool (*on_step)(void *, const char *), void *context)
{
	if (install_one(platform, tenant, choice, manner, on_step, context))
		return scop_contracts_settle(platform, tenant);
	const struct scop_error cause = platform->err;
	scop_contracts_settle(platform, tenant);
	platform->err = cause;
	return false;
}

bool
scop_module_install_from(struct scop_platform *platform, uint32_t tenant, const char *module,
    const char *folder, bool root, bool off)
{
	const struct scop_choice choice = { .module = module, .version = "", .folder = folder };
	const struct manner manner = { .root = root, .granted = true, .off = off, .arrives = true };

	return install_choice(platform, tenant, &choice, &manner, NULL, NULL);
}

bool
scop_module_install(struct scop_platform *platform, uint32_t tenant, const char *module,
    const struct scop_wish *wish, bool (*on_step)(void *, const char *), void *context)
{
	struct scop_choice choices[SCOP_SOLVE_MAX];
	size_t count;

	if (!scop_name_check_module(module, &platform->err) ||
	    !scop_platform_step(platform, on_step, context, "check") ||
	    !scop_choose(platform, tenant, module, wish, choices, &count) ||
	    (wish->by_owner &&
		!scop_allowance_check(platform, tenant, module, wish, choices, count)))
		return false;
	for (size_t i = 0; i < count; i++) {
		const bool asked = strcmp(choices[i].module, module) == 0;

		if (count > 1 &&
		    !scop_platform_step(platform, on_step, context,
			scop_arena_printf(platform->arena, "%s %s", choices[i].module,
			    choices[i].version)))
			return false;
		const struct manner manner = { .root = asked && wish->root,
			.granted = wish->granted };
		if (!install_choice(platform, tenant, &choices[i], &manner, on_step, context))
			return false;
	}
	return true;
}
