/* SPDX-License-Identifier: EUPL-1.2 */
/* Reading a record field by field: shared by shop_row.c and shop_field.c. */
#ifndef SHOP_ROW_H
#define SHOP_ROW_H

#include "scopiton/csv.h"
#include "scopiton/value.h"
#include "shop_source.h"

struct shop_reader {
	const struct shop_source *source;
	const char *const *fields;
	size_t count;
	char sign; /* the file's decimal sign; 0: unknown */
	struct shop_row *row;
	struct shop_row_error *error;
};

/* The raw field; "" if the record ends before it, or the file has no such column. */
const char *shop_field(const struct shop_reader *reader, int column);

/* Refuses the row; always returns false. `column` counts from 0; -1 for the whole row. */
bool shop_wrong(struct shop_reader *reader, int column, const char *text);

/* Adds a note about an accepted row. */
void shop_note(struct shop_reader *reader, int column, const char *text);

/* Reads a field of one word or date, without guard and blanks, truncated to `size`. */
void shop_field_word(const struct shop_reader *reader, int column, char *to, size_t size);

/* Reads a text of at most `letters` characters for display; `to` has SHOP_BYTES(letters). Escapes
 * of the source are decoded; a longer text is shortened, which is reported and added to the row's
 * digest. */
void shop_field_text(struct shop_reader *reader, int column, size_t letters, char *to);

/* Reads an identifier, which is never shortened: false, with `too_long`, if it exceeds `letters`.
 */
bool shop_field_key(struct shop_reader *reader, int column, size_t letters, char *to,
    const char *too_long);

/* FNV-1a, 64 bits, continued from `sum` (0: start): distinguishes long texts; it is not secret. */
uint64_t shop_digest(const char *text, uint64_t sum);

/* Each of these fills its part of the row. */
bool shop_field_has_price(const struct shop_reader *reader);
bool shop_field_price(struct shop_reader *reader);
bool shop_field_stock(struct shop_reader *reader);
bool shop_field_weight(struct shop_reader *reader);
bool shop_field_quality(struct shop_reader *reader);
bool shop_field_vat(struct shop_reader *reader);
void shop_field_category(struct shop_reader *reader);
void shop_field_description(struct shop_reader *reader);

#endif
