/* SPDX-License-Identifier: EUPL-1.2 */
/* The host side of the catalogue: see catalogue.h. */
#include "installer/catalogue.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/json.h"
#include "base/time.h"
#include "installer/fetch.h"
#include "installer/messages.h"
#include "installer/pictures.h"
#include "package/archive.h"
#include "package/files.h"

enum { NUMBER_BYTES = 32, KEY_BYTES = 1024, HAND_OVERS_MAX = 16, FRESH_SECONDS = 5 };

#define FETCHED ".fetch-" /* folders below var/modules of fetches in progress */

static const char *
kept_path(struct scop_platform *platform, const char *name)
{
	return scop_arena_printf(platform->arena, "%s/catalogue/%s", platform->config.var, name);
}

/* Reads a small text file of the catalogue; NULL with the reason. */
static const char *
fetch_text(struct scop_platform *platform, const char *name, size_t most, size_t *ret_size)
{
	const char *path = kept_path(platform, ".fetched");
	const char *text = scop_fetch(&platform->config, name, path, most, &platform->err)
	    ? scop_files_read(platform->arena, path, ret_size, &platform->err)
	    : NULL;

	unlink(path);
	return text;
}

/* ---- trusted keys ---- */

struct trust {
	struct scop_public_key key;
	struct scop_index_seen seen;
};

/* Reads the group's current key, if its chain of rotations begins with the configured one, and the
 * newest index seen. */
static bool
load_trust(struct scop_platform *platform, struct trust *ret_trust)
{
	const struct scop_value *row = scop_platform_row(platform,
	    "SELECT first_key, current_key, number, digest FROM scopiton.catalogue");
	const bool ours =
	    row && strcmp(scop_text(row, "first_key"), platform->config.catalogue_key) == 0;
	const char *key = ours ? scop_text(row, "current_key") : platform->config.catalogue_key;

	if (!platform->config.catalogue[0])
		return scop_error_set(&platform->err,
		    "this host has no catalogue. Set 'catalogue' and 'catalogue_key' in its "
		    "configuration.");
	ret_trust->seen = (struct scop_index_seen){ ours ? scop_int(row, "number") : 0,
		ours ? scop_text(row, "digest") : "" };
	return scop_public_key_parse(key, &ret_trust->key) ||
	    scop_error_set(&platform->err,
		"'catalogue_key' is not a public key in minisign's format");
}

/* The group's key with that id: the trusted key, or one reached from it by rotations, each signed
 * with the previous key. */
static bool
find_key(struct scop_platform *platform, const struct trust *trust, const unsigned char id[8],
    int depth, struct scop_public_key *ret_key)
{
	struct scop_public_key before, key;
	unsigned char signer[8];
	char text[SCOP_MINISIGN_ID_TEXT];
	size_t size;

	if (memcmp(id, trust->key.id, sizeof trust->key.id) == 0) {
		*ret_key = trust->key;
		return true;
	}
	scop_key_id_print(id, text);
	const char *name = scop_arena_printf(platform->arena, "keys/%s.pub", text);
	const char *bytes =
	    depth < HAND_OVERS_MAX ? fetch_text(platform, name, KEY_BYTES, &size) : NULL;
	const char *signature = bytes
	    ? fetch_text(platform, scop_arena_printf(platform->arena, "%s.minisig", name),
		  KEY_BYTES, NULL)
	    : NULL;

	if (!signature || !scop_public_key_parse(bytes, &key) ||
	    memcmp(key.id, id, sizeof key.id) != 0 || !scop_signature_key(signature, signer))
		return scop_error_set(&platform->err,
		    "the index is signed with key %s, which is not the group's", text);
	if (!find_key(platform, trust, signer, depth + 1, &before))
		return false;
	*ret_key = key;
	return scop_signature_check(&before, signature, bytes, size, &platform->err);
}

/* ---- the index ---- */

