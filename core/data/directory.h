/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The tenant directory, as the host's processes see it: tenants, their host names, their
 * subscriptions, and the packages that these run.
 *
 * The installer writes it from the database as one flat image; the supervisor publishes the image
 * in shared memory; a worker looks it up at each request, without a query and without a lock. Each
 * change increments a counter: a reader that finds it changed reads again.
 */
#ifndef SCOP_DATA_DIRECTORY_H
#define SCOP_DATA_DIRECTORY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/name.h"

enum {
	SCOP_HOST_MAX = 48, /* bytes of a host name */
	/* bytes of a pool's name: module, hash, and the suffix of a pool of job workers */
	SCOP_POOL_MAX = 44,
	SCOP_POOL_HASH = 12, /* digits of the hash in that name */
	SCOP_TENANT_MAX = 32,
	SCOP_DIRECTORY_BYTES = 16 << 20, /* an image; untouched pages cost nothing */
	SCOP_DIRECTORY_LANGUAGES = 4,    /* in the order of enum scop_language */
	SCOP_TITLE_BYTES = 401,          /* 100 characters, and the NUL */
};

#define SCOP_POOL_JOBS ".jobs"
#define SCOP_DIRECTORY_MAGIC 0x53434f5044495241u /* "SCOPDIRA": the layout's number */

/* Frozen: reads are served, writes wait while the tables are rebuilt. */
enum scop_state { SCOP_STATE_OFF, SCOP_STATE_ON, SCOP_STATE_FROZEN };

struct scop_directory_host {
	char host[SCOP_HOST_MAX + 1];
	uint8_t portal;
	uint32_t tenant; /* index */
};

struct scop_directory_tenant {
	uint32_t id;
	char name[SCOP_TENANT_MAX + 1];
	char title[404]; /* 100 characters */
	char zone[41];
	char country[3];
	char currency[4];
	char host[SCOP_HOST_MAX + 1]; /* one of each side, for addresses in mails */
	char portal_host[SCOP_HOST_MAX + 1];
	uint8_t language;
	uint32_t first_subscription, subscriptions;
};

struct scop_directory_subscription {
	uint32_t package; /* index */
	uint64_t epoch;
	uint8_t state;
	uint8_t root;
	/* disabled, and its public addresses are not pages of the module at the root */
	uint8_t closed;
	char database[65];
};

struct scop_directory_package {
	char module[SCOP_MODULE_MAX + 1];
	char version[24];
	char hash[33];
	uint32_t number;   /* the module's number: its workers' user id is a base plus this */
	uint32_t jobs;     /* the number of subscriptions */
	uint8_t is_public; /* its first page is public */
	uint8_t portal;    /* may call what scopiton/portal.h declares */
	uint32_t title[SCOP_DIRECTORY_LANGUAGES]; /* where it begins among the texts */
};

/* Offsets count from the image's start. Hosts are sorted. The texts are bytes; each text ends with
 * a NUL. */
struct scop_directory_image {
	uint64_t magic;
	uint32_t size;
	uint32_t host_count, tenant_count, subscription_count, package_count, text_size;
	uint32_t hosts, tenants, subscriptions, packages, texts;
	/* when the rows were read: of the installer's lease (process/lease.h), and of the
	 * directory, which grows with each change. Of two images the one with the greater fence,
	 * then version, is later. */
	uint32_t fence;
	uint64_t version;
};

/* The shared memory: two images; the lowest bit of `generation` names the one to read. */
struct scop_directory_shared {
	_Atomic uint64_t generation;
	/* routes already point to the next image, while readers still see the previous one */
	_Atomic uint32_t changing;
	_Alignas(8) unsigned char image[2][SCOP_DIRECTORY_BYTES];
};

/* The parts of an image. */
const struct scop_directory_host *scop_directory_hosts(const struct scop_directory_image *image);
const struct scop_directory_tenant *scop_directory_tenants(
    const struct scop_directory_image *image);
const struct scop_directory_subscription *scop_directory_subscriptions(
    const struct scop_directory_image *image);
const struct scop_directory_package *scop_directory_packages(
    const struct scop_directory_image *image);

/* Whether the bytes are a valid image: sizes, offsets, indexes, NUL-terminated texts. */
bool scop_directory_check(const void *bytes, size_t size, struct scop_error *err);

/* Whether a tenant has that host name; the image must be valid. */
bool scop_directory_has_host(const struct scop_directory_image *image, const char *host);

/* Publishes the image to readers. */
void scop_directory_publish(struct scop_directory_shared *shared, const void *image, size_t size);

/* One tenant's use of one module. */
struct scop_directory_entry {
	struct scop_directory_tenant tenant;
	struct scop_directory_subscription subscription;
	bool portal;
	char hash[33]; /* of the package that serves the tenant */
};

/* Finds a subscription by the tenant's number and module, as for its public side. */
bool scop_directory_find_tenant(const struct scop_directory_shared *shared, uint32_t tenant,
    const char *module, struct scop_directory_entry *ret_entry);

/* A module of a tenant that visitors can open. */
struct scop_directory_page {
	char module[SCOP_MODULE_MAX + 1];
	char title[SCOP_TITLE_BYTES]; /* in the requested language */
	bool root;
};

/* Lists the tenant's enabled modules whose first page is public, except `without`: the one at the
 * root first, then by name. Writes at most `max` of them; returns how many there are. */
size_t scop_directory_pages(const struct scop_directory_shared *shared, uint32_t tenant,
    unsigned language, const char *without, struct scop_directory_page *ret_pages, size_t max);

/* Whether the tenant has a module at the root of its host name, enabled or not. */
bool scop_directory_has_root(const struct scop_directory_shared *shared, uint32_t tenant);

/* Finds a subscription by host name and module; false if the host is unknown or has no such module.
 */
bool scop_directory_find(const struct scop_directory_shared *shared, const char *host,
    const char *module, struct scop_directory_entry *ret_entry);

#endif
