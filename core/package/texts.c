/* SPDX-License-Identifier: EUPL-1.2 */
/* Translations of a package: see texts.h. */
#include "package/texts.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/utf8.h"
#include "base/value.h"
#include "package/files.h"

enum { TEXTS_MAX = 20000 };

bool
scop_text_is_plain(const char *text, size_t max, bool lines)
{
	static const struct {
		unsigned char first[3], last[3];
	} refused[] = { { "\xe2\x80\xa8", "\xe2\x80\xae" }, { "\xe2\x81\xa6", "\xe2\x81\xa9" } };

	if (!scop_utf8_valid(text, strlen(text)) || scop_utf8_count(text) > max)
		return false;
	for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
		if ((*at < ' ' && !(lines && (*at == '\n' || *at == '\t'))) || *at == 0x7f ||
		    (*at == 0xc2 && at[1] < 0xa0))
			return false;
		for (size_t i = 0; *at == 0xe2 && i < sizeof refused / sizeof refused[0]; i++)
			if (memcmp(at, refused[i].first, 3) >= 0 &&
			    memcmp(at, refused[i].last, 3) <= 0)
				return false;
	}
	return true;
}

static bool
check_text(const struct scop_value *entry)
{
	const char *language = scop_text(entry, "language"), *english = scop_text(entry, "english"),
		   *text = scop_text(entry, "text");

	return strlen(language) == 2 &&
	    language[strspn(language, "abcdefghijklmnopqrstuvwxyz")] == '\0' && english[0] &&
	    scop_utf8_count(english) <= SCOP_TEXT_ENGLISH_MAX && text[0] &&
	    scop_text_is_plain(text, SCOP_TEXT_MAX, true);
}

bool
scop_texts_check(const struct scop_value *texts, const char *place, struct scop_error *err)
{
	if (scop_count(texts) > TEXTS_MAX)
		return scop_error_set(err, "%s: more than %d translations", place, TEXTS_MAX);
	for (size_t i = 0; i < scop_count(texts); i++)
		if (!check_text(scop_at(texts, i)))
			return scop_error_set(err,
			    "%s: translation %zu needs a language of two letters, its English of 1 "
			    "to %d characters and a text of 1 to %d",
			    place, i + 1, SCOP_TEXT_ENGLISH_MAX, SCOP_TEXT_MAX);
	return true;
}

bool
scop_texts_read(struct scop_arena *arena, const char *folder, const struct scop_value **ret_texts,
    struct scop_error *err)
{
	const char *path = scop_arena_printf(arena, "%s/texts.json", folder);
	struct scop_error cause;
	size_t size;

	if (access(path, F_OK) != 0) {
		*ret_texts = scop_value_null();
		return true;
	}
	const char *json = scop_files_read(arena, path, &size, err);
	if (!json)
		return false;
	const struct scop_value *texts = scop_json_parse(arena, json, size, &cause);
	if (!texts)
		return scop_error_set(err, "%s: %s", path, cause.text);
	if (!scop_texts_check(texts, path, err))
		return false;
	*ret_texts = texts;
	return true;
}

static bool
is_one_of(const char *text, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(text, list[i]) == 0)
			return true;
	return false;
}

const struct scop_value *
scop_texts_of(struct scop_arena *arena, const struct scop_value *texts, const char *const *english,
    size_t count)
{
	struct scop_list_maker list;

	scop_list_init(&list, arena);
	for (size_t i = 0; i < scop_count(texts); i++)
		if (is_one_of(scop_text(scop_at(texts, i), "english"), english, count))
			scop_list_add(&list, scop_at(texts, i));
	return scop_list_value(&list);
}
