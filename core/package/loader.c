/* SPDX-License-Identifier: EUPL-1.2 */
/* The loader: see loader.h. The file's layout is that of elf(5); every offset is checked against
 * the file's size. */
#include "package/loader.h"

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "package/widen.h"

#define PREFIX "SCOPITON_"
#define PORTAL PREFIX "PORTAL_"

/* The libraries that a module may link. */
static const char *const libraries[] = { "libscopiton.so.1", "libc.so.6", "libm.so.6",
	"libgcc_s.so.1" };

struct image {
	const unsigned char *bytes;
	size_t size;
	const char *strings;
	size_t strings_size;
	struct scop_error *err;
	const char *file;
	const char *api; /* the newest API version that it needs */
	bool portal;     /* it needs the portal's functions */
};

static const void *
part(const struct image *image, uint64_t offset, uint64_t size)
{
	return offset <= image->size && size <= image->size - offset ? image->bytes + offset : NULL;
}

static const char *
string(const struct image *image, uint64_t offset)
{
	if (offset >= image->strings_size ||
	    !memchr(image->strings + offset, '\0', image->strings_size - offset))
		return "";
	return image->strings + offset;
}

static bool
refuse(const struct image *image, const char *why)
{
	return scop_error_set(image->err, "module file '%s' %s", image->file, why);
}

static const Elf64_Shdr *
section(const struct image *image, const Elf64_Ehdr *head, uint32_t type)
{
	for (uint16_t i = 0; i < head->e_shnum; i++) {
		const Elf64_Shdr *header =
		    part(image, head->e_shoff + i * sizeof *header, sizeof *header);

		if (header && header->sh_type == type)
			return header;
	}
	return NULL;
}

