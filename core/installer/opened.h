/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * An archive of a tenant or of a module, opened and checked: see leave.h for its contents. Whoever
 * made it may mean harm: what it unpacks to, its number of files, and the time for reading it are
 * bounded, and it holds nothing but plain files, each of which SHA256SUMS names.
 */
#ifndef SCOP_INSTALLER_OPENED_H
#define SCOP_INSTALLER_OPENED_H

#include "installer/platform.h"

struct scop_opened {
	const char *folder;
	bool unpacked;                        /* unpacked here: the folder is removed on closing */
	int held;                             /* keeps a sweep from removing the folder */
	const struct scop_value *description; /* the archive's own description */
};

/* Opens the archive, or the folder that it was unpacked to, whose description is the file `name`
 * ("tenant.json" or "module.json"). Every file matches SHA256SUMS, which names each and no other;
 * only the `var` of an unpacked archive that its own `run` has started is left aside. Needs no
 * lock: this may take as long as `import_seconds`. Must be closed even if opening has failed. */
bool scop_archive_open(struct scop_platform *platform, const char *from, const char *name,
    struct scop_opened *ret_opened);

/* Keeps an earlier error. */
void scop_archive_close(struct scop_platform *platform, const struct scop_opened *opened);

/* A file of an opened archive; NULL with the reason. Lives in the platform's arena. */
const struct scop_value *scop_opened_json(struct scop_platform *platform, const char *folder,
    const char *name);

#endif
