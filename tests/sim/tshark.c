/* SPDX-License-Identifier: MIT */
/* Captures as another program reads them. */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exchange.h"

/* The first line that a command prints, without its end; false if the command fails. */
static bool first_line(const char *command, char *line, int size)
{
	FILE *from = popen(command, "r");
	int status;

	assert_non_null(from);
	line[0] = '\0';
	if (fgets(line, size, from) != NULL)
		line[strcspn(line, "\n")] = '\0';
	while (fgetc(from) != EOF)
		;
	status = pclose(from);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void tshark_says(const char *file, const char *arguments, const char *expected)
{
	char command[512], line[256];

	snprintf(command, sizeof command, "tshark -r %s %s 2>/dev/null", file, arguments);
	assert_true(first_line(command, line, sizeof line));
	assert_string_equal(line, expected);
}

static void write_file(const struct lan *lan, char *path)
{
	int descriptor = mkstemp(path);
	FILE *file = fdopen(descriptor, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(lan->capture, 1, lan->capture_len, file), lan->capture_len);
	fclose(file);
}

static void exchange_over(struct lan *lan, enum tenon_ip_version version)
{
	struct exchange exchange;

	exchange_open(&exchange, lan,
		      &(struct exchange_terms){ .port = 80,
						.seed = 1,
						.version = version,
						.octets = { 3000, 9000 } });
	tenon_sim_run(lan->sim, tenon_sim_now(lan->sim) + SECONDS(600), exchange_is_done,
		      &exchange);
	assert_result(exchange.error, OK);
	exchange_close(&exchange);
	lan_settles(lan);
}

TEST(tshark_reads_a_capture_without_a_malformed_packet)
{
	char path[] = "/tmp/tenon-tshark-XXXXXX", line[64];
	struct tenon_endpoint nobody = lan_end(TENON_IP_V4, 6, 80);
	struct tenon_socket *socket;
	struct lan lan;

	if (!first_line("tshark --version 2>&1", line, sizeof line))
		test_skip("tshark is not installed");
	lan_open(&lan, &(struct lan_terms){
			       .seed = 2,
			       .hosts = 2,
			       .path = { .delay_us = 500, .loss = 50000, .duplicate = 50000 } });
	exchange_over(&lan, TENON_IP_V4);
	exchange_over(&lan, TENON_IP_V6);
	socket = lan_socket(&lan, 0, TENON_IP_V4);
	assert_result(tenon_connect(socket, &nobody), CONNECT_STARTED);
	lan_pass(&lan, SECONDS(5));
	tenon_close(socket);
	tenon_pcapng_end(&lan.hosts[0].capture);
	write_file(&lan, path);
	tshark_says(path, "-Y '_ws.malformed || _ws.short || _ws.unreassembled'", "");
	tshark_says(path,
		    "-o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE "
		    "-Y 'tcp.checksum.status == \"Bad\" || ip.checksum.status == \"Bad\" || "
		    "icmpv6.checksum.status == \"Bad\"'",
		    "");
	tshark_says(path,
		    "-Y 'frame.comment contains \"SYN-SENT -> ESTABLISHED\"' -T fields -e ip.src",
		    "10.1.0.1");
	unlink(path);
	lan_close(&lan);
}
