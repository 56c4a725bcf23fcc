/* People who come, go and change their language, many at once: what it costs them, the others, and
 * the relay. One process is the relay's transport, this one its listeners: who is watched in one
 * thread, who comes in another, behind it. Run the release build.
 *
 *   bench_joins burst [CROWD] [JOINS] [RATE]   JOINS arrive, RATE a second, where CROWD listen
 *   bench_joins changes [CROWD] [CHANGES]      CHANGES of channel within a second
 *   bench_joins cycles [CYCLES] [TOGETHER]     join and leave, TOGETHER at a time
 *   bench_joins memory [LISTENERS]             what each takes
 */
#include "crowd.h"
#include "receiver.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define JOIN_WITHIN  DM_SEC(30)
#define QUIET        DM_SEC(3)
#define GENTLE       200  /* joins a second, while nothing is measured */
#define JOINERS_NICE 5    /* they are other machines: nobody's sound waits for them */
#define GROWTH_EVERY 5000 /* cycles */

static void fail(const char *what)
{
	fprintf(stderr, "joins: %s\n", what);
	exit(1);
}

static void run_for(struct crowd *crowd, dm_usec duration)
{
	const dm_usec until = dm_time_now() + duration;

	while (dm_time_now() < until)
		crowd_turn(crowd, until);
}

static void fail_for_silence(const struct crowd *crowd, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct listener *listener = &crowd->listeners[i];

		if (listener->receiver && listener->first_at == DM_USEC_NEVER)
			fprintf(stderr, "listener %zu, peer %llu: state %d\n", i,
				(unsigned long long)listener->peer,
				(int)dm_receiver_report(listener->receiver)->state);
	}
	fail("somebody has no sound");
}

static size_t count_playing(const struct crowd *crowd, size_t count)
{
	size_t playing = 0;

	for (size_t i = 0; i < count; i++)
		playing += crowd->listeners[i].first_at != DM_USEC_NEVER;
	return playing;
}

static void wait_until_playing(struct crowd *crowd, size_t count)
{
	const dm_usec until = dm_time_now() + JOIN_WITHIN;

	while (count_playing(crowd, count) < count) {
		if (dm_time_now() > until)
			fail_for_silence(crowd, count);
		crowd_turn(crowd, dm_time_now() + DM_MSEC(5));
	}
}

/* Evenly spread over time, until everybody hears. */
static void join_at_rate(struct crowd *crowd, size_t count, double rate)
{
	const dm_usec begin = dm_time_now();

	for (size_t i = 0; i < count;) {
		const dm_usec due = begin + (dm_usec)((double)i * 1e6 / rate);
		const int error = dm_time_now() < due ? -EAGAIN : crowd_join(crowd, i);

		if (error && error != -EAGAIN)
			fail("join");
		if (error)
			crowd_turn(crowd, due);
		else
			i++;
		crowd_turn(crowd, 0);
	}
	wait_until_playing(crowd, count);
}

static int compare(const void *a, const void *b)
{
	const dm_usec x = *(const dm_usec *)a, y = *(const dm_usec *)b;

	return x < y ? -1 : x > y;
}

static double percentile_ms(dm_usec *values, size_t count, double share)
{
	qsort(values, count, sizeof(*values), compare);
	return (double)values[(size_t)((double)(count - 1) * share)] / 1000;
}

static void start_measuring(struct crowd *crowd)
{
	memset(crowd->lateness, 0, sizeof(crowd->lateness));
	crowd->measuring = true;
}

static void print_lateness(struct crowd *crowd, const char *when)
{
	printf(",\"%s\":{\"p50_ms\":%.1f,\"p99_ms\":%.1f,\"p999_ms\":%.1f}", when,
	       crowd_lateness_ms(crowd, 0.5), crowd_lateness_ms(crowd, 0.99),
	       crowd_lateness_ms(crowd, 0.999));
	crowd->measuring = false;
}

/* The crowd is there, and its lateness without anything going on is known. */
static void settle(struct crowd *crowd, size_t count)
{
	join_at_rate(crowd, count, GENTLE);
	run_for(crowd, DM_SEC(2));
	start_measuring(crowd);
	run_for(crowd, QUIET);
	printf("{\"listeners\":%zu", count);
	print_lateness(crowd, "quiet");
}

struct joiners {
	struct crowd crowd;
	double rate;
	_Atomic bool done;
};

static void *run_joiners(void *user)
{
	struct joiners *joiners = user;

	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), JOINERS_NICE);
	join_at_rate(&joiners->crowd, joiners->crowd.capacity, joiners->rate);
	atomic_store(&joiners->done, true);
	return NULL;
}

static void print_joins(const struct crowd *crowd, dm_usec begin)
{
	const size_t count = crowd->capacity;
	dm_usec *took = calloc(count, sizeof(*took));
	dm_usec last = begin;

	if (!took)
		fail("memory");
	for (size_t i = 0; i < count; i++) {
		const struct listener *listener = &crowd->listeners[i];

		took[i] = listener->first_at - listener->asked_at;
		last = listener->first_at > last ? listener->first_at : last;
	}
	printf(",\"joins\":%zu,\"joins_per_sec\":%.0f,\"join\":{\"p50_ms\":%.1f,\"p95_ms\":%.1f,"
	       "\"max_ms\":%.1f}",
	       count, (double)count / ((double)(last - begin) / 1e6),
	       percentile_ms(took, count, 0.5), percentile_ms(took, count, 0.95),
	       percentile_ms(took, count, 1));
	free(took);
}

