/* SPDX-License-Identifier: EUPL-1.2 */
/* Links from the directory's image: see routes.h. */
#include "supervisor/routes.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

/* The links set so far, so that a change at one tenant in a thousand need not check all links. */
struct scop_routes {
	uint32_t count;
	struct seen {
		char host[SCOP_HOST_MAX + 1];
		uint64_t links; /* a hash of all their inputs */
	} seen[];               /* sorted by host, as an image is */
};

enum { OWNER_MAX = 10 + SCOP_POOL_MAX + 20 + 2 }; /* bytes of an owner's name */

/* The owners that have a folder, sorted by name. */
struct scop_owners {
	size_t count;
	struct owner {
		char name[OWNER_MAX + 1];
	} owners[];
};

static void *
must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

static void
pool_name(const struct scop_directory_package *package, bool jobs, char *ret_name, size_t size)
{
	snprintf(ret_name, size, "%s-%.*s%s", package->module, SCOP_POOL_HASH, package->hash,
	    jobs ? SCOP_POOL_JOBS : "");
}

static void
want_pool(struct scop_host *host, const struct scop_directory_package *package, bool jobs,
    unsigned tenants)
{
	char name[SCOP_POOL_MAX + 1];

	pool_name(package, jobs, name, sizeof name);
	struct scop_pool *pool = scop_pool_find(host, name);
	if (!pool) {
		pool = scop_pool_make(host, package, name, jobs);
		if (!pool)
			return;
		scop_pool_warm(host, pool);
	}
	scop_pool_listen_again(host, pool);
	pool->wanted = true;
	pool->tenants += tenants;
}

static void
make_pools(struct scop_host *host, const struct scop_directory_image *image)
{
	const struct scop_directory_subscription *subscriptions =
	    scop_directory_subscriptions(image);
	const struct scop_directory_package *packages = scop_directory_packages(image);
	unsigned *tenants = must(calloc(image->package_count + 1, sizeof *tenants));

	for (struct scop_pool *pool = host->pools; pool; pool = pool->next) {
		pool->wanted = false;
		pool->tenants = 0;
	}
	for (uint32_t i = 0; i < image->subscription_count; i++)
		tenants[subscriptions[i].package] += subscriptions[i].state != SCOP_STATE_OFF;
	for (uint32_t i = 0; i < image->package_count; i++) {
		if (tenants[i] > 0)
			want_pool(host, &packages[i], false, tenants[i]);
		if (tenants[i] > 0 && packages[i].jobs > 0)
			want_pool(host, &packages[i], true, tenants[i]);
	}
	free(tenants);
}

/* The suffix after a module's name, or "-", whose public pages are closed, or "-" where no module
 * is at the root: the tenant's portal answers for them. */
#define CLOSED ".closed"

struct link {
	char name[SCOP_MODULE_MAX + sizeof CLOSED];
	char target[OWNER_MAX + 20];
};

static const struct scop_directory_package *
package_of(const struct scop_directory_image *image,
    const struct scop_directory_subscription *subscription)
{
	return &scop_directory_packages(image)[subscription->package];
}

/* The name of a subscription's owner folder: nobody else ever has it, for a tenant's number and an
 * epoch are never given twice. */
static void
owner_name(const struct scop_directory_image *image, const struct scop_directory_tenant *tenant,
    const struct scop_directory_subscription *subscription, char ret_name[OWNER_MAX + 1])
{
	char pool[SCOP_POOL_MAX + 1];

	pool_name(package_of(image, subscription), false, pool, sizeof pool);
	snprintf(ret_name, OWNER_MAX + 1, "%u-%s-%llu", tenant->id, pool,
	    (unsigned long long)subscription->epoch);
}

/* The owner folder of the tenant's portal, which answers for disabled modules. */
static bool
portal_owner(const struct scop_directory_image *image, const struct scop_directory_tenant *tenant,
    char ret_name[OWNER_MAX + 1])
{
	for (uint32_t i = 0; i < tenant->subscriptions; i++) {
		const struct scop_directory_subscription *subscription =
		    &scop_directory_subscriptions(image)[tenant->first_subscription + i];

		if (strcmp(package_of(image, subscription)->module, "portal") != 0)
			continue;
		owner_name(image, tenant, subscription, ret_name);
		return subscription->state != SCOP_STATE_OFF;
	}
	return false;
}

static size_t
add_link(struct link *links, size_t count, const char *name, const char *end, const char *owner)
{
	snprintf(links[count].name, sizeof links[count].name, "%s%s", name, end);
	snprintf(links[count].target, sizeof links[count].target, "../../owners/%s", owner);
	return count + 1;
}

