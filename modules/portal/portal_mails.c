/* SPDX-License-Identifier: EUPL-1.2 */
/* Mails that the tenant's modules have sent in the last month, and the result of each. */
#include "portal.h"

enum { PER_PAGE = 50 };

static struct scop_query
page_of_mails(struct scop_request *req, const struct scop_page *page)
{
	const struct scop_value *words = scop_field(req, "words"), *since = portal_since(req),
				*until = portal_before(req);

	return page->before ? mails_back(words, since, until, page->before, page->limit)
			    : mails(words, since, until, page->after, page->limit);
}

void
portal_mails(struct scop_request *req)
{
	scop_put(req, "sender", scop_get(scop_row(req, own_sender()), "address"));
	portal_put_period(req);
	portal_put_page(req, "mails", PER_PAGE, page_of_mails);
	scop_view(req, &view_mails);
}

/* Sent as a separate document, so that its content cannot act in the portal's page. */
void
portal_mail(struct scop_request *req)
{
	const struct scop_value *mail = scop_row(req, mail_by_id(scop_path(req, "id")));

	if (mail)
		scop_send_download(req, NULL, "text/html; charset=utf-8", scop_get(mail, "html"));
	else
		scop_not_found(req);
}
