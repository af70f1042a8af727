/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * Countries: the 249 codes of ISO 3166-1 alpha-2 and their names from CLDR 48. The host's .po files
 * have the names in the other languages.
 */
#ifndef SCOP_BASE_COUNTRY_H
#define SCOP_BASE_COUNTRY_H

#include <stdbool.h>
#include <stddef.h>

struct scop_country {
	char code[3];     /* "BE" */
	const char *name; /* in English, for a translation */
};

enum { SCOP_COUNTRIES = 249 };

/* Sorted by code. */
extern const struct scop_country scop_countries[SCOP_COUNTRIES];

/* The country with this code, in capitals; NULL if there is none. */
const struct scop_country *scop_country_find(const char *code);

/* The code of the country that uses the time zone, such as BE for Europe/Brussels; "" if several
 * do, or the zone is not in the table. */
const char *scop_country_of_zone(const char *zone);

#endif
