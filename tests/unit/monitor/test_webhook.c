/* Webhooks without a network: signatures, bodies, and the queue in simulated time. */
#include "monitor/webhook.h"
#include "monitor/webhook_body.h"
#include "monitor/webhook_queue.h"
#include "monitor/webhook_signature.h"

#include <errno.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- signatures --- */

/* printf 't.body' | openssl dgst -sha256 -mac HMAC -macopt hexkey:… */
static void test_signature(void **state)
{
	static const char zeros[] = "a\0b-0123456789abcdef0123456789abcdef";
	char out[DM_WEBHOOK_SIGNATURE_SIZE];

	(void)state;
	dm_webhook_sign("0123456789abcdef0123456789abcdef", 32, 1795334400, "{\"a\":1}", 7, out);
	assert_string_equal(
		out,
		"t=1795334400,v1=5d644dad8f781d8330c1945cdb517ed5f02edc91ff51758ec68866a57e1281fd");
	dm_webhook_sign(zeros, sizeof(zeros) - 1, 1, "", 0, out);
	assert_string_equal(
		out, "t=1,v1=093cc079c805128923dab91dd8f499d2a412e68b12f9476f47a2a7c0777722cc");
	dm_webhook_sign("k", 1, INT64_MIN, "x", 1, out);
	assert_int_equal(strlen(out), 2 + 20 + 4 + 64);
}

/* --- bodies --- */

static void test_body(void **state)
{
	char *body;

	(void)state;
	assert_int_equal(dm_webhook_body(&body, "i-1", 1795334400123, "forum", "alarm.raised",
					 "{\"alarm\": {\"id\": 17, \"place\": \"الافتتاح\"}}"),
			 0);
	assert_string_equal(body, "{\"id\":\"i-1\",\"time\":1795334400.123,\"event\":\"forum\","
				  "\"type\":\"alarm.raised\",\"alarm\":{\"id\":17,\"place\":"
				  "\"الافتتاح\"}}");
	free(body);
	assert_int_equal(dm_webhook_body(&body, "i", 1000, "e", "session.running", NULL), 0);
	assert_string_equal(body, "{\"id\":\"i\",\"time\":1.0,\"event\":\"e\","
				  "\"type\":\"session.running\"}");
	free(body);
}

/* Nothing in the detail passes for what the relay says itself. */
static void test_body_is_ours(void **state)
{
	char *body;

	(void)state;
	assert_int_equal(dm_webhook_body(&body, "i", 1000, "e", "t",
					 "{\"type\":\"forged\",\"id\":\"x\",\"more\":null}"),
			 0);
	assert_string_equal(body, "{\"id\":\"i\",\"time\":1.0,\"event\":\"e\",\"type\":\"t\","
				  "\"more\":null}");
	free(body);
}

static void test_bad_bodies(void **state)
{
	static const char *const bad[] = { "", "[]", "1", "{", "{\"a\":1}}", "null", "{\"a\":}" };
	char *long_text = g_strnfill(DM_WEBHOOK_BODY_MAX, 'x');
	char *json = g_strdup_printf("{\"a\":\"%s\"}", long_text);
	char *body = json;

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		assert_int_equal(dm_webhook_body(&body, "i", 0, "e", "t", bad[i]), -EINVAL);
		assert_null(body);
	}
	assert_int_equal(dm_webhook_body(&body, "i", 0, "e", "t", json), -EMSGSIZE);
	assert_null(body);
	g_free(json);
	g_free(long_text);
}

/* --- the queue --- */

static int setup(void **state)
{
	struct dm_webhook_queue *queue = malloc(sizeof(*queue));

	dm_webhook_queue_init(queue);
	*state = queue;
	return 0;
}

static int teardown(void **state)
{
	dm_webhook_queue_finish(*state);
	free(*state);
	return 0;
}

static void put(struct dm_webhook_queue *queue, int number, dm_usec now)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", number);
	dm_webhook_queue_put(queue, g_ref_string_new(text), now);
}

/* The number that is to be sent now, or -1. */
static int due(struct dm_webhook_queue *queue, dm_usec now)
{
	dm_usec next;
	const char *body = dm_webhook_queue_due(queue, now, &next);

	return body ? atoi(body) : -1;
}

static dm_usec next_of(struct dm_webhook_queue *queue, dm_usec now)
{
	dm_usec next;

	assert_null(dm_webhook_queue_due(queue, now, &next));
	return next;
}

#define EXPECT_COUNTS(queue, d, f, x, w)                                 \
	do {                                                             \
		assert_int_equal(dm_metric_get(&(queue)->delivered), d); \
		assert_int_equal(dm_metric_get(&(queue)->failed), f);    \
		assert_int_equal(dm_metric_get(&(queue)->dropped), x);   \
		assert_int_equal(dm_metric_get(&(queue)->waiting), w);   \
	} while (0)

