/* SPDX-License-Identifier: MIT */
/* What connect() does to a datagram socket: peers, filtering, names, and dissolving them. */
#include "pair.h"

struct trio {
	struct pair *p;
	struct tenon_socket *client, *server, *stranger; /* on a; on b; on b, another port */
	struct tenon_endpoint to_server, to_stranger;
};

static struct tenon_socket *bound(struct tenon *t, const struct family *f, struct tenon_ip ip,
				  uint16_t port)
{
	struct tenon_endpoint local = at(ip, port);
	struct tenon_socket *s;

	assert_result(tenon_open(t, f->version, TENON_DATAGRAM, &s), OK);
	assert_result(tenon_bind(s, &local), OK);
	return s;
}

static struct trio begin(const struct family *f)
{
	struct trio t = { .p = pair_new(&(struct pair_terms){ .is_ethernet = false }) };

	assert_result(tenon_open(t.p->a.stack, f->version, TENON_DATAGRAM, &t.client), OK);
	t.server = bound(t.p->b.stack, f, f->any, 53);
	t.stranger = bound(t.p->b.stack, f, f->any, 54);
	t.to_server = at(f->b, 53);
	t.to_stranger = at(f->b, 54);
	return t;
}

static void end(struct trio *t)
{
	tenon_close(t->client);
	tenon_close(t->server);
	tenon_close(t->stranger);
	pair_end(t->p);
}

static struct tenon_endpoint local_of(struct tenon_socket *s)
{
	struct tenon_endpoint local;

	tenon_local(s, &local);
	return local;
}

static void assert_endpoint(struct tenon_endpoint is, struct tenon_ip ip, uint16_t port)
{
	assert_memory_equal(&is.ip, &ip, sizeof ip);
	assert_int_equal(is.port, port);
}

/* LX-02 PX-02 PX-03: the address becomes the destination of send(), and no packet leaves. */
BOTH(connect_chooses_the_destination_and_sends_nothing)
{
	struct trio t = begin(f);
	struct tenon_endpoint from, local;

	t.p->a.sent = 0;
	assert_result(tenon_connect(t.client, &t.to_server), OK);
	pair_run(t.p);
	assert_int_equal(t.p->a.sent, 0);

	assert_result(say(t.client, NULL, "hello"), OK);
	pair_run(t.p);
	hears(t.server, "hello", &from);
	local = local_of(t.client);
	assert_endpoint(from, f->a, local.port);
	end(&t);
}

/* PX-01: an unbound socket is bound to an unused local address; both ends' names agree. */
BOTH(connect_chooses_the_local_name)
{
	struct trio t = begin(f);
	struct tenon_endpoint local, peer;

	assert_endpoint(local_of(t.client), f->any, 0);
	assert_result(tenon_peer(t.client, &peer), NOT_CONNECTED);
	assert_result(tenon_connect(t.client, &t.to_server), OK);

	local = local_of(t.client);
	assert_in_range(local.port, 32768, 60999);
	assert_endpoint(local, f->a, local.port);
	assert_result(tenon_peer(t.client, &peer), OK);
	assert_endpoint(peer, f->b, 53);
	end(&t);
}

/* LX-03 PX-03: datagrams are received from that address only, and others learn that. */
BOTH(a_connected_socket_hears_its_peer_only)
{
	struct trio t = begin(f);
	struct tenon_endpoint to;

	assert_result(tenon_connect(t.client, &t.to_server), OK);
	to = local_of(t.client);
	assert_result(say(t.stranger, &to, "from the stranger"), OK);
	assert_result(say(t.server, &to, "from the peer"), OK);
	pair_run(t.p);

	hears(t.client, "from the peer", NULL);
	hears_nothing(t.client);
	assert_int_equal(tenon_fate_count(t.p->a.stack, TENON_FATE_UDP_OTHER_SENDER), 1);
	end(&t);
}

/* What was queued before the peer was chosen stays readable, as on Linux. */
BOTH(what_came_before_connect_is_still_read)
{
	struct trio t = begin(f);
	struct tenon_endpoint to;

	assert_result(say(t.client, &t.to_server, "here I am"), OK);
	to = at(f->a, local_of(t.client).port);
	assert_result(say(t.stranger, &to, "early"), OK);
	pair_run(t.p);
	assert_result(tenon_connect(t.client, &t.to_server), OK);
	hears(t.client, "early", NULL);
	end(&t);
}

/* LX-08: a datagram socket may connect again; the old peer is no longer heard. */
BOTH(connecting_again_changes_the_peer)
{
	struct trio t = begin(f);
	struct tenon_endpoint before, peer;

	assert_result(tenon_connect(t.client, &t.to_server), OK);
	before = local_of(t.client);
	assert_result(tenon_connect(t.client, &t.to_stranger), OK);
	assert_endpoint(local_of(t.client), f->a, before.port);
	assert_result(tenon_peer(t.client, &peer), OK);
	assert_endpoint(peer, f->b, 54);

	assert_result(say(t.server, &before, "old"), OK);
	assert_result(say(t.stranger, &before, "new"), OK);
	pair_run(t.p);
	hears(t.client, "new", NULL);
	hears_nothing(t.client);
	end(&t);
}

