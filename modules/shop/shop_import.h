/* SPDX-License-Identifier: EUPL-1.2 */
/* Importing a file of products: from the command line, and from the portal. */
#ifndef SHOP_IMPORT_H
#define SHOP_IMPORT_H

#include "shop.h"
#include "shop_source.h"

struct shop_import {
	const struct scop_file *files; /* the CSV, then pictures */
	size_t file_count;
	/* the columns, as somebody has chosen them; NULL: known by their headings */
	const struct shop_source *source;
	bool dry;            /* checks it, and writes nothing */
	bool all_or_nothing; /* an error anywhere: nothing is written */
	bool as_hidden;      /* articles that are new are not shown in the shop */
	/* of import_run, for which what was there before is kept; NULL: not kept */
	const struct scop_value *run;
	/* Told of each row that is refused or noteworthy; `words` are for scop_translate, `about`
	 * is what they speak of. */
	void (*tell)(void *context, bool is_error, unsigned line, unsigned column,
	    const char *words, const char *about);
	void (*progress)(void *context, unsigned done, unsigned total); /* NULL: nobody */
	void *context;
};

struct shop_imported {
	enum shop_source_kind kind;
	/* `changed`: of the products those that were in the shop before */
	unsigned products, changed, variants, repeated, skipped, warnings, errors;
};

/* Reads the file, and writes its good rows; one row after the other is told of. */
void shop_import(struct scop_request *req, const struct shop_import *import,
    struct shop_imported *ret_imported);

#endif
