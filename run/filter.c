/* SPDX-License-Identifier: MIT */
#include "filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* How a row looks at the call's arguments before it answers `answer`; otherwise the call is
 * allowed. */
enum test {
	TEST_NONE,   /* always */
	TEST_ONE_OF, /* the argument, under mask, is one of values */
	TEST_POINTER /* the argument is not 0 */
};

enum { VALUES_MAX = 4, PROGRAM_MAX = 256, X32_BIT = 0x40000000 };

struct rule {
	int call;
	uint32_t answer;
	enum test test;
	unsigned argument;
	uint32_t mask;
	unsigned count;
	uint32_t values[VALUES_MAX];
};

/* Addresses of an Internet family are ours; packet and SMC sockets would reach the host's network
 * behind our back, and are refused by the supervisor. */
#define OUR_FAMILIES                                                                               \
	.test = TEST_ONE_OF, .mask = UINT32_MAX, .count = 4,                                       \
	.values = { AF_INET, AF_INET6, AF_PACKET, AF_SMC }
#define NOTIFY SECCOMP_RET_USER_NOTIF

/* The most frequent calls first. */
static const struct rule rules[] = {
	{ .call = __NR_read, .answer = SECCOMP_RET_ALLOW },
	{ .call = __NR_write, .answer = SECCOMP_RET_ALLOW },
	{ .call = __NR_recvfrom, .answer = NOTIFY, .test = TEST_POINTER, .argument = 4 },
	{ .call = __NR_sendto, .answer = NOTIFY, .test = TEST_POINTER, .argument = 4 },
	{ .call = __NR_accept4, .answer = NOTIFY },
	{ .call = __NR_socket, .answer = NOTIFY, OUR_FAMILIES },
	{ .call = __NR_connect, .answer = NOTIFY },
	{ .call = __NR_accept, .answer = NOTIFY },
	{ .call = __NR_sendmsg, .answer = NOTIFY },
	{ .call = __NR_recvmsg, .answer = NOTIFY },
	{ .call = __NR_shutdown, .answer = NOTIFY },
	{ .call = __NR_bind, .answer = NOTIFY },
	{ .call = __NR_listen, .answer = NOTIFY },
	{ .call = __NR_getsockname, .answer = NOTIFY },
	{ .call = __NR_getpeername, .answer = NOTIFY },
	{ .call = __NR_setsockopt, .answer = NOTIFY },
	{ .call = __NR_getsockopt, .answer = NOTIFY },
	{ .call = __NR_recvmmsg, .answer = NOTIFY },
	{ .call = __NR_sendmmsg, .answer = NOTIFY },
	/* The requests of sockets and interfaces, SIOC...: 0x89xx. */
	{ .call = __NR_ioctl,
	  .answer = NOTIFY,
	  .test = TEST_ONE_OF,
	  .argument = 1,
	  .mask = 0xffffff00,
	  .count = 1,
	  .values = { 0x8900 } },
	{ .call = __NR_io_uring_setup, .answer = SECCOMP_RET_ERRNO | ENOSYS },
	{ .call = __NR_prctl,
	  .answer = SECCOMP_RET_ERRNO,
	  .test = TEST_ONE_OF,
	  .argument = 0,
	  .mask = UINT32_MAX,
	  .count = 1,
	  .values = { PR_SET_DUMPABLE } },
};

struct assembler {
	struct sock_filter code[PROGRAM_MAX];
	unsigned short len;
};

static void emit(struct assembler *a, uint16_t code, uint32_t k)
{
	a->code[a->len++] = (struct sock_filter)BPF_STMT(code, k);
}

/* Skips yes or no instructions. */
static void emit_if(struct assembler *a, uint16_t test, uint32_t k, unsigned yes, unsigned no)
{
	a->code[a->len++] =
		(struct sock_filter)BPF_JUMP(BPF_JMP | test | BPF_K, k, (uint8_t)yes, (uint8_t)no);
}

static uint32_t argument_offset(unsigned argument, bool high)
{
	return (uint32_t)(offsetof(struct seccomp_data, args) + argument * sizeof(uint64_t) +
			  (high ? sizeof(uint32_t) : 0));
}

/* What follows a match of the call's number; always ends in a return. */
static void emit_answer(struct assembler *a, const struct rule *r)
{
	unsigned i;

	switch (r->test) {
	case TEST_NONE:
		break;
	case TEST_ONE_OF:
		emit(a, BPF_LD | BPF_W | BPF_ABS, argument_offset(r->argument, false));
		emit(a, BPF_ALU | BPF_AND | BPF_K, r->mask);
		for (i = 0; i < r->count; i++)
			emit_if(a, BPF_JEQ, r->values[i], r->count - i, 0);
		emit(a, BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
		break;
	case TEST_POINTER:
		emit(a, BPF_LD | BPF_W | BPF_ABS, argument_offset(r->argument, false));
		emit_if(a, BPF_JEQ, 0, 0, 3);
		emit(a, BPF_LD | BPF_W | BPF_ABS, argument_offset(r->argument, true));
		emit_if(a, BPF_JEQ, 0, 0, 1);
		emit(a, BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
		break;
	}
	emit(a, BPF_RET | BPF_K, r->answer);
}

static void assemble(struct assembler *a)
{
	unsigned short test;
	size_t i;

	a->len = 0;
	emit(a, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
	emit_if(a, BPF_JEQ, AUDIT_ARCH_X86_64, 1, 0);
	emit(a, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);
	emit(a, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	emit_if(a, BPF_JGE, X32_BIT, 0, 1);
	emit(a, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);
	for (i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		test = a->len;
		emit_if(a, BPF_JEQ, (uint32_t)rules[i].call, 0, 0);
		emit_answer(a, &rules[i]);
		a->code[test].jf = (uint8_t)(a->len - test - 1);
	}
	emit(a, BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
}

bool filter_knows_architecture(void)
{
#ifdef __x86_64__
	return sizeof(void *) == sizeof(uint64_t);
#else
	return 0;
#endif
}

int filter_install(void)
{
	static struct assembler a;
	struct sock_fprog program;
	long listener;

	assemble(&a);
	program = (struct sock_fprog){ .len = a.len, .filter = a.code };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return -errno;
	listener =
		syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER,
			SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
			&program);
	return listener < 0 ? -errno : (int)listener;
}

const char *filter_missing(void)
{
	uint32_t action = SECCOMP_RET_USER_NOTIF;
	unsigned long flags =
		SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;

	if (syscall(__NR_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) != 0)
		return "seccomp user notification (CONFIG_SECCOMP_FILTER, Linux 5.0)";
	/* Flags are judged before the program is read, and NULL is never a program. */
	if (syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, flags, NULL) != 0 && errno != EFAULT)
		return "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (Linux 5.19)";
	return NULL;
}
