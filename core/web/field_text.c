/* SPDX-License-Identifier: EUPL-1.2 */
/* Text fields with a format: the checks, and the messages for a mismatch. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "web/field_private.h"

#include <ctype.h>
#include <pcre2.h>
#include <string.h>

#include "base/country.h"
#include "base/iban.h"
#include "base/phone.h"
#include "base/url.h"
#include "base/vat.h"
#include "web/field.h"

enum {
	TEXT_MAX = 200,
	EMAIL_MAX = 254, /* RFC 5321, section 4.5.3.1.3, minus the brackets */
	PATTERN_STEPS = 100000,
};

static void
take_text(const struct scop_input *input, const char *text)
{
	scop_input_take(input,
	    scop_value_text(input->req->arena, scop_arena_text(input->req->arena, text)));
}

static bool
matches(const char *pattern, const char *text)
{
	int code;
	PCRE2_SIZE at;
	pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
	    PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED, &code, &at, NULL);

	if (!compiled)
		return false;
	pcre2_match_context *limits = pcre2_match_context_create(NULL);
	pcre2_set_match_limit(limits, PATTERN_STEPS);
	pcre2_match_data *data = pcre2_match_data_create_from_pattern(compiled, NULL);
	const int found = pcre2_match(compiled, (PCRE2_SPTR)text, strlen(text), 0, 0, data, limits);
	pcre2_match_data_free(data);
	pcre2_match_context_free(limits);
	pcre2_code_free(compiled);
	return found > 0;
}

void
scop_check_text(const struct scop_input *input, const char *text)
{
	const struct scop_field *field = input->field;
	struct scop_arena *arena = input->req->arena;
	const int64_t length = (int64_t)scop_utf8_count(text);
	const int64_t most = field->max          ? field->max
	    : field->type == SCOP_FIELD_LONGTEXT ? SCOP_LONGTEXT_MAX
						 : TEXT_MAX;

	if (length > most)
		scop_input_refuse_limits(input,
		    SCOP_TEXT("This is too long: {{high}} characters at most."), NULL,
		    scop_value_number(arena, most, 0));
	else if (length < field->min)
		scop_input_refuse_limits(input,
		    SCOP_TEXT("This is too short: {{low}} characters at least."),
		    scop_value_number(arena, field->min, 0), NULL);
	else if (field->pattern && !matches(field->pattern, text))
		scop_input_refuse(input,
		    field->message ? field->message
				   : SCOP_TEXT("This does not have the expected format."));
	else
		take_text(input, text);
}

/* Whether the text consists of labels separated by single dots, as in a host name or before the @
 * (RFC 5321, section 4.1.2): none is empty, and in a host name none begins or ends with '-'. */
static bool
are_words(const char *text, size_t length, bool of_host)
{
	char before = '.';

	for (size_t i = 0; i <= length; i++) {
		const char c = i < length ? text[i] : '.';

		if (c == '.' && (before == '.' || (of_host && before == '-')))
			return false;
		if (of_host &&
		    ((c == '-' && before == '.') ||
			!(isalnum((unsigned char)c) || c == '-' || c == '.')))
			return false;
		before = c;
	}
	return true;
}

bool
scop_field_is_mail(const char *text)
{
	const char *at = strchr(text, '@');
	const char *dot = at ? strchr(at, '.') : NULL;

	for (const unsigned char *c = (const unsigned char *)text; *c; c++)
		/* look-alike letters could pass one address off as another */
		if (*c <= 0x20 || *c >= 0x7f)
			return false;
	return dot && are_words(text, (size_t)(at - text), false) &&
	    are_words(at + 1, strlen(at + 1), true) && strlen(text) <= EMAIL_MAX &&
	    !strpbrk(text, ",:;<>()[]\\\"");
}

