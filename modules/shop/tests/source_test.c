/* SPDX-License-Identifier: EUPL-1.2 */
/* Product exports: the three kinds of file, and what is wrong with a row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/value.h"
#include "shop_payment.c"
#include "shop_row.c"
#include "shop_source.c"
#include "shop_text.c"

static struct shop_source source;
static struct shop_row row;
static struct shop_row_error error;

static void
open_columns(const char *const *header, size_t count)
{
	const char *sentence;

	assert_true(shop_source_open(header, count, &source, &sentence));
}

static void
a_slug_keeps_letters_and_digits_only(void **state)
{
	char slug[40];

	(void)state;
	shop_slug("Vélos > Ville, n°1 !", slug, sizeof slug);
	assert_string_equal(slug, "velos-ville-n-1");
	shop_slug("Œuvre Straße Æther", slug, sizeof slug);
	assert_string_equal(slug, "oeuvre-strasse-aether");
	shop_slug("///", slug, sizeof slug);
	assert_string_equal(slug, "");
	shop_slug("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", slug, sizeof slug);
	assert_true(strlen(slug) < sizeof slug);
}

static void
a_price_is_read_as_people_write_it(void **state)
{
	static const struct {
		const char *text;
		int64_t cents;
	} prices[] = { { "12.50", 1250 }, { "12,5", 1250 }, { "12", 1200 }, { "1.234,50", 123450 },
		{ "1,234.50", 123450 }, { "1 234,50", 123450 }, { "0", 0 }, { ".5", 50 },
		{ "99999999.99", 9999999999 } };
	static const char *const wrong[] = { "", "abc", "-1", "12.345.6", "1e5", "12.5.5",
		"99999999999", "12€", "NaN" };
	int64_t cents;

	(void)state;
	for (size_t i = 0; i < sizeof prices / sizeof prices[0]; i++) {
		assert_true(shop_price(prices[i].text, &cents));
		assert_int_equal(cents, prices[i].cents);
	}
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_false(shop_price(wrong[i], &cents));
}

static void
an_empty_stock_is_not_tracked(void **state)
{
	static const char *const header[] = { "product", "name", "price", "stock" };

	(void)state;
	open_columns(header, 4);
	assert_true(shop_source_row(&source, (const char *const[]){ "bike", "Bike", "10", "" }, 4,
	    &row, &error));
	assert_int_equal(row.stock, -1);
	assert_true(shop_source_row(&source, (const char *const[]){ "bike", "Bike", "10", "0" }, 4,
	    &row, &error));
	assert_int_equal(row.stock, 0);
	assert_false(shop_source_row(&source, (const char *const[]){ "bike", "Bike", "10", "many" },
	    4, &row, &error));
	assert_int_equal(error.column, 4);
}

static void
woocommerce_variations_belong_to_their_parent(void **state)
{
	static const char *const header[] = { "ID", "Type", "SKU", "Name", "Published",
		"Visibility in catalog", "In stock?", "Stock", "Sale price", "Regular price",
		"Categories", "Parent", "Attribute 1 name", "Attribute 1 value(s)" };

	(void)state;
	open_columns(header, 14);
	assert_int_equal(source.kind, SHOP_WOOCOMMERCE);
	assert_true(shop_source_row(&source,
	    (const char *const[]){ "1", "variable", "tee", "Tee", "1", "hidden", "1", "", "", "",
		"Clothing > Tees, Sale", "", "Color", "Red, Blue" },
	    14, &row, &error));
	assert_true(row.has_product && !row.has_variant && !row.published);
	assert_string_equal(row.category, "Clothing > Tees");
	assert_string_equal(row.option[0], "");
	assert_true(shop_source_row(&source,
	    (const char *const[]){ "2", "variation", "tee-red", "Tee - Red", "1", "visible", "0",
		"", "15", "20", "", "tee", "Color", "Red" },
	    14, &row, &error));
	assert_true(!row.has_product && row.has_variant);
	assert_string_equal(row.key, "tee");
	assert_int_equal(row.price_cents, 1500);
	assert_int_equal(row.stock, 0);
	assert_true(shop_source_row(&source,
	    (const char *const[]){ "3", "grouped", "set", "Set", "1", "visible", "1", "", "", "",
		"", "", "", "" },
	    14, &row, &error));
	assert_true(row.skip);
	assert_false(shop_source_row(&source,
	    (const char *const[]){ "4", "variation", "x", "X", "1", "visible", "1", "", "", "5", "",
		"", "", "" },
	    14, &row, &error));
	assert_int_equal(error.column, 12);
}

static void
shopify_rows_without_a_title_are_further_variants(void **state)
{
	static const char *const header[] = { "Handle", "Title", "Body (HTML)", "Tags",
		"Option1 Name", "Option1 Value", "Variant Price", "Variant Inventory Tracker",
		"Variant Inventory Qty" };

	(void)state;
	open_columns(header, 9);
	assert_true(shop_source_row(&source,
	    (const char *const[]){ "top", "Top", "<p>Warm &amp; soft</p><p>Wool</p>", "men",
		"Title", "Default Title", "50", "", "1" },
	    9, &row, &error));
	assert_string_equal(row.description, "Warm & soft\nWool");
	assert_string_equal(row.category, "men");
	assert_string_equal(row.option[0], "");
	assert_int_equal(row.stock, -1);
	assert_true(shop_source_row(&source,
	    (const char *const[]){ "top", "", "", "", "", "Large", "60", "shopify", "-2" }, 9, &row,
	    &error));
	assert_true(!row.has_product && row.has_variant);
	assert_int_equal(row.stock, 0);
	assert_true(shop_source_row(&source,
	    (const char *const[]){ "top", "", "", "", "", "", "", "", "" }, 9, &row, &error));
	assert_true(row.skip);
}

static void
html_becomes_the_text_that_a_reader_sees(void **state)
{
	static const struct {
		const char *html, *text;
	} cases[] = {
		{ "Caf&eacute; &laquo;&nbsp;Noir&nbsp;&raquo; &#233;&#xE9;&#XE9; &OElig;uvre "
		  "&euro;&hellip;",
		    "Caf\u00e9 \u00ab Noir \u00bb \u00e9\u00e9\u00e9 \u0152uvre \u20ac\u2026" },
		{ "&Eacute;&yuml;&szlig;&#128690;", "\u00c9\u00ff\u00df\U0001f6b2" },
		{ "R&D &unknown; &; &#; &#x; &#0; &#8; &#xD800; &#1114112; &#99999999; &#12a; a&b",
		    "R&D &unknown; &; &#; &#x; &#0; &#8; &#xD800; &#1114112; &#99999999; &#12a; "
		    "a&b" },
		{ "&lt;b&gt; &amp;amp;", "<b> &amp;" },
		{ "<h2>A</h2><div>B<br/>C</div><ul><li>D</li><li>E</li></ul>", "A\nB\nC\nD\nE" },
		{ "a<!-- <b>no</b> -->b<script>if (a > b) { }</script>c<STYLE >p { }</STYLE>d",
		    "abcd" },
		{ "1 < 2 <3 a<b", "1 < 2 <3 a<b" },
		{ "<pre>x</pre><paragraph>y", "xy" },
		{ "x<script>never closed", "xnever closed" },
		{ "x<!-- never closed", "x<!-- never closed" },
		{ "one\\ntwo", "one\ntwo" },
		{ "", "" },
		{ " &nbsp; ", "" },
	};
	char text[200];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		shop_plain_text(cases[i].html, text, sizeof text);
		assert_string_equal(text, cases[i].text[0] ? cases[i].text : "");
	}
}

static void
a_long_description_is_cut_between_two_letters(void **state)
{
	static const char *const letters[] = { "x", "\u00e9", "\u4e2d", "\U0001f6b2", "&eacute;",
		"&#128690;" };
	char html[400], text[60];

	(void)state;
	for (size_t l = 0; l < sizeof letters / sizeof letters[0]; l++) {
		html[0] = '\0';
		while (strlen(html) + strlen(letters[l]) < sizeof html)
			strcat(html, letters[l]);
		for (size_t size = 10; size <= sizeof text; size++) {
			memset(text, '!', sizeof text);
			shop_plain_text(html, text, size);
			assert_in_range(strlen(text), size - 8, size - 1);
			assert_true(scop_utf8_valid(text, strlen(text)));
		}
	}
}

static void
what_is_wrong_is_told_with_its_column(void **state)
{
	static const char *const header[] = { "product", "name", "price", "condition" };
	const char *sentence;
	char long_name[300];

	(void)state;
	open_columns(header, 4);
	assert_false(shop_source_row(&source, (const char *const[]){ "bike", "Bike", "free", "" },
	    4, &row, &error));
	assert_int_equal(error.column, 3);
	assert_false(shop_source_row(&source,
	    (const char *const[]){ "bike", "Bike", "5", "broken" }, 4, &row, &error));
	assert_int_equal(error.column, 4);
	assert_false(shop_source_row(&source, (const char *const[]){ "!", "Bike", "5", "" }, 4,
	    &row, &error));
	assert_false(
	    shop_source_row(&source, (const char *const[]){ "bike", "Bike" }, 2, &row, &error));
	assert_int_equal(error.column, 0);
	memset(long_name, 'x', sizeof long_name - 1);
	long_name[sizeof long_name - 1] = '\0';
	assert_false(shop_source_row(&source, (const char *const[]){ "bike", long_name, "5", "" },
	    4, &row, &error));
	assert_int_equal(error.column, 2);
	assert_false(shop_source_open((const char *const[]){ "a", "b" }, 2, &source, &sentence));
}

static void
a_structured_communication_has_its_check_digits(void **state)
{
	char digits[SHOP_COMMUNICATION], shown[SHOP_COMMUNICATION_SHOWN];

	(void)state;
	shop_communication_make(909337554, digits);
	assert_string_equal(digits, "090933755493");
	shop_communication_show(digits, shown);
	assert_string_equal(shown, "+++090/9337/55493+++");
	shop_communication_make(97, digits);
	assert_string_equal(digits, "000000009797");
}

static void
an_iban_is_checked(void **state)
{
	char iban[SHOP_IBAN];

	(void)state;
	assert_true(shop_iban_check("BE68 5390 0754 7034", iban));
	assert_string_equal(iban, "BE68539007547034");
	assert_true(shop_iban_check("FR1420041010050500013M02606", iban));
	assert_false(shop_iban_check("BE68 5390 0754 7035", iban));
	assert_false(shop_iban_check("BE68", iban));
	assert_false(shop_iban_check("BE68 5390 0754 7034 BE68 5390 0754 7034 X", iban));
}

static void
an_account_number_is_shown_in_groups_of_four(void **state)
{
	(void)state;
	char shown[SHOP_IBAN_SHOWN];

	shop_iban_show("BE68539007547034", shown);
	assert_string_equal(shown, "BE68 5390 0754 7034");
	shop_iban_show("FR1420041010050500013M02606", shown);
	assert_string_equal(shown, "FR14 2004 1010 0505 0001 3M02 606");
	shop_iban_show("MT84MALT011000012345MTLCAST001SXXXXX", shown); /* longer than any */
	assert_int_equal(strlen(shown), SHOP_IBAN_SHOWN - 1);
	shop_iban_show("", shown);
	assert_string_equal(shown, "");
}

