/* SPDX-License-Identifier: EUPL-1.2 */
/* The configuration file: see config.h. One table has each setting's name, type, default and
 * bounds. */
#include "base/config.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/network.h"

#define TEXT(name, standard) \
	{ \
#name, KIND_TEXT, offsetof(struct scop_config, name), \
		    sizeof((struct scop_config *)NULL)->name, standard, 0, 0, 0 \
	}
#define FLAG(name, standard) \
	{ \
#name, KIND_FLAG, offsetof(struct scop_config, name), sizeof(bool), NULL, \
		    standard, 0, 1 \
	}
#define NUMBER(name, standard, min, max) \
	{ \
#name, KIND_NUMBER, offsetof(struct scop_config, name), sizeof(int64_t), NULL, \
		    standard, min, max \
	}

static const struct setting {
	const char *name;
	enum { KIND_TEXT, KIND_FLAG, KIND_NUMBER } kind;
	size_t offset, size;
	const char *text;
	int64_t number, min, max;
} settings[] = {
	TEXT(run, "/run/scopiton"),
	TEXT(var, "/var/lib/scopiton"),
	TEXT(modules, "/usr/share/scopiton/modules"),
	TEXT(granted, ""),
	TEXT(catalogue, ""),
	TEXT(catalogue_key, ""),
	TEXT(catalogue_host, ""),
	TEXT(webroot, "/usr/share/scopiton/webroot"),
	TEXT(libexec, "/usr/lib/scopiton/libexec"),
	TEXT(migrations, "/usr/share/scopiton/migrations"),
	TEXT(db_socket, "/run/mysqld/mysqld.sock"),
	TEXT(db_user, "scopiton"),
	TEXT(db_password_file, "/etc/scopiton/db-password"),
	TEXT(nginx_user, ""),
	TEXT(nginx_group, ""),
	TEXT(port, ""),
	TEXT(metrics_port, ""),
	TEXT(trusted_proxies, ""),
	TEXT(form_rate, "5r/s"),
	NUMBER(requests_at_once, 256, 1, 4096),
	TEXT(mail_server, ""),
	TEXT(country, "BE"),
	TEXT(mail_from, ""),
	TEXT(mail_bounces, ""),
	TEXT(mail_user, ""),
	TEXT(mail_password_file, ""),
	NUMBER(mail_rate, 120, 1, 100000),
	TEXT(private_hosts, ""),
	TEXT(ca_file, "/etc/ssl/certs/ca-certificates.crt"),
	FLAG(separate_users, true),
	FLAG(https, true),
	FLAG(development, false),
	FLAG(trace, false),
	NUMBER(uid_base, 20000, 1000, 2000000000),
	NUMBER(workers, 64, 1, 4096),
	NUMBER(pool_workers, 8, 1, 256),
	NUMBER(job_workers, 4, 1, 256),
	NUMBER(job_soft_milliseconds, 60000, 10, 86400000),
	NUMBER(job_hard_milliseconds, 300000, 50, 86400000),
	NUMBER(idle_seconds, 300, 1, 86400),
	NUMBER(worker_requests, 10000, 1, 1000000000),
	NUMBER(worker_memory, 512, 64, 65536),
	NUMBER(worker_resident, 128, 16, 65536),
	NUMBER(soft_milliseconds, 1000, 10, 3600000),
	NUMBER(hard_milliseconds, 20000, 50, 3600000),
	NUMBER(drain_milliseconds, 30000, 10, 3600000),
	NUMBER(statement_seconds, 10, 1, 3600),
	NUMBER(import_seconds, 3600, 1, 86400),
	NUMBER(slow_statement_milliseconds, 500, 1, 3600000),
	NUMBER(body_max, 10000000, 1000, 1000000000),
	FLAG(sandbox, true),
	NUMBER(landlock_abi, 99, 0, 99),
};

enum { SETTINGS = sizeof settings / sizeof settings[0] };

static void *
place(struct scop_config *config, const struct setting *setting)
{
	return (char *)config + setting->offset;
}

static void
set_default(struct scop_config *config, const struct setting *setting)
{
	switch (setting->kind) {
	case KIND_TEXT:
		snprintf(place(config, setting), setting->size, "%s", setting->text);
		break;
	case KIND_FLAG:
		*(bool *)place(config, setting) = setting->number != 0;
		break;
	case KIND_NUMBER:
		*(int64_t *)place(config, setting) = setting->number;
		break;
	}
}

static bool
set(struct scop_config *config, const struct setting *setting, const char *value, unsigned line,
    struct scop_error *err)
{
	char *end;

	switch (setting->kind) {
	case KIND_TEXT:
		if (strlen(value) >= setting->size)
			return scop_error_set(err, "%s:%u: '%s' is longer than %zu bytes",
			    config->file, line, setting->name, setting->size - 1);
		strcpy(place(config, setting), value);
		return true;
	case KIND_FLAG:
		if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
			return scop_error_set(err, "%s:%u: '%s' is yes or no, not '%s'",
			    config->file, line, setting->name, value);
		*(bool *)place(config, setting) = strcmp(value, "yes") == 0;
		return true;
	case KIND_NUMBER:
		break;
	}
	errno = 0;
	const long long number = strtoll(value, &end, 10);
	if (end == value || *end || errno || number < setting->min || number > setting->max)
		return scop_error_set(err,
		    "%s:%u: '%s' is a whole number from %lld to %lld, not '%s'", config->file, line,
		    setting->name, (long long)setting->min, (long long)setting->max, value);
	*(int64_t *)place(config, setting) = number;
	return true;
}

