#include "pool.h"

#include "base/doorbell.h"
#include "base/queue.h"
#include "inbox.h"
#include "pace.h"
#include "rota.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TURN_EVERY       DM_MSEC(20) /* each member is looked at so often */
#define COMMANDS_PENDING 4096

enum command_type {
	COMMAND_ADD,
	COMMAND_REMOVE,
	COMMAND_OPEN_WINDOW,
	COMMAND_CLOSE_WINDOW,
	COMMAND_STOP,
};

struct command {
	enum command_type type;
	struct dm_member *member;
};

struct dm_pool {
	struct dm_pool_options options;
	pthread_t thread;
	bool running;
	struct dm_queue *commands;
	struct dm_doorbell commands_bell;
	struct dm_doorbell news_bell;
	_Atomic enum dm_window window;

	/* Of the thread alone. */
	struct dm_pace pace;
	struct dm_inbox *inbox;
	struct dm_figures *figures; /* DM_MANNERS of them */
	struct dm_rota rota;
	struct dm_member **by_number;
	bool stopping;
	dm_usec turn_due; /* of the next slice, or of all */
	dm_usec second_due;
	struct dm_tally tally;
	dm_usec cpu_then;
	struct dm_pool_report report;
};

/* What changed is told once, to whoever waits for news. */
static void look_at(struct dm_pool *pool, struct dm_member *member)
{
	const struct dm_receiver_report *report = dm_receiver_report(member->receiver);
	bool news = false;

	if (!atomic_load_explicit(&member->has_media, memory_order_relaxed) &&
	    dm_receiver_is_confirmed(member->receiver)) {
		atomic_store(&member->has_media, true);
		news = true;
	}
	if (report->state >= DM_RECEIVER_CLOSED &&
	    !atomic_load_explicit(&member->gone, memory_order_relaxed)) {
		member->dropped = !atomic_load(&member->leaving);
		atomic_store(&member->gone, true);
		news = true;
	}
	if (news)
		dm_doorbell_ring(&pool->news_bell);
}

static void on_datagram_in(void *user, const struct dm_inbox_datagram *datagram)
{
	struct dm_pool *pool = user;
	struct dm_member *member = pool->by_number[datagram->listener];

	if (!member)
		return;
	dm_receiver_receive(member->receiver, datagram->data, datagram->bytes, datagram->at);
	look_at(pool, member);
}

static int open_way(struct dm_pool *pool, const struct dm_member *member)
{
	const struct dm_candidate *candidate = &member->server;
	const int family = candidate->ipv6 ? AF_INET6 : AF_INET;
	struct dm_address address = { .family = (uint8_t)family, .port = candidate->port };

	if (inet_pton(family, candidate->address, address.ip) != 1)
		return -EPROTO;
	return dm_inbox_open(pool->inbox, member->number, &address);
}

static void take(struct dm_pool *pool, struct dm_member *member)
{
	int error = open_way(pool, member);

	if (!error)
		error = dm_receiver_start(member->receiver, member->answer, dm_time_now());
	free(member->answer);
	member->answer = NULL;
	if (error) {
		dm_inbox_close(pool->inbox, member->number);
		atomic_store(&member->error, error);
		atomic_store(&member->gone, true);
		dm_doorbell_ring(&pool->news_bell);
		return;
	}
	pool->by_number[member->number] = member;
	dm_rota_add(&pool->rota, member);
}

static void drop(struct dm_pool *pool, struct dm_member *member)
{
	dm_rota_remove(&pool->rota, member);
	dm_receiver_close(member->receiver);
	dm_inbox_close(pool->inbox, member->number);
	pool->by_number[member->number] = NULL;
	atomic_store(&member->gone, true);
	dm_doorbell_ring(&pool->news_bell);
}

/* Of all threads, user and system. */
static dm_usec cpu_time(void)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (dm_usec)used.tv_sec * DM_SEC(1) + used.tv_nsec / 1000;
}

