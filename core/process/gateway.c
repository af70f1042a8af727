/* SPDX-License-Identifier: EUPL-1.2 */
/* Starting a gateway: see gateway.h. */
#include "process/gateway.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "process/arguments.h"

enum { BACKLOG = 256, UID_BELOW = 3 }; /* of no other process: see core/supervisor/services.c */

int
scop_gateway_listen(const char *path, uid_t uid)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (snprintf(address.sun_path, sizeof address.sun_path, "%s", path) <
	    (int)sizeof address.sun_path) {
		unlink(path);
		if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
		    chmod(path, 0600) == 0 && (!uid || chown(path, uid, (gid_t)-1) == 0) &&
		    listen(fd, BACKLOG) == 0)
			return fd;
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

void
scop_gateway_become(const struct scop_config *config, struct scop_worker_settings settings,
    bool separate_users)
{
	char secret[SCOP_CONFIG_TEXT + 60], statements[SCOP_CONFIG_TEXT + 80], user[40];
	struct scop_arguments arguments = { 0 };
	char *environment[] = { NULL, NULL };

	snprintf(secret, sizeof secret, "%s/secrets/%s", config->var, settings.module);
	snprintf(statements, sizeof statements, "%s/modules/%s/statements.txt", config->var,
	    settings.hash);
	snprintf(user, sizeof user, "scop_%s", settings.module);
	settings.secret = secret;
	settings.statements = statements;
	settings.db_user = user;
	settings.db_socket = config->db_socket;
	settings.uid = separate_users ? config->uid_base - UID_BELOW : 0;
	scop_arguments_add(&arguments, "%s/scopiton-gateway", config->libexec);
	scop_settings_add(&settings, &arguments);
	if (getenv("ASAN_OPTIONS") &&
	    asprintf(&environment[0], "ASAN_OPTIONS=%s", getenv("ASAN_OPTIONS")) < 0)
		abort();
	scop_arguments_run(&arguments, environment, 1);
}
