/* SPDX-License-Identifier: MIT */
/* The order of connect()'s answers, over a transport whose state the test sets. */
#include "test.h"

#include <stdlib.h>

#include "socket/socket.h"

/* The one connection that the transport has. */
static struct {
	unsigned ready;
	enum tenon_result answer; /* to connect() */
	unsigned attempts, undone;
	enum tenon_result failure; /* to be collected */
	struct tenon_socket *socket;
} fake;

static enum tenon_result fake_open(struct tenon_socket *s)
{
	fake.socket = s;
	fake.ready = TENON_CLOSED;
	return TENON_OK;
}

static void fake_close(struct tenon_socket *s)
{
	(void)s;
}

static enum tenon_result fake_bind(struct tenon_socket *s, const struct tenon_endpoint *to)
{
	s->local = *to;
	return TENON_OK;
}

static enum tenon_result fake_connect(struct tenon_socket *s, const struct tenon_endpoint *to)
{
	(void)s;
	(void)to;
	fake.attempts++;
	if (fake.answer == TENON_CONNECT_STARTED)
		fake.ready = TENON_CONNECTING;
	return fake.answer;
}

static enum tenon_result fake_disconnect(struct tenon_socket *s)
{
	s->flags &= (uint8_t)~SOCKET_IS_LISTENER;
	fake.ready = TENON_CLOSED;
	fake.undone++;
	return TENON_OK;
}

static enum tenon_result fake_listen(struct tenon_socket *s, unsigned backlog)
{
	(void)backlog;
	s->flags |= SOCKET_IS_LISTENER;
	fake.ready = TENON_LISTENING;
	return TENON_OK;
}

static enum tenon_result fake_accept(struct tenon_socket *s, struct tenon_socket *fresh)
{
	(void)s;
	(void)fresh;
	return TENON_OK;
}

static enum tenon_result fake_shutdown(struct tenon_socket *s, unsigned directions)
{
	(void)s;
	(void)directions;
	return TENON_OK;
}

static bool fake_is_bound(const struct tenon_socket *s)
{
	return s->local.port != 0;
}

static void fake_local(const struct tenon_socket *s, struct tenon_endpoint *out)
{
	*out = s->local;
}

static enum tenon_result fake_peer(const struct tenon_socket *s, struct tenon_endpoint *out)
{
	(void)s;
	(void)out;
	return TENON_NOT_CONNECTED;
}

static unsigned fake_readiness(const struct tenon_socket *s)
{
	(void)s;
	return fake.ready;
}

static void fake_collect(void *self)
{
	(void)self;
	if (fake.failure != TENON_OK)
		socket_fail(fake.socket, &(struct tenon_cause){ .result = fake.failure,
								.kind = TENON_CAUSE_SEGMENT });
	fake.failure = TENON_OK;
}

static const struct socket_kind fake_kind = {
	.kind = TENON_STREAM,
	.open = fake_open,
	.close = fake_close,
	.bind = fake_bind,
	.connect = fake_connect,
	.disconnect = fake_disconnect,
	.listen = fake_listen,
	.accept = fake_accept,
	.shutdown = fake_shutdown,
	.is_bound = fake_is_bound,
	.local = fake_local,
	.peer = fake_peer,
	.readiness = fake_readiness,
	.collect = fake_collect,
};

static size_t needs_nothing(const struct tenon_config *config)
{
	(void)config;
	return 0;
}

static uint32_t no_timers(const struct tenon_config *config)
{
	(void)config;
	return 0;
}

static void *make(struct arena *arena, struct ip *ip, struct pages *pages,
		  const struct tenon_config *config)
{
	(void)arena;
	(void)ip;
	(void)pages;
	(void)config;
	return &fake;
}

static void settle(void *self)
{
	(void)self;
}

static const struct tenon_transport fake_transport = {
	.protocol = 253,
	.need = needs_nothing,
	.timers = no_timers,
	.init = make,
	.settle = settle,
	.kind = &fake_kind,
};

struct fixture {
	void *memory;
	struct tenon *t;
	struct tenon_socket *s;
	struct tenon_endpoint to;
};

static const uint8_t seed[16];

