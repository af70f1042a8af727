/* SPDX-License-Identifier: EUPL-1.2 */
/* A module's manifest, module.xml, checked against module.xsd: no network, no entities, no DOCTYPE.
 */
#ifndef SCOP_PACKAGE_MANIFEST_H
#define SCOP_PACKAGE_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct scop_arena;

/* Another module, and which of its versions will do. */
struct scop_need {
	const char *module, *range;
};

struct scop_manifest {
	const char *name, *version, *scop, *category;
	const char *license; /* an SPDX expression, such as "EUPL-1.2" */
	const char *title,
	    *summary;        /* in English, as all texts here: package/texts.h has the others */
	const char *changes; /* what is new in this version; "": not given */
	struct scop_manifest_picture {
		const char *file, *title; /* path below the package's folder pictures */
	} * pictures;
	size_t picture_count;
	struct scop_need *needs;
	size_t need_count;
	int64_t tariff_cents; /* per month */
	const char *tariff_currency;
	struct scop_manifest_permission {
		const char *name, *title;
	} * permissions;
	size_t permission_count;
	struct scop_manifest_role {
		const char *name, *title;
	} * roles;
	size_t role_count;
	struct scop_manifest_grant {
		const char *role, *permission;
	} * grants;
	size_t grant_count;
	struct scop_manifest_menu {
		const char *path, *permission;
		const char *icon; /* from webroot/icons.txt; "" for none */
		unsigned place;
		const char *title;
	} * menu, *tiles;
	size_t menu_count, tile_count;
	struct scop_manifest_setting {
		const char *name, *type, *standard, *title;
		struct scop_manifest_choice {
			const char *value, *title;
		} * choices;
		size_t choice_count;
		int low, high;
	} * settings;
	size_t setting_count;
	struct scop_manifest_write {
		const char *table, *rights;
	} * writes;
	size_t write_count;
	bool orders;
	bool accounts;
	struct scop_manifest_job {
		const char *name, *title;
		const char *rule; /* of its schedule, as queue/schedule.h reads it; "" for none */
	} * jobs;
	size_t job_count;
	const char **emits; /* names of events, without the module's */
	size_t emit_count;
	struct scop_manifest_take {
		const char *event, *job; /* "shop.order_placed", and a job of this module */
	} * takes;
	size_t take_count;
	/* reads that the module offers to others, and those of others that it uses */
	struct scop_manifest_read {
		const char *module; /* that offers it */
		const char *name;
		unsigned version;
		bool optional; /* of a use: the other module may be missing */
		struct scop_manifest_column {
			const char *name;
			const char *type; /* of module.xsd: "text", "integer", ... */
		} * columns;
		size_t column_count;
	} * offers, *uses;
	size_t offer_count, use_count;
	/* what others may ask the module to do, and what it asks of others */
	struct scop_manifest_command {
		const char *module; /* that does it */
		const char *name;
		unsigned version;
		bool optional;   /* of one that is sent: the other module may be missing */
		const char *job; /* of one that is accepted */
		struct scop_manifest_given {
			const char *name, *type; /* as of a column */
			bool optional;
		} * given;
		size_t given_count;
	} * accepts, *sends;
	size_t accept_count, send_count;
	struct scop_manifest_call {
		const char *host;
		unsigned port;
	} * calls;
	size_t call_count;
	/* its rights on the host beyond its own data, in comparable form: "calls example.com:443"
	 */
	const char **rights;
	size_t right_count;
	struct scop_manifest_personal {
		const char *table, *columns; /* with blanks between */
		const char *title;
		unsigned months;
	} * personal;
	size_t personal_count;
	/* tables whose rows stay, and the columns that may be changed, with blanks between */
	struct scop_manifest_keep {
		const char *table, *update;
	} * keeps;
	size_t keep_count;
	unsigned generation; /* number of its tables' generation, from 1 */
	/* what a rollback from that generation does with rows */
	enum scop_back { SCOP_BACK_KEPT, SCOP_BACK_EXPORTED, SCOP_BACK_LOST } back;
};

/* The manifest's word for it, which tables and the index have too. */
const char *scop_back_name(enum scop_back back);

/* The name by which a command is sent through the queue: "contacts:add_party_1", which is no name
 * of an event. Lives in `arena`. */
const char *scop_command_name(struct scop_arena *arena,
    const struct scop_manifest_command *command);

/* Reads `file` into `arena`. False with "file:line: expected value"; `ret_manifest` is then left as
 * it was, or filled if only a rule that a schema cannot express is broken. */
bool scop_manifest_read(struct scop_arena *arena, const char *file,
    struct scop_manifest *ret_manifest, struct scop_error *err);

/* The same from bytes, for tests and fuzzing. */
bool scop_manifest_parse(struct scop_arena *arena, const char *name, const char *text,
    size_t length, struct scop_manifest *ret_manifest, struct scop_error *err);

#endif
