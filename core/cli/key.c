/* SPDX-License-Identifier: EUPL-1.2 */
/* scopiton key: creates a key pair; also reads keys for other subcommands. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "package/minisign.h"

enum { PASSWORD_BYTES = 1024 };

int
cli_key_command(struct cli *cli)
{
	struct scop_public_key key;
	struct scop_error err;
	char text[SCOP_MINISIGN_KEY_TEXT];

	if (strcmp(cli_verb(cli), "make") != 0 || cli->argc != 1)
		return cli_usage("key is followed by make FILE");
	if (!scop_key_make(cli->argv[0], &key, &err))
		return cli_fail("%s", err.text);
	scop_public_key_print(&key, text);
	printf("the secret key is in '%s': keep it safe, as anybody who has it can sign in your "
	       "name. The public key is in '%s.pub':\n%s\n",
	    cli->argv[0], cli->argv[0], text);
	return CLI_DONE;
}

bool
cli_key(struct cli *cli, const char *option, struct scop_secret_key *ret_key)
{
	const char *file = cli_option(cli, option, NULL),
		   *password_file = cli_option(cli, "--password-file", NULL);
	char password[PASSWORD_BYTES] = "";
	struct scop_error err;

	if (!file) {
		cli_fail("%s FILE is missing: the secret key to sign with", option);
		return false;
	}
	FILE *stream = password_file ? fopen(password_file, "re") : NULL;
	if (password_file && (!stream || !fgets(password, sizeof password, stream))) {
		cli_fail("the password in '%s' cannot be read", password_file);
		return false;
	}
	if (stream)
		fclose(stream);
	password[strcspn(password, "\r\n")] = '\0';
	if (scop_secret_key_read(file, password_file ? password : NULL, ret_key, &err))
		return true;
	cli_fail("%s", err.text);
	return false;
}

bool
cli_public_key(const char *file, struct scop_public_key *ret_key)
{
	char text[PASSWORD_BYTES];
	FILE *stream = fopen(file, "re");
	const size_t got = stream ? fread(text, 1, sizeof text - 1, stream) : 0;

	if (stream)
		fclose(stream);
	text[got] = '\0';
	if (scop_public_key_parse(text, ret_key))
		return true;
	cli_fail("'%s' is not a public key in minisign's format", file);
	return false;
}
