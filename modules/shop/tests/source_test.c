/* SPDX-License-Identifier: EUPL-1.2 */
/* Product exports: the kinds of file, their programs' formats, and mistakes in rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/value.h"
#include "shop_field.c"
#include "shop_html.c"
#include "shop_names.c"
#include "shop_payment.c"
#include "shop_row.c"
#include "shop_slug.c"
#include "shop_source.c"
#include "shop_text.c"
#include "shop_weight.c"

static struct shop_source source;
static struct shop_row row;
static struct shop_row_error error;

static void
open_columns(const char *const *header, size_t count)
{
	const char *sentence;

	assert_true(shop_source_open(header, count, &source, &sentence));
}

/* Reads record `number` (from 1) of a file as an import does, which first collects evidence from
 * the whole file. */
static bool
read_record(const char *csv, unsigned number)
{
	const char *const *fields, *sentence;
	size_t count;
	unsigned line;
	bool ok = false;

	for (int round = 0; round < 2; round++) {
		struct scop_csv *file = scop_csv_open(csv, strlen(csv), &line, &sentence);

		assert_non_null(file);
		assert_true(scop_csv_next(file, &fields, &count, &line, &sentence));
		if (round == 0) {
			shop_source_guess(fields, count, &source);
			strcpy(source.today, "2026-11-28");
			while (scop_csv_next(file, &fields, &count, &line, &sentence))
				shop_source_learn(&source, fields, count);
		} else {
			for (unsigned i = 0; i < number; i++)
				assert_true(scop_csv_next(file, &fields, &count, &line, &sentence));
			ok = shop_source_row(&source, fields, count, &row, &error);
		}
		scop_csv_close(file);
	}
	return ok;
}

static bool
is_noted(const char *part)
{
	for (size_t i = 0; i < row.note_count; i++)
		if (strstr(row.note[i].text, part))
			return true;
	return false;
}

static void
an_address_is_letters_and_digits(void **state)
{
	static const char *const slugs[][2] = { { "Vélos > Ville, n°1 !", "velos-ville-n-1" },
		{ "Œuvre Straße Æther", "oeuvre-strasse-aether" }, { "///", "" }, { "", "" },
		{ "Łódź Škoda ğüş Şişli İzmir", "lodz-skoda-gus-sisli-izmir" },
		{ "Příliš žluťoučký kůň", "prilis-zlutoucky-kun" },
		{ "Kőbánya Țară", "kobanya-tara" }, { "Σωκράτης Ψωμί", "sokratis-psomi" },
		{ "Матрёшка Щука объект", "matryoshka-shchuka-obekt" },
		{ "Їжак Ґанок", "yizhak-ganok" }, { "e\u0301te\u0301", "ete" },
		{ "Nguyễn Phở", "nguyen-pho" }, { "スノーボード", "" }, { "ボード 2", "2" },
		{ "90.750", "90-750" }, { "🚲", "" } };
	char slug[60], small[10];

	(void)state;
	for (size_t i = 0; i < sizeof slugs / sizeof slugs[0]; i++) {
		shop_slug(slugs[i][0], slug, sizeof slug);
		assert_string_equal(slug, slugs[i][1]);
	}
	shop_slug("aaaaaaaaaaaaaaaaaaaaaaaaa", small, sizeof small);
	assert_true(strlen(small) < sizeof small);
	shop_slug("щщщщщщщщщ", small, sizeof small);
	assert_true(strlen(small) < sizeof small);
}

