/* SPDX-License-Identifier: EUPL-1.2 */
/* The tenant directory while it is read and written at once: an answer is of one image, and nothing
 * in a half that is being written leads a reader out of the mapping. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/directory.h"

enum { MODULES = 5, ROUNDS = 300, TITLE = 16 };

/* `tenants` tenants t0001 ... with MODULES modules each, all at the epoch `epoch`. */
static struct scop_directory_image *
make_image(uint32_t tenants, uint64_t epoch)
{
	const uint32_t head = (sizeof(struct scop_directory_image) + 7) / 8 * 8;
	const uint32_t hosts = head,
		       tenant_at = hosts +
	    (uint32_t)(tenants * sizeof(struct scop_directory_host) + 7) / 8 * 8;
	const uint32_t subscriptions =
	    tenant_at + (uint32_t)(tenants * sizeof(struct scop_directory_tenant) + 7) / 8 * 8;
	const uint32_t packages = subscriptions +
	    (uint32_t)(tenants * MODULES * sizeof(struct scop_directory_subscription) + 7) / 8 * 8;
	const uint32_t texts =
	    packages + (uint32_t)(MODULES * sizeof(struct scop_directory_package) + 7) / 8 * 8;
	const uint32_t text_size = MODULES * SCOP_DIRECTORY_LANGUAGES * TITLE;
	const uint32_t size = texts + text_size;
	struct scop_directory_image *image = calloc(1, size);

	*image = (struct scop_directory_image){ SCOP_DIRECTORY_MAGIC, size, tenants, tenants,
		tenants * MODULES, MODULES, text_size, hosts, tenant_at, subscriptions, packages,
		texts, 0, 0 };
	unsigned char *bytes = (unsigned char *)image;
	struct scop_directory_host *host = (void *)(bytes + hosts);
	struct scop_directory_tenant *tenant = (void *)(bytes + tenant_at);
	struct scop_directory_subscription *subscription = (void *)(bytes + subscriptions);
	struct scop_directory_package *package = (void *)(bytes + packages);

	for (uint32_t i = 0; i < tenants; i++) {
		snprintf(host[i].host, sizeof host[i].host, "t%04u.example", i);
		host[i].tenant = i;
		tenant[i].id = i + 1;
		snprintf(tenant[i].name, sizeof tenant[i].name, "t%04u", i);
		tenant[i].first_subscription = i * MODULES;
		tenant[i].subscriptions = MODULES;
	}
	for (uint32_t i = 0; i < tenants * MODULES; i++) {
		subscription[i].package = i % MODULES;
		subscription[i].epoch = epoch;
		snprintf(subscription[i].database, sizeof subscription[i].database, "t%u_m%u",
		    i / MODULES + 1, i % MODULES);
	}
	for (uint32_t i = 0; i < MODULES; i++) {
		snprintf(package[i].module, sizeof package[i].module, "m%u", i);
		package[i].is_public = i != 1;
		for (unsigned l = 0; l < SCOP_DIRECTORY_LANGUAGES; l++) {
			package[i].title[l] = (i * SCOP_DIRECTORY_LANGUAGES + l) * TITLE;
			snprintf((char *)bytes + texts + package[i].title[l], TITLE,
			    "title %u in %u", i, l);
		}
	}
	return image;
}

static struct scop_directory_shared *
make_shared(const struct scop_directory_image *image)
{
	struct scop_directory_shared *shared = calloc(1, sizeof *shared);

	scop_directory_publish(shared, image, image->size);
	return shared;
}

static void
each_tenant_is_found_by_host_and_number(void **state)
{
	struct scop_directory_image *image = make_image(1000, 7);
	struct scop_directory_shared *shared = make_shared(image);
	struct scop_directory_entry entry;
	struct scop_error err;

	(void)state;
	assert_true(scop_directory_check(image, image->size, &err));
	assert_true(scop_directory_find(shared, "t0999.example", "m4", &entry));
	assert_string_equal(entry.subscription.database, "t1000_m4");
	assert_true(scop_directory_find_tenant(shared, 1, "m0", &entry));
	assert_string_equal(entry.tenant.name, "t0000");
	assert_false(scop_directory_find(shared, "t1000.example", "m0", &entry));
	assert_false(scop_directory_find(shared, "t0999.example", "m5", &entry));
	assert_false(scop_directory_find_tenant(shared, 1001, "m0", &entry));
	assert_true(scop_directory_has_host(image, "t0500.example"));
	assert_false(scop_directory_has_host(image, "t0500.exampl"));
	free(shared);
	free(image);
}

