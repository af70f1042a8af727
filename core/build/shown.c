/* SPDX-License-Identifier: EUPL-1.2 */
/* texts.json: see shown.h. Written without a JSON library, since this program links none. */
#include "build/shown.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "build/files.h"
#include "build/po.h"

static void
parse(struct scop_arena *arena, const char *path, struct po_file *ret_file)
{
	struct scop_error err;

	if (!po_parse(arena, path, build_read(arena, path, NULL), ret_file, &err))
		build_die("%s", err.text);
}

/* Writes a JSON string, in quotes. */
static void
add_string(struct scop_buffer *out, const char *text)
{
	scop_buffer_char(out, '"');
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20)
			scop_buffer_printf(out, "\\u%04x", (unsigned char)*text);
		else if (*text == '"' || *text == '\\')
			scop_buffer_printf(out, "\\%c", *text);
		else
			scop_buffer_char(out, *text);
	}
	scop_buffer_char(out, '"');
}

static void
add_language(struct scop_buffer *out, const char *language, const struct po_file *texts,
    const struct po_file *translations)
{
	for (size_t i = 0; i < texts->count; i++) {
		const char *english = texts->entries[i].text;
		const struct po_entry *found = english[0] ? po_find(translations, english) : NULL;

		if (!found || found->fuzzy || !found->form[0] || !found->form[0][0])
			continue;
		scop_buffer_text(out, out->length > 1 ? ",\n{\"language\":" : "\n{\"language\":");
		add_string(out, language);
		scop_buffer_text(out, ",\"english\":");
		add_string(out, english);
		scop_buffer_text(out, ",\"text\":");
		add_string(out, found->form[0]);
		scop_buffer_char(out, '}');
	}
}

static void
write_changed(struct scop_arena *arena, const char *path, const char *text)
{
	if (access(path, F_OK) == 0 && strcmp(build_read(arena, path, NULL), text) == 0)
		return;
	FILE *file = fopen(path, "w");

	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		build_die("%s: %s", path, strerror(errno));
}

void
build_shown_write(struct scop_arena *arena, const char *folder, const char *pot, const char *output)
{
	const char *i18n = scop_arena_printf(arena, "%s/i18n", folder);
	const char *files[BUILD_FILES_MAX];
	const size_t count = access(i18n, F_OK) == 0 ? build_list(arena, i18n, ".po", files) : 0;
	struct po_file texts, translations;
	struct scop_buffer out;

	parse(arena, pot, &texts);
	scop_buffer_init(&out, arena);
	scop_buffer_char(&out, '[');
	for (size_t i = 0; i < count; i++) {
		parse(arena, scop_arena_printf(arena, "%s/%s", i18n, files[i]), &translations);
		add_language(&out, build_stem(arena, files[i]), &texts, &translations);
	}
	scop_buffer_text(&out, "\n]\n");
	write_changed(arena, output, scop_buffer_str(&out));
}
