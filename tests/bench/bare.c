/*
 * What a page costs without Scopiton: a single-threaded libfcgi program of the usual prefork shape, behind the same nginx.
 *
 * GET /r0, /r1 and /r5 make 0, 1 or 5 reads by primary key, each a prepared statement and a round trip of its own, and
 * answer with as many bytes as the query `bytes=` says. Nothing of the host's code is in it, for it is the measure.
 *
 *     bare SOCKET WORKERS DATABASE-SOCKET PASSWORD-FILE
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

enum { BACKLOG = 4096, PAGE_MAX = 1 << 20, TEXT_MAX = 1000, ITEMS = 10000 };

struct bare {
	MYSQL *mysql;
	MYSQL_STMT *read;
	long long id;
	char name[TEXT_MAX], text[TEXT_MAX];
	unsigned long name_length, text_length;
	char page[PAGE_MAX];
};

static void __attribute__((noreturn))
give_up(const char *what, const char *why)
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
		{ .buffer_type = MYSQL_TYPE_STRING, .buffer = bare->name, .buffer_length = TEXT_MAX, .length = &bare->name_length },
		{ .buffer_type = MYSQL_TYPE_STRING, .buffer = bare->text, .buffer_length = TEXT_MAX, .length = &bare->text_length },
	};

	if (mysql_stmt_bind_param(bare->read, &arg) || mysql_stmt_bind_result(bare->read, columns))
		give_up("bind", mysql_stmt_error(bare->read));
}

static void
read_item(struct bare *bare)
{
	bare->id = 1 + random() % ITEMS;
	if (mysql_stmt_execute(bare->read) || mysql_stmt_store_result(bare->read) || mysql_stmt_fetch(bare->read))
		give_up("read", mysql_stmt_error(bare->read));
	mysql_stmt_free_result(bare->read);
	memcpy(bare->page, bare->text, bare->text_length); /* the page depends on what was read */
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
	const char *path = FCGX_GetParam("DOCUMENT_URI", request->envp), *query = FCGX_GetParam("QUERY_STRING", request->envp);
	const int reads = path && strncmp(path, "/r", 2) == 0 ? atoi(path + 2) : 0, size = page_size(query ? query : "");

	for (int i = 0; i < reads; i++)
		read_item(bare);
	FCGX_FPrintF(request->out, "Content-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n\r\n", size);
	FCGX_PutStr(bare->page, size, request->out);
}

static void __attribute__((noreturn))
serve(int listen_fd, char **argv)
{
	static struct bare bare;
	FCGX_Request request;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	srandom((unsigned)getpid());
	memset(bare.page, 'x', PAGE_MAX);
	connect_to(&bare, argv[3], argv[4]);
	bind_columns(&bare);
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
	if (argc != 5)
		give_up("usage", "bare SOCKET WORKERS DATABASE-SOCKET PASSWORD-FILE");

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
