/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Names and values as browsers send them: application/x-www-form-urlencoded
 * (https://url.spec.whatwg.org, section 5) and multipart/form-data (RFC 7578), and cookies (RFC
 * 6265). Pure parsing of untrusted bytes, with limits everywhere.
 */
#include "web/form.h"

#include <string.h>
#include <strings.h>

enum { NAME_MAX_BYTES = 64, BOUNDARY_MAX = 70, PART_HEADER_MAX = 4096 };

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Percent-decodes; a % that is not followed by two digits stands for itself. */
static char *
decode(struct scop_arena *arena, const char *text, size_t length, size_t *ret_length)
{
	char *out = scop_arena_alloc(arena, length + 1);
	size_t used = 0;

	for (size_t i = 0; i < length; i++) {
		const int high = text[i] == '%' && i + 2 < length ? hex_digit(text[i + 1]) : -1;
		const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;

		if (low >= 0) {
			out[used++] = (char)(high * 16 + low);
			i += 2;
		} else {
			out[used++] = text[i] == '+' ? ' ' : text[i];
		}
	}
	*ret_length = used;
	return out;
}

static bool
add_pair(struct scop_pairs *pairs, const char *name, const char *value, size_t length,
    struct scop_error *err)
{
	if (pairs->count == SCOP_PAIRS_MAX)
		return scop_error_set(err, "more than %d fields", SCOP_PAIRS_MAX);
	pairs->pair[pairs->count++] = (struct scop_pair){ name, value, length };
	return true;
}

bool
scop_form_urlencoded(struct scop_pairs *pairs, struct scop_arena *arena, const char *text,
    size_t length, struct scop_error *err)
{
	const char *end = text + length;

	while (text < end) {
		const char *stop = memchr(text, '&', (size_t)(end - text));
		const char *pair_end = stop ? stop : end;
		const char *equals = memchr(text, '=', (size_t)(pair_end - text));
		const char *name_end = equals ? equals : pair_end;
		const char *value = equals ? equals + 1 : pair_end;
		size_t name_length, value_length;

		if (pair_end > text) {
			char *name = decode(arena, text, (size_t)(name_end - text), &name_length);
			char *decoded =
			    decode(arena, value, (size_t)(pair_end - value), &value_length);

			if (!add_pair(pairs, name, decoded, value_length, err))
				return false;
		}
		text = pair_end + 1;
	}
	return true;
}

/* The position after the next ';' outside quotes; NULL for none. */
static const char *
next_parameter(const char *at, const char *end)
{
	bool quoted = false;

	for (; at < end; at++) {
		if (*at == '"')
			quoted = !quoted;
		else if (*at == ';' && !quoted)
			return at + 1;
	}
	return NULL;
}

/* A file name for display: text without control characters. */
static bool
is_plain_text(const char *text)
{
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return false;
	return scop_utf8_valid(text, strlen(text));
}

/* The parameter `name` of a header's value such as `form-data; name="x"; filename="y"`; NULL for
 * none. */
static const char *
parameter(struct scop_arena *arena, const char *header, size_t length, const char *name)
{
	const char *end = header + length;
	const size_t name_length = strlen(name);

	for (const char *at = header; (at = next_parameter(at, end));) {
		while (at < end && (*at == ' ' || *at == '\t'))
			at++;
		if ((size_t)(end - at) <= name_length || strncasecmp(at, name, name_length) != 0 ||
		    at[name_length] != '=')
			continue;
		at += name_length + 1;
		if (at < end && *at == '"') {
			const char *close = memchr(at + 1, '"', (size_t)(end - at - 1));

			return close ? scop_arena_bytes(arena, at + 1, (size_t)(close - at - 1))
				     : NULL;
		}
		const char *stop = at;
		while (stop < end && !strchr("; \t\r\n", *stop))
			stop++;
		return scop_arena_bytes(arena, at, (size_t)(stop - at));
	}
	return NULL;
}

