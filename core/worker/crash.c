/* SPDX-License-Identifier: EUPL-1.2 */
/* The crash handler, limited to async-signal-safe calls: see crash.h and signal-safety(7). Beyond
 * that list it calls backtrace(3), whose library is loaded in advance; if that fails or hangs, the
 * signal or the time limit still ends the process. */
#include "worker/crash.h"

#include <execinfo.h>
#include <link.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/log.h"
#include "process/channel.h"

enum {
	STACK_BYTES = 128 << 10,
	UNWOUND_MAX = 64,
	LOOKS = 400, /* whether it was explained */
	LOOK_NANOSECONDS = 5000000
};

static struct scop_crash_watch watched;
static uintptr_t module_base, module_end; /* as loaded in memory */

struct search {
	uintptr_t wanted;
};

static int
find_module(struct dl_phdr_info *info, size_t size, void *context)
{
	const struct search *search = context;
	uintptr_t end = 0;

	(void)size;
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &info->dlpi_phdr[i];

		if (part->p_type == PT_LOAD && part->p_vaddr + part->p_memsz > end)
			end = part->p_vaddr + part->p_memsz;
	}
	if (search->wanted < info->dlpi_addr || search->wanted >= info->dlpi_addr + end)
		return 0;
	module_base = info->dlpi_addr;
	module_end = info->dlpi_addr + end;
	return 1;
}

/* A return address may belong to the next line already: the byte before it is the call's. */
static void
note_frame(struct scop_crash *crash, uintptr_t at, uintptr_t fault)
{
	if (at < module_base || at >= module_end || crash->count == SCOP_CRASH_FRAMES)
		return;
	const uint64_t offset = at - module_base - (at == fault ? 0 : 1);

	/* a recursion would fill the list with one line */
	if (crash->count == 0 || crash->at[crash->count - 1] != offset)
		crash->at[crash->count++] = offset;
}

static void
note_frames(struct scop_crash *crash, uintptr_t fault)
{
	void *frames[UNWOUND_MAX];

	/* first, because the stack itself may be broken */
	note_frame(crash, fault, fault);
	const uint32_t known = crash->count;
	const int count = backtrace(frames, UNWOUND_MAX);

	crash->count = 0;
	for (int i = 0; i < count; i++)
		note_frame(crash, (uintptr_t)frames[i], fault);
	if (crash->count == 0)
		crash->count = known;
}

/* A call of an invalid function pointer leaves only the return address to unwind from, on top of
 * the stack. */
static void
note_caller(struct scop_crash *crash, const ucontext_t *context)
{
	const uintptr_t *top = (const uintptr_t *)context->uc_mcontext.gregs[REG_RSP];

	if (crash->count == 0 && top)
		note_frame(crash, *top, 0);
}

static void
on_crash(int number, siginfo_t *info, void *context)
{
	struct scop_crash *crash = watched.crash;

	(void)info;
	crash->count = 0;
	atomic_store(&crash->explained, 0);
	note_frames(crash, (uintptr_t)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP]);
	note_caller(crash, context);
	atomic_store(&crash->signal, number);
	if (watched.wait &&
	    send(watched.channel, &(char){ SCOP_CHANNEL_SUPERVISOR }, 1,
		MSG_DONTWAIT | MSG_NOSIGNAL) == 1)
		for (int i = 0; i < LOOKS && !atomic_load(&crash->explained); i++)
			nanosleep(&(struct timespec){ 0, LOOK_NANOSECONDS }, NULL);
	signal(number, SIG_DFL);
	raise(number); /* delivered when this handler returns */
}

void
scop_crash_watch(const struct scop_crash_watch *watch)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
	struct sigaction action = { .sa_sigaction = on_crash, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	void *stack =
	    mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	watched = *watch;
	/* an endless recursion leaves no room on its own stack */
	if (!dl_iterate_phdr(find_module, &(struct search){ (uintptr_t)watch->module }) ||
	    stack == MAP_FAILED ||
	    sigaltstack(&(stack_t){ .ss_sp = stack, .ss_size = STACK_BYTES }, NULL) != 0) {
		scop_log_line(SCOP_LOG_WARNING, "a crash of this worker will not be explained");
		return;
	}
	sigfillset(&action.sa_mask);
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
		sigaction(signals[i], &action, NULL);
}
