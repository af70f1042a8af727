/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Versions of modules and ranges of them, as Semantic Versioning 2.0.0 (semver.org) and npm's
 * ranges have them, without pre-releases: unstable versions are in the channel `beta` instead.
 *
 * A range is a list of comparators separated by blanks, all of which must hold: `^1.4` (1.4.0 to
 * before 2.0.0; `^0.3` to before 0.4.0), `~1.4` (1.4.0 to before 1.5.0), `>=2`, `>1.2.3`, `<=2.1`,
 * `<3`, `1.4.0` or `=1.4.0`, `1.4` (any of 1.4), `*`.
 */
#ifndef SCOP_PACKAGE_VERSION_H
#define SCOP_PACKAGE_VERSION_H

#include <stdbool.h>

struct scop_version {
	unsigned major, minor, patch;
};

/* Exactly three numbers of at most five digits, without leading zeros. */
bool scop_version_parse(const char *text, struct scop_version *ret_version);

/* Negative, 0 or positive, like strcmp. */
int scop_version_compare(const struct scop_version *a, const struct scop_version *b);

bool scop_range_valid(const char *range);

/* Whether the version is in the range; an invalid range contains none. */
bool scop_range_has(const char *range, const struct scop_version *version);

#endif