static void
a_payment_code_says_what_the_guideline_says(void **state)
{
	char text[SHOP_EPC], name[300] = "";

	(void)state;
	assert_true(
	    shop_epc_make("Name", "BE68 5390 0754 7034", "", 12345, "+++090/9337/55493+++", text));
	assert_string_equal(text,
	    "BCD\n002\n1\nSCT\n\nName\nBE68539007547034\nEUR123.45\n\n\n+++090/9337/55493+++");
	assert_true(shop_epc_make("Name\nBCD", "BE68539007547034", "TRIOBEBB", 5, "x", text));
	assert_string_equal(text,
	    "BCD\n002\n1\nSCT\nTRIOBEBB\nName\nBE68539007547034\nEUR0.05\n\n\nx");
	for (int i = 0; i < 80; i++)
		strcat(name, "é");
	assert_true(shop_epc_make(name, "BE68539007547034", "", 99999999999, "x", text));
	assert_non_null(strstr(text, "éé\nBE68539007547034\nEUR999999999.99\n"));
	assert_int_equal(strlen(text), 15 + 140 + 1 + 16 + 1 + 15 + 1 + 2 + 1);
	assert_false(shop_epc_make("Name", "BE68539007547034", "", 0, "x", text));
	assert_false(shop_epc_make("Name", "BE68539007547034", "", 100000000000, "x", text));
	assert_false(shop_epc_make("", "BE68539007547034", "", 1, "x", text));
	assert_false(shop_epc_make("Name", "BE68539007547035", "", 1, "x", text));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(a_slug_keeps_letters_and_digits_only),
		cmocka_unit_test(a_price_is_read_as_people_write_it),
		cmocka_unit_test(an_empty_stock_is_not_tracked),
		cmocka_unit_test(woocommerce_variations_belong_to_their_parent),
		cmocka_unit_test(shopify_rows_without_a_title_are_further_variants),
		cmocka_unit_test(html_becomes_the_text_that_a_reader_sees),
		cmocka_unit_test(a_long_description_is_cut_between_two_letters),
		cmocka_unit_test(what_is_wrong_is_told_with_its_column),
		cmocka_unit_test(a_structured_communication_has_its_check_digits),
		cmocka_unit_test(an_iban_is_checked),
		cmocka_unit_test(an_account_number_is_shown_in_groups_of_four),
		cmocka_unit_test(a_payment_code_says_what_the_guideline_says) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
