/* SPDX-License-Identifier: MIT */
#include "exchange.h"

#include <string.h>

#include "seeds.h"
#include "test.h"

enum { PIECE_MAX = 8192, REST_ONE_IN = 20, MEMORY_REST_US = 10000 };

static uint8_t octet_at(uint64_t pattern, uint64_t position)
{
	uint64_t state = pattern + position / 8;

	return (uint8_t)(seeds_random(&state) >> position % 8 * 8);
}

static uint64_t now(const struct exchange_end *end)
{
	return tenon_sim_now(end->exchange->lan->sim);
}

static void wake(void *context)
{
	((struct exchange_end *)context)->has_news = true;
}

static void rest(struct exchange_end *end, uint64_t span_us)
{
	end->rests_until_us = now(end) + span_us;
	assert_true(tenon_sim_at(end->exchange->lan->sim, end->rests_until_us, wake, end));
}

/* Now and then an end does nothing for a while. */
static bool rests(struct exchange_end *end)
{
	uint32_t most = end->exchange->rest_us;

	if (now(end) < end->rests_until_us)
		return true;
	if (most == 0 || seeds_below(&end->random, REST_ONE_IN) != 0)
		return false;
	rest(end, 1 + seeds_below(&end->random, most));
	return true;
}

static bool send_piece(struct exchange_end *end)
{
	uint8_t piece[PIECE_MAX];
	size_t len = 1 + seeds_below(&end->random, PIECE_MAX), i, sent = 0;
	enum tenon_result result;

	if (len > end->to_send - end->sent)
		len = (size_t)(end->to_send - end->sent);
	for (i = 0; i < len; i++)
		piece[i] = octet_at(end->pattern, end->sent + i);
	result = tenon_send(end->socket,
			    &(struct tenon_message){ .slices = &(struct tenon_slice){ piece, len },
						     .count = 1 },
			    &sent);
	/* No page is left in the whole host: nothing of this socket's own will tell when one is. */
	if (result == TENON_NO_MEMORY)
		rest(end, MEMORY_REST_US);
	if (result == TENON_WOULD_BLOCK || result == TENON_NO_MEMORY)
		return false;
	assert_result(result, OK);
	assert_in_range(sent, 1, len);
	end->sent += sent;
	return true;
}

static void send_all(struct exchange_end *end)
{
	while (end->sent < end->to_send)
		if (rests(end) || !send_piece(end))
			return;
	if (end->has_shut)
		return;
	assert_result(tenon_shutdown(end->socket, TENON_SENDING), OK);
	end->has_shut = true;
}

static bool receive_piece(struct exchange_end *end)
{
	uint8_t piece[PIECE_MAX];
	struct tenon_room room = { piece, 1 + seeds_below(&end->random, PIECE_MAX) };
	struct tenon_received got;
	enum tenon_result result = tenon_receive(end->socket, &room, 1, 0, &got);
	size_t i;

	if (result == TENON_WOULD_BLOCK)
		return false;
	assert_result(result, OK);
	end->has_end = got.len == 0;
	assert_in_range(got.len, 0, end->to_receive - end->received);
	for (i = 0; i < got.len; i++)
		if (piece[i] != octet_at(end->peer_pattern, end->received + i))
			fail_msg("host %u: octet %llu differs", end->host,
				 (unsigned long long)(end->received + i));
	end->received += got.len;
	return true;
}

static void receive_all(struct exchange_end *end)
{
	while (!end->has_end)
		if (rests(end) || !receive_piece(end))
			return;
}

static bool is_connected(struct exchange_end *end)
{
	enum tenon_result result = TENON_OK;

	if (end->is_opener)
		result = tenon_connect_outcome(end->socket);
	if (result == TENON_CONNECT_PENDING)
		return false;
	if (result != TENON_OK && result != TENON_ALREADY_CONNECTED)
		end->exchange->error = result;
	return end->exchange->error == TENON_OK;
}

