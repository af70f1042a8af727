/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * XML 1.0 with namespaces: written element by element, and read without a file,
 * an address, a DOCTYPE or an entity of its own ever being followed. Names are
 * compared without their prefixes.
 *
 * A module that calls these functions links libscopiton-xml.so.1; a worker of
 * another module does not load it.
 */
#ifndef SCOPITON_XML_H
#define SCOPITON_XML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scopiton/format.h"
#include "scopiton/query.h"

/* ---- writing ---- */

/* A document that is written. A mistake of the module fails the request: a name
 * that is none, a prefix that no element around it declares, an element that is
 * not ended. Characters that XML cannot hold (controls other than tab and line
 * breaks) are left out. */
struct scop_xml_writer;

/* A document in UTF-8; with `indent`, each element is on a line of its own. */
struct scop_xml_writer *scop_xml_new(struct scop_request *req, bool indent);

/* Starts an element, such as "Invoice" or "cac:Party", and ends the last one
 * that was started. The arguments after `name` are pairs of an attribute's name
 * and its value, both const char *, up to a NULL; an attribute whose value is
 * NULL or empty is left out. "xmlns" and "xmlns:cac" declare a namespace. */
void scop_xml_start(struct scop_xml_writer *xml, const char *name, ...) __attribute__((sentinel));
void scop_xml_end(struct scop_xml_writer *xml);

/* Writes an element with a value, as scop_plain does: 12.50 for a number or
 * money, "2026-11-22" for a date, RFC 3339 in UTC for a time. Writes nothing
 * for NULL, null and an empty string, so that an optional element needs no
 * test. Attributes are as above; money does not write its currency. */
void scop_xml_put(struct scop_xml_writer *xml, const char *name, const struct scop_value *value,
    ...) __attribute__((sentinel));

/* The document; NULL if the request has failed. Lives as long as the request.
 */
const struct scop_value *scop_xml_done(struct scop_xml_writer *xml);

/* ---- an element that was read ---- */

/* An element with what is in it. Its texts are without spaces at their ends.
 *
 * A path leads from an element to one below it, "NtryDtls/TxDtls", or to an
 * attribute, "Amt/@Ccy";
 * "" is the element itself, and "@Ccy" an attribute of it. The first match
 * counts. Each function accepts NULL as an element that is not there. */
struct scop_xml;

/* The name without its prefix, the address of its namespace ("" for none), and
 * the line on which its start ends, from 1. They live as long as the element.
 */
const char *scop_xml_name(const struct scop_xml *element);
const char *scop_xml_namespace(const struct scop_xml *element);
unsigned scop_xml_line(const struct scop_xml *element);

/* The element at `path`; NULL if there is none. */
const struct scop_xml *scop_xml_find(const struct scop_xml *element, const char *path);

/* The element at `path` that follows `last`, or the first one for NULL; NULL
 * after the last one:
 *
 *     for (const struct scop_xml *line = NULL; (line = scop_xml_each(invoice,
 * "InvoiceLine", line));)
 */
const struct scop_xml *scop_xml_each(const struct scop_xml *element, const char *path,
    const struct scop_xml *last);

/* The text at `path`; "" if there is none. Lives as long as the element. */
const char *scop_xml_text(const struct scop_xml *element, const char *path);

/* The text at `path` as a value that lives as long as the request: SCOP_STRING,
 * SCOP_INT, SCOP_NUMBER (of up to 18 digits), SCOP_BOOL, SCOP_DATE (a time or a
 * zone behind it is dropped) or SCOP_TIME (without a zone: in the tenant's).
 * NULL if there is none, or if it is no such value. */
const struct scop_value *scop_xml_value(struct scop_request *req, const struct scop_xml *element,
    const char *path, enum scop_type type);

/* ---- reading ---- */

/* A schema of the module's folder schemas/, as the build writes it to names.c.
 */
struct scop_schema {
	const char *path;                        /* in that folder: "maindoc/UBL-Invoice-2.1.xsd" */
	const char *text;                        /* the file */
	size_t size;                             /* bytes */
	const struct scop_schema *const *others; /* of this module; NULL ends */
};

/* The input of a reader. Leave out members that are not used. */
struct scop_xml_input {
	const char *data; /* the whole document; it must live as long as the reader */
	size_t size;      /* bytes */
	/* instead of `data`, for a document in pieces: the statement that reads piece
	 * `number`, from 0, as a row with a column `data`; no row ends the document.
	 * Only one piece is in memory at a time. */
	struct scop_query (*piece)(struct scop_request *req, const void *context, uint64_t number);
	const void *context; /* of `piece` */
	/* the paths of the elements that scop_xml_next gives, "Stmt/Bal" or "Ntry":
	 * each matches the end of an element's path from the root; NULL ends */
	const char *const *elements;
	const struct scop_schema *schema; /* compare the document with it meanwhile */
};

/* A document that is read from its beginning to its end, in memory that depends
 * on the largest of the `elements` and not on the document. Encodings are
 * UTF-8, UTF-16, ISO-8859-1, ISO-8859-15 and windows-1252. Refused are a
 * DOCTYPE, entities other than XML's five, more than 100 elements in one
 * another, one of the `elements` with more than 16,000,000 bytes, a text of
 * more than 10,000,000, and a tag or comment of more than 100,000. */
struct scop_xml_reader;

/* Never NULL; a mistake in the document is found by the functions below. */
struct scop_xml_reader *scop_xml_open(struct scop_request *req, struct scop_xml_input input);

/* The document's outermost element with its attributes, without what is in it;
 * lives as long as the reader. NULL with `*ret_error`. */
const struct scop_xml *scop_xml_root(struct scop_xml_reader *reader,
    struct scop_file_error *ret_error);

/* The next of the `elements`, in the order in which they end. It lives until
 * the next call. NULL at the end of the document, and with `*ret_error` where
 * it cannot be read further. */
const struct scop_xml *scop_xml_next(struct scop_xml_reader *reader,
    struct scop_file_error *ret_error);

/* A difference from the schema, `index` from 0, of those found so far: at most
 * 20 are kept. NULL past the last. They do not stop the reading. */
const struct scop_file_error *scop_xml_difference(const struct scop_xml_reader *reader,
    size_t index);

/* Reads a document of at most 16,000,000 bytes as a whole: its outermost
 * element, which lives as long as the request. NULL with `*ret_error`. */
const struct scop_xml *scop_xml_read(struct scop_request *req, const char *data, size_t size,
    struct scop_file_error *ret_error);

/* Whether a document, such as one that was just written, is well-formed and as
 * the schema says; false with the first difference. */
bool scop_xml_is_valid(struct scop_request *req, const struct scop_value *document,
    const struct scop_schema *schema, struct scop_file_error *ret_error);

#endif