static size_t
links_of(const struct scop_directory_image *image, const struct scop_directory_host *host,
    struct link *links)
{
	const struct scop_directory_tenant *tenant = &scop_directory_tenants(image)[host->tenant];
	char portal[OWNER_MAX + 1], own[OWNER_MAX + 1];
	const bool has_portal = portal_owner(image, tenant, portal);
	bool has_root = false;
	size_t count = 0;

	for (uint32_t i = 0; i < tenant->subscriptions; i++) {
		const struct scop_directory_subscription *subscription =
		    &scop_directory_subscriptions(image)[tenant->first_subscription + i];
		const struct scop_directory_package *package = package_of(image, subscription);
		const bool is_portal = strcmp(package->module, "portal") == 0,
			   off = subscription->state == SCOP_STATE_OFF;
		const char *end = off ? CLOSED : "", *owner = off ? portal : own;

		has_root |= subscription->root;
		if (off ? !subscription->closed || host->portal || !has_portal
			: is_portal && !host->portal)
			continue;
		owner_name(image, tenant, subscription, own);
		count = add_link(links, count, package->module, end, owner);
		if (host->portal ? is_portal : subscription->root)
			count = add_link(links, count, "-", end, owner);
	}
	/* where nothing is at the root, the portal shows the way (web/entrance.h) */
	if (!host->portal && has_portal && !has_root)
		count = add_link(links, count, "-", CLOSED, portal);
	return count;
}

/* Replaces a link atomically, so that there is always one. */
static bool
replace_link(const char *path, const char *target)
{
	char tmp[420];

	snprintf(tmp, sizeof tmp, "%s.new", path);
	unlink(tmp);
	return symlink(target, tmp) == 0 && rename(tmp, path) == 0;
}

static void
set_link(const char *folder, const struct link *link)
{
	char path[400], now[sizeof link->target + 1];

	snprintf(path, sizeof path, "%s/%s", folder, link->name);
	if (symlink(link->target, path) == 0)
		return;
	const ssize_t length = errno == EEXIST ? readlink(path, now, sizeof now - 1) : -1;
	if (length > 0) {
		now[length] = '\0';
		if (strcmp(now, link->target) == 0)
			return;
	}
	if (!replace_link(path, link->target))
		scop_log_line(SCOP_LOG_ERROR, "the route '%s' cannot be set: %s", path,
		    strerror(errno));
}

/* Removes entries that are not in `keep`; in a folder of folders (`of_folders`) with all their
 * contents. */
static void
sweep(const char *folder, bool (*keep)(const void *context, const char *name), const void *context,
    bool of_folders)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char path[600];

		if (entry->d_name[0] == '.' || keep(context, entry->d_name))
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		if (of_folders)
			sweep(path, keep, NULL, false);
		if (of_folders ? rmdir(path) : unlink(path))
			scop_log_line(SCOP_LOG_WARNING, "the route '%s' cannot be removed: %s",
			    path, strerror(errno));
	}
	if (dir)
		closedir(dir);
}

struct kept_links {
	const struct link *links;
	size_t count;
};

static bool
keeps_link(const void *context, const char *name)
{
	const struct kept_links *kept = context;

	for (size_t i = 0; kept && i < kept->count; i++)
		if (strcmp(kept->links[i].name, name) == 0)
			return true;
	return false;
}

static bool
keeps_host(const void *context, const char *name)
{
	return context && scop_directory_has_host(context, name);
}

static uint64_t
mix(uint64_t sum, const char *text)
{
	do /* FNV-1a, including the NUL */
		sum = (sum ^ (unsigned char)*text) * 1099511628211u;
	while (*text++);
	return sum;
}

static uint64_t
hash_links(const struct scop_directory_image *image, const struct scop_directory_host *host)
{
	const struct scop_directory_tenant *tenant = &scop_directory_tenants(image)[host->tenant];
	const struct scop_directory_subscription *subscription =
	    &scop_directory_subscriptions(image)[tenant->first_subscription];
	uint64_t sum = mix(1469598103934665603u, host->portal ? "portal" : "site");

	for (uint32_t i = 0; i < tenant->subscriptions; i++) {
		char owner[OWNER_MAX + 1];
		const char how[] = { (char)('0' + (subscription[i].state != SCOP_STATE_OFF)),
			(char)('0' + subscription[i].root), (char)('0' + subscription[i].closed),
			'\0' };

		owner_name(image, tenant, &subscription[i], owner);
		sum = mix(mix(sum, how), owner);
	}
	return sum;
}

static int
compare_owners(const void *one, const void *other)
{
	return strcmp(((const struct owner *)one)->name, ((const struct owner *)other)->name);
}

static bool
has_owner(const void *context, const char *name)
{
	const struct scop_owners *owners = context;
	struct owner wanted;

	if (!owners || strlen(name) > OWNER_MAX)
		return false;
	snprintf(wanted.name, sizeof wanted.name, "%s", name);
	return bsearch(&wanted, owners->owners, owners->count, sizeof wanted, compare_owners);
}

