/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The cost of a page without Scopiton: a single-threaded libfcgi program of the usual prefork
 * shape, behind the same nginx.
 *
 * GET /r0, /r1 and /r5 make 0, 1 or 5 reads by primary key; GET /same/NAME makes the reads that the
 * file READS names so, which are those of a page of ours. Each is a prepared statement and a round
 * trip of its own. The answer has as many bytes as the query `bytes=` says. Nothing of the host's
 * code is in it, for it is the measure.
 *
 * A line of READS is the name, the database, the statement and its arguments, a tab between.
 *
 *     bare SOCKET WORKERS DATABASE-SOCKET PASSWORD-FILE READS
 */
#include <fcgiapp.h>
#include <mysql.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	BACKLOG = 4096,
	PAGE_MAX = 1 << 20,
	TEXT_MAX = 1000,
	ITEMS = 10000,
	READS_MAX = 20,
	ARGS_MAX = 4,
	COLUMNS_MAX = 24
};

/* A read of a page of ours: every column is fetched as text, as a program that prints it would. */
struct same {
	char *name;
	MYSQL_STMT *stmt;
	MYSQL_BIND args[ARGS_MAX];
	long long numbers[ARGS_MAX];
	MYSQL_BIND columns[COLUMNS_MAX];
	unsigned long lengths[COLUMNS_MAX];
	char texts[COLUMNS_MAX][TEXT_MAX];
};

struct bare {
	MYSQL *mysql;
	struct same same[READS_MAX];
	int same_count;
	MYSQL_STMT *read;
	long long id;
	char name[TEXT_MAX], text[TEXT_MAX];
	unsigned long name_length, text_length;
	char page[PAGE_MAX];
};

static void __attribute__((noreturn)) give_up(const char *what, const char *why)
{
	fprintf(stderr, "bare: %s: %s\n", what, why);
	exit(1);
}

static void
connect_to(struct bare *bare, const char *db_socket, const char *password_file)
{
	static const char sql[] = "SELECT name, text FROM bare.item WHERE id = ?";
	char password[100];
	FILE *file = fopen(password_file, "r");

	if (!file || fscanf(file, "%99s", password) != 1)
		give_up(password_file, "cannot be read");
	fclose(file);
	bare->mysql = mysql_init(NULL);
	mysql_optionsv(bare->mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	if (!mysql_real_connect(bare->mysql, NULL, "scopiton", password, NULL, 0, db_socket, 0))
		give_up("no database", mysql_error(bare->mysql));
	bare->read = mysql_stmt_init(bare->mysql);
	if (mysql_stmt_prepare(bare->read, sql, sizeof sql - 1))
		give_up("prepare", mysql_stmt_error(bare->read));
}

static void
bind_columns(struct bare *bare)
{
	MYSQL_BIND arg = { .buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &bare->id };
	MYSQL_BIND columns[2] = {
		{ .buffer_type = MYSQL_TYPE_STRING,
		    .buffer = bare->name,
		    .buffer_length = TEXT_MAX,
		    .length = &bare->name_length },
		{ .buffer_type = MYSQL_TYPE_STRING,
		    .buffer = bare->text,
		    .buffer_length = TEXT_MAX,
		    .length = &bare->text_length },
	};

	if (mysql_stmt_bind_param(bare->read, &arg) || mysql_stmt_bind_result(bare->read, columns))
		give_up("bind", mysql_stmt_error(bare->read));
}

static void
read_item(struct bare *bare)
{
	bare->id = 1 + random() % ITEMS;
	if (mysql_stmt_execute(bare->read) || mysql_stmt_store_result(bare->read) ||
	    mysql_stmt_fetch(bare->read))
		give_up("read", mysql_stmt_error(bare->read));
	mysql_stmt_free_result(bare->read);
	memcpy(bare->page, bare->text, bare->text_length); /* the page depends on what was read */
}

static void
bind_same(struct same *same, char **fields, int args)
{
	const int columns = (int)mysql_stmt_field_count(same->stmt);

	for (int i = 0; i < args; i++) {
		char *end, *text = fields[i];

		same->numbers[i] = strtoll(text, &end, 10);
		same->args[i] = *end ? (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_STRING,
			.buffer = text,
			.buffer_length = strlen(text) }
				     : (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_LONGLONG,
					       .buffer = &same->numbers[i] };
	}
	for (int i = 0; i < columns; i++)
		same->columns[i] = (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_STRING,
			.buffer = same->texts[i],
			.buffer_length = TEXT_MAX,
			.length = &same->lengths[i] };
	if (columns > COLUMNS_MAX || mysql_stmt_bind_param(same->stmt, same->args) ||
	    mysql_stmt_bind_result(same->stmt, same->columns))
		give_up("bind", mysql_stmt_error(same->stmt));
}

static void
prepare_same(struct bare *bare, char *line)
{
	char *fields[3 + ARGS_MAX];
	int count = 0;

	for (char *field; count < 3 + ARGS_MAX && (field = strsep(&line, "\t\n")) && *field;)
		fields[count++] = field;
	if (count < 3 || bare->same_count == READS_MAX)
		give_up("reads", "a line has too little, or there are too many");

	struct same *same = &bare->same[bare->same_count++];
	same->name = fields[0];
	same->stmt = mysql_stmt_init(bare->mysql);
	if (mysql_select_db(bare->mysql, fields[1]) ||
	    mysql_stmt_prepare(same->stmt, fields[2], strlen(fields[2])))
		give_up("prepare", mysql_stmt_error(same->stmt));
	bind_same(same, fields + 3, count - 3);
}

static void
prepare_reads(struct bare *bare, const char *path)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;

	if (!file)
		give_up(path, "cannot be read");
	for (size_t size = 0; getline(&line, &size, file) > 0; line = NULL, size = 0)
		prepare_same(bare, line); /* keeps the line */
	fclose(file);
}

