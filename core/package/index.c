/* SPDX-License-Identifier: EUPL-1.2 */
/* The catalogue's index: see index.h. */
#include "package/index.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/name.h"
#include "base/value.h"
#include "package/archive.h"
#include "package/loader.h"
#include "package/pictures.h"
#include "package/texts.h"

enum {
	DAY_SECONDS = 86400,
	MODULES_MAX = 10000,
	NUMBER_MAX = 1000000000,
	NUMBER_STEP_MAX =
	    1000000, /* from the last one seen: a leap would shut out all later ones */
	CENTS_MAX = 100000000
};

/* The texts of an entry that portals show, in characters. */
static const struct {
	const char *key;
	size_t max;
	bool lines;
} shown[] = { { "title", 100, false }, { "summary", 300, true }, { "category", 20, false },
	{ "changes", 2000, true }, { "reason", 200, true }, { "license", 100, false } };

/* ---- reading ---- */

/* Microseconds of "2026-11-22T14:00:00Z"; 0 for anything else. */
static int64_t
read_time(const struct scop_value *map, const char *key)
{
	struct tm tm = { 0 };
	const char *end = strptime(scop_text(map, key), "%Y-%m-%dT%H:%M:%SZ", &tm);

	return end && !*end ? (int64_t)timegm(&tm) * 1000000 : 0;
}

static const struct scop_value *
find(const struct scop_value *list, const char *key, const char *text)
{
	for (size_t i = 0; i < scop_count(list); i++)
		if (strcmp(scop_text(scop_at(list, i), key), text) == 0)
			return scop_at(list, i);
	return NULL;
}

static bool
lists(const struct scop_value *list, const char *text)
{
	for (size_t i = 0; i < scop_count(list); i++)
		if (strcmp(scop_as_text(scop_at(list, i)), text) == 0)
			return true;
	return false;
}

static bool
check_name(const char *name)
{
	return scop_name_is_module(name, strlen(name));
}

static bool
check_shown(const struct scop_value *entry, const char *of, struct scop_error *err)
{
	for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
		if (!scop_text_is_plain(scop_text(entry, shown[i].key), shown[i].max,
			shown[i].lines))
			return scop_error_set(err,
			    "the index has for '%.40s' a '%s' with control characters, or longer "
			    "than %zu characters",
			    of, shown[i].key, shown[i].max);
	return true;
}

