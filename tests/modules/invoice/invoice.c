/* SPDX-License-Identifier: EUPL-1.2 */
/* A form with lines: one invoice, drawn, checked and saved. */
#include "names.h"

static void
edit(struct scop_request *req)
{
	const struct scop_value *one = scop_make_int(req, 1);

	scop_put_all(req,
	    (const struct scop_read[]){ { "invoice", true, invoice_of(one) },
		{ "lines", false, lines_of(one) }, { 0 } });
	scop_view(req, &view_edit);
}

/* The sum of all lines; a line above the limit is refused. */
static const struct scop_value *
sum_of(struct scop_request *req, const struct scop_value *lines)
{
	const struct scop_value *sum = scop_make_money(req, 0, "EUR"),
				*most = scop_make_money(req, 100000, "EUR");

	for (size_t i = 0; i < scop_count(lines); i++) {
		const struct scop_value *line = scop_at(lines, i),
					*amount = scop_multiply(req, scop_get(line, "price"),
					    scop_get(line, "pieces"));

		if (scop_compare(amount, most) > 0)
			scop_reject_line(req, "lines", i, "price",
			    SCOP_TEXT("A line comes to at most {{most}}."),
			    scop_map_of(req, "most", most, NULL));
		sum = scop_add(req, sum, amount);
	}
	return sum;
}

static void
save(struct scop_request *req)
{
	const struct scop_value *one = scop_make_int(req, 1), *lines = scop_field(req, "lines"),
				*sum = sum_of(req, lines);

	if (scop_as_int(sum) < 0)
		scop_refuse_with(req,
		    SCOP_TEXT("An invoice comes to at least 0, and this one to {{sum}}."),
		    scop_map_of(req, "sum", sum, NULL));
	if (scop_rejected(req))
		return;
	scop_write(req, invoice_set(one, scop_field(req, "customer")));
	scop_write(req, lines_clear(one));
	scop_write(req, lines_add(one, lines));
	scop_flash(req, SCOP_TEXT("Saved."));
	scop_redirect(req, "edit", NULL);
}

static const char *const rates[] = { "normal", "reduced", NULL };

static const struct scop_field line_fields[] = {
	{ .name = "what",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Article"),
	    .required = true,
	    .max = 80 },
	{ .name = "pieces",
	    .type = SCOP_FIELD_DECIMAL,
	    .label = SCOP_TEXT("Pieces"),
	    .required = true,
	    .scale = 3,
	    .min = 1,
	    .max = 999999 },
	{ .name = "price",
	    .type = SCOP_FIELD_MONEY,
	    .label = SCOP_TEXT("Price"),
	    .required = true,
	    .min = SCOP_NO_MIN },
	{ .name = "rate",
	    .type = SCOP_FIELD_CHOICE,
	    .label = SCOP_TEXT("VAT"),
	    .required = true,
	    .choices = rates },
	{ 0 },
};

static const struct scop_field save_fields[] = {
	{ .name = "customer",
	    .type = SCOP_FIELD_TEXT,
	    .label = SCOP_TEXT("Customer"),
	    .required = true,
	    .max = 80 },
	{ .name = "lines",
	    .type = SCOP_FIELD_LINES,
	    .label = SCOP_TEXT("Lines"),
	    .lines = line_fields,
	    .required = true,
	    .max = 4 },
	{ 0 },
};

static const struct scop_route routes[] = {
	{ .method = SCOP_GET, .path = "/", .name = "edit", .handle = edit, .api = true },
	{ .method = SCOP_POST,
	    .path = "/",
	    .name = "save",
	    .handle = save,
	    .fields = save_fields,
	    .form = edit,
	    .api = true },
	{ 0 },
};

SCOP_MODULE(.routes = routes);