static void burst(struct relay_process *clients, size_t there, size_t joins, double rate)
{
	struct joiners joiners = { .rate = rate };
	struct crowd crowd;
	pthread_t thread;

	if (crowd_init(&crowd, &clients[0], there) ||
	    crowd_init(&joiners.crowd, &clients[1], joins))
		fail("cannot start");
	settle(&crowd, there);
	start_measuring(&crowd);

	const dm_usec begin = dm_time_now();

	if (pthread_create(&thread, NULL, run_joiners, &joiners))
		fail("cannot start a thread");
	while (!atomic_load(&joiners.done))
		crowd_turn(&crowd, dm_time_now() + DM_MSEC(20));
	pthread_join(thread, NULL);
	print_lateness(&crowd, "burst");
	print_joins(&joiners.crowd, begin);
	printf("}\n");
	crowd_finish(&joiners.crowd);
	crowd_finish(&crowd);
}

static void changes(struct relay_process *clients, size_t there, size_t count)
{
	dm_usec *took = calloc(count, sizeof(*took));
	const dm_usec gap = DM_SEC(1) / (dm_usec)count;
	struct crowd crowd;

	if (!took || count > there || crowd_init(&crowd, &clients[0], there))
		fail("cannot start");
	settle(&crowd, there);
	start_measuring(&crowd);

	const dm_usec begin = dm_time_now();

	for (size_t i = 0; i < count; i++) {
		const dm_usec due = begin + gap * (dm_usec)i;

		while (dm_time_now() < due)
			crowd_turn(&crowd, due);
		if (crowd_switch(&crowd, i, 1))
			fail("change");
	}
	run_for(&crowd, DM_MSEC(200));
	for (size_t i = 0; i < count; i++) {
		if (crowd.listeners[i].switch_asked_at != DM_USEC_NEVER)
			fail("a change did not come");
		took[i] = crowd.listeners[i].switch_took;
	}
	print_lateness(&crowd, "changing");
	printf(",\"changes\":%zu,\"change\":{\"p50_ms\":%.1f,\"p99_ms\":%.1f,\"max_ms\":%.1f}}\n",
	       count, percentile_ms(took, count, 0.5), percentile_ms(took, count, 0.99),
	       percentile_ms(took, count, 1));
	free(took);
	crowd_finish(&crowd);
}

static void cycles(struct relay_process *clients, size_t count, size_t together)
{
	struct relay_usage first = { 0 };
	struct crowd crowd;

	if (crowd_init(&crowd, &clients[0], together))
		fail("cannot start");
	for (size_t done = together; done <= count; done += together) {
		join_at_rate(&crowd, together, 1e6);
		for (size_t i = 0; i < together; i++)
			crowd_leave(&crowd, i);
		if (done % GROWTH_EVERY >= together)
			continue;
		run_for(&crowd, DM_MSEC(100)); /* those who left are gone */

		const struct relay_usage now = relay_process_usage(&clients[0]);

		if (!first.rss_kb)
			first = now;
		printf("{\"cycles\":%zu,\"rss_kb\":%ld,\"grown_kb\":%ld,\"files\":%ld}\n", done,
		       now.rss_kb, now.rss_kb - first.rss_kb, now.files);
		fflush(stdout);
	}
	crowd_finish(&crowd);
}

static void memory(struct relay_process *clients, size_t count)
{
	struct crowd crowd;

	if (crowd_init(&crowd, &clients[0], count))
		fail("cannot start");
	run_for(&crowd, DM_MSEC(500));

	const struct relay_usage before = relay_process_usage(&clients[0]);

	join_at_rate(&crowd, count, GENTLE);
	for (int seconds = 0; seconds <= 6; seconds += 3) {
		const struct relay_usage after = relay_process_usage(&clients[0]);

		printf("{\"listeners\":%zu,\"seconds_after\":%d,\"kb_a_listener\":%.2f}\n", count,
		       seconds, (double)(after.rss_kb - before.rss_kb) / (double)count);
		fflush(stdout);
		run_for(&crowd, DM_SEC(3));
	}
	crowd_finish(&crowd);
}

int main(int count, char **arguments)
{
	const char *mode = count > 1 ? arguments[1] : "burst";
	size_t numbers[3] = { 0 };
	struct relay_process clients[RELAY_CLIENTS];

	for (int i = 0; i < 3 && i + 2 < count; i++)
		numbers[i] = (size_t)strtoull(arguments[i + 2], NULL, 10);
	if (relay_process_start(clients, 1))
		fail("cannot start");
	if (!strcmp(mode, "burst"))
		burst(clients, numbers[0] ? numbers[0] : 500, numbers[1] ? numbers[1] : 1000,
		      numbers[2] ? (double)numbers[2] : 1000);
	else if (!strcmp(mode, "changes"))
		changes(clients, numbers[0] ? numbers[0] : 600, numbers[1] ? numbers[1] : 600);
	else if (!strcmp(mode, "cycles"))
		cycles(clients, numbers[0] ? numbers[0] : 50000, numbers[1] ? numbers[1] : 100);
	else if (!strcmp(mode, "memory"))
		memory(clients, numbers[0] ? numbers[0] : 2000);
	else
		fail("burst, changes, cycles or memory");
	relay_process_stop(clients);
	return 0;
}
