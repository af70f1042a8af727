/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Reads XML with libxml2's push parser: see scopiton/xml.h. The document is fed in slices; elements
 * that somebody waits for become trees, each in an arena of its own, and everything else is
 * forgotten. Its pull reader would do as well, but tells of a DOCTYPE only after it has read it.
 */
#include "scopiton/xml.h"

#include <libxml/encoding.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/SAX2.h>
#include <string.h>

#include "base/encoding.h"
#include "format/format.h"
#include "web/request.h"
#include "xml/element.h"
#include "xml/schema.h"

enum {
	SLICE = 16384,
	NESTED_MAX = 100,
	TOKEN_BYTES_MAX = 100000,
	TREE_BYTES_MAX = 16000000,
	DIFFERENCES_MAX = 20,
	ARENAS_KEPT = 8,
	SAX_ATTRIBUTE = 5, /* pointers for each attribute: see startElementNsSAX2Func */
};

/* An element that has ended, before it is given out. */
struct finished {
	struct finished *next;
	struct scop_arena *arena;
	struct scop_xml *element;
};

struct scop_xml_reader {
	struct scop_request *req;
	struct scop_xml_input input;
	bool whole; /* the outermost element is wanted, with all that is in it */
	xmlParserCtxtPtr parser;
	xmlSchemaValidCtxtPtr validator;
	xmlSchemaSAXPlugPtr plug;

	/* what is fed */
	struct scop_arena *piece_arena;
	const char *bytes;
	size_t left;
	uint64_t piece;
	bool ended, failed;
	struct scop_file_error error;

	/* what is read */
	const xmlChar *names[NESTED_MAX];
	unsigned depth;
	struct scop_xml *root;
	struct scop_arena *root_arena;
	struct scop_arena *arena; /* of the tree that grows; NULL: none does */
	struct scop_xml *current; /* its innermost open element */
	unsigned tree_depth;      /* of its outermost one */
	size_t tree_bytes;
	struct finished *first, *last, *given;
	struct scop_arena *spare[ARENAS_KEPT];
	size_t spares;

	struct scop_file_error differences[DIFFERENCES_MAX];
	size_t difference_count;
};

/* ---- arenas ---- */

static struct scop_arena *
take_arena(struct scop_xml_reader *reader)
{
	return reader->spares > 0 ? reader->spare[--reader->spares] : scop_arena_new();
}

static void
leave_arena(struct scop_xml_reader *reader, struct scop_arena *arena)
{
	if (arena && reader->spares < ARENAS_KEPT) {
		scop_arena_reset(arena);
		reader->spare[reader->spares++] = arena;
	} else
		scop_arena_free(arena);
}

static void
release(void *thing)
{
	struct scop_xml_reader *reader = thing;

	if (reader->plug)
		xmlSchemaSAXUnplug(reader->plug);
	xmlSchemaFreeValidCtxt(reader->validator);
	xmlFreeParserCtxt(reader->parser);
	for (struct finished *one = reader->first; one;) {
		struct scop_arena *arena = one->arena;

		one = one->next;
		scop_arena_free(arena);
	}
	if (reader->given)
		scop_arena_free(reader->given->arena);
	scop_arena_free(reader->arena);
	scop_arena_free(reader->root_arena);
	scop_arena_free(reader->piece_arena);
	while (reader->spares > 0)
		scop_arena_free(reader->spare[--reader->spares]);
}

/* ---- mistakes in the document ---- */

static void
refuse_named(struct scop_xml_reader *reader, const char *text, const char *name)
{
	if (reader->failed)
		return;
	reader->failed = true;
	scop_format_fail(reader->req, &reader->error,
	    (unsigned)xmlSAX2GetLineNumber(reader->parser), text, name ? "name" : NULL, name);
	xmlStopParser(reader->parser);
}

static void
refuse(struct scop_xml_reader *reader, const char *text)
{
	refuse_named(reader, text, NULL);
}

