/* SPDX-License-Identifier: EUPL-1.2 */
/* CSV as people's programs write it, and as files that were cut short or damaged have it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scopiton/csv.h"

/* All records as "a|b\nc|d\n", each with its line before it; an error as "! sentence". */
static const char *
read_all(const char *text, size_t size)
{
	static char out[20000];
	const char *const *fields;
	const char *error;
	size_t count;
	unsigned line;
	char *exact = malloc(size ? size : 1); /* so that a sanitizer sees a read past it */
	size_t used = 0;

	memcpy(exact, text, size);
	struct scop_csv *csv = scop_csv_open(exact, size, &line, &error);
	if (!csv) {
		snprintf(out, sizeof out, "! %u: %s", line, error);
		free(exact);
		return out;
	}
	out[0] = '\0';
	while (scop_csv_next(csv, &fields, &count, &line, &error)) {
		used += (size_t)snprintf(out + used, sizeof out - used, "%u:", line);
		for (size_t i = 0; i < count; i++)
			used += (size_t)snprintf(out + used, sizeof out - used, "%s%s",
			    i ? "|" : "", fields[i]);
		used += (size_t)snprintf(out + used, sizeof out - used, "\n");
	}
	if (error)
		snprintf(out + used, sizeof out - used, "! %u: %s", line, error);
	scop_csv_close(csv);
	free(exact);
	return out;
}

