/* SPDX-License-Identifier: EUPL-1.2 */
/* Texts in other encodings than UTF-8, as old programs and spreadsheets write
 * them. */
#ifndef SCOPITON_ENCODING_H
#define SCOPITON_ENCODING_H

#include <stddef.h>

#include "scopiton/format.h"

enum scop_encoding {
	SCOP_ENCODING_GUESS, /* recognise it */
	SCOP_UTF_8,
	SCOP_UTF_16LE,
	SCOP_UTF_16BE,
	SCOP_WINDOWS_1252, /* of Windows in western Europe */
	SCOP_ISO_8859_15,  /* Latin-9, with the euro sign */
	SCOP_CP850,        /* of MS-DOS in western Europe; never a guess */
};

/* Converts `size` bytes to a string of UTF-8, without a byte order mark.
 *
 * With SCOP_ENCODING_GUESS, a byte order mark decides, then whether all of it
 * is UTF-8, or has the zero bytes of UTF-16. Anything else is taken for
 * windows-1252, or for ISO-8859-15 if that alone explains a byte: an
 * assumption, which `*ret_encoding` (may be NULL) tells, so that the module can
 * show it. NULL with `*ret_error`, if control characters or other bytes show
 * that it is no text, or UTF-8 with damaged places.
 *
 * With another encoding, bytes that it does not have become U+FFFD; a NUL is
 * refused. */
const struct scop_value *scop_decode(struct scop_request *req, const char *data, size_t size,
    enum scop_encoding encoding, enum scop_encoding *ret_encoding,
    struct scop_file_error *ret_error);

/* The name of an encoding, such as "windows-1252" (IANA's); "" for
 * SCOP_ENCODING_GUESS. */
const char *scop_encoding_name(enum scop_encoding encoding);

#endif
