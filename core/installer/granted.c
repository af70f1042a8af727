/* SPDX-License-Identifier: EUPL-1.2 */
/* Opens packages on a host: see granted.h. */
#include "installer/granted.h"

#include <stdlib.h>

#include "package/files.h"

struct asking {
	struct scop_platform *platform;
	const struct scop_grants *indexed; /* of the index that offers the package */
};

static unsigned
listed(const struct scop_grants *grants, const struct scop_package *package)
{
	return scop_grants_of(grants, package->manifest.scop, package->manifest.name);
}

static unsigned
of_index(const void *context, const struct scop_package *package)
{
	return listed(((const struct asking *)context)->indexed, package);
}

/* The row of a package of the same bytes; NULL: this host has not accepted them. */
static const struct scop_value *
known(struct scop_platform *platform, const struct scop_package *package)
{
	const char *hash;
	struct scop_error err;

	if (!platform->db || !scop_package_hash(platform->arena, package->folder, &hash, &err))
		return NULL;
	return scop_platform_row(platform, "SELECT granted FROM scopiton.package WHERE hash = '%s'",
	    hash);
}

/* The rights that the index or the configuration granted to these bytes when they were accepted. */
static unsigned
of_known(const void *context, const struct scop_package *package)
{
	const struct scop_value *row = known(((const struct asking *)context)->platform, package);
	struct scop_error err;
	unsigned rights = 0;

	return scop_grant_rights(scop_text(row, "granted"), &rights, &err) ? rights : 0;
}

static bool
is_known(const void *context, const struct scop_package *package)
{
	return known(((const struct asking *)context)->platform, package);
}

static unsigned
of_configuration(const void *context, const struct scop_package *package)
{
	const struct scop_platform *platform = ((const struct asking *)context)->platform;
	const unsigned rights =
	    listed(&platform->granted, package) | listed(&platform->indexed, package);

	return (package->asks & ~rights) == 0 ? rights : rights | of_known(context, package);
}

bool
scop_package_open_here(struct scop_platform *platform, const char *folder,
    struct scop_package *ret_package, struct scop_error *err)
{
	const struct asking asking = { .platform = platform };

	return scop_package_open(platform->arena, folder,
	    &(struct scop_granter){ of_configuration, is_known, &asking }, ret_package, err);
}

void
scop_grants_believe(struct scop_platform *platform, const char *catalogue)
{
	const struct scop_index_seen nothing = { 0, "" };
	struct scop_index index;
	struct scop_error err;
	size_t size;
	const char *number = scop_files_read(platform->arena,
	    scop_arena_printf(platform->arena, "%s/latest", catalogue), NULL, &err);
	const char *text = number ? scop_files_read(platform->arena,
					scop_arena_printf(platform->arena, "%s/index/%lld.json",
					    catalogue, atoll(number)),
					&size, &err)
				  : NULL;

	if (text && scop_index_parse(platform->arena, text, size, &nothing, 0, &index, &err))
		platform->indexed = scop_index_grants(platform->arena, &index);
}

bool
scop_package_open_arrived(struct scop_platform *platform, const char *folder,
    struct scop_package *ret_package)
{
	const struct asking asking = { .platform = platform };

	return scop_package_open(platform->arena, folder,
	    &(struct scop_granter){ of_known, is_known, &asking }, ret_package, &platform->err);
}

bool
scop_package_open_indexed(struct scop_platform *platform, const struct scop_index *index,
    const char *folder, struct scop_package *ret_package)
{
	const struct scop_grants granted = scop_index_grants(platform->arena, index);
	const struct asking asking = { .platform = platform, .indexed = &granted };

	return scop_package_open(platform->arena, folder,
	    &(struct scop_granter){ of_index, is_known, &asking }, ret_package, &platform->err);
}
