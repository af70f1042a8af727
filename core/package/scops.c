/* SPDX-License-Identifier: EUPL-1.2 */
/* Changes the scops of a catalogue: their keys, their module names, and the rights granted to
 * these. See publish.h. */
#include <stdio.h>
#include <string.h>

#include "base/name.h"
#include "base/value.h"
#include "package/package.h"
#include "package/publish_private.h"

enum { TITLE_MAX = 100 };

json_t *
scop_publisher_find(json_t *list, const char *key, const char *text)
{
	json_t *item;
	size_t i;

	json_array_foreach (list, i, item)
		if (strcmp(json_string_value(json_object_get(item, key)), text) == 0)
			return item;
	return NULL;
}

bool
scop_publisher_owns(json_t *scop, const char *module)
{
	json_t *name;
	size_t m;

	json_array_foreach (json_object_get(scop, "modules"), m, name)
		if (strcmp(json_string_value(name), module) == 0)
			return true;
	return false;
}

static bool
owned_by_other(json_t *scops, const char *scop, const char *module)
{
	json_t *item, *name;
	size_t i, m;

	json_array_foreach (scops, i, item)
		if (strcmp(json_string_value(json_object_get(item, "name")), scop) != 0)
			json_array_foreach (json_object_get(item, "modules"), m, name)
				if (strcmp(json_string_value(name), module) == 0)
					return true;
	return false;
}

static bool
add_names(json_t *scops, json_t *scop, const char *name, const char *modules,
    struct scop_error *err)
{
	char list[1000], *save;

	if ((size_t)snprintf(list, sizeof list, "%s", modules) >= sizeof list)
		return scop_error_set(err, "too many modules at once");
	for (char *module = strtok_r(list, ", ", &save); module;
	     module = strtok_r(NULL, ", ", &save)) {
		if (!scop_name_check_module(module, err))
			return false;
		if (owned_by_other(scops, name, module))
			return scop_error_set(err, "the name '%s' is another scop's", module);
		if (!scop_publisher_owns(scop, module))
			json_array_append_new(json_object_get(scop, "modules"),
			    json_string(module));
	}
	return true;
}

bool
scop_publisher_scop(struct scop_publisher *publisher, const char *name, const char *title,
    const struct scop_public_key *key, const char *modules, struct scop_error *err)
{
	json_t *scops = json_object_get(publisher->root, "scops"),
	       *scop = scop_publisher_find(scops, "name", name);

	if (!scop_name_check_scop(name, err))
		return false;
	if (title &&
	    (!title[0] || strlen(title) > TITLE_MAX || !scop_utf8_valid(title, strlen(title))))
		return scop_error_set(err, "a scop's title is 1 to %d bytes of UTF-8", TITLE_MAX);
	if (!scop && !title)
		return scop_error_set(err, "there is no scop '%s' yet; give its --title", name);
	if (!scop) {
		scop = json_pack("{s:s, s:[], s:[]}", "name", name, "keys", "modules");
		json_array_append_new(scops, scop);
	}
	if (title)
		json_object_set_new(scop, "title", json_string(title));
	if (key) {
		char text[SCOP_MINISIGN_KEY_TEXT], id[SCOP_MINISIGN_ID_TEXT];

		scop_public_key_print(key, text);
		scop_key_id_print(key->id, id);
		if (scop_publisher_find(json_object_get(scop, "keys"), "id", id))
			return scop_error_set(err, "the scop '%s' already has the key %s", name,
			    id);
		json_array_append_new(json_object_get(scop, "keys"),
		    json_pack("{s:s, s:s, s:s}", "id", id, "key", text, "revoked", ""));
	}
	return !modules || add_names(scops, scop, name, modules, err);
}

bool
scop_publisher_revoke(struct scop_publisher *publisher, const char *name, const char *key_id,
    struct scop_error *err)
{
	json_t *scop = scop_publisher_find(json_object_get(publisher->root, "scops"), "name", name);
	json_t *key =
	    scop ? scop_publisher_find(json_object_get(scop, "keys"), "id", key_id) : NULL;

	if (!key)
		return scop_error_set(err, "the scop '%.40s' has no key %.40s", name, key_id);
	if (json_string_length(json_object_get(key, "revoked")) > 0)
		return scop_error_set(err, "the key %s was revoked on %s", key_id,
		    json_string_value(json_object_get(key, "revoked")));
	json_object_set_new(key, "revoked",
	    json_string(scop_publisher_time(publisher->arena, time(NULL))));
	return true;
}

static json_t *
rights_list(unsigned rights)
{
	json_t *list = json_array();

	for (unsigned right = 1; right <= SCOP_GRANTS_ALL; right <<= 1)
		if (rights & right)
			json_array_append_new(list, json_string(scop_grant_name(right)));
	return list;
}

bool
scop_publisher_grant(struct scop_publisher *publisher, const char *name, const char *module,
    unsigned rights, struct scop_error *err)
{
	json_t *scop = scop_publisher_find(json_object_get(publisher->root, "scops"), "name", name);

	if (!scop || !scop_publisher_owns(scop, module))
		return scop_error_set(err, "the scop '%.40s' has no module '%.40s'", name, module);
	json_t *grants = json_object_get(scop, "grants"), *grant;
	if (!grants) {
		grants = json_array();
		json_object_set_new(scop, "grants", grants);
	}
	for (size_t i = json_array_size(grants); i-- > 0;)
		if (strcmp(json_string_value(json_object_get(json_array_get(grants, i), "module")),
			module) == 0)
			json_array_remove(grants, i);
	if (rights == 0)
		return true;
	grant = json_pack("{s:s, s:o}", "module", module, "rights", rights_list(rights));
	return json_array_append_new(grants, grant) == 0;
}
