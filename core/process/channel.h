/* SPDX-License-Identifier: EUPL-1.2 */
/*
 * The sockets between the supervisor, a pool's gateway and its workers, and their messages. All are
 * of one machine and one build, so a message is a struct, sent as one packet.
 *
 *   supervisor → gateway   scop_gateway_order, with the gateway's end of a worker's channel
 *   gateway → supervisor   scop_gateway_notice
 *   gateway → worker       scop_channel_greeting once, then scop_channel_request, each with a
 *                          connection of nginx or the dispatcher
 *   worker → gateway       one byte, as below
 *
 * The end of a channel is the end of the other side: a worker finishes its request and ends.
 */
#ifndef SCOP_PROCESS_CHANNEL_H
#define SCOP_PROCESS_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { SCOP_CHANNEL_KEY = 32 };

/* The supervisor's order about the worker in a slot of the scoreboard. */
struct scop_gateway_order {
	enum { SCOP_GATEWAY_ADD, SCOP_GATEWAY_RETIRE } verb;
	uint32_t slot;
	int32_t pid;
};

/* A worker that has served one request for longer than the pool's hard limit. */
struct scop_gateway_notice {
	uint32_t slot;
	int32_t pid;
};

struct scop_channel_greeting {
	unsigned char key[SCOP_CHANNEL_KEY]; /* the module's form key */
};

struct scop_channel_request {
	uint32_t what; /* SCOP_CHANNEL_REQUEST */
};
enum { SCOP_CHANNEL_REQUEST = 1 };

/* A worker is idle now; it is, and its request does not count, for its handler did not run; or its
 * last request has ended, and it ends when the gateway has closed the channel. */
#define SCOP_CHANNEL_READY 'r'
#define SCOP_CHANNEL_UNTRIED 'u'
#define SCOP_CHANNEL_LAST 'l'
/* A worker's request waits for its module, which is frozen: until then it has done nothing. */
#define SCOP_CHANNEL_WAITING 'w'
/* Asks the gateway to wake the supervisor, the dispatcher or the mailer. */
#define SCOP_CHANNEL_SUPERVISOR 's'
#define SCOP_CHANNEL_DISPATCHER 'd'
#define SCOP_CHANNEL_MAILER 'm'

/* Creates a pair of ends, which programs do not inherit; false if there are none. */
bool scop_channel_make(int ret_ends[2]);

/* Sends a message, with a copy of `passed` unless that is -1. Never waits; false if it cannot be
 * sent. */
bool scop_channel_send(int end, const void *message, size_t size, int passed);

/* Receives a message of that size. Returns `size`, 0 at the end, -1 with EAGAIN if there is none
 * yet (only if `wait` is false), -1 for anything else. `ret_passed`: the descriptor that came with
 * it, -1 for none; NULL closes it. */
ssize_t scop_channel_receive(int end, void *message, size_t size, bool wait, int *ret_passed);

#endif
