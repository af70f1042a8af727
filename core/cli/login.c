/* SPDX-License-Identifier: EUPL-1.2 */
/* scopiton login: prints a one-time sign-in link, for signing in before accounts exist, and for
 * regaining access afterwards. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

enum { LINK_MINUTES = 15 };

/* The member who represents the role, made if missing: without a name, until a person gives one. */
static int64_t
member_of(struct scop_platform *platform, uint32_t tenant, const char *role, const char *language)
{
	const struct scop_value *member = scop_platform_row(platform,
	    "SELECT member FROM t%u.member_role WHERE role = '%s' ORDER "
	    "BY member LIMIT 1",
	    tenant, role);

	if (member)
		return scop_int(member, "member");
	if (!scop_platform_sql(platform,
		"INSERT INTO t%u.member (name, language) VALUES ('', '%s')", tenant, language))
		return 0;
	const int64_t id =
	    scop_int(scop_platform_row(platform, "SELECT LAST_INSERT_ID() AS id"), "id");
	return scop_platform_sql(platform,
		   "INSERT INTO t%u.member_role (member, role) VALUES (%lld, '%s')", tenant,
		   (long long)id, role)
	    ? id
	    : 0;
}

/* The names of all roles, separated by commas. */
static const char *
roles_of(struct scop_platform *platform, uint32_t tenant)
{
	return scop_text(scop_platform_row(platform,
			     "SELECT GROUP_CONCAT(name ORDER BY name SEPARATOR ', ') AS names FROM "
			     "t%u.role",
			     tenant),
	    "names");
}

static int
make_link(struct cli *cli, struct scop_platform *platform)
{
	const struct scop_value *tenant = cli_tenant(platform, cli->argv[0]);
	const char *role = scop_platform_quote(platform, cli->argv[1]);
	unsigned char hash[32];
	char hex[65], token[33];
	unsigned char random[16];

	if (!tenant)
		return CLI_FAILED;
	const uint32_t id = (uint32_t)scop_int(tenant, "id");
	if (!scop_platform_row(platform, "SELECT 1 AS there FROM t%u.role WHERE name = '%s'", id,
		role))
		return cli_fail("tenant '%s' has no role '%s'; its roles are: %s", cli->argv[0],
		    cli->argv[1], roles_of(platform, id));

	randombytes_buf(random, sizeof random);
	sodium_bin2hex(token, sizeof token, random, sizeof random);
	crypto_generichash(hash, sizeof hash, (const unsigned char *)token, strlen(token), NULL, 0);
	sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
	const int64_t member = member_of(platform, id, role, scop_text(tenant, "language"));
	if (!member ||
	    !scop_platform_sql(platform,
		"INSERT INTO t%u.sign_in (token_hash, member, expires) VALUES ('%s', %lld, "
		"UTC_TIMESTAMP(6) + INTERVAL %d MINUTE)",
		id, hex, (long long)member, LINK_MINUTES))
		return cli_fail("%s", platform->err.text);

	const char *host =
	    scop_text(scop_platform_row(platform,
			  "SELECT host FROM scopiton.host_name WHERE tenant = %u AND portal "
			  "= 1 ORDER BY host LIMIT 1",
			  id),
		"host");
	printf("%s://%s%s%s/portal/sign-in/%s\n", platform->config.https ? "https" : "http", host,
	    platform->config.port[0] ? ":" : "", platform->config.port, token);
	return CLI_DONE;
}

int
cli_login(struct cli *cli)
{
	struct scop_platform platform;

	if (cli->argc != 2)
		return cli_usage("login needs a tenant and a role, such as 'owner'");
	if (!cli_open(cli, &platform))
		return CLI_FAILED;
	const int status = make_link(cli, &platform);
	scop_platform_close(&platform);
	return status;
}
