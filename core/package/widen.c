/* SPDX-License-Identifier: EUPL-1.2 */
/* Tables of older modules: see widen.h. */
#include "package/widen.h"

#include <stdlib.h>
#include <string.h>

#include "scopiton/module.h"

/* Only when a module is loaded: out of memory ends the process, as everywhere. */
static void *
zeroed(size_t count, size_t size)
{
	void *bytes = calloc(count, size);

	if (!bytes)
		abort();
	return bytes;
}

static bool
is_last(const char *entry, size_t key)
{
	const void *pointer;

	memcpy(&pointer, entry + key, sizeof pointer);
	return !pointer;
}

const void *
scop_table_widen(const void *table, size_t from, size_t to, size_t key)
{
	const char *entries = table;
	size_t count = 0;

	if (!table)
		return NULL;
	while (!is_last(entries + count * from, key))
		count++;
	char *wide = zeroed(count + 1, to);
	for (size_t i = 0; i < count; i++)
		memcpy(wide + i * to, entries + i * from, from < to ? from : to);
	return wide;
}

/* Includes the fields of lines, which are entries of the same size. */
static const struct scop_field *
widen_fields(const struct scop_field *table, size_t from)
{
	/* the copy just allocated */
	struct scop_field *fields = (struct scop_field *)(uintptr_t)scop_table_widen(table, from,
	    sizeof *fields, offsetof(struct scop_field, name));

	for (struct scop_field *field = fields; field && field->name; field++)
		field->lines = widen_fields(field->lines, from);
	return fields;
}

static const struct scop_route *
widen_routes(const struct scop_module *module)
{
	const struct scop_route *wide = scop_table_widen(module->routes, module->route_size,
	    sizeof *wide, offsetof(struct scop_route, path));
	size_t count = 0;

	while (wide && wide[count].path)
		count++;
	struct scop_route *routes = zeroed(count + 1, sizeof *routes);
	for (size_t i = 0; i < count; i++) {
		routes[i] = wide[i];
		routes[i].fields = widen_fields(wide[i].fields, module->field_size);
	}
	return routes;
}

const struct scop_module *
scop_module_widen(const struct scop_module *module)
{
	if (module->size == sizeof *module && module->route_size == sizeof(struct scop_route) &&
	    module->field_size == sizeof(struct scop_field) &&
	    module->import_size == sizeof(struct scop_import) &&
	    module->job_size == sizeof(struct scop_job))
		return module;
	struct scop_module *wide = zeroed(1, sizeof *wide);
	memcpy(wide, module, module->size);
	wide->routes = widen_routes(wide);
	wide->imports = scop_table_widen(wide->imports, wide->import_size,
	    sizeof(struct scop_import), offsetof(struct scop_import, name));
	wide->jobs = scop_table_widen(wide->jobs, wide->job_size, sizeof(struct scop_job),
	    offsetof(struct scop_job, name));
	return wide;
}
