/* SPDX-License-Identifier: EUPL-1.2 */
/* Names of files in an archive. */
#ifndef SCOP_ZIP_NAME_H
#define SCOP_ZIP_NAME_H

#include <stdbool.h>

/* Whether the name stays in its folder: no way up, no root, no drive, no backslash or control
 * character, and neither empty nor longer than SCOP_ZIP_NAME_MAX. */
bool scop_zip_name_is_safe(const char *name);

/* Makes the name, of valid UTF-8, a safe one, in place. */
void scop_zip_name_repair(char *name);

#endif
