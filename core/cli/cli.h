/* SPDX-License-Identifier: EUPL-1.2 */
/* Shared by the subcommands. Exit statuses: 0 done, 1 refused or failed, 2 called wrongly. */
#ifndef SCOP_CLI_CLI_H
#define SCOP_CLI_CLI_H

#include "installer/platform.h"

enum { CLI_DONE = 0, CLI_FAILED = 1, CLI_USAGE = 2 };

struct cli {
	const char *program; /* as called */
	const char *config_file;
	int argc; /* what stands behind the subcommand's name */
	char **argv;
};

/* The value behind the option `name` such as "--tenant"; `otherwise` where it is not given. Takes
 * both from the list. */
const char *cli_option(struct cli *cli, const char *name, const char *otherwise);

/* Whether the flag is given; takes it from the list. */
bool cli_flag(struct cli *cli, const char *name);

/* The first of the list, such as "list" of `tenant list`, taken off; "" for none. */
const char *cli_verb(struct cli *cli);

/* Whether the list is empty; otherwise reports the unknown arguments. */
bool cli_done(struct cli *cli, int wanted);

/* Prints an error on standard error; returns the exit status. */
int cli_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
int cli_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same, once a command has taken the options that it knows: one that is left over is named. */
int cli_misused(const struct cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Opens the platform's data, or says why not. */
bool cli_open(struct cli *cli, struct scop_platform *ret_platform);

/* The tenant's row by name: id, name, title, language, zone, currency. NULL, after an error
 * message, if there is none. */
const struct scop_value *cli_tenant(struct scop_platform *platform, const char *name);

/* Prints one step of the command's progress. */
bool cli_step(void *context, const char *what);

/* A column that holds a message (base/said.h), in English, until the next call. */
const char *cli_shown(const struct scop_value *row, const char *key);

/* The secret key in the file behind `option`, perhaps with --password-file; the public one in a
 * file. False, after saying so. */
struct scop_secret_key;
struct scop_public_key;
bool cli_key(struct cli *cli, const char *option, struct scop_secret_key *ret_key);
bool cli_public_key(const char *file, struct scop_public_key *ret_key);

int cli_serve(struct cli *cli);
int cli_installer(struct cli *cli);
int cli_nginx(struct cli *cli);
int cli_tenant_command(struct cli *cli);
int cli_module_command(struct cli *cli);
int cli_author(struct cli *cli, const char *verb);
int cli_module_check(struct cli *cli);
int cli_catalogue(struct cli *cli);
int cli_key_command(struct cli *cli);
int cli_import(struct cli *cli);
int cli_job(struct cli *cli);
int cli_migrate(struct cli *cli);
int cli_check(struct cli *cli);
int cli_doctor(struct cli *cli);
int cli_dev(struct cli *cli);
int cli_new(struct cli *cli);
int cli_slow(struct cli *cli);
int cli_words(struct cli *cli);
int cli_login(struct cli *cli);

#endif
