/* SPDX-License-Identifier: MIT */
#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "filter.h"
#include "supervisor.h"

/* How long after the last program's end its connections may take to deliver their last octets,
 * and how long the peers' FINs are awaited. */
enum { LINGER_US = 5 * 1000 * 1000, FINS_US = 250 * 1000 };

struct launch {
	struct supervisor supervisor;
	struct host host;
	struct watch signals, lab;
	int signals_fd;
	sigset_t mask;       /* the caller's, which the program gets */
	struct rlimit files; /* likewise */
	pid_t program;
	bool has_exited;
	int status; /* wait()'s */
};

/* What the child tells: its listener's number, then, if exec fails, why. */
struct tidings {
	int listener; /* or -errno */
	int exec_error;
};

static int fail(const char *what, int error)
{
	fprintf(stderr, "tenon: cannot run: %s: %s\n", what, strerror(error));
	return RUN_FAILED;
}

/* The child. Between the filter and the answer of the parent, only read and write are safe. */
static void become_program(const struct launch *l, char **program, int channel)
{
	struct tidings tidings = { .listener = 0 };
	char go;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigprocmask(SIG_SETMASK, &l->mask, NULL);
	setrlimit(RLIMIT_NOFILE, &l->files);
	tidings.listener = filter_install();
	if (write(channel, &tidings, sizeof tidings) != sizeof tidings ||
	    read(channel, &go, 1) != 1)
		_exit(RUN_FAILED);
	close(tidings.listener);
	execvp(program[0], program);
	tidings.exec_error = errno;
	(void)!write(channel, &tidings, sizeof tidings);
	_exit(tidings.exec_error == ENOENT ? RUN_NOT_FOUND : RUN_NOT_EXECUTABLE);
}

/* Takes the child's listener and lets the child go on; 0 or RUN_FAILED. */
static int take_listener(struct launch *l, int channel)
{
	struct supervisor *v = &l->supervisor;
	struct tidings tidings;
	int error;

	if (read(channel, &tidings, sizeof tidings) != sizeof tidings)
		return fail("the program's process ended early", ECHILD);
	if (tidings.listener == -EBUSY)
		return fail("this process is supervised by seccomp already (tenon in tenon, a "
			    "container engine)",
			    EBUSY);
	if (tidings.listener < 0)
		return fail("seccomp filter", -tidings.listener);
	error = notifier_open(&v->notifier, l->program, tidings.listener);
	if (error != 0)
		return fail("pidfd_getfd", -error);
	error = supervisor_serve(v);
	if (error != 0)
		return fail("epoll", -error);
	return write(channel, "", 1) == 1 ? 0 : RUN_FAILED;
}

/* 0, or the status for a program that could not be executed. Success is the channel's end. */
static int await_exec(struct launch *l, char **program, int channel)
{
	struct tidings tidings = { .exec_error = 0 };
	ssize_t n = read(channel, &tidings, sizeof tidings);

	if (n != sizeof tidings)
		return 0;
	waitpid(l->program, NULL, 0);
	fprintf(stderr, "tenon: cannot run %s: %s\n", program[0], strerror(tidings.exec_error));
	return tidings.exec_error == ENOENT ? RUN_NOT_FOUND : RUN_NOT_EXECUTABLE;
}

static int start(struct launch *l, char **program)
{
	int channel[2], status;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) != 0)
		return fail("socketpair", errno);
	l->program = fork();
	if (l->program < 0)
		return fail("fork", errno);
	if (l->program == 0) {
		close(channel[0]);
		become_program(l, program, channel[1]);
	}
	close(channel[1]);
	status = take_listener(l, channel[0]);
	if (status == 0)
		status = await_exec(l, program, channel[0]);
	close(channel[0]);
	return status;
}

/* A shell must see the job stop when the program stops. */
static void note_child(struct launch *l, pid_t pid, int status)
{
	if (pid != l->program)
		return;
	if (WIFSTOPPED(status)) {
		raise(SIGSTOP);
		return;
	}
	l->has_exited = true;
	l->status = status;
}

