/* SPDX-License-Identifier: MIT */
/* socket_tcp.c - the stream kind: sockets over tcp's users.
 *
 * What is pending is given before what the connection says, but after the octets that arrived
 * before it, as Linux does.
 */
#include "tcp/tcp_user.h"

#include "socket/socket.h"
#include "tcp/tcp_arrives.h"
#include "tcp/tcp_congestion.h"
#include "tcp/tcp_listen.h"
#include "tcp/tcp_timeouts.h"

static enum tenon_result open_stream(struct tenon_socket *s)
{
	s->is.tcp = tcp_user_take(s->transport, s, (enum tenon_ip_version)s->version);
	return s->is.tcp != NULL ? TENON_OK : TENON_NO_SOCKET_LEFT;
}

static void close_stream(struct tenon_socket *s)
{
	tcp_user_give(s->is.tcp, s->linger_s == 0);
}

/* What the socket holds of the settings of its connection. */
static void copy_settings(const struct tenon_socket *s)
{
	struct tcp_settings *set = &s->is.tcp->set;
	bool soft_errors = (s->flags & SOCKET_RECEIVE_ERRORS) != 0;

	set->link = s->link;
	set->hop_limit = s->hop_limit;         /* MUST-49 */
	set->traffic_class = s->traffic_class; /* MUST-48 */
	set->v6_only = (s->flags & SOCKET_V6_ONLY) != 0;
	set->no_port = (s->flags & SOCKET_BIND_NO_PORT) != 0;
	set->dont_route = (s->flags & SOCKET_DONT_ROUTE) != 0;
	set->reuse = (s->flags & SOCKET_REUSE_ADDRESS) != 0;
	set->reuse_port = (s->flags & SOCKET_REUSE_PORT) != 0;
	set->flags &= ~(uint32_t)CONN_SOFT_ERRORS;
	set->flags |= soft_errors ? CONN_SOFT_ERRORS : 0U;
}

static enum tenon_result bind_stream(struct tenon_socket *s, const struct tenon_endpoint *at)
{
	return tcp_bind(s->is.tcp, at);
}

static enum tenon_result connect_stream(struct tenon_socket *s, const struct tenon_endpoint *to)
{
	return tcp_open(s->is.tcp, to);
}

static enum tenon_result disconnect_stream(struct tenon_socket *s)
{
	tcp_abort(s->is.tcp);
	s->flags &= (uint8_t)~SOCKET_IS_LISTENER;
	return TENON_OK;
}

static enum tenon_result listen_stream(struct tenon_socket *s, unsigned backlog)
{
	enum tenon_result result = tcp_listen(s->is.tcp, backlog);

	if (result == TENON_OK)
		s->flags |= SOCKET_IS_LISTENER;
	return result;
}

static enum tenon_result accept_stream(struct tenon_socket *listener, struct tenon_socket *fresh)
{
	return tcp_accept(listener->is.tcp, fresh->is.tcp);
}

static enum tenon_result send_stream(struct tenon_socket *s, const struct socket_message *m,
				     size_t *sent)
{
	enum tenon_result error = tenon_take_error(s);

	if (error != TENON_OK)
		return error;
	if ((s->shut & TENON_SENDING) != 0)
		return TENON_SEND_SIDE_CLOSED;
	return tcp_send(s->is.tcp, m->slices, m->count, (m->flags & TENON_MORE) != 0, sent);
}

static enum tenon_result receive_stream(struct tenon_socket *s, const struct tenon_room *rooms,
					unsigned count, unsigned flags, struct tenon_received *out)
{
	struct tcp_reading reading = { rooms, count, (flags & TENON_PEEK) != 0, 0 };
	enum tenon_result result = tcp_receive(s->is.tcp, &reading), error;

	out->len = out->whole_len = reading.len;
	if (reading.len > 0)
		return TENON_OK;
	error = tenon_take_error(s);
	if (error != TENON_OK)
		return error;
	return result == TENON_WOULD_BLOCK && (s->shut & TENON_RECEIVING) != 0 ? TENON_OK : result;
}

static enum tenon_result shut_stream(struct tenon_socket *s, unsigned directions)
{
	enum tenon_result result = TENON_OK;

	if (directions & TENON_RECEIVING)
		result = tcp_close_receiving(s->is.tcp);
	if (result == TENON_OK && (directions & TENON_SENDING))
		result = tcp_close(s->is.tcp);
	return result;
}

static bool is_bound(const struct tenon_socket *s)
{
	const struct tcp_user *u = s->is.tcp;

	return u->port != NULL || (u->conn != NULL && u->conn->port != NULL);
}

static void local_of(const struct tenon_socket *s, struct tenon_endpoint *out)
{
	const struct tcp_user *u = s->is.tcp;

	*out = u->conn != NULL ? tcp_local_of(u->conn) : u->shown;
}