static struct fixture begin(void)
{
	static const struct tenon_family_module *const families[] = { &tenon_ipv4, &tenon_ipv6,
								      NULL };
	static const struct tenon_transport *const transports[] = { &fake_transport, NULL };
	struct tenon_config config;
	struct fixture x = { .to = { .ip = tenon_ip4(127, 0, 0, 1), .port = 80 } };

	tenon_config_linux(&config);
	config.families = families;
	config.transports = transports;
	config.limits.pages = 16;
	x.memory = aligned_alloc(16, tenon_size(&config));
	assert_non_null(x.memory);
	x.t = tenon_init(x.memory, tenon_size(&config), &config, seed, 0);
	assert_non_null(x.t);
	fake.attempts = fake.undone = 0;
	fake.answer = TENON_CONNECT_STARTED;
	fake.failure = TENON_OK;
	assert_int_equal(tenon_open(x.t, TENON_IP_V4, TENON_STREAM, &x.s), TENON_OK);
	return x;
}

static void end(struct fixture *x)
{
	tenon_close(x->s);
	free(x->memory);
}

static void fails(struct fixture *x, enum tenon_result how)
{
	fake.ready = TENON_CLOSED | TENON_READABLE | TENON_WRITABLE;
	fake.failure = how;
	(void)tenon_input(x->t, 99, "", 0, 0); /* any entry collects */
}

