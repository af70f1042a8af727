/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The configuration file: `name = value` lines, # for comments. Every setting has a sane default; a
 * mistake is reported with its file, its line and the expected value before anything starts.
 */
#ifndef SCOP_BASE_CONFIG_H
#define SCOP_BASE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum { SCOP_CONFIG_TEXT = 256, SCOP_CONFIG_LIST = 2048, SCOP_RUN_MAX = 24 };

struct scop_config {
	char file[SCOP_CONFIG_TEXT];
	/* sockets and routes; at most 24 bytes, as a socket's path may have 107 */
	char run[SCOP_CONFIG_TEXT];
	char var[SCOP_CONFIG_TEXT];     /* installed modules, secrets */
	char modules[SCOP_CONFIG_TEXT]; /* folders of unpacked packages that can be installed */
	/* rights granted to packages in those folders: see package/grants.h */
	char granted[SCOP_CONFIG_TEXT];
	/* the group's: a folder, or an address of http(s); empty: none */
	char catalogue[SCOP_CONFIG_TEXT];
	char catalogue_key[SCOP_CONFIG_TEXT]; /* the group's public key, as minisign writes it */
	/* the host name at which nginx serves a catalogue; empty: none */
	char catalogue_host[SCOP_CONFIG_TEXT];
	char webroot[SCOP_CONFIG_TEXT];
	char libexec[SCOP_CONFIG_TEXT]; /* where scopiton-worker and scopiton-supervisor are */
	char migrations[SCOP_CONFIG_TEXT];
	char db_socket[SCOP_CONFIG_TEXT];
	char db_user[SCOP_CONFIG_TEXT];
	char db_password_file[SCOP_CONFIG_TEXT];
	/* the user of nginx's own workers; empty: nginx's default */
	char nginx_user[SCOP_CONFIG_TEXT];
	char nginx_group[SCOP_CONFIG_TEXT]; /* may open the pools' sockets; empty: the own group */
	/* of nginx and in printed addresses; empty: the standard port */
	char port[SCOP_CONFIG_TEXT];
	char metrics_port[SCOP_CONFIG_TEXT]; /* for programs of this machine; empty: none */
	/* addresses and networks, separated by blanks, whose word on a visitor's address counts */
	char trusted_proxies[SCOP_CONFIG_LIST];
	/* of one tenant to one module; further ones are answered 503 */
	int64_t requests_at_once;
	/* forms of one client to one tenant, in nginx's notation */
	char form_rate[SCOP_CONFIG_TEXT];
	/* of a new tenant whose zone has several: a code of ISO 3166-1 */
	char country[SCOP_CONFIG_TEXT];
	char mail_server[SCOP_CONFIG_TEXT]; /* smtp://host:port or smtps://; empty: mails wait */
	char mail_from[SCOP_CONFIG_TEXT];   /* the sender's address of mails */
	/* the Maildir of `mail_from`; empty: bounces are not read */
	char mail_bounces[SCOP_CONFIG_TEXT];
	char mail_user[SCOP_CONFIG_TEXT]; /* for the mail server; empty: no authentication */
	char mail_password_file[SCOP_CONFIG_TEXT];
	/* hosts at private addresses that modules may call, separated by blanks */
	char private_hosts[SCOP_CONFIG_TEXT];
	char ca_file[SCOP_CONFIG_TEXT]; /* certificate authorities, PEM */
	int64_t mail_rate;              /* mails of one tenant per minute */
	bool separate_users;            /* as root, modules run under user ids of their own */
	bool https;
	bool development;
	bool trace; /* pages end with their trace in development */
	/* as root, a module's workers run under this user id plus the module's number */
	int64_t uid_base;
	int64_t workers;      /* of all pools */
	int64_t pool_workers; /* of one pool */
	int64_t job_workers;  /* of one module, for its jobs */
	int64_t job_soft_milliseconds;
	int64_t job_hard_milliseconds;
	int64_t idle_seconds;
	int64_t worker_requests;
	int64_t worker_memory;   /* megabytes of address space */
	int64_t worker_resident; /* megabytes, after which a worker is replaced */
	int64_t soft_milliseconds;
	int64_t hard_milliseconds;
	int64_t drain_milliseconds;
	int64_t statement_seconds;
	int64_t slow_statement_milliseconds; /* a statement that takes longer is logged */
	/* to unpack and check an archive, and again for each of its SQL files */
	int64_t import_seconds;
	int64_t body_max; /* bytes */
	bool sandbox;
	int64_t landlock_abi; /* the newest version to use; 0: none */
};

/* The defaults, then the file; false with `file:line: ...`. */
bool scop_config_load(struct scop_config *config, const char *file, struct scop_error *err);

#endif