static enum tenon_result peer_of(const struct tenon_socket *s, struct tenon_endpoint *out)
{
	const struct tcp_conn *c = s->is.tcp->conn;

	if (c == NULL || c->state == TCP_CLOSED || c->state == TCP_SYN_SENT ||
	    c->state == TCP_TIME_WAIT)
		return TENON_NOT_CONNECTED;
	*out = tcp_peer_of(c);
	return TENON_OK;
}

static unsigned readiness_of(const struct tenon_socket *s)
{
	return tcp_readiness(s->is.tcp);
}

static size_t waiting_in(const struct tenon_socket *s)
{
	return s->is.tcp->conn != NULL ? s->is.tcp->conn->in.len : 0;
}

static size_t unacknowledged_in(const struct tenon_socket *s)
{
	return s->is.tcp->conn != NULL ? s->is.tcp->conn->out.len : 0;
}

static size_t send_room_of(const struct tenon_socket *s)
{
	return tcp_send_room(s->is.tcp);
}

static uint32_t flag_of(enum tenon_option option)
{
	if (option == TENON_OPTION_NO_DELAY)
		return CONN_NO_DELAY; /* MUST-17 */
	if (option == TENON_OPTION_CORK)
		return CONN_CORK;
	if (option == TENON_OPTION_QUICK_ACK)
		return CONN_QUICK_ACK;
	return option == TENON_OPTION_KEEPALIVE ? CONN_KEEPALIVE : 0U; /* MUST-24 */
}

/* The settings that are numbers, each under its option. False: another kind of option. */
static bool set_number(struct tcp_settings *set, enum tenon_option option, uint32_t value)
{
	if (option == TENON_OPTION_SEND_BYTES)
		set->send_bytes = value > 0 ? value : 1; /* or nothing could ever be sent */
	else if (option == TENON_OPTION_RECEIVE_BYTES)
		set->receive_bytes = value > 0 ? value : 1; /* the same for arrivals */
	else if (option == TENON_OPTION_RECEIVE_LOW)
		set->receive_low = value;
	else if (option == TENON_OPTION_MAX_SEGMENT)
		set->max_segment = (uint16_t)value;
	else if (option == TENON_OPTION_SYN_RETRIES)
		set->syn_retries = (uint8_t)value;
	else if (option == TENON_OPTION_USER_TIMEOUT)
		set->user_timeout_ms = value;
	else if (option == TENON_OPTION_KEEP_IDLE)
		set->keep_idle_s = (uint16_t)value; /* MUST-27 */
	else if (option == TENON_OPTION_KEEP_INTERVAL)
		set->keep_interval_s = (uint16_t)value;
	else if (option == TENON_OPTION_KEEP_COUNT)
		set->keep_count = (uint8_t)value;
	else if (option == TENON_OPTION_LINGER_2)
		set->fin_wait_s = (uint16_t)(value < UINT16_MAX ? value : UINT16_MAX);
	else
		return false;
	return true;
}

static enum tenon_result set_option(struct tenon_socket *s, enum tenon_option option, int value)
{
	struct tcp_settings *set = &s->is.tcp->set;
	uint32_t flag = flag_of(option);
	enum tenon_result result = TENON_OK;

	copy_settings(s);
	if (flag != 0)
		set->flags = value != 0 ? set->flags | flag : set->flags & ~flag;
	else if (!set_number(set, option, value > 0 ? (uint32_t)value : 0))
		result = TENON_UNSUPPORTED;
	tcp_settings_changed(s->is.tcp);
	return result;
}

static bool get_number(const struct tcp_settings *set, enum tenon_option option, uint32_t *value)
{
	if (option == TENON_OPTION_SEND_BYTES)
		*value = set->send_bytes;
	else if (option == TENON_OPTION_RECEIVE_BYTES)
		*value = set->receive_bytes;
	else if (option == TENON_OPTION_RECEIVE_LOW)
		*value = set->receive_low > 0 ? set->receive_low : 1;
	else if (option == TENON_OPTION_MAX_SEGMENT)
		*value = set->max_segment;
	else if (option == TENON_OPTION_SYN_RETRIES)
		*value = set->syn_retries;
	else if (option == TENON_OPTION_USER_TIMEOUT)
		*value = set->user_timeout_ms;
	else if (option == TENON_OPTION_KEEP_IDLE)
		*value = set->keep_idle_s;
	else if (option == TENON_OPTION_KEEP_INTERVAL)
		*value = set->keep_interval_s;
	else if (option == TENON_OPTION_KEEP_COUNT)
		*value = set->keep_count;
	else if (option == TENON_OPTION_LINGER_2)
		*value = set->fin_wait_s;
	else
		return false;
	return true;
}

