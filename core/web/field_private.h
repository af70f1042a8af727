/* SPDX-License-Identifier: EUPL-1.2 */
/* Shared by the validation of fields: one field's input, and the possible results. */
#ifndef SCOP_WEB_FIELD_PRIVATE_H
#define SCOP_WEB_FIELD_PRIVATE_H

#include "web/request.h"

enum { SCOP_LONGTEXT_MAX = 5000 };

/* One field of a form as it arrived. */
struct scop_input {
	struct scop_request *req;
	const struct scop_field *field;
	const char *name;                       /* in the form */
	struct scop_map_maker *checked, *typed; /* by the field's name */
};

/* Validates the trimmed text, and accepts or rejects it. */
typedef void scop_field_check(const struct scop_input *input, const char *text);

scop_field_check scop_check_text, scop_check_email, scop_check_choice, scop_check_country,
    scop_check_phone, scop_check_url, scop_check_iban, scop_check_vat, scop_check_integer,
    scop_check_decimal, scop_check_money, scop_check_date, scop_check_clock, scop_check_time;

/* Validates a field with one value. */
void scop_check_one(const struct scop_input *input);

/* Validates the rows of a field of lines, after applying the button that was pressed. */
void scop_check_lines(const struct scop_input *input);

/* Reads an integer of at most 15 digits, with "-" if negative; false for anything else. */
bool scop_integer_parse(const char *text, int64_t *ret_value);

void scop_input_take(const struct scop_input *input, const struct scop_value *value);

/* `message` as for scop_reject. */
void scop_input_refuse(const struct scop_input *input, const char *message);

/* The same, with the values of {{low}} and {{high}} in it; either may be NULL. */
void scop_input_refuse_limits(const struct scop_input *input, const char *message,
    const struct scop_value *low, const struct scop_value *high);

/* Rejects a value that is not from low to high; NULL: no limit. */
void scop_input_refuse_range(const struct scop_input *input, const struct scop_value *low,
    const struct scop_value *high);

/* The input sent as the field's name and `.key`, trimmed; "" for none. */
const char *scop_input_beside(const struct scop_input *input, const char *key);

#endif
