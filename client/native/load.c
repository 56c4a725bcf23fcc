#include "load.h"

#include "arrival.h"
#include "crowd_report.h"
#include "http.h"
#include "muster.h"
#include "pool.h"
#include "requests.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define MEDIA_WITHIN  DM_SEC(10) /* of one alone; a listener without has failed. Choice */
#define ALL_WITHIN    DM_SEC(30) /* after the last answer: as long as ICE goes on trying */
#define TICK_FROM     50         /* listeners; fewer are read at once. Choice */
#define TICK          DM_MSEC(1)
#define LOOK_EVERY    DM_MSEC(5) /* whether all have media */
#define VERDICT_BYTES 400

struct load {
	const struct dm_client_options *options;
	struct dm_identity *identity;
	struct dm_http *http;         /* one by one */
	struct dm_requests *requests; /* as a crowd */
	struct dm_pool *pool;
	struct dm_muster muster;
	int signal_fd;
};

static void on_second(void *user, const struct dm_tally_second *second)
{
	(void)user;
	dm_crowd_report_second(second, stdout);
}

static void on_joined(void *user, void *whose, int error, const char *problem,
		      struct dm_session *session)
{
	struct load *load = user;

	dm_muster_answer(&load->muster, whose, error, problem, session);
}

static bool is_interrupted(const struct load *load)
{
	struct pollfd fd = { .fd = load->signal_fd, .events = POLLIN };

	return poll(&fd, 1, 0) > 0;
}

static void begin_join(struct load *load)
{
	char offer[DM_OFFER_MAX];
	struct dm_member *member;
	int error = dm_muster_begin(&load->muster, &member, offer);

	if (!error)
		error = dm_requests_join(load->requests, offer, member);
	if (error)
		dm_muster_answer(&load->muster, member, error, strerror(-error), NULL);
}

/* False when interrupted, or when there is no server. */
static bool join_all(struct load *load)
{
	const size_t wanted = load->options->listeners;
	const double rate = load->options->rate;
	const dm_usec started_at = dm_time_now();
	const int others[2] = { load->signal_fd, load->signal_fd };

	while (load->muster.answered < wanted && !load->muster.refused && !is_interrupted(load)) {
		const double elapsed_s = (double)(dm_time_now() - started_at) / 1e6;
		const size_t due = rate > 0 && elapsed_s * rate + 1 < (double)wanted
					   ? (size_t)(elapsed_s * rate) + 1
					   : wanted;

		while (load->muster.begun < due && dm_requests_has_room(load->requests))
			begin_join(load);
		dm_requests_turn(load->requests, others, load->muster.begun < due ? 0 : DM_MSEC(1));
	}
	return load->muster.answered == wanted;
}

/* Sleeps; false when interrupted. */
static bool wait_until(const struct load *load, dm_usec until)
{
	struct pollfd fd = { .fd = load->signal_fd, .events = POLLIN };
	dm_usec left;

	while (until == DM_USEC_NEVER || (left = until - dm_time_now()) > 0) {
		const int most_ms = until == DM_USEC_NEVER ? -1 : (int)((left + 999) / 1000);

		if (poll(&fd, 1, most_ms) > 0)
			return false;
	}
	return true;
}

/* False when interrupted. */
static bool wait_for_all_media(struct load *load)
{
	const dm_usec until = dm_time_now() + ALL_WITHIN;

	while (!dm_muster_is_settled(&load->muster) && dm_time_now() < until)
		if (!wait_until(load, dm_time_now() + LOOK_EVERY))
			return false;
	return true;
}

static void say(const char *type)
{
	printf("{\"type\":\"%s\"}\n", type);
	fflush(stdout);
}

static void wait_for_window(const struct load *load, enum dm_window window)
{
	struct pollfd fd = { .fd = dm_pool_news_fd(load->pool), .events = POLLIN };

	while (dm_pool_window(load->pool) != window) {
		(void)poll(&fd, 1, -1);
		dm_pool_answer_news(load->pool);
	}
}

static void stay(struct load *load)
{
	const struct dm_client_options *options = load->options;
	const bool windowed = options->windowed;

	malloc_trim(0); /* what the handshakes took: most of a crowd's memory */
	if (windowed) {
		if (!wait_until(load, dm_time_now() + (dm_usec)(options->warmup * 1e6)))
			return;
		dm_pool_open_window(load->pool);
		wait_for_window(load, DM_WINDOW_OPEN);
		say("measuring");
	}
	(void)wait_until(load, options->seconds > 0
				       ? dm_time_now() + (dm_usec)(options->seconds * 1e6)
				       : DM_USEC_NEVER);
	if (windowed) {
		dm_pool_close_window(load->pool);
		wait_for_window(load, DM_WINDOW_CLOSED);
		say("measured");
	}
}

static void leave_all(struct load *load)
{
	const int others[2] = { load->signal_fd, load->signal_fd };
	size_t i = 0;

	while (i < load->muster.begun || dm_requests_under_way(load->requests)) {
		while (i < load->muster.begun && dm_requests_has_room(load->requests)) {
			const struct dm_member *member = &load->muster.members[i++];

			if (member->resource && !member->dropped)
				(void)dm_requests_leave(load->requests, member->resource);
		}
		dm_requests_turn(load->requests, others, DM_MSEC(1));
	}
}

