/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The tables of a module that was built for an older minor version of the API. Their entries may be
 * shorter than this host's, whose code reads complete entries, so the host copies them into longer
 * entries whose additional fields are zero, which means not used.
 */
#ifndef SCOP_PACKAGE_WIDEN_H
#define SCOP_PACKAGE_WIDEN_H

#include <stddef.h>

struct scop_module;

/* Returns the module itself if its sizes are this host's, else a permanent copy. Its sizes must not
 * exceed this host's. */
const struct scop_module *scop_module_widen(const struct scop_module *module);

/* Copies `table`, whose entries have `from` bytes, to one with entries of `to` bytes. The table
 * ends with the entry whose pointer at `key` is NULL. NULL for NULL. */
const void *scop_table_widen(const void *table, size_t from, size_t to, size_t key);

#endif
