/* SPDX-License-Identifier: EUPL-1.2 */
/* Bank transfers: pure rules, without the host. */
#ifndef SHOP_PAYMENT_H
#define SHOP_PAYMENT_H

#include <stdbool.h>
#include <stdint.h>

enum {
	SHOP_COMMUNICATION = 13,
	SHOP_COMMUNICATION_SHOWN = 21,
	SHOP_EPC = 332 /* with its NUL */
};

/* The Belgian structured communication of a number below 10^10: ten digits and two check digits,
 * the number modulo 97, with 97 for 0 (Febelfin, "structured communication"). Writes 12 digits and
 * a NUL. */
void shop_communication_make(uint64_t number, char ret_digits[SHOP_COMMUNICATION]);

/* "090933755493" as "+++090/9337/55493+++". */
void shop_communication_show(const char *digits, char ret_text[SHOP_COMMUNICATION_SHOWN]);

/* The text of a payment's QR code (EPC069-12, version 002): SEPA credit transfer of `amount`, euros
 * as scop_plain gives them, from 0.01 to 999999999.99, with the communication as people write it.
 * The name is cut to 70 characters; the IBAN is a valid one without blanks. False where something
 * does not fit. */
bool shop_epc_make(const char *name, const char *iban, const char *bic, const char *amount,
    const char *communication, char ret_text[SHOP_EPC]);

#endif