static void test_order(void **state)
{
	struct dm_webhook_queue *queue = *state;

	assert_true(next_of(queue, 5) == DM_USEC_NEVER);
	for (int n = 0; n < 3; n++)
		put(queue, n, n);
	for (int n = 0; n < 3; n++) {
		assert_int_equal(due(queue, 10), n);
		assert_int_equal(due(queue, 10), -1); /* one at a time */
		assert_true(next_of(queue, 10) == DM_USEC_NEVER);
		dm_webhook_queue_answer(queue, n == 1 ? DM_WEBHOOK_REFUSED : DM_WEBHOOK_TAKEN, 0,
					10, 0);
	}
	assert_int_equal(due(queue, 10), -1);
	EXPECT_COUNTS(queue, 2, 1, 0, 0);
}

/* 10 s, doubling to 10 min, without spread (chance ½) and with; the first post stays the first. */
static void test_backoff(void **state)
{
	static const int seconds[] = { 10, 20, 40, 80, 160, 320, 600, 600 };
	static const struct {
		double chance, factor;
	} spreads[] = { { 0.5, 1 }, { 0, 0.8 }, { 1, 1.2 } };
	struct dm_webhook_queue *queue = *state;

	for (size_t s = 0; s < G_N_ELEMENTS(spreads); s++) {
		dm_usec now = DM_SEC(100000 * (int)(s + 1));

		put(queue, 7, now);
		put(queue, 8, now);
		for (size_t i = 0; i < G_N_ELEMENTS(seconds); i++) {
			const dm_usec wait = (dm_usec)((double)DM_SEC(seconds[i]) *
						       spreads[s].factor);

			assert_int_equal(due(queue, now), 7);
			dm_webhook_queue_answer(queue, DM_WEBHOOK_AWAY, 0, now, spreads[s].chance);
			assert_true(next_of(queue, now) == now + wait);
			assert_int_equal(due(queue, now + wait - 1), -1);
			now += wait;
		}
		assert_int_equal(due(queue, now), 7);
		dm_webhook_queue_answer(queue, DM_WEBHOOK_TAKEN, 0, now, 0);
		assert_int_equal(due(queue, now), 8); /* at once: the receiver is back */
		dm_webhook_queue_answer(queue, DM_WEBHOOK_TAKEN, 0, now, 0);
	}
	EXPECT_COUNTS(queue, 6, 0, 0, 0);
}

static void test_receiver_asks_to_wait(void **state)
{
	struct dm_webhook_queue *queue = *state;

	put(queue, 1, 0);
	assert_int_equal(due(queue, 0), 1);
	dm_webhook_queue_answer(queue, DM_WEBHOOK_AWAY, DM_SEC(90), 0, 0.5);
	assert_true(next_of(queue, 0) == DM_SEC(90));
	assert_int_equal(due(queue, DM_SEC(90)), 1);
	dm_webhook_queue_answer(queue, DM_WEBHOOK_AWAY, DM_SEC(5), 0, 0.5);
	assert_true(next_of(queue, 0) == DM_SEC(20)); /* no sooner than we would */
	assert_int_equal(due(queue, DM_SEC(90)), 1);
	dm_webhook_queue_answer(queue, DM_WEBHOOK_AWAY, DM_SEC(80000), 0, 0.5);
	assert_true(next_of(queue, 0) == DM_WEBHOOK_WAIT_MOST);
}

/* After an hour it is no news any more; what came later has its own hour. */
static void test_given_up(void **state)
{
	struct dm_webhook_queue *queue = *state;

	put(queue, 1, 0);
	put(queue, 2, DM_SEC(10));
	put(queue, 3, DM_SEC(3000));
	assert_int_equal(due(queue, DM_WEBHOOK_LIFE - 1), 1);
	assert_int_equal(due(queue, DM_WEBHOOK_LIFE + DM_SEC(5)), -1); /* it is under way */
	dm_webhook_queue_answer(queue, DM_WEBHOOK_AWAY, 0, DM_WEBHOOK_LIFE + DM_SEC(6), 0.5);
	assert_int_equal(due(queue, DM_WEBHOOK_LIFE + DM_SEC(20)), 3);
	EXPECT_COUNTS(queue, 0, 2, 0, 1);
}

static void test_full(void **state)
{
	struct dm_webhook_queue *queue = *state;
	const int most = DM_WEBHOOK_WAITING_MAX;

	for (int n = 0; n < most + 10; n++)
		put(queue, n, 0);
	EXPECT_COUNTS(queue, 0, 0, 10, most);
	assert_int_equal(due(queue, 0), 10);
	put(queue, most + 10, 0); /* in place of 11, not of the one under way */
	EXPECT_COUNTS(queue, 0, 0, 11, most);
	dm_webhook_queue_answer(queue, DM_WEBHOOK_TAKEN, 0, 0, 0);
	for (int n = 12; n < most + 11; n++) {
		assert_int_equal(due(queue, 0), n);
		dm_webhook_queue_answer(queue, DM_WEBHOOK_TAKEN, 0, 0, 0);
	}
	EXPECT_COUNTS(queue, most, 0, 11, 0);
}

