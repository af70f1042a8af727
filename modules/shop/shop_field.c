/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads single fields of a product export, in each source's format: see shop_row.h. */
#include "shop_row.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* A one-line text is read from at most this many bytes of its field, which is more than any stored
 * text may have. */
enum { RAW = 8192, STOCK_MAX = 1000000000 };
#define CENTS_MAX 9999999999

const char *
shop_field(const struct shop_reader *reader, int column)
{
	return column >= 0 && (size_t)column < reader->count ? reader->fields[column] : "";
}

bool
shop_wrong(struct shop_reader *reader, int column, const char *text)
{
	*reader->error = (struct shop_row_error){ (unsigned)(column + 1), text };
	return false;
}

void
shop_note(struct shop_reader *reader, int column, const char *text)
{
	struct shop_row *row = reader->row;

	for (size_t i = 0; i < row->note_count; i++)
		if (row->note[i].text == text && row->note[i].column == (unsigned)(column + 1))
			return;
	if (row->note_count < SHOP_NOTES)
		row->note[row->note_count++] =
		    (struct shop_row_error){ (unsigned)(column + 1), text };
}

/* ---- strings ---- */

/* Our own exports and WooCommerce's put a ' before a text that a spreadsheet would evaluate. */
static const char *
unguarded(const struct shop_reader *reader, int column)
{
	const char *text = shop_field(reader, column);

	return reader->source->kind == SHOP_SHOPIFY ? text : scop_csv_unguarded(text);
}

/* Decodes one WooCommerce escape at `*at`: "\," in lists, and character references, which its
 * database has in names. Writes the character and moves past it; 0 if there is none. */
static size_t
take_escape(const char **at, const char *end, char *to)
{
	const char *behind = NULL;
	size_t bytes = 0;

	if (**at == '\\' && end - *at > 1 && (*at)[1] == ',') {
		*to = ',';
		behind = *at + 2;
		bytes = 1;
	} else if (**at == '&') {
		bytes = shop_reference(*at, to, &behind);
	}
	if (bytes == 0 || behind > end)
		return 0;
	*at = behind;
	return bytes;
}

/* Converts `length` bytes of a field to one trimmed line; `to` has RAW bytes. */
static void
clean(const struct shop_reader *reader, const char *text, size_t length, char *to)
{
	const char *at = text, *end = text + length;
	size_t used = 0;

	while (at < end && used + 5 < RAW) {
		const size_t escaped =
		    reader->source->kind == SHOP_WOOCOMMERCE ? take_escape(&at, end, to + used) : 0;

		if (!escaped)
			to[used] = *at++;
		used += escaped ? escaped : 1;
		if ((unsigned char)to[used - 1] < 0x20 || to[used - 1] == 0x7f)
			to[used - 1] = ' ';
		if (to[used - 1] == ' ' && used == 1)
			used = 0;
	}
	while (used > 0 && to[used - 1] == ' ')
		used--;
	to[used] = '\0';
}

void
shop_field_word(const struct shop_reader *reader, int column, char *to, size_t size)
{
	char text[RAW];
	const char *field = unguarded(reader, column);

	clean(reader, field, strlen(field), text);
	snprintf(to, size, "%.*s", (int)scop_utf8_fit(text, size - 1), text);
}

uint64_t
shop_digest(const char *text, uint64_t sum)
{
	for (sum = sum ? sum : 14695981039346656037u; *text; text++)
		sum = (sum ^ (unsigned char)*text) * 1099511628211u;
	return sum;
}

/* Keeps the first `letters` characters of a text. */
static void
shorten(struct shop_reader *reader, int column, const char *text, size_t letters, char *to)
{
	const size_t length = scop_utf8_first(text, letters);

	memcpy(to, text, length);
	to[length] = '\0';
	if (text[length])
		shop_note(reader, column,
		    SCOP_TEXT("This text is too long for the shop, and is shortened."));
}

void
shop_field_text(struct shop_reader *reader, int column, size_t letters, char *to)
{
	char text[RAW];
	const char *field = unguarded(reader, column);

	clean(reader, field, strlen(field), text);
	if (text[scop_utf8_first(text, letters)])
		reader->row->digest = shop_digest(field, reader->row->digest);
	shorten(reader, column, text, letters, to);
}

