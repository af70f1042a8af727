/* SPDX-License-Identifier: EUPL-1.2 */
/* Schemas with libxml2: see schema.h. */
#include "xml/schema.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <string.h>

#include "web/request.h"

#define SCHEME "schemas:/"

enum { COMPILED_MAX = 32, NAMES_BYTES_MAX = 120 };

static struct {
	const struct scop_schema *schema;
	xmlSchemaPtr compiled;
} cache[COMPILED_MAX];
static size_t cached;

/* The schemas among which the loader looks; NULL while none is compiled. */
static const struct scop_schema *const *open_schemas;

static const struct scop_schema *
find(const char *path)
{
	for (const struct scop_schema *const *one = open_schemas; one && *one; one++)
		if (strcmp((*one)->path, path) == 0)
			return *one;
	return NULL;
}

static xmlParserInputPtr
load(const char *url, const char *id, xmlParserCtxtPtr parser)
{
	const struct scop_schema *schema =
	    url && strncmp(url, SCHEME, strlen(SCHEME)) == 0 ? find(url + strlen(SCHEME)) : NULL;

	(void)id;
	if (!schema)
		return NULL;
	xmlParserInputBufferPtr bytes =
	    xmlParserInputBufferCreateMem(schema->text, (int)schema->size, XML_CHAR_ENCODING_NONE);
	xmlParserInputPtr input =
	    bytes ? xmlNewIOInputStream(parser, bytes, XML_CHAR_ENCODING_NONE) : NULL;
	if (input)
		input->filename = (const char *)xmlCharStrdup(url);
	return input;
}

static void
be_silent(void *context, xmlErrorPtr error)
{
	(void)context, (void)error;
}

void
scop_schema_close_doors(void)
{
	xmlSetExternalEntityLoader(load);
	xmlSetStructuredErrorFunc(NULL, be_silent);
}

/* ---- compiling ---- */

static void
keep_first(void *context, xmlErrorPtr error)
{
	char *reason = context;

	if (!reason[0] && error->level >= XML_ERR_ERROR)
		snprintf(reason, 300, "%s:%d: %.200s", error->file ? error->file : "", error->line,
		    error->message ? error->message : "");
}

static xmlSchemaPtr
compile(struct scop_request *req, const struct scop_schema *schema)
{
	char url[300], reason[300] = "";

	snprintf(url, sizeof url, SCHEME "%s", schema->path);
	open_schemas = schema->others;
	xmlSchemaParserCtxtPtr parser = xmlSchemaNewParserCtxt(url);
	if (!parser)
		abort();
	xmlSchemaSetParserStructuredErrors(parser, keep_first, reason);
	xmlSchemaPtr compiled = xmlSchemaParse(parser);
	xmlSchemaFreeParserCtxt(parser);
	open_schemas = NULL;
	if (!compiled)
		scop_request_fail(req, SCOP_DB_FAILED,
		    scop_arena_printf(req->arena, "the schema '%s' cannot be used: %s",
			schema->path, reason));
	return compiled;
}

xmlSchemaPtr
scop_schema_compile(struct scop_request *req, const struct scop_schema *schema)
{
	for (size_t i = 0; i < cached; i++)
		if (cache[i].schema == schema)
			return cache[i].compiled;
	if (cached == COMPILED_MAX) {
		scop_request_fail(req, SCOP_DB_FAILED,
		    "a module validates with at most 32 schemas");
		return NULL;
	}
	xmlSchemaPtr compiled = compile(req, schema);
	if (compiled) {
		cache[cached].schema = schema;
		cache[cached++].compiled = compiled;
	}
	return compiled;
}

/* ---- explaining ---- */

/* The name in "Element '{urn:x}Amt'" or "( {urn:x}Amt, {urn:x}Ccy )" without its namespace, as far
 * as it goes; "*" of a namespace's own stays. */
static const char *
names_in(struct scop_request *req, const char *from, const char *end)
{
	struct scop_buffer out;

	scop_buffer_init(&out, req->arena);
	while (from < end && out.length < NAMES_BYTES_MAX) {
		if (*from == '{') {
			const char *close = memchr(from, '}', (size_t)(end - from));

			if (!close)
				break;
			from = close + 1;
		} else
			scop_buffer_char(&out, *from++);
	}
	return scop_buffer_str(&out);
}

/* The part of the message between two marks; "" for none. */
static const char *
between(struct scop_request *req, const char *message, const char *open, const char *close)
{
	const char *from = strstr(message, open);
	const char *end = from ? strstr(from + strlen(open), close) : NULL;

	return end ? names_in(req, from + strlen(open), end) : "";
}

static const char *
sentence_for(int code, const char *message, const char *expected)
{
	if (code == XML_SCHEMAV_CVC_ELT_1)
		return SCOP_TEXT("The document is of another kind: this format has no outermost "
				 "element {{name}} of its namespace.");
	if (code == XML_SCHEMAV_ELEMENT_CONTENT && strstr(message, "Missing child"))
		return SCOP_TEXT("Something is missing in the element {{name}}.");
	if (code == XML_SCHEMAV_ELEMENT_CONTENT && expected[0])
		return SCOP_TEXT("The element {{name}} is not expected here, but {{expected}}.");
	if (code == XML_SCHEMAV_ELEMENT_CONTENT)
		return SCOP_TEXT("The element {{name}} is not expected here.");
	if (code >= XML_SCHEMAV_CVC_DATATYPE_VALID_1_2_1 &&
	    code <= XML_SCHEMAV_CVC_ENUMERATION_VALID)
		return SCOP_TEXT("The value of {{name}} is not one that the format allows.");
	return SCOP_TEXT("The element {{name}} is not as the format requires.");
}

void
scop_schema_explain(struct scop_request *req, const xmlError *found,
    struct scop_file_error *difference)
{
	const char *message = found->message ? found->message : "";
	const char *name = between(req, message, "Element '", "'"),
		   *one = between(req, message, "is ( ", " )"),
		   *several = between(req, message, "is one of ( ", " )");
	const char *expected = one[0] ? one : several;

	difference->text = sentence_for(found->code, message, expected);
	struct scop_map_maker values;
	scop_map_init(&values, req->arena);
	scop_map_put_text(&values, "name", name);
	scop_map_put_text(&values, "expected", expected);
	difference->values = scop_map_value(&values);
}
