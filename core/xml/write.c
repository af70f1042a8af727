/* SPDX-License-Identifier: EUPL-1.2 */
/* Writes XML: see scopiton/xml.h. Source: XML 1.0 (fifth edition), Namespaces in XML 1.0. */
#include "scopiton/xml.h"

#include <stdarg.h>
#include <string.h>

#include "web/request.h"

enum { NESTED_MAX = 100, PREFIXES_MAX = 50, PREFIX_BYTES_MAX = 40 };

struct scop_xml_writer {
	struct scop_request *req;
	struct scop_buffer out;
	const char *names[NESTED_MAX];
	unsigned depth;
	bool indent;
	bool is_open;  /* the last start tag has no ">" yet */
	bool is_empty; /* nothing was written since it */
	bool has_root;
	bool failed;
	struct {
		char name[PREFIX_BYTES_MAX];
		unsigned depth; /* of the element that declares it */
	} prefixes[PREFIXES_MAX];
	unsigned prefix_count;
};

struct scop_xml_writer *
scop_xml_new(struct scop_request *req, bool indent)
{
	struct scop_xml_writer *xml = scop_arena_alloc(req->arena, sizeof *xml);

	xml->req = req;
	xml->indent = indent;
	scop_buffer_init(&xml->out, req->arena);
	scop_buffer_text(&xml->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	return xml;
}

static void
fail(struct scop_xml_writer *xml, const char *what, const char *name)
{
	xml->failed = true;
	scop_request_fail(xml->req, SCOP_DB_FAILED,
	    scop_arena_printf(xml->req->arena, "XML: %s '%.60s'", what, name));
}

/* ---- names ---- */

static bool
is_name(const char *name)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_",
			  more[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
				   "0123456789.-";
	const char *colon = strchr(name, ':');

	if (colon && (colon == name || !strchr(first, colon[1]) || !colon[1]))
		return false;
	return name[0] && strchr(first, name[0]) && strspn(name, more) == strcspn(name, ":") &&
	    (!colon || strspn(colon + 1, more) == strlen(colon + 1));
}

static void
declare(struct scop_xml_writer *xml, const char *prefix)
{
	if (xml->prefix_count == PREFIXES_MAX || strlen(prefix) >= PREFIX_BYTES_MAX) {
		fail(xml, "too many prefixes, or too long a one:", prefix);
		return;
	}
	strcpy(xml->prefixes[xml->prefix_count].name, prefix);
	xml->prefixes[xml->prefix_count++].depth = xml->depth;
}

static bool
is_declared(const struct scop_xml_writer *xml, const char *name)
{
	const size_t length = strcspn(name, ":");

	if (!name[length] || strncmp(name, "xml:", 4) == 0)
		return true;
	for (unsigned i = 0; i < xml->prefix_count; i++)
		if (strncmp(xml->prefixes[i].name, name, length) == 0 &&
		    !xml->prefixes[i].name[length])
			return true;
	return false;
}

/* ---- text ---- */

/* Characters outside of XML's: controls, U+FFFE and U+FFFF; surrogates are no UTF-8. */
static bool
is_left_out(const char *at, size_t step)
{
	const unsigned char byte = (unsigned char)*at;

	if (step == 3 && memcmp(at, "\xef\xbf", 2) == 0)
		return (unsigned char)at[2] >= 0xbe;
	return byte < ' ' && byte != '\t' && byte != '\n' && byte != '\r';
}

static const char *
escape_of(char byte, bool attribute)
{
	switch (byte) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '\r':
		return "&#13;";
	case '"':
		return attribute ? "&quot;" : NULL;
	case '\n':
		return attribute ? "&#10;" : NULL;
	case '\t':
		return attribute ? "&#9;" : NULL;
	default:
		return NULL;
	}
}

static void
add_text(struct scop_xml_writer *xml, const char *text, size_t length, bool attribute)
{
	for (size_t at = 0, step; at < length; at += step) {
		step = scop_utf8_step(text + at, length - at);
		if (step == 0) {
			fail(xml, "a text is not UTF-8:", "");
			return;
		}
		const char *escape = escape_of(text[at], attribute);
		if (escape)
			scop_buffer_text(&xml->out, escape);
		else if (!is_left_out(text + at, step))
			scop_buffer_add(&xml->out, text + at, step);
	}
}

/* ---- elements ---- */

static void
begin_line(struct scop_xml_writer *xml)
{
	if (xml->is_open)
		scop_buffer_char(&xml->out, '>');
	xml->is_open = false;
	if (!xml->indent || !xml->has_root)
		return;
	scop_buffer_char(&xml->out, '\n');
	for (unsigned i = 0; i < xml->depth; i++)
		scop_buffer_char(&xml->out, '\t');
}

