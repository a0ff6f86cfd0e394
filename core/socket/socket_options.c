/* SPDX-License-Identifier: MIT */
/* socket_options.c - the options of sockets: one table says who holds each, and its range.
 *
 * What all kinds share the socket holds itself (a flag, or a member); the rest its kind holds. A
 * change of either is told to the kind, which may have a copy of it in a flow or a connection.
 */
#include "socket/socket.h"

enum holder { BY_KIND, BY_FLAG, BY_LINGER, BY_HOP_LIMIT, BY_TRAFFIC_CLASS, BY_LINK };

enum { HOP_LIMIT_DEFAULT = -1 };

struct option_row {
	int min, max;
	uint8_t holder; /* enum holder */
	uint8_t flag;   /* enum socket_flags, BY_FLAG */
};

/* A bool may be any number: all but 0 are true. */
static const struct option_row rows[] = {
	[TENON_OPTION_REUSE_ADDRESS] = { INT32_MIN, INT32_MAX, BY_FLAG, SOCKET_REUSE_ADDRESS },
	[TENON_OPTION_REUSE_PORT] = { INT32_MIN, INT32_MAX, BY_FLAG, SOCKET_REUSE_PORT },
	[TENON_OPTION_BROADCAST] = { INT32_MIN, INT32_MAX, BY_FLAG, SOCKET_BROADCAST },
	[TENON_OPTION_KEEPALIVE] = { INT32_MIN, INT32_MAX, BY_KIND, 0 },
	[TENON_OPTION_LINGER] = { -1, INT16_MAX, BY_LINGER, 0 },
	[TENON_OPTION_SEND_BYTES] = { 0, INT32_MAX, BY_KIND, 0 },
	[TENON_OPTION_RECEIVE_BYTES] = { 0, INT32_MAX, BY_KIND, 0 },
	[TENON_OPTION_RECEIVE_LOW] = { 0, INT32_MAX, BY_KIND, 0 },
	[TENON_OPTION_DONT_ROUTE] = { INT32_MIN, INT32_MAX, BY_FLAG, SOCKET_DONT_ROUTE },
	[TENON_OPTION_NO_DELAY] = { INT32_MIN, INT32_MAX, BY_KIND, 0 },
	[TENON_OPTION_CORK] = { INT32_MIN, INT32_MAX, BY_KIND, 0 },
	[TENON_OPTION_QUICK_ACK] = { INT32_MIN, INT32_MAX, BY_KIND, 0 },
	[TENON_OPTION_MAX_SEGMENT] = { 0, UINT16_MAX, BY_KIND, 0 },
	[TENON_OPTION_SYN_RETRIES] = { 0, UINT8_MAX, BY_KIND, 0 },
	[TENON_OPTION_USER_TIMEOUT] = { 0, INT32_MAX, BY_KIND, 0 },
	[TENON_OPTION_KEEP_IDLE] = { 1, INT16_MAX, BY_KIND, 0 },
	[TENON_OPTION_KEEP_INTERVAL] = { 1, INT16_MAX, BY_KIND, 0 },
	[TENON_OPTION_KEEP_COUNT] = { 1, INT8_MAX, BY_KIND, 0 },
	[TENON_OPTION_LINGER_2] = { INT32_MIN, INT32_MAX, BY_KIND, 0 },
	[TENON_OPTION_HOP_LIMIT] = { HOP_LIMIT_DEFAULT, UINT8_MAX, BY_HOP_LIMIT, 0 },
	[TENON_OPTION_TRAFFIC_CLASS] = { 0, UINT8_MAX, BY_TRAFFIC_CLASS, 0 },
	[TENON_OPTION_V6_ONLY] = { INT32_MIN, INT32_MAX, BY_FLAG, SOCKET_V6_ONLY },
	[TENON_OPTION_BIND_NO_PORT] = { INT32_MIN, INT32_MAX, BY_FLAG, SOCKET_BIND_NO_PORT },
	[TENON_OPTION_RECEIVE_ERRORS] = { INT32_MIN, INT32_MAX, BY_FLAG, SOCKET_RECEIVE_ERRORS },
	[TENON_OPTION_LINK] = { 0, UINT16_MAX, BY_LINK, 0 },
	[TENON_OPTION_PROTOCOL] = { 1, UINT8_MAX, BY_KIND, 0 },
	[TENON_OPTION_HEADER_INCLUDED] = { INT32_MIN, INT32_MAX, BY_KIND, 0 },
	[TENON_OPTION_CHECKSUM_AT] = { INT32_MIN, INT32_MAX, BY_KIND, 0 },
};
_Static_assert(sizeof rows / sizeof rows[0] == TENON_OPTION_COUNT, "every option has a row");

