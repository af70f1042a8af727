/* SPDX-License-Identifier: EUPL-1.2 */
/* Tables that a module was built with for an older minor version of the API. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "package/widen.h"
#include "scopiton/module.h"

enum { API_OF_BEFORE = SCOP_API_MAJOR << 16 };

/* Structs as a host would have had them before their last fields were added. */
struct old_route {
	enum scop_method method;
	const char *path, *name;
	void (*handle)(struct scop_request *req);
	const struct old_field *fields;
	const char *permission;
};
struct old_field {
	const char *name;
	enum scop_field_type type;
	bool required;
};
struct old_job {
	const char *name;
	enum scop_job_result (*handle)(struct scop_request *req);
};

static void
handle(struct scop_request *req)
{
	(void)req;
}

static enum scop_job_result
work(struct scop_request *req)
{
	(void)req;
	return SCOP_JOB_DONE;
}

static const struct old_field fields[] = { { "name", SCOP_FIELD_TEXT, true },
	{ "count", SCOP_FIELD_INT, false }, { 0 } };
static const struct old_route routes[] = { { SCOP_GET, "/", "page", handle, NULL, NULL },
	{ SCOP_POST, "/add", NULL, handle, fields, "shop.add" }, { 0 } };
static const struct old_job jobs[] = { { "tell", work }, { 0 } };

static void
older_tables_are_read_whole(void **state)
{
	const struct scop_module module = { .api = API_OF_BEFORE,
		.size = sizeof module,
		.route_size = sizeof *routes,
		.field_size = sizeof *fields,
		.import_size = sizeof(struct scop_import),
		.job_size = sizeof *jobs,
		.routes = (const void *)routes,
		.jobs = (const void *)jobs };
	const struct scop_module *wide = scop_module_widen(&module);

	(void)state;
	assert_string_equal(wide->routes[0].path, "/");
	assert_null(wide->routes[0].fields);
	assert_string_equal(wide->routes[1].permission, "shop.add");
	assert_true(wide->routes[1].handle == handle && wide->routes[1].method == SCOP_POST);
	assert_false(wide->routes[1].api || wide->routes[1].stored || wide->routes[1].form);
	assert_null(wide->routes[2].path);
	assert_string_equal(wide->routes[1].fields[1].name, "count");
	assert_true(wide->routes[1].fields[0].required);
	assert_null(wide->routes[1].fields[1].message);
	assert_null(wide->routes[1].fields[2].name);
	assert_string_equal(wide->jobs[0].name, "tell");
	assert_true(wide->jobs[0].handle == work && wide->jobs[0].tries == 0);
	assert_null(wide->jobs[1].name);
	assert_null(wide->imports);
}

static void
a_shorter_descriptor_has_no_later_table(void **state)
{
	const struct scop_module module = { .api = API_OF_BEFORE,
		.size = offsetof(struct scop_module, jobs),
		.route_size = sizeof(struct scop_route),
		.field_size = sizeof(struct scop_field),
		.import_size = sizeof(struct scop_import),
		.job_size = sizeof(struct scop_job),
		.jobs = (const void *)jobs };
	const struct scop_module *wide = scop_module_widen(&module);

	(void)state;
	assert_null(wide->jobs);
	assert_null(wide->routes[0].path);
}

static void
tables_of_now_stay_where_they_are(void **state)
{
	const struct scop_module module = { .api = API_OF_BEFORE,
		.size = sizeof module,
		.route_size = sizeof(struct scop_route),
		.field_size = sizeof(struct scop_field),
		.import_size = sizeof(struct scop_import),
		.job_size = sizeof(struct scop_job) };

	(void)state;
	assert_ptr_equal(scop_module_widen(&module), &module);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(older_tables_are_read_whole),
		cmocka_unit_test(a_shorter_descriptor_has_no_later_table),
		cmocka_unit_test(tables_of_now_stay_where_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