static void
check_prefixes(struct scop_xml_writer *xml, const char *name, va_list attributes)
{
	const char *attribute;

	if (!is_declared(xml, name))
		fail(xml, "no element around it declares the prefix of", name);
	while ((attribute = va_arg(attributes, const char *))) {
		if (!va_arg(attributes, const char *))
			continue;
		if (strncmp(attribute, "xmlns", 5) != 0 && !is_declared(xml, attribute))
			fail(xml, "no element around it declares the prefix of", attribute);
	}
}

static void
add_attributes(struct scop_xml_writer *xml, va_list attributes)
{
	const char *name;

	while ((name = va_arg(attributes, const char *))) {
		const char *value = va_arg(attributes, const char *);

		if (!is_name(name))
			fail(xml, "this is no attribute's name:", name);
		if (!value || !value[0])
			continue;
		if (strncmp(name, "xmlns:", 6) == 0)
			declare(xml, name + 6);
		scop_buffer_printf(&xml->out, " %s=\"", name);
		add_text(xml, value, strlen(value), true);
		scop_buffer_char(&xml->out, '"');
	}
}

/* Writes the start tag without its ">". */
static bool
start(struct scop_xml_writer *xml, const char *name, va_list attributes)
{
	va_list again;

	if (!is_name(name))
		fail(xml, "this is no element's name:", name);
	else if (xml->depth == NESTED_MAX)
		fail(xml, "more than 100 elements in one another, at", name);
	else if (xml->depth == 0 && xml->has_root)
		fail(xml, "a second outermost element:", name);
	if (xml->failed)
		return false;
	begin_line(xml);
	scop_buffer_char(&xml->out, '<');
	scop_buffer_text(&xml->out, name);
	va_copy(again, attributes);
	add_attributes(xml, attributes);
	check_prefixes(xml, name, again);
	va_end(again);
	xml->has_root = true;
	return !xml->failed;
}

static void
forget_prefixes(struct scop_xml_writer *xml)
{
	while (xml->prefix_count > 0 && xml->prefixes[xml->prefix_count - 1].depth >= xml->depth)
		xml->prefix_count--;
}

void
scop_xml_start(struct scop_xml_writer *xml, const char *name, ...)
{
	va_list attributes;

	va_start(attributes, name);
	if (start(xml, name, attributes)) {
		xml->names[xml->depth++] = scop_arena_text(xml->req->arena, name);
		xml->is_open = xml->is_empty = true;
	}
	va_end(attributes);
}

void
scop_xml_end(struct scop_xml_writer *xml)
{
	if (xml->failed)
		return;
	if (xml->depth == 0) {
		fail(xml, "an element is ended, and none is open", "");
		return;
	}
	xml->depth--;
	if (xml->is_empty)
		scop_buffer_text(&xml->out, "/>");
	else {
		begin_line(xml);
		scop_buffer_printf(&xml->out, "</%s>", xml->names[xml->depth]);
	}
	xml->is_open = xml->is_empty = false;
	forget_prefixes(xml);
}

static bool
is_nothing(const struct scop_value *value)
{
	return scop_type(value) == SCOP_NULL ||
	    (scop_type(value) == SCOP_STRING && scop_size(value) == 0);
}

void
scop_xml_put(struct scop_xml_writer *xml, const char *name, const struct scop_value *value, ...)
{
	struct scop_buffer plain;
	va_list attributes;

	if (is_nothing(value))
		return;
	va_start(attributes, value);
	if (start(xml, name, attributes)) {
		scop_buffer_init(&plain, xml->req->arena);
		scop_value_plain(&plain, value);
		scop_buffer_char(&xml->out, '>');
		add_text(xml, scop_buffer_str(&plain), plain.length, false);
		scop_buffer_printf(&xml->out, "</%s>", name);
		xml->is_empty = false;
		forget_prefixes(xml);
	}
	va_end(attributes);
}

const struct scop_value *
scop_xml_done(struct scop_xml_writer *xml)
{
	if (!xml->failed && xml->depth > 0)
		fail(xml, "an element is not ended:", xml->names[xml->depth - 1]);
	else if (!xml->failed && !xml->has_root)
		fail(xml, "the document has no element", "");
	if (xml->failed || xml->req->failed)
		return NULL;
	scop_buffer_char(&xml->out, '\n');
	return scop_value_bytes(xml->req->arena, scop_buffer_str(&xml->out), xml->out.length);
}