static const char not_well_formed[] = SCOP_TEXT("This is not well-formed XML.");

/* The sentence for an error of libxml2. */
static const char *
sentence_for(int code)
{
	switch (code) {
	case XML_ERR_TAG_NAME_MISMATCH:
		return SCOP_TEXT("The element {{name}} is not ended here.");
	case XML_ERR_UNDECLARED_ENTITY:
	case XML_WAR_UNDECLARED_ENTITY:
	case XML_ERR_ENTITYREF_SEMICOL_MISSING:
	case XML_ERR_NAME_REQUIRED:
		return SCOP_TEXT("The sign & stands before something that XML does not know.");
	case XML_ERR_INVALID_ENCODING:
	case XML_ERR_INVALID_CHAR:
	case XML_ERR_UNSUPPORTED_ENCODING:
	case XML_ERR_UNKNOWN_ENCODING:
		return SCOP_TEXT("The file has characters that its encoding does not.");
	case XML_NS_ERR_UNDEFINED_NAMESPACE:
		return SCOP_TEXT("A prefix is used here whose namespace is not declared.");
	default:
		return not_well_formed;
	}
}

static void
take_error(struct scop_xml_reader *reader)
{
	const xmlError *error = xmlCtxtGetLastError(reader->parser);
	const xmlParserInput *input = reader->parser->input;

	if (reader->failed)
		return;
	reader->failed = true;
	const char *text = sentence_for(error ? error->code : 0);
	if (!reader->root && text == not_well_formed)
		text = SCOP_TEXT("This is not XML.");
	else if (text == not_well_formed && reader->ended && reader->depth > 0 && input &&
	    input->cur >= input->end)
		text = SCOP_TEXT("The file ends too early, or an element is not ended.");
	scop_format_fail(reader->req, &reader->error,
	    error && error->line > 0 ? (unsigned)error->line : 1, text, "name",
	    error && error->str1 ? error->str1 : "");
}

/* ---- trees ---- */

static const char *
keep(struct scop_xml_reader *reader, const xmlChar *text, size_t length)
{
	reader->tree_bytes += length;
	return scop_arena_bytes(reader->arena, text, length);
}

static const char *
keep_text(struct scop_xml_reader *reader, const xmlChar *text)
{
	return text ? keep(reader, text, strlen((const char *)text)) : "";
}

static struct scop_xml *
new_element(struct scop_xml_reader *reader, const xmlChar *name, const xmlChar *space, int count,
    const xmlChar **attributes)
{
	struct scop_xml *element = scop_arena_alloc(reader->arena, sizeof *element);

	element->name = keep_text(reader, name);
	element->space = keep_text(reader, space);
	element->line = (unsigned)xmlSAX2GetLineNumber(reader->parser);
	element->trimmed = "";
	element->attributes =
	    scop_arena_alloc(reader->arena, (size_t)count * sizeof *element->attributes + 1);
	element->attribute_count = (size_t)count;
	for (int i = 0; i < count; i++, attributes += SAX_ATTRIBUTE)
		element->attributes[i] =
		    (struct scop_xml_attribute){ keep_text(reader, attributes[0]),
			    keep(reader, attributes[3], (size_t)(attributes[4] - attributes[3])) };
	reader->tree_bytes += sizeof *element + (size_t)count * sizeof *element->attributes;
	scop_buffer_init(&element->text, reader->arena);
	return element;
}

static void
append(struct scop_xml_reader *reader, struct scop_xml *element)
{
	struct scop_xml *parent = reader->current;

	element->parent = parent;
	if (parent && parent->last)
		parent->last->next = element;
	else if (parent)
		parent->first = element;
	if (parent)
		parent->last = element;
	reader->current = element;
}