/* Whether an IPv6 socket also speaks IPv4 decides which ports it shares: not once it has one. */
static enum tenon_result check_v6_only(const struct tenon_socket *s)
{
	if (s->version != TENON_IP_V6)
		return TENON_UNKNOWN_OPTION;
	return s->kind->is_bound(s) ? TENON_ALREADY_BOUND : TENON_OK;
}

static enum tenon_result check_value(const struct tenon_socket *s, enum tenon_option option,
				     int value)
{
	const struct option_row *row = &rows[option];

	if (value < row->min || value > row->max)
		return TENON_BAD_VALUE;
	if (option == TENON_OPTION_HOP_LIMIT && value == 0)
		return TENON_BAD_VALUE;
	if (option == TENON_OPTION_V6_ONLY)
		return check_v6_only(s);
	if (option == TENON_OPTION_LINK && value != 0 &&
	    link_find(s->sockets->ip->links, (unsigned)value) == NULL)
		return TENON_NOT_FOUND;
	return TENON_OK;
}

static void hold(struct tenon_socket *s, const struct option_row *row, int value)
{
	switch ((enum holder)row->holder) {
	case BY_KIND:
		break;
	case BY_FLAG:
		s->flags = (uint8_t)(value != 0 ? s->flags | row->flag : s->flags & ~row->flag);
		break;
	case BY_LINGER:
		s->linger_s = (int16_t)value;
		break;
	case BY_HOP_LIMIT:
		s->hop_limit = (uint8_t)(value == HOP_LIMIT_DEFAULT ? 0 : value);
		break;
	case BY_TRAFFIC_CLASS:
		s->traffic_class = (uint8_t)value;
		break;
	case BY_LINK:
		s->link = (uint16_t)value;
		break;
	}
}

/* A refused option leaves no cause: it says all there is, and the one that is kept says more. */
enum tenon_result tenon_option_set(struct tenon_socket *s, enum tenon_option option, int value)
{
	enum tenon_result result;

	if ((unsigned)option >= TENON_OPTION_COUNT)
		return TENON_UNKNOWN_OPTION;
	result = check_value(s, option, value);
	if (result != TENON_OK)
		return result;
	hold(s, &rows[option], value);
	socket_begin(s);
	result = s->kind->option_set(s, option, value);
	sockets_settle(s->sockets);
	return result == TENON_UNSUPPORTED && rows[option].holder != BY_KIND ? TENON_OK : result;
}

enum tenon_result tenon_option_get(const struct tenon_socket *s, enum tenon_option option,
				   int *value)
{
	if ((unsigned)option >= TENON_OPTION_COUNT)
		return TENON_UNKNOWN_OPTION;
	if (option == TENON_OPTION_V6_ONLY && s->version != TENON_IP_V6)
		return TENON_UNKNOWN_OPTION;
	switch ((enum holder)rows[option].holder) {
	case BY_KIND:
		return s->kind->option_get(s, option, value);
	case BY_FLAG:
		*value = (s->flags & rows[option].flag) != 0;
		break;
	case BY_LINGER:
		*value = s->linger_s;
		break;
	case BY_HOP_LIMIT:
		*value = s->hop_limit != 0 ? s->hop_limit : HOP_LIMIT_DEFAULT;
		break;
	case BY_TRAFFIC_CLASS:
		*value = s->traffic_class;
		break;
	case BY_LINK:
		*value = s->link;
		break;
	}
	return TENON_OK;
}
