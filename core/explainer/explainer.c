/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * scopiton-explainer: turns the addresses that a crashed worker has left into functions and lines,
 * and logs them.
 *
 * Started once per crash by the supervisor, which parses no untrusted bytes itself, with
 * `name=value` arguments. The line information in a module's file is as untrusted as its code, so
 * this enters the worker's sandbox, under the module's own user id, before it reads the file. Exit
 * status: 0.
 */
#include <dirent.h>
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "package/sandbox.h"
#include "process/board.h"

enum { MEMORY = 1 << 30, KEPT_SECONDS = 3600, FRAME_TEXT = 200, SECONDS_MAX = 10 };

struct explainer {
	int argc;
	char **argv;
	int page; /* the error page's part, in development; -1: none */
	char frames[SCOP_CRASH_FRAMES][FRAME_TEXT];
	unsigned count;
};

static const char *
setting(const struct explainer *explainer, const char *name)
{
	const size_t length = strlen(name);

	for (int i = 1; i < explainer->argc; i++)
		if (strncmp(explainer->argv[i], name, length) == 0 &&
		    explainer->argv[i][length] == '=')
			return explainer->argv[i] + length + 1;
	return "";
}

static unsigned long long
number(const struct explainer *explainer, const char *name)
{
	return strtoull(setting(explainer, name), NULL, 10);
}

/* ---- one address ---- */

static const char *
last_part(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return slash ? slash + 1 : path;
}

/* The scopes around the address, innermost first, including inlined functions; to be freed by the
 * caller. */
static int
scopes_at(Dwarf *dwarf, Dwarf_Die *unit, Dwarf_Addr address, Dwarf_Die **ret_scopes)
{
	Dwarf_Die innermost;
	const int count = dwarf_getscopes(unit, address, ret_scopes);

	if (count <= 0)
		return 0;
	const bool found =
	    dwarf_offdie(dwarf, dwarf_dieoffset(&(*ret_scopes)[0]), &innermost) != NULL;
	free(*ret_scopes);
	*ret_scopes = NULL;
	return found ? dwarf_getscopes_die(&innermost, ret_scopes) : 0;
}

static const char *
name_of(Dwarf_Die *scope)
{
	Dwarf_Attribute attribute;

	return dwarf_formstring(dwarf_attr_integrate(scope, DW_AT_name, &attribute));
}

static long long
constant(Dwarf_Die *scope, unsigned name)
{
	Dwarf_Attribute attribute;
	Dwarf_Word value = 0;

	dwarf_formudata(dwarf_attr(scope, name, &attribute), &value);
	return (long long)value;
}

static void
add_frame(struct explainer *explainer, const char *function, const char *file, long long line)
{
	if (explainer->count < SCOP_CRASH_FRAMES)
		snprintf(explainer->frames[explainer->count++], FRAME_TEXT, "%.90s (%.90s:%lld)",
		    function, file, line);
}

/* Adds the function at the address, and those into which it was inlined. False if the file has no
 * information about it. */
static bool
describe(struct explainer *explainer, Dwarf *dwarf, Dwarf_Addr address)
{
	Dwarf_Die unit, *scopes = NULL;
	const unsigned before = explainer->count;
	int row = 0;

	if (!dwarf || !dwarf_addrdie(dwarf, address, &unit))
		return false;
	Dwarf_Line *found = dwarf_getsrc_die(&unit, address);
	const char *file = found ? last_part(dwarf_linesrc(found, NULL, NULL)) : NULL;

	dwarf_lineno(found, &row);
	long long line = row;
	const int count = scopes_at(dwarf, &unit, address, &scopes);
	for (int i = 0; file && i < count; i++) {
		const int tag = dwarf_tag(&scopes[i]);

		if (tag != DW_TAG_subprogram && tag != DW_TAG_inlined_subroutine)
			continue;
		if (name_of(&scopes[i]))
			add_frame(explainer, name_of(&scopes[i]), file, line);
		if (tag == DW_TAG_subprogram)
			break;
		line = constant(&scopes[i], DW_AT_call_line);
		/* a function inlined from a header is called from another file */
		const char *caller = last_part(dwarf_decl_file(&scopes[i + 1 < count ? i + 1 : i]));
		if (caller)
			file = caller;
	}
	free(scopes);
	return explainer->count > before;
}

