/* What leaves: rows as CSV, a module's or a whole tenant's data as one archive that needs nobody's help to be read. */
#ifndef SCOP_HOST_EXPORT_H
#define SCOP_HOST_EXPORT_H

#include "host/platform.h"

/* A new folder var/exports/TENANT/MODULE-TIME; NULL with the reason. Readable by its owner alone. */
const char *scop_export_folder(struct scop_platform *platform, uint32_t tenant, const char *module);

/* Rows of one SELECT as a file (RFC 4180, UTF-8, values as MariaDB has them). */
bool scop_export_csv(struct scop_platform *platform, const struct scop_value *rows, const char *path);

/* The module's tables, its package and what they mean, as one archive; its path. */
const char *scop_module_export(struct scop_platform *platform, uint32_t tenant, const char *module);

/* The parts of that: the names of a database's tables; these written out as SQL; what they mean, as Markdown; all of a module in a
 * folder; a folder as an archive whose paths begin with `top`. */
const struct scop_value *scop_dump_tables(struct scop_platform *platform, const char *database);
bool scop_dump_run(struct scop_platform *platform, const char *const *what, const char *path);
bool scop_copy_folder(struct scop_platform *platform, const char *from, const char *to);
bool scop_dump(struct scop_platform *platform, const char *database, const struct scop_value *tables, const char *path);
bool scop_describe_tables(struct scop_platform *platform, const char *database, const char *path);
bool scop_module_write(struct scop_platform *platform, uint32_t tenant, const char *module, const char *folder);
bool scop_archive_folder(struct scop_platform *platform, const char *folder, const char *top, const char *file);

#endif
