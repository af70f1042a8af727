/* SPDX-License-Identifier: EUPL-1.2 */
/* Error messages: see error.h. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void
write_error(struct scop_error *err, const char *format, va_list args)
{
	scop_said_write_list(err->said, sizeof err->said, format, args);
	scop_said_show(err->said, NULL, err->text, sizeof err->text);
}

bool
scop_error_set(struct scop_error *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_error(err, format, args);
	va_end(args);
	return false;
}

bool
scop_error_errno(struct scop_error *err, const char *format, ...)
{
	const int cause = errno;
	va_list args;

	va_start(args, format);
	write_error(err, format, args);
	va_end(args);

	const size_t used = strlen(err->said);
	snprintf(err->said + used, sizeof err->said - used, ": %s", strerror(cause));
	scop_said_show(err->said, NULL, err->text, sizeof err->text);
	return false;
}