bool
shop_field_key(struct shop_reader *reader, int column, size_t letters, char *to,
    const char *too_long)
{
	char text[RAW];
	const char *field = unguarded(reader, column);

	clean(reader, field, strlen(field), text);
	const size_t length = scop_utf8_first(text, letters);
	to[0] = '\0';
	if (text[length])
		return shop_wrong(reader, column, too_long);
	strcpy(to, text);
	return true;
}

/* ---- the price ---- */

/* Whether the text is an existing date, "2026-11-28"; no other could be stored. */
static bool
is_day(const char *text)
{
	int year, month, day, length = 0;
	const bool read =
	    sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &length) == 3 && length == 10;
	struct tm tm = { .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day };

	return read && year >= 1970 && timegm(&tm) != -1 && tm.tm_mon == month - 1 &&
	    tm.tm_mday == day;
}

/* Whether a sale is on today, and its last day, or "". A sale that begins later is reported. Times
 * after the date are in the shop's time zone. */
static bool
is_on_sale(struct shop_reader *reader, char until[11])
{
	const struct shop_source *source = reader->source;
	char from[11];

	shop_field_word(reader, source->sale_from, from, sizeof from);
	shop_field_word(reader, source->sale_to, until, 11);
	if ((from[0] && !is_day(from)) || (until[0] && !is_day(until))) {
		shop_note(reader, source->sale_price,
		    SCOP_TEXT(
			"The dates of this sale are not understood: the regular price applies."));
		return false;
	}
	if (from[0] && strcmp(from, source->today) > 0) {
		shop_note(reader, source->sale_from,
		    SCOP_TEXT("This sale has not begun: the regular price applies. Import the file "
			      "again when it has."));
		return false;
	}
	return !until[0] || strcmp(until, source->today) >= 0;
}

bool
shop_field_has_price(const struct shop_reader *reader)
{
	return *shop_field(reader, reader->source->price) ||
	    *shop_field(reader, reader->source->sale_price);
}

static bool
take_amount(struct shop_reader *reader, int column, int64_t *ret_cents)
{
	const char *text = unguarded(reader, column);

	if (!text[strspn(text, " ")])
		return shop_wrong(reader, column, SCOP_TEXT("The price is missing."));
	const enum shop_number number = shop_number(text, reader->sign, 2, ret_cents);
	if (number == SHOP_NUMBER_UNCLEAR)
		return shop_wrong(reader, column,
		    SCOP_TEXT("This price can be read in two ways. Write 1234.00 or 1.23."));
	return (number == SHOP_NUMBER_OK && *ret_cents <= CENTS_MAX) ||
	    shop_wrong(reader, column, SCOP_TEXT("The price is not an amount such as 12.50."));
}

/* The price after the sale. If it is missing, the reduced price remains, which is reported. */
static bool
take_regular(struct shop_reader *reader, const char until[11])
{
	const struct shop_source *source = reader->source;
	const char *text = unguarded(reader, source->price);

	if (!text[strspn(text, " ")]) {
		shop_note(reader, source->sale_to,
		    SCOP_TEXT(
			"This sale ends, and the file has no price for the time after it: the "
			"price stays."));
		return true;
	}
	snprintf(reader->row->sale_until, sizeof reader->row->sale_until, "%s", until);
	return take_amount(reader, source->price, &reader->row->regular_cents);
}

bool
shop_field_price(struct shop_reader *reader)
{
	const struct shop_source *source = reader->source;
	char until[11] = "";
	const bool on_sale = *shop_field(reader, source->sale_price) && is_on_sale(reader, until);

	return take_amount(reader, on_sale ? source->sale_price : source->price,
		   &reader->row->price_cents) &&
	    (!on_sale || !until[0] || take_regular(reader, until));
}

/* ---- stock and weight ---- */

/* Whether it is sold without stock: by Shopify's policy or WooCommerce's backorders.
 */
