/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Visitors of the public side: a token in a cookie of the module, so that a cart is found again.
 * The token identifies no person, and only its hash is stored, so a leaked database does not give
 * access to carts.
 */
#include "web/form.h"
#include "web/request.h"

#include <ctype.h>
#include <string.h>

enum { TOKEN_LENGTH = 40 };

static const char *
cookie_name(const struct scop_request *req)
{
	return scop_arena_printf(req->arena, "%s%s", req->app->https ? "__Host-" : "",
	    req->app->module_name);
}

static bool
is_token(const char *text)
{
	size_t length = 0;

	while (islower((unsigned char)text[length]) || isdigit((unsigned char)text[length]))
		length++;
	return length == TOKEN_LENGTH && !text[length];
}

const struct scop_value *
scop_visitor(struct scop_request *req)
{
	req->for_visitor = true;
	if (req->visitor || req->site.portal)
		return req->visitor;
	const char *token = scop_cookie_find(req->arena, req->cookie, cookie_name(req));
	if (token && is_token(token))
		req->visitor = scop_hash(req, scop_value_text(req->arena, token));
	return req->visitor;
}

const struct scop_value *
scop_visitor_renew(struct scop_request *req)
{
	const struct scop_value *token = scop_random(req, TOKEN_LENGTH);

	req->for_visitor = true;
	req->visitor = scop_hash(req, token);
	scop_request_cookie(req, SCOP_COOKIE_OWN, scop_as_text(token));
	return req->visitor;
}

const struct scop_value *
scop_visitor_keep(struct scop_request *req)
{
	const struct scop_value *visitor = scop_visitor(req);

	return visitor ? visitor : scop_visitor_renew(req);
}
