/*
 * The platform's own data: the database `scopiton`, through the installer's account. Only the command line and the
 * installer use it; no worker does.
 */
#ifndef SCOP_HOST_PLATFORM_H
#define SCOP_HOST_PLATFORM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/config.h"
#include "base/value.h"
#include "data/db.h"
#include "modules/package.h"

struct scop_platform {
	struct scop_config config;
	struct scop_db *db;
	struct scop_arena *arena;
	struct scop_error err; /* of the last call that answered false */
};

/* Connects; false with the reason. */
bool scop_platform_open(struct scop_platform *platform, const char *config_file);
void scop_platform_close(struct scop_platform *platform);

/* One SQL text, made as printf does; for names that were checked, and texts that scop_platform_quote escaped. */
bool scop_platform_sql(struct scop_platform *platform, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *scop_platform_quote(struct scop_platform *platform, const char *text);

/* The rows of a SELECT; NULL on failure. */
const struct scop_value *scop_platform_rows(struct scop_platform *platform, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The first row; NULL for none. */
const struct scop_value *scop_platform_row(struct scop_platform *platform, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Writes a secret that `uid` alone can read; replaced whole. */
bool scop_secret_write(struct scop_platform *platform, const char *path, uid_t uid, const char *text);

/* Whom a process runs as: the dispatcher's number is 0, the mailer's -1, a module's workers' the module's. Gives -1 where all
 * run as we do. */
uid_t scop_process_uid(const struct scop_platform *platform, int64_t number);

/* Brings the databases `scopiton`, `queue` and `account`, and all socles, to this program's schema. */
bool scop_platform_migrate(struct scop_platform *platform, void (*told)(void *, const char *), void *context);

/* Makes the tenant with its socle, its host names and its portal; nothing of it is left when that fails. */
struct scop_tenant_order {
	const char *name, *title, *language, *zone;
	bool operates;                  /* a scop's own: its portal shows all tenants, and orders for them */
	const char *host, *portal_host; /* NULL: <name>.localhost and <name>-portal.localhost */
};
bool scop_tenant_create(struct scop_platform *platform, const struct scop_tenant_order *order,
    void (*told)(void *, const char *), void *context);

/* Makes what the tenant's socle shows of the platform; safe to repeat. */
bool scop_tenant_views(struct scop_platform *platform, uint32_t tenant);

/* Drops databases and roles of the tenant, and its rows. */
bool scop_tenant_delete(struct scop_platform *platform, uint32_t tenant);

/* Installs the module for the tenant, or brings it back; `root`: at the root of its public host name. */
bool scop_module_install(struct scop_platform *platform, uint32_t tenant, const char *module, bool root,
    void (*told)(void *, const char *), void *context);

/* Off, everything kept. */
bool scop_module_disable(struct scop_platform *platform, uint32_t tenant, const char *module);

/* Notes which packages stand in the configured folder, so that the portal can offer them. */
bool scop_module_scan(struct scop_platform *platform);

/* Notes one package; `offered`: as the one of its module in this host's own folder. */
bool scop_package_note(struct scop_platform *platform, const struct scop_package *package, bool offered);

/* Writes run/directory from the database, for the supervisor. */
bool scop_directory_write(struct scop_platform *platform);

/* Says that the directory has changed. */
bool scop_directory_changed(struct scop_platform *platform);

/* Runs the order `id`, and notes how it went; false when it failed. */
bool scop_order_run(struct scop_platform *platform, int64_t id, void (*told)(void *, const char *), void *context);

/* Holds the installer's lock for this database server; false when another has it. */
bool scop_platform_lock(struct scop_platform *platform, unsigned seconds);
void scop_platform_unlock(struct scop_platform *platform);

#endif