static bool
sells_on(const struct shop_reader *reader)
{
	static const char *const words[] = { "continue", "true", "1", "yes", "notify",
		"backorder" };
	const struct shop_source *source = reader->source;
	const int columns[] = { source->policy, source->backorders, source->in_stock };
	char text[20];

	for (size_t c = 0; c < 3; c++) {
		shop_field_word(reader, columns[c], text, sizeof text);
		/* "In stock?" is 1 for most */
		for (size_t i = columns[c] == source->in_stock ? 5 : 0; i < 6; i++)
			if (strcasecmp(text, words[i]) == 0)
				return true;
	}
	return false;
}

/* "3", "-3", "3.0"; false for anything else. */
static bool
whole_number(const char *text, long long *ret_number)
{
	char *end;

	*ret_number = strtoll(text, &end, 10);
	if (end == text)
		return false;
	if (*end == '.' || *end == ',')
		end += 1 + strspn(end + 1, "0");
	return !end[strspn(end, " ")] && *ret_number <= STOCK_MAX;
}

bool
shop_field_stock(struct shop_reader *reader)
{
	const struct shop_source *source = reader->source;
	struct shop_row *row = reader->row;
	char text[40], in_stock[12];
	long long stock;

	row->stock = -1;
	shop_field_word(reader, source->stock, text, sizeof text);
	shop_field_word(reader, source->in_stock, in_stock, sizeof in_stock);
	/* Shopify: not tracked */
	if (source->tracker >= 0 && !*shop_field(reader, source->tracker))
		return true;
	if (strcasecmp(text, "parent") == 0) {
		row->stock_of_parent = true;
		return true;
	}
	if (text[0] && !whole_number(text, &stock))
		return shop_wrong(reader, source->stock,
		    SCOP_TEXT("The stock is not a whole number."));
	if (text[0]) /* negative stock: none is left */
		row->stock = stock < 0 ? 0 : stock;
	else if (strcmp(in_stock, "0") == 0)
		row->stock = 0;
	if (row->stock >= 0 && sells_on(reader)) {
		row->stock = -1;
		shop_note(reader, source->stock,
		    SCOP_TEXT("It is sold there even when it is sold out, so its stock is not "
			      "tracked here."));
	}
	return true;
}

bool
shop_field_weight(struct shop_reader *reader)
{
	const struct shop_source *source = reader->source;
	const char *text = unguarded(reader, source->weight);
	int64_t thousandths;

	reader->row->grams = -1;
	if (!text[strspn(text, " ")])
		return true;
	/* "1,500" alone: weights are written without thousands separators */
	if (shop_number(text, strchr(text, '.') ? '.' : ',', 3, &thousandths) != SHOP_NUMBER_OK)
		return shop_wrong(reader, source->weight, SCOP_TEXT("The weight is not a number."));
	if (thousandths > (int64_t)SHOP_GRAMS_MAX * 1000)
		return shop_wrong(reader, source->weight,
		    SCOP_TEXT("The weight is more than ten tonnes."));
	const int64_t grams = (thousandths * source->milligrams + 500000) / 1000000;
	if (grams > SHOP_GRAMS_MAX)
		return shop_wrong(reader, source->weight,
		    SCOP_TEXT("The weight is more than ten tonnes."));
	reader->row->grams = grams;
	return true;
}

/* ---- values from lists ---- */

struct word {
	const char *word, *ours;
};

/* Our value for the word in the field; NULL if it is not in the list, which ends with an empty
 * entry. */
static const char *
find_word(const char *text, const struct word *words)
{
	for (; words->word; words++)
		if (strcasecmp(text, words->word) == 0)
			return words->ours;
	return NULL;
}

