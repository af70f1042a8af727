/* SPDX-License-Identifier: EUPL-1.2 */
/* scopiton new NAME: creates a module from the guestbook, which builds and shows a page without
 * changes. In a checkout it becomes modules/NAME; elsewhere NAME, next to a Makefile that builds it
 * with the installed Scopiton. */
#include <errno.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/name.h"
#include "cli/cli.h"

/* The title of the guestbook's picture, which is in its translations. */
static const char picture_text[] = "msgid \"The messages, the latest first\"\n";
static const char in_checkout[] = "modules/guestbook";

struct copy {
	struct scop_arena *arena;
	const char *name, *scop;
	const char *title; /* the name, capitalised */
	const char *model; /* the folder that is copied */
	const char *to;
};

/* The guestbook's names, and their replacements. */
static const char *
renamed(const struct copy *copy, const char *text)
{
	const struct {
		const char *from, *to;
	} names[] = { { "guestbook", copy->name }, { "Guestbook", copy->title },
		{ "Livre d'or", copy->title }, { "livre d'or", copy->title },
		{ "Gastenboek", copy->title }, { "gastenboek", copy->title },
		{ "Gästebuch", copy->title } };
	struct scop_buffer out;

	scop_buffer_init(&out, copy->arena);
	while (*text) {
		size_t i = 0;

		while (i < sizeof names / sizeof names[0] &&
		    strncmp(text, names[i].from, strlen(names[i].from)) != 0)
			i++;
		if (i < sizeof names / sizeof names[0]) {
			scop_buffer_text(&out, names[i].to);
			text += strlen(names[i].from);
		} else {
			scop_buffer_char(&out, *text++);
		}
	}
	return scop_buffer_str(&out);
}

/* The text without the part from `begin` through `end`. */
static const char *
without(struct scop_arena *arena, const char *text, const char *begin, const char *end)
{
	const char *from = strstr(text, begin),
		   *to = from ? strstr(from + strlen(begin), end) : NULL;

	return to ? scop_arena_printf(arena, "%.*s%s", (int)(from - text), text, to + strlen(end))
		  : text;
}

/* The guestbook's manifest with another scop, and without picture and category. */
static const char *
manifest(const struct copy *copy, const char *text)
{
	text = without(copy->arena, text, "\t<picture ", "</picture>\n");
	text = without(copy->arena, text, " category=\"", "\"");
	const char *scop = strstr(text, "scop=\""), *rest = scop ? strchr(scop + 6, '"') : NULL;

	return rest ? scop_arena_printf(copy->arena, "%.*sscop=\"%s%s", (int)(scop - text), text,
			  copy->scop, rest)
		    : text;
}

static const char *
read_text(struct scop_arena *arena, const char *path)
{
	struct scop_buffer text;
	char block[4096];
	size_t got;
	FILE *in = fopen(path, "r");

	if (!in)
		return NULL;
	scop_buffer_init(&text, arena);
	while ((got = fread(block, 1, sizeof block, in)) > 0)
		scop_buffer_add(&text, block, got);
	fclose(in);
	return scop_buffer_str(&text);
}

static bool
write_text(char *path, const char *text)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	FILE *out = fopen(path, "wx");
	const bool written = out && fputs(text, out) >= 0;

	return out && fclose(out) == 0 && written;
}

static bool
copy_file(const struct copy *copy, const char *from)
{
	const char *below = from + strlen(copy->model) + 1;

	if (strncmp(below, "pictures/", 9) == 0) /* the guestbook's own */
		return true;
	const char *text = read_text(copy->arena, from);
	if (!text)
		return false;
	if (strcmp(below, "module.xml") == 0)
		text = manifest(copy, text);
	else if (strncmp(below, "i18n/", 5) == 0)
		text = without(copy->arena, text, picture_text, "\"\n\n");
	return write_text(scop_arena_printf(copy->arena, "%s/%s", copy->to, renamed(copy, below)),
	    renamed(copy, text));
}

static bool
copy_all(const struct copy *copy)
{
	char *const roots[] = { scop_arena_text(copy->arena, copy->model), NULL };
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	bool ok = walk != NULL;

	for (FTSENT *entry; ok && (entry = fts_read(walk));)
		if (entry->fts_info == FTS_F)
			ok = copy_file(copy, entry->fts_path);
	if (walk)
		fts_close(walk);
	return ok;
}

/* The installed files for authors, ../../../share/scopiton relative to this program; NULL if it is
 * not installed. */
static const char *
installed(struct scop_arena *arena)
{
	char program[PATH_MAX], path[PATH_MAX];
	const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);

	if (length <= 0)
		return NULL;
	program[length] = '\0';
	*strrchr(program, '/') = '\0';
	if (!realpath(scop_arena_printf(arena, "%s/../../../share/scopiton", program), path) ||
	    access(scop_arena_printf(arena, "%s/author.mk", path), R_OK) != 0)
		return NULL;
	return scop_arena_text(arena, path);
}

static bool
write_makefile(struct scop_arena *arena, const char *sdk)
{
	char path[] = "Makefile";
	const char *text = read_text(arena, scop_arena_printf(arena, "%s/Makefile.new", sdk));

	return access(path, F_OK) == 0 || (text && write_text(path, text));
}

/* Ignores the files that make, make test and scopiton dev leave in the folder. */
static bool
write_ignored(void)
{
	char path[] = ".gitignore";

	return access(path, F_OK) == 0 || write_text(path, "/build/\n/node_modules/\n/var/\n");
}

static int
make(struct copy *copy)
{
	const char *sdk = NULL;

	if (access(in_checkout, R_OK) != 0 && !(sdk = installed(copy->arena)))
		return cli_fail("'%s' is not here. Run this in the top folder of the sources, or "
				"use the installed 'scopiton' ('make install').",
		    in_checkout);
	copy->model = sdk ? scop_arena_printf(copy->arena, "%s/module", sdk) : in_checkout;
	copy->to = scop_arena_printf(copy->arena, "%s%s", sdk ? "" : "modules/", copy->name);
	if (access(copy->to, F_OK) == 0)
		return cli_fail("'%s' already exists", copy->to);
	if (!copy_all(copy) || (sdk && (!write_makefile(copy->arena, sdk) || !write_ignored())))
		return cli_fail("'%s' cannot be written: %s", copy->to, strerror(errno));
	printf("created %s. 'make' builds and checks it; 'make test MODULE=%s' runs its tests.\n",
	    copy->to, copy->name);
	return CLI_DONE;
}

int
cli_new(struct cli *cli)
{
	const char *scop = cli_option(cli, "--scop", getenv("SCOPITON_SCOP"));
	struct scop_error err;

	if (cli->argc > 0 && strcmp(cli->argv[0], "module") == 0)
		cli_verb(cli);
	if (cli->argc != 1)
		return cli_misused(cli, "new is followed by a module's name and --scop SCOP");
	const char *name = cli->argv[0];
	if (!scop_name_check_module(name, &err))
		return cli_fail("%s", err.text);
	if (!scop)
		return cli_fail("the scop is missing. Give --scop NAME, or set SCOPITON_SCOP: the "
				"name in the catalogue of the scop that publishes the module");
	if (!scop_name_check_scop(scop, &err))
		return cli_fail("%s", err.text);
	struct scop_arena *arena = scop_arena_new();
	struct copy copy = { .arena = arena,
		.name = name,
		.scop = scop,
		.title =
		    scop_arena_printf(arena, "%c%s", toupper((unsigned char)name[0]), name + 1) };
	const int status = make(&copy);

	scop_arena_free(arena);
	return status;
}
