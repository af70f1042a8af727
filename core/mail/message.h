/* SPDX-License-Identifier: EUPL-1.2 */
/* The parts of a mail: header values by RFC 2047 and RFC 5322, and plain text from our own HTML. */
#ifndef SCOP_MAIL_MESSAGE_H
#define SCOP_MAIL_MESSAGE_H

#include <stddef.h>

struct scop_buffer;

/* Appends a text as a header's value: unchanged when it is plain ASCII, else in encoded words of at
 * most 75 bytes. Characters below U+0020 become spaces, so that no value can inject a header. */
void scop_message_words(struct scop_buffer *out, const char *text);

/* Appends `"Name" <address>`, or the address alone for an empty name. */
void scop_message_address(struct scop_buffer *out, const char *name, const char *address);

/* Appends the text of a page: headings and paragraphs apart, list items with a dash, cells with two
 * spaces between, links followed by their address; what is in <head>, <style> and <script> left
 * out. Any bytes may come. */
void scop_message_text(struct scop_buffer *out, const char *html, size_t length);

#endif