bool
shop_field_quality(struct shop_reader *reader)
{
	/* As shop_slug writes them: our own, those of the shop's pages in four languages, others'.
	 */
	static const struct word words[] = { { "", "new" }, { "new", "new" }, { "neuf", "new" },
		{ "nieuw", "new" }, { "neu", "new" }, { "as-new", "as_new" },
		{ "comme-neuf", "as_new" }, { "als-nieuw", "as_new" }, { "wie-neu", "as_new" },
		{ "refurbished", "as_new" }, { "good", "good" }, { "good-condition", "good" },
		{ "bon-etat", "good" }, { "bon", "good" }, { "goede-staat", "good" },
		{ "goed", "good" }, { "gut", "good" }, { "guter-zustand", "good" },
		{ "used", "good" }, { "fair", "fair" }, { "fair-condition", "fair" },
		{ "etat-correct", "fair" }, { "correct", "fair" }, { "redelijke-staat", "fair" },
		{ "redelijk", "fair" }, { "ordentlicher-zustand", "fair" },
		{ "ordentlich", "fair" }, { NULL, NULL } };
	char text[60], slug[60];

	shop_field_word(reader, reader->source->condition, text, sizeof text);
	shop_slug(text, slug, sizeof slug);
	const char *ours = text[0] && !slug[0] ? NULL : find_word(slug, words);
	if (!ours)
		return shop_wrong(reader, reader->source->condition,
		    SCOP_TEXT("The condition is one of: new, as new, good, fair."));
	strcpy(reader->row->quality, ours);
	return true;
}

/* VAT classes by their usual names, by those of our own files in four languages, and by the rates
 * of Belgium and France. */
static const struct word vat_words[] = { { "standard", "standard" },
	{ "standard-rate", "standard" }, { "taux-normal", "standard" },
	{ "standaardtarief", "standard" }, { "normalsatz", "standard" },
	{ "regelsatz", "standard" }, { "intermediate-rate", "intermediate" },
	{ "taux-intermediaire", "intermediate" }, { "tussentarief", "intermediate" },
	{ "zwischensatz", "intermediate" }, { "super-reduced-rate", "super_reduced" },
	{ "taux-super-reduit", "super_reduced" }, { "superverlaagd-tarief", "super_reduced" },
	{ "stark-ermassigter-satz", "super_reduced" }, { "21", "standard" }, { "20", "standard" },
	{ "intermediate", "intermediate" }, { "12", "intermediate" }, { "10", "intermediate" },
	{ "reduced", "reduced" }, { "reduced-rate", "reduced" }, { "taux-reduit", "reduced" },
	{ "gereduceerd-tarief", "reduced" }, { "verlaagd-tarief", "reduced" },
	{ "ermaessigter-satz", "reduced" }, { "ermassigter-satz", "reduced" }, { "6", "reduced" },
	{ "5-5", "reduced" }, { "super_reduced", "super_reduced" },
	{ "super-reduced", "super_reduced" }, { "zero-rate", "super_reduced" },
	{ "taux-zero", "super_reduced" }, { "nultarief", "super_reduced" },
	{ "nul-tarief", "super_reduced" }, { "0", "super_reduced" }, { "2-1", "super_reduced" },
	{ NULL, NULL } };

/* "6 %", "TVA 5,5", "reduced-rate": finds the class by name or rate. */
static const char *
vat_class(const char *text)
{
	static const char *const before[] = { "tva-", "btw-", "mwst-", "vat-" };
	char slug[60];
	const char *name = slug, *exact = find_word(text, vat_words);

	if (exact)
		return exact;
	shop_slug(text, slug, sizeof slug);
	for (size_t i = 0; i < sizeof before / sizeof before[0]; i++)
		if (strncmp(slug, before[i], strlen(before[i])) == 0)
			name = slug + strlen(before[i]);
	return find_word(name, vat_words);
}

/* No VAT is due in the source: the class with the lowest rate is the closest. */
static void
take_untaxed(struct shop_reader *reader)
{
	const struct shop_source *source = reader->source;
	char status[20], taxable[20];

	shop_field_word(reader, source->tax_status, status, sizeof status);
	shop_field_word(reader, source->taxable, taxable, sizeof taxable);
	const bool by_status = status[0] && strcasecmp(status, "taxable") != 0;
	if (!by_status && strcasecmp(taxable, "false") != 0)
		return;
	strcpy(reader->row->vat, "super_reduced");
	shop_note(reader, by_status ? source->tax_status : source->taxable,
	    SCOP_TEXT("No VAT is due on it there: it gets the lowest class. Please check it."));
}