/* Sets each 32 bits of the head, and the indexes of the first entries, to what they could be while
 * another image is being written there. */
static void
a_torn_image_leads_nobody_out_of_the_mapping(void **state)
{
	static const uint32_t wrong[] = { 0, 7, 8, SCOP_DIRECTORY_BYTES - 8, SCOP_DIRECTORY_BYTES,
		0x7ffffff8, 0xfffffff8, 0xffffffff };
	struct scop_directory_image *image = make_image(3, 7);
	struct scop_directory_shared *shared = make_shared(image);
	unsigned char *half = shared->image[atomic_load(&shared->generation) & 1];
	struct scop_directory_page pages[MODULES];
	struct scop_directory_entry entry;

	(void)state;
	for (uint32_t at = 0; at < image->size / 4 * 4; at += 4) {
		for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
			memcpy(half + at, &wrong[i], 4);
			scop_directory_find(shared, "t0001.example", "m4", &entry);
			scop_directory_find(shared, "", "", &entry);
			scop_directory_find_tenant(shared, 3, "m0", &entry);
			scop_directory_pages(shared, 3, 3, "m0", pages, MODULES);
		}
		memcpy(half, image, image->size);
	}
	assert_true(scop_directory_find(shared, "t0001.example", "m4", &entry));
	free(shared);
	free(image);
}

struct writer {
	struct scop_directory_shared *shared;
	struct scop_directory_image *images[2];
	_Atomic bool ended;
};

static void *
write_often(void *context)
{
	struct writer *writer = context;

	for (int i = 0; i < ROUNDS; i++)
		scop_directory_publish(writer->shared, writer->images[i % 2],
		    writer->images[i % 2]->size);
	atomic_store(&writer->ended, true);
	return NULL;
}

static void
an_answer_is_of_one_image(void **state)
{
	struct writer writer = { .images = { make_image(4, 4), make_image(3000, 3000) } };
	struct scop_directory_entry entry;
	unsigned found = 0;
	pthread_t thread;

	(void)state;
	writer.shared = make_shared(writer.images[0]);
	assert_int_equal(pthread_create(&thread, NULL, write_often, &writer), 0);
	while (!atomic_load(&writer.ended)) {
		assert_true(scop_directory_find(writer.shared, "t0003.example", "m2", &entry));
		assert_string_equal(entry.subscription.database, "t4_m2");
		assert_int_equal(entry.tenant.id, 4);
		if (scop_directory_find_tenant(writer.shared, 2000, "m1", &entry)) {
			assert_int_equal(entry.subscription.epoch, 3000);
			assert_string_equal(entry.subscription.database, "t2000_m1");
			found++;
		}
	}
	pthread_join(thread, NULL);
	print_message("found in the larger image: %u times\n", found);
	free(writer.shared);
	free(writer.images[0]);
	free(writer.images[1]);
}

/* m1 has no public page; of tenant 2 m2 is off, and m3 stands at the root. */
static void
public_modules_are_listed_with_the_one_at_the_root_first(void **state)
{
	struct scop_directory_image *image = make_image(3, 7);
	struct scop_directory_subscription *own =
	    (void *)((unsigned char *)image + image->subscriptions);
	struct scop_directory_page pages[MODULES];

	(void)state;
	for (unsigned i = 0; i < MODULES; i++)
		own[MODULES + i].state = i == 2 ? SCOP_STATE_OFF : SCOP_STATE_ON;
	own[MODULES + 3].root = 1;
	struct scop_directory_shared *shared = make_shared(image);
	assert_int_equal(scop_directory_pages(shared, 2, 1, "m4", pages, MODULES), 2);
	assert_string_equal(pages[0].module, "m3");
	assert_true(pages[0].root);
	assert_string_equal(pages[0].title, "title 3 in 1");
	assert_string_equal(pages[1].module, "m0");
	assert_int_equal(scop_directory_pages(shared, 2, 0, "", NULL, 0), 3);
	assert_int_equal(scop_directory_pages(shared, 2, 0, "", pages, 1), 3);
	assert_string_equal(pages[0].module, "m3");
	assert_int_equal(scop_directory_pages(shared, 4, 0, "", pages, MODULES), 0);
	free(shared);
	free(image);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_tenant_is_found_by_host_and_number),
		cmocka_unit_test(a_torn_image_leads_nobody_out_of_the_mapping),
		cmocka_unit_test(an_answer_is_of_one_image),
		cmocka_unit_test(public_modules_are_listed_with_the_one_at_the_root_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
