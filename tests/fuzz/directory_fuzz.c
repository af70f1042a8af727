/* SPDX-License-Identifier: EUPL-1.2 */
/* The directory's image, and shared objects as files: a sound image is asked for a host. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/directory.h"
#include "package/loader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct scop_directory_shared *shared;
	struct scop_directory_entry entry;
	struct scop_error err;
	struct scop_loader_needs needs;
	_Alignas(8) static unsigned char image[65536];

	if (!shared)
		shared = calloc(1, sizeof *shared);
	if (size > 1 && size < sizeof image && data[0] % 2 == 0) {
		memcpy(image, data + 1, size - 1);
		if (scop_directory_check(image, size - 1, &err)) {
			scop_directory_publish(shared, image, size - 1);
			scop_directory_find(shared, "acme.localhost", "shop", &entry);
		}
	} else if (size > 1) {
		char path[60];

		snprintf(path, sizeof path, "/tmp/scopiton-fuzz-%d.so", (int)getpid());
		FILE *file = fopen(path, "wb");
		if (file) {
			fwrite(data + 1, 1, size - 1, file);
			fclose(file);
			scop_loader_check(path, &needs, &err);
			unlink(path);
		}
	}
	return 0;
}
