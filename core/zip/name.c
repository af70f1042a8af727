/* SPDX-License-Identifier: EUPL-1.2 */
/* Names of files in an archive: see name.h. */
#include "zip/name.h"

#include <stddef.h>
#include <string.h>

#include "base/utf8.h"
#include "scopiton/zip.h"

static bool
is_bad(char byte)
{
	return (unsigned char)byte < ' ' || byte == 0x7f || byte == '\\' || byte == ':';
}

/* "", "." and ".." between slashes. */
static bool
is_way(const char *segment, size_t length)
{
	return length == 0 ||
	    (segment[0] == '.' && (length == 1 || (length == 2 && segment[1] == '.')));
}

bool
scop_zip_name_is_safe(const char *name)
{
	const size_t length = strlen(name);

	if (length > SCOP_ZIP_NAME_MAX || !scop_utf8_valid(name, length))
		return false;
	for (const char *at = name;; at++) {
		const size_t segment = strcspn(at, "/");

		if (is_way(at, segment))
			return false;
		at += segment;
		if (!*at)
			break;
	}
	for (const char *at = name; *at; at++)
		if (is_bad(*at))
			return false;
	return true;
}

void
scop_zip_name_repair(char *name)
{
	name[scop_utf8_fit(name, SCOP_ZIP_NAME_MAX)] = '\0';
	for (char *at = name; *at; at++)
		if (is_bad(*at))
			*at = '_';
	for (char *at = name; *at;) {
		const size_t segment = strcspn(at, "/");

		if (segment == 0)
			*at = '_'; /* a slash that follows none or another one */
		else if (is_way(at, segment))
			memset(at, '_', segment);
		at += segment > 0 ? segment : 1;
		at += *at == '/';
	}
	const size_t length = strlen(name);
	if (length > 0 && name[length - 1] == '/')
		name[length - 1] = '_';
}
