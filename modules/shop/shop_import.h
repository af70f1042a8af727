/* SPDX-License-Identifier: EUPL-1.2 */
/* Taking in a file of products: from the command line, and from the portal. */
#ifndef SHOP_IMPORT_H
#define SHOP_IMPORT_H

#include "shop.h"
#include "shop_source.h"

struct shop_takein {
	const struct scop_file *files; /* the CSV, then pictures */
	size_t file_count;
	/* the columns, as somebody has chosen them; NULL: known by their names */
	const struct shop_source *source;
	bool dry; /* looks through it, and writes nothing */
	/* Told of each row that is wrong or noteworthy; `words` are for scop_translate, `about` is
	 * what they speak of. */
	void (*tell)(void *context, bool is_error, unsigned line, unsigned column,
	    const char *words, const char *about);
	void (*passed)(void *context, unsigned line); /* after each row; NULL: nobody */
	void *context;
};

struct shop_taken {
	enum shop_source_kind kind;
	/* `changed`: known already; of a dry run alone */
	unsigned products, changed, variants, repeated, skipped, warnings, errors;
};

/* Reads the file through. Where an error was told, the caller has to undo what was written. */
void shop_take_in(struct scop_request *req, const struct shop_takein *what,
    struct shop_taken *ret_taken);

#endif
