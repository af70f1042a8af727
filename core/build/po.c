/* SPDX-License-Identifier: EUPL-1.2 */
/* .po files: see po.h. A line is a comment, a keyword with a string, or a string that continues the
 * previous one. */
#include "build/po.h"

#include <string.h>

#include "base/arena.h"
#include "base/buffer.h"

struct reader {
	struct scop_arena *arena;
	const char *path, *at;
	unsigned line;
	struct po_entry *entry; /* being read */
	const char **target;    /* target of continued strings; NULL: none */
	struct po_file *file;
	struct scop_error *err;
};

static bool
mistake(const struct reader *reader, const char *what)
{
	return scop_error_set(reader->err, "%s:%u: %s", reader->path, reader->line, what);
}

static bool
add_escape(struct scop_buffer *out, char c)
{
	static const char letters[] = "ntr\"\\", meanings[] = "\n\t\r\"\\";
	const char *letter = c ? strchr(letters, c) : NULL;

	if (letter)
		scop_buffer_char(out, meanings[letter - letters]);
	return letter != NULL;
}

/* Appends the string at `at` to its target. */
static bool
take_string(struct reader *reader, const char *at)
{
	struct scop_buffer out;

	at += strspn(at, " \t");
	if (*at++ != '"' || !reader->target)
		return mistake(reader, "a string in double quotes is expected here");
	scop_buffer_init(&out, reader->arena);
	scop_buffer_text(&out, *reader->target ? *reader->target : "");
	for (; *at && *at != '"' && *at != '\n'; at++) {
		if (*at != '\\')
			scop_buffer_char(&out, *at);
		else if (!add_escape(&out, *++at))
			return mistake(reader,
			    "unknown escape sequence; \\n \\t \\r \\\" \\\\ are known");
	}
	if (*at != '"')
		return mistake(reader, "this string is not closed");
	*reader->target = scop_buffer_str(&out);
	return true;
}

static struct po_entry *
entry_begin(struct reader *reader)
{
	struct po_file *file = reader->file;

	if ((file->count & (file->count - 1)) == 0) { /* grows at each power of two */
		struct po_entry *entries =
		    scop_arena_alloc(reader->arena, (2 * file->count + 1) * sizeof *entries);

		if (file->count)
			memcpy(entries, file->entries, file->count * sizeof *entries);
		file->entries = entries;
	}
	file->entries[file->count] = (struct po_entry){ 0 };
	return &file->entries[file->count++];
}

/* Comments precede the msgid that they belong to. */
static struct po_entry *
entry_for_comment(struct reader *reader)
{
	if (!reader->entry || reader->entry->text)
		reader->entry = entry_begin(reader);
	reader->target = NULL;
	return reader->entry;
}

static void
take_comment(struct reader *reader, const char *at, size_t length)
{
	const char *line = scop_arena_bytes(reader->arena, at, length);

	if (line[1] == ':') {
		struct po_entry *entry = entry_for_comment(reader);
		const char *place = line + 2 + strspn(line + 2, " ");

		if (!entry->place)
			entry->place = scop_arena_bytes(reader->arena, place, strcspn(place, " "));
	} else if (line[1] == ',') {
		struct po_entry *entry = entry_for_comment(reader);

		entry->fuzzy |= strstr(line, "fuzzy") != NULL;
		entry->c_format |= strstr(line, "c-format") != NULL && !strstr(line, "no-c-format");
	}
}

static bool
starts(const char *at, const char *word)
{
	return strncmp(at, word, strlen(word)) == 0;
}

static bool
take_form(struct reader *reader, const char *at)
{
	unsigned form = 0;

	at += strlen("msgstr");
	if (*at == '[') {
		form = (unsigned)(at[1] - '0');
		if (form >= PO_FORMS_MAX || at[2] != ']')
			return mistake(reader, "msgstr[0] to msgstr[5] are known");
		at += 3;
	}
	if (!reader->entry || !reader->entry->text || reader->entry->form[form])
		return mistake(reader, "this msgstr has no msgid of its own");
	reader->entry->form_line[form] = reader->line;
	reader->target = &reader->entry->form[form];
	return take_string(reader, at);
}

static bool
take_line(struct reader *reader, const char *at, size_t length)
{
	if (starts(at, "msgctxt"))
		return mistake(reader, "contexts (msgctxt) are not supported");
	if (starts(at, "msgid_plural")) {
		if (!reader->entry || !reader->entry->text)
			return mistake(reader, "this msgid_plural has no msgid");
		reader->target = &reader->entry->plural;
		return take_string(reader, at + strlen("msgid_plural"));
	}
	if (starts(at, "msgid")) {
		if (!reader->entry || reader->entry->text)
			reader->entry = entry_begin(reader);
		reader->entry->line = reader->line;
		reader->target = &reader->entry->text;
		return take_string(reader, at + strlen("msgid"));
	}
	if (starts(at, "msgstr"))
		return take_form(reader, at);
	if (*at == '"')
		return take_string(reader, at);
	return length == strspn(at, " \t\r") ||
	    mistake(reader, "msgid, msgstr or a comment is expected here");
}

/* Comments at the end of the file have created an entry without a text. */
static void
drop_empty(struct po_file *file)
{
	size_t kept = 0;

	for (size_t i = 0; i < file->count; i++)
		if (file->entries[i].text)
			file->entries[kept++] = file->entries[i];
	file->count = kept;
}

bool
po_parse(struct scop_arena *arena, const char *path, const char *text, struct po_file *ret_file,
    struct scop_error *err)
{
	struct reader reader = { .arena = arena, .path = path, .file = ret_file, .err = err };

	*ret_file = (struct po_file){ .path = path };
	while (*text) {
		const size_t length = strcspn(text, "\n");

		reader.line++;
		if (*text == '#')
			take_comment(&reader, text, length);
		else if (!take_line(&reader, text, length))
			return false;
		text += length + (text[length] == '\n');
	}
	drop_empty(ret_file);
	return true;
}

const struct po_entry *
po_find(const struct po_file *file, const char *text)
{
	for (size_t i = 0; i < file->count; i++)
		if (strcmp(file->entries[i].text, text) == 0)
			return &file->entries[i];
	return NULL;
}
