/* SPDX-License-Identifier: EUPL-1.2 */
/* scopiton nginx: prints nginx's configuration, made from a template and the host's. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "cli/cli.h"

/* A word of the template, and what stands for it. */
struct mark {
	const char *word, *value;
};

/* Prints the line with the values of the marks, which end with one without a word. */
static void
print_marked(const char *line, const struct mark *marks)
{
	while (*line) {
		const struct mark *mark = marks;

		while (mark->word && strncmp(line, mark->word, strlen(mark->word)) != 0)
			mark++;
		if (mark->word) {
			fputs(mark->value, stdout);
			line += strlen(mark->word);
		} else {
			putchar(*line++);
		}
	}
}

/* Whose word on a visitor's address nginx takes. */
static const char *
trust(const char *proxies)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	for (const char *at = proxies; *at; at += strspn(at, " \t")) {
		const size_t length = strcspn(at, " \t");

		fprintf(out, "set_real_ip_from %.*s;\n\t", (int)length, at);
		at += length;
	}
	if (*proxies)
		fputs("real_ip_header X-Forwarded-For;\n\treal_ip_recursive on;", out);
	if (fclose(out) != 0)
		abort();
	return text;
}

static void
print_template(FILE *file, const struct scop_config *config)
{
	char user[SCOP_CONFIG_TEXT + 8] = "", at_once[24], line[1024];

	if (config->nginx_user[0])
		snprintf(user, sizeof user, "user %s;", config->nginx_user);
	snprintf(at_once, sizeof at_once, "%lld", (long long)config->requests_at_once);
	const struct mark marks[] = {
		{ "@RUN@", config->run },
		{ "@VAR@", config->var },
		{ "@WEBROOT@", config->webroot },
		{ "@PORT@", config->port[0] ? config->port : "80" },
		{ "@FORM_RATE@", config->form_rate },
		{ "@COOKIE@", config->https ? "__Host-" : "" },
		{ "@SECURE@", config->https ? "; Secure" : "" },
		{ "@AT_ONCE@", at_once },
		{ "@CATALOGUE_HOST@",
		    config->catalogue_host[0] ? config->catalogue_host : "catalogue.invalid" },
		{ "@IF_METRICS@", config->metrics_port[0] ? "" : "# " },
		{ "@METRICS_PORT@", config->metrics_port },
		{ "@IF_DEVELOPMENT@", config->development ? "" : "# " },
		{ "@DEVELOPMENT@", config->development ? "yes" : "no" },
		{ "@USER@", user },
		{ "@TRUST@", trust(config->trusted_proxies) },
		{ NULL, NULL },
	};

	while (fgets(line, sizeof line, file))
		print_marked(line, marks);
}

int
cli_nginx(struct cli *cli)
{
	struct scop_config config;
	struct scop_error err;
	char path[SCOP_CONFIG_TEXT + 64];
	const char *template = cli_option(cli, "--template", NULL);

	if (!cli_done(cli, 0))
		return CLI_USAGE;
	if (!scop_config_load(&config, cli->config_file, &err))
		return cli_fail("%s", err.text);
	snprintf(path, sizeof path, "%s/../nginx/scopiton.conf.in", config.migrations);
	FILE *file = fopen(template ? template : path, "r");
	if (!file)
		return cli_fail("'%s' cannot be read: %s", template ? template : path,
		    strerror(errno));
	print_template(file, &config);
	fclose(file);
	return CLI_DONE;
}
