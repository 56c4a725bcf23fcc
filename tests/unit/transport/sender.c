/* The sender over a real socket on loopback: what arrives, in which order, in how many calls. */
#include "transport/sender.h"

#include "loopback.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

struct fixture {
	struct loopback out;
	int in[2];
	struct dm_destination to[2];
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	loopback_init(&fixture->out);
	fixture->in[0] = loopback_socket(&fixture->to[0]);
	fixture->in[1] = loopback_socket(&fixture->to[1]);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	loopback_finish(&fixture->out);
	close(fixture->in[0]);
	close(fixture->in[1]);
	free(fixture);
	return 0;
}

static void put(struct fixture *fixture, int to, uint8_t value, uint32_t bytes)
{
	memset(dm_sender_reserve(fixture->out.sender), value, bytes);
	dm_sender_commit(fixture->out.sender,
			 &(struct dm_sender_packet){ .to = &fixture->to[to], .bytes = bytes });
}

static void expect(struct fixture *fixture, int at, uint8_t value, size_t bytes)
{
	uint8_t data[2048];
	const ssize_t got = recv(fixture->in[at], data, sizeof(data), 0);

	assert_int_equal(got, bytes);
	assert_int_equal(data[0], value);
	assert_int_equal(data[bytes - 1], value);
}

static void packets_of_one_frame_leave_in_one_call(void **state)
{
	struct fixture *fixture = *state;

	for (uint8_t i = 0; i < 6; i++)
		put(fixture, 0, i, i == 5 ? 700 : 1100);
	dm_sender_flush(fixture->out.sender);
	for (uint8_t i = 0; i < 6; i++)
		expect(fixture, 0, i, i == 5 ? 700 : 1100);
	assert_int_equal(dm_metric_get(&dm_wire_metrics(fixture->out.wire)->calls), 1);
	assert_int_equal(dm_metric_get(&dm_wire_metrics(fixture->out.wire)->packets), 6);
}

static void sizes_and_addresses_may_change_at_will(void **state)
{
	struct fixture *fixture = *state;
	static const uint32_t sizes[] = { 100, 100, 40, 40, 900, 901, 100, 1, 1, 1200 };

	for (uint8_t i = 0; i < 10; i++)
		put(fixture, i % 3 == 0, i, sizes[i]);
	dm_sender_flush(fixture->out.sender);
	for (uint8_t i = 0; i < 10; i++)
		expect(fixture, i % 3 == 0, i, sizes[i]);
	assert_true(recv(fixture->in[0], &(uint8_t){ 0 }, 1, 0) < 0);
}

static void a_full_batch_leaves_by_itself(void **state)
{
	struct fixture *fixture = *state;
	int received = 0;
	uint8_t data[2048];

	for (int i = 0; i < 2000; i++) {
		put(fixture, 0, (uint8_t)i, 300);
		/* Keep the receiving socket's buffer from filling. */
		while (recv(fixture->in[0], data, sizeof(data), 0) > 0)
			assert_int_equal(data[0], (uint8_t)received++);
	}
	dm_sender_flush(fixture->out.sender);
	while (recv(fixture->in[0], data, sizeof(data), 0) > 0)
		assert_int_equal(data[0], (uint8_t)received++);
	assert_int_equal(received, 2000);
}

static void an_unreachable_peer_costs_nobody_else(void **state)
{
	struct fixture *fixture = *state;
	struct sockaddr_in nowhere = { .sin_family = AF_INET, .sin_port = 0 };

	put(fixture, 0, 1, 100);
	memcpy(&fixture->to[1].address, &nowhere, sizeof(nowhere)); /* port 0: EINVAL */
	put(fixture, 1, 2, 100);
	put(fixture, 0, 3, 100);
	dm_sender_flush(fixture->out.sender);
	expect(fixture, 0, 1, 100);
	expect(fixture, 0, 3, 100);
	assert_int_equal(dm_metric_get(&dm_wire_metrics(fixture->out.wire)->dropped_error), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(packets_of_one_frame_leave_in_one_call, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(sizes_and_addresses_may_change_at_will, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_full_batch_leaves_by_itself, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_unreachable_peer_costs_nobody_else, set_up,
						tear_down),
	};

	return cmocka_run_group_tests_name("sender", tests, NULL, NULL);
}
