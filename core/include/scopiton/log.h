/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Lines in the host's log, for its operator. To inform the tenant's members, use the audit trail
 * (scop_audit) or the page. Log nothing secret or personal.
 */
#ifndef SCOPITON_LOG_H
#define SCOPITON_LOG_H

struct scop_request;

/* Debug lines are written only if the configuration has "development = yes". */
enum scop_log_level { SCOP_LOG_DEBUG, SCOP_LOG_INFO, SCOP_LOG_WARNING, SCOP_LOG_ERROR };

/* The longest message in bytes, and the most lines that one request, job or import may write. */
#define SCOP_LOG_BYTES 1000
#define SCOP_LOG_LINES 100

/* Writes a line to the host's log: time, level, the module's name and its process, the message
 * (formatted as by printf), then the request's reference, tenant and path (in a job its name, entry
 * and tenant; in an import its name and tenant):
 *
 *     2026-11-28T14:00:00.123Z warning worker shop[4711]: module: no parcel weighs 0 g
 *     (request=5f0c... tenant=acme path=/fr/shop/cart)
 *
 * It is one line, written at once, whether or not the transaction commits. Control characters, line
 * breaks, invisible bidirectional marks and invalid UTF-8 are escaped in hexadecimal; a message
 * longer than SCOP_LOG_BYTES is truncated. After SCOP_LOG_LINES lines, one more line says that the
 * limit is reached, and further ones are dropped. Never fails. */
void scop_log(struct scop_request *req, enum scop_log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