/* The modules that the index lists, each with the title of its scop and the rights that it has. */
static bool
note_modules(struct scop_platform *platform, const char *json)
{
	return scop_platform_sql(platform,
		   "INSERT INTO scopiton.catalogue_module (name, scop, category, used_by, title, "
		   "summary, icon, pictures) SELECT name, scop, category, used_by, title, summary, "
		   "COALESCE(icon, ''), COALESCE(pictures, '[]') FROM JSON_TABLE('%s', "
		   "'$.modules[*]' COLUMNS (name VARCHAR(24) PATH '$.name', scop VARCHAR(31) PATH "
		   "'$.scop', category VARCHAR(20) PATH '$.category', used_by INT PATH "
		   "'$.used_by', "
		   "title VARCHAR(100) PATH '$.title', summary VARCHAR(300) PATH '$.summary', icon "
		   "VARCHAR(70) PATH '$.icon', pictures JSON PATH '$.pictures')) j",
		   json) &&
	    scop_platform_sql(platform,
		"UPDATE scopiton.catalogue_module m JOIN JSON_TABLE('%s', '$.scops[*]' COLUMNS "
		"(name VARCHAR(31) COLLATE utf8mb4_unicode_520_ci PATH '$.name', title "
		"VARCHAR(100) PATH '$.title')) j ON j.name = m.scop SET m.scop_title = j.title",
		json) &&
	    scop_platform_sql(platform,
		"UPDATE scopiton.catalogue_module m JOIN JSON_TABLE('%s', '$.scops[*]' COLUMNS "
		"(name VARCHAR(31) COLLATE utf8mb4_unicode_520_ci PATH '$.name', NESTED PATH "
		"'$.grants[*]' COLUMNS (module VARCHAR(24) COLLATE utf8mb4_nopad_bin PATH "
		"'$.module', rights JSON PATH '$.rights'))) j ON j.name = m.scop AND j.module = "
		"m.name SET m.granted = j.rights",
		json);
}

static bool
note_versions(struct scop_platform *platform, const char *json)
{
	return scop_platform_sql(platform,
	    "INSERT INTO scopiton.catalogue_version (module, version, place, channel, "
	    "yanked, reason, level, size, published, generation, back, tariff_cents, "
	    "currency, changes, rights, needs, personal, license) SELECT name, version, "
	    "CAST(SUBSTRING_INDEX(version, '.', 1) AS UNSIGNED) * 10000000000 + "
	    "CAST(SUBSTRING_INDEX(SUBSTRING_INDEX(version, '.', 2), '.', -1) AS UNSIGNED) * "
	    "100000 + CAST(SUBSTRING_INDEX(version, '.', -1) AS UNSIGNED), channel, "
	    "COALESCE(yanked, '') <> '', COALESCE(reason, ''), COALESCE(level, 0), size, "
	    "STR_TO_DATE(published, '%%Y-%%m-%%dT%%H:%%i:%%sZ'), COALESCE(generation, 1), "
	    "IF(back IN ('kept', 'exported', 'lost'), back, 'kept'), COALESCE(cents, 0), "
	    "COALESCE(currency, 'EUR'), COALESCE(changes, ''), COALESCE(rights, '[]'), "
	    "COALESCE(needs, '[]'), COALESCE(personal, '[]'), COALESCE(license, '') FROM "
	    "JSON_TABLE('%s', '$.modules[*]' COLUMNS (name VARCHAR(24) PATH '$.name', NESTED "
	    "PATH '$.versions[*]' COLUMNS (version VARCHAR(23) PATH '$.version', channel "
	    "VARCHAR(6) PATH '$.channel', yanked VARCHAR(30) PATH '$.yanked', reason "
	    "VARCHAR(200) PATH '$.reason', level TINYINT PATH '$.level', size BIGINT PATH "
	    "'$.size', published VARCHAR(30) PATH '$.published', generation TINYINT PATH "
	    "'$.generation', back VARCHAR(8) PATH '$.back', cents BIGINT PATH "
	    "'$.tariff.cents', currency CHAR(3) PATH '$.tariff.currency', changes "
	    "VARCHAR(700) PATH '$.changes', rights JSON PATH '$.rights', needs JSON PATH "
	    "'$.needs', personal JSON PATH '$.personal', license VARCHAR(100) PATH "
	    "'$.license'))) j WHERE version IS NOT NULL",
	    json);
}