static void
a_number_is_read_as_people_and_programs_write_it(void **state)
{
	static const struct {
		const char *text;
		char sign;
		int64_t cents;
	} prices[] = { { "12.50", 0, 1250 }, { "12,5", 0, 1250 }, { "12", 0, 1200 },
		{ "1.234,50", 0, 123450 }, { "1,234.50", 0, 123450 }, { "1 234,50", 0, 123450 },
		{ "1\u202f234,50 €", 0, 123450 }, { "€ 12,50", 0, 1250 }, { "12.50 EUR", 0, 1250 },
		{ "1'234.50", 0, 123450 }, { "0", 0, 0 }, { ".5", 0, 50 }, { "5.", 0, 500 },
		{ "99999999.99", 0, 9999999999 }, { "14.399000", 0, 1440 }, { "0.125", 0, 13 },
		{ "1234.567", 0, 123457 }, { "1.234.567", 0, 123456700 }, { "13.337", '.', 1334 },
		{ "13.337", ',', 1333700 }, { "1,234", '.', 123400 }, { "12,344", ',', 1234 },
		{ "12.345678", 0, 1235 }, { "999.995", '.', 100000 } };
	static const char *const wrong[] = { "", "abc", "-1", "12.345.6", "1e5", "12.5.5", "NaN",
		"1 2345", "1,23,456.7", ",", "€", "12 $", "1.234,567.8",
		"123456789012345678901234567890123" };
	int64_t cents;

	(void)state;
	for (size_t i = 0; i < sizeof prices / sizeof prices[0]; i++) {
		assert_int_equal(shop_number(prices[i].text, prices[i].sign, 2, &cents),
		    SHOP_NUMBER_OK);
		assert_int_equal(cents, prices[i].cents);
	}
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_int_equal(shop_number(wrong[i], 0, 2, &cents), SHOP_NUMBER_WRONG);
	assert_int_equal(shop_number("1.234", 0, 2, &cents), SHOP_NUMBER_UNCLEAR);
}

static void
the_decimal_sign_is_the_file_s(void **state)
{
	(void)state;
	/* from WooCommerce, which does not group thousands */
	assert_true(read_record("Type,SKU,Name,Regular price\nsimple,a,A,13.337\n", 1));
	assert_int_equal(row.price_cents, 1334);
	assert_true(read_record("product;name;price\na;A;1.234\nb;B;9,90\n", 1));
	assert_int_equal(row.price_cents, 123400);
	assert_true(read_record("product;name;price\na;A;1.234\nb;B;9.9\n", 1));
	assert_int_equal(row.price_cents, 123);
	assert_false(read_record("product;name;price\na;A;1.234\nb;B;9\n", 1));
	assert_non_null(strstr(error.text, "two ways"));
	assert_false(read_record("product;name;price\na;A;1.234\nb;B;9,9\nc;C;9.9\n", 1));
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
	assert_int_equal(row.attribute_count, 0);
	assert_true(shop_source_row(&source,
	    (const char *const[]){ "2", "variation", "tee-red", "Tee - Red", "1", "visible", "0",
		"", "15", "20", "", "tee", "Color", "Red" },
	    14, &row, &error));
	assert_true(!row.has_product && row.has_variant);
	assert_string_equal(row.parent, "tee");
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
	assert_int_equal(row.attribute_count, 0);
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
		{ "one\\ntwo", "one\\ntwo" },
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

	(void)state;
	open_columns(header, 4);
	assert_false(shop_source_row(&source, (const char *const[]){ "bike", "Bike", "free", "" },
	    4, &row, &error));
	assert_int_equal(error.column, 3);
	assert_false(shop_source_row(&source,
	    (const char *const[]){ "bike", "Bike", "5", "broken" }, 4, &row, &error));
	assert_int_equal(error.column, 4);
	assert_false(shop_source_open((const char *const[]){ "a", "b" }, 2, &source, &sentence));
}

static void
what_a_row_does_not_have_is_filled_up(void **state)
{
	static const char csv[] =
	    "product,name,price,category,stock\nbike,Bike,5\n,,,,\nbike,Bike,5,,,,\n"
	    "bike,Bike,5,,,x\n";

	(void)state;
	assert_true(read_record(csv, 1));
	assert_int_equal(row.price_cents, 500);
	assert_true(read_record(csv, 2) && row.skip && row.note_count == 0);
	assert_true(read_record(csv, 3));
	assert_false(read_record(csv, 4));
	assert_int_equal(error.column, 0);
}

