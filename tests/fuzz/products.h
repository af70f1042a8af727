/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads a product file like the shop, for the fuzz targets of its sources: for any content, each
 * text of a row is well-formed, fits its column, and is the same when the file is read again. */
#ifndef PRODUCTS_H
#define PRODUCTS_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "scopiton/csv.h"
#include "shop_source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_text(const char *text, size_t letters)
{
	if (!scop_utf8_valid(text, strlen(text)) || text[scop_utf8_first(text, letters)] ||
	    scop_utf8_count(text) > letters)
		abort();
}

static void
check_row(const struct shop_row *row)
{
	static const char *const names[] = { "Taille", "Couleur", "a", "b" };
	struct shop_options options;
	char code[SHOP_CODE];

	check_text(row->key, SHOP_KEY);
	check_text(row->parent, SHOP_KEY);
	check_text(row->sku, SHOP_SKU);
	check_text(row->name, SHOP_NAME);
	check_text(row->address, SHOP_NAME);
	check_text(row->category, SHOP_LEVELS * (SHOP_TITLE + 3));
	check_text(row->description, SHOP_DESCRIPTION);
	if (row->stock < -1 || row->grams < -1 || row->price_cents < 0 ||
	    row->attribute_count > SHOP_ATTRIBUTES || row->note_count > SHOP_NOTES)
		abort();
	for (size_t count = 0; count <= 4; count += 4) {
		shop_row_options(row, names, count, &options);
		for (size_t i = 0; i < SHOP_OPTIONS; i++) {
			check_text(options.name[i], SHOP_OPTION_NAME);
			check_text(options.value[i], SHOP_OPTION);
		}
		for (int shared = 0; shared < 2; shared++) {
			shop_row_code(row, &options, shared, code);
			check_text(code, SHOP_CODE_LETTERS);
		}
	}
}

/* All records below `header`, which the bytes follow. */
static int
read_products(const char *header, const uint8_t *data, size_t size)
{
	static struct shop_row row;
	struct shop_row_error error;
	struct shop_source source;
	const char *wrong, *const *fields;
	const size_t head = strlen(header);
	char *text = malloc(head + size + 1);
	size_t count;
	unsigned line;

	memcpy(text, header, head);
	memcpy(text + head, data, size);
	for (int round = 0; round < 2; round++) {
		struct scop_csv *csv = scop_csv_open(text, head + size, &line, &wrong);

		if (csv && scop_csv_next(csv, &fields, &count, &line, &wrong)) {
			if (round == 0) {
				shop_source_guess(fields, count, &source);
				strcpy(source.today, "2026-11-28");
			}
			while (scop_csv_next(csv, &fields, &count, &line, &wrong)) {
				if (round == 0)
					shop_source_learn(&source, fields, count);
				else if (shop_source_row(&source, fields, count, &row, &error))
					check_row(&row);
				else if (!error.text)
					abort();
			}
		}
		scop_csv_close(csv);
	}
	free(text);
	return 0;
}

#endif
