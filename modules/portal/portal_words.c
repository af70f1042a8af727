/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Shows the host's messages about orders, packages and jobs in the reader's language. The host
 * stores each message as a format and arguments; the formats in the sources listed in SPEAKERS
 * (Makefile) are texts of this module's translations.
 */
#include <string.h>

#include "portal.h"

/* The message is shown as a sentence: it begins with a capital, unless it begins with a name. */
const struct scop_value *
portal_said(struct scop_request *req, const struct scop_value *said)
{
	const char *format = scop_as_text(said) + strspn(scop_as_text(said), "\x02"),
		   *words = scop_as_text(scop_said(req, said));
	const bool lower = words[0] >= 'a' && words[0] <= 'z';

	return lower && format[0] >= 'a' && format[0] <= 'z'
	    ? scop_make_text(req, "%c%s", words[0] - 'a' + 'A', words + 1)
	    : scop_make_string(req, words);
}

const struct scop_value *
portal_all_said(struct scop_request *req, const struct scop_value *rows, const char *key)
{
	struct scop_list *list = scop_list_new(req);

	for (size_t i = 0; i < scop_count(rows); i++) {
		const struct scop_value *row = scop_at(rows, i), *said = scop_get(row, key);

		scop_list_push(list,
		    *scop_as_text(said) ? scop_make_with(req, row, key, portal_said(req, said))
					: row);
	}
	return scop_list_done(list);
}