static void
limits_are_put_on_what_is_kept(void **state)
{
	char csv[3000] = "ID,Type,SKU,Name,Regular price,Categories\n1,simple,a,";
	char name[SHOP_NAME * 2 + 1] = "";

	(void)state;
	for (int i = 0; i < SHOP_NAME + 5; i++)
		strcat(csv, i == 0 ? "x" : "é");
	strcat(csv, ",5,\"");
	for (int i = 0; i < 20; i++)
		strcat(csv, i == 0 ? "Rayon > Sous-rayon" : ", Un autre rayon > Un sous-rayon");
	strcat(csv, "\"\n");
	assert_true(read_record(csv, 1));
	strcat(name, "x");
	for (int i = 1; i < SHOP_NAME; i++)
		strcat(name, "é");
	assert_string_equal(row.name, name);
	assert_string_equal(row.category, "Rayon > Sous-rayon");
	assert_int_equal(row.note_count, 1);
	assert_true(is_noted("is shortened"));
	assert_int_equal(row.note[0].column, 4);
	/* identifiers are not shortened */
	strcpy(csv, "product,name,price\n");
	for (int i = 0; i < SHOP_KEY + 1; i++)
		strcat(csv, "k");
	strcat(csv, ",Name,5\n");
	assert_false(read_record(csv, 1));
	assert_int_equal(error.column, 1);
}

static void
two_long_options_are_two(void **state)
{
	char csv[1000] = "product,name,price,option1\na,A,5,", first[SHOP_CODE], second[SHOP_CODE];
	struct shop_options options;

	(void)state;
	for (int round = 0; round < 2; round++) {
		if (round == 1)
			strcat(csv, "\na,,5,");
		for (int i = 0; i < SHOP_OPTION; i++)
			strcat(csv, "x");
		strcat(csv, round == 0 ? "one" : "two");
	}
	assert_true(read_record(csv, 1));
	shop_row_options(&row, NULL, 0, &options);
	shop_row_code(&row, &options, false, first);
	assert_true(read_record(csv, 2));
	shop_row_options(&row, NULL, 0, &options);
	shop_row_code(&row, &options, false, second);
	assert_string_not_equal(first, second);
}

static void
what_woocommerce_escapes_is_undone(void **state)
{
	static const char csv[] =
	    "ID,Type,SKU,Name,Stock,Regular price,Categories,Description\n"
	    "1,simple,'+49,Sel &amp; Poivre,'-3,5,\"Soins > Parfums\\, eaux > Femme\",a\\nb\n"
	    "2,simple,'-x,\"'-20 °C\",4,5,\"Vins\\, bières, Promotions\",\n"
	    "3,simple,c,C,4,5,A &gt; B > C,\n";

	(void)state;
	assert_true(read_record(csv, 1));
	assert_string_equal(row.sku, "+49");
	assert_string_equal(row.name, "Sel & Poivre");
	assert_int_equal(row.stock, 0);
	assert_string_equal(row.category, "Soins > Parfums, eaux > Femme");
	assert_string_equal(row.description, "a\nb");
	assert_true(read_record(csv, 2));
	assert_string_equal(row.name, "-20 °C");
	assert_string_equal(row.category, "Vins, bières");
	assert_true(read_record(csv, 3)); /* a '>' of a title is no level */
	assert_string_equal(row.category, "A  B > C");
}

static void
our_own_file_comes_back_as_it_left(void **state)
{
	static const char csv[] = "product,variant_key,name,price,category,description,sku\n"
				  "a,\"/M\\/L\",'-20 °C,5,'@maison,C:\\nouveau <b> &amp;,'+49\n"
				  "b,,''=x,5,\"A, B\",\"x\r\ny\",\n";

	(void)state;
	assert_true(read_record(csv, 1));
	assert_string_equal(row.name, "-20 °C");
	assert_string_equal(row.category, "@maison");
	assert_string_equal(row.description, "C:\\nouveau <b> &amp;");
	assert_string_equal(row.sku, "+49");
	assert_string_equal(row.variant, "/M\\/L");
	assert_true(read_record(csv, 2));
	assert_string_equal(row.name, "'=x");
	assert_string_equal(row.category, "A, B");
	assert_string_equal(row.description, "x\ny");
}

static void
shopify_s_type_is_one_value(void **state)
{
	(void)state;
	assert_true(read_record("Handle,Title,Type,Tags,Variant Price\n"
				"a,A,\"Verres, carafes\",\"x, y\",5\nb,B,,\"x, y\",5\n",
	    1));
	assert_string_equal(row.category, "Verres, carafes");
	assert_true(read_record("Handle,Title,Type,Tags,Variant Price\nb,B,,\"x, y\",5\n", 1));
	assert_string_equal(row.category, "x");
}

