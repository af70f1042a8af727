/* SPDX-License-Identifier: EUPL-1.2 */
/* The names that a view may use: those that C puts into the model, the columns of statements, and
 * those that the host adds. */
#ifndef SCOP_LINT_MODEL_H
#define SCOP_LINT_MODEL_H

#include <stdbool.h>
#include <stddef.h>

struct lint;
struct scop_statement_source;

/* Reads the names from the sources; called after lint_calls, which marks literals that are not
 * names in a model. */
struct lint_model *lint_model_read(struct lint *lint);

/* Whether the word is a name anywhere in the module or the host. */
bool lint_model_has_word(const struct lint_model *model, const char *word, size_t length);

/* Whether the model may have a string or number of this name, outside rows. */
bool lint_model_has_scalar(const struct lint_model *model, const char *name);

/* The only statement whose rows are put under the name; NULL if that is not known, or if it has
 * columns without a name. */
const struct scop_statement_source *lint_model_rows(const struct lint_model *model,
    const char *name);

/* Whether the statement has the column. */
bool lint_has_column(const struct scop_statement_source *statement, const char *name);

#endif