static void
finish(struct scop_xml_reader *reader, struct scop_xml *element)
{
	struct finished *one = scop_arena_alloc(reader->arena, sizeof *one);

	one->arena = reader->arena;
	one->element = element;
	if (reader->last)
		reader->last->next = one;
	else
		reader->first = one;
	reader->last = one;
	reader->arena = NULL;
}

static void
trim(struct scop_xml *element)
{
	static const char spaces[] = " \t\r\n";
	struct scop_buffer *text = &element->text;

	while (text->length > 0 && strchr(spaces, text->data[text->length - 1]))
		scop_buffer_cut(text, text->length - 1);
	element->trimmed = scop_buffer_str(text) + strspn(scop_buffer_str(text), spaces);
}

/* ---- the parser's calls ---- */

/* Whether the path matches the end of the way to the innermost element. */
static bool
is_way(const struct scop_xml_reader *reader, const char *path)
{
	const char *end = path + strlen(path);

	for (unsigned depth = reader->depth; depth-- > 0;) {
		const char *from = end;
		const size_t length = strlen((const char *)reader->names[depth]);

		while (from > path && from[-1] != '/')
			from--;
		if ((size_t)(end - from) != length ||
		    memcmp(from, reader->names[depth], length) != 0)
			return false;
		if (from == path)
			return true;
		end = from - 1;
	}
	return false;
}

static bool
is_wanted(const struct scop_xml_reader *reader)
{
	for (const char *const *path = reader->input.elements; path && *path; path++)
		if (is_way(reader, *path))
			return true;
	return reader->whole;
}

static void
on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *space,
    int space_count, const xmlChar **spaces, int count, int defaulted, const xmlChar **attributes)
{
	struct scop_xml_reader *reader = context;

	(void)prefix, (void)space_count, (void)spaces, (void)defaulted;
	if (reader->failed)
		return;
	if (reader->depth == NESTED_MAX) {
		refuse(reader, SCOP_TEXT("More than 100 elements are in one another here."));
		return;
	}
	reader->names[reader->depth++] = name;
	if (!reader->root) {
		reader->arena = reader->root_arena = scop_arena_new();
		reader->root = new_element(reader, name, space, count, attributes);
		reader->arena = NULL;
	}
	if (!reader->arena && is_wanted(reader)) {
		reader->arena = take_arena(reader);
		reader->tree_depth = reader->depth;
		reader->tree_bytes = 0;
		reader->current = NULL;
	}
	if (reader->arena)
		append(reader, new_element(reader, name, space, count, attributes));
	if (reader->arena && reader->tree_bytes > TREE_BYTES_MAX)
		refuse_named(reader,
		    SCOP_TEXT("The element {{name}} is larger than 16,000,000 bytes."),
		    (const char *)reader->names[reader->tree_depth - 1]);
}

static void
on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *space)
{
	struct scop_xml_reader *reader = context;

	(void)name, (void)prefix, (void)space;
	if (reader->failed)
		return;
	if (reader->arena) {
		struct scop_xml *element = reader->current;

		trim(element);
		reader->current = element->parent;
		if (reader->depth == reader->tree_depth)
			finish(reader, element);
	}
	reader->depth--;
}

static void
on_text(void *context, const xmlChar *text, int length)
{
	struct scop_xml_reader *reader = context;

	if (reader->failed || !reader->arena)
		return;
	reader->tree_bytes += (size_t)length;
	if (reader->tree_bytes > TREE_BYTES_MAX)
		refuse_named(reader,
		    SCOP_TEXT("The element {{name}} is larger than 16,000,000 bytes."),
		    (const char *)reader->names[reader->tree_depth - 1]);
	else
		scop_buffer_add(&reader->current->text, text, (size_t)length);
}

static void
on_doctype(void *context, const xmlChar *name, const xmlChar *id, const xmlChar *address)
{
	(void)name, (void)id, (void)address;
	refuse(context, SCOP_TEXT("The file has a DOCTYPE, which is not accepted."));
}

