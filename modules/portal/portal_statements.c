/* What the tenant uses, and what that costs: a statement for each month. */
#include "portal.h"

static void
put_month(struct scop_request *req)
{
	const struct scop_value *month = scop_path(req, "month");
	const struct scop_value *lines = scop_rows(req, statement_lines(scop_make_text(req, "%s", scop_language_of(req)), month));
	int64_t sum = 0;

	for (size_t i = 0; i < scop_count(lines); i++)
		sum += scop_int(scop_at(lines, i), "sum");
	scop_put(req, "month", month);
	scop_put(req, "lines", lines);
	scop_put(req, "total", scop_make_money(req, sum, scop_count(lines) > 0 ? scop_currency(scop_get(scop_at(lines, 0), "sum")) : "EUR"));
}

bool
portal_statements(struct scop_request *req)
{
	const struct scop_value *months = scop_rows(req, statement_months());

	scop_put(req, "months", months);
	scop_put(req, "any", scop_make_bool(req, scop_count(months) > 0));
	return scop_view(req, &view_statements);
}

bool
portal_statement(struct scop_request *req)
{
	put_month(req);
	if (scop_count(scop_model(req, "lines")) == 0)
		return scop_not_found(req);
	return scop_view(req, &view_statement);
}

bool
portal_statement_csv(struct scop_request *req)
{
	static const struct scop_csv_column columns[] = { { "title", SCOP_TEXT("Module") }, { "begins", SCOP_TEXT("From") }, { "ends", SCOP_TEXT("Until") },
		{ "days", SCOP_TEXT("Days") }, { "of_days", SCOP_TEXT("Days of the month") }, { "month", SCOP_TEXT("A month") }, { "sum", SCOP_TEXT("Amount") }, { 0 } };

	put_month(req);
	if (scop_count(scop_model(req, "lines")) == 0)
		return scop_not_found(req);
	return scop_send_download(req, scop_as_text(scop_make_text(req, "statement-%s.csv", scop_as_text(scop_path(req, "month")))), "text/csv; charset=utf-8",
	    scop_csv_write(req, columns, scop_model(req, "lines")));
}
