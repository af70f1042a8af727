/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The platform's own data: the database `scopiton`, through the installer's account. Only the
 * command line and the installer use it; no worker does.
 */
#ifndef SCOP_INSTALLER_PLATFORM_H
#define SCOP_INSTALLER_PLATFORM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/config.h"
#include "base/value.h"
#include "data/db.h"
#include "package/package.h"

struct scop_platform {
	struct scop_config config;
	struct scop_db *db;
	const char *password; /* of its account, for mariadb-dump */
	struct scop_arena *arena;
	struct scop_error err; /* of the last call that answered false */
};

/* Connects; false with the reason. */
bool scop_platform_open(struct scop_platform *platform, const char *config_file);
void scop_platform_close(struct scop_platform *platform);

/* One SQL text, made as printf does; for names that were checked, and texts that
 * scop_platform_quote escaped. */
bool scop_platform_sql(struct scop_platform *platform, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
const char *scop_platform_quote(struct scop_platform *platform, const char *text);

/* The rows of a SELECT; NULL on failure. */
const struct scop_value *scop_platform_rows(struct scop_platform *platform, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The first row; NULL for none. */
const struct scop_value *scop_platform_row(struct scop_platform *platform, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The number `n` of SELECT COUNT(*) AS n; false on failure, which is not the same as none: ask so
 * before something is dropped. */
bool scop_platform_count(struct scop_platform *platform, int64_t *ret_count, const char *format,
    ...) __attribute__((format(printf, 3, 4)));

/* Tells of a step, where `told` is given; false, with the reason, when that answers that it is to
 * be cancelled. */
bool scop_platform_tell(struct scop_platform *platform, bool (*told)(void *, const char *),
    void *context, const char *what);

/* Writes a secret that `uid` alone can read; replaced whole. */
bool scop_secret_write(struct scop_platform *platform, const char *path, uid_t uid,
    const char *text);

/* Whom a process runs as: the dispatcher's number is 0, the mailer's -1, a module's workers' the
 * module's. Gives -1 where all run as we do. */
uid_t scop_process_uid(const struct scop_platform *platform, int64_t number);

/* Brings the databases `scopiton`, `queue` and `account`, and all socles, to this program's schema.
 */
bool scop_platform_migrate(struct scop_platform *platform, bool (*told)(void *, const char *),
    void *context);

/* Makes the tenant with its socle, its host names and its portal; nothing of it is left when that
 * fails. */
struct scop_tenant_order {
	const char *name, *title, *language, *zone;
	/* a scop's own: its portal shows the tenants that it serves, and orders for them */
	bool operates;
	/* the scop that serves it; "": the only one of this host; NULL: none */
	const char *scop;
	/* of its sector, from the folder templates; NULL: the portal alone */
	const char *template;
	/* NULL or "": <name>.localhost and <name>-portal.localhost */
	const char *host, *portal_host;
	/* who is invited as its owner; NULL: nobody yet */
	const char *owner_name, *owner_mail, *inviter;
	/* stays unfinished: a sweep takes it away once nobody holds the installer's lock for it */
	bool throw_away;
};
bool scop_tenant_create(struct scop_platform *platform, const struct scop_tenant_order *order,
    bool (*told)(void *, const char *), void *context);

/* Whether that template is there; false with the reason. */
bool scop_template_known(struct scop_platform *platform, const char *name);

/* Notes the folder of sectors' templates, for the portal to show. */
bool scop_templates_note(struct scop_platform *platform);

/* Has the scop serve the tenant from now on; NULL: the command line alone does. */
bool scop_tenant_serve(struct scop_platform *platform, uint32_t tenant, const char *scop);

/* The address that the tenant's mails come from; "": the host's. */
bool scop_tenant_sender(struct scop_platform *platform, uint32_t tenant, const char *address);

/* What the tenant may order by itself in a month, in cents; below 0: nothing that costs. */
bool scop_tenant_allow(struct scop_platform *platform, uint32_t tenant, int64_t cents);

/* Installs and sets what a sector's template names. */
bool scop_template_apply(struct scop_platform *platform, uint32_t tenant, const char *name,
    bool (*told)(void *, const char *), void *context);

/* The parts of that: the row, with the number `wanted` where it is free; then database, views and
 * host names, which the order has; then the word that it is whole, without which the next sweep
 * takes it away. */
bool scop_tenant_begin(struct scop_platform *platform, const struct scop_tenant_order *order,
    uint32_t wanted, uint32_t *ret_tenant);
bool scop_tenant_socle(struct scop_platform *platform, uint32_t tenant,
    const struct scop_tenant_order *order);
bool scop_tenant_whole(struct scop_platform *platform, uint32_t tenant);

/* Makes what the tenant's socle shows of the platform; safe to repeat. */
bool scop_tenant_views(struct scop_platform *platform, uint32_t tenant);

/* Nobody is led to the tenant any more. */
bool scop_tenant_close(struct scop_platform *platform, uint32_t tenant);

/* Closes it, and drops its databases, roles and rows. */
bool scop_tenant_delete(struct scop_platform *platform, uint32_t tenant);

/* What is wanted of an installation. */
struct scop_wish {
	/* a range; "" or NULL: the host's own, the one that the tenant has, or the newest */
	const char *version;
	bool newest;  /* rather than the one that the tenant has */
	bool beta;    /* versions of that channel too */
	bool root;    /* at the root of the tenant's public host name */
	bool granted; /* what a new version may beyond the old one */
};

/* Installs the module for the tenant with what it needs, upgrades it, or switches it on again.
 * `told` hears of each step, and stops it by answering false. */
bool scop_module_install(struct scop_platform *platform, uint32_t tenant, const char *module,
    const struct scop_wish *wish, bool (*told)(void *, const char *), void *context);

/* Installs the very package in `folder`, for a tenant that arrives with its data; `off`: the caller
 * switches it off right afterwards. */
bool scop_module_install_from(struct scop_platform *platform, uint32_t tenant, const char *module,
    const char *folder, bool root, bool off);

/* Back to the version that served before; `ret_report`: what became of rows written since. Needs no
 * worker of it. */
bool scop_module_back(struct scop_platform *platform, uint32_t tenant, const char *module,
    bool (*told)(void *, const char *), void *context, const char **ret_report);

/* Off, everything kept. */
bool scop_module_disable(struct scop_platform *platform, uint32_t tenant, const char *module);

/* Gone from the menu, data kept. */
bool scop_module_uninstall(struct scop_platform *platform, uint32_t tenant, const char *module);

/* Exported to `ret_report`, then dropped without a trace; `confirmed` is the module's name, typed
 * again. */
bool scop_module_purge(struct scop_platform *platform, uint32_t tenant, const char *module,
    const char *confirmed, bool (*told)(void *, const char *), void *context,
    const char **ret_report);

/* What there is to lose: tables with their rows, what is personal, who depends on it. As text, a
 * line each. */
const char *scop_module_inventory(struct scop_platform *platform, uint32_t tenant,
    const char *module);

/* Upgrades a copy of the tenant's tables, says how many rows and seconds it took, and drops the
 * copy. */
bool scop_module_rehearse(struct scop_platform *platform, uint32_t tenant, const char *module,
    const struct scop_wish *wish, bool (*told)(void *, const char *), void *context,
    const char **ret_report);

/* What a portal's role may write of the platform: orders, and their cancelling. Safe to repeat. */
bool scop_portal_rights(struct scop_platform *platform, uint32_t tenant);

/* Notes which packages stand in the configured folder, so that the portal can offer them. */
bool scop_module_scan(struct scop_platform *platform);

/* Notes one package; `offered`: as the one of its module in this host's own folder. */
bool scop_package_note(struct scop_platform *platform, const struct scop_package *package,
    bool offered);

/* Writes run/directory from the database, for the supervisor. */
bool scop_directory_write(struct scop_platform *platform);

/* Says that the directory has changed. */
bool scop_directory_changed(struct scop_platform *platform);

/* Holds the installer's lock for this database server, and steps back behind those who serve; false
 * when another has it. A connection that is lost meanwhile stays so until it is unlocked: nothing
 * goes on without the lock. */
bool scop_platform_lock(struct scop_platform *platform, unsigned seconds);
void scop_platform_unlock(struct scop_platform *platform);

/* Whether we hold it still: it ends with the connection, and another may have gone on with our
 * work. */
bool scop_platform_holds_lock(struct scop_platform *platform);

#endif
