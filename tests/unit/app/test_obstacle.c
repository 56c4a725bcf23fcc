#include "app/obstacle.h"

#include <errno.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void test_media(void **state)
{
	struct dm_transport_options options = { .first_port = 7000, .workers = 4 };
	char message[512];

	(void)state;
	dm_obstacle_explain_media(&options, -EADDRINUSE, message, sizeof(message));
	assert_string_equal(
		message,
		"one of the UDP ports 7000 to 7003 is in use by another program: stop that (ss -lunp shows it), or choose another with server.media.port or --media-port");
	options.workers = 1;
	dm_obstacle_explain_media(&options, -EACCES, message, sizeof(message));
	assert_string_equal(
		message,
		"UDP port 7000 may not be used: ports below 1024 need CAP_NET_BIND_SERVICE; choose another with server.media.port or --media-port");
	options.address = "203.0.113.9";
	dm_obstacle_explain_media(&options, -EADDRNOTAVAIL, message, sizeof(message));
	assert_string_equal(
		message,
		"server.media.address: 203.0.113.9 is no address of this machine: write one that 'ip address' lists, or leave the key out for all");
}

static void test_web(void **state)
{
	struct dm_control_options options = { .port = 8080 };
	char message[512];

	(void)state;
	dm_obstacle_explain_web(&options, -EADDRINUSE, message, sizeof(message));
	assert_string_equal(
		message,
		"TCP port 8080 is in use by another program: stop that (ss -ltnp shows it), or choose another with server.http.port or --http-port");
	dm_obstacle_explain_web(&options, -ENOENT, message, sizeof(message));
	assert_string_equal(
		message,
		"the certificate, its key or the pages cannot be read: the line above names the file; see server.tls and server.http.web");
	options.address = "203.0.113.9";
	dm_obstacle_explain_web(&options, -EIO, message, sizeof(message));
	assert_string_equal(
		message,
		"the web side cannot start on TCP port 8080 of 203.0.113.9: Input/output error; see the lines above and server.http");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_media),
		cmocka_unit_test(test_web),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