static void set_window(struct dm_pool *pool, enum dm_window window)
{
	const dm_usec now = dm_time_now();

	/* What has come by now is of the time before. */
	while (dm_inbox_drain(pool->inbox, on_datagram_in, pool) > 0 &&
	       dm_time_now() - now < DM_MSEC(100)) {
		/* more may have come */
	}
	for (size_t i = 0; i < pool->rota.count; i++) {
		if (window == DM_WINDOW_OPEN)
			dm_receiver_mark(pool->rota.slots[i].member->receiver);
		else
			dm_receiver_end(pool->rota.slots[i].member->receiver, now);
	}
	for (size_t i = 0; i < DM_MANNERS; i++)
		pool->figures[i].window = window;
	dm_tally_restart(&pool->tally);
	if (window == DM_WINDOW_OPEN) {
		dm_pace_restart(&pool->pace);
		pool->cpu_then = cpu_time();
	} else {
		pool->report.cpu = cpu_time() - pool->cpu_then;
	}
	atomic_store(&pool->window, window);
	dm_doorbell_ring(&pool->news_bell);
}

static void obey(struct dm_pool *pool)
{
	struct command command;

	dm_doorbell_answer(&pool->commands_bell);
	while (dm_queue_pop(pool->commands, &command)) {
		switch (command.type) {
		case COMMAND_ADD:
			take(pool, command.member);
			break;
		case COMMAND_REMOVE:
			drop(pool, command.member);
			break;
		case COMMAND_OPEN_WINDOW:
			set_window(pool, DM_WINDOW_OPEN);
			break;
		case COMMAND_CLOSE_WINDOW:
			set_window(pool, DM_WINDOW_CLOSED);
			break;
		case COMMAND_STOP:
			pool->stopping = true;
			break;
		}
	}
}

static void tell_second(struct dm_pool *pool, dm_usec now)
{
	const struct dm_tally_second second = dm_tally_take(&pool->tally, &pool->rota, now);

	if (pool->options.on_second)
		pool->options.on_second(pool->options.user, &second);
}

static void on_ticked(void *user, struct dm_member *member)
{
	look_at(user, member);
}

static void turn(struct dm_pool *pool, dm_usec now)
{
	const dm_usec slice = pool->options.tick && pool->options.tick < TURN_EVERY
				      ? pool->options.tick
				      : TURN_EVERY;

	if (now >= pool->turn_due) {
		const size_t slices = (size_t)(TURN_EVERY / slice);

		dm_rota_turn(&pool->rota, (pool->rota.count + slices - 1) / slices, now, on_ticked,
			     pool);
		pool->turn_due = now + slice;
	}
	dm_rota_storm(&pool->rota, now);
	if (now >= pool->second_due) {
		for (size_t i = 0; i < DM_MANNERS; i++)
			pool->figures[i].wall_offset = dm_inbox_wall_offset(pool->inbox);
		pool->second_due += DM_SEC(1);
		tell_second(pool, now);
	}
}

static void *run(void *argument)
{
	struct dm_pool *pool = argument;
	const dm_usec started_at = dm_time_now();

	dm_pace_start(&pool->pace, started_at);
	dm_tally_start(&pool->tally, started_at);
	pool->second_due = started_at + DM_SEC(1);
	while (!pool->stopping) {
		dm_pace_rest(&pool->pace, TURN_EVERY);
		dm_inbox_drain(pool->inbox, on_datagram_in, pool);
		if (atomic_load_explicit(&pool->commands_bell.rung, memory_order_relaxed))
			obey(pool);
		turn(pool, dm_time_now());
	}
	if (atomic_load(&pool->window) == DM_WINDOW_OPEN)
		set_window(pool, DM_WINDOW_CLOSED); /* interrupted */
	if (!pool->options.windowed)
		pool->report.cpu = cpu_time();
	pool->report.ticks = pool->pace.ticks;
	pool->report.late_ticks = pool->pace.late_ticks;
	pool->report.overflowed = dm_inbox_overflowed(pool->inbox);
	while (pool->rota.count)
		drop(pool, pool->rota.slots[0].member);
	return NULL;
}

static int set_up(struct dm_pool *pool)
{
	const struct dm_pool_options *options = &pool->options;
	const struct dm_inbox_options inbox = { .listeners = options->listeners,
						.spread = options->spread,
						.polled = !options->tick };
	int error;

	pool->figures = calloc(DM_MANNERS, sizeof(*pool->figures));
	pool->by_number = calloc(options->listeners, sizeof(struct dm_member *));
	if (!pool->figures || !pool->by_number || dm_rota_init(&pool->rota, options->listeners))
		return -ENOMEM;
	error = dm_pace_init(&pool->pace, options->tick);
	if (error)
		return error;
	error = dm_inbox_create(&pool->inbox, &inbox);
	if (!error)
		error = dm_queue_create(&pool->commands, COMMANDS_PENDING, sizeof(struct command));
	if (!error)
		error = dm_doorbell_init(&pool->commands_bell);
	if (!error)
		error = dm_doorbell_init(&pool->news_bell);
	if (!error)
		error = dm_pace_watch(&pool->pace, pool->commands_bell.fd);
	if (!error && inbox.polled)
		error = dm_pace_watch(&pool->pace, dm_inbox_fd(pool->inbox));
	return error;
}