static void
what_shopify_does_not_sell_is_not_shown_here(void **state)
{
	static const char shopify_file[] =
	    "Handle,Title,Published,Status,Variant Price,Gift Card,Variant Inventory Tracker,"
	    "Variant Inventory Qty,Variant Inventory Policy,Variant Taxable\n"
	    "a,A,true,active,5,false,shopify,0,deny,true\nb,B,true,draft,5,false,shopify,-4,"
	    "continue,false\n"
	    "c,C,true,archived,5,false,,,,\nd,D,true,unlisted,5,false,,,,\ne,E,false,active,5,"
	    "false,,,,\n"
	    "f,F,true,active,5,true,,,,\ng,G,perhaps,active,5,false,,,,\nh,H,TRUE,Active,5,,,,,\n";
	static const char published[] = "10000001";

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		assert_true(read_record(shopify_file, i + 1));
		assert_int_equal(row.published, published[i] == '1');
		assert_int_equal(row.note_count > 0, published[i] == '0' && i != 4);
	}
	assert_true(read_record(shopify_file, 1));
	assert_int_equal(row.stock, 0);
	assert_true(read_record(shopify_file, 2));
	assert_int_equal(row.stock, -1);
	assert_true(is_noted("not tracked"));
	assert_string_equal(row.vat, "super_reduced");
}

static void
what_woocommerce_does_not_sell_is_not_shown_here(void **state)
{
	static const char woocommerce_file[] =
	    "ID,Type,SKU,Name,Published,Stock,Backorders allowed?,Regular price,Parent,Tax "
	    "status,Tax class\n"
	    "1,variation,a,A,0,4,0,5,p,taxable,\n2,simple,b,B,-1,4,1,5,,taxable,reduced-rate\n"
	    "3,simple,c,C,1,-2,notify,5,,taxable,zero-rate\n4,simple,d,D,1,4,0,5,,none,\n"
	    "5,simple,e,E,1,4,0,5,,taxable,spirits\n";

	(void)state;
	assert_true(read_record(woocommerce_file, 1));
	assert_int_equal(row.stock, 0);
	assert_true(is_noted("disabled there"));
	assert_true(read_record(woocommerce_file, 2));
	assert_true(!row.published && row.stock == -1 && is_noted("not tracked"));
	assert_string_equal(row.vat, "reduced");
	assert_true(read_record(woocommerce_file, 3));
	assert_int_equal(row.stock, -1);
	assert_true(strcmp(row.vat, "super_reduced") == 0 && is_noted("lowest class"));
	assert_true(read_record(woocommerce_file, 4));
	assert_true(strcmp(row.vat, "super_reduced") == 0 && is_noted("No VAT"));
	assert_true(read_record(woocommerce_file, 5));
	assert_true(strcmp(row.vat, "standard") == 0 && is_noted("not known"));
}

static void
a_sale_price_counts_while_the_sale_runs(void **state)
{
	static const char csv[] = "ID,Type,SKU,Name,Date sale price starts,Date sale price "
				  "ends,Sale price,Regular price\n"
				  "1,simple,a,A,2031-01-02,2031-01-31,60,100\n2,simple,b,B,2019-01-"
				  "02,2019-01-31 23:59:59,60,100\n"
				  "3,simple,c,C,,,60,100\n4,simple,d,D,2026-11-28,2026-11-28,60,"
				  "100\n5,simple,e,E,soon,,60,100\n6,simple,f,F,,2027-02-28,60,\n"
				  "7,simple,g,G,,2027-02-29,60,100\n";
	static const int64_t cents[] = { 10000, 10000, 6000, 6000, 10000, 6000, 10000 };
	static const char *const until[] = { "", "", "", "2026-11-28", "", "", "" };
	static const char *const notes[] = { "not begun", NULL, NULL, NULL, "not understood",
		"no price for the time after", "not understood" };

	(void)state;
	for (unsigned i = 0; i < 7; i++) {
		assert_true(read_record(csv, i + 1));
		assert_int_equal(row.price_cents, cents[i]);
		assert_string_equal(row.sale_until, until[i]);
		assert_int_equal(row.regular_cents, until[i][0] ? 10000 : 0);
		assert_true(notes[i] ? is_noted(notes[i]) : row.note_count == 0);
	}
}

