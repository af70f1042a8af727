/* SPDX-License-Identifier: EUPL-1.2 */
/* The lines of a calendar file, before libical reads them. */
#ifndef SCOP_CALENDAR_UNFOLD_H
#define SCOP_CALENDAR_UNFOLD_H

struct scop_file_error;
struct scop_request;

/* The text with folded lines joined (RFC 5545, 3.1) and without lines that have no colon. Makes
 * sure that it is calendars whose components begin and end, in one another at most 5 deep; libical
 * goes as deep as a file does. NULL with `*ret_error`. */
const char *scop_calendar_unfold(struct scop_request *req, const char *text,
    struct scop_file_error *ret_error);

#endif
