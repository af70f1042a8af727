/* SPDX-License-Identifier: EUPL-1.2 */
/* Error messages: see error.h. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/* A message quotes what people typed as "%.40s", which counts bytes, and may be stored. */
static void
write_text(struct scop_error *err, const char *format, va_list args)
{
	vsnprintf(err->text, sizeof err->text, format, args);
	scop_utf8_repair(err->text);
}

bool
scop_error_set(struct scop_error *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_text(err, format, args);
	va_end(args);
	return false;
}

bool
scop_error_errno(struct scop_error *err, const char *format, ...)
{
	const int cause = errno;
	va_list args;

	va_start(args, format);
	write_text(err, format, args);
	va_end(args);

	const size_t used = strlen(err->text);
	snprintf(err->text + used, sizeof err->text - used, ": %s", strerror(cause));
	return false;
}
