/* SPDX-License-Identifier: EUPL-1.2 */
/* ZIP archives: packed and unpacked again, and those of others that are not accepted. */
#include "../format/with_request.h"

#include <sys/stat.h>
#include <zip.h>

#include "scopiton/zip.h"

static struct scop_request *req;

static const struct scop_value *
text(const char *words)
{
	return scop_make_string(req, words);
}

/* The names of an archive's files with their sizes, or why it is refused. */
static const char *
seen(const struct scop_value *bytes)
{
	struct scop_file_error error;
	struct scop_buffer out;
	struct scop_zip *zip = scop_zip_open(req, scop_as_text(bytes), scop_size(bytes), &error);

	assert_false(req->failed);
	if (!zip)
		return scop_file_error_text(req, &error);
	assert_null(error.text);
	scop_buffer_init(&out, arena);
	for (size_t i = 0; i < scop_zip_count(zip); i++)
		scop_buffer_printf(&out, "%s %u;", scop_zip_name(zip, i),
		    (unsigned)scop_zip_size(zip, i));
	return scop_buffer_str(&out);
}

static void
files_are_packed_and_unpacked(void **state)
{
	static const char binary[] = "\0\1\2\xff";
	struct scop_file_error error;
	char *large = scop_arena_alloc(arena, 3000001);

	(void)state;
	req = new_request();
	for (size_t i = 0; i < 3000000; i++)
		large[i] = (char)('a' + i * i % 7919 % 26);
	struct scop_zip_writer *out = scop_zip_new(req);
	scop_zip_add(out, "a.txt", text("abc"));
	scop_zip_add(out, "\xc3\xa9/b.bin", scop_make_bytes(req, binary, sizeof binary));
	scop_zip_add(out, "empty", NULL);
	scop_zip_add(out, "large", scop_value_text(arena, large));
	const struct scop_value *bytes = scop_zip_done(out);
	assert_non_null(bytes);
	assert_true(scop_size(bytes) < 3000000);
	assert_string_equal(seen(bytes), "a.txt 3;\xc3\xa9/b.bin 5;empty 0;large 3000000;");
	struct scop_zip *zip = scop_zip_open(req, scop_as_text(bytes), scop_size(bytes), &error);
	assert_string_equal(scop_as_text(scop_zip_read_name(zip, "a.txt", &error)), "abc");
	assert_memory_equal(scop_as_text(scop_zip_read(zip, 1, &error)), binary, sizeof binary);
	assert_int_equal(scop_size(scop_zip_read(zip, 2, &error)), 0);
	assert_string_equal(scop_as_text(scop_zip_read(zip, 3, &error)), large);
	assert_null(scop_zip_read(zip, 4, &error));
	assert_null(scop_zip_read_name(zip, "b", &error));
	assert_string_equal(scop_file_error_text(req, &error),
	    "L'archive ne contient pas le fichier « b ».");
	assert_string_equal(scop_zip_name(zip, 4), "");
}

static void
an_archive_without_files_is_one(void **state)
{
	(void)state;
	req = new_request();
	assert_string_equal(seen(scop_zip_done(scop_zip_new(req))), "");
}

static void
names_of_people_become_safe_and_different(void **state)
{
	static const char *const pairs[][2] = {
		{ "a.pdf", "a.pdf" },
		{ "a.pdf", "a (2).pdf" },
		{ "a.pdf", "a (3).pdf" },
		{ "2026/a.pdf", "2026/a.pdf" },
		{ "2026/a.pdf", "2026/a (2).pdf" },
		{ ".htaccess", ".htaccess" },
		{ ".htaccess", ".htaccess (2)" },
		{ "../../etc/passwd", "__/__/etc/passwd" },
		{ "/etc/passwd", "_etc/passwd" },
		{ "//x", "_/x" },
		{ "C:\\x\\y", "C__x_y" },
		{ "folder/", "folder_" },
		{ "./.", "_/_" },
		{ "", "_" },
		{ "a\nb\x7f", "a_b_" },
		{ "\xff\xc3\xa9", "\xc3\xa9" },
	};
	struct scop_buffer expected;
	const size_t count = sizeof pairs / sizeof pairs[0];

	(void)state;
	req = new_request();
	struct scop_zip_writer *out = scop_zip_new(req);
	scop_buffer_init(&expected, arena);
	for (size_t i = 0; i < count; i++) {
		scop_zip_add(out, pairs[i][0], NULL);
		scop_buffer_printf(&expected, "%s 0;", pairs[i][1]);
	}
	assert_string_equal(seen(scop_zip_done(out)), scop_buffer_str(&expected));
}

static void
nothing_is_added_to_what_is_done(void **state)
{
	(void)state;
	req = new_request();
	struct scop_zip_writer *out = scop_zip_new(req);
	scop_zip_add(out, "a", text("a"));
	assert_non_null(scop_zip_done(out));
	scop_zip_add(out, "b", text("b"));
	assert_true(req->failed);
}

/* ---- archives of others ---- */