static void
what_nobody_sells_here_is_left_out_and_told(void **state)
{
	static const char csv[] =
	    "ID,Type,SKU,Name,Regular price,Parent\n1,subscription,a,A,5,\n"
	    "2,variable-subscription,b,B,,\n3,\"simple, virtual\",c,C,5,\n"
	    "4,\"simple, downloadable\",d,D,5,\n5,simple,e,E,,\n6,variation,f,F,,x\n";

	(void)state;
	for (unsigned i = 1; i <= 6; i++) {
		assert_true(read_record(csv, i));
		assert_int_equal(row.skip, i != 3 && i != 4);
		assert_int_equal(row.note_count, i != 3);
	}
}

static void
headings_are_known_in_the_languages_of_the_program(void **state)
{
	static const char *const files[] = {
		"ID,Type,UGS,Nom,Publié,En stock ?,Stock,Tarif promo,Tarif "
		"régulier,Catégories,Parent,"
		"Nom de l’attribut 1,Valeur(s) de l’attribut 1,Poids (kg)\n",
		"ID,Type,Artikelnummer,Naam,Gepubliceerd,Op "
		"voorraad?,Voorraad,Actieprijs,Reguliere prijs,"
		"Categorieën,Hoofd,Naam eigenschap 1,Waarde eigenschap 1,Gewicht (kg)\n",
		"ID,Typ,SKU,Name,Veröffentlicht,Vorrätig?,Lager,Angebotspreis,Regulärer "
		"Preis,Kategorien,"
		"Übergeordnetes Produkt,Attribut 1 Name,Attribut 1 Wert(e),Gewicht (kg)\n",
		"\"id\",\"TYPE\",sku,name,Published,In stock?,Stock,Sale price,Regular "
		"price,Categories,Parent,"
		"Attribute 1 name,Attribute 1 value(s),Weight (kg)\n"
	};
	char csv[700];

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		snprintf(csv, sizeof csv,
		    "%s5,variation,s-1,N,1,1,3,,\"39,00\",,id:4,Taille,M,\"1,5\"\n", files[i]);
		assert_true(read_record(csv, 1));
		assert_int_equal(source.kind, SHOP_WOOCOMMERCE);
		assert_string_equal(row.parent, "id:4");
		assert_string_equal(row.id, "id:5");
		assert_string_equal(row.sku, "s-1");
		assert_int_equal(row.price_cents, 3900);
		assert_int_equal(row.stock, 3);
		assert_int_equal(row.grams, 1500);
		assert_string_equal(row.attribute[0].name, "Taille");
		assert_string_equal(row.attribute[0].value, "M");
	}
}

static void
shopify_s_present_template_is_known(void **state)
{
	static const char csv[] = "Title,URL handle,Description,Type,Published on online "
				  "store,Status,SKU,Option1 name,Option1 "
				  "value,Price,Charge tax,Inventory tracker,Inventory "
				  "quantity,Continue selling when out of "
				  "stock,Weight value (grams)\n"
				  "Lampe,lampe,<p>Laiton</"
				  "p>,Luminaires,TRUE,Active,p,Taille,P,39.00,,shopify,4,DENY,800\n"
				  ",lampe,,,,,g,,G,59.00,,shopify,0,CONTINUE,1200\n";

	(void)state;
	assert_true(read_record(csv, 1));
	assert_int_equal(source.kind, SHOP_SHOPIFY);
	assert_true(row.has_product && row.published && row.stock == 4 && row.grams == 800);
	assert_string_equal(row.description, "Laiton");
	assert_true(read_record(csv, 2));
	assert_true(!row.has_product && row.has_variant && row.stock == -1);
	assert_string_equal(row.attribute[0].value, "G");
}

static void
columns_of_other_programs_are_guessed(void **state)
{
	(void)state;
	assert_true(
	    read_record("Product ID;Name;Reference;Category;Price (tax excl.);Price (tax "
			"incl.);Quantity;Status\n1;Tasse;t-1;Art;11.900000;14.399000;300;1\n"
			"2;Tasse;t-2;Art;11.900000;14.399000;300;0\n",
		1));
	assert_int_equal(row.price_cents, 1440);
	assert_string_equal(row.sku, "t-1");
	assert_string_equal(row.key, "t-1"); /* the same name, but two articles */
	assert_true(row.published && row.stock == 300);
}

