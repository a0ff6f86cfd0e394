/* SPDX-License-Identifier: MIT */
/* Any socket calls with any arguments, on one host that speaks with itself and with nobody else. */
#include "fuzz.h"
#include "world.h"

struct run {
	struct world world;
	struct reader input;
};

static struct tenon_endpoint any_endpoint(struct reader *input)
{
	const struct tenon_ip all[] = { tenon_ip4(127, 0, 0, 1),
					tenon_ip4(10, 1, 0, 1),
					tenon_ip4(10, 1, 0, 2),
					tenon_ip4(10, 2, 0, 2),
					tenon_ip4(0, 0, 0, 0),
					tenon_ip4(192, 0, 2, 1),
					tenon_ip4(10, 1, 0, 255),
					tenon_ip4(224, 0, 0, 5),
					{ { [15] = 1 } },
					{ { 0xfd, 1, [15] = 1 } },
					{ { 0xfd, 1, [15] = 2 } },
					{ { 0xfd, 2, [15] = 2 } },
					{ { 0 } },
					{ { 0x20, 1, [15] = 1 } },
					{ { 0xff, 2, [15] = 1 } },
					{ { 0xfe, 0x80, [15] = 1 } } };
	uint8_t which = read8(input), where = read8(input);

	return (struct tenon_endpoint){ all[which & 15],
					where % 8 == 7 ? 0 : (uint16_t)(100 + where % 8),
					(uint16_t)(where >> 6 == 3 ? which >> 4 : 0) };
}

static void transfer(struct run *run, struct tenon_socket *socket)
{
	static const char text[1024];
	char octets[1024];
	uint8_t how = read8(&run->input);
	size_t first = (size_t)read8(&run->input) * 4, sent;
	struct tenon_endpoint to = any_endpoint(&run->input);
	struct tenon_slice slices[2] = { { text, first }, { text, how } };
	struct tenon_message message = { .slices = slices,
					 .count = how & 3u,
					 .flags = how & 4 ? TENON_MORE : 0,
					 .to = how & 8 ? &to : NULL };
	struct tenon_room rooms[2] = { { octets, first }, { octets, how } };
	struct tenon_received received;

	message.count = message.count == 3 ? 1 : message.count;
	if (how & 16)
		(void)tenon_send(socket, &message, &sent);
	else
		(void)tenon_receive(socket, rooms, 1 + (how & 1u), how & 2 ? TENON_PEEK : 0,
				    &received);
}

static void ask(struct tenon_socket *socket)
{
	struct tenon_tcp_status status;
	struct tenon_endpoint endpoint;
	struct tenon_cause cause;
	unsigned waiting, backlog;
	unsigned readiness = tenon_readiness(socket);

	tenon_local(socket, &endpoint);
	(void)tenon_peer(socket, &endpoint);
	(void)tenon_cause(socket, &cause);
	(void)tenon_tcp_status(socket, &status);
	(void)tenon_waiting(socket);
	(void)tenon_unacknowledged(socket);
	if (tenon_listen_queue(socket, &waiting, &backlog) == TENON_OK)
		assert_that((waiting != 0) == ((readiness & TENON_READABLE) != 0));
}

static void set(struct run *run, struct tenon_socket *socket)
{
	enum tenon_option option =
		(enum tenon_option)(read8(&run->input) % (TENON_OPTION_COUNT + 1));
	int value = (int)((read32(&run->input) >> read8(&run->input) % 32) - 1), got;

	if (tenon_option_set(socket, option, value) == TENON_OK)
		assert_that(tenon_option_get(socket, option, &got) != TENON_UNKNOWN_OPTION);
}

static void open_or_accept(struct run *run, struct tenon_socket **slot)
{
	uint8_t how = read8(&run->input);
	struct tenon_socket *listener = run->world.sockets[how >> 2 & (WORLD_SOCKETS - 1)];
	enum tenon_result result = TENON_WOULD_BLOCK;

	*slot = NULL;
	if (how & 128 && listener != NULL)
		result = tenon_accept(listener, slot);
	else
		result = tenon_open(run->world.stack, how & 1 ? TENON_IP_V6 : TENON_IP_V4,
				    how & 2 ? TENON_DATAGRAM : TENON_STREAM, slot);
	if (result != TENON_OK)
		*slot = NULL;
}

static void rare_call(struct run *run, struct tenon_socket **slot)
{
	uint8_t how = read8(&run->input);

	if (how % 4 == 0)
		(void)tenon_disconnect(*slot);
	else if (how % 4 == 1)
		(void)tenon_shutdown(*slot, how >> 2 & 3u);
	else if (how % 4 == 2)
		(void)tenon_take_error(*slot);
	else {
		tenon_close(*slot);
		*slot = NULL;
	}
}

static void call(struct run *run, uint8_t what, struct tenon_socket **slot)
{
	struct tenon_endpoint to;

	if (*slot == NULL) {
		open_or_accept(run, slot);
		return;
	}
	switch (what % 7) {
	case 0:
		to = any_endpoint(&run->input);
		(void)tenon_bind(*slot, &to);
		break;
	case 1:
		to = any_endpoint(&run->input);
		(void)tenon_connect(*slot, &to);
		break;
	case 2:
		(void)tenon_listen(*slot, read8(&run->input) % 4);
		break;
	case 3:
		set(run, *slot);
		break;
	case 4:
		rare_call(run, slot);
		break;
	default:
		transfer(run, *slot);
	}
	if (*slot != NULL)
		ask(*slot);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t len)
{
	static struct run run;
	unsigned what;

	if (len > FUZZ_INPUT_MAX)
		return 0;
	run.input = reader_of((struct bytes){ octets, len });
	world_begin(&run.world);
	while (reader_left(&run.input) != 0) {
		uint8_t step = read8(&run.input);

		if (step >= 0xe0)
			world_pass(&run.world, UINT64_C(1) << (step & 0x1f));
		else
			call(&run, step >> 3, &run.world.sockets[step & (WORLD_SOCKETS - 1)]);
		if (step & 8)
			world_pass(&run.world, 0);
		(void)tenon_news(run.world.stack, &what);
	}
	world_end(&run.world);
	return 0;
}
