/* SPDX-License-Identifier: MIT */
/* embed.c - a host on a cable with nobody at its other end: connect() fails after 131 seconds of
 * virtual time, at once. README.md shows main(). */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <tenon/posix.h>
#include <tenon/sim.h>

int main(void)
{
	struct tenon_wire_config bare = { .mtu = 1500 };
	struct tenon_sim *world = tenon_sim_new(1);
	struct tenon_posix_host *host = tenon_posix_host_make(tenon_sim_port(world));
	struct tenon *stack = tenon_posix_enter(host);
	struct tenon_ip us = tenon_ip4(10, 0, 0, 1);
	struct sockaddr_in to = { AF_INET, htons(80), { inet_addr("10.0.0.2") }, { 0 } };
	struct tenon_wire_end *end;

	tenon_wire_attach(tenon_sim_wire(world, &bare), stack, "wire0", NULL, &end);
	tenon_address_add(stack, tenon_wire_link(end), &us, 24);
	tenon_posix_leave(host);
	int fd = tenon_posix_socket(AF_INET, SOCK_STREAM, 0);
	if (tenon_posix_connect(fd, (struct sockaddr *)&to, sizeof to) < 0)
		printf("%s after %.0f s\n", strerror(errno), (double)tenon_sim_now(world) / 1e6);
	tenon_posix_host_free(host);
	tenon_sim_free(world);
}
