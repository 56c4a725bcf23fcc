#include "loopback.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

int loopback_socket(struct dm_destination *to)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t bytes = sizeof(address);
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	const int size = 4 << 20;

	assert_true(fd >= 0);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	assert_int_equal(bind(fd, (struct sockaddr *)&address, bytes), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &bytes), 0);
	memcpy(&to->address, &address, sizeof(address));
	to->address_bytes = bytes;
	return fd;
}

void loopback_init(struct loopback *loopback)
{
	struct dm_destination unused;

	loopback->fd = loopback_socket(&unused);
	assert_int_equal(dm_protect_engine_create(&loopback->engine), 0);
	assert_int_equal(
		dm_wire_create(&loopback->wire, &(struct dm_wire_options){ .fd = loopback->fd }),
		0);
	assert_int_equal(dm_sender_create(&loopback->sender, loopback->wire, loopback->engine), 0);
}

void loopback_finish(struct loopback *loopback)
{
	dm_sender_destroy(loopback->sender);
	dm_wire_destroy(loopback->wire);
	dm_protect_engine_destroy(loopback->engine);
	close(loopback->fd);
}
