/* SPDX-License-Identifier: MIT */
#include "exchange.h"

#include <string.h>

#include "seeds.h"
#include "test.h"

enum { PIECE_MAX = 8192, PORT = 80, REST_ONE_IN = 20 };

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

/* Now and then an end does nothing for a while. */
static bool rests(struct exchange_end *end)
{
	uint32_t most = end->exchange->rest_us;

	if (now(end) < end->rests_until_us)
		return true;
	if (most == 0 || seeds_below(&end->random, REST_ONE_IN) != 0)
		return false;
	end->rests_until_us = now(end) + 1 + seeds_below(&end->random, most);
	assert_true(tenon_sim_at(end->exchange->lan->sim, end->rests_until_us, wake, end));
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
	if (result == TENON_WOULD_BLOCK)
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

	if (end->host == 0)
		result = tenon_connect_outcome(end->socket);
	if (result == TENON_CONNECT_PENDING)
		return false;
	if (result != TENON_OK && result != TENON_ALREADY_CONNECTED)
		end->exchange->error = result;
	return end->exchange->error == TENON_OK;
}

static void act(struct exchange_end *end)
{
	bool is_idle = end->has_end && end->has_shut;

	if (!end->has_news || end->socket == NULL || is_idle)
		return;
	end->has_news = false;
	tenon_sim_enter(end->exchange->lan->sim, end->exchange->lan->hosts[end->host].stack);
	if (end->host == 0 && end->sent == 0 && !end->has_shut && !is_connected(end))
		return;
	receive_all(end);
	send_all(end);
}

static void take_news(struct exchange *exchange, unsigned host)
{
	struct tenon *stack = exchange->lan->hosts[host].stack;
	struct tenon_socket *socket, *accepted;
	unsigned what;

	while ((socket = tenon_news(stack, &what)) != NULL) {
		struct exchange_end *end = tenon_user(socket);

		if (end != NULL)
			end->has_news = true;
		if (socket != exchange->listener)
			continue;
		tenon_sim_enter(exchange->lan->sim, stack);
		if (tenon_accept(socket, &accepted) != TENON_OK)
			continue;
		assert_null(exchange->ends[1].socket);
		exchange->ends[1].socket = accepted;
		exchange->ends[1].has_news = true;
		tenon_set_user(accepted, &exchange->ends[1]);
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
		take_news(exchange, i);
		act(&exchange->ends[i]);
	}
	return exchange->error != TENON_OK ||
	       (end_is_done(&exchange->ends[0]) && end_is_done(&exchange->ends[1]));
}

void exchange_open(struct exchange *exchange, struct lan *lan, const struct exchange_terms *terms)
{
	struct tenon_endpoint to = lan_end(terms->version, 1, PORT);
	unsigned i;

	memset(exchange, 0, sizeof *exchange);
	exchange->lan = lan;
	exchange->rest_us = terms->rest_us;
	exchange->listener = lan_listener(lan, 1, terms->version, PORT, 4);
	for (i = 0; i < 2; i++)
		exchange->ends[i] =
			(struct exchange_end){ .exchange = exchange,
					       .host = i,
					       .random = terms->seed + i,
					       .pattern = terms->seed ^ i << 20,
					       .peer_pattern = terms->seed ^ (1 - i) << 20,
					       .to_send = terms->octets[i],
					       .to_receive = terms->octets[1 - i] };
	exchange->ends[0].socket = lan_socket(lan, 0, terms->version);
	tenon_set_user(exchange->ends[0].socket, &exchange->ends[0]);
	assert_result(tenon_connect(exchange->ends[0].socket, &to), CONNECT_STARTED);
}

void exchange_close(struct exchange *exchange)
{
	unsigned i;

	for (i = 0; i < 2; i++) {
		struct exchange_end *end = &exchange->ends[i];

		tenon_sim_enter(exchange->lan->sim, exchange->lan->hosts[i].stack);
		assert_int_equal(end->sent, end->to_send);
		assert_int_equal(end->received, end->to_receive);
		tenon_close(end->socket);
		end->socket = NULL;
	}
	tenon_close(exchange->listener);
}
