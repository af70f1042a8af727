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

static void
pool_name(const struct scop_directory_package *package, bool jobs, char *ret_name, size_t size)
{
	snprintf(ret_name, size, "%s-%.*s%s", package->module, SCOP_POOL_HASH, package->hash,
	    jobs ? SCOP_POOL_JOBS : "");
}

static void
want_pool(struct scop_host *host, const struct scop_directory_package *package, bool jobs)
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
	pool->wanted = true;
	pool->tenants++;
}

static void
make_pools(struct scop_host *host, const struct scop_directory_image *image)
{
	const struct scop_directory_subscription *subscriptions =
	    scop_directory_subscriptions(image);
	const struct scop_directory_package *packages = scop_directory_packages(image);

	for (struct scop_pool *pool = host->pools; pool; pool = pool->next) {
		pool->wanted = false;
		pool->tenants = 0;
	}
	for (uint32_t i = 0; i < image->subscription_count; i++) {
		if (subscriptions[i].state == SCOP_STATE_OFF)
			continue;
		const struct scop_directory_package *package = &packages[subscriptions[i].package];
		want_pool(host, package, false);
		if (package->jobs > 0)
			want_pool(host, package, true);
	}
}

struct link {
	char name[SCOP_MODULE_MAX + 1];
	char target[SCOP_POOL_MAX + 20];
};

static size_t
links_of(const struct scop_directory_image *image, const struct scop_directory_host *host,
    struct link *links)
{
	const struct scop_directory_tenant *tenant = &scop_directory_tenants(image)[host->tenant];
	size_t count = 0;

	for (uint32_t i = 0; i < tenant->subscriptions; i++) {
		const struct scop_directory_subscription *subscription =
		    &scop_directory_subscriptions(image)[tenant->first_subscription + i];
		const struct scop_directory_package *package =
		    &scop_directory_packages(image)[subscription->package];
		const bool is_portal = strcmp(package->module, "portal") == 0;
		char name[SCOP_POOL_MAX + 1];

		if (subscription->state == SCOP_STATE_OFF || (is_portal && !host->portal))
			continue;
		pool_name(package, false, name, sizeof name);
		snprintf(links[count].name, sizeof links[count].name, "%s", package->module);
		snprintf(links[count++].target, sizeof links[0].target, "../../pools/%s", name);
		if (host->portal ? is_portal : subscription->root) {
			links[count] = links[count - 1];
			strcpy(links[count++].name, "-");
		}
	}
	return count;
}

static void
set_link(const char *folder, const struct link *link)
{
	char path[400], fresh[420], now[sizeof link->target + 1];

	snprintf(path, sizeof path, "%s/%s", folder, link->name);
	const ssize_t length = readlink(path, now, sizeof now - 1);
	if (length > 0) {
		now[length] = '\0';
		if (strcmp(now, link->target) == 0)
			return;
	}
	snprintf(fresh, sizeof fresh, "%s.new", path);
	unlink(fresh);
	if (symlink(link->target, fresh) != 0 || rename(fresh, path) != 0)
		scop_log(SCOP_LOG_ERROR, "the route '%s' cannot be set: %s", path, strerror(errno));
}

/* Takes away what `keep` does not have; for the folder of hosts (`is_host`) with all that is in it.
 */
static void
sweep(const char *folder, bool (*keep)(const void *context, const char *name), const void *context,
    bool is_host)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char path[600];

		if (entry->d_name[0] == '.' || keep(context, entry->d_name))
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		if (is_host)
			sweep(path, keep, NULL, false);
		if (is_host ? rmdir(path) : unlink(path))
			scop_log(SCOP_LOG_WARNING, "the route '%s' cannot be taken away: %s", path,
			    strerror(errno));
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
	const struct scop_directory_image *image = context;

	for (uint32_t i = 0; image && i < image->host_count; i++)
		if (strcmp(scop_directory_hosts(image)[i].host, name) == 0)
			return true;
	return false;
}

void
scop_routes_apply(struct scop_host *host, const struct scop_directory_image *image)
{
	const struct scop_directory_host *hosts = scop_directory_hosts(image);
	char root[200], folder[300];

	make_pools(host, image);
	snprintf(root, sizeof root, "%s/t", host->config.run);
	mkdir(root, 0755);
	for (uint32_t i = 0; i < image->host_count; i++) {
		const uint32_t subscriptions =
		    scop_directory_tenants(image)[hosts[i].tenant].subscriptions;
		/* one more for the root */
		struct link *links = calloc(subscriptions + 1, sizeof *links);

		if (!links)
			abort();
		const size_t count = links_of(image, &hosts[i], links);

		snprintf(folder, sizeof folder, "%s/%s", root, hosts[i].host);
		mkdir(folder, 0755);
		for (size_t l = 0; l < count; l++)
			set_link(folder, &links[l]);
		sweep(folder, keeps_link, &(struct kept_links){ links, count }, false);
		free(links);
	}
	sweep(root, keeps_host, image, true);
}

void
scop_routes_drain(struct scop_host *host)
{
	for (struct scop_pool *pool = host->pools; pool; pool = pool->next)
		if (!pool->wanted && pool->listen_fd >= 0)
			scop_pool_drain(host, pool, true);
}
