/* SPDX-License-Identifier: EUPL-1.2 */
/* Schemas of a module, compiled once in a process, and the differences of a
 * document from one. */
#ifndef SCOP_XML_SCHEMA_H
#define SCOP_XML_SCHEMA_H

#include <libxml/xmlschemas.h>

#include "scopiton/xml.h"

/* The compiled schema, which lives as long as the process; includes and imports
 * lead only to other schemas of the module. NULL fails the request, with the
 * reason. */
xmlSchemaPtr scop_schema_compile(struct scop_request *req, const struct scop_schema *schema);

/* Fills in the sentence for a difference that libxml2 has found; its line is
 * that of `difference` already. */
void scop_schema_explain(struct scop_request *req, const xmlError *found,
    struct scop_file_error *difference);

/* Makes libxml2 open no file and no address in this process, but schemas while
 * one is compiled. */
void scop_schema_close_doors(void);

#endif
