/* tests/unit/control/http_client.h: a blocking HTTP/1.1 and websocket client on plain sockets. */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reply {
	unsigned status;
	char head[4096];
	char *body; /* malloc'd, NUL-terminated */
	size_t body_bytes;
};

/* A connected socket on loopback; `ipv6` chooses ::1. Fails the process when there is none. */
int client_connect(uint16_t port, bool ipv6);

void client_send(int fd, const void *data, size_t bytes);

/* One response with Content-Length; `head` says that no body comes. Status 0: closed. */
struct reply client_read_reply(int fd, bool head);
void reply_finish(struct reply *reply);

/* One request on a connection of its own; `headers` are whole lines. */
struct reply client_request(uint16_t port, const char *method, const char *path,
			    const char *headers, const char *body);

/* The value of a header, copied; "" when there is none. Names without case. */
void reply_header(const struct reply *reply, const char *name, char *value, size_t bytes);

/* Upgrades; the status of the response is returned. */
unsigned client_upgrade(int fd, const char *path, const char *protocol);

/* A masked frame (RFC 6455, 5.2). */
void client_send_frame(int fd, unsigned opcode, bool final, const void *data, size_t bytes);

/* One whole frame; the payload is malloc'd and NUL-terminated. Opcode 0xff: closed. */
struct frame {
	unsigned opcode;
	char *data;
	size_t bytes;
};
struct frame client_read_frame(int fd);

/* True when the other side closes within the time. */
bool client_wait_closed(int fd, int milliseconds);

#endif
