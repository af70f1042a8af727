/* SPDX-License-Identifier: EUPL-1.2 */
/* Settings of a worker: see settings.h. One table says each one's name, kind and place. */
#include "process/settings.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define SETTING(kind, name) \
	{ \
#name, kind, offsetof(struct scop_worker_settings, name) \
	}

/* A descriptor is a number that stays open in the worker. */
static const struct setting {
	const char *name;
	enum { KIND_TEXT, KIND_NUMBER, KIND_FLAG, KIND_DESCRIPTOR } kind;
	size_t offset;
} settings[] = {
	SETTING(KIND_TEXT, module),
	SETTING(KIND_TEXT, hash),
	SETTING(KIND_TEXT, file),
	SETTING(KIND_TEXT, secret),
	SETTING(KIND_TEXT, db_socket),
	SETTING(KIND_TEXT, db_user),
	SETTING(KIND_TEXT, run),
	SETTING(KIND_TEXT, gateway),
	SETTING(KIND_TEXT, statements),
	SETTING(KIND_NUMBER, statement_seconds),
	SETTING(KIND_NUMBER, slow_statement),
	SETTING(KIND_FLAG, sandbox),
	SETTING(KIND_NUMBER, landlock_abi),
	SETTING(KIND_NUMBER, uid),
	SETTING(KIND_NUMBER, memory),
	SETTING(KIND_FLAG, jobs),
	SETTING(KIND_DESCRIPTOR, channel),
	SETTING(KIND_DESCRIPTOR, control),
	SETTING(KIND_DESCRIPTOR, listen),
	SETTING(KIND_DESCRIPTOR, lines),
	SETTING(KIND_DESCRIPTOR, directory),
	SETTING(KIND_DESCRIPTOR, board),
	SETTING(KIND_DESCRIPTOR, ledger),
	SETTING(KIND_DESCRIPTOR, wake),
	SETTING(KIND_DESCRIPTOR, work),
	SETTING(KIND_DESCRIPTOR, mail),
	SETTING(KIND_DESCRIPTOR, gate),
	SETTING(KIND_NUMBER, slot),
	SETTING(KIND_NUMBER, requests),
	SETTING(KIND_NUMBER, resident),
	SETTING(KIND_NUMBER, hard),
	SETTING(KIND_NUMBER, body_max),
	SETTING(KIND_TEXT, port),
	SETTING(KIND_FLAG, https),
	SETTING(KIND_FLAG, development),
	SETTING(KIND_FLAG, trace),
	SETTING(KIND_DESCRIPTOR, traces),
	SETTING(KIND_FLAG, relay),
	SETTING(KIND_TEXT, calls),
	SETTING(KIND_TEXT, out),
	SETTING(KIND_TEXT, ca_file),
	SETTING(KIND_TEXT, import),
	SETTING(KIND_TEXT, site),
};

enum { SETTINGS = sizeof settings / sizeof settings[0] };

_Static_assert((int)SETTINGS < (int)SCOP_ARGUMENTS_MAX,
    "the list has room for all, and the program");

static void
add(struct scop_arguments *arguments, const struct setting *setting, const void *place)
{
	long long number = 0;

	switch (setting->kind) {
	case KIND_TEXT:
		if (*(const char *const *)place && **(const char *const *)place)
			scop_arguments_add(arguments, "%s=%s", setting->name,
			    *(const char *const *)place);
		return;
	case KIND_NUMBER:
		number = *(const int64_t *)place;
		break;
	case KIND_FLAG:
		number = *(const bool *)place;
		break;
	case KIND_DESCRIPTOR:
		number = *(const int *)place;
		if (number)
			fcntl((int)number, F_SETFD, 0);
		break;
	}
	if (number)
		scop_arguments_add(arguments, "%s=%lld", setting->name, number);
}

static void
set(const struct setting *setting, void *place, const char *value)
{
	switch (setting->kind) {
	case KIND_TEXT:
		*(const char **)place = value;
		break;
	case KIND_NUMBER:
		*(int64_t *)place = atoll(value);
		break;
	case KIND_FLAG:
		*(bool *)place = atoll(value) != 0;
		break;
	case KIND_DESCRIPTOR:
		*(int *)place = atoi(value);
		break;
	}
}

void
scop_settings_add(const struct scop_worker_settings *given, struct scop_arguments *arguments)
{
	for (size_t i = 0; i < SETTINGS; i++)
		add(arguments, &settings[i], (const char *)given + settings[i].offset);
}

void
scop_settings_read(struct scop_worker_settings *ret_settings, int argc, char **argv)
{
	*ret_settings = (struct scop_worker_settings){ 0 };
	for (size_t i = 0; i < SETTINGS; i++) {
		const size_t length = strlen(settings[i].name);
		const char *value = "";

		for (int a = argc - 1; a > 0; a--)
			if (strncmp(argv[a], settings[i].name, length) == 0 &&
			    argv[a][length] == '=')
				value = argv[a] + length + 1;
		set(&settings[i], (char *)ret_settings + settings[i].offset, value);
	}
}
