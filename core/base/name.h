/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The rules for the names of modules and of the scops that publish them. A module's name becomes a
 * part of paths, databases, roles and public addresses, so every program checks it here. The
 * manifest's schema (core/package/module.xsd) and nginx (nginx/scopiton.conf.in) have the same rule
 * as a pattern; tests/unit/package/name_test.c compares them with these functions.
 */
#ifndef SCOP_BASE_NAME_H
#define SCOP_BASE_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum {
	SCOP_MODULE_MIN = 3, /* bytes of a module's name */
	SCOP_MODULE_MAX = 24,
	SCOP_SCOP_MIN = 2, /* bytes of a scop's name */
	SCOP_SCOP_MAX = 31,
};

/* Whether `length` bytes are a module's name: 3 to 24 of a-z, 0-9 and '_', a letter first; each '_'
 * stands between two of the others. */
bool scop_name_is_module(const char *name, size_t length);

/* The same for a whole text; false with the rule. */
bool scop_name_check_module(const char *name, struct scop_error *err);

/* A scop's name is 2 to 31 of a-z, 0-9 and '-', a letter first; false with the rule. */
bool scop_name_check_scop(const char *name, struct scop_error *err);

#endif
