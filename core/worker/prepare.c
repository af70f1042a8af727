/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How a worker prepares: it loads the libraries that it will need, because it cannot do so in the
 * sandbox; enters that; connects to its gateway; and loads the module.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "worker/worker.h"

#include "base/log.h"
#include "data/db.h"
#include "http/out.h"
#include "package/loader.h"
#include "package/sandbox.h"
#include "process/channel.h"

/* In job workers of a module that calls other systems, loads the necessary libraries while files
 * can still be read. */
void
scop_worker_open_way_out(struct scop_worker *worker)
{
	const struct scop_out_settings settings = { worker->settings.out, worker->settings.hash,
		worker->settings.ca_file };
	char error[300];

	if (!worker->settings.jobs || access(worker->settings.calls, R_OK) != 0)
		return;
	void *library = dlopen("libscopiton-work.so.1", RTLD_NOW | RTLD_LOCAL);
	worker->app.out = library ? dlsym(library, "scop_out") : NULL;
	if (!worker->app.out)
		scop_worker_give_up(worker, dlerror());
	if (!worker->app.out->prepare(&settings, error, sizeof error))
		scop_worker_give_up(worker, error);
}

/* Loads the libraries of formats that the module needs, as the sandbox lets no other file be read.
 */
void
scop_worker_open_formats(struct scop_worker *worker)
{
	struct scop_error err;

	if (!scop_loader_prepare(worker->settings.file, &err))
		scop_worker_give_up(worker, err.said);
}

void
scop_worker_lock_in(struct scop_worker *worker)
{
	struct scop_error err;
	const struct scop_sandbox sandbox = { .module_file = worker->settings.file,
		.uid = (uid_t)worker->settings.uid,
		.gid = (gid_t)worker->settings.uid,
		.memory = (uint64_t)worker->settings.memory << 20,
		.landlock_abi = (int)worker->settings.landlock_abi };

	scop_worker_hide_sockets(worker);
	if (worker->settings.sandbox && !scop_sandbox_enter(&sandbox, &err))
		scop_worker_give_up(worker, err.said);
}

/* The gateway has the module's secrets, and sends the one that a worker needs. */
static void
read_greeting(struct scop_worker *worker)
{
	struct scop_channel_greeting greeting;

	if (scop_channel_receive(worker->settings.channel, &greeting, sizeof greeting, true,
		NULL) <= 0)
		scop_worker_give_up(worker, "its gateway has ended");
	_Static_assert(sizeof worker->app.key == sizeof greeting.key, "one form key");
	memcpy(worker->app.key, greeting.key, sizeof greeting.key);
}

void
scop_worker_connect(struct scop_worker *worker)
{
	const struct scop_db_account account = { .socket = worker->settings.gateway,
		.user = "",
		.password = "",
		.gateway = true,
		.rows_max = SCOP_ROWS_MAX };

	read_greeting(worker);
	worker->app.db = scop_db_new(&account);
	/* MariaDB may be away for a while; requests try again */
	if (scop_db_connect(worker->app.db) != SCOP_DB_OK)
		scop_log_line(SCOP_LOG_WARNING, "no database yet: %s",
		    scop_db_error(worker->app.db));
}

void
scop_worker_load(struct scop_worker *worker)
{
	struct scop_error err;

	worker->app.module = scop_loader_load(worker->settings.file, &err);
	if (!worker->app.module)
		scop_worker_give_up(worker, err.said);
	if (worker->settings.sandbox && !scop_sandbox_seal(&err))
		scop_worker_give_up(worker, err.said);
}
