/* SPDX-License-Identifier: EUPL-1.2 */
/* Texts of product exports, made into ours. Pure: no host, no database. */
#ifndef SHOP_TEXT_H
#define SHOP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- names in addresses (shop_slug.c) ---- */

/* "Vélos > Łódź, Ποδήλατα" to "velos-lodz-podilata": letters of Latin, Greek and Cyrillic as a-z,
 * digits, and single '-'. Empty where a text has none of them: whoever stores it gives a name of
 * its own then. */
void shop_slug(const char *text, char *ret_slug, size_t size);

/* ---- numbers (shop_text.c) ---- */

/* Evidence for a file's decimal sign, from its amounts. */
struct shop_decimals {
	unsigned points, commas, unclear;
};
void shop_decimals_learn(struct shop_decimals *decimals, const char *text);

/* '.' or ','; 0 where nothing says so, or some say one and some the other. */
char shop_decimals_sign(const struct shop_decimals *decimals);

/* "12,50 €", "1 234.5", "14.399000" in units of the `decimals`th digit behind the sign, rounded.
 * UNCLEAR is "1.234", which is one or a thousand, where `sign` (of the file; 0: unknown) does not
 * tell. Not negative. */
enum shop_number { SHOP_NUMBER_OK, SHOP_NUMBER_WRONG, SHOP_NUMBER_UNCLEAR };
#define SHOP_NUMBER_MAX 99999999999
enum shop_number shop_number(const char *text, char sign, unsigned decimals, int64_t *ret_number);

/* ---- HTML (shop_html.c) ---- */

/* HTML to text of at most `size` bytes, cut between two letters where it is longer: tags, comments,
 * scripts and styles fall away, the end of a paragraph, item or line becomes a line's end,
 * references to characters (HTML 4.01, section 24) their letters. */
void shop_plain_text(const char *html, char *ret_text, size_t size);

/* The letter that the reference at `html` is ("&eacute;", "&#233;", "&#xE9;"), written in UTF-8 to
 * `ret_letter` (4 bytes); gives how many bytes it took there, 0 where there is none, and where it
 * ends. */
size_t shop_reference(const char *html, char *ret_letter, const char **ret_end);

#endif