static void act(struct exchange_end *end)
{
	if (!end->has_news || end->socket == NULL)
		return;
	end->has_news = false;
	tenon_sim_enter(end->exchange->lan->sim, end->exchange->lan->hosts[end->host].stack);
	if (end->is_opener && end->sent == 0 && !end->has_shut && !is_connected(end))
		return;
	if (tenon_readiness(end->socket) & TENON_ERROR)
		end->exchange->error = tenon_take_error(end->socket);
	if (end->exchange->error != TENON_OK || (end->has_end && end->has_shut))
		return;
	receive_all(end);
	send_all(end);
}

static void accept_at(struct exchange_end *door)
{
	struct exchange_end *end = &door->exchange->ends[1];
	struct lan *lan = door->exchange->lan;
	struct tenon_socket *accepted;

	tenon_sim_enter(lan->sim, lan->hosts[end->host].stack);
	if (tenon_accept(door->socket, &accepted) != TENON_OK)
		return;
	assert_null(end->socket);
	end->socket = accepted;
	end->has_news = true;
	tenon_set_user(accepted, end);
}

static void take_news(const struct exchange *exchange, unsigned host)
{
	struct tenon_socket *socket;
	unsigned what;

	while ((socket = tenon_news(exchange->lan->hosts[host].stack, &what)) != NULL) {
		struct exchange_end *end = tenon_user(socket);

		if (end == NULL)
			continue;
		end->has_news = true;
		if (end->is_door)
			accept_at(end);
	}
}

static bool end_is_done(const struct exchange_end *end)
{
	return end->has_shut && end->has_end;
}

bool exchange_is_done(void *context)
{
	struct exchange *exchange = context;
	unsigned i;

	for (i = 0; i < 2; i++) {
		take_news(exchange, exchange->ends[i].host);
		act(&exchange->ends[i]);
	}
	return exchange->error != TENON_OK ||
	       (end_is_done(&exchange->ends[0]) && end_is_done(&exchange->ends[1]));
}

void exchange_open(struct exchange *exchange, struct lan *lan, const struct exchange_terms *terms)
{
	unsigned opener = terms->opener;
	unsigned listener = terms->listener != 0 || opener != 0 ? terms->listener : 1;
	struct tenon_endpoint from = lan_end(terms->version, opener, terms->opener_port);
	struct tenon_endpoint to = lan_end(terms->version, listener, terms->port);
	unsigned i;

	memset(exchange, 0, sizeof *exchange);
	exchange->lan = lan;
	exchange->rest_us = terms->rest_us;
	exchange->door = (struct exchange_end){ .exchange = exchange, .is_door = true };
	exchange->door.socket = lan_listener(lan, listener, terms->version, terms->port, 4);
	tenon_set_user(exchange->door.socket, &exchange->door);
	for (i = 0; i < 2; i++)
		exchange->ends[i] =
			(struct exchange_end){ .exchange = exchange,
					       .host = i == 0 ? opener : listener,
					       .is_opener = i == 0,
					       .random = terms->seed + i,
					       .pattern = terms->seed ^ i << 20,
					       .peer_pattern = terms->seed ^ (1 - i) << 20,
					       .to_send = terms->octets[i],
					       .to_receive = terms->octets[1 - i] };
	exchange->ends[0].socket = lan_socket(lan, opener, terms->version);
	tenon_set_user(exchange->ends[0].socket, &exchange->ends[0]);
	if (terms->opener_port != 0)
		assert_result(tenon_bind(exchange->ends[0].socket, &from), OK);
	assert_result(tenon_connect(exchange->ends[0].socket, &to), CONNECT_STARTED);
}

void exchange_close(struct exchange *exchange)
{
	unsigned i;

	for (i = 0; i < 2; i++) {
		struct exchange_end *end = &exchange->ends[i];

		tenon_sim_enter(exchange->lan->sim, exchange->lan->hosts[end->host].stack);
		assert_int_equal(end->sent, end->to_send);
		assert_int_equal(end->received, end->to_receive);
		tenon_close(end->socket);
		end->socket = NULL;
	}
	tenon_sim_enter(exchange->lan->sim, exchange->lan->hosts[exchange->ends[1].host].stack);
	tenon_close(exchange->door.socket);
}
