#include "base/queue.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define PRODUCERS             4
#define MESSAGES_PER_PRODUCER 50000

static void refuses_bad_sizes(void **state)
{
	(void)state;
	const struct {
		size_t capacity;
		size_t message_bytes;
	} bad[] = { { 0, 8 }, { 1, 8 }, { 3, 8 }, { 131072, 8 }, { 16, 0 }, { 16, 4097 } };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct dm_queue *queue = (struct dm_queue *)(uintptr_t)1;

		assert_int_equal(dm_queue_create(&queue, bad[i].capacity, bad[i].message_bytes),
				 -EINVAL);
		assert_null(queue);
	}
	dm_queue_destroy(NULL);
}

static void gives_back_in_order_and_refuses_when_full(void **state)
{
	(void)state;
	struct dm_queue *queue;
	uint32_t out;

	assert_int_equal(dm_queue_create(&queue, 4, sizeof(uint32_t)), 0);
	assert_false(dm_queue_pop(queue, &out));
	for (uint32_t round = 0; round < 10; round++) {
		for (uint32_t i = 0; i < 4; i++) {
			const uint32_t message = round * 4 + i;

			assert_true(dm_queue_push(queue, &message));
		}
		assert_false(dm_queue_push(queue, &round));
		assert_int_equal(dm_queue_refused(queue), round + 1);
		for (uint32_t i = 0; i < 4; i++) {
			assert_true(dm_queue_pop(queue, &out));
			assert_int_equal(out, round * 4 + i);
		}
		assert_false(dm_queue_pop(queue, &out));
	}
	dm_queue_destroy(queue);
}

static void keeps_messages_of_odd_sizes_apart(void **state)
{
	(void)state;
	const size_t sizes[] = { 1, 7, 9, 13, 4096 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		static unsigned char in[4096];
		static unsigned char out[4096];
		struct dm_queue *queue;

		assert_int_equal(dm_queue_create(&queue, 2, sizes[i]), 0);
		memset(in, 0x5A, sizeof(in));
		assert_true(dm_queue_push(queue, in));
		memset(in, 0xA5, sizeof(in));
		assert_true(dm_queue_push(queue, in));
		assert_true(dm_queue_pop(queue, out));
		assert_int_equal(out[0], 0x5A);
		assert_int_equal(out[sizes[i] - 1], 0x5A);
		assert_true(dm_queue_pop(queue, out));
		assert_int_equal(out[0], 0xA5);
		assert_int_equal(out[sizes[i] - 1], 0xA5);
		dm_queue_destroy(queue);
	}
}

struct message {
	uint32_t producer;
	uint32_t number;
	uint32_t copies[5]; /* of number: a torn message would differ */
};

struct producer {
	struct dm_queue *queue;
	uint32_t id;
	uint64_t refused;
};

static void *produce(void *user)
{
	struct producer *producer = user;

	for (uint32_t n = 0; n < MESSAGES_PER_PRODUCER; n++) {
		struct message message = { .producer = producer->id, .number = n };

		for (size_t i = 0; i < 5; i++)
			message.copies[i] = n;
		while (!dm_queue_push(producer->queue, &message)) {
			producer->refused++;
			sched_yield();
		}
	}
	return NULL;
}

static void consume_all(struct dm_queue *queue)
{
	uint32_t next[PRODUCERS] = { 0 };
	size_t left = (size_t)PRODUCERS * MESSAGES_PER_PRODUCER;

	while (left > 0) {
		struct message message;

		if (!dm_queue_pop(queue, &message)) {
			sched_yield();
			continue;
		}
		assert_in_range(message.producer, 0, PRODUCERS - 1);
		assert_int_equal(message.number, next[message.producer]++);
		for (size_t i = 0; i < 5; i++)
			assert_int_equal(message.copies[i], message.number);
		left--;
	}
}

/* Each message arrives whole, once, and in its producer's order. */
static void many_producers_one_consumer(void **state)
{
	(void)state;
	struct dm_queue *queue;
	struct producer producers[PRODUCERS];
	pthread_t threads[PRODUCERS];
	uint64_t refused = 0;

	assert_int_equal(dm_queue_create(&queue, 64, sizeof(struct message)), 0);
	for (uint32_t i = 0; i < PRODUCERS; i++) {
		producers[i] = (struct producer){ .queue = queue, .id = i };
		assert_int_equal(pthread_create(&threads[i], NULL, produce, &producers[i]), 0);
	}
	consume_all(queue);
	for (uint32_t i = 0; i < PRODUCERS; i++) {
		pthread_join(threads[i], NULL);
		refused += producers[i].refused;
	}
	assert_int_equal(dm_queue_refused(queue), refused);
	dm_queue_destroy(queue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_bad_sizes),
		cmocka_unit_test(gives_back_in_order_and_refuses_when_full),
		cmocka_unit_test(keeps_messages_of_odd_sizes_apart),
		cmocka_unit_test(many_producers_one_consumer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
