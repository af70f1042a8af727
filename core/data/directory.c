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
all_fit(const struct scop_directory_image *image)
{
	return fits(image, image->hosts, image->host_count, sizeof(struct scop_directory_host)) &&
	    fits(image, image->tenants, image->tenant_count,
		sizeof(struct scop_directory_tenant)) &&
	    fits(image, image->subscriptions, image->subscription_count,
		sizeof(struct scop_directory_subscription)) &&
	    fits(image, image->packages, image->package_count,
		sizeof(struct scop_directory_package)) &&
	    fits(image, image->texts, image->text_size, 1);
}

static bool
ends(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

static bool
has_titles(const struct scop_directory_image *image, const struct scop_directory_package *package)
{
	const char *texts = at(image, image->texts);
	bool ok = true;

	for (unsigned i = 0; i < SCOP_DIRECTORY_LANGUAGES; i++)
		ok &= package->title[i] < image->text_size &&
		    ends(texts + package->title[i], image->text_size - package->title[i]);
	return ok;
}

static bool
sound_parts(const struct scop_directory_image *image)
{
	const struct scop_directory_host *hosts = scop_directory_hosts(image);
	const struct scop_directory_tenant *tenants = scop_directory_tenants(image);
	const struct scop_directory_subscription *subscriptions =
	    scop_directory_subscriptions(image);
	const struct scop_directory_package *packages = scop_directory_packages(image);
	bool ok = true;

	for (uint32_t i = 0; i < image->host_count; i++)
		ok &= ends(hosts[i].host, sizeof hosts[i].host) &&
		    hosts[i].tenant < image->tenant_count;
	for (uint32_t i = 0; i < image->tenant_count; i++)
		ok &= ends(tenants[i].name, sizeof tenants[i].name) &&
		    ends(tenants[i].title, sizeof tenants[i].title) &&
		    ends(tenants[i].zone, sizeof tenants[i].zone) && ends(tenants[i].country, 3) &&
		    ends(tenants[i].currency, 4) && ends(tenants[i].host, sizeof tenants[i].host) &&
		    ends(tenants[i].portal_host, sizeof tenants[i].portal_host) &&
		    tenants[i].language < 4 &&
		    tenants[i].first_subscription <= image->subscription_count &&
		    tenants[i].subscriptions <=
			image->subscription_count - tenants[i].first_subscription;
	for (uint32_t i = 0; i < image->subscription_count; i++)
		ok &= ends(subscriptions[i].database, sizeof subscriptions[i].database) &&
		    subscriptions[i].package < image->package_count;
	for (uint32_t i = 0; i < image->package_count; i++)
		ok &= ends(packages[i].module, sizeof packages[i].module) &&
		    ends(packages[i].hash, sizeof packages[i].hash) &&
		    ends(packages[i].version, sizeof packages[i].version) &&
		    has_titles(image, &packages[i]);
	return ok;
}

bool
scop_directory_check(const void *bytes, size_t size, struct scop_error *err)
{
	const struct scop_directory_image *image = bytes;

	if (size < sizeof *image || size > SCOP_DIRECTORY_BYTES ||
	    image->magic != SCOP_DIRECTORY_MAGIC || image->size != size)
		return scop_error_set(err, "the directory's image has another layout or size");
	if (!all_fit(image) || !sound_parts(image))
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

/* The parts of an image that may be overwritten while it is read: each index read from them is
 * checked before it is used, and the result counts only if the generation has not changed.
 */
struct parts {
	struct scop_directory_image head; /* a copy, checked */
	const struct scop_directory_host *hosts;
	const struct scop_directory_tenant *tenants;
	const struct scop_directory_subscription *subscriptions;
	const struct scop_directory_package *packages;
	const char *texts;
};

/* Reads a number that may change meanwhile exactly once: the value checked is the value used. */
static uint32_t
read_once(const uint32_t *number)
{
	return __atomic_load_n(number, __ATOMIC_RELAXED);
}

static bool
find_parts(const void *bytes, struct parts *ret_parts)
{
	struct scop_directory_image head;

	memcpy(&head, bytes, sizeof head);
	if (head.magic != SCOP_DIRECTORY_MAGIC || head.size > SCOP_DIRECTORY_BYTES ||
	    !all_fit(&head))
		return false;
	const struct scop_directory_image *image = bytes;
	*ret_parts = (struct parts){ head, at(image, head.hosts), at(image, head.tenants),
		at(image, head.subscriptions), at(image, head.packages), at(image, head.texts) };
	return true;
}

static const struct scop_directory_host *
find_host(const struct parts *parts, const char *host)
{
	uint32_t low = 0, high = parts->head.host_count;

	while (low < high) {
		const uint32_t middle = (low + high) / 2;
		const int order = strncmp(parts->hosts[middle].host, host, SCOP_HOST_MAX + 1);

		if (order == 0)
			return &parts->hosts[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

bool
scop_directory_has_host(const struct scop_directory_image *image, const char *host)
{
	struct parts parts;

	return find_parts(image, &parts) && find_host(&parts, host);
}

static const struct scop_directory_tenant *
find_tenant(const struct parts *parts, uint32_t number)
{
	uint32_t low = 0, high = parts->head.tenant_count;

	while (low < high) {
		const uint32_t middle = (low + high) / 2;
		const uint32_t id = parts->tenants[middle].id;

		if (id == number)
			return &parts->tenants[middle];
		if (id < number)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static bool
take_entry(const struct parts *parts, const struct scop_directory_tenant *tenant,
    const char *module, struct scop_directory_entry *ret_entry)
{
	const struct scop_directory_image *head = &parts->head;
	const uint32_t first = read_once(&tenant->first_subscription);
	const uint32_t count = read_once(&tenant->subscriptions);

	if (first > head->subscription_count || count > head->subscription_count - first)
		return false;
	for (uint32_t i = first; i < first + count; i++) {
		const uint32_t package = read_once(&parts->subscriptions[i].package);

		if (package >= head->package_count ||
		    strncmp(parts->packages[package].module, module, SCOP_MODULE_MAX + 1) != 0)
			continue;
		ret_entry->tenant = *tenant;
		ret_entry->subscription = parts->subscriptions[i];
		memcpy(ret_entry->hash, parts->packages[package].hash, sizeof ret_entry->hash);
		return true;
	}
	return false;
}

/* Finds by host name or, if that is NULL, by the tenant's number. */
static bool
find(const void *image, const char *host, uint32_t number, const char *module,
    struct scop_directory_entry *ret_entry)
{
	struct parts parts;

	if (!find_parts(image, &parts))
		return false;
	ret_entry->portal = false;
	if (host) {
		const struct scop_directory_host *found = find_host(&parts, host);
		const uint32_t tenant = found ? read_once(&found->tenant) : UINT32_MAX;

		if (tenant >= parts.head.tenant_count)
			return false;
		ret_entry->portal = found->portal;
		return take_entry(&parts, &parts.tenants[tenant], module, ret_entry);
	}
	const struct scop_directory_tenant *tenant = find_tenant(&parts, number);
	return tenant && take_entry(&parts, tenant, module, ret_entry);
}

static bool
find_shared(const struct scop_directory_shared *shared, const char *host, uint32_t number,
    const char *module, struct scop_directory_entry *ret_entry)
{
	uint64_t before;
	bool found;

	do { /* if the counter has changed, the half may have been overwritten */
		before = atomic_load(&shared->generation);
		found = find(shared->image[before & 1], host, number, module, ret_entry);
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

/* ---- what visitors can open ---- */

/* An image that changes while it is read may have no NUL where the title should end. */
static void
read_title(const struct parts *parts, const uint32_t *title, char *ret_title)
{
	const uint32_t from = read_once(title);
	size_t length = 0;

	while (from < parts->head.text_size && length < parts->head.text_size - from &&
	    length < SCOP_TITLE_BYTES - 1 && parts->texts[from + length])
		length++;
	memcpy(ret_title, parts->texts + (length ? from : 0), length);
	ret_title[length] = '\0';
}

static bool
read_page(const struct parts *parts, uint32_t index, unsigned language, const char *without,
    struct scop_directory_page *ret_page)
{
	const struct scop_directory_subscription *subscription = &parts->subscriptions[index];
	const uint32_t number = read_once(&subscription->package);

	if (subscription->state == SCOP_STATE_OFF || number >= parts->head.package_count)
		return false;
	const struct scop_directory_package *package = &parts->packages[number];
	if (!package->is_public || strncmp(package->module, without, SCOP_MODULE_MAX + 1) == 0)
		return false;
	memcpy(ret_page->module, package->module, sizeof ret_page->module);
	ret_page->module[sizeof ret_page->module - 1] = '\0';
	read_title(parts, &package->title[language], ret_page->title);
	ret_page->root = subscription->root;
	return true;
}

/* The number of the tenant's subscriptions, from `ret_first`. */
static uint32_t
subscriptions_of(const struct parts *parts, uint32_t tenant, uint32_t *ret_first)
{
	const struct scop_directory_tenant *found = find_tenant(parts, tenant);
	const uint32_t first = found ? read_once(&found->first_subscription) : 0,
		       count = found ? read_once(&found->subscriptions) : 0;

	*ret_first = first;
	return first <= parts->head.subscription_count &&
		count <= parts->head.subscription_count - first
	    ? count
	    : 0;
}

/* Goes over the tenant's subscriptions twice: for the module at the root, then for the others. */
static size_t
collect(const void *image, uint32_t tenant, unsigned language, const char *without,
    struct scop_directory_page *ret_pages, size_t max)
{
	struct parts parts;
	struct scop_directory_page page;
	uint32_t first = 0;
	const uint32_t count =
	    find_parts(image, &parts) ? subscriptions_of(&parts, tenant, &first) : 0;
	size_t used = 0;

	for (int root = 1; root >= 0; root--)
		for (uint32_t i = first; i < first + count; i++) {
			if (!read_page(&parts, i, language, without, &page) ||
			    page.root != (bool)root)
				continue;
			if (used < max)
				ret_pages[used] = page;
			used++;
		}
	return used;
}

size_t
scop_directory_pages(const struct scop_directory_shared *shared, uint32_t tenant, unsigned language,
    const char *without, struct scop_directory_page *ret_pages, size_t max)
{
	uint64_t before;
	size_t count;

	do {
		before = atomic_load(&shared->generation);
		count =
		    collect(shared->image[before & 1], tenant, language, without, ret_pages, max);
	} while (atomic_load(&shared->generation) != before);
	return count;
}

static bool
has_root(const void *image, uint32_t tenant)
{
	struct parts parts;
	uint32_t first = 0;
	const uint32_t count =
	    find_parts(image, &parts) ? subscriptions_of(&parts, tenant, &first) : 0;

	for (uint32_t i = first; i < first + count; i++)
		if (parts.subscriptions[i].root)
			return true;
	return false;
}

bool
scop_directory_has_root(const struct scop_directory_shared *shared, uint32_t tenant)
{
	uint64_t before;
	bool found;

	do {
		before = atomic_load(&shared->generation);
		found = has_root(shared->image[before & 1], tenant);
	} while (atomic_load(&shared->generation) != before);
	return found;
}
