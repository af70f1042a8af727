/* SPDX-License-Identifier: EUPL-1.2 */
/* Translations in the database: see messages.h. Each function uses one statement, whatever the
 * number of texts. */
#include "installer/messages.h"

#include "base/buffer.h"
#include "base/json.h"
#include "base/value.h"
#include "installer/platform.h"

#define TEXT_COLUMNS \
	"COLUMNS (language CHAR(2) PATH '$.language', english VARCHAR(700) PATH '$.english', " \
	"text VARCHAR(1400) PATH '$.text')"

#define OR_CHANGE "ON DUPLICATE KEY UPDATE text = VALUES(text)"

bool
scop_messages_keep(struct scop_platform *platform, const char *module,
    const struct scop_value *texts)
{
	struct scop_buffer json;

	if (scop_count(texts) == 0)
		return true;
	scop_buffer_init(&json, platform->arena);
	scop_json_print(&json, texts);
	return scop_platform_sql(platform,
	    "INSERT INTO scopiton.message (module, language, english, text) SELECT '%s', language, "
	    "english, text FROM JSON_TABLE('%s', '$[*]' " TEXT_COLUMNS ") j " OR_CHANGE,
	    scop_platform_quote(platform, module),
	    scop_platform_quote(platform, scop_buffer_str(&json)));
}

bool
scop_messages_keep_index(struct scop_platform *platform, const char *index)
{
	const char *json = scop_platform_quote(platform, index);

	return scop_platform_sql(platform,
		   "INSERT INTO scopiton.message (module, language, english, text) SELECT name, "
		   "language, english, text FROM JSON_TABLE('%s', '$.modules[*]' COLUMNS (name "
		   "VARCHAR(24) PATH '$.name', NESTED PATH '$.texts[*]' " TEXT_COLUMNS
		   ")) j WHERE english IS NOT NULL " OR_CHANGE,
		   json) &&
	    scop_platform_sql(platform,
		"INSERT INTO scopiton.message (module, language, english, text) SELECT name, "
		"language, english, text FROM JSON_TABLE('%s', '$.modules[*]' COLUMNS (name "
		"VARCHAR(24) PATH '$.name', NESTED PATH '$.versions[*].texts[*]' " TEXT_COLUMNS
		")) j WHERE english IS NOT NULL " OR_CHANGE,
		json) &&
	    scop_platform_sql(platform,
		"DELETE FROM scopiton.message WHERE module <> '' AND module NOT IN (SELECT name "
		"FROM "
		"scopiton.module UNION SELECT name FROM scopiton.catalogue_module)");
}