#define assert_connect(x, result)                                                                  \
	assert_string_equal(tenon_result_name(tenon_connect((x).s, &(x).to)), #result)
#define assert_outcome(x, result)                                                                  \
	assert_string_equal(tenon_result_name(tenon_connect_outcome((x).s)), #result)

/* LX-07 LX-14 LX-22: started, pending, collected once as OK, connected. */
TEST(a_success_is_collected_once)
{
	struct fixture x = begin();

	assert_outcome(x, NOT_CONNECTED);
	assert_connect(x, CONNECT_STARTED);
	assert_connect(x, CONNECT_PENDING);
	assert_outcome(x, CONNECT_PENDING);
	fake.ready = TENON_WRITABLE;
	assert_connect(x, OK);
	assert_connect(x, ALREADY_CONNECTED);
	assert_outcome(x, OK);
	assert_int_equal(fake.attempts, 1);
	end(&x);
}

/* LX-07, the other dialects: connected is connected. */
TEST(a_success_need_not_be_collected)
{
	struct fixture x = begin();

	tenon_behavior(x.t)->success_is_collected = false;
	assert_connect(x, CONNECT_STARTED);
	fake.ready = TENON_WRITABLE;
	assert_connect(x, ALREADY_CONNECTED);
	end(&x);
}

TEST(a_blocking_call_collects_its_success)
{
	struct fixture x = begin();

	assert_connect(x, CONNECT_STARTED);
	fake.ready = TENON_WRITABLE;
	assert_outcome(x, OK);
	assert_connect(x, ALREADY_CONNECTED);
	end(&x);
}

/* LX-30: a retry after a failure gives the unread error once; then a new attempt begins. */
TEST(an_unread_failure_is_given_once)
{
	struct fixture x = begin();
	struct tenon_cause cause;

	assert_connect(x, CONNECT_STARTED);
	fails(&x, TENON_PEER_REFUSED);
	assert_connect(x, PEER_REFUSED);
	assert_true(tenon_cause(x.s, &cause));
	assert_int_equal(cause.kind, TENON_CAUSE_SEGMENT);
	assert_int_equal(fake.attempts, 1);
	assert_int_equal(fake.undone, 1);
	assert_connect(x, CONNECT_STARTED);
	assert_int_equal(fake.attempts, 2);
	end(&x);
}

/* LX-30: … or EARLIER_ATTEMPT_FAILED if SO_ERROR was read. */
TEST(a_read_failure_is_remembered_once)
{
	struct fixture x = begin();

	assert_connect(x, CONNECT_STARTED);
	fails(&x, TENON_PEER_REFUSED);
	assert_int_equal(tenon_take_error(x.s), TENON_PEER_REFUSED);
	assert_int_equal(tenon_take_error(x.s), TENON_OK);
	assert_connect(x, EARLIER_ATTEMPT_FAILED);
	assert_connect(x, CONNECT_STARTED);
	end(&x);
}

TEST(a_read_failure_need_not_be_remembered)
{
	struct fixture x = begin();

	tenon_behavior(x.t)->failure_is_collected = false;
	assert_connect(x, CONNECT_STARTED);
	fails(&x, TENON_PEER_REFUSED);
	assert_int_equal(tenon_take_error(x.s), TENON_PEER_REFUSED);
	assert_connect(x, CONNECT_STARTED);
	assert_int_equal(fake.attempts, 2);
	end(&x);
}

/* PX-38: a blocking call's failure leaves a socket that can try again. */
TEST(a_blocking_call_collects_its_failure)
{
	struct fixture x = begin();

	assert_connect(x, CONNECT_STARTED);
	fails(&x, TENON_OPEN_TIMED_OUT);
	assert_outcome(x, OPEN_TIMED_OUT);
	assert_connect(x, CONNECT_STARTED);
	end(&x);
}

/* A connection that was reset is still one that was made: Linux's SS_CONNECTED. */
TEST(a_connection_that_ended_stays_connected)
{
	struct fixture x = begin();

	assert_connect(x, CONNECT_STARTED);
	fake.ready = TENON_WRITABLE;
	assert_connect(x, OK);
	fails(&x, TENON_PEER_RESET);
	assert_connect(x, ALREADY_CONNECTED);
	assert_int_equal(tenon_disconnect(x.s), TENON_OK);
	assert_connect(x, CONNECT_STARTED);
	end(&x);
}

/* An attempt that cannot begin leaves its cause and no attempt. */
TEST(a_refused_attempt_can_be_repeated)
{
	struct fixture x = begin();
	struct tenon_cause cause;

	fake.answer = TENON_NO_ROUTE;
	assert_connect(x, NO_ROUTE);
	assert_true(tenon_cause(x.s, &cause));
	assert_int_equal(cause.result, TENON_NO_ROUTE);
	fake.answer = TENON_CONNECT_STARTED;
	assert_connect(x, CONNECT_STARTED);
	end(&x);
}

/* PX-37: a listener does not connect; AF_UNSPEC stops it listening, LX-10. */
TEST(a_listener_does_not_connect)
{
	struct fixture x = begin();
	struct tenon_socket *none;

	assert_int_equal(tenon_accept(x.s, &none), TENON_NOT_LISTENING);
	assert_int_equal(tenon_listen(x.s, 1), TENON_OK);
	assert_int_equal(tenon_accept(x.s, &none), TENON_WOULD_BLOCK);
	assert_connect(x, IS_LISTENING);
	assert_int_equal(tenon_disconnect(x.s), TENON_OK);
	assert_int_equal(tenon_take_error(x.s), TENON_OK);
	assert_connect(x, CONNECT_STARTED);
	assert_int_equal(tenon_listen(x.s, 1), TENON_ALREADY_CONNECTED);
	end(&x);
}

/* LX-25: streams go to one host only. */
TEST(a_stream_goes_to_one_host)
{
	struct fixture x = begin();

	x.to.ip = tenon_ip4(224, 0, 0, 1);
	assert_connect(x, MULTICAST_CONNECTION);
	x.to.ip = tenon_ip4(255, 255, 255, 255);
	assert_connect(x, BROADCAST_CONNECTION);
	assert_int_equal(fake.attempts, 0);
	end(&x);
}

/* LX-31: a connected socket says so before it looks at the address. */
TEST(connected_comes_before_the_address)
{
	struct fixture x = begin();

	assert_connect(x, CONNECT_STARTED);
	fake.ready = TENON_WRITABLE;
	assert_connect(x, OK);
	x.to.ip = (struct tenon_ip){ { 0x20, 1 } };
	assert_connect(x, ALREADY_CONNECTED);
	end(&x);
}

/* Linux's inet_shutdown: an attempt that is shut down is undone. */
TEST(shutting_an_attempt_down_undoes_it)
{
	struct fixture x = begin();

	assert_int_equal(tenon_shutdown(x.s, TENON_SENDING), TENON_NOT_CONNECTED);
	assert_connect(x, CONNECT_STARTED);
	assert_int_equal(tenon_shutdown(x.s, TENON_SENDING), TENON_OK);
	assert_int_equal(fake.undone, 1);
	assert_connect(x, CONNECT_STARTED);
	end(&x);
}
