/* What a media socket is told about its packets, on real sockets. */
#include "transport/socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

static int option(int fd, int level, int name)
{
	int value = -1;
	socklen_t bytes = sizeof(value);

	assert_int_equal(getsockopt(fd, level, name, &value, &bytes), 0);
	return value;
}

static void icmp_cannot_make_it_fragment(void **state)
{
	static const char *const addresses[] = { "127.0.0.1", "" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		uint16_t port = 0;
		int fd, family;

		assert_int_equal(dm_socket_open(&fd, addresses[i], 0, &port), 0);
		assert_int_not_equal(port, 0);
		assert_int_equal(option(fd, IPPROTO_IP, IP_MTU_DISCOVER), IP_PMTUDISC_PROBE);
		family = option(fd, SOL_SOCKET, SO_DOMAIN);
		if (family == AF_INET6)
			assert_int_equal(option(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER),
					 IPV6_PMTUDISC_PROBE);
		close(fd);
	}
}

static void a_wrong_address_is_no_socket(void **state)
{
	uint16_t port;
	int fd;

	(void)state;
	assert_int_equal(dm_socket_open(&fd, "localhost", 0, &port), -EINVAL);
	assert_int_equal(fd, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(icmp_cannot_make_it_fragment),
		cmocka_unit_test(a_wrong_address_is_no_socket),
	};

	return cmocka_run_group_tests_name("socket", tests, NULL, NULL);
}