bool
shop_field_vat(struct shop_reader *reader)
{
	const struct shop_source *source = reader->source;
	const bool own = source->vat >= 0;
	char text[60];

	shop_field_word(reader, own ? source->vat : source->tax_class, text, sizeof text);
	const char *ours = vat_class(text);
	if (text[0] && !ours && own)
		return shop_wrong(reader, source->vat,
		    SCOP_TEXT("The VAT rate is one of: standard rate, intermediate rate, reduced "
			      "rate, super-reduced rate."));
	if (text[0] && !ours)
		shop_note(reader, source->tax_class,
		    SCOP_TEXT("This class of VAT is not known: the standard class applies. Please "
			      "check it."));
	else if (ours && !own && strcmp(ours, "super_reduced") == 0)
		shop_note(reader, source->tax_class,
		    SCOP_TEXT("It has the lowest class of VAT. Please check it."));
	if (ours || text[0])
		strcpy(reader->row->vat, ours ? ours : "standard");
	take_untaxed(reader);
	return true;
}

/* ---- categories ---- */

/* The end of the first of WooCommerce's categories; "\," does not end it. */
static size_t
first_of_list(const char *text)
{
	size_t length = 0;

	while (text[length] && text[length] != ',')
		length += text[length] == '\\' && text[length + 1] ? 2 : 1;
	return length;
}

/* Reads one level, separated by " > "; a '>' within a title is replaced, so that it separates
 * nothing. */
static void
add_level(struct shop_reader *reader, int column, const char *text, size_t length)
{
	char title[RAW], kept[SHOP_BYTES(SHOP_TITLE)], *row = reader->row->category;
	size_t used = strlen(row);

	clean(reader, text, length, title);
	shorten(reader, column, title, SHOP_TITLE, kept);
	if (!kept[0])
		return;
	if (used > 0)
		used += (size_t)sprintf(row + used, " > ");
	for (const char *at = kept; *at; at++)
		if (*at != '>')
			row[used++] = *at;
	row[used] = '\0';
}

void
shop_field_category(struct shop_reader *reader)
{
	const struct shop_source *source = reader->source;
	const int column = *shop_field(reader, source->category) ? source->category : source->tags;
	const char *text = unguarded(reader, column);
	const bool is_list = source->kind == SHOP_WOOCOMMERCE || column == source->tags;
	size_t left = is_list ? first_of_list(text) : strlen(text);

	for (unsigned level = 0; left > 0; level++) {
		const char *sign = memchr(text, '>', left);
		const size_t length = sign ? (size_t)(sign - text) : left;

		if (level == SHOP_LEVELS) {
			shop_note(reader, column,
			    SCOP_TEXT("A category has six levels at most: the others are left "
				      "out."));
			return;
		}
		add_level(reader, column, text, length);
		text += length + (sign != NULL);
		left -= length + (sign != NULL);
	}
}

/* ---- descriptions ---- */

/* WooCommerce writes line ends as "\n". */
static char *
with_lines(const char *text)
{
	char *out = malloc(strlen(text) + 1), *to = out;

	if (!out)
		abort();
	for (; *text; text++) {
		const bool ends = text[0] == '\\' && text[1] == 'n';

		*to++ = ends ? '\n' : *text;
		text += ends;
	}
	*to = '\0';
	return out;
}

/* Our own files contain text, not HTML, so that an export is re-imported unchanged. */
static void
take_plain(struct shop_reader *reader, const char *text)
{
	char *to = reader->row->description;
	size_t used = 0;

	for (; *text && used + 1 < sizeof reader->row->description; text++)
		if (*text != '\r')
			to[used++] = *text;
	while (used > 0 && isspace((unsigned char)to[used - 1]))
		used--;
	to[used] = '\0';
}

void
shop_field_description(struct shop_reader *reader)
{
	const struct shop_source *source = reader->source;
	struct shop_row *row = reader->row;
	const int column = *shop_field(reader, source->description) ? source->description
								    : source->short_description;
	const char *text = unguarded(reader, column);
	char *lines = source->kind == SHOP_WOOCOMMERCE ? with_lines(text) : NULL;

	if (source->kind == SHOP_OWN)
		take_plain(reader, text);
	else
		shop_plain_text(lines ? lines : text, row->description, sizeof row->description);
	free(lines);
	const size_t length = scop_utf8_first(row->description, SHOP_DESCRIPTION);
	if (row->description[length])
		shop_note(reader, column,
		    SCOP_TEXT("This text is too long for the shop, and is shortened."));
	row->description[length] = '\0';
}
