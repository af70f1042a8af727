/* SPDX-License-Identifier: EUPL-1.2 */
/* Typed input of forms: the first byte selects the parser. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/amount.h"
#include "base/date.h"
#include "base/iban.h"
#include "base/phone.h"
#include "base/url.h"
#include "base/utf8.h"
#include "base/vat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	union {
		char iban[SCOP_IBAN_SIZE], vat[SCOP_VAT_SIZE], phone[SCOP_PHONE_SIZE],
		    url[SCOP_URL_SIZE];
	} got;
	int64_t number;

	if (size < 2 || memchr(data, '\0', size))
		return 0;
	char *text = calloc(1, size);
	memcpy(text, data + 1, size - 1);
	switch (data[0] % 7) {
	case 0:
		scop_amount_parse(text, data[1] % 19, data[1] % 2 ? ',' : '.', &number);
		break;
	case 1:
		scop_iban_parse(text, got.iban);
		break;
	case 2:
		scop_vat_parse(text, data[1] % 2 ? "BE" : "", got.vat);
		break;
	case 3:
		scop_phone_parse(text, data[1] % 2 ? "LU" : "BE", got.phone);
		break;
	case 4:
		if (scop_utf8_valid(text, strlen(text)))
			scop_url_parse(text, got.url);
		break;
	case 5:
		scop_clock_parse(text, strlen(text), &number);
		break;
	default:
		scop_moment_parse(text, strlen(text), &number);
	}
	free(text);
	return 0;
}
