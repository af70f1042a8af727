/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The tables of a module that was built for an older minor version of the API: their entries may be
 * shorter than this host's, whose code reads all of each entry. So the host copies them into longer
 * ones, whose last fields are zero: a zero field is not used.
 */
#ifndef SCOP_PACKAGE_WIDEN_H
#define SCOP_PACKAGE_WIDEN_H

#include <stddef.h>

struct scop_module;

/* The module itself where its sizes are this host's, else a copy that lives on. Its sizes are at
 * most this host's. */
const struct scop_module *scop_module_widen(const struct scop_module *module);

/* A copy of `table`, whose entries have `from` bytes, with entries of `to`. The first entry whose
 * pointer at `key` is NULL ends it. NULL for NULL. */
const void *scop_table_widen(const void *table, size_t from, size_t to, size_t key);

#endif