static void
describe_all(struct explainer *explainer)
{
	const int fd = open(setting(explainer, "file"), O_RDONLY | O_CLOEXEC);
	Dwarf *dwarf = fd >= 0 ? dwarf_begin(fd, DWARF_C_READ) : NULL;
	const char *at = setting(explainer, "frames");

	while (*at && explainer->count < SCOP_CRASH_FRAMES) {
		char *end;
		const unsigned long long address = strtoull(at, &end, 16);

		if (!describe(explainer, dwarf, address))
			snprintf(explainer->frames[explainer->count++], FRAME_TEXT,
			    "%.30s.so+0x%llx", setting(explainer, "module"), address);
		at = *end == ',' ? end + 1 : "";
	}
}

/* ---- the report ---- */

static void
tell_log(const struct explainer *explainer)
{
	char callers[1200] = "";
	size_t used = 0;

	for (unsigned i = 1; i < explainer->count && used < sizeof callers - FRAME_TEXT - 16; i++)
		used += (size_t)snprintf(callers + used, sizeof callers - used, ", called by %s",
		    explainer->frames[i]);
	scop_log_line(SCOP_LOG_ERROR,
	    "module %.24s %.24s crashed in %s%s: %s (request=%.39s tenant=%.32s path=%.79s)",
	    setting(explainer, "module"), setting(explainer, "version"),
	    explainer->count ? explainer->frames[0] : "code that is not the module's", callers,
	    strsignal((int)number(explainer, "signal")), setting(explainer, "request"),
	    setting(explainer, "tenant"), setting(explainer, "path"));
}

static void
escaped(const struct explainer *explainer, const char *text)
{
	for (; *text; text++) {
		const char *entity = *text == '<' ? "&lt;"
		    : *text == '>'                ? "&gt;"
		    : *text == '&'                ? "&amp;"
		    : *text == '"'                ? "&quot;"
						  : NULL;

		dprintf(explainer->page, entity ? "%s" : "%.1s", entity ? entity : text);
	}
}

static void
tell_page(const struct explainer *explainer)
{
	if (explainer->page < 0)
		return;
	dprintf(explainer->page, "<p>Module <b>");
	escaped(explainer, setting(explainer, "module"));
	dprintf(explainer->page, "</b> crashed: ");
	escaped(explainer, strsignal((int)number(explainer, "signal")));
	dprintf(explainer->page, ". Innermost first:</p>\n<ol>\n");
	for (unsigned i = 0; i < explainer->count; i++) {
		dprintf(explainer->page, "<li><code>");
		escaped(explainer, explainer->frames[i]);
		dprintf(explainer->page, "</code></li>\n");
	}
	dprintf(explainer->page, "%s</ol>\n",
	    explainer->count ? "" : "<li>Code that is not the module's.</li>\n");
}

/* ---- the file for the error page ---- */

static void
forget_old(const char *folder)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	struct stat status;

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' &&
		    fstatat(dirfd(dir), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
		    status.st_mtime < time(NULL) - KEPT_SECONDS)
			unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
}

/* Named by nginx's request id, which the worker could have changed: only its digits may become a
 * path. */
static int
open_page(const struct explainer *explainer)
{
	const char *folder = setting(explainer, "explained"),
		   *request = setting(explainer, "request");
	char path[400];

	if (!folder[0] || !request[0] || request[strspn(request, "0123456789abcdef")] != '\0')
		return -1;
	umask(022);
	mkdir(folder, 0755);
	forget_old(folder);
	snprintf(path, sizeof path, "%s/%s", folder, request);
	return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
}

int
main(int argc, char **argv)
{
	struct explainer explainer = { .argc = argc, .argv = argv };
	struct scop_error err;
	const struct scop_sandbox sandbox = { .module_file = setting(&explainer, "file"),
		.uid = (uid_t)number(&explainer, "uid"),
		.gid = (gid_t)number(&explainer, "uid"),
		.memory = MEMORY,
		.landlock_abi = (int)number(&explainer, "landlock_abi") };

	scop_log_open("explainer", SCOP_LOG_INFO);
	alarm(SECONDS_MAX);
	explainer.page = open_page(&explainer);
	tzset();
	if (number(&explainer, "sandbox") && !scop_sandbox_enter(&sandbox, &err)) {
		scop_log_line(SCOP_LOG_ERROR, "a crash cannot be explained: %s", err.text);
		return 0;
	}
	describe_all(&explainer);
	tell_log(&explainer);
	tell_page(&explainer);
	return 0;
}
