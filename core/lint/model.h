/* SPDX-License-Identifier: EUPL-1.2 */
/* The names that a view may use: those that C puts into a model, the columns of statements, and
 * those that the host adds. */
#ifndef SCOP_LINT_MODEL_H
#define SCOP_LINT_MODEL_H

#include <stdbool.h>
#include <stddef.h>

struct lint;
struct scop_statement_source;

/* Reads it from the sources; after lint_calls, which marks the literals that are no names here. */
struct lint_model *lint_model_read(struct lint *lint);

/* Whether anything of the module or of the host has the word as a name. */
bool lint_model_has_word(const struct lint_model *model, const char *word, size_t length);

/* Whether the model may have a text or number of this name, beside all rows. */
bool lint_model_has_scalar(const struct lint_model *model, const char *name);

/* The statement whose row or rows are all that is ever put under the name; NULL where that is not
 * known, or it has columns without a name of their own. */
const struct scop_statement_source *lint_model_rows(const struct lint_model *model,
    const char *name);

/* Whether the statement has the column. */
bool lint_has_column(const struct scop_statement_source *statement, const char *name);

#endif