/* An archive of one file that `change` has altered. */
static const struct scop_value *
archive_of(const char *name, const char *bytes, size_t size,
    void (*change)(zip_t *archive, zip_uint64_t index))
{
	zip_error_t error;
	zip_stat_t status;

	zip_error_init(&error);
	zip_source_t *out = zip_source_buffer_create(NULL, 0, 0, &error);
	zip_t *archive = zip_open_from_source(out, ZIP_TRUNCATE, &error);
	zip_source_keep(out);
	const zip_int64_t index = zip_file_add(archive, name,
	    zip_source_buffer(archive, bytes, size, 0), ZIP_FL_ENC_UTF_8);
	assert_true(index >= 0);
	if (change)
		change(archive, (zip_uint64_t)index);
	assert_int_equal(zip_close(archive), 0);
	assert_int_equal(zip_source_stat(out, &status), 0);
	assert_int_equal(zip_source_open(out), 0);
	char *copy = scop_arena_alloc(arena, status.size);
	assert_int_equal(zip_source_read(out, copy, status.size), status.size);
	zip_source_close(out);
	zip_source_free(out);
	return scop_value_bytes(arena, copy, status.size);
}

static void
make_link(zip_t *archive, zip_uint64_t index)
{
	zip_file_set_external_attributes(archive, index, 0, ZIP_OPSYS_UNIX,
	    (zip_uint32_t)(S_IFLNK | 0777) << 16);
}

static void
encrypt(zip_t *archive, zip_uint64_t index)
{
	zip_file_set_encryption(archive, index, ZIP_EM_AES_256, "secret");
}

static void
compress_otherwise(zip_t *archive, zip_uint64_t index)
{
	assert_int_equal(zip_set_file_compression(archive, index, ZIP_CM_BZIP2, 0), 0);
}

static void
a_thousand_more(zip_t *archive, zip_uint64_t index)
{
	(void)index;
	for (int i = 0; i < 1000; i++)
		zip_file_add(archive, scop_arena_printf(arena, "%d", i),
		    zip_source_buffer(archive, "", 0, 0), 0);
}

static void
archives_that_are_dangerous_are_refused(void **state)
{
	static const char *const names[] = { "../a", "a/../b", "/a", "a//b", "C:\\a", "a\\b", "." };
	char *zeros = scop_arena_alloc(arena, 2000000);

	(void)state;
	req = new_request();
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		assert_string_equal(seen(archive_of(names[i], "x", 1, NULL)),
		    scop_arena_join(arena, "Le nom « ", names[i],
			" » dans l'archive n'est pas accepté."));
	assert_string_equal(seen(archive_of("a/", "", 0, NULL)), "");
	assert_non_null(strstr(seen(archive_of("a", "x", 1, make_link)), "est un lien"));
	assert_non_null(strstr(seen(archive_of("a", "x", 1, encrypt)), "mot de passe"));
	assert_non_null(strstr(seen(archive_of("a", "x", 1, compress_otherwise)), "inhabituelle"));
	assert_non_null(strstr(seen(archive_of("a", zeros, 2000000, NULL)), "bien plus"));
	assert_string_equal(seen(archive_of("a", zeros, 900000, NULL)), "a 900000;");
	assert_non_null(strstr(seen(archive_of("a", "x", 1, a_thousand_more)), "plus de 1 000"));
}

/* Writes another size into the directory of the archive, which claims it for the file. */
static void
a_size_that_is_a_lie_is_found(void **state)
{
	struct scop_file_error error;
	const struct scop_value *bytes;

	(void)state;
	req = new_request();
	bytes = archive_of("a", "hello hello hello", 17, NULL);
	for (int lie = 0; lie < 3; lie++) {
		char *copy = scop_arena_bytes(arena, scop_as_text(bytes), scop_size(bytes));
		char *entry = memmem(copy, scop_size(bytes), "PK\1\2", 4);

		assert_non_null(entry);
		entry[24] = (char)(lie == 0 ? 5 : 17); /* its size unpacked: fewer, the same */
		entry[26] = (char)(lie == 1 ? 15 : 0); /* and a million: more */
		struct scop_zip *zip = scop_zip_open(req, copy, scop_size(bytes), &error);
		const struct scop_value *read = zip ? scop_zip_read(zip, 0, &error) : NULL;
		assert_int_equal(read != NULL, lie == 2);
		assert_int_equal(error.text == NULL, lie == 2);
	}
}

static void
damage_anywhere_is_no_crash(void **state)
{
	(void)state;
	req = new_request();
	const struct scop_value *bytes = archive_of("a", "hello hello hello", 17, NULL);
	for (size_t i = 0; i < scop_size(bytes); i++) {
		char *copy = scop_arena_bytes(arena, scop_as_text(bytes), scop_size(bytes));
		struct scop_zip *cut = scop_zip_open(req, copy, i, NULL);

		assert_null(cut);
		copy[i] ^= 0x55;
		struct scop_zip *zip = scop_zip_open(req, copy, scop_size(bytes), NULL);
		if (zip && scop_zip_count(zip) > 0)
			scop_zip_read(zip, 0, NULL);
	}
	assert_non_null(strstr(seen(text("%PDF-1.7")), "pas une archive ZIP"));
	assert_false(req->failed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(files_are_packed_and_unpacked),
		TEST(an_archive_without_files_is_one),
		TEST(names_of_people_become_safe_and_different),
		TEST(nothing_is_added_to_what_is_done),
		TEST(archives_that_are_dangerous_are_refused),
		TEST(a_size_that_is_a_lie_is_found),
		TEST(damage_anywhere_is_no_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