/* Marks the versions that this host cannot run. */
static bool
note_unfit(struct scop_platform *platform, const struct scop_index *index)
{
	size_t count;
	const struct scop_candidate *candidates =
	    scop_index_candidates(platform->arena, index, 0, &count);
	struct scop_buffer unfit;

	scop_buffer_init(&unfit, platform->arena);
	for (size_t i = 0; i < count; i++)
		if (candidates[i].unfit)
			scop_buffer_printf(&unfit, "%s('%s','%u.%u.%u')", unfit.length ? "," : "",
			    candidates[i].module, candidates[i].version.major,
			    candidates[i].version.minor, candidates[i].version.patch);
	return unfit.length == 0 ||
	    scop_platform_sql(platform,
		"UPDATE scopiton.catalogue_version SET unfit = 1 WHERE (module, version) IN (%s)",
		scop_buffer_str(&unfit));
}

/* Stores the offers that the portal shows, one statement per table, in one transaction. */
static bool
note_offers(struct scop_platform *platform, const struct scop_index *index, const char *text)
{
	const char *json = scop_platform_quote(platform, text);

	return scop_platform_sql(platform, "DELETE FROM scopiton.catalogue_version") &&
	    scop_platform_sql(platform, "DELETE FROM scopiton.catalogue_module") &&
	    note_modules(platform, json) && note_versions(platform, json) &&
	    note_unfit(platform, index) &&
	    scop_platform_sql(platform,
		"UPDATE scopiton.catalogue_version v JOIN (SELECT module, MAX(place) AS place FROM "
		"scopiton.catalogue_version WHERE channel = 'stable' AND yanked = 0 AND unfit = 0 "
		"GROUP BY module) n ON n.module = v.module AND "
		"n.place = v.place SET v.newest = 1") &&
	    scop_messages_keep_index(platform, text);
}

static const char *
key_text(struct scop_platform *platform, const struct scop_public_key *key)
{
	char *text = scop_arena_alloc(platform->arena, SCOP_MINISIGN_KEY_TEXT);

	scop_public_key_print(key, text);
	return text;
}

/* Several processes may look at once: one that was stopped meanwhile stores nothing older. The
 * files that it has replaced are verified whenever they are used. */
static bool
is_latest(struct scop_platform *platform, const struct scop_index *index)
{
	const struct scop_value *row =
	    scop_platform_row(platform, "SELECT number FROM scopiton.catalogue FOR UPDATE");

	return !row || scop_int(row, "number") <= index->number ||
	    scop_error_set(&platform->err, "a later index has been stored meanwhile");
}

/* Stores both files first, then the database: after a kill in between, the next check finds the
 * same number and stores it. */
static bool
keep(struct scop_platform *platform, const struct trust *trust, const struct scop_index *index,
    const char *fetched, const char *text, const char *signature)
{
	const char *path = kept_path(platform, "index.json.minisig"),
		   *tmp = kept_path(platform, ".signature");
	FILE *file = fopen(tmp, "we");

	if (!file || fputs(signature, file) < 0 || fclose(file) != 0 ||
	    rename(fetched, kept_path(platform, "index.json")) != 0 || rename(tmp, path) != 0)
		return scop_error_errno(&platform->err, "the index cannot be stored");
	const bool noted = scop_platform_begin(platform) && is_latest(platform, index) &&
	    note_offers(platform, index, text) &&
	    scop_platform_sql(platform,
		"REPLACE INTO scopiton.catalogue (only_one, first_key, current_key, number, "
		"digest, expires, looked, problem) VALUES "
		"(1, '%s', '%s', %lld, '%s', FROM_UNIXTIME(%lld), UTC_TIMESTAMP(), '')",
		platform->config.catalogue_key, key_text(platform, &trust->key),
		(long long)index->number, index->digest, (long long)(index->expires / 1000000)) &&
	    scop_platform_sql(platform, "COMMIT");
	if (!noted) {
		const struct scop_error cause = platform->err;

		scop_platform_sql(platform, "ROLLBACK");
		platform->err = cause;
	}
	return noted;
}

static bool
load_kept(struct scop_platform *platform, struct scop_index *ret_index)
{
	struct trust trust;
	size_t size;
	const char *text, *signature;

	return load_trust(platform, &trust) &&
	    (text = scop_files_read(platform->arena, kept_path(platform, "index.json"), &size,
		 &platform->err)) &&
	    (signature = scop_files_read(platform->arena, kept_path(platform, "index.json.minisig"),
		 NULL, &platform->err)) &&
	    scop_index_read(platform->arena, text, size, signature, &trust.key, &trust.seen,
		scop_time_now(), ret_index, &platform->err);
}

