/* SPDX-License-Identifier: MIT */
#include "tools/flow_notes.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum { ENDPOINT_TEXT_MAX = 64 };

static bool parse_ip(struct tenon_ip *ip, const char *text)
{
	uint8_t octets[4];

	if (inet_pton(AF_INET6, text, ip->octets) == 1)
		return true;
	if (inet_pton(AF_INET, text, octets) != 1)
		return false;
	*ip = tenon_ip4(octets[0], octets[1], octets[2], octets[3]);
	return true;
}

/* "10.1.0.2:80" or "[fd00::2]:80" */
static bool parse_endpoint(struct tenon_endpoint *endpoint, const char *text, size_t len)
{
	char copy[ENDPOINT_TEXT_MAX], *colon, *ip = copy;
	unsigned long port;

	if (len >= sizeof copy)
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	colon = strrchr(copy, ':');
	if (colon == NULL || colon[1] < '0' || colon[1] > '9')
		return false;
	*colon = '\0';
	port = strtoul(colon + 1, NULL, 10);
	if (port > UINT16_MAX)
		return false;
	if (ip[0] == '[' && colon > ip + 1 && colon[-1] == ']') {
		colon[-1] = '\0';
		ip++;
	}
	*endpoint = (struct tenon_endpoint){ .port = (uint16_t)port };
	return parse_ip(&endpoint->ip, ip);
}

static const char *find(const char *text, size_t len, const char *what)
{
	return len != 0 ? memmem(text, len, what, strlen(what)) : NULL;
}

static void parse_event(struct note *note, const char *text, size_t len)
{
	static const char failed[] = "failed: ", becomes[] = " -> ";
	const char *arrow;

	if (len > sizeof failed - 1 && memcmp(text, failed, sizeof failed - 1) == 0) {
		note->failure =
			(struct words){ text + sizeof failed - 1, len - (sizeof failed - 1) };
		return;
	}
	arrow = find(text, len, becomes);
	if (arrow == NULL)
		return;
	arrow += sizeof becomes - 1;
	note->state = (struct words){ arrow, (size_t)(text + len - arrow) };
}

void note_parse(struct note *note, const struct capture_note *from)
{
	static const char to[] = " > ";
	const char *text = from->text, *end = text + from->len;
	const char *peer = find(text, from->len, to), *space;

	*note = (struct note){ .fate = { text, from->len } };
	if (peer == NULL || !parse_endpoint(&note->local, text, (size_t)(peer - text)))
		return;
	peer += sizeof to - 1;
	space = find(peer, (size_t)(end - peer), " ");
	if (space == NULL || !parse_endpoint(&note->peer, peer, (size_t)(space - peer)))
		return;
	note->names_ends = true;
	note->fate = (struct words){ NULL, 0 };
	parse_event(note, space + 1, (size_t)(end - space - 1));
}
