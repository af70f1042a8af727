/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * How a worker prepares: it reads its secret, connects to MariaDB and loads the libraries that it
 * will need, because it cannot do so in the sandbox; then it enters that and loads the module.
 */
#include <dlfcn.h>
#include <mysql.h>
#include <nss.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "worker/worker.h"

#include "base/log.h"
#include "data/db.h"
#include "http/out.h"
#include "package/loader.h"
#include "package/sandbox.h"

/* The secret's two lines: the account's password and the form key, in hexadecimal. */
static void
read_secret(struct scop_worker *worker, struct scop_db_account *account)
{
	static char password[100];
	char key[100] = "";
	FILE *file = fopen(worker->settings.secret, "r");

	if (!file || fscanf(file, "%99s %99s", password, key) != 2)
		scop_worker_give_up(worker, "the module's secret cannot be read");
	fclose(file);
	if (sodium_hex2bin(worker->app.key, SCOP_KEY_BYTES, key, strlen(key), NULL, NULL, NULL) !=
	    0)
		scop_worker_give_up(worker, "the module's secret is damaged");
	account->password = password;
}

/* As <mysql/client_plugin.h> declares it, which Debian 12 ships without a header that it includes
 * (ma_compress.h). */
struct st_mysql_client_plugin *mysql_client_find_plugin(MYSQL *mysql, const char *name, int type);
enum { CLIENT_AUTHENTICATION = 2 };

/* MariaDB's authentication plugin is a library of its own: load it while files can still be read,
 * whether or not MariaDB is up. */
static void
load_authentication(const struct scop_worker *worker)
{
	MYSQL *mysql = mysql_init(NULL);

	if (!mysql || !mysql_client_find_plugin(mysql, "client_ed25519", CLIENT_AUTHENTICATION))
		scop_worker_give_up(worker, "MariaDB's client_ed25519 cannot be loaded");
	mysql_close(mysql);
}

void
scop_worker_prepare_database(struct scop_worker *worker)
{
	struct scop_db_account account = { .socket = worker->settings.db_socket,
		.user = worker->settings.db_user,
		.statement_seconds = (unsigned)worker->settings.statement_seconds,
		.rows_max = SCOP_ROWS_MAX };

	read_secret(worker, &account);
	/* else the library looks for a dozen files that nobody has */
	__nss_configure_lookup("services", "files");
	mysql_library_init(0, NULL, NULL);
	load_authentication(worker);
	worker->app.db = scop_db_new(&account);
	/* MariaDB may be away for a while; requests try again */
	if (scop_db_connect(worker->app.db) != SCOP_DB_OK)
		scop_log_line(SCOP_LOG_WARNING, "no database yet: %s",
		    scop_db_error(worker->app.db));
}

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

void
scop_worker_lock_in(struct scop_worker *worker)
{
	struct scop_error err;
	const struct scop_sandbox sandbox = { .module_file = worker->settings.file,
		.uid = (uid_t)worker->settings.uid,
		.gid = (gid_t)worker->settings.uid,
		.memory = (uint64_t)worker->settings.memory << 20,
		.landlock_abi = (int)worker->settings.landlock_abi };

	if (worker->settings.sandbox && !scop_sandbox_enter(&sandbox, &err))
		scop_worker_give_up(worker, err.said);
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