static void
on_reference(void *context, const xmlChar *name)
{
	(void)name;
	refuse(context, SCOP_TEXT("The sign & stands before something that XML does not know."));
}

/* ---- differences from the schema ---- */

static void
on_difference(void *context, xmlErrorPtr found)
{
	struct scop_xml_reader *reader = context;

	if (reader->difference_count == DIFFERENCES_MAX)
		return;
	struct scop_file_error *difference = &reader->differences[reader->difference_count++];
	difference->line = (unsigned)xmlSAX2GetLineNumber(reader->parser);
	scop_schema_explain(reader->req, found, difference);
}

const struct scop_file_error *
scop_xml_difference(const struct scop_xml_reader *reader, size_t index)
{
	return index < reader->difference_count ? &reader->differences[index] : NULL;
}

static void
compare_with(struct scop_xml_reader *reader, const struct scop_schema *schema)
{
	xmlSchemaPtr compiled = scop_schema_compile(reader->req, schema);

	if (!compiled) {
		reader->failed = true;
		return;
	}
	reader->validator = xmlSchemaNewValidCtxt(compiled);
	if (!reader->validator)
		abort();
	xmlSchemaSetValidStructuredErrors(reader->validator, on_difference, reader);
	reader->plug =
	    xmlSchemaSAXPlug(reader->validator, &reader->parser->sax, &reader->parser->userData);
}

/* ---- encodings that libxml2 does not have itself ---- */

static int
convert(enum scop_encoding encoding, unsigned char *out, int *out_size, const unsigned char *in,
    int *in_size)
{
	int used = 0, at = 0;

	while (at < *in_size && *out_size - used >= SCOP_ENCODING_GROWTH)
		used += (int)scop_utf8_put((char *)out + used,
		    scop_encoding_letter(encoding, in[at++]));
	*in_size = at;
	*out_size = used;
	return used;
}

static int
from_windows_1252(unsigned char *out, int *out_size, const unsigned char *in, int *in_size)
{
	return convert(SCOP_WINDOWS_1252, out, out_size, in, in_size);
}

static int
from_iso_8859_15(unsigned char *out, int *out_size, const unsigned char *in, int *in_size)
{
	return convert(SCOP_ISO_8859_15, out, out_size, in, in_size);
}

static void
prepare(void)
{
	static bool is_prepared;

	if (is_prepared)
		return;
	is_prepared = true;
	xmlInitParser();
	scop_schema_close_doors();
	xmlNewCharEncodingHandler("WINDOWS-1252", from_windows_1252, NULL);
	xmlNewCharEncodingHandler("CP1252", from_windows_1252, NULL);
	xmlNewCharEncodingHandler("ISO-8859-15", from_iso_8859_15, NULL);
}

/* ---- reading ---- */

struct scop_xml_reader *
scop_xml_open(struct scop_request *req, struct scop_xml_input input)
{
	struct scop_xml_reader *reader = scop_arena_alloc(req->arena, sizeof *reader);
	xmlSAXHandler sax = { .initialized = XML_SAX2_MAGIC,
		.internalSubset = on_doctype,
		.reference = on_reference,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = on_text };

	prepare();
	reader->req = req;
	reader->input = input;
	reader->bytes = input.data;
	reader->left = input.data ? input.size : 0;
	reader->parser = xmlCreatePushParserCtxt(&sax, reader, NULL, 0, NULL);
	if (!reader->parser)
		abort();
	/* without a DOCTYPE there are but XML's five entities; else & in an attribute stays "&#38;"
	 */
	xmlCtxtUseOptions(reader->parser, XML_PARSE_NONET | XML_PARSE_NOENT);
	scop_arena_cleanup(req->arena, release, reader);
	if (input.schema)
		compare_with(reader, input.schema);
	return reader;
}

