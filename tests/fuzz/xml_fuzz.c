/* SPDX-License-Identifier: EUPL-1.2 */
/* XML that modules read. If the first byte is odd, the rest is compared with a schema meanwhile.
 * What is read as a whole is written and read again. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "scopiton/xml.h"
#include "with_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char xsd[] =
    "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema' elementFormDefault='qualified'>"
    "<xs:element name='a'><xs:complexType><xs:sequence maxOccurs='unbounded'><xs:choice>"
    "<xs:element name='b' type='xs:decimal'/><xs:element name='c' type='xs:date'/></xs:choice>"
    "</xs:sequence><xs:attribute name='d' type='xs:boolean'/></xs:complexType></xs:element>"
    "</xs:schema>";

static const struct scop_schema schema;
static const struct scop_schema *const schemas[] = { &schema, NULL };
static const struct scop_schema schema = { "a.xsd", xsd, sizeof xsd - 1, schemas };

static size_t
use(struct scop_request *req, const struct scop_xml *one)
{
	static const enum scop_type types[] = { SCOP_STRING, SCOP_INT, SCOP_NUMBER, SCOP_BOOL,
		SCOP_DATE, SCOP_TIME };
	size_t used = strlen(scop_xml_text(one, "")) + strlen(scop_xml_text(one, "b/@d")) +
	    strlen(scop_xml_name(one)) + strlen(scop_xml_namespace(one)) + scop_xml_line(one);

	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		used += scop_xml_value(req, one, "", types[i]) != NULL;
	for (const struct scop_xml *each = NULL; (each = scop_xml_each(one, "b/c", each));)
		used += strlen(scop_xml_text(each, "@d"));
	return used;
}

static void
write_again(struct scop_request *req, const struct scop_xml *root)
{
	struct scop_xml_writer *xml = scop_xml_new(req, true);

	scop_xml_start(xml, "a", "d", scop_xml_text(root, "@d"), NULL);
	scop_xml_put(xml, "b", scop_make_string(req, scop_xml_text(root, "")), NULL);
	scop_xml_end(xml);
	const struct scop_value *written = scop_xml_done(xml);
	assert(written);
	const struct scop_xml *again =
	    scop_xml_read(req, scop_as_text(written), scop_size(written), NULL);
	assert(again);
	assert(strcmp(scop_xml_text(again, "b"), scop_xml_text(root, "")) == 0);
	assert(strcmp(scop_xml_text(again, "@d"), scop_xml_text(root, "@d")) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const elements[] = { "b", "a/c", NULL };
	static volatile size_t used;
	struct scop_file_error error;
	struct scop_arena *arena = scop_arena_new();
	struct scop_request *req = new_request(arena);

	if (size > 0) {
		const char *text = (const char *)data + 1;
		struct scop_xml_reader *reader = scop_xml_open(req,
		    (struct scop_xml_input){ .data = text,
			.size = size - 1,
			.elements = elements,
			.schema = data[0] % 2 ? &schema : NULL });
		for (const struct scop_xml *one; (one = scop_xml_next(reader, &error));)
			used += use(req, one);
		used += strlen(scop_file_error_text(req, &error));
		for (size_t i = 0; scop_xml_difference(reader, i); i++)
			used += strlen(scop_file_error_text(req, scop_xml_difference(reader, i)));
		const struct scop_xml *root = scop_xml_read(req, text, size - 1, &error);
		assert(!root == (error.text != NULL));
		if (root) {
			used += use(req, root);
			write_again(req, root);
		}
		assert(!req->failed);
	}
	scop_arena_free(arena);
	return 0;
}
