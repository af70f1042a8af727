/* SPDX-License-Identifier: EUPL-1.2 */
/* Shared by the subcommands. Exit statuses: 0 done, 1 refused or failed, 2 called wrongly. */
#ifndef SCOP_CLI_CLI_H
#define SCOP_CLI_CLI_H

#include "installer/platform.h"

enum { CLI_DONE = 0, CLI_FAILED = 1, CLI_USAGE = 2 };

struct cli {
	const char *program; /* its name on the command line */
	const char *config_file;
	int argc; /* the arguments after the subcommand's name */
	char **argv;
};

/* The value of the option `name`, such as "--tenant"; `otherwise` if it is not given. Removes both
 * from the list. */
const char *cli_option(struct cli *cli, const char *name, const char *otherwise);

/* Whether the flag is given; removes it from the list. */
bool cli_flag(struct cli *cli, const char *name);

/* Removes and returns the first argument, such as "list" in `tenant list`; "" for none. */
const char *cli_verb(struct cli *cli);

/* Whether the list is empty; if not, reports the unknown arguments. */
bool cli_done(struct cli *cli, int wanted);

/* Prints an error on standard error; returns the exit status. */
int cli_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
int cli_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same, after a command has removed its known options: names one that is left over. */
int cli_misused(const struct cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Opens the platform's data, or prints why it cannot. */
bool cli_open(struct cli *cli, struct scop_platform *ret_platform);

/* The tenant's row by name: id, name, title, language, zone, currency. NULL, after an error
 * message, if there is none. */
const struct scop_value *cli_tenant(struct scop_platform *platform, const char *name);

/* Prints one step of the command's progress. */
bool cli_step(void *context, const char *what);

/* The English text of a column that holds a message (base/said.h), valid until the next call. */
const char *cli_shown(const struct scop_value *row, const char *key);

/* Reads the secret key from the file given by `option`, with --password-file if needed, and the
 * public key from a file. On failure false, after an error message. */
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