/* Where nothing was set: what holds instead. */
static uint32_t default_of(const struct tenon_socket *s, enum tenon_option option)
{
	const struct tcp_conn *c = s->is.tcp->conn;
	const struct tenon_behavior *b = s->sockets->behavior;

	if (option == TENON_OPTION_SYN_RETRIES)
		return b->syn_retries;
	if (option == TENON_OPTION_LINGER_2)
		return (uint32_t)(b->fin_wait_2_us / SECOND_US);
	if (option == TENON_OPTION_MAX_SEGMENT && c != NULL)
		return c->window.mss;
	return 0;
}

static enum tenon_result get_option(const struct tenon_socket *s, enum tenon_option option,
				    int *value)
{
	const struct tcp_settings *set = &s->is.tcp->set;
	uint32_t flag = flag_of(option), number = 0;

	if (flag != 0) {
		*value = (set->flags & flag) != 0;
		return TENON_OK;
	}
	if (!get_number(set, option, &number))
		return TENON_UNSUPPORTED;
	*value = (int)(number != 0 ? number : default_of(s, option));
	return TENON_OK;
}

/* The cause of the failure that was just noted is still the trace's; of an older one nothing is
 * known any more. */
static const struct tenon_cause *cause_of(const struct tcp *tcp, const struct tcp_user *u)
{
	const struct tenon_cause *cause = &tcp->trace->cause;
	struct tenon_endpoint local = u->conn != NULL ? tcp_local_of(u->conn) : u->shown;

	if (cause->result == (enum tenon_result)u->failure && cause->local.port == local.port &&
	    tenon_ip_equal(&cause->local.ip, &local.ip))
		return cause;
	cause = trace_cause(tcp->trace, (enum tenon_result)u->failure, TENON_CAUSE_NONE);
	tcp->trace->cause.local = local;
	return cause;
}

static void collect(void *transport)
{
	struct tcp *tcp = transport;
	struct list_node *n;

	while ((n = list_take_first(&tcp->news)) != NULL) {
		struct tcp_user *u = container_of(n, struct tcp_user, news);
		unsigned what = u->what;

		if (u->failure != TENON_OK)
			socket_fail(u->owner, cause_of(tcp, u));
		u->failure = TENON_OK;
		u->what = 0;
		socket_mark(u->owner, what);
	}
}

static const struct socket_kind stream_kind = {
	.kind = TENON_STREAM,
	.open = open_stream,
	.close = close_stream,
	.bind = bind_stream,
	.connect = connect_stream,
	.disconnect = disconnect_stream,
	.listen = listen_stream,
	.accept = accept_stream,
	.send = send_stream,
	.receive = receive_stream,
	.shutdown = shut_stream,
	.is_bound = is_bound,
	.local = local_of,
	.peer = peer_of,
	.readiness = readiness_of,
	.waiting = waiting_in,
	.unacknowledged = unacknowledged_in,
	.send_room = send_room_of,
	.option_set = set_option,
	.option_get = get_option,
	.collect = collect,
};

static void *make(struct arena *arena, struct ip *ip, struct pages *pages,
		  const struct tenon_config *config)
{
	return tcp_init(arena, ip, pages, config);
}

static enum fate arrives(void *self, const struct ip_arrival *arrival)
{
	return tcp_arrives(self, arrival);
}

static bool report(void *self, const struct icmp_report *what)
{
	return tcp_report(self, what);
}

static void expired(void *self, struct timer *timer)
{
	tcp_expired(self, timer);
}

static void settle(void *self)
{
	tcp_settle(self);
}

static bool pool_use(const void *self, unsigned index, struct tenon_pool_use *out)
{
	return tcp_pool_use(self, index, out);
}

const struct tenon_transport tenon_tcp = {
	.protocol = IP_PROTOCOL_TCP,
	.need = tcp_need,
	.timers = tcp_timer_limit,
	.init = make,
	.arrives = arrives,
	.report = report,
	.expired = expired,
	.settle = settle,
	.pool_use = pool_use,
	.kind = &stream_kind,
};

enum tenon_result tenon_tcp_status(const struct tenon_socket *s, struct tenon_tcp_status *out)
{
	if (s->kind != &stream_kind || !tcp_status(s->is.tcp, out))
		return TENON_NOT_CONNECTED;
	return TENON_OK;
}

enum tenon_result tenon_listen_queue(const struct tenon_socket *s, unsigned *waiting,
				     unsigned *backlog)
{
	const struct tcp_listener *l = s->kind == &stream_kind ? s->is.tcp->listener : NULL;

	if (l == NULL)
		return TENON_NOT_LISTENING;
	*waiting = l->waiting_count;
	*backlog = l->backlog;
	return TENON_OK;
}
