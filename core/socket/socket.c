/* SPDX-License-Identifier: MIT */
#include "socket/socket.h"

#include "ip/ip_filter.h"

size_t sockets_need(const struct tenon_limits *limits)
{
	return arena_sum(pool_need(limits->sockets, sizeof(struct tenon_socket)),
			 pool_need(limits->causes, sizeof(struct kept_cause)));
}

void sockets_init(struct sockets *all, struct arena *arena, const struct tenon_limits *limits)
{
	pool_init(&all->pool, arena, limits->sockets, sizeof(struct tenon_socket), false);
	pool_init(&all->causes, arena, limits->causes, sizeof(struct kept_cause), false);
	list_init(&all->news);
	list_init(&all->kept);
}

void sockets_settle(struct sockets *all)
{
	const struct tenon_transport *const *transports = all->config->transports;
	size_t i;

	for (i = 0; transports[i] != NULL; i++) {
		transports[i]->kind->collect(all->transports[i]);
		transports[i]->settle(all->transports[i]);
	}
}

static bool family_is_configured(const struct ip *ip, enum tenon_ip_version version)
{
	return (version == TENON_IP_V4 ? ip->v4 : ip->v6) != NULL;
}

static enum tenon_result out_of_sockets(struct sockets *all)
{
	struct tenon_cause *cause =
		trace_cause(all->trace, TENON_NO_SOCKET_LEFT, TENON_CAUSE_TABLE);

	cause->detail.table.name = "sockets";
	cause->detail.table.size = all->pool.limit;
	return TENON_NO_SOCKET_LEFT;
}

enum tenon_result socket_open_as(struct sockets *all, const struct socket_opening *as,
				 struct tenon_socket **out)
{
	struct tenon_socket *s = pool_take(&all->pool);
	enum tenon_result result;

	if (s == NULL)
		return out_of_sockets(all);
	*s = (struct tenon_socket){
		.kind = as->kind,
		.sockets = all,
		.transport = all->transports[as->transport],
		.version = as->version,
		.linger_s = -1,
	};
	list_node_init(&s->news);
	result = s->kind->open(s);
	if (result != TENON_OK) {
		pool_give(&all->pool, s);
		return result;
	}
	*out = s;
	return TENON_OK;
}

enum tenon_result socket_open(struct sockets *all, enum tenon_ip_version version,
			      enum tenon_socket_kind kind, struct tenon_socket **out)
{
	const struct tenon_transport *const *transports = all->config->transports;
	struct socket_opening as = { .version = (uint8_t)version };
	size_t i = 0;

	if (!family_is_configured(all->ip, version))
		return TENON_FAMILY_ABSENT;
	while (transports[i] != NULL && transports[i]->kind->kind != kind)
		i++;
	if (transports[i] == NULL)
		return TENON_KIND_ABSENT;
	as.transport = i;
	as.kind = transports[i]->kind;
	return socket_open_as(all, &as, out);
}

static size_t transport_of(const struct tenon_socket *s)
{
	size_t i = 0;

	while (s->sockets->transports[i] != s->transport)
		i++;
	return i;
}

enum tenon_result socket_open_like(const struct tenon_socket *s, struct tenon_socket **out)
{
	const struct socket_opening as = { transport_of(s), s->kind, s->version };

	return socket_open_as(s->sockets, &as, out);
}

static void forget_cause(struct tenon_socket *s)
{
	if (s->cause == NULL)
		return;
	list_remove(&s->cause->node);
	pool_give(&s->sockets->causes, s->cause);
	s->cause = NULL;
}

void tenon_close(struct tenon_socket *s)
{
	struct sockets *all = s->sockets;

	s->kind->close(s);
	forget_cause(s);
	list_remove(&s->news);
	pool_give(&all->pool, s);
	sockets_settle(all);
}

void socket_mark(struct tenon_socket *s, unsigned what)
{
	s->what |= (uint16_t)what;
	if (s->what != 0 && !list_has(&s->news))
		list_append(&s->sockets->news, &s->news);
}

struct tenon_socket *socket_news(struct sockets *all, unsigned *what)
{
	struct list_node *n = list_take_first(&all->news);
	struct tenon_socket *s;

	if (n == NULL)
		return NULL;
	s = container_of(n, struct tenon_socket, news);
	*what = s->what;
	s->what = 0;
	return s;
}

static struct kept_cause *room_for_cause(struct sockets *all)
{
	struct kept_cause *kept = pool_take(&all->causes);
	struct list_node *oldest;