static void test_hurry(void **state)
{
	struct dm_webhook_queue *queue = *state;

	put(queue, 1, 0);
	put(queue, 2, 0);
	assert_int_equal(due(queue, 0), 1);
	dm_webhook_queue_answer(queue, DM_WEBHOOK_AWAY, 0, 0, 0.5);
	assert_int_equal(due(queue, 1), -1);
	dm_webhook_queue_hurry(queue);
	assert_int_equal(due(queue, 1), 1);
	dm_webhook_queue_finish(queue);
	EXPECT_COUNTS(queue, 0, 0, 2, 0);
	dm_webhook_queue_answer(queue, DM_WEBHOOK_TAKEN, 0, 0, 0); /* to nobody */
	EXPECT_COUNTS(queue, 0, 0, 2, 0);
}

/* Ten thousand random steps: nothing is lost, doubled or overtaken. */
static void test_random(void **state)
{
	const guint32 seed = g_random_int();
	GRand *chance = g_rand_new_with_seed(seed);
	struct dm_webhook_queue *queue = *state;
	int64_t made = 0;
	int latest = -1;
	int under_way = -1;
	dm_usec now = 0;

	print_message("seed %u\n", seed);
	for (int step = 0; step < 10000; step++) {
		now += g_rand_int_range(chance, 0, 60) * DM_SEC(1);
		if (g_rand_boolean(chance))
			put(queue, (int)made++, now);
		if (under_way < 0) {
			under_way = due(queue, now);
		} else if (g_rand_boolean(chance)) {
			const enum dm_webhook_answer answer = (enum dm_webhook_answer)
				g_rand_int_range(chance, 0, 3);

			dm_webhook_queue_answer(queue, answer, 0, now, g_rand_double(chance));
			if (answer != DM_WEBHOOK_AWAY) {
				assert_true(under_way > latest);
				latest = under_way;
			}
			under_way = -1;
		}
		assert_int_equal(dm_metric_get(&queue->delivered) + dm_metric_get(&queue->failed) +
					 dm_metric_get(&queue->dropped) +
					 dm_metric_get(&queue->waiting),
				 made);
	}
	g_rand_free(chance);
}

/* --- without webhooks --- */

static void test_nobody_listens(void **state)
{
	const struct dm_monitor_options none = { .enabled = true };
	const struct dm_webhook_options hook = {
		.url = "http://127.0.0.1:1/",
		.secret = "s",
		.secret_bytes = 1,
		.alarms = true,
	};
	const struct dm_monitor_options one = { .webhooks = &hook, .webhook_count = 1 };
	struct dm_metrics *metrics;
	struct dm_webhooks *webhooks;

	(void)state;
	assert_int_equal(dm_metrics_create(&metrics), 0);
	assert_int_equal(dm_webhooks_create(&webhooks, &none, "e", metrics), 0);
	assert_int_equal(dm_webhooks_post(webhooks, DM_WEBHOOK_ALARM, "alarm.raised", "{}"), 0);
	dm_webhooks_destroy(webhooks);
	assert_int_equal(dm_webhooks_post(NULL, DM_WEBHOOK_ALARM, "alarm.raised", "{}"), 0);
	dm_webhooks_destroy(NULL);

	/* What a webhook does not want is not even looked at; what cannot be posted is counted. */
	assert_int_equal(dm_webhooks_create(&webhooks, &one, "e", metrics), 0);
	assert_int_equal(dm_webhooks_post(webhooks, DM_WEBHOOK_SESSION, "session.closed", "["), 0);
	assert_int_equal(dm_webhooks_post(webhooks, DM_WEBHOOK_ALARM, "alarm.raised", "["),
			 -EINVAL);

	char *text = dm_metrics_render(metrics, NULL);

	assert_non_null(
		strstr(text, "dragoman_webhook_posts_total{webhook=\"0\",result=\"dropped\"} 1\n"));
	assert_non_null(strstr(text, "dragoman_webhook_waiting{webhook=\"0\"} 0\n"));
	free(text);
	dm_webhooks_destroy(webhooks);
	dm_metrics_destroy(metrics);
}

#define QUEUE_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signature),
		cmocka_unit_test(test_body),
		cmocka_unit_test(test_body_is_ours),
		cmocka_unit_test(test_bad_bodies),
		QUEUE_TEST(test_order),
		QUEUE_TEST(test_backoff),
		QUEUE_TEST(test_receiver_asks_to_wait),
		QUEUE_TEST(test_given_up),
		QUEUE_TEST(test_full),
		QUEUE_TEST(test_hurry),
		QUEUE_TEST(test_random),
		cmocka_unit_test(test_nobody_listens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