static bool
listed(const char *name, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

static bool
check_needed(struct image *image, const Elf64_Shdr *dynamic)
{
	for (uint64_t at = 0; at + sizeof(Elf64_Dyn) <= dynamic->sh_size; at += sizeof(Elf64_Dyn)) {
		const Elf64_Dyn *entry = part(image, dynamic->sh_offset + at, sizeof *entry);

		if (!entry)
			return refuse(image, "is cut short. Build the module again.");
		if (entry->d_tag == DT_TEXTREL || entry->d_tag == DT_RPATH ||
		    entry->d_tag == DT_RUNPATH)
			return refuse(image,
			    "has text relocations or a search path of its own. Build it with the "
			    "module's Makefile rule.");
		if (entry->d_tag != DT_NEEDED)
			continue;
		const char *name = string(image, entry->d_un.d_val);
		if (strncmp(name, "libasan", 7) == 0 || strncmp(name, "libubsan", 8) == 0)
			continue; /* of a sanitizer build */
		if (!listed(name, libraries, sizeof libraries / sizeof libraries[0]))
			return scop_error_set(image->err,
			    "module file '%s' needs the library '%s', which modules may not link. "
			    "Remove it, or ask for it in the host's API.",
			    image->file, name);
	}
	return true;
}

static bool
take_version(struct image *image, const char *name)
{
	const enum scop_api_fit fit = scop_loader_api(name);

	if (fit == SCOP_API_FITS && strncmp(name, PORTAL, strlen(PORTAL)) == 0) {
		image->portal = true;
		return true;
	}
	if (fit == SCOP_API_FITS) {
		if (!image->api || strverscmp(name, image->api) > 0)
			image->api = name;
		return true;
	}
	return fit == SCOP_API_TOO_OLD
	    ? scop_error_set(image->err,
		  "module file '%s' was built for the API version %s, this host has %s. Build the "
		  "module again with this host's headers, or install a newer version of it.",
		  image->file, name, SCOP_API_NOW)
	    : scop_error_set(image->err,
		  "module file '%s' needs the API version %s, this host has %s. Upgrade the host, "
		  "or install an older version of the module.",
		  image->file, name, SCOP_API_NOW);
}

static bool
check_versions(struct image *image, const Elf64_Shdr *needs)
{
	uint64_t at = needs->sh_offset;

	for (uint32_t i = 0; i < needs->sh_info; i++) {
		const Elf64_Verneed *need = part(image, at, sizeof *need);
		uint64_t version_at = need ? at + need->vn_aux : 0;

		if (!need)
			return refuse(image, "is cut short. Build the module again.");
		for (uint16_t v = 0; v < need->vn_cnt; v++) {
			const Elf64_Vernaux *version = part(image, version_at, sizeof *version);
			const char *name = version ? string(image, version->vna_name) : "";

			if (strcmp(name, "SCOPITON_PRIVATE") == 0)
				return refuse(image,
				    "uses the host's private functions. Use what "
				    "<scopiton/scopiton.h> declares.");
			if (strncmp(name, PREFIX, strlen(PREFIX)) == 0 &&
			    !take_version(image, name))
				return false;
			if (!version || version->vna_next == 0)
				break;
			version_at += version->vna_next;
		}
		if (need->vn_next == 0)
			break;
		at += need->vn_next;
	}
	return true;
}

static bool
check_image(struct image *image)
{
	const Elf64_Ehdr *head = part(image, 0, sizeof *head);

	if (!head || memcmp(head->e_ident, ELFMAG, SELFMAG) != 0)
		return refuse(image, "is not a shared object.");
	if (head->e_ident[EI_CLASS] != ELFCLASS64 || head->e_machine != EM_X86_64 ||
	    head->e_type != ET_DYN)
		return refuse(image,
		    "is a shared object for another machine. Fetch the package for linux-amd64.");

	const Elf64_Shdr *dynamic = section(image, head, SHT_DYNAMIC),
			 *needs = section(image, head, SHT_GNU_verneed);
	const Elf64_Shdr *strings = dynamic
	    ? part(image, head->e_shoff + (uint64_t)dynamic->sh_link * sizeof *strings,
		  sizeof *strings)
	    : NULL;
	image->strings = strings ? part(image, strings->sh_offset, strings->sh_size) : NULL;
	if (!image->strings)
		return refuse(image, "has no dynamic section. Build the module again.");
	image->strings_size = strings->sh_size;
	return check_needed(image, dynamic) && (!needs || check_versions(image, needs));
}

bool
scop_loader_check(const char *file, struct scop_loader_needs *ret_needs, struct scop_error *err)
{
	struct stat status;
	const int fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &status) != 0 || status.st_size <= 0) {
		if (fd >= 0)
			close(fd);
		return scop_error_set(err, "module file '%s' cannot be read, or is empty", file);
	}
	void *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (bytes == MAP_FAILED)
		return scop_error_errno(err, "module file '%s' cannot be mapped", file);

	struct image image = { .bytes = bytes,
		.size = (size_t)status.st_size,
		.err = err,
		.file = file };
	const bool ok = check_image(&image);
	snprintf(ret_needs->api, SCOP_API_TEXT, "%s", ok && image.api ? image.api : "");
	ret_needs->portal = image.portal;
	munmap(bytes, (size_t)status.st_size);
	return ok;
}

enum scop_api_fit
scop_loader_api(const char *name)
{
	const char *prefix = strncmp(name, PORTAL, strlen(PORTAL)) == 0 ? PORTAL : PREFIX;
	unsigned major, minor;
	char behind;

	if (!name[0])
		return SCOP_API_FITS;
	if (strncmp(name, prefix, strlen(prefix)) != 0 ||
	    sscanf(name + strlen(prefix), "%u.%u%c", &major, &minor, &behind) != 2)
		return SCOP_API_TOO_NEW; /* of an unknown kind */
	if (major != SCOP_API_MAJOR)
		return major < SCOP_API_MAJOR ? SCOP_API_TOO_OLD : SCOP_API_TOO_NEW;
	return minor <= SCOP_API_MINOR ? SCOP_API_FITS : SCOP_API_TOO_NEW;
}

/* ---- loading ---- */

