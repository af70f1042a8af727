/* SPDX-License-Identifier: EUPL-1.2 */
/* Importing a file of products: from the command line, and from the portal. */
#ifndef SHOP_IMPORT_H
#define SHOP_IMPORT_H

#include "shop.h"
#include "shop_source.h"

struct shop_import {
	const struct scop_file *files; /* the CSV, then pictures */
	size_t file_count;
	/* the chosen columns; NULL: recognised by their headings */
	const struct shop_source *source;
	bool dry;            /* only checks the file */
	bool all_or_nothing; /* any error: nothing is written */
	bool as_hidden;      /* new articles are hidden in the shop */
	/* of import_run, for which the earlier state is saved; NULL: not saved */
	const struct scop_value *run;
	/* Called for each row that is refused or has a note; `words` is for scop_translate, `about`
	 * is their subject. */
	void (*tell)(void *context, bool is_error, unsigned line, unsigned column,
	    const char *words, const char *about);
	void (*progress)(void *context, unsigned done, unsigned total); /* NULL: none */
	void *context;
};

struct shop_imported {
	enum shop_source_kind kind;
	/* `changed`: products that were in the shop before */
	unsigned products, changed, variants, repeated, skipped, warnings, errors;
};

/* Reads the file, and writes its valid rows, reporting row by row. */
void shop_import(struct scop_request *req, const struct shop_import *import,
    struct shop_imported *ret_imported);

#endif
