/* SPDX-License-Identifier: EUPL-1.2 */
/* Adds up how many co-operators use each module of a catalogue, from the signed counts of its
 * scops. See publish.h. */
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "package/files.h"
#include "package/publish_private.h"

enum { TENANTS_MAX = 1000000 };

/* Finds the scop whose signature the count carries, and checks that the count is newer than the
 * known one; NULL with the reason. */
static const char *
whose_count(struct scop_publisher *publisher, const char *file, json_t *count,
    struct scop_error *err)
{
	struct scop_arena *arena = publisher->arena;
	const char *signature =
	    scop_files_read(arena, scop_arena_printf(arena, "%s.minisig", file), NULL, err);
	struct scop_public_key key;
	const char *scop =
	    signature ? scop_index_signer(&publisher->index, signature, &key, err) : NULL;

	if (!scop || !scop_signature_check_file(&key, signature, file, err))
		return NULL;
	json_t *before = json_load_file(scop_publisher_path(publisher,
					    scop_arena_printf(arena, "usage/%s.json", scop)),
	    0, NULL);
	const char *date = json_string_value(json_object_get(count, "date")),
		   *known = json_string_value(json_object_get(before, "date"));
	const bool newer = date && strlen(date) == strlen("2026-11-22T14:00:00Z") &&
	    (!known || strcmp(date, known) >= 0);
	json_decref(before);
	if (newer)
		return scop;
	scop_error_set(err, "'%s' is older than the known count of '%s'", file, scop);
	return NULL;
}

static bool
take_count(struct scop_publisher *publisher, const char *file, struct scop_error *err)
{
	struct scop_arena *arena = publisher->arena;
	json_error_t trouble;
	json_t *count = json_load_file(file, 0, &trouble), *tenants;
	const char *module;

	if (!count || !json_is_object(json_object_get(count, "modules"))) {
		json_decref(count);
		return scop_error_set(err, "'%s' was not written by 'catalogue usage'", file);
	}
	json_object_foreach (json_object_get(count, "modules"), module, tenants)
		if (json_integer_value(tenants) < 0 || json_integer_value(tenants) > TENANTS_MAX) {
			scop_error_set(err, "'%s' counts %lld tenants of '%.40s'", file,
			    (long long)json_integer_value(tenants), module);
			json_decref(count);
			return false;
		}
	const char *scop = whose_count(publisher, file, count, err);
	json_decref(count);
	const char *text = scop ? scop_files_read(arena, file, NULL, err) : NULL;
	mkdir(scop_publisher_path(publisher, "usage"), 0755);
	return text &&
	    scop_publisher_put(arena,
		scop_publisher_path(publisher, scop_arena_printf(arena, "usage/%s.json", scop)),
		text, err);
}

/* Sets each module's sum of all scops' counts. */
static void
add_counts(struct scop_publisher *publisher)
{
	json_t *modules = json_object_get(publisher->root, "modules"),
	       *scops = json_object_get(publisher->root, "scops"), *entry, *scop;
	size_t m, s;

	json_array_foreach (modules, m, entry)
		json_object_set_new(entry, "used_by", json_integer(0));
	json_array_foreach (scops, s, scop) {
		const char *name = scop_arena_printf(publisher->arena, "usage/%s.json",
		    json_string_value(json_object_get(scop, "name")));
		json_t *count = json_load_file(scop_publisher_path(publisher, name), 0, NULL);

		json_array_foreach (modules, m, entry) {
			const json_t *tenants = json_object_get(json_object_get(count, "modules"),
			    json_string_value(json_object_get(entry, "name")));

			json_object_set_new(entry, "used_by",
			    json_integer(json_integer_value(json_object_get(entry, "used_by")) +
				json_integer_value(tenants)));
		}
		json_decref(count);
	}
}

bool
scop_publisher_count(struct scop_publisher *publisher, char *const *files, size_t count,
    struct scop_error *err)
{
	for (size_t i = 0; i < count; i++)
		if (!take_count(publisher, files[i], err))
			return false;
	add_counts(publisher);
	return true;
}
