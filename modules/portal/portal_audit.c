/* The audit trail: who did what for this tenant, the latest first. */
#include "portal.h"

enum { PER_PAGE = 50 };

void
portal_note_as(struct scop_request *req, const struct scop_value *member, const struct scop_value *name, const char *what,
    const struct scop_value *about)
{
	scop_write(req, audit_add(member, name, scop_make_text(req, "%s", what), about ? about : scop_make_text(req, "%s", "")));
}

void
portal_note(struct scop_request *req, const char *what, const struct scop_value *about)
{
	portal_note_as(req, scop_member(req), scop_member_name(req), what, about);
}

bool
portal_audit(struct scop_request *req)
{
	portal_put_page(req, "trail", scop_rows(req, audit_trail(scop_make_int(req, PER_PAGE), portal_first(req, PER_PAGE))), PER_PAGE);
	return scop_view(req, &view_audit);
}