/* `whole`: also if nothing seems to be new, to report what is wrong with the published index. */
static bool
look(struct scop_platform *platform, bool whole, struct scop_index *ret_index)
{
	const char *fetched = kept_path(platform, ".index"), *latest;
	struct trust trust;
	unsigned char signer[8];
	size_t size;

	mkdir(scop_arena_printf(platform->arena, "%s/catalogue", platform->config.var), 0755);
	if (!load_trust(platform, &trust) ||
	    !(latest = fetch_text(platform, "latest", NUMBER_BYTES, NULL)))
		return false;
	/* Nothing new: the cached index is verified whenever it is used. */
	if (!whole && trust.seen.number > 0 && atoll(latest) == trust.seen.number &&
	    load_kept(platform, ret_index))
		return scop_platform_sql(platform,
		    "UPDATE scopiton.catalogue SET looked = UTC_TIMESTAMP(), problem = ''");
	const char *name = scop_arena_printf(platform->arena, "index/%lld.json", atoll(latest));
	const char *signature =
	    fetch_text(platform, scop_arena_printf(platform->arena, "%s.minisig", name),
		SCOP_MINISIGN_SIGNATURE_MAX, NULL);
	if (!signature)
		return false;
	if (!scop_signature_key(signature, signer))
		return scop_error_set(&platform->err,
		    "the index has no signature in minisign's format");
	if (!find_key(platform, &trust, signer, 0, &trust.key))
		return false;
	const char *text =
	    scop_fetch(&platform->config, name, fetched, SCOP_INDEX_BYTES_MAX, &platform->err)
	    ? scop_files_read(platform->arena, fetched, &size, &platform->err)
	    : NULL;
	const bool ok = text &&
	    scop_index_read(platform->arena, text, size, signature, &trust.key, &trust.seen,
		scop_time_now(), ret_index, &platform->err) &&
	    keep(platform, &trust, ret_index, fetched, text, signature);
	unlink(fetched);
	if (ok)
		scop_pictures_fetch(platform, ret_index);
	return ok;
}

static bool
refresh(struct scop_platform *platform, bool whole, struct scop_index *ret_index)
{
	if (look(platform, whole, ret_index))
		return true;
	const struct scop_error cause = platform->err;
	scop_platform_sql(platform,
	    "UPDATE scopiton.catalogue SET problem = LEFT('%s', 1500), looked = UTC_TIMESTAMP()",
	    scop_platform_quote(platform, cause.said));
	platform->err = cause;
	return false;
}

bool
scop_catalogue_refresh(struct scop_platform *platform)
{
	struct scop_index index;

	return refresh(platform, true, &index);
}

bool
scop_catalogue_load(struct scop_platform *platform, struct scop_index *ret_index)
{
	if (!platform->config.catalogue[0])
		return scop_error_set(&platform->err, "this host has no catalogue");
	const struct scop_value *row = scop_platform_row(platform,
	    "SELECT expires > UTC_TIMESTAMP() AND looked > UTC_TIMESTAMP() - INTERVAL %d SECOND "
	    /* an order of several modules checks once */
	    "AND problem = '' AS fresh FROM scopiton.catalogue",
	    FRESH_SECONDS);

	if (scop_bool(row, "fresh"))
		return load_kept(platform, ret_index);
	if (refresh(platform, false, ret_index))
		return true;
	const struct scop_error cause = platform->err;

	/* If the catalogue cannot be reached, the last index stays in use until it expires. */
	if (load_kept(platform, ret_index))
		return true;
	platform->err = cause;
	return false;
}

/* ---- packages ---- */

static bool
check_bytes(struct scop_platform *platform, const struct scop_value *entry, const char *file)
{
	char sum[SCOP_SHA256_TEXT];
	struct stat status;

	if (stat(file, &status) != 0 || status.st_size != scop_int(entry, "size"))
		return scop_error_set(&platform->err,
		    "the package has %lld bytes, but the index says %lld",
		    (long long)status.st_size, (long long)scop_int(entry, "size"));
	if (!scop_sha256_file(file, sum, &platform->err))
		return false;
	return strcmp(sum, scop_text(entry, "sha256")) == 0 ||
	    scop_error_set(&platform->err,
		"the package is not the one in the index: its SHA-256 is %s, not %s", sum,
		scop_text(entry, "sha256"));
}

