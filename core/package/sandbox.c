/* SPDX-License-Identifier: EUPL-1.2 */
/* The sandbox: see sandbox.h. Sources: landlock(7), seccomp(2), and the kernel's
 * Documentation/userspace-api. */
#include "package/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"

/* Debian 12's headers know Landlock up to its ABI 2; the numbers are the kernel's own. */
enum {
	LANDLOCK_VERSION_FLAG = 1,
	LANDLOCK_PATH_BENEATH = 1,
	ACCESS_READ_FILE = 1 << 2,
	ACCESS_READ_DIR = 1 << 3,
};

struct ruleset {
	uint64_t handled_files;
	uint64_t handled_net; /* from ABI 4 */
	uint64_t scoped;      /* from ABI 6 */
};

struct __attribute__((packed)) path_rule {
	uint64_t allowed;
	int32_t parent;
};

int
scop_sandbox_landlock_abi(void)
{
	const long abi =
	    syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, LANDLOCK_VERSION_FLAG);

	return abi > 0 ? (int)abi : 0;
}

static bool
drop_rights(const struct scop_sandbox *sandbox, struct scop_error *err)
{
	const struct rlimit memory = { sandbox->memory, sandbox->memory },
			    files = { SCOP_SANDBOX_FILES, SCOP_SANDBOX_FILES };
	const struct rlimit none = { 0, 0 };

	if (sandbox->uid != 0 &&
	    (setgroups(0, NULL) != 0 || setresgid(sandbox->gid, sandbox->gid, sandbox->gid) != 0 ||
		setresuid(sandbox->uid, sandbox->uid, sandbox->uid) != 0))
		return scop_error_errno(err, "cannot become user %u", (unsigned)sandbox->uid);
	if ((sandbox->memory != 0 && setrlimit(RLIMIT_AS, &memory) != 0) ||
	    setrlimit(RLIMIT_NOFILE, &files) != 0 || setrlimit(RLIMIT_CORE, &none) != 0)
		return scop_error_errno(err, "cannot set the limits");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return scop_error_errno(err, "cannot give up new privileges");
	return true;
}

static bool
allow_reading(int ruleset, const char *path, uint64_t access, struct scop_error *err)
{
	const int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return scop_error_errno(err, "cannot open '%s'", path);
	const struct path_rule rule = { access, fd };
	const long failed =
	    syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_PATH_BENEATH, &rule, 0);
	close(fd);
	return failed ? scop_error_errno(err, "landlock refuses the rule for '%s'", path) : true;
}

static bool
restrict_files(const struct scop_sandbox *sandbox, struct scop_error *err)
{
	static const unsigned bits_of_abi[] = { 0, 13, 14, 15, 15, 16, 16, 16 };
	const int kernel = scop_sandbox_landlock_abi();
	int abi = kernel < sandbox->landlock_abi ? kernel : sandbox->landlock_abi;

	if (abi == 0) {
		scop_log_line(SCOP_LOG_WARNING,
		    "no Landlock here: only user ids and the system-call filter keep modules from "
		    "files");
		return true;
	}
	if (abi > 7)
		abi = 7;
	const struct ruleset rules = { (1ull << bits_of_abi[abi]) - 1, abi >= 4 ? 3 : 0,
		abi >= 6 ? 3 : 0 };
	const size_t size = abi >= 6 ? sizeof rules
	    : abi >= 4               ? offsetof(struct ruleset, scoped)
				     : offsetof(struct ruleset, handled_net);
	const int ruleset = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);

	if (ruleset < 0)
		return scop_error_errno(err, "landlock refuses the rules");
	const bool ruled = allow_reading(ruleset, sandbox->module_file, ACCESS_READ_FILE, err) &&
	    allow_reading(ruleset, "/usr/share/zoneinfo", ACCESS_READ_FILE | ACCESS_READ_DIR, err);
	if (ruled && syscall(SYS_landlock_restrict_self, ruleset, 0) != 0) {
		close(ruleset);
		return scop_error_errno(err, "landlock cannot be entered");
	}
	close(ruleset);
	return ruled;
}

/* The system calls allowed to a worker whatever their arguments; restrict_calls adds those with
 * rules on arguments. */
static const int calls[] = { SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev),
	SCMP_SYS(pread64), SCMP_SYS(close), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(select),
	SCMP_SYS(pselect6), SCMP_SYS(connect), SCMP_SYS(sendto), SCMP_SYS(sendmsg),
	SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(shutdown), SCMP_SYS(getsockopt),
	SCMP_SYS(setsockopt), SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(mmap),
	SCMP_SYS(munmap), SCMP_SYS(mprotect), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk),
	SCMP_SYS(futex), SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(newfstatat), SCMP_SYS(fstat),
	SCMP_SYS(stat), SCMP_SYS(lseek), SCMP_SYS(access), SCMP_SYS(getrandom),
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
	SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(getpid), SCMP_SYS(gettid),
	SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(exit),
	SCMP_SYS(exit_group), SCMP_SYS(fcntl), SCMP_SYS(dup), SCMP_SYS(getrusage),
	SCMP_SYS(restart_syscall), SCMP_SYS(epoll_wait), SCMP_SYS(uname), SCMP_SYS(seccomp),
	SCMP_SYS(sched_yield) };

static bool
restrict_calls(struct scop_error *err)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	bool ok = filter != NULL;

	for (size_t i = 0; ok && i < sizeof calls / sizeof calls[0]; i++)
		ok = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0) == 0;
	ok = ok &&
	    seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
		SCMP_A0(SCMP_CMP_EQ, AF_UNIX)) == 0 &&
	    seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
		SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid())) == 0 &&
	    seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1,
		SCMP_A0(SCMP_CMP_EQ, PR_SET_SECCOMP)) == 0 &&
	    seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 1,
		SCMP_A0(SCMP_CMP_EQ, PR_SET_NO_NEW_PRIVS)) == 0 &&
	    seccomp_load(filter) == 0;
	seccomp_release(filter);
	return ok ? true : scop_error_set(err, "the system-call filter cannot be set");
}

bool
scop_sandbox_enter(const struct scop_sandbox *sandbox, struct scop_error *err)
{
	return drop_rights(sandbox, err) && restrict_files(sandbox, err) && restrict_calls(err);
}

bool
scop_sandbox_seal(struct scop_error *err)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	bool ok = filter != NULL;

	ok = ok &&
	    seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(mmap), 1,
		SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC)) == 0 &&
	    seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(mprotect), 1,
		SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC)) == 0 &&
	    seccomp_load(filter) == 0;
	seccomp_release(filter);
	return ok ? true : scop_error_set(err, "executable memory cannot be refused");
}
