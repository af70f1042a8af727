/* SPDX-License-Identifier: EUPL-1.2 */
/* scopiton new module NAME: a copy of the guestbook's shape under another name, which builds and
 * shows a page as it is. */
#include <ctype.h>
#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "cli/cli.h"
#include "data/directory.h"

static const char model[] = "modules/guestbook";

static bool
valid(const char *name)
{
	const size_t length = strlen(name);

	return length >= 3 && length <= SCOP_MODULE_MAX && islower((unsigned char)name[0]) &&
	    !strstr(name, "__") && name[length - 1] != '_' &&
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

/* Every "guestbook" becomes the name, every "Guestbook" the name with a capital. */
static void
add_renamed(struct scop_buffer *out, const char *text, const char *name)
{
	static const char word[] = "uestbook";

	while (*text) {
		if ((*text == 'g' || *text == 'G') && strncmp(text + 1, word, strlen(word)) == 0) {
			scop_buffer_char(out,
			    *text == 'G' ? (char)toupper((unsigned char)name[0]) : name[0]);
			scop_buffer_text(out, name + 1);
			text += 1 + strlen(word);
		} else {
			scop_buffer_char(out, *text++);
		}
	}
}

static bool
copy_renamed(struct scop_arena *arena, const char *from, const char *name)
{
	struct scop_buffer path, text, renamed;
	char block[4096];
	size_t got;
	FILE *in = fopen(from, "r");

	scop_buffer_init(&path, arena);
	scop_buffer_init(&text, arena);
	scop_buffer_init(&renamed, arena);
	add_renamed(&path, from, name);
	while (in && (got = fread(block, 1, sizeof block, in)) > 0)
		scop_buffer_add(&text, block, got);
	if (!in)
		return false;
	fclose(in);
	add_renamed(&renamed, scop_buffer_str(&text), name);

	for (char *slash = strchr(path.data, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path.data, 0755);
		*slash = '/';
	}
	FILE *out = fopen(path.data, "wx");
	const bool written =
	    out && fwrite(scop_buffer_str(&renamed), 1, renamed.length, out) == renamed.length;
	return out && fclose(out) == 0 && written;
}

int
cli_new(struct cli *cli)
{
	if (cli->argc != 2 || strcmp(cli->argv[0], "module") != 0)
		return cli_usage("new is followed by 'module NAME'");
	const char *name = cli->argv[1];
	if (!valid(name))
		return cli_fail("module name '%s' is not 3 to %d of a-z, 0-9 and single '_', a "
				"letter first",
		    name, SCOP_MODULE_MAX);
	if (access(model, R_OK) != 0)
		return cli_fail("'%s' is not here. Call this in the top folder of the sources.",
		    model);

	struct scop_arena *arena = scop_arena_new();
	const char *folder = scop_arena_printf(arena, "modules/%s", name);
	if (access(folder, F_OK) == 0) {
		scop_arena_free(arena);
		return cli_fail("'modules/%s' is there already", name);
	}
	char *const roots[] = { scop_arena_text(arena, model), NULL };
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
	bool sound = walk != NULL;
	for (FTSENT *entry; sound && (entry = fts_read(walk));)
		if (entry->fts_info == FTS_F)
			sound = copy_renamed(arena, entry->fts_path, name);
	if (walk)
		fts_close(walk);
	scop_arena_free(arena);
	if (!sound)
		return cli_fail("'modules/%s' cannot be written: %s", name, strerror(errno));
	printf("modules/%s is there. 'make' builds it; 'make test MODULE=%s' runs its tests.\n",
	    name, name);
	return CLI_DONE;
}
