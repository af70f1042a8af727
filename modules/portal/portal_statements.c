/* SPDX-License-Identifier: EUPL-1.2 */
/* The tenant's usage and its cost: a statement for each month. */
#include <stdlib.h>

#include "portal.h"

/* "2026-11" in the reader's format. */
static const struct scop_value *
in_words(struct scop_request *req, const char *month)
{
	static const char *const names[] = { SCOP_TEXT("January"), SCOP_TEXT("February"),
		SCOP_TEXT("March"), SCOP_TEXT("April"), SCOP_TEXT("May"), SCOP_TEXT("June"),
		SCOP_TEXT("July"), SCOP_TEXT("August"), SCOP_TEXT("September"),
		SCOP_TEXT("October"), SCOP_TEXT("November"), SCOP_TEXT("December") };
	const int number = atoi(month) > 0 ? atoi(month + 5) : 0;

	return number < 1 || number > 12
	    ? scop_make_text(req, "%s", month)
	    : scop_make_text(req, "%s %.4s", scop_translate(req, names[number - 1]), month);
}

static void
put_month(struct scop_request *req)
{
	const struct scop_value *month = scop_path(req, "month");
	const struct scop_value *lines = scop_rows(req,
	    statement_lines(scop_make_text(req, "%s", scop_language_of(req)), month));
	int64_t sum = 0;

	for (size_t i = 0; i < scop_count(lines); i++)
		sum += scop_int(scop_at(lines, i), "sum");
	scop_put(req, "month", month);
	scop_put(req, "title", in_words(req, scop_as_text(month)));
	scop_put(req, "lines", lines);
	scop_put(req, "total",
	    scop_make_money(req, sum,
		scop_count(lines) > 0 ? scop_currency(scop_get(scop_at(lines, 0), "sum")) : "EUR"));
}

void
portal_statements(struct scop_request *req)
{
	const struct scop_value *months = scop_rows(req, statement_months());
	const size_t count = scop_count(months);
	const struct scop_value **list = scop_alloc(req, (count + 1) * sizeof(*list));

	for (size_t i = 0; i < count; i++)
		list[i] = scop_make_with(req, scop_at(months, i), "title",
		    in_words(req, scop_text(scop_at(months, i), "month")));
	scop_put(req, "months", scop_make_list(req, count, list));
	scop_put(req, "any", scop_make_bool(req, count > 0));
	scop_view(req, &view_statements);
}

void
portal_statement(struct scop_request *req)
{
	put_month(req);
	if (scop_count(scop_model(req, "lines")) == 0) {
		scop_not_found(req);
		return;
	}
	scop_view(req, &view_statement);
}

void
portal_statement_csv(struct scop_request *req)
{
	static const struct scop_csv_column columns[] = { { "title", SCOP_TEXT("Module") },
		{ "begins", SCOP_TEXT("From") }, { "ends", SCOP_TEXT("Expires") },
		{ "days", SCOP_TEXT("Days") }, { "of_days", SCOP_TEXT("Days of the month") },
		{ "month", SCOP_TEXT("Per month") }, { "sum", SCOP_TEXT("Amount") }, { 0 } };

	put_month(req);
	if (scop_count(scop_model(req, "lines")) == 0) {
		scop_not_found(req);
		return;
	}
	scop_send_download(req,
	    scop_as_text(
		scop_make_text(req, "statement-%s.csv", scop_as_text(scop_path(req, "month")))),
	    "text/csv; charset=utf-8", scop_csv_write(req, columns, scop_model(req, "lines")));
}