static void signals_ready(void *launch, uint32_t events)
{
	struct launch *l = launch;
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	(void)events;
	while (read(l->signals_fd, &info, sizeof info) == sizeof info) {
		/* From the terminal, the program has got it as well. */
		if (info.ssi_signo != SIGCHLD && info.ssi_code != SI_KERNEL && !l->has_exited)
			kill(l->program, (int)info.ssi_signo);
	}
	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0)
		note_child(l, pid, status);
}

/* Signals that others may send, or the terminal, and that mean the program. */
static int watch_signals(struct launch *l)
{
	static const int passed_on[] = { SIGCHLD, SIGINT,  SIGTERM, SIGHUP,   SIGQUIT, SIGUSR1,
					 SIGUSR2, SIGTSTP, SIGCONT, SIGWINCH, SIGALRM };
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < sizeof passed_on / sizeof passed_on[0]; i++)
		sigaddset(&set, passed_on[i]);
	if (sigprocmask(SIG_BLOCK, &set, &l->mask) != 0)
		return -errno;
	l->signals_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	l->signals = (struct watch){ signals_ready, l };
	if (l->signals_fd < 0)
		return -errno;
	return supervisor_watch(&l->supervisor, l->signals_fd, EPOLLIN, &l->signals);
}

/* The supervisor holds a descriptor per socket. */
static void raise_file_limit(struct launch *l)
{
	struct rlimit most;

	getrlimit(RLIMIT_NOFILE, &l->files);
	most = (struct rlimit){ l->files.rlim_max, l->files.rlim_max };
	setrlimit(RLIMIT_NOFILE, &most);
}

static int prepare(struct launch *l, const struct run_plan *plan)
{
	int error;

	if (!host_open(&l->host, &plan->host))
		return RUN_FAILED;
	error = supervisor_open(&l->supervisor, &l->host);
	if (error != 0) {
		host_close(&l->host);
		return fail("supervisor", -error);
	}
	l->supervisor.is_explaining = plan->is_explaining;
	raise_file_limit(l);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	error = watch_signals(l);
	l->lab = (struct watch){ lab_link_ready, &l->host.lab };
	if (error == 0 && l->host.lab.fd >= 0)
		error = supervisor_watch(&l->supervisor, l->host.lab.fd, EPOLLIN, &l->lab);
	return error == 0 ? 0 : fail("signals and links", -error);
}

/* Readers of the program's output must see its end when the program ends. */
static void let_go_of_terminal(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return;
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	close(null);
}

static void serve(struct launch *l)
{
	struct supervisor *v = &l->supervisor;
	uint64_t end;

	while (!v->has_ended || !l->has_exited)
		supervisor_turn(v, TENON_NEVER);
	end = supervisor_now() + LINGER_US;
	while ((v->attached_count > 0 || l->host.closing > 0) && supervisor_now() < end)
		supervisor_turn(v, end);
	end = supervisor_now() + FINS_US;
	while (l->host.half_closed > 0 && supervisor_now() < end)
		supervisor_turn(v, end);
}

static int exit_status(int status)
{
	return WIFSIGNALED(status) ? RUN_SIGNALED + WTERMSIG(status) : WEXITSTATUS(status);
}

int run(const struct run_plan *plan)
{
	struct launch *l;
	const char *missing;
	int status;

	if (!filter_knows_architecture()) {
		fprintf(stderr, "tenon: run works on x86-64 only so far\n");
		return RUN_FAILED;
	}
	missing = filter_missing();
	if (missing != NULL) {
		fprintf(stderr, "tenon: this kernel lacks %s, which run needs\n", missing);
		return RUN_FAILED;
	}
	l = calloc(1, sizeof *l);
	if (l == NULL)
		return fail("memory", ENOMEM);
	status = prepare(l, plan);
	if (status == 0)
		status = start(l, plan->program);
	if (status == 0) {
		let_go_of_terminal();
		serve(l);
		status = exit_status(l->status);
	}
	if (l->supervisor.stack != NULL) {
		supervisor_close(&l->supervisor);
		host_close(&l->host);
	}
	free(l);
	return status;
}
