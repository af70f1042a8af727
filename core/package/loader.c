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

enum { PAGE = 4096, SEGMENT_MAX = 1 << 30, RELOCATION_BYTES = 8 };

/* The libraries that a module may link. */
static const char *const libraries[] = { "libscopiton.so.1", "libc.so.6", "libm.so.6",
	"libgcc_s.so.1" };

/* And those of formats, which only its own worker loads. */
static const char *const formats[] = { "libscopiton-xml.so.1", "libscopiton-zip.so.1",
	"libscopiton-calendar.so.1" };
enum { FORMATS = sizeof formats / sizeof formats[0] };

struct image {
	const unsigned char *bytes;
	size_t size;
	const char *strings;
	uint64_t strings_size;
	const Elf64_Phdr
	    *segments; /* as the dynamic linker reads them; sections are for debuggers */
	uint16_t segment_count;
	struct scop_error *err;
	const char *file;
	const char *api;  /* the newest API version that it needs */
	bool portal;      /* it needs the portal's functions */
	unsigned formats; /* the libraries of formats that it needs, a bit for each */
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

/* ---- segments ---- */

/* The file's bytes that are mapped at the address; NULL if they are fewer than `size`. `ret_left`:
 * how many follow in that segment, may be NULL. */
static const void *
mapped(const struct image *image, uint64_t address, uint64_t size, uint64_t *ret_left)
{
	for (uint16_t i = 0; i < image->segment_count; i++) {
		const Elf64_Phdr *one = &image->segments[i];
		const uint64_t at = address - one->p_vaddr;

		if (one->p_type != PT_LOAD || address < one->p_vaddr || at > one->p_filesz ||
		    size > one->p_filesz - at)
			continue;
		if (ret_left)
			*ret_left = one->p_filesz - at;
		return part(image, one->p_offset + at, one->p_filesz - at);
	}
	return NULL;
}

/* That each address has one meaning: segments lie in the file, in order, and share no page. */
static bool
check_segments(struct image *image, const Elf64_Ehdr *head)
{
	uint64_t end = 0;
	unsigned dynamic = 0;

	image->segments = head->e_phentsize == sizeof *image->segments &&
		head->e_phoff % _Alignof(Elf64_Phdr) == 0
	    ? part(image, head->e_phoff, head->e_phnum * sizeof *image->segments)
	    : NULL;
	image->segment_count = head->e_phnum;
	if (!image->segments)
		return refuse(image,
		    "has no program headers, or is cut short. Build the module again.");
	for (uint16_t i = 0; i < image->segment_count; i++) {
		const Elf64_Phdr *one = &image->segments[i];

		if (one->p_type == PT_INTERP)
			return refuse(image, "is a program, not a module.");
		dynamic += one->p_type == PT_DYNAMIC;
		if (one->p_type != PT_LOAD)
			continue;
		if (!part(image, one->p_offset, one->p_filesz) || one->p_filesz > one->p_memsz ||
		    one->p_memsz > SEGMENT_MAX || one->p_vaddr > SEGMENT_MAX ||
		    (one->p_vaddr - one->p_offset) % PAGE != 0 || one->p_vaddr / PAGE * PAGE < end)
			return refuse(image,
			    "has segments that overlap, or is cut short. Build the module again.");
		end = (one->p_vaddr + one->p_memsz + PAGE - 1) / PAGE * PAGE;
	}
	return dynamic == 1 || refuse(image, "has no dynamic section. Build the module again.");
}

/* The dynamic table, up to DT_NULL; NULL if that is not in the file. */
static const Elf64_Dyn *
dynamic_table(const struct image *image)
{
	uint64_t left = 0, address = 0;

	for (uint16_t i = 0; i < image->segment_count; i++)
		if (image->segments[i].p_type == PT_DYNAMIC)
			address = image->segments[i].p_vaddr;
	const Elf64_Dyn *table = address % _Alignof(Elf64_Dyn) == 0
	    ? mapped(image, address, sizeof *table, &left)
	    : NULL;
	for (uint64_t i = 0; table && (i + 1) * sizeof *table <= left; i++)
		if (table[i].d_tag == DT_NULL)
			return table;
	return NULL;
}

/* The value of the last entry, which is the one that the dynamic linker uses; 0 for none. */
static uint64_t
dynamic_value(const Elf64_Dyn *table, int64_t tag)
{
	uint64_t value = 0;

	for (; table->d_tag != DT_NULL; table++)
		if (table->d_tag == tag)
			value = table->d_un.d_val;
	return value;
}

static bool
is_format(struct image *image, const char *name)
{
	for (unsigned i = 0; i < FORMATS; i++)
		if (strcmp(formats[i], name) == 0) {
			image->formats |= 1u << i;
			return true;
		}
	return false;
}

static bool
check_needed(struct image *image, const Elf64_Dyn *table)
{
	static const int64_t refused[] = { DT_TEXTREL, DT_RPATH, DT_RUNPATH, DT_AUDIT, DT_DEPAUDIT,
		DT_FILTER, DT_AUXILIARY, DT_REL, 36 /* DT_RELR */ };

	for (const Elf64_Dyn *entry = table; entry->d_tag != DT_NULL; entry++) {
		for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
			if (entry->d_tag == refused[i])
				return refuse(image,
				    "has text relocations or a search path of its own. Build it "
				    "with the module's Makefile rule.");
		if (entry->d_tag != DT_NEEDED)
			continue;
		const char *name = string(image, entry->d_un.d_val);
		if (strncmp(name, "libasan", 7) == 0 || strncmp(name, "libubsan", 8) == 0)
			continue; /* of a sanitizer build */
		if (!listed(name, libraries, sizeof libraries / sizeof libraries[0]) &&
		    !is_format(image, name))
			return scop_error_set(image->err,
			    "module file '%s' needs the library '%s', which modules may not link. "
			    "Remove it, or ask for it in the host's API.",
			    image->file, name);
	}
	return true;
}

/* Whether a relocation may write there: into a writable segment of the file itself. */
static bool
writable(const struct image *image, uint64_t address)
{
	for (uint16_t i = 0; i < image->segment_count; i++) {
		const Elf64_Phdr *one = &image->segments[i];

		if (one->p_type == PT_LOAD && (one->p_flags & PF_W) && address >= one->p_vaddr &&
		    address - one->p_vaddr + RELOCATION_BYTES <= one->p_memsz)
			return true;
	}
	return false;
}

/* The dynamic linker carries these out, with the rights of whoever loads the file, before any code
 * of it runs. */
static bool
check_relocations(struct image *image, uint64_t address, uint64_t size)
{
	for (uint64_t at = 0; at + sizeof(Elf64_Rela) <= size; at += sizeof(Elf64_Rela)) {
		const Elf64_Rela *one = mapped(image, address + at, sizeof *one, NULL);

		if (!one || !writable(image, one->r_offset))
			return refuse(image,
			    "has a relocation outside of its own data. Build the module again.");
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

/* Checks all versions as the dynamic linker finds them: it follows the links, and counts nothing.
 */
static bool
check_versions(struct image *image, uint64_t address)
{
	for (bool more = true; more;) {
		const Elf64_Verneed *need = mapped(image, address, sizeof *need, NULL);
		uint64_t version_at = need ? address + need->vn_aux : 0;

		for (bool others = need != NULL; others;) {
			const Elf64_Vernaux *version =
			    mapped(image, version_at, sizeof *version, NULL);
			const char *name = version ? string(image, version->vna_name) : "";

			if (!name[0])
				return refuse(image, "is cut short. Build the module again.");
			if (strcmp(name, "SCOPITON_PRIVATE") == 0)
				return refuse(image,
				    "uses the host's private functions. Use what "
				    "<scopiton/scopiton.h> declares.");
			if (strncmp(name, PREFIX, strlen(PREFIX)) == 0 &&
			    !take_version(image, name))
				return false;
			others = version->vna_next != 0;
			version_at += version->vna_next;
		}
		if (!need)
			return refuse(image, "is cut short. Build the module again.");
		more = need->vn_next != 0;
		address += need->vn_next;
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

	if (!check_segments(image, head))
		return false;
	const Elf64_Dyn *table = dynamic_table(image);
	if (!table)
		return refuse(image, "has no dynamic section. Build the module again.");
	image->strings = mapped(image, dynamic_value(table, DT_STRTAB), 1, &image->strings_size);
	if (!image->strings)
		return refuse(image, "is cut short. Build the module again.");
	const uint64_t versions = dynamic_value(table, DT_VERNEED);
	return check_needed(image, table) && (!versions || check_versions(image, versions)) &&
	    check_relocations(image, dynamic_value(table, DT_RELA),
		dynamic_value(table, DT_RELASZ)) &&
	    check_relocations(image, dynamic_value(table, DT_JMPREL),
		dynamic_value(table, DT_PLTRELSZ));
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
	ret_needs->formats = image.formats;
	munmap(bytes, (size_t)status.st_size);
	return ok;
}

bool
scop_loader_prepare(const char *file, struct scop_error *err)
{
	struct scop_loader_needs needs;

	if (!scop_loader_check(file, &needs, err))
		return false;
	for (unsigned i = 0; i < FORMATS; i++)
		if ((needs.formats & 1u << i) && !dlopen(formats[i], RTLD_NOW | RTLD_LOCAL))
			return scop_error_set(err, "module file '%s' cannot be loaded: %s", file,
			    dlerror());
	return true;
}

/* Takes from a mapped file all that would run or be executable. */
static void
make_inert(struct image *image, unsigned char *bytes)
{
	static const int64_t run[] = { DT_INIT, DT_INIT_ARRAY, DT_INIT_ARRAYSZ, DT_PREINIT_ARRAY,
		DT_PREINIT_ARRAYSZ, DT_FINI, DT_FINI_ARRAY, DT_FINI_ARRAYSZ };
	const Elf64_Dyn *table = dynamic_table(image);

	for (; table && table->d_tag != DT_NULL; table++)
		for (size_t i = 0; i < sizeof run / sizeof run[0]; i++)
			if (table->d_tag == run[i]) {
				Elf64_Dyn none = { .d_tag = DT_DEBUG };

				memcpy(bytes + ((const unsigned char *)table - image->bytes), &none,
				    sizeof none);
				break;
			}
	for (uint16_t i = 0; i < image->segment_count; i++) {
		Elf64_Phdr one = image->segments[i];

		one.p_flags &= ~(Elf64_Word)PF_X;
		memcpy(bytes + ((const unsigned char *)&image->segments[i] - image->bytes), &one,
		    sizeof one);
	}
}

bool
scop_loader_copy_inert(const char *file, const char *to, struct scop_error *err)
{
	struct stat status;
	const int fd = open(file, O_RDONLY | O_CLOEXEC),
		  out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0444);
	void *bytes = fd >= 0 && fstat(fd, &status) == 0 && status.st_size > 0
	    ? mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0)
	    : MAP_FAILED;
	bool ok = bytes != MAP_FAILED && out >= 0;

	if (ok) {
		struct image image = { .bytes = bytes,
			.size = (size_t)status.st_size,
			.err = err,
			.file = file };

		ok = check_image(&image);
		if (ok)
			make_inert(&image, bytes);
		for (size_t done = 0; ok && done < image.size;) {
			const ssize_t wrote =
			    write(out, (const char *)bytes + done, image.size - done);

			ok = wrote > 0 || scop_error_errno(err, "'%s' cannot be written", to);
			done += wrote > 0 ? (size_t)wrote : 0;
		}
	} else
		scop_error_errno(err, "'%s' cannot be copied to '%s'", file, to);
	if (bytes != MAP_FAILED)
		munmap(bytes, (size_t)status.st_size);
	if (fd >= 0)
		close(fd);
	if (out >= 0)
		close(out);
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