/* ---- owners of module names ---- */

bool
scop_module_is_of(struct scop_platform *platform, const char *module, const char *scop)
{
	const struct scop_value *known = scop_platform_row(platform,
	    "SELECT scop FROM scopiton.module WHERE name = '%s' AND scop <> ''", module);

	return !known || strcmp(scop_text(known, "scop"), scop) == 0 ||
	    scop_error_set(&platform->err,
		"on this host the module '%s' belongs to the scop '%s', but this package comes "
		"from '%s'. 'scopiton catalogue give %s %s' assigns the name to it.",
		module, scop_text(known, "scop"), scop, module, scop);
}

bool
scop_module_claim(struct scop_platform *platform, const char *module, const char *scop)
{
	return scop_module_is_of(platform, module, scop) &&
	    scop_platform_sql(platform,
		"UPDATE scopiton.module SET scop = '%s' WHERE name = '%s' AND scop = ''", scop,
		module);
}

/* Checks that the unpacked package is the one listed in the index. */
static bool
check_manifest(struct scop_platform *platform, const struct scop_value *module,
    const struct scop_value *entry, const char *folder)
{
	struct scop_manifest manifest;

	if (!scop_manifest_read(platform->arena,
		scop_arena_printf(platform->arena, "%s/module.xml", folder), &manifest,
		&platform->err))
		return false;
	if (strcmp(manifest.name, scop_text(module, "name")) != 0 ||
	    strcmp(manifest.version, scop_text(entry, "version")) != 0 ||
	    strcmp(manifest.scop, scop_text(module, "scop")) != 0)
		return scop_error_set(&platform->err,
		    "the package is %s %s of the scop '%s', not %s %s of '%s'", manifest.name,
		    manifest.version, manifest.scop, scop_text(module, "name"),
		    scop_text(entry, "version"), scop_text(module, "scop"));
	return scop_module_is_of(platform, manifest.name, manifest.scop);
}

bool
scop_catalogue_fetch(struct scop_platform *platform, const struct scop_index *index,
    const char *name, const char *version, struct scop_fetched *ret_fetched)
{
	const struct scop_value *module = scop_index_module(index, name),
				*entry = scop_index_version(module, version);
	const char *work = scop_arena_printf(platform->arena, "%s/modules/" FETCHED "%d",
	    platform->config.var, (int)getpid());
	const char *file = scop_arena_printf(platform->arena, "%s/package", work),
		   *folder = scop_arena_printf(platform->arena, "%s/files", work);
	const char *from = scop_text(entry, "file"), *signature;

	if (!entry)
		return scop_error_set(&platform->err, "the catalogue has no %s %s", name, version);
	scop_files_remove(work);
	scop_files_make_folders(scop_arena_printf(platform->arena, "%s", work));
	if (mkdir(work, 0755) != 0)
		return scop_error_errno(&platform->err, "'%s' cannot be created", work);
	const bool ok = (signature = fetch_text(platform,
			     scop_arena_printf(platform->arena, "%s.minisig", from),
			     SCOP_MINISIGN_SIGNATURE_MAX, NULL)) &&
	    scop_fetch(&platform->config, from, file, (uint64_t)scop_int(entry, "size"),
		&platform->err) &&
	    check_bytes(platform, entry, file) &&
	    scop_index_check_package(index, scop_text(module, "scop"), signature, file,
		&platform->err) &&
	    scop_archive_unpack(file, folder, (uint64_t)scop_int(entry, "unpacked"),
		&platform->err) &&
	    check_manifest(platform, module, entry, folder);
	if (!ok)
		scop_files_remove(work);
	else
		unlink(file);
	*ret_fetched = (struct scop_fetched){ work, folder, signature };
	return ok;
}

void
scop_catalogue_sweep(const struct scop_platform *platform)
{
	scop_files_remove_hidden(
	    scop_arena_printf(platform->arena, "%s/modules", platform->config.var));
}
