/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The time that a worker takes to look a host name and a module up in the directory, as a function
 * of the directory's size: prints nanoseconds per look-up of random ones.
 *
 *     lookup TENANTS MODULES
 */
#include "data/directory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LOOKUPS = 200000, RUNS = 7, DIGITS = 20 };

/* Only the directory's check creates messages, and it is not used here. */
bool
scop_error_set(struct scop_error *err, const char *format, ...)
{
	(void)err, (void)format;
	abort();
}

static struct scop_directory_shared shared;
static unsigned char bytes[SCOP_DIRECTORY_BYTES];

static uint32_t
place(struct scop_directory_image *image, uint32_t count, size_t size)
{
	const uint32_t offset = image->size;

	image->size += (uint32_t)((count * size + 7) / 8 * 8);
	if (image->size > SCOP_DIRECTORY_BYTES)
		exit(1);
	return offset;
}

/* Host names with leading zeroes are sorted as their numbers are. */
static void
fill(struct scop_directory_image *image, uint32_t tenants, uint32_t modules)
{
	struct scop_directory_host *hosts = (void *)(bytes + image->hosts);
	struct scop_directory_tenant *tenant = (void *)(bytes + image->tenants);
	struct scop_directory_subscription *use = (void *)(bytes + image->subscriptions);
	struct scop_directory_package *package = (void *)(bytes + image->packages);

	for (uint32_t i = 0; i < tenants; i++) {
		snprintf(hosts[i].host, sizeof hosts[i].host, "tenant%05u.example.org", i);
		hosts[i].tenant = i;
		tenant[i].id = i + 1;
		tenant[i].first_subscription = i * modules;
		tenant[i].subscriptions = modules;
		for (uint32_t m = 0; m < modules; m++)
			use[i * modules + m].package = m;
	}
	for (uint32_t m = 0; m < modules; m++)
		snprintf(package[m].module, sizeof package[m].module, "module%02u", m);
}

static void
make(uint32_t tenants, uint32_t modules)
{
	struct scop_directory_image *image = (void *)bytes;

	*image = (struct scop_directory_image){ .magic = SCOP_DIRECTORY_MAGIC,
		.size = sizeof *image,
		.host_count = tenants,
		.tenant_count = tenants,
		.subscription_count = tenants * modules,
		.package_count = modules };
	image->hosts = place(image, tenants, sizeof(struct scop_directory_host));
	image->tenants = place(image, tenants, sizeof(struct scop_directory_tenant));
	image->subscriptions =
	    place(image, tenants * modules, sizeof(struct scop_directory_subscription));
	image->packages = place(image, modules, sizeof(struct scop_directory_package));
	fill(image, tenants, modules);
	scop_directory_publish(&shared, bytes, image->size);
}

static double
run(uint32_t tenants, uint32_t modules)
{
	static char hosts[LOOKUPS][SCOP_HOST_MAX], names[LOOKUPS][DIGITS];
	struct scop_directory_entry entry;
	struct timespec from, to;

	for (size_t i = 0; i < LOOKUPS; i++) {
		snprintf(hosts[i], sizeof hosts[i], "tenant%05ld.example.org", random() % tenants);
		snprintf(names[i], sizeof names[i], "module%02ld", random() % modules);
	}
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (size_t i = 0; i < LOOKUPS; i++)
		if (!scop_directory_find(&shared, hosts[i], names[i], &entry))
			exit(1);
	clock_gettime(CLOCK_MONOTONIC, &to);
	return ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) /
	    LOOKUPS;
}

int
main(int argc, char **argv)
{
	double best = 0;

	if (argc != 3)
		return 2;
	const uint32_t tenants = (uint32_t)atoi(argv[1]), modules = (uint32_t)atoi(argv[2]);
	make(tenants, modules);
	for (int i = 0; i < RUNS; i++) {
		const double one = run(tenants, modules);

		best = i == 0 || one < best ? one : best;
	}
	printf("%.0f\n", best);
	return 0;
}
