/* SPDX-License-Identifier: MIT */
#include "run/run.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "verbs.h"

static bool take_net(void *plan, const char *value)
{
	struct run_plan *p = plan;

	p->host.lab = NULL;
	if (strcmp(value, "none") == 0)
		return true;
	if (strncmp(value, "lab:", 4) == 0 && lab_name_is_good(value + 4)) {
		p->host.lab = value + 4;
		return true;
	}
	fprintf(stderr, "tenon run: --net %s: only none and lab:NAME are there so far\n", value);
	return false;
}

/* A number from least to most, all of text; false if it is none. */
static bool number(const char *text, unsigned long long most, unsigned long long *out)
{
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	*out = strtoull(text, &end, 10);
	return errno == 0 && *end == '\0' && *out <= most;
}

static bool parse_ip(const char *text, struct tenon_ip *ip)
{
	uint8_t octets[4];

	if (inet_pton(AF_INET, text, octets) == 1) {
		*ip = tenon_ip4(octets[0], octets[1], octets[2], octets[3]);
		return true;
	}
	return inet_pton(AF_INET6, text, ip->octets) == 1 && !tenon_ip_is_v4(ip);
}

static bool take_address(void *plan, const char *value)
{
	struct run_plan *p = plan;
	struct host_address *address = &p->host.addresses[p->host.addresses_count];
	size_t len = strcspn(value, "/");
	char ip[INET6_ADDRSTRLEN];
	unsigned long long bits;

	if (p->host.addresses_count == HOST_ADDRESSES_MAX) {
		fprintf(stderr, "tenon run: --address %s: more than %d addresses\n", value,
			HOST_ADDRESSES_MAX);
		return false;
	}
	snprintf(ip, sizeof ip, "%.*s", (int)(len < sizeof ip ? len : sizeof ip - 1), value);
	if (value[len] != '/' || !parse_ip(ip, &address->ip) ||
	    !number(value + len + 1, tenon_ip_is_v4(&address->ip) ? 32 : 128, &bits)) {
		fprintf(stderr,
			"tenon run: --address %s: give an address and its prefix length, like "
			"10.1.0.2/24 or fd00::2/64\n",
			value);
		return false;
	}
	address->prefix_len = (unsigned)bits;
	p->host.addresses_count++;
	return true;
}

static bool take_pcap(void *plan, const char *value)
{
	((struct run_plan *)plan)->host.pcap = value;
	return true;
}

static bool take_explain(void *plan, const char *value)
{
	(void)value;
	((struct run_plan *)plan)->is_explaining = true;
	return true;
}

static bool take_seed(void *plan, const char *value)
{
	struct run_plan *p = plan;
	unsigned long long seed;

	if (!number(value, UINT64_MAX, &seed)) {
		fprintf(stderr, "tenon run: --seed %s: give a number from 0 to 2^64 - 1\n", value);
		return false;
	}
	p->host.seed = seed;
	p->host.has_seed = true;
	return true;
}

static const struct option_row rows[] = {
	{ "net", "none|lab:NAME",
	  "\n\tnone (the default): the loopback alone, 127.0.0.1 and ::1\n"
	  "\tlab:NAME: also lab0, a port of the switch that tenon lab NAME runs",
	  take_net },
	{ "address", "A/N", "an address of lab0 (of lo, without a lab); repeatable, IPv4 and IPv6",
	  take_address },
	{ "pcap", "FILE", "writes every packet of the host, as pcapng with the reasons of drops",
	  take_pcap },
	{ "explain", NULL, "a sentence on stderr for each connect() that fails", take_explain },
	{ "seed", "N", "the stack's secrets (ISNs, ports, MAC) from N, to repeat a run",
	  take_seed },
	{ "publish", "[ADDR:]PORT:PORT[/udp]", NULL, NULL },
	{ "fail", "ERROR@HOST[:PORT][,nth=N]", NULL, NULL },
	{ "cause", "NAME@HOST[:PORT]", NULL, NULL },
	{ "list-causes", NULL, NULL, NULL },
	{ "link", "delay=,...", NULL, NULL },
	{ "clock", "xN", NULL, NULL },
	{ "sysctl", "NAME=VALUE", NULL, NULL },
	{ "timeline", "FILE.html", NULL, NULL },
	{ "dialect", "NAME", NULL, NULL },
	{ "metrics", "PORT", NULL, NULL },
	{ NULL, NULL, NULL, NULL },
};

static void help(void)
{
	printf("Usage: tenon run [OPTIONS] [--] PROGRAM [ARGUMENTS]\n\n"
	       "Runs an unmodified program, and all that it starts, on a host of its own: its\n"
	       "TCP and UDP sockets are Tenon's. Needs no root, no capability, no namespace.\n\n");
	options_help(rows);
	printf("\nThe exit status is the program's; 128 + N if signal N ended it; 127: there is\n"
	       "no such program; 126: it cannot be executed; 125: tenon itself failed.\n"
	       "The host lives until the program and all that it started have ended.\n");
}

int verb_run(int argc, char **argv)
{
	struct run_plan plan = { .program = NULL };

	(void)argc;
	argv++;
	switch (options_parse("run", rows, &plan, &argv)) {
	case OPTIONS_HELP:
		help();
		return 0;
	case OPTIONS_WRONG:
		return RUN_FAILED;
	case OPTIONS_DONE:
		break;
	}
	if (argv[0] == NULL) {
		fprintf(stderr, "tenon run: the program is missing; see tenon run --help\n");
		return RUN_FAILED;
	}
	plan.program = argv;
	return run(&plan);
}
