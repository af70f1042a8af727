/* SPDX-License-Identifier: EUPL-1.2 */
/* The directory's image, written from the platform's database: see directory.h. */
#include "installer/directory.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "data/directory.h"
#include "base/locale.h"
#include "base/log.h"
#include "process/control.h"

enum { PUBLISH_MS = 5000, PARTS = 5 };

static_assert((int)SCOP_DIRECTORY_LANGUAGES == (int)SCOP_LANGUAGES, "a title for each language");

struct rows {
	const struct scop_value *hosts, *tenants, *subscriptions, *packages, *numbers;
};

static void *
part(struct scop_directory_image *image, uint32_t offset)
{
	return (unsigned char *)image + offset;
}

static uint32_t
aligned(size_t size)
{
	return (uint32_t)((size + 7) / 8 * 8);
}

/* Finds the index of the row with that id; false for none. */
static bool
find_index(const struct scop_value *rows, int64_t id, uint32_t *ret_index)
{
	size_t low = 0, high = scop_count(rows);

	while (low < high) { /* the rows are sorted by id */
		const size_t middle = (low + high) / 2;
		const int64_t value = scop_int(scop_at(rows, middle), "id");

		if (value == id) {
			*ret_index = (uint32_t)middle;
			return true;
		}
		if (value < id)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static void
put_text(char *to, size_t size, const struct scop_value *row, const char *key)
{
	snprintf(to, size, "%s", scop_text(row, key));
}

/* A package's title in the language, the English one if it has no translation. */
#define TITLE_IN(language) \
	"COALESCE((SELECT w.text FROM scopiton.message w WHERE (w.module, w.language, w.english) " \
	"= (p.module, '" language "', p.title)), p.title) AS " language

/* Each is one statement, all in one snapshot. Half-created tenants are left out. */
static bool
read_rows(struct scop_platform *platform, struct rows *rows)
{
	if (!scop_platform_sql(platform, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"))
		return false;
	rows->hosts = scop_platform_rows(platform,
	    "SELECT h.host, h.tenant, h.portal FROM scopiton.host_name h JOIN scopiton.tenant t ON "
	    "t.id = h.tenant AND t.state = 'whole' ORDER BY h.host COLLATE utf8mb4_bin");
	rows->tenants = scop_platform_rows(platform,
	    "SELECT id, name, title, language, zone, country, currency FROM scopiton.tenant "
	    "ORDER BY id");
	rows->subscriptions = scop_platform_rows(platform,
	    "SELECT s.tenant, s.package, s.database_name, s.epoch, s.state, s.root, s.state NOT IN "
	    "('on', 'frozen') AND NOT EXISTS (SELECT r.tenant FROM scopiton.subscription r JOIN "
	    "scopiton.package p ON p.id = r.package WHERE r.tenant = s.tenant AND r.root = 1 AND "
	    "r.state IN ('on', 'frozen') AND FIND_IN_SET(s.module, p.first_parts)) AS closed FROM "
	    "scopiton.subscription s WHERE s.state <> 'gone' ORDER BY s.tenant, s.module");
	rows->packages = scop_platform_rows(platform,
	    "SELECT p.id, p.module, p.version, p.hash, p.jobs, m.number, FIND_IN_SET('/', "
	    "p.first_parts) > 0 AS is_public, FIND_IN_SET('portal', REPLACE(p.granted, ', ', ',')) "
	    "> 0 AS "
	    "portal, p.title AS en, " TITLE_IN("fr") ", " TITLE_IN("nl") ", " TITLE_IN(
		"de") " FROM scopiton.package p JOIN scopiton.module m ON "
		      "m.name = p.module ORDER BY p.id");
	rows->numbers = scop_platform_rows(platform,
	    "SELECT l.fence, v.version FROM scopiton.lease l JOIN scopiton.directory_version v "
	    "WHERE l.name = 'installer'");
	const struct scop_error cause = platform->err;
	const bool ended = scop_platform_sql(platform, "COMMIT");
	if (rows->numbers && rows->hosts && rows->tenants && rows->subscriptions && rows->packages)
		return ended;
	platform->err = cause;
	return false;
}

/* Counts the bytes of all titles, each with its NUL. */
static size_t
size_of_titles(const struct scop_value *packages)
{
	size_t size = 0;

	for (size_t i = 0; i < scop_count(packages); i++)
		for (unsigned l = 0; l < SCOP_LANGUAGES; l++)
			size += strlen(scop_text(scop_at(packages, i),
				    scop_language_code((enum scop_language)l))) +
			    1;
	return size;
}

/* An empty image with room for all; NULL if that exceeds the directory's size. */
static struct scop_directory_image *
make_image(struct scop_platform *platform, const struct rows *rows)
{
	const size_t counts[PARTS] = { scop_count(rows->hosts), scop_count(rows->tenants),
		scop_count(rows->subscriptions), scop_count(rows->packages),
		size_of_titles(rows->packages) };
	static const size_t sizes[PARTS] = { sizeof(struct scop_directory_host),
		sizeof(struct scop_directory_tenant), sizeof(struct scop_directory_subscription),
		sizeof(struct scop_directory_package), 1 };
	size_t size = aligned(sizeof(struct scop_directory_image));
	uint32_t offsets[PARTS] = { 0 };

	for (int i = 0; i < PARTS && size <= SCOP_DIRECTORY_BYTES; i++) {
		offsets[i] = (uint32_t)size;
		size += counts[i] * sizes[i] + 7;
		size -= size % 8;
	}
	if (size > SCOP_DIRECTORY_BYTES) {
		scop_error_set(&platform->err,
		    "the directory has grown beyond %d bytes; move tenants to another host",
		    SCOP_DIRECTORY_BYTES);
		return NULL;
	}
	struct scop_directory_image *image = scop_arena_alloc(platform->arena, size);
	*image = (struct scop_directory_image){ SCOP_DIRECTORY_MAGIC, (uint32_t)size,
		(uint32_t)counts[0], (uint32_t)counts[1], (uint32_t)counts[2], (uint32_t)counts[3],
		(uint32_t)counts[4], offsets[0], offsets[1], offsets[2], offsets[3], offsets[4],
		(uint32_t)scop_int(scop_at(rows->numbers, 0), "fence"),
		(uint64_t)scop_int(scop_at(rows->numbers, 0), "version") };
	return image;
}

static void
fill_tenants(struct scop_directory_image *image, const struct rows *rows)
{
	struct scop_directory_tenant *tenants = part(image, image->tenants);

	for (uint32_t i = 0; i < image->tenant_count; i++) {
		const struct scop_value *row = scop_at(rows->tenants, i);
		enum scop_language language = SCOP_EN;

		tenants[i].id = (uint32_t)scop_int(row, "id");
		put_text(tenants[i].name, sizeof tenants[i].name, row, "name");
		put_text(tenants[i].title, sizeof tenants[i].title, row, "title");
		put_text(tenants[i].zone, sizeof tenants[i].zone, row, "zone");
		put_text(tenants[i].country, sizeof tenants[i].country, row, "country");
		put_text(tenants[i].currency, sizeof tenants[i].currency, row, "currency");
		scop_language_parse(scop_text(row, "language"), strlen(scop_text(row, "language")),
		    &language);
		tenants[i].language = (uint8_t)language;
	}
}

static bool
fill_hosts(struct scop_platform *platform, struct scop_directory_image *image,
    const struct rows *rows)
{
	struct scop_directory_host *hosts = part(image, image->hosts);
	struct scop_directory_tenant *tenants = part(image, image->tenants);

	for (uint32_t i = 0; i < image->host_count; i++) {
		const struct scop_value *row = scop_at(rows->hosts, i);

		if (!find_index(rows->tenants, scop_int(row, "tenant"), &hosts[i].tenant))
			return scop_error_set(&platform->err,
			    "the host name '%s' belongs to tenant %lld, which does not exist",
			    scop_text(row, "host"), (long long)scop_int(row, "tenant"));
		struct scop_directory_tenant *tenant = &tenants[hosts[i].tenant];

		put_text(hosts[i].host, sizeof hosts[i].host, row, "host");
		hosts[i].portal = scop_bool(row, "portal");
		put_text(hosts[i].portal ? tenant->portal_host : tenant->host, SCOP_HOST_MAX + 1,
		    row, "host");
	}
	return true;
}

static uint8_t
state_of(const char *state)
{
	return strcmp(state, "on") == 0    ? SCOP_STATE_ON
	    : strcmp(state, "frozen") == 0 ? SCOP_STATE_FROZEN
					   : SCOP_STATE_OFF;
}

static bool
fill_subscriptions(struct scop_platform *platform, struct scop_directory_image *image,
    const struct rows *rows)
{
	struct scop_directory_tenant *tenants = part(image, image->tenants);
	struct scop_directory_subscription *subscriptions = part(image, image->subscriptions);

	uint32_t tenant = 0;

	for (uint32_t i = 0; i < image->subscription_count; i++) {
		const struct scop_value *row = scop_at(rows->subscriptions, i);
		struct scop_directory_subscription *one = &subscriptions[i];
		const int64_t of = scop_int(row, "tenant");

		while (tenant < image->tenant_count && tenants[tenant].id < of)
			tenant++; /* both are sorted by it */
		if (tenant == image->tenant_count || tenants[tenant].id != of ||
		    !find_index(rows->packages, scop_int(row, "package"), &one->package))
			return scop_error_set(&platform->err,
			    "the database '%s' belongs to tenant %lld and package %lld, one of "
			    "which does not exist",
			    scop_text(row, "database_name"), (long long)of,
			    (long long)scop_int(row, "package"));
		if (tenants[tenant].subscriptions++ == 0)
			tenants[tenant].first_subscription = i;
		one->epoch = (uint64_t)scop_int(row, "epoch");
		one->state = state_of(scop_text(row, "state"));
		one->root = scop_bool(row, "root");
		one->closed = scop_bool(row, "closed");
		put_text(one->database, sizeof one->database, row, "database_name");
	}
	return true;
}

static void
fill_packages(struct scop_directory_image *image, const struct rows *rows)
{
	struct scop_directory_package *packages = part(image, image->packages);
	char *texts = part(image, image->texts);
	uint32_t used = 0;

	for (uint32_t i = 0; i < image->package_count; i++) {
		const struct scop_value *row = scop_at(rows->packages, i);

		put_text(packages[i].module, sizeof packages[i].module, row, "module");
		put_text(packages[i].version, sizeof packages[i].version, row, "version");
		put_text(packages[i].hash, sizeof packages[i].hash, row, "hash");
		packages[i].number = (uint32_t)scop_int(row, "number");
		packages[i].jobs = (uint32_t)scop_int(row, "jobs");
		packages[i].is_public = scop_bool(row, "is_public");
		packages[i].portal = scop_bool(row, "portal");
		for (unsigned l = 0; l < SCOP_LANGUAGES; l++) {
			const char *title =
			    scop_text(row, scop_language_code((enum scop_language)l));
			const size_t size = strlen(title) + 1;

			memcpy(texts + used, title, size);
			packages[i].title[l] = used;
			used += (uint32_t)size;
		}
	}
}

/* Under a name of its own: the supervisor takes the latest, and gives it the name 'directory'. So
 * it does no harm if a process that was stopped before the renaming continues much later. */
static bool
write_image(struct scop_platform *platform, const struct scop_directory_image *image)
{
	const char *run = platform->config.run,
		   *path = scop_arena_printf(platform->arena, "%s/directory.%u.%llu", run,
		       image->fence, (unsigned long long)image->version),
		   *tmp = scop_arena_printf(platform->arena, "%s/directory.%d.new", run,
		       (int)getpid());
	const int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	const bool written = fd >= 0 && write(fd, image, image->size) == (ssize_t)image->size;

	if (fd >= 0 && close(fd) == 0 && written && rename(tmp, path) == 0)
		return true;
	scop_error_errno(&platform->err, "'%s' cannot be written", path);
	unlink(tmp);
	return false;
}

static bool
write_directory(struct scop_platform *platform)
{
	struct scop_directory_image *image;
	struct rows rows;

	if (!read_rows(platform, &rows) || !(image = make_image(platform, &rows)))
		return false;
	fill_tenants(image, &rows);
	if (!fill_hosts(platform, image, &rows) || !fill_subscriptions(platform, image, &rows))
		return false;
	fill_packages(image, &rows);
	if (!scop_platform_may_go_on(platform))
		return scop_error_set(&platform->err, "another installer has taken over");
	return write_image(platform, image);
}

bool
scop_directory_write(struct scop_platform *platform)
{
	bool published;

	if (!write_directory(platform))
		return false;
	/* without an answer the file is in place all the same: a supervisor takes it when it can */
	if (!scop_control_ask(platform->config.run, "publish\n", PUBLISH_MS, &published))
		scop_log_line(SCOP_LOG_DEBUG, "no supervisor has published the directory yet");
	return true;
}
