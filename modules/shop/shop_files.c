/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Imports from the command line: products with shop_import.h, all rows or only the valid ones, and
 * the account for payments. Errors are reported with their lines.
 */
#include "shop_import.h"

#include <string.h>

enum { FILE_ERRORS_SHOWN = 100, BENEFICIARY = 70 };

struct reporter {
	struct scop_request *req;
	bool all_or_nothing;
	unsigned errors;
};

/* A reported error rolls everything back. */
static void
report(void *context, bool is_error, unsigned line, unsigned column, const char *words,
    const char *about)
{
	struct reporter *reporter = context;

	if (is_error && reporter->errors++ >= FILE_ERRORS_SHOWN)
		return;
	scop_report(reporter->req,
	    is_error && reporter->all_or_nothing ? SCOP_REPORT_ERROR : SCOP_REPORT_WARNING, line,
	    column, "%s%s%s%s%s", is_error && !reporter->all_or_nothing ? "left out: " : "", words,
	    about[0] ? " (" : "", about, about[0] ? ")" : "");
}

static bool
import_files(struct scop_request *req, const struct scop_file *files, size_t count,
    bool all_or_nothing)
{
	static const char *const kinds[] = { [SHOP_OTHER] = "CSV",
		[SHOP_OWN] = "own CSV",
		[SHOP_WOOCOMMERCE] = "WooCommerce",
		[SHOP_SHOPIFY] = "Shopify" };
	struct reporter reporter = { req, all_or_nothing, 0 };
	struct shop_imported done;

	shop_import(req,
	    &(const struct shop_import){ .files = files,
		.file_count = count,
		.all_or_nothing = all_or_nothing,
		.tell = report,
		.context = &reporter },
	    &done);
	if (done.errors > FILE_ERRORS_SHOWN)
		scop_report(req, SCOP_REPORT_INFO, 0, 0, "and %u further errors",
		    done.errors - FILE_ERRORS_SHOWN);
	if (done.errors > 0 && (all_or_nothing || done.products + done.variants == 0))
		return false;
	scop_report(req, SCOP_REPORT_INFO, 0, 0,
	    "%s: %u products, %u variants, %u rows repeated, %u left out, %u refused",
	    kinds[done.kind], done.products, done.variants, done.repeated, done.skipped,
	    done.errors);
	return true;
}

bool
shop_import_products(struct scop_request *req, const struct scop_file *files, size_t count)
{
	return import_files(req, files, count, true);
}

bool
shop_import_good_rows(struct scop_request *req, const struct scop_file *files, size_t count)
{
	return import_files(req, files, count, false);
}

/* Three fields under the headings "beneficiary,iban,bic", validated as on the settings page. */
static bool
check_payment(struct scop_request *req, const char *const *fields, unsigned line)
{
	const char *bic = fields[2];

	if (!fields[0][0] || fields[0][scop_utf8_first(fields[0], BENEFICIARY)])
		scop_report(req, SCOP_REPORT_ERROR, line, 1,
		    "the beneficiary has 1 to %d characters", BENEFICIARY);
	else if (!scop_make_iban(req, fields[1]))
		scop_report(req, SCOP_REPORT_ERROR, line, 2,
		    "this is not an account number (IBAN), or its check digits are wrong");
	else if (bic[0] &&
	    ((strlen(bic) != 8 && strlen(bic) != 11) ||
		bic[strspn(bic, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")]))
		scop_report(req, SCOP_REPORT_ERROR, line, 3,
		    "a BIC has 8 or 11 capital letters and digits");
	else
		return true;
	return false;
}

bool
shop_import_payment(struct scop_request *req, const struct scop_file *files, size_t count)
{
	const char *error, *const *fields;
	size_t columns;
	unsigned line = 1;
	struct scop_csv *csv =
	    count > 0 ? scop_csv_open(files[0].data, files[0].size, &line, &error) : NULL;
	const bool is_read = csv && scop_csv_next(csv, &fields, &columns, &line, &error) &&
	    columns == 3 && strcmp(fields[0], "beneficiary") == 0 &&
	    scop_csv_next(csv, &fields, &columns, &line, &error) && columns == 3;
	const bool ok = is_read && check_payment(req, fields, line);

	if (!is_read)
		scop_report(req, SCOP_REPORT_ERROR, 1, 0,
		    "expected 'beneficiary,iban,bic' and one row of them");
	if (ok)
		scop_write(req,
		    payment_set(scop_make_string(req, fields[0]), scop_make_iban(req, fields[1]),
			scop_make_string(req, fields[2])));
	scop_csv_close(csv);
	return ok;
}