static bool
check_tariff(const struct scop_value *tariff, const char *of, struct scop_error *err)
{
	const char *currency = scop_text(tariff, "currency");
	const int64_t cents = scop_int(tariff, "cents");

	return (cents >= 0 && cents <= CENTS_MAX &&
		   (!currency[0] ||
		       (strlen(currency) == 3 &&
			   !currency[strspn(currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")]))) ||
	    scop_error_set(err, "the index has an invalid tariff of '%.40s'", of);
}

static bool
check_version(const char *module, const struct scop_value *entry, struct scop_error *err)
{
	const char *version = scop_text(entry, "version"), *channel = scop_text(entry, "channel"),
		   *sum = scop_text(entry, "sha256");
	const struct scop_value *needs = scop_get(entry, "needs");
	struct scop_version parsed;
	char file[100];

	if (!scop_version_parse(version, &parsed))
		return scop_error_set(err, "the index has an invalid version '%.30s' of '%s'",
		    version, module);
	snprintf(file, sizeof file, "packages/%s-%s-" SCOP_PLATFORM ".scop", module, version);
	if (strcmp(scop_text(entry, "file"), file) != 0)
		return scop_error_set(err, "the index has the invalid path '%.60s' for %s %s",
		    scop_text(entry, "file"), module, version);
	if (strlen(sum) != SCOP_SHA256_TEXT - 1 || sum[strspn(sum, "0123456789abcdef")] ||
	    (strcmp(channel, "stable") != 0 && strcmp(channel, "beta") != 0) ||
	    scop_int(entry, "size") < 1 || scop_int(entry, "size") > SCOP_PACKAGE_BYTES_MAX ||
	    scop_int(entry, "unpacked") < 1 ||
	    scop_int(entry, "unpacked") > SCOP_UNPACKED_BYTES_MAX)
		return scop_error_set(err,
		    "the index has for %s %s an invalid hash, size or channel", module, version);
	for (size_t i = 0; i < scop_count(needs); i++)
		if (!check_name(scop_text(scop_at(needs, i), "module")) ||
		    !scop_range_valid(scop_text(scop_at(needs, i), "version")))
			return scop_error_set(err, "the index has for %s %s an invalid dependency",
			    module, version);
	return check_shown(entry, module, err) &&
	    check_tariff(scop_get(entry, "tariff"), module, err) &&
	    scop_texts_check(scop_get(entry, "texts"), module, err);
}

static bool
check_pictures(const struct scop_value *module, struct scop_error *err)
{
	const char *icon = scop_text(module, "icon");
	const struct scop_value *pictures = scop_get(module, "pictures");
	bool ok = !icon[0] || scop_picture_named(icon);

	for (size_t i = 0; ok && i < scop_count(pictures); i++)
		ok = scop_picture_named(scop_text(scop_at(pictures, i), "file"));
	return ok ||
	    scop_error_set(err, "the index has a picture of '%s' with an invalid name",
		scop_text(module, "name"));
}

static bool
check_module(const struct scop_value *root, const struct scop_value *module, struct scop_error *err)
{
	const char *name = scop_text(module, "name");
	const struct scop_value *versions = scop_get(module, "versions");
	const struct scop_value *scop =
	    find(scop_get(root, "scops"), "name", scop_text(module, "scop"));

	if (!check_name(name))
		return scop_error_set(err, "the index has an invalid module name '%.40s'", name);
	if (!scop || !lists(scop_get(scop, "modules"), name))
		return scop_error_set(err,
		    "the index has the module '%s' of the scop '%.40s', which does not own that "
		    "name",
		    name, scop_text(module, "scop"));
	if (!check_shown(module, name, err) || !check_pictures(module, err) ||
	    !scop_texts_check(scop_get(module, "texts"), name, err))
		return false;
	for (size_t i = 0; i < scop_count(versions); i++)
		if (!check_version(name, scop_at(versions, i), err))
			return false;
	return true;
}

/* Rights are granted only to module names that the scop owns. */
static bool
check_grants(const struct scop_value *scop, struct scop_error *err)
{
	const struct scop_value *grants = scop_get(scop, "grants");

	for (size_t i = 0; i < scop_count(grants); i++)
		if (!lists(scop_get(scop, "modules"), scop_text(scop_at(grants, i), "module")))
			return scop_error_set(err,
			    "the index grants rights to '%.40s', which is not a module of the scop "
			    "'%.40s'",
			    scop_text(scop_at(grants, i), "module"), scop_text(scop, "name"));
	return true;
}

static bool
check_scops(const struct scop_value *scops, struct scop_error *err)
{
	struct scop_public_key key;

	for (size_t s = 0; s < scop_count(scops); s++) {
		const struct scop_value *scop = scop_at(scops, s), *keys = scop_get(scop, "keys"),
					*modules = scop_get(scop, "modules");

		for (size_t i = 0; i < scop_count(keys); i++)
			if (!scop_public_key_parse(scop_text(scop_at(keys, i), "key"), &key))
				return scop_error_set(err,
				    "the index has an invalid key of the scop '%.40s'",
				    scop_text(scop, "name"));
		if (!check_shown(scop, scop_text(scop, "name"), err) || !check_grants(scop, err))
			return false;
		for (size_t i = 0; i < scop_count(modules); i++)
			for (size_t other = 0; other < s; other++)
				if (lists(scop_get(scop_at(scops, other), "modules"),
					scop_as_text(scop_at(modules, i))))
					return scop_error_set(err,
					    "the index gives the name '%.40s' to two scops",
					    scop_as_text(scop_at(modules, i)));
	}
	return true;
}

static bool
check_age(const struct scop_index *index, const struct scop_index_seen *seen, int64_t now,
    struct scop_error *err)
{
	const int64_t date = read_time(index->root, "date");

	if (index->number < 1 || date == 0 || index->expires <= date)
		return scop_error_set(err, "the index has no number, date or expiry");
	if (index->number > NUMBER_MAX ||
	    (seen->number > 0 && index->number - seen->number > NUMBER_STEP_MAX))
		return scop_error_set(err,
		    "the index has the number %lld, which leaves no room for later ones",
		    (long long)index->number);
	if (index->number < seen->number)
		return scop_error_set(err,
		    "the index is number %lld, older than number %lld, which this host has seen",
		    (long long)index->number, (long long)seen->number);
	if (index->number == seen->number && strcmp(index->digest, seen->digest) != 0)
		return scop_error_set(err,
		    "the index has number %lld, as another index that this host has seen",
		    (long long)index->number);
	if (now != 0 && index->expires <= now)
		return scop_error_set(err,
		    "the index expired on %s: the group must renew it, or somebody withholds a "
		    "newer one",
		    scop_text(index->root, "expires"));
	if (now != 0 && date > now + DAY_SECONDS * INT64_C(1000000))
		return scop_error_set(err,
		    "the index is dated %s, in the future: check this machine's clock",
		    scop_text(index->root, "date"));
	return true;
}

bool
scop_index_read(struct scop_arena *arena, const char *text, size_t size, const char *signature,
    const struct scop_public_key *group, const struct scop_index_seen *seen, int64_t now,
    struct scop_index *ret_index, struct scop_error *err)
{
	struct scop_error cause = { .text = "" };

	/* Nothing is parsed before its signature has been verified. */
	return scop_signature_check(group, signature, text, size, &cause)
	    ? scop_index_parse(arena, text, size, seen, now, ret_index, err)
	    : scop_error_set(err, "the index is not the group's: %s", cause.said);
}

bool
scop_index_parse(struct scop_arena *arena, const char *text, size_t size,
    const struct scop_index_seen *seen, int64_t now, struct scop_index *ret_index,
    struct scop_error *err)
{
	unsigned char digest[crypto_generichash_BYTES];
	struct scop_error cause = { .text = "" };

	ret_index->root = scop_json_parse(arena, text, size, &cause);
	if (!ret_index->root)
		return scop_error_set(err, "the index cannot be read: %s", cause.said);
	if (scop_int(ret_index->root, "format") != SCOP_INDEX_FORMAT)
		return scop_error_set(err,
		    "the index has format %lld, but this host knows %d. Upgrade the host.",
		    (long long)scop_int(ret_index->root, "format"), SCOP_INDEX_FORMAT);
	ret_index->number = scop_int(ret_index->root, "number");
	ret_index->expires = read_time(ret_index->root, "expires");
	crypto_generichash(digest, sizeof digest, (const unsigned char *)text, size, NULL, 0);
	sodium_bin2hex(ret_index->digest, sizeof ret_index->digest, digest, sizeof digest);

	const struct scop_value *modules = scop_get(ret_index->root, "modules");
	if (scop_count(modules) > MODULES_MAX)
		return scop_error_set(err, "the index has more than %d modules", MODULES_MAX);
	if (!check_age(ret_index, seen, now, err) ||
	    !check_scops(scop_get(ret_index->root, "scops"), err))
		return false;
	for (size_t i = 0; i < scop_count(modules); i++)
		if (!check_module(ret_index->root, scop_at(modules, i), err))
			return false;
	return true;
}

/* ---- lookups ---- */

static unsigned
rights_of(const struct scop_value *names)
{
	unsigned rights = 0;

	for (size_t i = 0; i < scop_count(names); i++)
		rights |= scop_grant_right(scop_as_text(scop_at(names, i)));
	return rights;
}

struct scop_grants
scop_index_grants(struct scop_arena *arena, const struct scop_index *index)
{
	const struct scop_value *scops = scop_get(index->root, "scops");
	struct scop_grants found = { NULL, 0 };
	size_t count = 0;

	for (size_t s = 0; s < scop_count(scops); s++)
		count += scop_count(scop_get(scop_at(scops, s), "grants"));
	found.list = scop_arena_alloc(arena, (count + 1) * sizeof *found.list);
	for (size_t s = 0; s < scop_count(scops); s++) {
		const struct scop_value *scop = scop_at(scops, s),
					*grants = scop_get(scop, "grants");

		for (size_t i = 0; i < scop_count(grants); i++)
			found.list[found.count++] = (struct scop_grant){ scop_text(scop, "name"),
				scop_text(scop_at(grants, i), "module"),
				rights_of(scop_get(scop_at(grants, i), "rights")) };
	}
	return found;
}

const struct scop_value *
scop_index_module(const struct scop_index *index, const char *name)
{
	return find(scop_get(index->root, "modules"), "name", name);
}

const struct scop_value *
scop_index_version(const struct scop_value *module, const char *version)
{
	return find(scop_get(module, "versions"), "version", version);
}

/* The scop's key that the signature names. */
static bool
find_signer(const struct scop_index *index, const char *name, const char *signature,
    struct scop_public_key *ret_key, struct scop_error *err)
{
	const struct scop_value *keys =
	    scop_get(find(scop_get(index->root, "scops"), "name", name), "keys");
	unsigned char id[8];
	char id_text[SCOP_MINISIGN_ID_TEXT];

	if (!scop_signature_key(signature, id))
		return scop_error_set(err, "the package has no signature in minisign's format");
	scop_key_id_print(id, id_text);
	for (size_t i = 0; i < scop_count(keys); i++) {
		const struct scop_value *entry = scop_at(keys, i);

		if (!scop_public_key_parse(scop_text(entry, "key"), ret_key) ||
		    memcmp(ret_key->id, id, sizeof id) != 0)
			continue;
		return !scop_text(entry, "revoked")[0] ||
		    scop_error_set(err,
			"the package is signed with key %s of the scop '%s', which was revoked on "
			"%s",
			id_text, name, scop_text(entry, "revoked"));
	}
	return scop_error_set(err,
	    "the package is signed with key %s, which does not belong to the scop '%s', the "
	    "module's owner",
	    id_text, name);
}

const char *
scop_index_signer(const struct scop_index *index, const char *signature,
    struct scop_public_key *ret_key, struct scop_error *err)
{
	const struct scop_value *scops = scop_get(index->root, "scops");
	struct scop_error ignored;

	for (size_t i = 0; i < scop_count(scops); i++)
		if (find_signer(index, scop_text(scop_at(scops, i), "name"), signature, ret_key,
			&ignored))
			return scop_text(scop_at(scops, i), "name");
	scop_error_set(err, "it is signed with a key that belongs to no scop, or was revoked");
	return NULL;
}

bool
scop_index_check_key(const struct scop_index *index, const char *scop, const char *signature,
    struct scop_error *err)
{
	struct scop_public_key key;

	return find_signer(index, scop, signature, &key, err);
}

bool
scop_index_check_package(const struct scop_index *index, const char *scop, const char *signature,
    const char *file, struct scop_error *err)
{
	struct scop_public_key key;

	return find_signer(index, scop, signature, &key, err) &&
	    scop_signature_check_file(&key, signature, file, err);
}

static const struct scop_need *
take_needs(struct scop_arena *arena, const struct scop_value *list)
{
	struct scop_need *needs = scop_arena_alloc(arena, (scop_count(list) + 1) * sizeof *needs);

	for (size_t i = 0; i < scop_count(list); i++)
		needs[i] = (struct scop_need){ scop_text(scop_at(list, i), "module"),
			scop_text(scop_at(list, i), "version") };
	return needs;
}

static const char *
unfit(struct scop_arena *arena, const struct scop_value *entry)
{
	const char *api = scop_text(entry, "api"), *version = scop_text(entry, "version");

	if (scop_text(entry, "yanked")[0])
		return scop_arena_say(arena, "%s was withdrawn (%s)", version,
		    scop_text(entry, "reason"));
	switch (scop_loader_api(api)) {
	case SCOP_API_TOO_OLD:
		return scop_arena_say(arena, "%s was built for %s, but this host has %s", version,
		    api, SCOP_API_NOW);
	case SCOP_API_TOO_NEW:
		return scop_arena_say(arena, "%s needs a host with %s", version, api);
	case SCOP_API_FITS:
		break;
	}
	return NULL;
}

struct scop_candidate *
scop_index_candidates(struct scop_arena *arena, const struct scop_index *index, size_t more,
    size_t *ret_count)
{
	const struct scop_value *modules = scop_get(index->root, "modules");
	size_t count = 0, made = 0;

	for (size_t m = 0; m < scop_count(modules); m++)
		count += scop_count(scop_get(scop_at(modules, m), "versions"));
	struct scop_candidate *candidates =
	    scop_arena_alloc(arena, (count + more + 1) * sizeof *candidates);
	for (size_t m = 0; m < scop_count(modules); m++) {
		const struct scop_value *module = scop_at(modules, m),
					*versions = scop_get(module, "versions");

		for (size_t v = 0; v < scop_count(versions); v++) {
			const struct scop_value *version = scop_at(versions, v),
						*needs = scop_get(version, "needs");
			struct scop_candidate *one = &candidates[made++];

			*one = (struct scop_candidate){ .module = scop_text(module, "name"),
				.needs = take_needs(arena, needs),
				.need_count = scop_count(needs),
				.beta = strcmp(scop_text(version, "channel"), "beta") == 0,
				.unfit = unfit(arena, version),
				.contracts = scop_get(version, "contracts") };
			scop_version_parse(scop_text(version, "version"), &one->version);
		}
	}
	*ret_count = made;
	return candidates;
}
