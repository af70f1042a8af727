/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Customers' access to their orders, and to their cart on another device. There is no password: a
 * link in a mail proves the address, and its page shows a button, because a mail program may open a
 * link by itself.
 */
#include "shop.h"

enum { TOKEN_LENGTH = 40, LINKS_MAX = 3 /* per ten minutes */ };

const struct scop_field shop_account_fields[] = {
	{ .name = "mail",
	    .type = SCOP_FIELD_EMAIL,
	    .label = SCOP_TEXT("E-mail address"),
	    .required = true },
	{ 0 },
};

void
shop_account(struct scop_request *req)
{
	const struct scop_value *customer = scop_put_all(req,
	    (const struct scop_read[]){ { "customer", true, customer_of(scop_visitor(req)) },
		SHOP_FRAME(req), { 0 } });

	if (customer) {
		const struct scop_value *orders =
		    scop_rows(req, orders_of_customer(scop_get(customer, "mail")));

		scop_put(req, "orders", orders);
		scop_put(req, "any", scop_make_bool(req, scop_count(orders) > 0));
	}
	scop_view(req, &view_account);
}

/* Neither the answer nor its timing reveals whether the address is known: a job sends the mail. */
void
shop_account_ask(struct scop_request *req)
{
	const struct scop_value *mail = scop_field(req, "mail");

	scop_enqueue_at(req, "customer_link",
	    scop_map_of(req, "mail", mail, "language",
		scop_make_text(req, "%s", scop_language_of(req)), NULL),
	    NULL, scop_as_text(scop_hash(req, mail)));
	scop_put(req, "asked", mail);
	shop_account(req);
}

enum scop_job_result
shop_account_job(struct scop_request *req)
{
	const struct scop_value *mail = scop_get(scop_body(req), "mail"),
				*token = scop_random(req, TOKEN_LENGTH);

	/* Limits the number of mails per address. */
	if (scop_int(scop_row(req, customer_links_of(mail)), "fresh") >= LINKS_MAX)
		return SCOP_JOB_DONE;
	scop_write(req, customer_link_add(scop_hash(req, token), mail));
	scop_put(req, "token", token);
	scop_mail(req,
	    &(const struct scop_mail){ .view = &view_account_mail,
		.to = mail,
		.language = scop_text(scop_body(req), "language"),
		.secret = true });
	return SCOP_JOB_DONE;
}

void
shop_account_link(struct scop_request *req)
{
	scop_put_all(req,
	    (const struct scop_read[]){
		{ "found", true, customer_link_by_hash(scop_hash(req, scop_path(req, "token"))) },
		SHOP_FRAME(req), { 0 } });
	scop_put(req, "token", scop_path(req, "token"));
	scop_view(req, &view_account_link);
}

/* The browser gets a new token, so that nobody who knew the guest's token sees the
 * customer's data. */
void
shop_account_enter(struct scop_request *req)
{
	const struct scop_value *hash = scop_hash(req, scop_path(req, "token")),
				*guest = scop_visitor(req);
	const struct scop_value *mail =
	    scop_get(scop_row(req, customer_link_by_hash(hash)), "mail");

	if (!mail || scop_write(req, customer_link_use(hash)) != 1) {
		scop_redirect(req, "account", NULL);
		return;
	}
	const struct scop_value *cart =
	    scop_hash(req, scop_make_text(req, "cart of %s", scop_as_text(mail)));

	if (guest) {
		scop_write(req, cart_merge(cart, guest));
		scop_write(req, cart_clear(guest));
		scop_write(req, customer_leave(guest));
	}
	scop_write(req, customer_enter(scop_visitor_renew(req), mail, cart));
	scop_flash(req, SCOP_TEXT("You are signed in."));
	scop_redirect(req, "account", NULL);
}

void
shop_account_leave(struct scop_request *req)
{
	if (scop_visitor(req))
		scop_write(req, customer_leave(scop_visitor(req)));
	scop_visitor_renew(req);
	scop_flash(req, SCOP_TEXT("You are signed out."));
	scop_redirect(req, "account", NULL);
}