/* LX-09 PX-04: AF_UNSPEC dissolves the peer; what connect() chose goes, all are heard again. */
BOTH(disconnecting_dissolves_the_peer)
{
	struct trio t = begin(f);
	struct tenon_endpoint peer;

	assert_result(tenon_connect(t.client, &t.to_server), OK);
	assert_result(tenon_disconnect(t.client), OK);
	assert_endpoint(local_of(t.client), f->any, 0);
	assert_result(tenon_peer(t.client, &peer), NOT_CONNECTED);
	assert_result(say(t.client, NULL, "to whom?"), NO_DESTINATION);

	assert_result(say(t.client, &t.to_server, "to you"), OK);
	pair_run(t.p);
	hears(t.server, "to you", &peer);
	assert_result(say(t.stranger, &peer, "anyone"), OK);
	pair_run(t.p);
	hears(t.client, "anyone", NULL);
	end(&t);
}

/* LX-09: a name that bind() was asked for outlives the peer. */
BOTH(disconnecting_keeps_what_bind_was_asked_for)
{
	struct trio t = begin(f);
	struct tenon_socket *s = bound(t.p->a.stack, f, f->a, 7000);
	struct tenon_socket *half = bound(t.p->a.stack, f, f->any, 7001);

	assert_result(tenon_connect(s, &t.to_server), OK);
	assert_result(tenon_connect(half, &t.to_server), OK);
	assert_endpoint(local_of(half), f->a, 7001);
	assert_result(tenon_disconnect(s), OK);
	assert_result(tenon_disconnect(half), OK);
	assert_endpoint(local_of(s), f->a, 7000);
	assert_endpoint(local_of(half), f->any, 7001);
	tenon_close(s);
	tenon_close(half);
	end(&t);
}

/* PX-04, linux: the address of zeros is this host. */
BOTH(the_any_address_is_this_host)
{
	struct trio t = begin(f);
	struct tenon_socket *here = bound(t.p->a.stack, f, f->any, 7000);
	struct tenon_endpoint to = at(f->any, 7000), peer;

	assert_result(tenon_connect(t.client, &to), OK);
	assert_result(tenon_peer(t.client, &peer), OK);
	assert_endpoint(peer, f->loopback, 7000);
	assert_result(say(t.client, NULL, "myself"), OK);
	pair_run(t.p);
	hears(here, "myself", &peer);
	assert_endpoint(peer, f->loopback, local_of(t.client).port);
	tenon_close(here);
	end(&t);
}

/* LX-17: no route. The peer stays as it was; the port that was found for it stays too (Linux). */
BOTH(an_unreachable_peer_is_refused_with_its_cause)
{
	struct trio t = begin(f);
	struct tenon_endpoint far = at(f->far, 53);
	struct tenon_cause cause;

	assert_result(tenon_connect(t.client, &far), NO_ROUTE);
	assert_true(tenon_cause(t.client, &cause));
	assert_result(cause.result, NO_ROUTE);
	assert_int_equal(cause.kind, TENON_CAUSE_ROUTE);
	assert_int_equal(cause.detail.route.found, 0);
	assert_endpoint(cause.peer, f->far, 53);
	assert_int_not_equal(local_of(t.client).port, 0);

	assert_result(tenon_connect(t.client, &t.to_server), OK);
	assert_result(tenon_connect(t.client, &far), NO_ROUTE);
	assert_result(say(t.client, NULL, "still yours"), OK);
	pair_run(t.p);
	hears(t.server, "still yours", NULL);
	end(&t);
}

/* PX-13, linux: a source that connect() chose stays, so a peer it cannot reach is refused. */
BOTH(a_loopback_source_does_not_leave_the_host)
{
	struct trio t = begin(f);
	struct tenon_endpoint loopback = at(f->loopback, 9);

	assert_result(tenon_connect(t.client, &loopback), OK);
	assert_result(tenon_connect(t.client, &t.to_server), SOURCE_UNUSABLE);
	assert_result(tenon_disconnect(t.client), OK);
	assert_result(tenon_connect(t.client, &t.to_server), OK);
	end(&t);
}

/* PX-13: a bound address that was removed meanwhile; LX-06: or one of the other family. */
BOTH(a_source_that_is_not_ours_is_refused)
{
	struct trio t = begin(f);
	struct tenon_socket *s = bound(t.p->a.stack, f, f->a, 7000);
	struct tenon_endpoint mapped = at(pair_v4.b, 53);

	if (f->version == TENON_IP_V6)
		assert_result(tenon_connect(s, &mapped), ADDRESS_NOT_LOCAL);
	assert_result(tenon_address_remove(t.p->a.stack, t.p->a.link, &f->a), OK);
	assert_result(tenon_connect(s, &t.to_server), ADDRESS_NOT_LOCAL);
	tenon_close(s);
	end(&t);
}

