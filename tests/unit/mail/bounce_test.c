/* SPDX-License-Identifier: EUPL-1.2 */
/* Bounces: which messages are notifications about mails of this host. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mail/bounce.h"

#define HEAD \
	"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net\nMessage-ID: " \
	"<20261122@mx.example.net>\nSubject: Undelivered Mail\nMIME-Version: 1.0\n"
#define TYPE "Content-Type: multipart/report; report-type=delivery-status;\n\tboundary=\"b\"\n"
#define PARTS \
	"\n--b\nContent-Type: text/plain\n\nI'm sorry.\n\n--b\nContent-Type: " \
	"message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n" \
	"Final-Recipient: rfc822; gone@example.net\n"
#define FAILED \
	"Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 <gone@example.net>:\n   " \
	" User unknown\n"
#define MAIL \
	"\n--b\nContent-Type: text/rfc822-headers\n\nFrom: a@example.org\nMessage-ID: " \
	"<12.1763800000123000@example.org>\nSubject: An order\n\n--b--\n"

static struct scop_bounce bounce;

/* The bytes are at the end of their own allocation, so that a sanitizer detects overruns. */
static bool
reads(const char *text, const char *domain)
{
	const size_t size = strlen(text);
	char *bytes = malloc(size + 1);

	memcpy(bytes + 1, text, size);
	const bool found = scop_bounce_read(bytes + 1, size, domain, &bounce);
	free(bytes);
	return found;
}

static void
a_notification_names_the_mail_and_the_reason(void **state)
{
	(void)state;
	assert_true(reads(HEAD TYPE PARTS FAILED MAIL, "example.org"));
	assert_int_equal(bounce.mail, 12);
	assert_int_equal(bounce.created, 1763800000123000);
	assert_string_equal(bounce.answer, "550 5.1.1 <gone@example.net>:    User unknown");
	assert_true(reads(HEAD TYPE PARTS "action: FAILED\nstatus: 5.2.2 (mailbox full)\n" MAIL,
	    "EXAMPLE.ORG"));
	assert_string_equal(bounce.answer, "5.2.2 (mailbox full)");
	assert_true(
	    reads("Content-Type: Multipart/Report;\r\n report-type=delivery-status\r\n\r\nAction: "
		  "failed\r\nMESSAGE-ID:\r\n <7.9@example.org>\r\n",
		"example.org"));
	assert_string_equal(bounce.answer, "it bounced");
	assert_true(reads(HEAD TYPE
	    "\n--b\nContent-Type: text/plain\n\nOriginal message headers:\n\nMessage-ID: "
	    "<12.1763800000123000@example.org>\n" PARTS FAILED MAIL,
	    "example.org"));
	assert_string_equal(bounce.answer, "550 5.1.1 <gone@example.net>:    User unknown");
}

static void
anything_else_is_none(void **state)
{
	(void)state;
	assert_false(reads("", "example.org"));
	assert_false(reads("\n", "example.org"));
	assert_false(reads(HEAD "Content-Type: text/plain\n" PARTS FAILED MAIL, "example.org"));
	assert_false(reads(HEAD "\n" TYPE PARTS FAILED MAIL, "example.org"));
	assert_false(reads(HEAD TYPE PARTS "Action: delayed\nStatus: 4.2.2\n" MAIL, "example.org"));
	assert_false(reads(HEAD TYPE PARTS FAILED "\n--b--\n", "example.org"));
	assert_false(reads(HEAD TYPE PARTS FAILED MAIL, "example.net"));
	assert_false(reads(HEAD TYPE PARTS FAILED MAIL, "example.or"));
	assert_false(
	    reads(HEAD TYPE PARTS FAILED "\nMessage-ID: <-4.9@example.org>\n", "example.org"));
	assert_false(
	    reads(HEAD TYPE PARTS FAILED "\nMessage-ID: <12345678901234567890123.9@example.org>\n",
		"example.org"));
	assert_false(reads(HEAD TYPE PARTS "\nMessage-ID: <12.9@example.org>\nAction: failed\n",
	    "example.org"));
}

static void
an_answer_is_short_and_printable(void **state)
{
	char text[9000];

	(void)state;
	snprintf(text, sizeof text, "%sDiagnostic-Code: smtp; 550 \x01\x1b[31m\xc3\xa9 %04000d\n%s",
	    HEAD TYPE PARTS "Action: failed\n", 7, MAIL);
	assert_true(reads(text, "example.org"));
	assert_int_equal(strlen(bounce.answer), 300);
	assert_memory_equal(bounce.answer, "550 [31m 0000", 13);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_notification_names_the_mail_and_the_reason),
		cmocka_unit_test(anything_else_is_none),
		cmocka_unit_test(an_answer_is_short_and_printable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
