/* SPDX-License-Identifier: EUPL-1.2 */
/* XML that modules write: well-formed whatever the texts are, and refused where the module errs. */
#include "../format/with_request.h"

#include "scopiton/calc.h"
#include "scopiton/xml.h"

#define UBL "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
#define CBC "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"
#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

static struct scop_request *req;

static const struct scop_value *
text(const char *words)
{
	return scop_make_string(req, words);
}

static void
values_are_written_as_programs_write_them(void **state)
{
	(void)state;
	req = new_request();
	const struct scop_value *total = scop_make_money(req, 121000, "EUR");
	struct scop_xml_writer *xml = scop_xml_new(req, true);
	scop_xml_start(xml, "Invoice", "xmlns", UBL, "xmlns:cbc", CBC, NULL);
	scop_xml_put(xml, "cbc:ID", text("2026/1"), NULL);
	scop_xml_put(xml, "cbc:Note", NULL, NULL);
	scop_xml_put(xml, "cbc:Note", text(""), NULL);
	scop_xml_put(xml, "cbc:IssueDate", scop_make_date(req, 2026, 11, 29), NULL);
	scop_xml_put(xml, "cbc:Amount", total, "currencyID", scop_currency(total), "none", NULL,
	    NULL);
	scop_xml_put(xml, "cbc:Quantity", scop_make_number(req, -1250, 3), "unitCode", "C62", NULL);
	scop_xml_start(xml, "cbc:Empty", NULL);
	scop_xml_end(xml);
	scop_xml_start(xml, "cbc:Party", NULL);
	scop_xml_put(xml, "cbc:Lines", scop_make_int(req, 3), NULL);
	scop_xml_end(xml);
	scop_xml_end(xml);
	assert_string_equal(scop_as_text(scop_xml_done(xml)),
	    HEAD "<Invoice xmlns=\"" UBL "\" xmlns:cbc=\"" CBC "\">\n"
		 "\t<cbc:ID>2026/1</cbc:ID>\n"
		 "\t<cbc:IssueDate>2026-11-29</cbc:IssueDate>\n"
		 "\t<cbc:Amount currencyID=\"EUR\">1210.00</cbc:Amount>\n"
		 "\t<cbc:Quantity unitCode=\"C62\">-1.250</cbc:Quantity>\n"
		 "\t<cbc:Empty/>\n"
		 "\t<cbc:Party>\n"
		 "\t\t<cbc:Lines>3</cbc:Lines>\n"
		 "\t</cbc:Party>\n"
		 "</Invoice>\n");
}

static void
texts_are_escaped_and_read_back_the_same(void **state)
{
	static const char words[] = "a<b>&\"c' ]]> \r\n\t \xc3\xa9\xf0\x9f\x98\x80";
	struct scop_file_error error;

	(void)state;
	req = new_request();
	struct scop_xml_writer *xml = scop_xml_new(req, false);
	scop_xml_start(xml, "a", NULL);
	scop_xml_put(xml, "b", scop_make_text(req, "x%sx", words), "c", words, NULL);
	scop_xml_end(xml);
	const struct scop_value *document = scop_xml_done(xml);
	assert_string_equal(scop_as_text(document),
	    HEAD "<a><b c=\"a&lt;b&gt;&amp;&quot;c' ]]&gt; &#13;&#10;&#9; "
		 "\xc3\xa9\xf0\x9f\x98\x80\">xa&lt;b&gt;&amp;\"c' ]]&gt; &#13;\n\t "
		 "\xc3\xa9\xf0\x9f\x98\x80x</b></a>\n");
	const struct scop_xml *root =
	    scop_xml_read(req, scop_as_text(document), scop_size(document), &error);
	assert_string_equal(scop_xml_text(root, "b/@c"), words);
	assert_string_equal(scop_xml_text(root, "b"), scop_arena_join(arena, "x", words, "x"));
}

static void
what_xml_cannot_hold_is_left_out(void **state)
{
	(void)state;
	req = new_request();
	struct scop_xml_writer *xml = scop_xml_new(req, false);
	scop_xml_put(xml, "a", text("b\x01\x0b\x1f\xef\xbf\xbf\xef\xbf\xbd\x7f"), NULL);
	assert_string_equal(scop_as_text(scop_xml_done(xml)), HEAD "<a>b\xef\xbf\xbd\x7f</a>\n");
}

static void
not_utf8(struct scop_xml_writer *xml)
{
	scop_xml_put(xml, "a", scop_make_bytes(req, "\xff", 1), NULL);
}

static void
not_ended(struct scop_xml_writer *xml)
{
	scop_xml_start(xml, "a", NULL);
}

static void
ended_twice(struct scop_xml_writer *xml)
{
	not_ended(xml);
	scop_xml_end(xml);
	scop_xml_end(xml);
}

static void
two_roots(struct scop_xml_writer *xml)
{
	scop_xml_put(xml, "a", text("b"), NULL);
	scop_xml_put(xml, "a", text("b"), NULL);
}

static void
no_name(struct scop_xml_writer *xml)
{
	scop_xml_start(xml, "a b", NULL);
	scop_xml_end(xml);
}

static void
no_attribute_name(struct scop_xml_writer *xml)
{
	scop_xml_put(xml, "a", text("b"), "c=\"\" d", "e", NULL);
}

static void
no_prefix(struct scop_xml_writer *xml)
{
	scop_xml_put(xml, "cbc:ID", text("b"), NULL);
}

static void
prefix_of_a_sibling(struct scop_xml_writer *xml)
{
	scop_xml_start(xml, "a", NULL);
	scop_xml_put(xml, "p:b", text("b"), "xmlns:p", "urn:p", NULL);
	scop_xml_put(xml, "p:b", text("b"), NULL);
	scop_xml_end(xml);
}

static void
nothing(struct scop_xml_writer *xml)
{
	(void)xml;
}

static void
too_deep(struct scop_xml_writer *xml)
{
	for (int i = 0; i < 101; i++)
		scop_xml_start(xml, "a", NULL);
	for (int i = 0; i < 101; i++)
		scop_xml_end(xml);
}

static void
a_mistake_of_the_module_fails_the_request(void **state)
{
	static void (*const mistakes[])(struct scop_xml_writer * xml) = { not_utf8, not_ended,
		ended_twice, two_roots, no_name, no_attribute_name, no_prefix, prefix_of_a_sibling,
		nothing, too_deep };

	(void)state;
	for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
		req = new_request();
		struct scop_xml_writer *xml = scop_xml_new(req, false);

		mistakes[i](xml);
		assert_null(scop_xml_done(xml));
		assert_true(req->failed);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(values_are_written_as_programs_write_them),
		TEST(texts_are_escaped_and_read_back_the_same),
		TEST(what_xml_cannot_hold_is_left_out),
		TEST(a_mistake_of_the_module_fails_the_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
