/* What the portal's files share. */
#ifndef PORTAL_H
#define PORTAL_H

#include "names.h"

/* portal_jobs.c: work that waits, runs or could not be done. */
bool portal_jobs(struct scop_request *req);
bool portal_job_cancel(struct scop_request *req);
bool portal_job_replay(struct scop_request *req);
bool portal_job_drop(struct scop_request *req);

/* portal_mails.c: mails of the last month, and what became of them. */
bool portal_mails(struct scop_request *req);
bool portal_mail(struct scop_request *req);
extern const struct scop_field portal_page_fields[];

#endif
