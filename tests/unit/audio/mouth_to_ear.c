/* How much later than its packet a microphone's sound leaves the relay, encoded, by a beat in
 * simulated time: tone bursts through half an hour, whose sender's clock is off by DRIFT_PPM (the
 * build makes a program with a slow clock and one with a fast one). */
#include "desk_rig.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FRAME DM_AUDIO_FRAME_SAMPLES

/* With a sanitizer, or not optimised, this takes three times as long. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__OPTIMIZE__)
#define LONG_RUN DM_SEC(300)
#else
#define LONG_RUN DM_SEC(1800)
#endif

#define PER_MINUTE 120 /* bursts */

static struct recording bursts;
static struct desk_rig rig;

static int compare(const void *a, const void *b)
{
	const dm_usec x = *(const dm_usec *)a, y = *(const dm_usec *)b;

	return (x > y) - (x < y);
}

/* How much later a burst is heard in the track than in the packet that brought it. */
struct delays {
	size_t count;
	size_t quiet; /* samples since it was loud */
	dm_usec of[4000];
};

static void find_bursts(struct delays *delays, const struct rig_listener *listener,
			const struct link *link)
{
	const dm_usec at = rig_published_at(&rig);

	for (size_t n = 0; n < FRAME; n++) {
		const bool is_loud = fabsf(listener->samples[n]) > 0.25f;

		if (is_loud && delays->quiet >= 4800) {
			/* A burst begins every 25 packets, 6.5 ms (the sender's codec) and a
			 * quarter period into its packet. */
			const dm_usec out = at + (dm_usec)n * 125 / 6;
			const double each = 500000 / (1 + link->options.drift_ppm * 1e-6);
			const int64_t burst = (int64_t)((double)(out - DM_SEC(100) - DM_MSEC(40)) /
							each);
			const dm_usec arrived = link_sends_at(link, 25 * burst) +
						link->options.delay + 6500;

			assert_true(delays->count < 4000);
			delays->of[delays->count++] = out - arrived;
		}
		delays->quiet = is_loud ? 0 : delays->quiet + 1;
	}
}

static dm_usec most_of(const dm_usec *delays, size_t count)
{
	dm_usec most = 0;

	for (size_t n = 0; n < count; n++)
		most = delays[n] > most ? delays[n] : most;
	return most;
}

static void begin(void)
{
	const struct dm_engine_options engine = { .ceiling_db = -2 };
	const struct dm_engine_state state = { .mode = DM_ENGINE_ON_AIR };
	const struct link_options options = {
		.recording = &bursts,
		.ssrc = 1,
		.delay = DM_MSEC(20),
		.drift_ppm = DRIFT_PPM,
	};

	rig_begin_alone(&rig, &engine);
	rig_send(&rig, 0, &options);
	assert_int_equal(dm_ticker_connect(rig.ticker, RIG_A, 0, rig.senders[0].intake), 0);
	assert_int_equal(dm_ticker_set(rig.ticker, RIG_A, &state), 0);
	rig_run(&rig, DM_SEC(2));
}

static void test_mouth_to_ear(void **state)
{
	static struct delays delays = { .quiet = 4800 };

	(void)state;
	begin();
	for (int64_t tick = 0; tick < LONG_RUN / DM_MSEC(20); tick++) {
		rig_step(&rig);
		find_bursts(&delays, &rig.listeners[RIG_A], &rig.senders[0].link);
	}

	const size_t count = delays.count;

	assert_true(count > LONG_RUN / DM_MSEC(500) - 20);

	const dm_usec first = most_of(delays.of, PER_MINUTE);
	const dm_usec last = most_of(delays.of + count - PER_MINUTE, PER_MINUTE);

	qsort(delays.of, count, sizeof(dm_usec), compare);

	const dm_usec p99 = delays.of[count * 99 / 100];

	printf("%+d ppm, %zu bursts: the relay adds %.1f ms (median), %.1f ms (p99), %.1f ms (most); "
	       "at most %.1f ms in the first minute, %.1f ms in the last\n",
	       DRIFT_PPM, count, (double)delays.of[count / 2] / 1e3, (double)p99 / 1e3,
	       (double)delays.of[count - 1] / 1e3, (double)first / 1e3, (double)last / 1e3);
	assert_true(p99 <= DM_MSEC(60));
	assert_true(delays.of[0] > 0);
	assert_true(last <= first + DM_MSEC(2));
	rig_end(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mouth_to_ear),
	};

	recording_make(&bursts, 25, 64000, 0, sound_of_bursts);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