static void
attributes_are_matched_by_their_names(void **state)
{
	static const char csv[] =
	    "ID,Type,SKU,Name,Regular price,Parent,Attribute 1 name,Attribute 1 value(s),Attribute "
	    "2 "
	    "name,Attribute 2 value(s),Attribute 3 name,Attribute 3 value(s),Attribute 4 "
	    "name,Attribute 4 value(s)\n"
	    "1,variation,,T,5,p,Pieds,Droits,Bois,Chêne &amp; Hêtre,Longueur,160,Finition,Huile\n";
	static const char *const names[] = { "Bois", "Longueur", "Finition", "Pieds" };
	struct shop_options options;
	char code[SHOP_CODE];

	(void)state;
	assert_true(read_record(csv, 1));
	shop_row_options(&row, names, 4, &options);
	assert_string_equal(options.value[0], "Chêne & Hêtre");
	assert_string_equal(options.value[1], "160");
	assert_string_equal(options.name[2], "Finition / Pieds");
	assert_string_equal(options.value[2], "Huile / Droits");
	shop_row_code(&row, &options, false, code);
	assert_string_equal(code, "id:1");
}

static void
codes_are_exact(void **state)
{
	static const struct {
		const char *sku, *option1, *option2;
		bool shared;
		const char *code;
	} cases[] = { { "TEE", "S", "", false, "TEE" }, { "TEE", "S", "", true, "TEE/S" },
		{ "", "Rosé", "", false, "/Rosé" }, { "", "rose", "", false, "/rose" },
		{ "", "", "", false, "/" }, { "", "a/b", "", false, "/a\\/b" },
		{ "", "a", "b", false, "/a/b" }, { "/", "", "", false, "\\/" },
		{ "90.750", "", "", false, "90.750" } };
	struct shop_options options;
	char code[SHOP_CODE];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		memset(&row, 0, sizeof row);
		memset(&options, 0, sizeof options);
		strcpy(row.sku, cases[i].sku);
		strcpy(options.value[0], cases[i].option1);
		strcpy(options.value[1], cases[i].option2);
		shop_row_code(&row, &options, cases[i].shared, code);
		assert_string_equal(code, cases[i].code);
	}
	shop_code("", "Bleu", code);
	assert_string_equal(code, "/Bleu");
	shop_code("L-1", "Bleu", code);
	assert_string_equal(code, "L-1");
}