int dm_pool_create(struct dm_pool **out, const struct dm_pool_options *options)
{
	struct dm_pool *pool = calloc(1, sizeof(*pool));
	int error;

	*out = NULL;
	if (!pool)
		return -ENOMEM;
	pool->pace.epoll_fd = pool->commands_bell.fd = pool->news_bell.fd = -1;
	pool->options = *options;
	error = set_up(pool);
	if (error)
		goto destroy_pool;
	atomic_store(&pool->window, options->windowed ? DM_WINDOW_BEFORE : DM_WINDOW_WHOLE);
	for (size_t i = 0; i < DM_MANNERS; i++) {
		pool->figures[i].window = atomic_load(&pool->window);
		pool->figures[i].wall_offset = dm_inbox_wall_offset(pool->inbox);
	}
	error = -pthread_create(&pool->thread, NULL, run, pool);
	if (error)
		goto destroy_pool;
	pool->running = true;
	*out = pool;
	return 0;

destroy_pool:
	dm_pool_destroy(pool);
	return error;
}

static int push(struct dm_pool *pool, enum command_type type, struct dm_member *member)
{
	const struct command command = { .type = type, .member = member };

	if (!dm_queue_push(pool->commands, &command))
		return -EAGAIN;
	dm_doorbell_ring(&pool->commands_bell);
	return 0;
}

int dm_pool_add(struct dm_pool *pool, struct dm_member *member, const struct dm_answer *answer,
		const char *server)
{
	const struct dm_candidate *candidate = dm_answer_candidate(answer, server);

	if (!candidate)
		return -EPROTO;
	member->server = *candidate;
	member->answer = malloc(sizeof(*answer));
	if (!member->answer)
		return -ENOMEM;
	*member->answer = *answer;
	return push(pool, COMMAND_ADD, member);
}

int dm_pool_remove(struct dm_pool *pool, struct dm_member *member)
{
	return push(pool, COMMAND_REMOVE, member);
}

int dm_pool_open_window(struct dm_pool *pool)
{
	return push(pool, COMMAND_OPEN_WINDOW, NULL);
}

int dm_pool_close_window(struct dm_pool *pool)
{
	return push(pool, COMMAND_CLOSE_WINDOW, NULL);
}

enum dm_window dm_pool_window(const struct dm_pool *pool)
{
	return atomic_load(&pool->window);
}

int dm_pool_news_fd(const struct dm_pool *pool)
{
	return pool->news_bell.fd;
}

void dm_pool_answer_news(struct dm_pool *pool)
{
	dm_doorbell_answer(&pool->news_bell);
}

void dm_pool_stop(struct dm_pool *pool)
{
	if (!pool->running)
		return;
	while (push(pool, COMMAND_STOP, NULL) == -EAGAIN)
		usleep(1000); /* the thread empties its queue */
	pthread_join(pool->thread, NULL);
	pool->running = false;
}

void dm_pool_destroy(struct dm_pool *pool)
{
	if (!pool)
		return;
	dm_pool_stop(pool);
	dm_queue_destroy(pool->commands);
	if (pool->commands_bell.fd >= 0)
		dm_doorbell_finish(&pool->commands_bell);
	if (pool->news_bell.fd >= 0)
		dm_doorbell_finish(&pool->news_bell);
	dm_inbox_destroy(pool->inbox);
	dm_pace_finish(&pool->pace);
	free(pool->figures);
	dm_rota_finish(&pool->rota);
	free(pool->by_number);
	free(pool);
}

const struct dm_pool_report *dm_pool_report(const struct dm_pool *pool)
{
	return &pool->report;
}

const struct dm_figures *dm_pool_figures(const struct dm_pool *pool, enum dm_manner manner)
{
	return &pool->figures[manner];
}

int dm_pool_member(struct dm_pool *pool, struct dm_member *member,
		   const struct dm_member_options *options)
{
	return dm_member_init(member, options, pool->inbox, &pool->figures[options->manner]);
}