static char *
trim(char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	for (size_t length = strlen(text); length > 0 && isspace((unsigned char)text[length - 1]);
	     length--)
		text[length - 1] = '\0';
	return text;
}

static bool
take_line(struct scop_config *config, char *text, unsigned line, bool *seen, struct scop_error *err)
{
	char *name = trim(text), *equals = strchr(name, '=');

	if (!*name || *name == '#')
		return true;
	if (!equals)
		return scop_error_set(err, "%s:%u: expected 'name = value', found '%.40s'",
		    config->file, line, name);
	*equals = '\0';
	name = trim(name);
	for (size_t i = 0; i < SETTINGS; i++) {
		if (strcmp(settings[i].name, name) != 0)
			continue;
		if (seen[i])
			return scop_error_set(err, "%s:%u: '%s' is set twice", config->file, line,
			    name);
		seen[i] = true;
		return set(config, &settings[i], trim(equals + 1), line, err);
	}
	return scop_error_set(err,
	    "%s:%u: there is no setting '%.40s'; scopiton.conf.example lists them all",
	    config->file, line, name);
}

static bool
check_catalogue(const struct scop_config *config, struct scop_error *err)
{
	if (config->catalogue[0] && config->catalogue[0] != '/' &&
	    strncmp(config->catalogue, "https://", 8) != 0 &&
	    strncmp(config->catalogue, "http://", 7) != 0)
		return scop_error_set(err,
		    "%s: 'catalogue' is a folder, or begins with https:// or http://, not '%.40s'",
		    config->file, config->catalogue);
	if (config->catalogue[0] && !config->catalogue_key[0])
		return scop_error_set(err,
		    "%s: 'catalogue' needs 'catalogue_key', the group's public key", config->file);
	return true;
}

static bool
check_proxies(const struct scop_config *config, struct scop_error *err)
{
	struct scop_error why;

	for (const char *at = config->trusted_proxies; *at; at += strspn(at, " \t")) {
		const size_t length = strcspn(at, " \t");

		if (!scop_network_check(at, length, &why))
			return scop_error_set(err, "%s: 'trusted_proxies' %s", config->file,
			    why.text);
		at += length;
	}
	return true;
}

static bool
check_mail(const struct scop_config *config, struct scop_error *err)
{
	if (config->mail_server[0] && strncmp(config->mail_server, "smtp://", 7) != 0 &&
	    strncmp(config->mail_server, "smtps://", 8) != 0)
		return scop_error_set(err,
		    "%s: 'mail_server' begins with smtp:// or smtps://, not '%.40s'", config->file,
		    config->mail_server);
	if (config->mail_server[0] && !strchr(config->mail_from, '@'))
		return scop_error_set(err,
		    "%s: 'mail_server' needs 'mail_from', the sender's address", config->file);
	if (config->mail_bounces[0] && (config->mail_bounces[0] != '/' || !config->mail_server[0]))
		return scop_error_set(err,
		    "%s: 'mail_bounces' is the Maildir of 'mail_from', an absolute path, and needs "
		    "'mail_server'",
		    config->file);
	return true;
}

static bool
check_limits(const struct scop_config *config, struct scop_error *err)
{
	if (config->job_soft_milliseconds > config->job_hard_milliseconds)
		return scop_error_set(err,
		    "%s: 'job_soft_milliseconds' is more than 'job_hard_milliseconds'",
		    config->file);
	if (config->soft_milliseconds > config->hard_milliseconds)
		return scop_error_set(err,
		    "%s: 'soft_milliseconds' is more than 'hard_milliseconds'", config->file);
	return true;
}

static bool
check(const struct scop_config *config, struct scop_error *err)
{
	if (strlen(config->run) > SCOP_RUN_MAX || config->run[0] != '/')
		return scop_error_set(err,
		    "%s: 'run' is an absolute path of at most %d bytes, because a socket's path "
		    "has at most 107; '%s' has %zu. Use a shorter symbolic link to it.",
		    config->file, SCOP_RUN_MAX, config->run, strlen(config->run));
	if (config->pool_workers > config->workers)
		return scop_error_set(err,
		    "%s: 'pool_workers' is more than 'workers', the limit for all pools",
		    config->file);
	if (!check_catalogue(config, err) || !check_proxies(config, err) ||
	    !check_mail(config, err))
		return false;
	if (strlen(config->country) != 2 ||
	    strspn(config->country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != 2)
		return scop_error_set(err,
		    "%s: 'country' is a code of ISO 3166-1, such as BE, and not '%s'", config->file,
		    config->country);
	if (config->trace && !config->development)
		return scop_error_set(err, "%s: 'trace' needs 'development = yes'", config->file);
	return check_limits(config, err);
}

bool
scop_config_load(struct scop_config *config, const char *file, struct scop_error *err)
{
	char *text = NULL;
	size_t size = 0;
	bool seen[SETTINGS] = { false };
	bool ok = true;

	*config = (struct scop_config){ 0 };
	snprintf(config->file, sizeof config->file, "%s", file);
	for (size_t i = 0; i < SETTINGS; i++)
		set_default(config, &settings[i]);

	FILE *stream = fopen(file, "r");
	if (!stream)
		return scop_error_errno(err, "the configuration '%s' cannot be read", file);
	for (unsigned line = 1; ok && getline(&text, &size, stream) >= 0; line++)
		ok = take_line(config, text, line, seen, err);
	if (ok && ferror(stream))
		ok = scop_error_errno(err, "the configuration '%s' cannot be read", file);
	free(text);
	fclose(stream);
	return ok && check(config, err);
}