	if (kept != NULL)
		return kept;
	oldest = list_take_first(&all->kept);
	if (oldest == NULL)
		return NULL;
	kept = container_of(oldest, struct kept_cause, node);
	kept->owner->cause = NULL;
	return kept;
}

static void keep_cause(struct tenon_socket *s, const struct tenon_cause *cause)
{
	struct kept_cause *kept;

	forget_cause(s);
	kept = room_for_cause(s->sockets);
	if (kept == NULL)
		return;
	kept->owner = s;
	kept->cause = *cause;
	list_append(&s->sockets->kept, &kept->node);
	s->cause = kept;
}

bool tenon_cause(const struct tenon_socket *s, struct tenon_cause *out)
{
	if (s->cause == NULL)
		return false;
	*out = s->cause->cause;
	return true;
}

void socket_fail(struct tenon_socket *s, const struct tenon_cause *cause)
{
	s->error = (uint8_t)cause->result;
	keep_cause(s, cause);
	trace_failure(s->sockets->trace, cause);
	socket_mark(s, TENON_ERROR);
}

void socket_begin(struct tenon_socket *s)
{
	s->sockets->trace->cause.result = TENON_OK; /* no failure's */
}

static bool is_failure(enum tenon_result result)
{
	return result != TENON_OK && result != TENON_WOULD_BLOCK &&
	       result != TENON_CONNECT_STARTED && result != TENON_CONNECT_PENDING;
}

static bool endpoint_is_unset(const struct tenon_endpoint *e)
{
	return e->port == 0 && tenon_ip_is_any(&e->ip);
}

enum tenon_result socket_refuse(struct tenon_socket *s, enum tenon_result result)
{
	struct trace *trace = s->sockets->trace;
	struct tenon_cause *cause = &trace->cause;

	if (!is_failure(result))
		return result;
	if (cause->result != result) {
		/* An error that was pending: its cause was kept when it came. */
		if (s->cause != NULL && s->cause->cause.result == result)
			return result;
		cause = trace_cause(trace, result, TENON_CAUSE_NONE);
	}
	if (endpoint_is_unset(&cause->local))
		s->kind->local(s, &cause->local);
	if (endpoint_is_unset(&cause->peer))
		(void)s->kind->peer(s, &cause->peer);
	keep_cause(s, cause);
	if (cause->kind != TENON_CAUSE_NONE)
		trace_failure(trace, cause);
	return result;
}

enum tenon_result socket_end(struct tenon_socket *s, enum tenon_result result)
{
	socket_refuse(s, result);
	sockets_settle(s->sockets);
	return result;
}

enum tenon_result tenon_take_error(struct tenon_socket *s)
{
	enum tenon_result error = (enum tenon_result)s->error;

	s->error = TENON_OK;
	return error;
}

void tenon_set_user(struct tenon_socket *s, void *user)
{
	s->user = user;
}

void *tenon_user(const struct tenon_socket *s)
{
	return s->user;
}

struct tenon *tenon_stack_of(const struct tenon_socket *s)
{
	return s->sockets->stack;
}

enum tenon_ip_version tenon_version_of(const struct tenon_socket *s)
{
	return (enum tenon_ip_version)s->version;
}

enum tenon_socket_kind tenon_kind_of(const struct tenon_socket *s)
{
	return s->kind->kind;
}

enum tenon_result socket_check_family(const struct tenon_socket *s, const struct tenon_ip *ip)
{
	enum tenon_ip_version version = tenon_ip_version(ip);

	if (s->version == 0)
		return TENON_FAMILY_MISMATCH;
	if (!family_is_configured(s->sockets->ip, version))
		return TENON_FAMILY_ABSENT;
	if (version == s->version)
		return TENON_OK;
	if (version == TENON_IP_V6 || (s->flags & SOCKET_V6_ONLY) != 0)
		return TENON_FAMILY_MISMATCH;
	return TENON_OK;
}

static uint8_t protocol_of(const struct tenon_socket *s)
{
	return s->sockets->config->transports[transport_of(s)]->protocol;
}

enum tenon_result socket_check_call(const struct tenon_socket *s, unsigned call,
				    const struct tenon_endpoint *endpoint)
{
	struct ip *ip = s->sockets->ip;
	struct ip_call asked = { .link = s->link, .call = (uint8_t)call };

	if (ip->filter == NULL)
		return TENON_OK;
	asked.protocol = protocol_of(s);
	if (call == TENON_FILTER_BIND) {
		asked.local = *endpoint;
	} else {
		s->kind->local(s, &asked.local);
		asked.peer = endpoint;
	}
	return ip->filter->allows(ip, &asked) ? TENON_OK : TENON_DENIED;
}
