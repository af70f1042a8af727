/* SPDX-License-Identifier: EUPL-1.2 */
/* Texts of product exports, made into ours. Pure: no host, no database. */
#ifndef SHOP_TEXT_H
#define SHOP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* "Vélos > Ville" to "velos-ville": letters without their accents, digits, and single '-'. */
void shop_slug(const char *text, char *ret_slug, size_t size);

/* How a variant that has no SKU is known: by its product's name in addresses and its options. Long
 * ones are shortened, with a digest of the whole. `ret_code` has SHOP_CODE bytes. */
enum { SHOP_CODE = 256 };
void shop_code(const char *key, const char *option1, const char *option2, const char *option3,
    char *ret_code);

/* "12,50", "12.5", "1.234,50" to cents; false for anything else, or more than 99,999,999.99. */
bool shop_price(const char *text, int64_t *ret_cents);

/* HTML to text of at most `size` bytes, cut between two letters where it is longer: tags, comments,
 * scripts and styles fall away, the end of a paragraph, item or line becomes a line's end,
 * references to characters (HTML 4.01, section 24) their letters. */
void shop_plain_text(const char *html, char *ret_text, size_t size);

#endif