/* Makes an owner's folder with the link to its pool's socket. */
static void
make_owner(const char *root, const char *name, const struct scop_directory_package *package)
{
	char path[400], target[SCOP_POOL_MAX + 30], pool[SCOP_POOL_MAX + 1];

	pool_name(package, false, pool, sizeof pool);
	snprintf(target, sizeof target, "../../pools/%s/sock", pool);
	snprintf(path, sizeof path, "%s/%s", root, name);
	if (mkdir(path, 0755) != 0 && errno != EEXIST)
		scop_log_line(SCOP_LOG_ERROR, "the folder '%s' cannot be made: %s", path,
		    strerror(errno));
	snprintf(path, sizeof path, "%s/%s/sock", root, name);
	if (symlink(target, path) != 0 && errno != EEXIST)
		scop_log_line(SCOP_LOG_ERROR, "the route '%s' cannot be set: %s", path,
		    strerror(errno));
}

/* Makes the folders that are new, and remembers which there are; scop_routes_drain() removes the
 * others, to which no link leads then. */
static void
make_owners(struct scop_host *host, const struct scop_directory_image *image)
{
	const struct scop_directory_subscription *subscriptions =
	    scop_directory_subscriptions(image);
	struct scop_owners *now =
	    must(calloc(1, sizeof *now + image->subscription_count * sizeof now->owners[0]));
	char root[200];

	snprintf(root, sizeof root, "%s/owners", host->config.run);
	mkdir(root, 0755);
	for (uint32_t t = 0; t < image->tenant_count; t++) {
		const struct scop_directory_tenant *tenant = &scop_directory_tenants(image)[t];

		for (uint32_t i = 0; i < tenant->subscriptions; i++) {
			const struct scop_directory_subscription *subscription =
			    &subscriptions[tenant->first_subscription + i];
			char *name = now->owners[now->count].name;

			if (subscription->state == SCOP_STATE_OFF ||
			    now->count == image->subscription_count)
				continue;
			owner_name(image, tenant, subscription, name);
			now->count++;
			if (!host->routes || !has_owner(host->owners, name))
				make_owner(root, name, package_of(image, subscription));
		}
	}
	qsort(now->owners, now->count, sizeof now->owners[0], compare_owners);
	free(host->owners);
	host->owners = now;
}

static void
set_links(const struct scop_directory_image *image, const struct scop_directory_host *host,
    const char *root)
{
	const uint32_t subscriptions = scop_directory_tenants(image)[host->tenant].subscriptions;
	/* each may also be at the root, or the portal stands in for that */
	struct link *links = must(calloc(2 * (size_t)subscriptions + 1, sizeof *links));
	const size_t count = links_of(image, host, links);
	char folder[300];

	snprintf(folder, sizeof folder, "%s/%s", root, host->host);
	const bool is_new = mkdir(folder, 0755) == 0;
	for (size_t l = 0; l < count; l++)
		set_link(folder, &links[l]);
	if (!is_new)
		sweep(folder, keeps_link, &(struct kept_links){ links, count }, false);
	free(links);
}

void
scop_routes_forget(struct scop_host *host)
{
	free(host->routes);
	host->routes = NULL;
}

void
scop_routes_apply(struct scop_host *host, const struct scop_directory_image *image)
{
	const struct scop_directory_host *hosts = scop_directory_hosts(image);
	const struct scop_routes *before = host->routes;
	struct scop_routes *now =
	    must(calloc(1, sizeof *now + image->host_count * sizeof now->seen[0]));
	uint32_t at = 0; /* in the previous ones */
	char root[200];

	make_pools(host, image);
	make_owners(host, image);
	snprintf(root, sizeof root, "%s/t", host->config.run);
	mkdir(root, 0755);
	now->count = image->host_count;
	for (uint32_t i = 0; i < image->host_count; i++) {
		struct seen *seen = &now->seen[i];

		memcpy(seen->host, hosts[i].host, sizeof seen->host);
		seen->links = hash_links(image, &hosts[i]);
		while (
		    before && at < before->count && strcmp(before->seen[at].host, seen->host) < 0)
			at++;
		if (!before || at == before->count ||
		    strcmp(before->seen[at].host, seen->host) != 0 ||
		    before->seen[at].links != seen->links)
			set_links(image, &hosts[i], root);
	}
	sweep(root, keeps_host, image, true);
	scop_routes_forget(host);
	host->routes = now;
}

void
scop_routes_drain(struct scop_host *host)
{
	char root[200];

	for (struct scop_pool *pool = host->pools; pool; pool = pool->next)
		if (!pool->wanted && pool->listen_fd >= 0)
			scop_pool_drain(host, pool, true);
	snprintf(root, sizeof root, "%s/owners", host->config.run);
	sweep(root, has_owner, host->owners, true);
}