void
scop_check_email(const struct scop_input *input, const char *text)
{
	if (scop_field_is_mail(text))
		take_text(input, text);
	else
		scop_input_refuse(input, SCOP_TEXT("This is not an e-mail address."));
}

static bool
is_choice(const struct scop_field *field, const char *text)
{
	for (const char *const *choice = field->choices; choice && *choice; choice++)
		if (strcmp(*choice, text) == 0)
			return true;
	return false;
}

void
scop_check_choice(const struct scop_input *input, const char *text)
{
	if (is_choice(input->field, text))
		take_text(input, text);
	else
		scop_input_refuse(input, SCOP_TEXT("Please choose one from the list."));
}

void
scop_check_country(const struct scop_input *input, const char *text)
{
	if (scop_country_find(text) && (!input->field->choices || is_choice(input->field, text)))
		take_text(input, text);
	else
		scop_input_refuse(input, SCOP_TEXT("Please choose a country from the list."));
}

void
scop_check_phone(const struct scop_input *input, const char *text)
{
	static const char not_one[] = SCOP_TEXT("This is not a phone number. Write it with its "
						"country code, such as +32 2 234 56 78.");
	static const char *const says[] = {
		[SCOP_PHONE_NOT_ONE] = not_one,
		[SCOP_PHONE_NATIONAL] = SCOP_TEXT(
		    "Please begin with + and the code of the country, such as +32 2 234 56 78."),
		[SCOP_PHONE_COUNTRY] =
		    SCOP_TEXT("No country has this code. Write the number like +32 2 234 56 78."),
		[SCOP_PHONE_LENGTH] = SCOP_TEXT(
		    "This phone number is too short or too long. Write it like +32 2 234 56 78."),
	};
	char phone[SCOP_PHONE_SIZE];
	const enum scop_phone found = scop_phone_parse(text, input->req->site.country, phone);

	if (found == SCOP_PHONE_OK)
		take_text(input, phone);
	else
		scop_input_refuse(input, says[found]);
}

void
scop_check_url(const struct scop_input *input, const char *text)
{
	char url[SCOP_URL_SIZE];

	if (scop_url_parse(text, url))
		take_text(input, url);
	else
		scop_input_refuse(input,
		    SCOP_TEXT("This is not the address of a web page. Write it like "
			      "https://example.org."));
}

void
scop_check_iban(const struct scop_input *input, const char *text)
{
	static const char *const says[] = {
		[SCOP_IBAN_NOT_ONE] =
		    SCOP_TEXT("This is not an account number (IBAN). Write it with "
			      "its country, such as BE68 5390 0754 7034."),
		[SCOP_IBAN_LENGTH] =
		    SCOP_TEXT("This account number is too short or too long for its country."),
		[SCOP_IBAN_DIGITS] = SCOP_TEXT("The check digits of this account number are wrong. "
					       "Please check it for typing errors."),
	};
	char iban[SCOP_IBAN_SIZE];
	const enum scop_iban found = scop_iban_parse(text, iban);

	if (found == SCOP_IBAN_OK)
		take_text(input, iban);
	else
		scop_input_refuse(input, says[found]);
}

void
scop_check_vat(const struct scop_input *input, const char *text)
{
	static const char *const says[] = {
		[SCOP_VAT_COUNTRY] = SCOP_TEXT("Please begin with the letters of a country of the "
					       "European Union, such as BE 0202.239.951."),
		[SCOP_VAT_FORMAT] =
		    SCOP_TEXT("This is not a VAT number. Write it with its country, such "
			      "as BE 0202.239.951."),
		[SCOP_VAT_DIGITS] = SCOP_TEXT("The check digits of this VAT number are wrong. "
					      "Please check it for typing errors."),
	};
	char vat[SCOP_VAT_SIZE];
	const enum scop_vat found = scop_vat_parse(text, input->req->site.country, vat);

	if (found == SCOP_VAT_OK)
		take_text(input, vat);
	else
		scop_input_refuse(input, says[found]);
}
