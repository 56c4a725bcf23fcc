/* tests/unit/control/http_client.c: see http_client.h */
#include "http_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static void die(const char *what)
{
	perror(what);
	abort();
}

int client_connect(uint16_t port, bool ipv6)
{
	const struct sockaddr_in four = { .sin_family = AF_INET,
					  .sin_port = htons(port),
					  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	const struct sockaddr_in6 six = { .sin6_family = AF_INET6,
					  .sin6_port = htons(port),
					  .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	const int fd = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, ipv6 ? (const void *)&six : (const void *)&four,
			      ipv6 ? sizeof(six) : sizeof(four)))
		die("connect");
	return fd;
}

void client_send(int fd, const void *data, size_t bytes)
{
	const char *at = data;

	while (bytes) {
		const ssize_t sent = send(fd, at, bytes, MSG_NOSIGNAL);

		if (sent < 0 && (errno == EPIPE || errno == ECONNRESET))
			return; /* the relay had enough: what it said is still to be read */
		if (sent < 0)
			die("send");
		at += sent;
		bytes -= (size_t)sent;
	}
}

/* Exactly `bytes`; false when the connection closes first. */
static bool read_exactly(int fd, void *data, size_t bytes)
{
	char *at = data;

	while (bytes) {
		struct pollfd poller = { .fd = fd, .events = POLLIN };
		ssize_t got;

		if (poll(&poller, 1, 10000) <= 0)
			die("nothing came for ten seconds");
		got = recv(fd, at, bytes, 0);
		if (got <= 0)
			return false;
		at += got;
		bytes -= (size_t)got;
	}
	return true;
}

struct reply client_read_reply(int fd, bool head)
{
	struct reply reply = { 0 };
	char length[32];
	size_t used = 0;

	while (!strstr(reply.head, "\r\n\r\n")) {
		if (used + 1 == sizeof(reply.head))
			die("head too long");
		if (!read_exactly(fd, reply.head + used, 1))
			return reply;
		reply.head[++used] = '\0';
	}
	if (sscanf(reply.head, "HTTP/1.%*c %u", &reply.status) != 1)
		die("no status line");
	reply_header(&reply, "Content-Length", length, sizeof(length));
	reply.body_bytes = head ? 0 : strtoul(length, NULL, 10);
	reply.body = calloc(1, reply.body_bytes + 1);
	if (!read_exactly(fd, reply.body, reply.body_bytes))
		reply.status = 0;
	return reply;
}

void reply_finish(struct reply *reply)
{
	free(reply->body);
	reply->body = NULL;
}

void reply_header(const struct reply *reply, const char *name, char *value, size_t bytes)
{
	const char *line = reply->head;

	value[0] = '\0';
	while ((line = strstr(line, "\r\n"))) {
		const size_t length = strlen(name);

		line += 2;
		if (strncasecmp(line, name, length) || line[length] != ':')
			continue;
		line += length + 1;
		line += strspn(line, " ");
		snprintf(value, bytes, "%.*s", (int)strcspn(line, "\r"), line);
		return;
	}
}

struct reply client_request(uint16_t port, const char *method, const char *path,
			    const char *headers, const char *body)
{
	const int fd = client_connect(port, false);
	char head[2048];
	struct reply reply;

	snprintf(head, sizeof(head), "%s %s HTTP/1.1\r\nHost: localhost\r\n%s", method, path,
		 headers);
	if (body)
		snprintf(head + strlen(head), sizeof(head) - strlen(head),
			 "Content-Length: %zu\r\n", strlen(body));
	strcat(head, "\r\n");
	client_send(fd, head, strlen(head));
	if (body)
		client_send(fd, body, strlen(body));
	reply = client_read_reply(fd, !strcmp(method, "HEAD"));
	close(fd);
	return reply;
}

unsigned client_upgrade(int fd, const char *path, const char *protocol)
{
	char head[1024];
	struct reply reply;
	unsigned status;

	/* The key is RFC 6455's own example (1.3). */
	snprintf(
		head, sizeof(head),
		"GET %s HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
		"Connection: keep-alive, Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n",
		path);
	if (protocol)
		snprintf(head + strlen(head), sizeof(head) - strlen(head),
			 "Sec-WebSocket-Protocol: %s\r\n", protocol);
	strcat(head, "\r\n");
	client_send(fd, head, strlen(head));
	reply = client_read_reply(fd, false);
	status = reply.status;
	if (status == 101 && !strcasestr(reply.head, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
		die("wrong Sec-WebSocket-Accept");
	reply_finish(&reply);
	return status;
}

void client_send_frame(int fd, unsigned opcode, bool final, const void *data, size_t bytes)
{
	static const uint8_t mask[4] = { 0x37, 0xfa, 0x21, 0x3d };
	uint8_t *frame = malloc(bytes + 14);
	size_t used = 0;

	frame[used++] = (uint8_t)((final ? 0x80 : 0) | opcode);
	if (bytes < 126) {
		frame[used++] = (uint8_t)(0x80 | bytes);
	} else if (bytes < 65536) {
		frame[used++] = 0x80 | 126;
		frame[used++] = (uint8_t)(bytes >> 8);
		frame[used++] = (uint8_t)bytes;
	} else {
		frame[used++] = 0x80 | 127;
		for (int shift = 56; shift >= 0; shift -= 8)
			frame[used++] = (uint8_t)((uint64_t)bytes >> shift);
	}
	memcpy(frame + used, mask, 4);
	used += 4;
	for (size_t i = 0; i < bytes; i++)
		frame[used + i] = ((const uint8_t *)data)[i] ^ mask[i % 4];
	client_send(fd, frame, used + bytes);
	free(frame);
}

struct frame client_read_frame(int fd)
{
	struct frame frame = { .opcode = 0xff };
	uint8_t head[2];
	uint8_t length[8];
	size_t extra;

	if (!read_exactly(fd, head, 2))
		return frame;
	frame.bytes = head[1] & 0x7f;
	extra = frame.bytes == 126 ? 2 : frame.bytes == 127 ? 8 : 0;
	if (extra) {
		if (!read_exactly(fd, length, extra))
			return frame;
		frame.bytes = 0;
		for (size_t i = 0; i < extra; i++)
			frame.bytes = frame.bytes << 8 | length[i];
	}
	frame.data = calloc(1, frame.bytes + 1);
	if (read_exactly(fd, frame.data, frame.bytes))
		frame.opcode = head[0] & 0xf;
	return frame;
}

bool client_wait_closed(int fd, int milliseconds)
{
	char byte;
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	while (poll(&poller, 1, milliseconds) > 0) {
		if (recv(fd, &byte, 1, 0) <= 0)
			return true;
	}
	return false;
}
