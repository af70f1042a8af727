/* SPDX-License-Identifier: EUPL-1.2 */
/* One line in a file: the host's version, the catalogue's number, a character for each level. */
#include "cli/kept.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "package/files.h"

void
kept_read(const char *file, struct kept_levels *ret_levels)
{
	char version[40], catalogue[24], levels[CHECK_LEVELS + 1];
	FILE *in = fopen(file, "re");

	memset(ret_levels->level, KEPT_NOT, sizeof ret_levels->level);
	strcpy(ret_levels->catalogue, "-");
	if (!in)
		return;
	if (fscanf(in, "%39s %23s %8[01-]", version, catalogue, levels) == 3 &&
	    strcmp(version, SCOPITON_VERSION) == 0 && strlen(levels) == CHECK_LEVELS) {
		memcpy(ret_levels->level + 1, levels, CHECK_LEVELS);
		strcpy(ret_levels->catalogue, catalogue);
	}
	fclose(in);
}

void
kept_write(char *file, const struct kept_levels *levels)
{
	scop_files_make_folders(file);
	FILE *out = fopen(file, "we");
	const bool written = out &&
	    fprintf(out, "%s %s %.*s\n", SCOPITON_VERSION, levels->catalogue, CHECK_LEVELS,
		levels->level + 1) > 0;

	if ((out && fclose(out) != 0) || !written)
		fprintf(stderr, "scopiton: '%s' cannot be written: %s\n", file, strerror(errno));
}

void
kept_catalogue(const char *folder, struct kept_levels *levels)
{
	char path[4096];

	strcpy(levels->catalogue, "-");
	if (!folder || snprintf(path, sizeof path, "%s/latest", folder) >= (int)sizeof path)
		return;
	FILE *in = fopen(path, "re");
	if (in) {
		if (fscanf(in, "%23s", levels->catalogue) != 1)
			strcpy(levels->catalogue, "-");
		fclose(in);
	}
}
