/* SPDX-License-Identifier: EUPL-1.2 */
/* CSV files, and how the shop reads them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/iban.h"
#include "scopiton/csv.h"
#include "shop_source.h"
#include "shop_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct shop_row row;
	struct shop_row_error error;
	struct shop_source source;
	const char *wrong, *const *fields;
	char slug[151], iban[SCOP_IBAN_SIZE], text[64];
	size_t count;
	unsigned line;
	int64_t cents;
	struct scop_csv *csv = scop_csv_open((const char *)data, size, &line, &wrong);

	if (csv && scop_csv_next(csv, &fields, &count, &line, &wrong) &&
	    (shop_source_guess(fields, count, &source), true)) {
		while (scop_csv_next(csv, &fields, &count, &line, &wrong)) {
			shop_source_row(&source, fields, count, &row, &error);
			for (size_t i = 0; i < count; i++) {
				shop_slug(fields[i], slug, sizeof slug);
				shop_plain_text(fields[i], text, sizeof text);
				shop_number(fields[i], 0, 2, &cents);
				scop_iban_parse(fields[i], iban);
			}
		}
	}
	scop_csv_close(csv);
	return 0;
}
