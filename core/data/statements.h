/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The statements of the host that run in a module's workers (menus, form keys, mails, jobs), so
 * that a gateway knows them beside the package's own. A worker names a statement to its gateway by
 * a hash of its text.
 */
#ifndef SCOP_DATA_STATEMENTS_H
#define SCOP_DATA_STATEMENTS_H

#include <stddef.h>

#include "scopiton/query.h"

enum { SCOP_STATEMENT_KEY = 33 }; /* bytes of a key, with the NUL */

/* Defines a statement and lists it: SCOP_HOST_STATEMENT(key_find, "form_key_find", "SELECT ...", 1,
 * 0); the list is a section of the library, which the linker puts together. */
#define SCOP_HOST_STATEMENT(identifier, ...) \
	static const struct scop_statement identifier = { __VA_ARGS__ }; \
	static const struct scop_statement *const identifier##_listed \
	    __attribute__((used, section("scop_statements"))) = &identifier

/* All of them. */
const struct scop_statement *const *scop_host_statements(size_t *ret_count);

/* Writes the key of a statement's text, as its definition has it: 32 hexadecimal digits. */
void scop_statement_key(const char *sql, char ret_key[SCOP_STATEMENT_KEY]);

#endif
