/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The filter of a list of past events: by person and by days. The days are in the tenant's time
 * zone; the statements get times in UTC.
 */
#include "portal.h"

const struct scop_field portal_period_fields[] = {
	SCOP_PAGE_FIELDS,
	{ .name = "words", .type = SCOP_FIELD_TEXT, .max = 100 },
	{ .name = "from", .type = SCOP_FIELD_DATE, .label = SCOP_TEXT("From") },
	{ .name = "until", .type = SCOP_FIELD_DATE, .label = SCOP_TEXT("Until") },
	{ 0 },
};

const struct scop_value *
portal_since(struct scop_request *req)
{
	const struct scop_value *from = scop_field(req, "from");

	return from ? scop_time_of(req, from, NULL) : NULL;
}

const struct scop_value *
portal_before(struct scop_request *req)
{
	const struct scop_value *until = scop_field(req, "until");

	return until ? scop_time_of(req, scop_add_days(req, until, 1), NULL) : NULL;
}

void
portal_put_period(struct scop_request *req)
{
	const struct scop_value *words = scop_field(req, "words"), *from = scop_field(req, "from"),
				*until = scop_field(req, "until");
	const char *query = "";

	if (words)
		query = scop_as_text(
		    scop_make_text(req, "&words=%s", scop_as_text(scop_percent(req, words))));
	if (from)
		query =
		    scop_as_text(scop_make_text(req, "%s&from=%s", query, scop_plain(req, from)));
	if (until)
		query =
		    scop_as_text(scop_make_text(req, "%s&until=%s", query, scop_plain(req, until)));
	scop_put(req, "words", words);
	scop_put(req, "from", from ? scop_make_string(req, scop_plain(req, from)) : NULL);
	scop_put(req, "until", until ? scop_make_string(req, scop_plain(req, until)) : NULL);
	scop_put(req, "filtered", scop_make_bool(req, query[0] != '\0'));
	scop_put(req, "query", scop_make_text(req, "%s", query));
}
