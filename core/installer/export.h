/* SPDX-License-Identifier: EUPL-1.2 */
/* Exports: rows as CSV, and the parts of a self-contained archive (see leave.h). */
#ifndef SCOP_INSTALLER_EXPORT_H
#define SCOP_INSTALLER_EXPORT_H

#include "installer/platform.h"

/* var/exports/TENANT/WHAT-TIME, and the suffix: nothing has that path yet, and the folders above it
 * are there. */
const char *scop_export_path(struct scop_platform *platform, uint32_t tenant, const char *what,
    const char *suffix);

/* A new folder of such a path; NULL with the reason. Readable by its owner alone. */
const char *scop_export_folder(struct scop_platform *platform, uint32_t tenant, const char *what);

/* Rows of one SELECT as a file (RFC 4180, UTF-8, values as MariaDB has them). */
bool scop_export_csv(struct scop_platform *platform, const struct scop_value *rows,
    const char *path);

/* Parts of an archive: what mariadb-dump makes of the words `what` (ended by NULL); what a
 * database's tables mean, as Markdown; a folder copied; a folder as an archive whose paths begin
 * with `top`. */
bool scop_dump_run(struct scop_platform *platform, const char *const *what, const char *path);
bool scop_describe_tables(struct scop_platform *platform, const char *database, const char *path);
bool scop_copy_folder(struct scop_platform *platform, const char *from, const char *to);
bool scop_archive_folder(struct scop_platform *platform, const char *folder, const char *top,
    const char *file);

#endif