static void
read_same(struct bare *bare, const char *name)
{
	int done = 0;

	for (struct same *same = bare->same; same < bare->same + bare->same_count; same++) {
		size_t at = 0;

		if (strcmp(same->name, name) != 0)
			continue;
		if (mysql_stmt_execute(same->stmt) || mysql_stmt_store_result(same->stmt))
			give_up("read", mysql_stmt_error(same->stmt));
		while (mysql_stmt_fetch(same->stmt) == 0)
			for (unsigned i = 0; i < mysql_stmt_field_count(same->stmt);
			     i++, at = (at + TEXT_MAX) % (PAGE_MAX - TEXT_MAX))
				memcpy(bare->page + at, same->texts[i],
				    same->lengths[i] < TEXT_MAX ? same->lengths[i] : TEXT_MAX);
		mysql_stmt_free_result(same->stmt);
		done++;
	}
	if (done == 0)
		give_up(name, "is not among the reads");
}

static int
page_size(const char *query)
{
	const int size = strncmp(query, "bytes=", 6) == 0 ? atoi(query + 6) : 0;

	return size < TEXT_MAX ? TEXT_MAX : size > PAGE_MAX ? PAGE_MAX : size;
}

static void
answer(struct bare *bare, FCGX_Request *request)
{
	const char *path = FCGX_GetParam("DOCUMENT_URI", request->envp),
		   *query = FCGX_GetParam("QUERY_STRING", request->envp);
	const int reads = path && strncmp(path, "/r", 2) == 0 ? atoi(path + 2) : 0,
		  size = page_size(query ? query : "");

	for (int i = 0; i < reads; i++)
		read_item(bare);
	if (path && strncmp(path, "/same/", 6) == 0)
		read_same(bare, path + 6);
	FCGX_FPrintF(request->out,
	    "Content-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n", size);
	FCGX_PutStr(bare->page, size, request->out);
}

static void __attribute__((noreturn)) serve(int listen_fd, char **argv)
{
	static struct bare bare;
	FCGX_Request request;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	srandom((unsigned)getpid());
	memset(bare.page, 'x', PAGE_MAX);
	connect_to(&bare, argv[3], argv[4]);
	bind_columns(&bare);
	prepare_reads(&bare, argv[5]);
	FCGX_Init();
	FCGX_InitRequest(&request, listen_fd, 0);
	while (FCGX_Accept_r(&request) >= 0) {
		answer(&bare, &request);
		FCGX_Finish_r(&request);
	}
	exit(0);
}

int
main(int argc, char **argv)
{
	if (argc != 6)
		give_up("usage", "bare SOCKET WORKERS DATABASE-SOCKET PASSWORD-FILE READS");

	prctl(PR_SET_PDEATHSIG, SIGTERM); /* none of us outlives who started us */
	const int listen_fd = FCGX_OpenSocket(argv[1], BACKLOG);
	if (listen_fd < 0)
		give_up(argv[1], "cannot listen");
	for (int i = 0; i < atoi(argv[2]); i++)
		if (fork() == 0)
			serve(listen_fd, argv);
	while (wait(NULL) > 0)
		;
	return 0;
}
