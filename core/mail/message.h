/* SPDX-License-Identifier: EUPL-1.2 */
/* The parts of a mail: header values (RFC 2047, RFC 5322), and plain text from HTML that the host
 * has rendered. */
#ifndef SCOP_MAIL_MESSAGE_H
#define SCOP_MAIL_MESSAGE_H

#include <stddef.h>

struct scop_buffer;

/* Appends a text as a header's value: unchanged when it is plain ASCII, else in encoded words of at
 * most 75 bytes. Characters below U+0020 become spaces, so that no value can inject a header. */
void scop_message_words(struct scop_buffer *out, const char *text);

/* Appends `"Name" <address>`, or the address alone for an empty name. */
void scop_message_address(struct scop_buffer *out, const char *name, const char *address);

/* Appends the text of a page: blank lines between headings and paragraphs, list items with a dash,
 * cells separated by two spaces, links followed by their address; without <head>, <style> and
 * <script>. Accepts any bytes. */
void scop_message_text(struct scop_buffer *out, const char *html, size_t length);

#endif
