/* SPDX-License-Identifier: EUPL-1.2 */
/* Converts texts of product exports. Pure: no host, no database. */
#ifndef SHOP_TEXT_H
#define SHOP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- names in addresses (shop_slug.c) ---- */

/* Converts "Vélos > Łódź, Ποδήλατα" to "velos-lodz-podilata": Latin, Greek and Cyrillic letters as
 * a-z, digits, and single '-'. Empty if the text has none of these: the caller then chooses a name.
 */
void shop_slug(const char *text, char *ret_slug, size_t size);

/* ---- numbers (shop_text.c) ---- */

/* Evidence for a file's decimal sign, from its amounts. */
struct shop_decimals {
	unsigned points, commas, unclear;
};
void shop_decimals_learn(struct shop_decimals *decimals, const char *text);

/* '.' or ','; 0 if there is no evidence, or contradictory evidence. */
char shop_decimals_sign(const struct shop_decimals *decimals);

/* Reads "12,50 €", "1 234.5" or "14.399000" as an integer with `decimals` decimal places, rounded.
 * Returns UNCLEAR for "1.234" (about one, or a thousand) if `sign`, the file's decimal sign, is 0
 * (unknown). Never negative. */
enum shop_number { SHOP_NUMBER_OK, SHOP_NUMBER_WRONG, SHOP_NUMBER_UNCLEAR };
#define SHOP_NUMBER_MAX 99999999999
enum shop_number shop_number(const char *text, char sign, unsigned decimals, int64_t *ret_number);

/* ---- weights (shop_weight.c) ---- */

/* "800 g", from a kilogram on "1.25 kg"; `point` is the language's decimal sign. */
#define SHOP_WEIGHT 40
#define SHOP_GRAMS_MAX 10000000 /* ten tonnes */
void shop_weight_show(int64_t grams, char point, char ret_text[SHOP_WEIGHT]);

/* Reads "800", "800 g" or "1,25 kg" in whole grams; a number alone is in grams. False for anything
 * else, and for more than `max` grams. */
bool shop_weight_parse(const char *text, int64_t max, int64_t *ret_grams);

/* ---- HTML (shop_html.c) ---- */

/* Converts HTML to text of at most `size` bytes, truncated between characters: removes tags,
 * comments, scripts and styles, ends paragraphs, items and lines with a line break, and decodes
 * character references (HTML 4.01, section 24). */
void shop_plain_text(const char *html, char *ret_text, size_t size);

/* Decodes the character reference at `html` ("&eacute;", "&#233;", "&#xE9;") to UTF-8 in
 * `ret_letter` (4 bytes); returns the number of bytes written (0 if there is no reference), and the
 * end of the reference. */
size_t shop_reference(const char *html, char *ret_letter, const char **ret_end);

#endif