/* Reads the next piece; false at the end, and if the request has failed. */
static bool
next_piece(struct scop_xml_reader *reader)
{
	const struct scop_value *rows = NULL;

	if (!reader->input.piece)
		return false;
	if (!reader->piece_arena)
		reader->piece_arena = scop_arena_new();
	scop_arena_reset(reader->piece_arena);
	const struct scop_query query =
	    reader->input.piece(reader->req, reader->input.context, reader->piece++);
	if (!scop_request_read(reader->req, reader->piece_arena, &query, 1, &rows)) {
		reader->failed = true;
		return false;
	}
	const struct scop_value *bytes = scop_get(scop_at(rows, 0), "data");
	reader->bytes = scop_as_text(bytes);
	reader->left = scop_size(bytes);
	return scop_count(rows) > 0;
}

static void
parse(struct scop_xml_reader *reader, size_t size, bool is_end)
{
	xmlParseChunk(reader->parser, reader->bytes, (int)size, is_end);
	reader->bytes += size;
	reader->left -= size;
	if (!reader->parser->wellFormed || !reader->parser->nsWellFormed ||
	    reader->parser->disableSAX)
		take_error(reader);
	else if (reader->parser->input &&
	    reader->parser->input->end - reader->parser->input->cur > TOKEN_BYTES_MAX)
		refuse(reader, SCOP_TEXT("A tag or a comment is longer than 100,000 bytes here."));
}

/* Feeds the next slice. */
static void
feed(struct scop_xml_reader *reader)
{
	while (reader->left == 0 && next_piece(reader))
		continue;
	if (reader->failed)
		return;
	reader->ended = reader->left == 0;
	if (reader->ended)
		reader->bytes = "";
	parse(reader, reader->left < SLICE ? reader->left : SLICE, reader->ended);
}

static void
set_error(const struct scop_xml_reader *reader, struct scop_file_error *ret_error)
{
	if (!ret_error)
		return;
	*ret_error = (struct scop_file_error){ .text = NULL };
	if (reader->failed)
		*ret_error = reader->error;
}

const struct scop_xml *
scop_xml_root(struct scop_xml_reader *reader, struct scop_file_error *ret_error)
{
	while (!reader->root && !reader->failed && !reader->ended)
		feed(reader);
	if (reader->root)
		scop_format_ok(ret_error);
	else
		set_error(reader, ret_error);
	return reader->root;
}

const struct scop_xml *
scop_xml_next(struct scop_xml_reader *reader, struct scop_file_error *ret_error)
{
	if (reader->given)
		leave_arena(reader, reader->given->arena);
	reader->given = NULL;
	while (!reader->first && !reader->failed && !reader->ended)
		feed(reader);
	struct finished *one = reader->first;
	if (!one) {
		set_error(reader, ret_error);
		return NULL;
	}
	scop_format_ok(ret_error);
	reader->first = one->next;
	if (!reader->first)
		reader->last = NULL;
	reader->given = one;
	return one->element;
}

const struct scop_xml *
scop_xml_read(struct scop_request *req, const char *data, size_t size,
    struct scop_file_error *ret_error)
{
	struct scop_xml_reader *reader =
	    scop_xml_open(req, (struct scop_xml_input){ .data = data, .size = size });

	reader->whole = true;
	while (!reader->failed && !reader->ended)
		feed(reader);
	set_error(reader, ret_error);
	return reader->failed ? NULL : scop_xml_next(reader, NULL);
}

bool
scop_xml_is_valid(struct scop_request *req, const struct scop_value *document,
    const struct scop_schema *schema, struct scop_file_error *ret_error)
{
	struct scop_xml_reader *reader = scop_xml_open(req,
	    (struct scop_xml_input){ .data = scop_as_text(document),
		.size = scop_size(document),
		.schema = schema });

	while (!reader->failed && !reader->ended)
		feed(reader);
	set_error(reader, ret_error);
	if (!reader->failed && reader->difference_count > 0 && ret_error)
		*ret_error = reader->differences[0];
	return !reader->failed && reader->difference_count == 0;
}
