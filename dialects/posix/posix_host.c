/* SPDX-License-Identifier: MIT */
#include "dialects/posix/posix_host.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "dialects/posix/posix_file.h"

enum { MEMORY_ALIGNMENT = 16 };

static pthread_mutex_t hosts_lock = PTHREAD_MUTEX_INITIALIZER;
static struct tenon_posix_host *hosts, *chosen_everywhere;
static _Thread_local struct tenon_posix_host *chosen_here;

void posix_hosts_lock(void)
{
	pthread_mutex_lock(&hosts_lock);
}

void posix_hosts_unlock(void)
{
	pthread_mutex_unlock(&hosts_lock);
}

void posix_hosts_forget(void)
{
	hosts = NULL;
	chosen_everywhere = NULL;
	chosen_here = NULL;
}

struct tenon_posix_host *posix_host_chosen(void)
{
	return chosen_here ? chosen_here : chosen_everywhere;
}

void posix_hosts_of(const struct tenon_port *port, void (*call)(struct tenon_posix_host *))
{
	struct tenon_posix_host *host;

	posix_hosts_lock();
	for (host = hosts; host; host = host->next)
		if (host->port == port)
			call(host);
	posix_hosts_unlock();
}

/* Where the letter of a manual is another behavior than Linux's, not only another name for it: one
 * success, one failure is told once (LX-07), seven SYNs in 127 s (LX-16), a four-tuple in use is in
 * use for datagrams too (LX-18); a rule that keeps a SYN back refuses the call (LX-26). */
static void behave(struct tenon_behavior *behavior, enum tenon_posix_dialect dialect)
{
	if (dialect == TENON_POSIX_LINUX)
		return;
	behavior->success_is_collected = false;
	behavior->failure_is_collected = false;
	behavior->syn_linear_timeouts = 0;
	behavior->datagram_tuple_may_repeat = false;
	behavior->filter_ends_attempts = dialect == TENON_POSIX_LINUX_MAN;
}

struct tenon_posix_host *tenon_posix_host_new(struct tenon *stack, struct tenon_port *port,
					      enum tenon_posix_dialect dialect)
{
	struct tenon_posix_host *host = calloc(1, sizeof *host);

	if (!host)
		return NULL;
	host->stack = stack;
	host->port = port;
	host->dialect = dialect;
	behave(tenon_behavior(stack), dialect);
	posix_forks_watch();
	posix_signals_hold(&host->mask);
	port->ops->lock(port);
	port->ops->join(port, stack);
	posix_hosts_lock();
	host->next = hosts;
	hosts = host;
	if (!chosen_everywhere)
		chosen_everywhere = host;
	posix_hosts_unlock();
	port->ops->unlock(port);
	posix_signals_release(&host->mask);
	return host;
}

static const struct tenon_config *usual_config(struct tenon_config *config)
{
	static const struct tenon_family_module *const families[] = { &tenon_ipv4, &tenon_ipv6,
								      NULL };
	static const struct tenon_transport *const transports[] = { &tenon_tcp, &tenon_udp, NULL };
	static const struct tenon_congestion *const congestions[] = { &tenon_newreno, NULL };

	tenon_config_linux(config);
	config->families = families;
	config->transports = transports;
	config->congestions = congestions;
	config->fragments = &tenon_fragments;
	return config;
}

struct tenon_posix_host *tenon_posix_host_make(struct tenon_port *port)
{
	struct tenon_posix_host *host = NULL;
	struct tenon_config config;
	struct tenon *stack = NULL;
	uint8_t seed[16];
	size_t size = tenon_size(usual_config(&config));
	void *memory = aligned_alloc(MEMORY_ALIGNMENT, (size + MEMORY_ALIGNMENT - 1) /
							       MEMORY_ALIGNMENT * MEMORY_ALIGNMENT);

	port->ops->seed(port, seed);
	if (memory)
		stack = tenon_init(memory, size, &config, seed, port->ops->now(port));
	if (stack)
		host = tenon_posix_host_new(stack, port, TENON_POSIX_LINUX);
	if (!host) {
		free(memory);
		return NULL;
	}
	host->memory = memory;
	return host;
}

void tenon_posix_host_free(struct tenon_posix_host *host)
{
	struct tenon_posix_host **link;

	posix_numbers_close_of(host);
	tenon_posix_enter(host);
	posix_hosts_lock();
	for (link = &hosts; *link != host; link = &(*link)->next)
		;
	*link = host->next;
	if (chosen_everywhere == host)
		chosen_everywhere = NULL;
	if (chosen_here == host)
		chosen_here = NULL;
	posix_hosts_unlock();
	host->port->ops->end(host->port, host->stack);
	if (host->memory)
		host->port->ops->part(host->port, host->stack);
	host->port->ops->unlock(host->port);
	posix_signals_release(&host->mask);
	free(host->memory);
	free(host);
}

struct tenon *tenon_posix_enter(struct tenon_posix_host *host)
{
	sigset_t mask;

	posix_signals_hold(&mask);
	host->port->ops->lock(host->port);
	host->mask = mask;
	host->port->ops->begin(host->port, host->stack);
	return host->stack;
}

void tenon_posix_leave(struct tenon_posix_host *host)
{
	sigset_t mask = host->mask;

	host->port->ops->end(host->port, host->stack);
	host->port->ops->unlock(host->port);
	posix_signals_release(&mask);
}

void tenon_posix_use(struct tenon_posix_host *host)
{
	chosen_here = host;
}

void tenon_posix_use_everywhere(struct tenon_posix_host *host)
{
	sigset_t mask;

	posix_signals_hold(&mask);
	posix_hosts_lock();
	chosen_everywhere = host;
	posix_hosts_unlock();
	posix_signals_release(&mask);
}
