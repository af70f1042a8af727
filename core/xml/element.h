/* SPDX-License-Identifier: EUPL-1.2 */
/* The layout of an element that was read: see scopiton/xml.h. */
#ifndef SCOP_XML_ELEMENT_H
#define SCOP_XML_ELEMENT_H

#include "base/buffer.h"
#include "scopiton/xml.h"

struct scop_xml_attribute {
	const char *name, *value;
};

struct scop_xml {
	const char *name, *space;
	unsigned line;
	struct scop_xml_attribute *attributes;
	size_t attribute_count;
	struct scop_xml *parent, *first, *last, *next; /* the last child, the next sibling */
	struct scop_buffer text;
	const char *trimmed; /* the text without spaces at its ends, once the element
				has ended */
};

#endif
