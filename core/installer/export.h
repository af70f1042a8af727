/* SPDX-License-Identifier: EUPL-1.2 */
/* Exports: rows as CSV, and the parts of a self-contained archive (see leave.h). */
#ifndef SCOP_INSTALLER_EXPORT_H
#define SCOP_INSTALLER_EXPORT_H

#include "installer/platform.h"

/* An unused path var/exports/TENANT/WHAT-TIME plus the suffix; creates the folders above it. */
const char *scop_export_path(struct scop_platform *platform, uint32_t tenant, const char *what,
    const char *suffix);

/* Creates a folder with such a path, readable only by its owner; NULL with the reason. */
const char *scop_export_folder(struct scop_platform *platform, uint32_t tenant, const char *what);

/* Writes the rows of one SELECT as a CSV file (RFC 4180, UTF-8, values in MariaDB's format). */
bool scop_export_csv(struct scop_platform *platform, const struct scop_value *rows,
    const char *path);

/* Write parts of an archive: a dump by mariadb-dump with the arguments `what` (ended by NULL); a
 * description of a database's tables in Markdown; a copy of a folder; a folder as an archive whose
 * paths begin with `top`. */
bool scop_dump_run(struct scop_platform *platform, const char *const *what, const char *path);
bool scop_describe_tables(struct scop_platform *platform, const char *database, const char *path);
bool scop_copy_folder(struct scop_platform *platform, const char *from, const char *to);
bool scop_archive_folder(struct scop_platform *platform, const char *folder, const char *top,
    const char *file);

#endif
