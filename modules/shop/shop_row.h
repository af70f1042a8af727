/* SPDX-License-Identifier: EUPL-1.2 */
/* How a record is read, field by field: shared by shop_row.c and shop_field.c. */
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

/* The field as it stands there; "" where the record ends before it, or the file has no such. */
const char *shop_field(const struct shop_reader *reader, int column);

/* Refuses the row; always false. `column` from 0, -1 for the whole row. */
bool shop_wrong(struct shop_reader *reader, int column, const char *text);

/* Says something about the row that is taken. */
void shop_note(struct shop_reader *reader, int column, const char *text);

/* A field of one word or date, without its guard and blanks, cut to `size`. */
void shop_field_word(const struct shop_reader *reader, int column, char *to, size_t size);

/* A text of at most `letters` for people, `to` having SHOP_BYTES(letters): what the source escapes
 * is undone, and what is longer is shortened, which is told and kept in the row's digest. */
void shop_field_text(struct shop_reader *reader, int column, size_t letters, char *to);

/* Reads an identifier, which is never shortened: false, with `too_long`, beyond `letters`. */
bool shop_field_key(struct shop_reader *reader, int column, size_t letters, char *to,
    const char *too_long);

/* FNV-1a, 64 bits, going on from `sum` (0: from the start): it keeps long texts apart, and is no
 * secret. */
uint64_t shop_digest(const char *text, uint64_t sum);

/* Each fills its part of the row. */
bool shop_field_has_price(const struct shop_reader *reader);
bool shop_field_price(struct shop_reader *reader);
bool shop_field_stock(struct shop_reader *reader);
bool shop_field_weight(struct shop_reader *reader);
bool shop_field_quality(struct shop_reader *reader);
bool shop_field_vat(struct shop_reader *reader);
void shop_field_category(struct shop_reader *reader);
void shop_field_description(struct shop_reader *reader);

#endif
