/* SPDX-License-Identifier: EUPL-1.2 */
/* Finds what is in an element that was read: see scopiton/xml.h. */
#include "xml/element.h"

#include <stdio.h>
#include <string.h>

#include "base/date.h"
#include "base/decimal.h"
#include "scopiton/calc.h"
#include "web/request.h"

const char *
scop_xml_name(const struct scop_xml *element)
{
	return element ? element->name : "";
}

const char *
scop_xml_namespace(const struct scop_xml *element)
{
	return element ? element->space : "";
}

unsigned
scop_xml_line(const struct scop_xml *element)
{
	return element ? element->line : 0;
}

static bool
is_named(const char *name, const char *path, size_t length)
{
	return strncmp(name, path, length) == 0 && name[length] == '\0';
}

/* The first element at `path` behind `*last`, if that is not NULL: it is set to NULL when the
 * search has come to it. An attribute at the end of the path is not looked at. */
static const struct scop_xml *
search(const struct scop_xml *element, const char *path, const struct scop_xml **last)
{
	const size_t length = strcspn(path, "/");

	if (!path[0] || path[0] == '@') {
		const bool is_last = element == *last, is_behind = !*last;

		if (is_last)
			*last = NULL;
		return is_behind ? element : NULL;
	}
	for (const struct scop_xml *child = element->first; child; child = child->next) {
		if (!is_named(child->name, path, length))
			continue;
		const struct scop_xml *found =
		    search(child, path + length + (path[length] == '/'), last);
		if (found)
			return found;
	}
	return NULL;
}

const struct scop_xml *
scop_xml_each(const struct scop_xml *element, const char *path, const struct scop_xml *last)
{
	return element ? search(element, path, &last) : NULL;
}

const struct scop_xml *
scop_xml_find(const struct scop_xml *element, const char *path)
{
	return scop_xml_each(element, path, NULL);
}

static const char *
attribute(const struct scop_xml *element, const char *name)
{
	for (size_t i = 0; i < element->attribute_count; i++)
		if (strcmp(element->attributes[i].name, name) == 0)
			return element->attributes[i].value;
	return NULL;
}

/* The text at the path; NULL if nothing is there. */
static const char *
text_at(const struct scop_xml *element, const char *path)
{
	const char *at = strchr(path, '@');
	const struct scop_xml *found = scop_xml_find(element, path);

	if (!at)
		return found ? found->trimmed : NULL;
	for (; found; found = scop_xml_each(element, path, found)) {
		const char *value = attribute(found, at + 1);

		if (value)
			return value;
	}
	return NULL;
}

const char *
scop_xml_text(const struct scop_xml *element, const char *path)
{
	const char *text = text_at(element, path);

	return text ? text : "";
}

/* ---- typed ---- */

/* xs:decimal: digits with a sign before them, and a point among them or at an end. */
static bool
decimal_of(const char *text, struct scop_decimal *ret_decimal)
{
	char plain[64];
	const bool negative = *text == '-';

	text += *text == '+' || *text == '-';
	const size_t length = strlen(text);
	if (length == 0 || length > sizeof plain - 3 || *text == '+' || *text == '-')
		return false;
	const int point_ends = text[length - 1] == '.' && length > 1;
	const int size = snprintf(plain, sizeof plain, "%s%s%.*s", negative ? "-" : "",
	    *text == '.' && length > 1 ? "0" : "", (int)length - point_ends, text);
	return scop_decimal_parse(plain, (size_t)size, ret_decimal);
}

static const struct scop_value *
number(struct scop_request *req, const char *text, bool whole)
{
	struct scop_decimal decimal;

	if (!decimal_of(text, &decimal) || (whole && decimal.scale > 0))
		return NULL;
	return whole ? scop_value_int(req->arena, decimal.unscaled)
		     : scop_value_number(req->arena, decimal.unscaled, decimal.scale);
}

enum { DATE_BYTES = 10 };

static const struct scop_value *
date(struct scop_request *req, const char *text)
{
	int64_t days;

	if (strlen(text) < DATE_BYTES || !scop_date_parse(text, DATE_BYTES, &days) ||
	    (text[DATE_BYTES] && !strchr("TZ+-", text[DATE_BYTES])))
		return NULL;
	return scop_value_date(req->arena, days);
}

static const struct scop_value *
moment(struct scop_request *req, const char *text)
{
	const size_t length = strlen(text);
	int64_t time, days, seconds;

	if (scop_moment_parse(text, length, &time))
		return scop_value_time(req->arena, time);
	if (length <= DATE_BYTES || text[DATE_BYTES] != 'T' ||
	    !scop_date_parse(text, DATE_BYTES, &days) ||
	    !scop_clock_parse(text + DATE_BYTES + 1, strcspn(text + DATE_BYTES + 1, "."), &seconds))
		return NULL;
	return scop_time_of(req, scop_value_date(req->arena, days),
	    scop_value_clock(req->arena, seconds));
}

static const struct scop_value *
truth(struct scop_request *req, const char *text)
{
	const bool yes = strcmp(text, "true") == 0 || strcmp(text, "1") == 0,
		   no = strcmp(text, "false") == 0 || strcmp(text, "0") == 0;

	return yes || no ? scop_value_bool(req->arena, yes) : NULL;
}

const struct scop_value *
scop_xml_value(struct scop_request *req, const struct scop_xml *element, const char *path,
    enum scop_type type)
{
	const char *text = text_at(element, path);

	if (!text)
		return NULL;
	switch (type) {
	case SCOP_STRING:
		return scop_value_text(req->arena, scop_arena_text(req->arena, text));
	case SCOP_INT:
	case SCOP_NUMBER:
		return number(req, text, type == SCOP_INT);
	case SCOP_BOOL:
		return truth(req, text);
	case SCOP_DATE:
		return date(req, text);
	case SCOP_TIME:
		return moment(req, text);
	default:
		scop_request_fail(req, SCOP_DB_FAILED, "scop_xml_value of a type that XML has not");
		return NULL;
	}
}
