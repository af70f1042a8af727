/* SPDX-License-Identifier: EUPL-1.2 */
/* An archive of a tenant or of a module, opened and checked: see leave.h for its contents. */
#ifndef SCOP_INSTALLER_OPENED_H
#define SCOP_INSTALLER_OPENED_H

#include "installer/platform.h"

struct scop_opened {
	const char *folder;
	bool unpacked;                        /* unpacked here: the folder is removed on closing */
	const struct scop_value *description; /* the archive's own description */
};

/* Opens the archive, or the folder that it was unpacked to, whose description is the file `name`
 * ("tenant.json" or "module.json"). Every file to import matches SHA256SUMS. Must be closed even if
 * opening has failed. */
bool scop_archive_open(struct scop_platform *platform, const char *from, const char *name,
    struct scop_opened *ret_opened);

/* Keeps an earlier error. */
void scop_archive_close(struct scop_platform *platform, const struct scop_opened *opened);

/* A file of an opened archive; NULL with the reason. Lives in the platform's arena. */
const struct scop_value *scop_opened_json(struct scop_platform *platform, const char *folder,
    const char *name);

#endif