static void
names_are_found_again_and_are_exact(void **state)
{
	struct shop_names names = { NULL, 0, 0 };
	char text[24];

	(void)state;
	for (int i = 1; i <= 3000; i++) {
		snprintf(text, sizeof text, "n%d", i);
		shop_names_add(&names, text)->value = i;
	}
	for (int i = 1; i <= 3000; i++) {
		snprintf(text, sizeof text, "n%d", i);
		assert_int_equal(shop_names_find(&names, text)->value, i);
		assert_int_equal(shop_names_add(&names, text)->value, i);
	}
	assert_null(shop_names_find(&names, "N1"));
	assert_int_equal(names.count, 3000);
	shop_names_free(&names);
	assert_null(shop_names_find(&names, "n1"));
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
a_payment_code_says_what_the_guideline_says(void **state)
{
	char text[SHOP_EPC], name[300] = "";

	(void)state;
	assert_true(
	    shop_epc_make("Name", "BE68539007547034", "", "123.45", "+++090/9337/55493+++", text));
	assert_string_equal(text,
	    "BCD\n002\n1\nSCT\n\nName\nBE68539007547034\nEUR123.45\n\n\n+++090/9337/55493+++");
	assert_true(shop_epc_make("Name\nBCD", "BE68539007547034", "TRIOBEBB", "0.05", "x", text));
	assert_string_equal(text,
	    "BCD\n002\n1\nSCT\nTRIOBEBB\nName\nBE68539007547034\nEUR0.05\n\n\nx");
	for (int i = 0; i < 80; i++)
		strcat(name, "é");
	assert_true(shop_epc_make(name, "BE68539007547034", "", "999999999.99", "x", text));
	assert_non_null(strstr(text, "éé\nBE68539007547034\nEUR999999999.99\n"));
	assert_int_equal(strlen(text), 15 + 140 + 1 + 16 + 1 + 15 + 1 + 2 + 1);
	assert_false(shop_epc_make("Name", "BE68539007547034", "", "0.00", "x", text));
	assert_false(shop_epc_make("Name", "BE68539007547034", "", "-1.00", "x", text));
	assert_false(shop_epc_make("Name", "BE68539007547034", "", "1000000000.00", "x", text));
	assert_false(shop_epc_make("", "BE68539007547034", "", "0.01", "x", text));
}

static void
a_weight_is_read_in_grams_or_kilograms_and_shown_in_what_reads_better(void **state)
{
	static const struct {
		const char *text;
		int64_t grams;
	} typed[] = { { "800", 800 }, { "800 g", 800 }, { "1250G", 1250 }, { "1,25 kg", 1250 },
		{ "1.25kg", 1250 }, { "1,250 kg", 1250 }, { "1.250 g", 1250 }, { "1 250 g", 1250 },
		{ "0,5 KG.", 500 }, { "2\u00a0kg", 2000 }, { "0", 0 }, { "10000 kg", 10000000 },
		{ "1,25", -1 }, { "1.5 g", -1 }, { "10001 kg", -1 }, { "2 lb", -1 }, { "kg", -1 },
		{ "-1", -1 }, { "1 kg 200", -1 }, { "1..2 kg", -1 } };
	static const struct {
		int64_t grams;
		char point;
		const char *text;
	} shown[] = { { 0, ',', "0\u00a0g" }, { 999, ',', "999\u00a0g" },
		{ 1000, ',', "1\u00a0kg" }, { 1250, ',', "1,25\u00a0kg" },
		{ 1205, '.', "1.205\u00a0kg" }, { 10000000, ',', "10000\u00a0kg" } };
	char text[SHOP_WEIGHT];
	int64_t grams;

	(void)state;
	for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
		const bool ok = shop_weight_parse(typed[i].text, SHOP_GRAMS_MAX, &grams);

		if (ok != (typed[i].grams >= 0) || (ok && grams != typed[i].grams))
			fail_msg("%s: %lld", typed[i].text, ok ? (long long)grams : -1);
	}
	for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
		shop_weight_show(shown[i].grams, shown[i].point, text);
		assert_string_equal(text, shown[i].text);
		assert_true(shop_weight_parse(text, SHOP_GRAMS_MAX, &grams));
		assert_int_equal(grams, shown[i].grams);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(an_address_is_letters_and_digits),
		cmocka_unit_test(a_number_is_read_as_people_and_programs_write_it),
		cmocka_unit_test(the_decimal_sign_is_the_file_s),
		cmocka_unit_test(what_a_row_does_not_have_is_filled_up),
		cmocka_unit_test(limits_are_put_on_what_is_kept),
		cmocka_unit_test(two_long_options_are_two),
		cmocka_unit_test(what_woocommerce_escapes_is_undone),
		cmocka_unit_test(our_own_file_comes_back_as_it_left),
		cmocka_unit_test(shopify_s_type_is_one_value),
		cmocka_unit_test(what_shopify_does_not_sell_is_not_shown_here),
		cmocka_unit_test(what_woocommerce_does_not_sell_is_not_shown_here),
		cmocka_unit_test(a_sale_price_counts_while_the_sale_runs),
		cmocka_unit_test(what_nobody_sells_here_is_left_out_and_told),
		cmocka_unit_test(headings_are_known_in_the_languages_of_the_program),
		cmocka_unit_test(shopify_s_present_template_is_known),
		cmocka_unit_test(columns_of_other_programs_are_guessed),
		cmocka_unit_test(attributes_are_matched_by_their_names),
		cmocka_unit_test(codes_are_exact),
		cmocka_unit_test(names_are_found_again_and_are_exact),
		cmocka_unit_test(an_empty_stock_is_not_tracked),
		cmocka_unit_test(woocommerce_variations_belong_to_their_parent),
		cmocka_unit_test(shopify_rows_without_a_title_are_further_variants),
		cmocka_unit_test(html_becomes_the_text_that_a_reader_sees),
		cmocka_unit_test(a_long_description_is_cut_between_two_letters),
		cmocka_unit_test(what_is_wrong_is_told_with_its_column),
		cmocka_unit_test(a_structured_communication_has_its_check_digits),
		cmocka_unit_test(
		    a_weight_is_read_in_grams_or_kilograms_and_shown_in_what_reads_better),
		cmocka_unit_test(a_payment_code_says_what_the_guideline_says) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