/* The value of a part's header `name`; NULL for none. */
static const char *
part_header(struct scop_arena *arena, const char *headers, size_t length, const char *name)
{
	const size_t name_length = strlen(name);

	for (const char *line = headers, *end = headers + length; line < end;) {
		const char *newline = memmem(line, (size_t)(end - line), "\r\n", 2);
		const char *line_end = newline ? newline : end;

		if ((size_t)(line_end - line) > name_length &&
		    strncasecmp(line, name, name_length) == 0 && line[name_length] == ':')
			return scop_arena_bytes(arena, line + name_length + 1,
			    (size_t)(line_end - line) - name_length - 1);
		line = line_end + 2;
	}
	return NULL;
}

static const char *
base_name(const char *path)
{
	for (const char *c = path; *c; c++)
		if (*c == '/' || *c == '\\')
			path = c + 1;
	return path;
}

static bool
add_part(struct scop_pairs *pairs, struct scop_arena *arena, const char *headers,
    size_t headers_length, const char *data, size_t size, struct scop_error *err)
{
	const char *disposition =
	    part_header(arena, headers, headers_length, "Content-Disposition");
	const char *name =
	    disposition ? parameter(arena, disposition, strlen(disposition), "name") : NULL;

	if (!name || strlen(name) > NAME_MAX_BYTES)
		return scop_error_set(err, "a part of the form has no name");

	const char *filename = parameter(arena, disposition, strlen(disposition), "filename");
	if (!filename)
		return add_pair(pairs, name, scop_arena_bytes(arena, data, size), size, err);
	if (!is_plain_text(filename) || !is_plain_text(name))
		return scop_error_set(err, "a file's name is not text in UTF-8");
	if (pairs->file_count == SCOP_FILES_MAX)
		return scop_error_set(err, "more than %d files", SCOP_FILES_MAX);

	const char *type = part_header(arena, headers, headers_length, "Content-Type");
	while (type && *type == ' ')
		type++;
	pairs->file_field[pairs->file_count] = name;
	pairs->file[pairs->file_count++] = (struct scop_file){ base_name(filename),
		type ? type : "application/octet-stream", size ? data : NULL, size };
	return true;
}

bool
scop_form_multipart(struct scop_pairs *pairs, struct scop_arena *arena, const char *content_type,
    const char *body, size_t length, struct scop_error *err)
{
	const char *boundary = parameter(arena, content_type, strlen(content_type), "boundary");
	const char *end = body + length;

	if (!boundary || !boundary[0] || strlen(boundary) > BOUNDARY_MAX)
		return scop_error_set(err, "the form's content type has no boundary");

	const char *opening = scop_arena_printf(arena, "--%s", boundary);
	const char *separator = scop_arena_printf(arena, "\r\n--%s", boundary);
	const char *at = memmem(body, length, opening, strlen(opening));
	if (!at)
		return scop_error_set(err, "the form has no part");
	at += strlen(opening);
	for (;;) {
		if (end - at >= 2 && memcmp(at, "--", 2) == 0)
			return true;
		if (end - at < 2 || memcmp(at, "\r\n", 2) != 0)
			return scop_error_set(err, "the form ends in the middle of a part");
		at += 2;

		const size_t left = (size_t)(end - at);
		const char *blank =
		    memmem(at, left < PART_HEADER_MAX ? left : PART_HEADER_MAX, "\r\n\r\n", 4);
		if (!blank)
			return scop_error_set(err, "the headers of a part of the form have no end");
		const char *data = blank + 4;
		const char *stop = memmem(data, (size_t)(end - data), separator, strlen(separator));
		if (!stop)
			return scop_error_set(err, "the form ends in the middle of a part");
		if (!add_part(pairs, arena, at, (size_t)(blank - at), data, (size_t)(stop - data),
			err))
			return false;
		at = stop + strlen(separator);
	}
}

const char *
scop_cookie_find(struct scop_arena *arena, const char *header, const char *name)
{
	const size_t length = strlen(name);

	while (header && *header) {
		while (*header == ' ' || *header == ';')
			header++;
		const size_t pair = strcspn(header, ";");

		if (pair > length && strncmp(header, name, length) == 0 && header[length] == '=')
			return scop_arena_bytes(arena, header + length + 1, pair - length - 1);
		header += pair;
	}
	return NULL;
}
