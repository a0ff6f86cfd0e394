/* SPDX-License-Identifier: MIT */
#include "ports/linux/port.h"

void linux_lock(struct tenon_port *port)
{
	pthread_mutex_lock(&linux_port_of(port)->lock);
}

void linux_unlock(struct tenon_port *port)
{
	pthread_mutex_unlock(&linux_port_of(port)->lock);
}
