/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages with descriptors, over sequenced sockets: see channel.h and unix(7). */
#include "process/channel.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union control {
	struct cmsghdr head;
	char bytes[CMSG_SPACE(sizeof(int))];
};

bool
scop_channel_make(int ret_ends[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ret_ends) == 0;
}

bool
scop_channel_send(int end, const void *message, size_t size, int passed)
{
	struct iovec part = { (void *)(uintptr_t)message, size };
	union control control = { 0 };
	struct msghdr head = { .msg_iov = &part, .msg_iovlen = 1 };

	if (passed >= 0) {
		head.msg_control = control.bytes;
		head.msg_controllen = sizeof control.bytes;
		struct cmsghdr *rights = CMSG_FIRSTHDR(&head);
		rights->cmsg_level = SOL_SOCKET;
		rights->cmsg_type = SCM_RIGHTS;
		rights->cmsg_len = CMSG_LEN(sizeof passed);
		memcpy(CMSG_DATA(rights), &passed, sizeof passed);
	}
	ssize_t sent;
	while ((sent = sendmsg(end, &head, MSG_NOSIGNAL | MSG_DONTWAIT)) < 0 && errno == EINTR)
		continue;
	return sent == (ssize_t)size;
}

static int
passed_with(struct msghdr *head)
{
	int passed = -1;

	for (struct cmsghdr *at = CMSG_FIRSTHDR(head); at; at = CMSG_NXTHDR(head, at))
		if (at->cmsg_level == SOL_SOCKET && at->cmsg_type == SCM_RIGHTS &&
		    at->cmsg_len == CMSG_LEN(sizeof passed))
			memcpy(&passed, CMSG_DATA(at), sizeof passed);
	return passed;
}

ssize_t
scop_channel_receive(int end, void *message, size_t size, bool wait, int *ret_passed)
{
	struct iovec part = { message, size };
	union control control = { 0 };
	struct msghdr head = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof control.bytes };
	ssize_t got;

	while ((got = recvmsg(end, &head, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT))) < 0 &&
	    errno == EINTR)
		continue;
	const int passed = got > 0 ? passed_with(&head) : -1;
	if (ret_passed && got == (ssize_t)size)
		*ret_passed = passed;
	else if (passed >= 0)
		close(passed);
	if (got == 0 || got == (ssize_t)size)
		return got;
	if (got > 0)
		errno = EPROTO;
	return -1;
}
