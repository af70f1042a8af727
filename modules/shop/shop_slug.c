/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Names in addresses: see shop_text.h. Latin letters lose their accents; Greek is transliterated by
 * ELOT 743, Cyrillic as in Russian and Ukrainian passports, so that an address can be read aloud.
 */
#include "shop_text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Transliterations of the letters from `first` on; "_" for a silent letter. */
struct row {
	unsigned first;
	const char *words;
};

static const struct row rows[] = {
	{ 0xc0, "a a a a a a ae c e e e e i i i i d n o o o o o _ o u u u u y th ss" },
	{ 0xe0, "a a a a a a ae c e e e e i i i i d n o o o o o _ o u u u u y th y" },
	{ 0x100,
	    "a a a a a a c c c c c c c c d d d d e e e e e e e e e e g g g g g g g g h h h h" },
	{ 0x128, "i i i i i i i i i i ij ij j j k k k l l l l l l l l l l n n n n n n n n n" },
	{ 0x14c, "o o o o o o oe oe r r r r r r s s s s s s s s t t t t t t" },
	{ 0x168, "u u u u u u u u u u u u w w y y y z z z z z z s" },
	{ 0x1a0, "o o" },
	{ 0x1af, "u u" },
	{ 0x218, "s s t t" },
	{ 0x386, "a" },
	{ 0x388, "e i i" },
	{ 0x38c, "o" },
	{ 0x38e, "y o i a v g d e z i th i k l m n x o p r" },
	{ 0x3a3,
	    "s t y f ch ps o i y a e i i y a v g d e z i th i k l m n x o p r s s t y f ch ps o" },
	{ 0x3ca, "i y o y o" },
	{ 0x401, "yo dj g ye dz i yi j lj nj c k" },
	{ 0x40e, "u dz a b v g d e zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya" },
	{ 0x430, "a b v g d e zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya" },
	{ 0x451, "yo dj g ye dz i yi j lj nj c k" },
	{ 0x45e, "u dz" },
	{ 0x490, "g g" },
	{ 0x1e9e, "ss" },
	{ 0x1ea0,
	    "a a a a a a a a a a a a a a a a a a a a a a a a e e e e e e e e e e e e e e e e" },
	{ 0x1ec8, "i i i i o o o o o o o o o o o o o o o o o o o o o o o o" },
	{ 0x1ee4, "u u u u u u u u u u u u u u y y y y y y y y" },
};

/* The transliteration of a letter, and its length; NULL if there is none. */
static const char *
word_of(unsigned letter, size_t *ret_length)
{
	for (size_t i = sizeof rows / sizeof rows[0]; i-- > 0;) {
		const char *word = rows[i].words;

		if (letter < rows[i].first)
			continue;
		for (unsigned at = rows[i].first; at < letter && *word; at++)
			word += strcspn(word, " ") + (word[strcspn(word, " ")] == ' ');
		*ret_length = strcspn(word, " ");
		return *word ? word : NULL;
	}
	return NULL;
}

/* The character at `text`, in UTF-8, and its length. */
static unsigned
letter_at(const unsigned char *text, size_t *ret_bytes)
{
	const size_t bytes = *text < 0xc0 ? 1 : *text < 0xe0 ? 2 : *text < 0xf0 ? 3 : 4;
	unsigned letter = bytes == 1 ? *text : *text & (0x7fu >> bytes);

	for (*ret_bytes = 1; *ret_bytes < bytes && (text[*ret_bytes] & 0xc0) == 0x80; ++*ret_bytes)
		letter = letter << 6 | (text[*ret_bytes] & 0x3f);
	return letter;
}

void
shop_slug(const char *text, char *ret_slug, size_t size)
{
	size_t used = 0, bytes;

	for (const unsigned char *at = (const unsigned char *)text; *at && used + 5 < size;
	     at += bytes) {
		const unsigned letter = letter_at(at, &bytes);
		const char plain = (char)tolower((int)(letter & 0x7f));
		size_t length = 1;
		const char *word = letter < 0x80 ? (isalnum((int)letter) ? &plain : NULL)
						 : word_of(letter, &length);

		if (letter >= 0x300 && letter < 0x370)
			continue; /* a combining accent */
		if (word && *word != '_') {
			memcpy(ret_slug + used, word, length);
			used += length;
		} else if (!word && used > 0 && ret_slug[used - 1] != '-') {
			ret_slug[used++] = '-';
		}
	}
	while (used > 0 && ret_slug[used - 1] == '-')
		used--;
	ret_slug[used] = '\0';
}
