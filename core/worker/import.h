/* SPDX-License-Identifier: EUPL-1.2 */
/* An import, in a worker of its own: it reads files from standard input and writes reports to
 * standard output. */
#ifndef SCOP_WORKER_IMPORT_H
#define SCOP_WORKER_IMPORT_H

#include "web/app.h"

/* Runs the module's import `name` for `site` ("tenant database language zone currency epoch");
 * returns the exit status. */
int scop_import_run(struct scop_app *app, const char *name, const char *site);

#endif
