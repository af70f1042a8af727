/* Mails that the tenant's modules have sent in the last month, and what became of each. */
#include "portal.h"

enum { PER_PAGE = 50 };

bool
portal_mails(struct scop_request *req)
{
	const struct scop_value *field = scop_field(req, "page");
	const int64_t page = field ? scop_as_int(field) : 1;
	const struct scop_value *found = scop_rows(req, mails(scop_make_int(req, PER_PAGE), scop_make_int(req, (page - 1) * PER_PAGE)));

	scop_put(req, "mails", found);
	scop_put(req, "any", scop_make_bool(req, scop_count(found) > 0));
	if (page > 1)
		scop_put(req, "previous", scop_make_int(req, page - 1));
	if (scop_count(found) == PER_PAGE)
		scop_put(req, "next", scop_make_int(req, page + 1));
	return scop_view(req, &view_mails);
}

/* As a file of its own: nothing of it may do anything in the portal's page. */
bool
portal_mail(struct scop_request *req)
{
	const struct scop_value *mail = scop_row(req, mail_by_id(scop_path(req, "id")));

	return mail ? scop_send_file(req, "text/html; charset=utf-8", scop_get(mail, "html")) : scop_not_found(req);
}
