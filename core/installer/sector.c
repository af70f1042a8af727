/* SPDX-License-Identifier: EUPL-1.2 */
/* Sector templates: the modules and settings with which a new tenant starts. See sector.h. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/json.h"
#include "base/log.h"
#include "installer/install.h"
#include "installer/messages.h"
#include "installer/platform.h"
#include "installer/sector.h"
#include "package/files.h"
#include "package/texts.h"

static const struct scop_value *
read_template(struct scop_platform *platform, const char *name)
{
	const char *path = scop_arena_printf(platform->arena, "%s/../templates/%s.json",
	    platform->config.migrations, name);
	struct scop_error err;
	size_t size;
	const bool is_name =
	    name[0] && !name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")];
	const char *text = is_name ? scop_files_read(platform->arena, path, &size, &err) : NULL;

	if (!text) {
		scop_error_set(&platform->err, "there is no template '%s' in '%s/../templates'",
		    name, platform->config.migrations);
		return NULL;
	}
	const struct scop_value *read = scop_json_parse(platform->arena, text, size, &err);
	if (!read || scop_count(scop_get(read, "modules")) == 0)
		scop_error_set(&platform->err, "the template '%s' names no modules: %s", path,
		    read ? "its list is empty" : err.text);
	return read && scop_count(scop_get(read, "modules")) > 0 ? read : NULL;
}

/* Applies the template's settings that the module knows; the tenant may change them later. */
static bool
set_all(struct scop_platform *platform, uint32_t tenant, const char *module,
    const struct scop_value *settings)
{
	struct scop_buffer json;

	if (scop_count(settings) == 0)
		return true;
	scop_buffer_init(&json, platform->arena);
	scop_json_print(&json, settings);
	const char *quoted = scop_platform_quote(platform, scop_buffer_str(&json));
	return scop_platform_sql(platform,
	    "REPLACE INTO t%u.setting (module, name, value) SELECT t.module, t.name, "
	    "JSON_VALUE('%s', CONCAT('$.', t.name)) FROM t%u.setting_type t "
	    "WHERE t.module = '%s' AND JSON_EXISTS('%s', CONCAT('$.', t.name))",
	    tenant, quoted, tenant, scop_platform_quote(platform, module), quoted);
}

bool
scop_template_known(struct scop_platform *platform, const char *name)
{
	return read_template(platform, name) != NULL;
}

static bool
note_template(struct scop_platform *platform, const char *name)
{
	const struct scop_value *template = read_template(platform, name);

	if (!template || !scop_texts_check(scop_get(template, "texts"), name, &platform->err)) {
		scop_log_line(SCOP_LOG_WARNING, "a template is not offered: %s",
		    platform->err.text);
		return true;
	}
	return scop_platform_sql(platform,
		   "INSERT INTO scopiton.template (name, title) VALUES ('%s', '%s')", name,
		   scop_platform_quote(platform, scop_text(template, "title"))) &&
	    scop_messages_keep(platform, "", scop_get(template, "texts"));
}

bool
scop_templates_note(struct scop_platform *platform)
{
	DIR *dir = opendir(
	    scop_arena_printf(platform->arena, "%s/../templates", platform->config.migrations));
	struct dirent *entry;
	bool ok = scop_platform_begin(platform) &&
	    scop_platform_sql(platform, "DELETE FROM scopiton.template");

	while (ok && dir && (entry = readdir(dir))) {
		const char *end = strstr(entry->d_name, ".json");

		if (end && end != entry->d_name && !end[5])
			ok = note_template(platform,
			    scop_arena_printf(platform->arena, "%.*s", (int)(end - entry->d_name),
				entry->d_name));
	}
	if (dir)
		closedir(dir);
	return ok && scop_platform_sql(platform, "COMMIT");
}

bool
scop_template_apply(struct scop_platform *platform, uint32_t tenant, const char *name,
    bool (*on_step)(void *, const char *), void *context)
{
	const struct scop_value *template = read_template(platform, name),
				*modules = scop_get(template, "modules");
	bool ok = template != NULL;

	for (size_t i = 0; ok && i < scop_count(modules); i++) {
		const struct scop_value *module = scop_at(modules, i);
		const struct scop_wish wish = { .version = scop_text(module, "version"),
			.root = scop_bool(module, "root") };

		ok = scop_platform_step(platform, on_step, context, scop_text(module, "module")) &&
		    scop_module_install(platform, tenant, scop_text(module, "module"), &wish, NULL,
			NULL) &&
		    set_all(platform, tenant, scop_text(module, "module"),
			scop_get(module, "settings"));
	}
	return ok;
}
