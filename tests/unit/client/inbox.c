/* The sockets of a crowd, over the kernel's loopback. */
#include "../../../client/native/inbox.h"

#include "../../../client/native/arrival.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/udp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define LISTENERS 5
#define SEGMENT   100
#define WAIT_MS   5000 /* at most, for what is there at once on loopback */

struct got {
	unsigned datagrams[LISTENERS];
	size_t bytes[LISTENERS];
	dm_usec at;
	unsigned total;
};

static void on_datagram(void *user, const struct dm_inbox_datagram *datagram)
{
	struct got *got = user;

	assert_int_equal(datagram->data[0], 'a' + (int)datagram->listener);
	got->datagrams[datagram->listener]++;
	got->bytes[datagram->listener] += datagram->bytes;
	got->at = datagram->at;
	got->total++;
}

static int open_server(struct dm_address *address)
{
	struct sockaddr_in bound = { .sin_family = AF_INET,
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(bound);
	const int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&bound, length), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&bound, &length), 0);
	*address = (struct dm_address){ .family = AF_INET, .port = ntohs(bound.sin_port) };
	memcpy(address->ip, &bound.sin_addr, 4);
	return fd;
}

/* Answers each listener's datagram with `count` of SEGMENT bytes, in one send when it may. */
static void answer_all(int server, unsigned count)
{
	for (int i = 0; i < LISTENERS; i++) {
		uint8_t data[16 * SEGMENT];
		struct sockaddr_in from;
		socklen_t length = sizeof(from);
		const int segment = SEGMENT;

		assert_int_equal(
			recvfrom(server, data, sizeof(data), 0, (struct sockaddr *)&from, &length),
			1);
		memset(data, data[0], sizeof(data));
		assert_int_equal(
			setsockopt(server, SOL_UDP, UDP_SEGMENT, &segment, sizeof(segment)), 0);
		assert_int_equal(sendto(server, data, count * SEGMENT - 30, 0,
					(struct sockaddr *)&from, length),
				 count * SEGMENT - 30);
	}
}

static void drain_until(struct dm_inbox *inbox, struct got *got, unsigned total)
{
	struct pollfd fd = { .fd = dm_inbox_fd(inbox), .events = POLLIN };

	while (got->total < total) {
		assert_int_equal(poll(&fd, 1, WAIT_MS), 1);
		dm_inbox_drain(inbox, on_datagram, got);
	}
}

static void carries(bool spread)
{
	const struct dm_inbox_options options = { .listeners = LISTENERS,
						  .spread = spread,
						  .polled = true };
	struct got got = { 0 };
	struct dm_address address;
	struct dm_inbox *inbox;
	const int server = open_server(&address);
	const dm_usec before = dm_time_now();

	assert_int_equal(dm_inbox_create(&inbox, &options), 0);
	for (uint32_t i = 0; i < LISTENERS; i++) {
		const uint8_t letter = (uint8_t)('a' + i);

		assert_int_equal(dm_inbox_send(inbox, i, &letter, 1), -ENOTCONN);
		assert_int_equal(dm_inbox_open(inbox, i, &address), 0);
		assert_int_equal(dm_inbox_open(inbox, i, &address), -EINVAL);
		assert_int_equal(dm_inbox_send(inbox, i, &letter, 1), 0);
	}
	answer_all(server, 4);
	drain_until(inbox, &got, 4 * LISTENERS);
	for (int i = 0; i < LISTENERS; i++) {
		assert_int_equal(got.datagrams[i], 4);
		assert_int_equal(got.bytes[i], 4 * SEGMENT - 30);
	}
	/* The kernel's time, on our axis. */
	assert_in_range(got.at, before - DM_MSEC(2), dm_time_now() + DM_MSEC(2));
	assert_int_equal(dm_inbox_overflowed(inbox), 0);
	dm_inbox_close(inbox, 0);
	dm_inbox_close(inbox, 0);
	assert_int_equal(dm_inbox_drain(inbox, on_datagram, &got), 0);
	dm_inbox_destroy(inbox);
	close(server);
}

static void carries_over_one_socket(void **state)
{
	(void)state;
	carries(true);
}

static void carries_over_a_socket_each(void **state)
{
	(void)state;
	carries(false);
}

/* Sent to the addresses without any signalling: a mere sink. */
static void serves_as_a_sink(void **state)
{
	const struct dm_inbox_options options = { .listeners = LISTENERS,
						  .spread = true,
						  .polled = true };
	struct got got = { 0 };
	struct dm_address address;
	struct dm_inbox *inbox;
	const int server = open_server(&address);
	int port;

	(void)state;
	assert_int_equal(dm_inbox_create(&inbox, &options), 0);
	port = dm_inbox_port(inbox);
	assert_true(port > 0);
	assert_int_equal(dm_inbox_port(inbox), port);
	for (uint32_t i = 0; i < LISTENERS; i++) {
		const struct sockaddr_in to = { .sin_family = AF_INET,
						.sin_port = htons((uint16_t)port),
						.sin_addr.s_addr = htonl(dm_spread_address(i)) };
		const uint8_t letter = (uint8_t)('a' + i);

		assert_int_equal(
			sendto(server, &letter, 1, 0, (const struct sockaddr *)&to, sizeof(to)), 1);
	}
	drain_until(inbox, &got, LISTENERS);
	dm_inbox_destroy(inbox);
	close(server);
}

static void refuses_what_it_cannot_hold(void **state)
{
	struct dm_inbox_options options = { .listeners = 0, .spread = true };
	struct dm_address address = { .family = AF_INET, .port = 9, .ip = { 127, 0, 0, 1 } };
	struct dm_inbox *inbox;

	(void)state;
	assert_int_equal(dm_inbox_create(&inbox, &options), -EINVAL);
	options.listeners = DM_SPREAD_MAX + 1;
	assert_int_equal(dm_inbox_create(&inbox, &options), -EINVAL);
	assert_null(inbox);
	options.listeners = 1;
	assert_int_equal(dm_inbox_create(&inbox, &options), 0);
	assert_int_equal(dm_inbox_open(inbox, 1, &address), -EINVAL);
	dm_inbox_destroy(inbox);
	dm_inbox_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(carries_over_one_socket),
		cmocka_unit_test(carries_over_a_socket_each),
		cmocka_unit_test(serves_as_a_sink),
		cmocka_unit_test(refuses_what_it_cannot_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
