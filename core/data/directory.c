/* SPDX-License-Identifier: EUPL-1.2 */
/* The tenant directory in shared memory: see directory.h. */
#include "data/directory.h"

#include <string.h>

static const void *
at(const struct scop_directory_image *image, uint32_t offset)
{
	return (const unsigned char *)image + offset;
}

const struct scop_directory_host *
scop_directory_hosts(const struct scop_directory_image *image)
{
	return at(image, image->hosts);
}

const struct scop_directory_tenant *
scop_directory_tenants(const struct scop_directory_image *image)
{
	return at(image, image->tenants);
}

const struct scop_directory_subscription *
scop_directory_subscriptions(const struct scop_directory_image *image)
{
	return at(image, image->subscriptions);
}

const struct scop_directory_package *
scop_directory_packages(const struct scop_directory_image *image)
{
	return at(image, image->packages);
}

static bool
fits(const struct scop_directory_image *image, uint32_t offset, uint32_t count, size_t size)
{
	return offset % 8 == 0 && offset <= image->size && count <= (image->size - offset) / size;
}

static bool
ends(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

static bool
sound_parts(const struct scop_directory_image *image)
{
	const struct scop_directory_host *hosts = scop_directory_hosts(image);
	const struct scop_directory_tenant *tenants = scop_directory_tenants(image);
	const struct scop_directory_subscription *subscriptions =
	    scop_directory_subscriptions(image);
	const struct scop_directory_package *packages = scop_directory_packages(image);
	bool sound = true;

	for (uint32_t i = 0; i < image->host_count; i++)
		sound &= ends(hosts[i].host, sizeof hosts[i].host) &&
		    hosts[i].tenant < image->tenant_count;
	for (uint32_t i = 0; i < image->tenant_count; i++)
		sound &= ends(tenants[i].name, sizeof tenants[i].name) &&
		    ends(tenants[i].title, sizeof tenants[i].title) &&
		    ends(tenants[i].zone, sizeof tenants[i].zone) && ends(tenants[i].currency, 4) &&
		    ends(tenants[i].host, sizeof tenants[i].host) &&
		    ends(tenants[i].portal_host, sizeof tenants[i].portal_host) &&
		    tenants[i].language < 4 &&
		    tenants[i].first_subscription <= image->subscription_count &&
		    tenants[i].subscriptions <=
			image->subscription_count - tenants[i].first_subscription;
	for (uint32_t i = 0; i < image->subscription_count; i++)
		sound &= ends(subscriptions[i].database, sizeof subscriptions[i].database) &&
		    subscriptions[i].package < image->package_count;
	for (uint32_t i = 0; i < image->package_count; i++)
		sound &= ends(packages[i].module, sizeof packages[i].module) &&
		    ends(packages[i].hash, sizeof packages[i].hash) &&
		    ends(packages[i].version, sizeof packages[i].version);
	return sound;
}

bool
scop_directory_check(const void *bytes, size_t size, struct scop_error *err)
{
	const struct scop_directory_image *image = bytes;

	if (size < sizeof *image || size > SCOP_DIRECTORY_BYTES ||
	    image->magic != SCOP_DIRECTORY_MAGIC || image->size != size)
		return scop_error_set(err, "the directory's image has another layout or size");
	if (!fits(image, image->hosts, image->host_count, sizeof(struct scop_directory_host)) ||
	    !fits(image, image->tenants, image->tenant_count,
		sizeof(struct scop_directory_tenant)) ||
	    !fits(image, image->subscriptions, image->subscription_count,
		sizeof(struct scop_directory_subscription)) ||
	    !fits(image, image->packages, image->package_count,
		sizeof(struct scop_directory_package)) ||
	    !sound_parts(image))
		return scop_error_set(err, "the directory's image is damaged");
	return true;
}

void
scop_directory_publish(struct scop_directory_shared *shared, const void *image, size_t size)
{
	const uint64_t next = atomic_load(&shared->generation) + 1;

	memcpy(shared->image[next & 1], image, size);
	atomic_store(&shared->generation, next);
}

static const struct scop_directory_host *
find_host(const struct scop_directory_image *image, const char *host)
{
	const struct scop_directory_host *hosts = scop_directory_hosts(image);
	uint32_t low = 0, high = image->host_count;

	while (low < high) {
		const uint32_t middle = (low + high) / 2;
		const int order = strcmp(hosts[middle].host, host);

		if (order == 0)
			return &hosts[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static bool
take_entry(const struct scop_directory_image *image, const struct scop_directory_tenant *tenant,
    const char *module, struct scop_directory_entry *ret_entry)
{
	for (uint32_t i = 0; i < tenant->subscriptions; i++) {
		const struct scop_directory_subscription *subscription =
		    &scop_directory_subscriptions(image)[tenant->first_subscription + i];
		const struct scop_directory_package *package =
		    &scop_directory_packages(image)[subscription->package];

		if (strcmp(package->module, module) != 0)
			continue;
		ret_entry->tenant = *tenant;
		ret_entry->subscription = *subscription;
		memcpy(ret_entry->hash, package->hash, sizeof ret_entry->hash);
		return true;
	}
	return false;
}

/* By host name, or where that is NULL by the tenant's number; tenants are sorted by it. */
static bool
find(const struct scop_directory_image *image, const char *host, uint32_t number,
    const char *module, struct scop_directory_entry *ret_entry)
{
	const struct scop_directory_tenant *tenants = scop_directory_tenants(image);
	uint32_t low = 0, high = image->tenant_count;

	if (image->magic != SCOP_DIRECTORY_MAGIC)
		return false;
	ret_entry->portal = false;
	if (host) {
		const struct scop_directory_host *found = find_host(image, host);

		if (!found)
			return false;
		ret_entry->portal = found->portal;
		return take_entry(image, &tenants[found->tenant], module, ret_entry);
	}
	while (low < high) {
		const uint32_t middle = (low + high) / 2;

		if (tenants[middle].id == number)
			return take_entry(image, &tenants[middle], module, ret_entry);
		if (tenants[middle].id < number)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static bool
find_shared(const struct scop_directory_shared *shared, const char *host, uint32_t number,
    const char *module, struct scop_directory_entry *ret_entry)
{
	uint64_t before;
	bool found;

	do { /* the half that is read is only written again after the counter has moved on */
		before = atomic_load(&shared->generation);
		found = find((const struct scop_directory_image *)(const void *)
				 shared->image[before & 1],
		    host, number, module, ret_entry);
	} while (atomic_load(&shared->generation) != before);
	return found;
}

bool
scop_directory_find(const struct scop_directory_shared *shared, const char *host,
    const char *module, struct scop_directory_entry *ret_entry)
{
	return find_shared(shared, host, 0, module, ret_entry);
}

bool
scop_directory_find_tenant(const struct scop_directory_shared *shared, uint32_t tenant,
    const char *module, struct scop_directory_entry *ret_entry)
{
	return find_shared(shared, NULL, tenant, module, ret_entry);
}