/* One listener after another, each alone. */

static bool wait_for_media(struct load *load, struct dm_member *member)
{
	const dm_usec until = dm_time_now() + MEDIA_WITHIN;
	struct pollfd fds[] = { { .fd = dm_pool_news_fd(load->pool), .events = POLLIN },
				{ .fd = load->signal_fd, .events = POLLIN } };

	while (!atomic_load(&member->has_media)) {
		const dm_usec left = until - dm_time_now();

		if (atomic_load(&member->gone) || left <= 0)
			return false;
		if (poll(fds, 2, (int)(left / 1000) + 1) > 0 && fds[0].revents)
			dm_pool_answer_news(load->pool);
		if (fds[1].revents)
			return false;
	}
	return true;
}

static void leave(struct load *load, struct dm_member *member)
{
	atomic_store(&member->leaving, true);
	if (member->resource && dm_http_leave(load->http, member->resource))
		dm_muster_tell_problem(&load->muster, dm_http_problem(load->http));
	while (dm_pool_remove(load->pool, member) == -EAGAIN)
		usleep(1000); /* the pool's thread empties its queue */
}

static void join_one_by_one(struct load *load)
{
	const struct dm_client_options *options = load->options;

	while (load->muster.begun < options->listeners && !load->muster.refused &&
	       !is_interrupted(load)) {
		char offer[DM_OFFER_MAX];
		struct dm_session session = { 0 };
		struct dm_member *member;
		int error = dm_muster_begin(&load->muster, &member, offer);

		if (!error)
			error = dm_http_join(load->http, options->room, options->lang,
					     options->video, offer, &session);
		dm_muster_answer(&load->muster, member, error, dm_http_problem(load->http),
				 &session);
		if (atomic_load(&member->gone))
			continue;
		if (!wait_for_media(load, member))
			dm_muster_fail(&load->muster, member, "a listener got no media");
		leave(load, member);
	}
}

static int block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* As many sockets as we may have. */
static void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

static int prepare(struct load *load)
{
	const struct dm_client_options *options = load->options;
	const bool tick = options->listeners >= TICK_FROM && !options->one_by_one;
	const struct dm_pool_options pool = {
		.listeners = options->listeners,
		.spread = !options->own_sockets,
		.windowed = options->windowed,
		.tick = options->tick != DM_USEC_NEVER ? options->tick
			: tick                         ? TICK
						       : 0,
		.on_second = options->stats ? on_second : NULL,
	};
	const struct dm_requests_options requests = {
		.base = options->url,
		.token = options->token,
		.room = options->room,
		.lang = options->lang,
		.video = options->video,
		.on_joined = on_joined,
		.user = load,
	};
	int error = dm_identity_create(&load->identity, options->profiles);

	raise_limit();
	if (!error)
		error = dm_http_create(&load->http, options->url, options->token);
	if (!error)
		error = dm_requests_create(&load->requests, &requests);
	if (!error)
		error = dm_pool_create(&load->pool, &pool);
	return error ? error : dm_muster_init(&load->muster, options, load->identity, load->pool);
}

static void tell_verdict(const struct dm_crowd *crowd)
{
	const struct dm_verdict verdict = dm_crowd_verdict(crowd);
	char text[VERDICT_BYTES];

	dm_verdict_write(&verdict, text, sizeof(text));
	fprintf(stderr, "%s\n", text);
}

static int report(struct load *load)
{
	const struct dm_crowd crowd = { .members = load->muster.members,
					.asked = load->options->listeners,
					.count = load->muster.begun,
					.failed = load->muster.failed,
					.pool = load->pool };
	const bool fine = dm_crowd_report(&crowd, stdout);

	dm_muster_tell_rest(&load->muster);
	if (!load->options->one_by_one)
		tell_verdict(&crowd);
	return fine ? DM_EXIT_FINE : DM_EXIT_FAILED;
}

int dm_load(const struct dm_client_options *options)
{
	struct load load = { .options = options, .signal_fd = block_signals() };
	const int error = prepare(&load);
	int code = DM_EXIT_RESOURCE;

	if (error) {
		fprintf(stderr, "cannot start: %s\n", strerror(-error));
		goto release;
	}
	if (options->one_by_one)
		join_one_by_one(&load);
	else if (join_all(&load) && wait_for_all_media(&load) &&
		 load.muster.failed < load.muster.begun)
		stay(&load);
	for (size_t i = 0; i < load.muster.begun; i++)
		atomic_store(&load.muster.members[i].leaving, true);
	dm_pool_stop(load.pool);
	if (!options->one_by_one)
		dm_muster_fail_without_media(&load.muster);
	code = report(&load);
	if (!options->one_by_one && !load.muster.refused)
		leave_all(&load);

release:
	dm_pool_destroy(load.pool);
	dm_muster_finish(&load.muster);
	dm_requests_destroy(load.requests);
	dm_http_destroy(load.http);
	dm_identity_destroy(load.identity);
	if (load.signal_fd >= 0)
		close(load.signal_fd);
	return code;
}