static void
records_are_read_as_they_were_written(void **state)
{
	static const struct {
		const char *text, *records;
	} cases[] = {
		{ "a,b\n1,2\n", "1:a|b\n2:1|2\n" },
		{ "a,b\r\n1,2", "1:a|b\n2:1|2\n" },
		{ "a;b;c,d\n1;2;3\n", "1:a|b|c,d\n2:1|2|3\n" },
		{ "a\tb\n1\t2\n", "1:a|b\n2:1|2\n" },
		{ "\xef\xbb\xbf"
		  "a,b\n",
		    "1:a|b\n" },
		{ "\"a;;;\",b\n", "1:a;;;|b\n" },
		{ "a,,\n,,\n", "1:a||\n2:||\n" },
		{ "a,b,", "1:a|b|\n" },
		{ "\"a\nb\",c\nd,e\n", "1:a\nb|c\n3:d|e\n" },
		{ "\"a\"\"b\",\"\"\n", "1:a\"b|\n" },
		{ "\"a\"x,b\n", "1:ax|b\n" },
		{ "a\"b,c\n", "1:a\"b|c\n" },
		{ "\n\na,b\n\r\n\nc,d\n\n", "3:a|b\n6:c|d\n" },
		{ "\"\"", "1:\n" },
		{ "a", "1:a\n" },
		{ "é,😀\n", "1:é|😀\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(read_all(cases[i].text, strlen(cases[i].text)),
		    cases[i].records);
	assert_string_equal(read_all("a;b,c\n", 6), "1:a;b|c\n");
}

static void
a_first_line_may_name_the_separator(void **state)
{
	static const char *const cases[][2] = {
		{ "sep=;\na;b,c,d\n1;2\n", "2:a|b,c,d\n3:1|2\n" },
		{ "SEP=,\r\na;b;c,d\r\n", "2:a;b;c|d\n" },
		{ "\"sep=|\"\na|b\n", "2:a|b\n" },
		{ "sep=;;;\na;b\n", "2:a|b\n" },
		{ "\xef\xbb\xbfsep=\t\na\tb;c;d\n", "2:a|b;c;d\n" },
		{ "sep=;", "" },
		{ "sep=\na,b\n", "1:sep=\n2:a|b\n" },
		{ "sep=;a;b\n", "1:sep=|a|b\n" },
		{ "separator,b\n", "1:separator|b\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(read_all(cases[i][0], strlen(cases[i][0])), cases[i][1]);
}

static void
utf16_with_a_mark_is_read_too(void **state)
{
	static const char little[] = "\xff\xfe"
				     "a\0\t\0\xe9\0\n\0"
				     "\x3d\xd8\x02\xde"
				     "\x00\xd8";
	static const char big[] = "\xfe\xff\0a\0;\x30\xb9\0\n";

	(void)state;
	assert_string_equal(read_all(little, sizeof little - 1), "1:a|é\n2:😂\ufffd\n");
	assert_string_equal(read_all(little, sizeof little - 2), "1:a|é\n2:😂\n");
	assert_string_equal(read_all(big, sizeof big - 1), "1:a|ス\n");
}

static void
other_encodings_are_recognised_and_told(void **state)
{
	static const struct {
		const char *text, *records, *encoding;
	} cases[] = {
		{ "a,b\n", "1:a|b\n", "UTF-8" },
		{ "nom;prix\nV\xe9lo;5 \x80\n", "1:nom|prix\n2:Vélo|5 €\n", "windows-1252" },
		{ "nom;prix\nV\xe9lo;5 \xa4\n", "1:nom|prix\n2:Vélo|5 €\n", "ISO-8859-15" },
	};
	const char *error;
	unsigned line;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const size_t size = strlen(cases[i].text);
		struct scop_csv *csv = scop_csv_open(cases[i].text, size, &line, &error);

		assert_string_equal(read_all(cases[i].text, size), cases[i].records);
		assert_string_equal(scop_encoding_name(scop_csv_encoding(csv)), cases[i].encoding);
		scop_csv_close(csv);
	}
}

static void
what_guards_a_formula_is_taken_away_again(void **state)
{
	static const char *const cases[][2] = { { "'=1+1", "=1+1" }, { "'-20 °C", "-20 °C" },
		{ "'+49", "+49" }, { "'@x", "@x" }, { "''-20", "'-20" }, { "-20", "-20" },
		{ "'tis", "'tis" }, { "'", "'" }, { "", "" } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(scop_csv_unguarded(cases[i][0]), cases[i][1]);
}

static void
what_is_wrong_is_told_with_its_line(void **state)
{
	static const struct {
		const char *text;
		size_t size;
		const char *said;
	} cases[] = {
		{ "", 0, "! 0: The file is empty." },
		{ "\xef\xbb\xbf", 3, "! 0: The file is empty." },
		{ "a,b\nc\xc3\xa9\xc3\xa9,\xe9\n", 12, "! 2: This is not UTF-8." },
		{ "a,b\n\x01,\xe9\n", 8, "! 2: This is not UTF-8." },
		{ "a,b\nc\0d\n", 8, "! 2: This is not UTF-8." },
		{ "\xff\xfe"
		  "a\0\0\0",
		    6, "! 1: This is not UTF-8." },
		{ "PK\3\4xl", 6, "! 0: This is a workbook, not a CSV file." },
		{ "\xd0\xcf\x11\xe0\xa1\xb1", 6, "! 0: This is a workbook, not a CSV file." },
		{ "a,\"b\nc", 6, "! 1: A quote is opened here and never closed" },
		{ "\"", 1, "! 1: A quote is opened here and never closed" },
		{ "\"\"\"", 3, "! 1: A quote is opened here and never closed" },
		{ "x\n\n\"a\n\nb", 8, "1:x\n! 3: A quote is opened here and never closed" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *said = read_all(cases[i].text, cases[i].size);

		if (strncmp(said, cases[i].said, strlen(cases[i].said)) != 0)
			fail_msg("expected [%s], got [%s]", cases[i].said, said);
	}
}

static void
columns_and_fields_have_their_limits(void **state)
{
	const char *const *fields;
	const char *error;
	size_t count;
	unsigned line;

	(void)state;
	for (size_t columns = SCOP_CSV_COLUMNS_MAX; columns <= SCOP_CSV_COLUMNS_MAX + 1;
	     columns++) {
		char *text = malloc(columns);

		memset(text, ',', columns - 1);
		text[columns - 1] = '\n';
		struct scop_csv *csv = scop_csv_open(text, columns, &line, &error);
		assert_non_null(csv);
		assert_int_equal(scop_csv_next(csv, &fields, &count, &line, &error),
		    columns == SCOP_CSV_COLUMNS_MAX);
		if (columns > SCOP_CSV_COLUMNS_MAX)
			assert_string_equal(error, "This row has more than 500 columns.");
		scop_csv_close(csv);
		free(text);
	}
	for (size_t size = SCOP_CSV_FIELD_MAX; size <= SCOP_CSV_FIELD_MAX + 1; size++) {
		char *text = malloc(size);

		memset(text, 'x', size);
		struct scop_csv *csv = scop_csv_open(text, size, &line, &error);
		assert_int_equal(scop_csv_next(csv, &fields, &count, &line, &error),
		    size == SCOP_CSV_FIELD_MAX);
		scop_csv_close(csv);
		free(text);
	}
	scop_csv_close(NULL);
}

static void
no_bytes_lead_it_astray(void **state)
{
	static const char alphabet[] = "a,;\t\"\n\r\"\n,";
	unsigned seed = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char text[24];
		const size_t size = (size_t)(round % 24);

		for (size_t i = 0; i < size; i++) {
			seed = seed * 1103515245 + 12345;
			text[i] =
			    alphabet[seed >> 16 & 0x7fff ? (seed >> 16) % (sizeof alphabet - 1)
							 : 0];
		}
		read_all(text, size);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_first_line_may_name_the_separator),
		cmocka_unit_test(utf16_with_a_mark_is_read_too),
		cmocka_unit_test(other_encodings_are_recognised_and_told),
		cmocka_unit_test(what_guards_a_formula_is_taken_away_again),
		cmocka_unit_test(records_are_read_as_they_were_written),
		cmocka_unit_test(what_is_wrong_is_told_with_its_line),
		cmocka_unit_test(columns_and_fields_have_their_limits),
		cmocka_unit_test(no_bytes_lead_it_astray),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
