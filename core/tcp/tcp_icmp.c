/* SPDX-License-Identifier: MIT */
/* ICMP errors and silent neighbors, RFC 9293 3.9.2.2 as Linux has it.
 *
 * While a connection is being opened every error ends the attempt at once, with that error's own
 * result. Later none does: it is remembered, and told if the transfer times out, or at once where
 * the user asked for it. What a quoted segment says must be in flight (RFC 5927 4.1).
 */
#include "tcp/tcp_arrives.h"
#include "tcp/tcp_handshake.h"
#include "tcp/tcp_output.h"
#include "tcp/tcp_table.h"
#include "tcp/tcp_user.h"

static struct tcp_conn *conn_of(const struct tcp *tcp, const struct icmp_report *r,
				struct tcp_header *quoted)
{
	if (tcp_parse_quoted(quoted, r->quoted) != FATE_PASS)
		return NULL;
	/* MUST-54: the quoted header tells whose error it is. */
	return tcp_conn_find(tcp, &(struct tcp_tuple){
					  .local = r->local,
					  .peer = r->peer,
					  .local_port = quoted->src_port,
					  .peer_port = quoted->dst_port,
				  });
}

static void end_attempt(struct tcp_conn *c, const struct icmp_report *r)
{
	tcp_cause_about(c, icmp_report_cause(r, c->tcp->trace));
	tcp_end(c, c->flags & CONN_PASSIVE ? TENON_OK : r->result);
}

/* MUST-56: the connection goes on; MUST-47, SHLD-25: its user can learn of the
 * error. */
static void remember(struct tcp_conn *c, const struct icmp_report *r)
{
	struct tcp_user *user = c->user;

	if (user == NULL)
		return;
	user->soft_error = (uint8_t)r->result;
	if (!(c->flags & CONN_SOFT_ERRORS))
		return;
	tcp_cause_about(c, icmp_report_cause(r, c->tcp->trace));
	user->failure = (uint8_t)r->result;
	tcp_mark(user, TENON_READABLE | TENON_WRITABLE);
}

static void path_shrinks(struct tcp_conn *c, const struct icmp_report *r)
{
	if (!tcp_path_shrinks(c, r->mtu))
		return;
	c->again.from = c->snd.una;
	c->again.until = c->snd.nxt;
	tcp_output(c);
}

bool tcp_report(struct tcp *tcp, const struct icmp_report *r)
{
	struct tcp_header quoted;
	struct tcp_conn *c = conn_of(tcp, r, &quoted);

	if (c == NULL)
		return false;
	if (r->result != TENON_NEIGHBOR_SILENT &&
	    !seq_in(quoted.seq, c->snd.una, seq_sub(c->snd.nxt, c->snd.una)))
		return false;
	/* MUST-55: a source quench is no report, the IP layer drops it. */
	if (r->result == TENON_ICMP_FRAGMENTATION_NEEDED || r->result == TENON_ICMP6_PACKET_TOO_BIG)
		path_shrinks(c, r);
	else if (c->state == TCP_SYN_SENT || c->state == TCP_SYN_RECEIVED)
		end_attempt(c, r);
	else
		remember(c, r);
	return true;
}