/* Checks the sizes in the descriptor against this host's. */
static bool
check_sizes(const struct scop_module *module, bool same, const char *file, struct scop_error *err)
{
	const struct {
		const char *name;
		uint32_t theirs;
		size_t ours;
	} sizes[] = { { "scop_module", module->size, sizeof *module },
		{ "scop_route", module->route_size, sizeof(struct scop_route) },
		{ "scop_field", module->field_size, sizeof(struct scop_field) },
		{ "scop_import", module->import_size, sizeof(struct scop_import) },
		{ "scop_job", module->job_size, sizeof(struct scop_job) } };

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
		if (same ? sizes[i].theirs != sizes[i].ours
			 : sizes[i].theirs == 0 || sizes[i].theirs > sizes[i].ours)
			return scop_error_set(err,
			    "module file '%s' has a struct %s of %u bytes, this host one of %zu. "
			    "Build the module again with this host's headers.",
			    file, sizes[i].name, sizes[i].theirs, sizes[i].ours);
	return true;
}

static bool
check_descriptor(const struct scop_module *module, const char *file, struct scop_error *err)
{
	const unsigned major = module->api >> 16, minor = module->api & UINT16_MAX;

	if (major != SCOP_API_MAJOR || minor > SCOP_API_MINOR)
		return scop_error_set(err,
		    "module file '%s' has a descriptor of the API %u.%u, this host has %u.%u. %s",
		    file, major, minor, SCOP_API_MAJOR, SCOP_API_MINOR,
		    major < SCOP_API_MAJOR
			? SCOP_TEXT("Build the module again with this host's headers.")
			: SCOP_TEXT(
			      "Upgrade the host, or install an older version of the module."));
	return check_sizes(module, minor == SCOP_API_MINOR, file, err);
}

const struct scop_module *
scop_loader_load(const char *file, struct scop_error *err)
{
	struct scop_loader_needs needs;

	/* Checks again, because its error messages are better than the dynamic linker's. */
	if (!scop_loader_check(file, &needs, err))
		return NULL;
	void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
	if (!handle) {
		scop_error_set(err, "module file '%s' cannot be loaded: %s", file, dlerror());
		return NULL;
	}
	const struct scop_module *module = dlsym(handle, "scop_module");
	if (!module) {
		scop_error_set(err,
		    "module file '%s' has no symbol 'scop_module'. End its C with "
		    "SCOP_MODULE(...).",
		    file);
		return NULL;
	}
	return check_descriptor(module, file, err) ? scop_module_widen(module) : NULL;
}

/* ---- symbols ---- */

static const char *
find_function(struct image *image, uint64_t offset)
{
	const Elf64_Ehdr *head = part(image, 0, sizeof *head);
	const Elf64_Shdr *symbols = head ? section(image, head, SHT_SYMTAB) : NULL;
	const Elf64_Shdr *strings = symbols
	    ? part(image, head->e_shoff + (uint64_t)symbols->sh_link * sizeof *strings,
		  sizeof *strings)
	    : NULL;

	image->strings = strings ? part(image, strings->sh_offset, strings->sh_size) : NULL;
	if (!image->strings)
		return "";
	image->strings_size = strings->sh_size;
	for (uint64_t at = 0; at + sizeof(Elf64_Sym) <= symbols->sh_size; at += sizeof(Elf64_Sym)) {
		const Elf64_Sym *symbol = part(image, symbols->sh_offset + at, sizeof *symbol);

		if (symbol && ELF64_ST_TYPE(symbol->st_info) == STT_FUNC &&
		    symbol->st_value == offset)
			return string(image, symbol->st_name);
	}
	return "";
}

const char *
scop_loader_function(struct scop_arena *arena, const char *file, const void *address)
{
	struct stat status;
	Dl_info object;
	const int fd = open(file, O_RDONLY | O_CLOEXEC);
	void *bytes = fd >= 0 && fstat(fd, &status) == 0 && status.st_size > 0
	    ? mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0)
	    : MAP_FAILED;

	if (fd >= 0)
		close(fd);
	if (bytes == MAP_FAILED)
		return "";
	struct image image = { .bytes = bytes, .size = (size_t)status.st_size, .file = file };
	const char *name = address && dladdr(address, &object)
	    ? scop_arena_printf(arena, "%.60s",
		  find_function(&image,
		      (uint64_t)((const char *)address - (const char *)object.dli_fbase)))
	    : "";
	munmap(bytes, (size_t)status.st_size);
	return name;
}
