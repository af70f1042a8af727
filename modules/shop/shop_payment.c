/* SPDX-License-Identifier: EUPL-1.2 */
/* Bank transfers: see shop_payment.h. */
#include "shop_payment.h"

#include <stdio.h>
#include <string.h>

enum { NAME_MAX_CHARACTERS = 70, EUROS_MAX_DIGITS = 9 };

void
shop_communication_make(uint64_t number, char ret_digits[SHOP_COMMUNICATION])
{
	const uint64_t base = number % 10000000000u;
	const unsigned check = (unsigned)(base % 97);

	snprintf(ret_digits, SHOP_COMMUNICATION, "%010llu%02u", (unsigned long long)base,
	    check ? check : 97);
}

void
shop_communication_show(const char *digits, char ret_text[SHOP_COMMUNICATION_SHOWN])
{
	snprintf(ret_text, SHOP_COMMUNICATION_SHOWN, "+++%.3s/%.4s/%.5s+++", digits, digits + 3,
	    digits + 7);
}

/* The first 70 characters of UTF-8, and nothing that would begin another line. */
static int
name_bytes(const char *name)
{
	int characters = 0, bytes = 0;

	for (; name[bytes] && (unsigned char)name[bytes] >= 0x20; bytes++) {
		characters += ((unsigned char)name[bytes] & 0xc0) != 0x80;
		if (characters > NAME_MAX_CHARACTERS)
			break;
	}
	return bytes;
}

/* Whether `amount` is more than nothing, and as long as the code allows. */
static bool
is_payable(const char *amount)
{
	const size_t euros = strspn(amount, "0123456789");

	return euros >= 1 && euros <= EUROS_MAX_DIGITS && amount[euros] == '.' &&
	    strspn(amount + euros + 1, "0123456789") == 2 && !amount[euros + 3] &&
	    strpbrk(amount, "123456789");
}

bool
shop_epc_make(const char *name, const char *iban, const char *bic, const char *amount,
    const char *communication, char ret_text[SHOP_EPC])
{
	const int length = name_bytes(name);

	if (!is_payable(amount) || length == 0 || strpbrk(bic, "\n\r"))
		return false;
	const int written =
	    snprintf(ret_text, SHOP_EPC, "BCD\n002\n1\nSCT\n%s\n%.*s\n%s\nEUR%s\n\n\n%s", bic,
		length, name, iban, amount, communication);
	return written > 0 && written < SHOP_EPC;
}
