/* SPDX-License-Identifier: EUPL-1.2 */
/* Translations: see words.h. */
#include "build/words.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/error.h"
#include "build/files.h"
#include "build/po.h"

/* The plural formulas in core/base/locale.c, without blanks and brackets. */
static const struct language {
	const char *code, *plural;
} languages[] = { { "fr", "n>1" }, { "nl", "n!=1" }, { "de", "n!=1" } };

enum { FORMS = 2, TAG_MAX = 80 };

struct words {
	struct scop_arena *arena;
	const char *folder; /* of the module's sources */
	const struct language *language;
	struct po_file file;
	bool draft, ok;
};

static void __attribute__((format(printf, 3, 4)))
tell(struct words *words, const char *kind, const char *format, ...)
{
	va_list args;

	if (strcmp(kind, "error") == 0)
		words->ok = false;
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

#define FOUND(words, line, format, ...) \
	tell(words, "error", "%s:%u: error: " format, (words)->file.path, line, ##__VA_ARGS__)

/* ---- placeholders ---- */

/* A copy of the next {{...}} at or after *at; NULL for none. */
static const char *
next_tag(const char **at, char tag[TAG_MAX])
{
	const char *open = strstr(*at, "{{"), *close = open ? strstr(open, "}}") : NULL;

	if (!close)
		return NULL;
	*at = close + 2;
	snprintf(tag, TAG_MAX, "%.*s", (int)(close + 2 - open), open);
	return tag;
}

static const char *
lacks_tag_of(const char *text, const char *other, char tag[TAG_MAX])
{
	while (next_tag(&text, tag))
		if (!strstr(other, tag))
			return tag;
	return NULL;
}

/* The next directive of printf, such as %s and %u; NULL for none. */
static const char *
next_directive(const char **at, char directive[TAG_MAX])
{
	for (const char *percent = *at; (percent = strchr(percent, '%'));) {
		const size_t length = 1 + strspn(percent + 1, "0123456789.*lzh-+");

		if (percent[1] == '%') {
			percent += 2;
			continue;
		}
		*at = percent + length + (percent[length] != '\0');
		snprintf(directive, TAG_MAX, "%.*s", (int)(*at - percent), percent);
		return directive;
	}
	return NULL;
}

static bool
same_directives(const char *text, const char *other)
{
	char one[TAG_MAX], two[TAG_MAX];

	if (strstr(other, "$s")) /* numbered: msgfmt compares them */
		return true;
	for (;;) {
		const char *first = next_directive(&text, one),
			   *second = next_directive(&other, two);

		if (!first || !second)
			return first == second;
		if (strcmp(first, second) != 0)
			return false;
	}
}

/* Every form of a translation may use only the placeholders of the text, and the last form must use
 * all of them; the form for one may omit the number. */
static void
check_placeholders(struct words *words, const struct po_entry *entry, unsigned form)
{
	const char *translation = entry->form[form],
		   *text = entry->plural && form > 0 ? entry->plural : entry->text;
	const unsigned line = entry->form_line[form];
	char tag[TAG_MAX];

	if (lacks_tag_of(translation, text, tag) &&
	    !(entry->plural && !lacks_tag_of(translation, entry->plural, tag)))
		FOUND(words, line, "the translation has %s, which the text '%s' does not have", tag,
		    text);
	else if (!(entry->plural && form == 0) && lacks_tag_of(text, translation, tag))
		FOUND(words, line, "the translation lacks %s", tag);
	else if (entry->c_format && !same_directives(text, translation))
		FOUND(words, line, "the translation's %%-directives differ from those of '%s'",
		    text);
}

/* ---- header ---- */

/* The header's field without blanks and brackets: "nplurals=2;plural=n>1;". */
static void
header_field(const char *header, const char *name, char *ret_value, size_t size)
{
	const char *at = strstr(header, name);
	size_t length = 0;

	for (at = at ? at + strlen(name) : ""; *at && *at != '\n' && length + 1 < size; at++)
		if (!strchr(" ()\t\r", *at))
			ret_value[length++] = *at;
	ret_value[length] = '\0';
}

static bool
has_plurals(const struct po_file *file)
{
	for (size_t i = 0; i < file->count; i++)
		if (file->entries[i].plural)
			return true;
	return false;
}

static void
check_header(struct words *words)
{
	const struct po_entry *header = po_find(&words->file, "");
	const char *text = header && header->form[0] ? header->form[0] : "";
	const unsigned line = header ? header->line : 1;
	char wanted[TAG_MAX], value[200];

	header_field(text, "Content-Type:", value, sizeof value);
	if (strcasecmp(value, "text/plain;charset=UTF-8") != 0)
		FOUND(words, line,
		    "the header needs \"Content-Type: text/plain; charset=UTF-8\\n\"");
	header_field(text, "Language:", value, sizeof value);
	if (value[0] && strncmp(value, words->language->code, 2) != 0)
		FOUND(words, line, "the header says \"Language: %s\", the file's name says '%s'",
		    value, words->language->code);
	snprintf(wanted, sizeof wanted, "nplurals=2;plural=%s", words->language->plural);
	header_field(text, "Plural-Forms:", value, sizeof value);
	if (value[0] && value[strlen(value) - 1] == ';')
		value[strlen(value) - 1] = '\0';
	if (strcmp(value, wanted) != 0 && (value[0] || has_plurals(&words->file)))
		FOUND(words, line, "the header needs \"Plural-Forms: nplurals=2; plural=(%s);\\n\"",
		    words->language->plural);
}

/* ---- texts ---- */

static void
check_forms(struct words *words, const struct po_entry *entry)
{
	const unsigned forms = entry->plural ? FORMS : 1;

	for (unsigned i = 0; i < PO_FORMS_MAX; i++) {
		if (i >= forms && entry->form[i])
			FOUND(words, entry->form_line[i], "there are only %u plural forms", forms);
		else if (i < forms && entry->form[i] && entry->form[i][0])
			check_placeholders(words, entry, i);
	}
}

static bool
is_translated(const struct po_entry *entry, bool plural)
{
	return !entry->fuzzy && entry->form[0] && entry->form[0][0] &&
	    (!plural || (entry->form[1] && entry->form[1][0]));
}

static void
check_text(struct words *words, const struct po_entry *text)
{
	const struct po_entry *entry = po_find(&words->file, text->text);
	const char *kind = words->draft ? "warning" : "error", *code = words->language->code;

	if (!entry)
		tell(words, kind,
		    "%s: %s: '%s' is not translated: i18n/%s.po lacks it. "
		    "'scopiton words %s' adds it.",
		    text->place ? text->place : words->file.path, kind, text->text, code,
		    words->folder);
	else if (text->plural && !entry->plural)
		FOUND(words, entry->line, "'%s' has a plural, '%s'. 'scopiton words %s' adds it.",
		    text->text, text->plural, words->folder);
	else if (text->plural && strcmp(text->plural, entry->plural) != 0)
		FOUND(words, entry->line, "the plural is now '%s'. 'scopiton words %s' changes it.",
		    text->plural, words->folder);
	else if (!is_translated(entry, text->plural != NULL))
		tell(words, kind, "%s:%u: %s: '%s' is not translated%s", words->file.path,
		    entry->line, kind, text->text,
		    entry->fuzzy ? ": check the translation, and remove the word fuzzy" : "");
}

static void
check_language(struct words *words, const struct po_file *texts)
{
	struct scop_error err;
	const char *path =
	    scop_arena_printf(words->arena, "%s/i18n/%s.po", words->folder, words->language->code);

	words->file.path = path;
	if (access(path, R_OK) != 0) {
		const char *kind = words->draft ? "warning" : "error";

		tell(words, kind, "%s: %s: this file is missing. 'scopiton words %s' writes it.",
		    path, kind, words->folder);
		return;
	}
	if (!po_parse(words->arena, path, build_read(words->arena, path, NULL), &words->file,
		&err)) {
		tell(words, "error", "%s", err.text);
		return;
	}
	check_header(words);
	for (size_t i = 0; i < texts->count; i++)
		if (texts->entries[i].text[0])
			check_text(words, &texts->entries[i]);
	for (size_t i = 0; i < words->file.count; i++) {
		struct po_entry *entry = &words->file.entries[i];
		const struct po_entry *text = po_find(texts, entry->text);

		if (!entry->text[0])
			continue;
		entry->c_format |= text && text->c_format;
		if (!text)
			tell(words, "warning",
			    "%s:%u: warning: '%s' is in no view and in no C file", path,
			    entry->line, entry->text);
		check_forms(words, entry);
	}
}

bool
build_words_check(struct scop_arena *arena, const char *folder, const char *pot, bool draft)
{
	struct po_file texts;
	struct scop_error err;
	bool ok = true;

	if (!po_parse(arena, pot, build_read(arena, pot, NULL), &texts, &err))
		build_die("%s", err.text);
	for (size_t i = 0; i < sizeof languages / sizeof languages[0]; i++) {
		struct words words = { .arena = arena,
			.folder = folder,
			.language = &languages[i],
			.draft = draft,
			.ok = true };

		check_language(&words, &texts);
		ok &= words.ok;
	}
	return ok;
}
