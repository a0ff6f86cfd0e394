/* SPDX-License-Identifier: MIT */
/* bypass.c - ways past the interception, each of which must be shut.
 *
 * Prints a line for each: what the program got instead of a socket of the kernel's network.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { X32_BIT = 0x40000000, I386_SOCKET = 359, SMC = 43, MPTCP = 262 };

static void say(const char *what, long result)
{
	printf("%s: %s\n", what, result < 0 ? strerrorname_np((int)-result) : "works");
}

static long call(long number, long a, long b, long c)
{
	long result = syscall(number, a, b, c);

	return result < 0 ? -errno : result;
}

/* The kernel's 32-bit entry, from a 64-bit program. */
static long call_i386(long number, long a, long b, long c)
{
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(number), "b"(a), "c"(b), "d"(c)
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
}

int main(void)
{
	char parameters[256] = { 0 };

	say("i386 socket", call_i386(I386_SOCKET, AF_INET, SOCK_STREAM, 0));
	say("x32 socket", call(SYS_socket | X32_BIT, AF_INET, SOCK_STREAM, 0));
	say("io_uring", call(SYS_io_uring_setup, 8, (long)parameters, 0));
	say("packet socket", call(SYS_socket, AF_PACKET, SOCK_DGRAM, 0));
	say("SMC", call(SYS_socket, SMC, SOCK_STREAM, 0));
	say("raw socket", call(SYS_socket, AF_INET, SOCK_RAW, 1));
	say("MPTCP", call(SYS_socket, AF_INET, SOCK_STREAM, MPTCP));
	say("not dumpable", prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
	say("still dumpable", prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1 ? 0 : -EPERM);
	say("and a socket", call(SYS_socket, AF_INET, SOCK_STREAM, 0));
	say("UNIX socket", call(SYS_socket, AF_UNIX, SOCK_STREAM, 0));
	return 0;
}
