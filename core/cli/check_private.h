/* SPDX-License-Identifier: EUPL-1.2 */
/* Shared by the files that check a package: check_levels.c measures the levels one after the other,
 * and each of the others has the levels with the same requirement. */
#ifndef SCOP_CLI_CHECK_PRIVATE_H
#define SCOP_CLI_CHECK_PRIVATE_H

#include "cli/kept.h"
#include "installer/choose.h"
#include "installer/platform.h"

enum { CHECK_TENANTS = 2, CHECK_TENANT_NAME_BYTES = 40 };

struct check {
	struct scop_platform *platform;
	struct scop_arena *arena;
	const char *folder;    /* of the package */
	const char *source;    /* a checkout's modules/NAME; NULL: not given */
	const char *catalogue; /* the published versions; NULL: none */
	struct scop_package package;
	uint32_t tenants[CHECK_TENANTS];
	char names[CHECK_TENANTS][CHECK_TENANT_NAME_BYTES];
	unsigned errors, warnings;
	bool measured[CHECK_LEVELS + 1], reached[CHECK_LEVELS + 1];
	bool other_sources; /* they build another package than this one */
	bool again;         /* cached levels are measured again */
	struct kept_levels kept;
};

/* Prints a finding; `code` as in docs/check.md, E for an error and W for a warning. Always returns
 * false. */
bool __attribute__((format(printf, 3, 4)))
check_find(struct check *check, const char *code, const char *format, ...);

/* Prints the platform's last error as a finding. Always returns false. */
bool check_fails(struct check *check, const char *code);

/* ---- check_tenants.c: two throw-away tenants ---- */

/* Creates the tenants, false after an error message; and removes those that were created. */
bool check_make_tenants(struct check *check);
void check_remove_tenants(struct check *check);

/* Installs the package in `folder` for the tenant `which`, counted from 0, and purges it. */
bool check_install(struct check *check, int which, const char *folder, const char *code);
bool check_purge(struct check *check, int which);

/* Removes all that a purge removes, without the export, which level 2 has measured. */
bool check_drop(struct check *check, int which);

/* ---- check_contracts.c ---- */

/* Compares what the package offers and accepts with the versions in the catalogue. */
void check_contracts(struct check *check);

/* ---- the levels: whether the package reaches them; each prints why not ---- */

typedef bool check_level(struct check *check);

check_level check_installs_and_purges;                      /* check_tenants.c */
check_level check_upgrades, check_survives;                 /* check_upgrade.c */
check_level check_own_tests, check_accessible, check_clean, /* check_sources.c */
    check_reproducible;

#endif