/* Linux: port 0 of a peer is taken, and counts as no peer where its name is asked for. */
BOTH(a_peer_without_port_has_no_name)
{
	struct trio t = begin(f);
	struct tenon_endpoint nobody = at(f->b, 0), peer;

	assert_result(tenon_connect(t.client, &nobody), OK);
	assert_result(tenon_peer(t.client, &peer), NOT_CONNECTED);
	assert_result(say(t.client, NULL, "?"), OK);
	end(&t);
}

/* An error that came before the peer changed or went is still pending (Linux). */
BOTH(a_pending_error_outlives_the_peer)
{
	struct trio t = begin(f);
	struct tenon_endpoint closed = at(f->b, 99);

	assert_result(tenon_connect(t.client, &closed), OK);
	assert_result(say(t.client, NULL, "?"), OK);
	pair_run(t.p);
	assert_result(tenon_connect(t.client, &t.to_server), OK);
	assert_result(tenon_disconnect(t.client), OK);
	assert_int_not_equal(tenon_take_error(t.client), TENON_OK);
	end(&t);
}

/* LX-24: wrong family. */
BOTH(an_address_of_another_family_is_refused)
{
	struct trio t = begin(f);
	struct tenon_endpoint v6 = at(pair_v6.b, 53), mapped = at(pair_v4.b, 53);

	if (f->version == TENON_IP_V4) {
		assert_result(tenon_connect(t.client, &v6), FAMILY_MISMATCH);
		assert_result(say(t.client, &v6, "?"), FAMILY_MISMATCH);
	} else {
		assert_result(tenon_option_set(t.client, TENON_OPTION_V6_ONLY, 1), OK);
		assert_result(tenon_connect(t.client, &mapped), FAMILY_MISMATCH);
	}
	assert_result(tenon_connect(t.client, &t.to_server), OK);
	end(&t);
}

/* LX-06: an IPv6 socket speaks IPv4 to a v4-mapped peer, and with a listener for both. */
TEST(an_ipv6_socket_has_v4_mapped_peers)
{
	struct trio t = begin(&pair_v6);
	struct tenon_endpoint mapped = at(pair_v4.b, 53), from;

	assert_result(tenon_connect(t.client, &mapped), OK);
	assert_endpoint(local_of(t.client), pair_v4.a, local_of(t.client).port);
	assert_result(say(t.client, NULL, "mapped"), OK);
	pair_run(t.p);
	assert_int_equal(t.p->a.last.octets[0] >> 4, 4);
	hears(t.server, "mapped", &from);
	assert_endpoint(from, pair_v4.a, local_of(t.client).port);
	assert_result(say(t.server, &from, "answer"), OK);
	pair_run(t.p);
	hears(t.client, "answer", NULL);
	end(&t);
}

/* LX-30: a link-local address says nothing without a link. */
TEST(a_link_local_peer_needs_a_link)
{
	struct trio t = begin(&pair_v6);
	struct tenon_endpoint to = at((struct tenon_ip){ { 0xfe, 0x80, [15] = 7 } }, 53);

	assert_result(tenon_connect(t.client, &to), SCOPE_MISSING);
	end(&t);
}

/* LX-18, the manuals: a four-tuple is one socket's. */
BOTH(a_tuple_may_be_one_sockets_only)
{
	struct trio t = begin(f);
	struct tenon_socket *s[2];
	struct tenon_endpoint local = at(f->any, 7000);
	int i;

	tenon_behavior(t.p->a.stack)->datagram_tuple_may_repeat = false;
	for (i = 0; i < 2; i++) {
		assert_result(tenon_open(t.p->a.stack, f->version, TENON_DATAGRAM, &s[i]), OK);
		assert_result(tenon_option_set(s[i], TENON_OPTION_REUSE_ADDRESS, 1), OK);
		assert_result(tenon_bind(s[i], &local), OK);
	}
	assert_result(tenon_connect(s[0], &t.to_server), OK);
	assert_result(tenon_connect(s[0], &t.to_server), OK);
	assert_result(tenon_connect(s[1], &t.to_server), TUPLE_TAKEN);
	assert_result(tenon_connect(s[1], &t.to_stranger), OK);
	assert_result(tenon_disconnect(s[0]), OK);
	assert_result(tenon_connect(s[1], &t.to_server), OK);
	tenon_close(s[0]);
	tenon_close(s[1]);
	end(&t);
}

/* LX-18, linux: two sockets may have one four-tuple when both allow it; the newest hears. */
BOTH(two_sockets_may_share_one_tuple)
{
	struct trio t = begin(f);
	struct tenon_endpoint local = at(f->a, 7000), to_client = local;
	struct tenon_socket *s[2];
	int i;

	for (i = 0; i < 2; i++) {
		assert_result(tenon_open(t.p->a.stack, f->version, TENON_DATAGRAM, &s[i]), OK);
		assert_result(tenon_option_set(s[i], TENON_OPTION_REUSE_ADDRESS, 1), OK);
		assert_result(tenon_bind(s[i], &local), OK);
		assert_result(tenon_connect(s[i], &t.to_server), OK);
	}
	assert_result(say(t.server, &to_client, "to one"), OK);
	pair_run(t.p);
	hears(s[1], "to one", NULL);
	hears_nothing(s[0]);
	tenon_close(s[0]);
	tenon_close(s[1]);
	end(&t);
}
