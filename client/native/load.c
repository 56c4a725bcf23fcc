#include "load.h"

#include "crowd_report.h"
#include "http.h"
#include "pool.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define MEDIA_WITHIN DM_SEC(10) /* a listener without media by then has failed; choice */
#define OFFER_BYTES  DM_OFFER_MAX

struct load {
	const struct dm_client_options *options;
	struct dm_identity *identity;
	struct dm_http *http;
	struct dm_pool *pool;
	struct dm_member *members; /* `options->listeners` of them */
	size_t joined;
	size_t failed;
	int signal_fd;
};

static void on_second(void *user, const struct dm_pool_second *second)
{
	(void)user;
	dm_crowd_report_second(second, stdout);
}

static int join_one(struct load *load, struct dm_member *member)
{
	const struct dm_client_options *options = load->options;
	const bool video = !options->video || strcmp(options->video, "none") != 0;
	struct dm_session session;
	struct dm_answer answer;
	char offer[OFFER_BYTES];
	int error = dm_member_init(member, load->identity, video);

	if (error)
		return error;
	error = dm_receiver_offer(member->receiver, offer, sizeof(offer));
	if (error < 0)
		return error;
	error = dm_http_join(load->http, options->room, options->lang, options->video, offer,
			     &session);
	if (error) {
		fprintf(stderr, "%s\n", dm_http_problem(load->http));
		return error;
	}
	member->posted_at = session.posted_at;
	member->answered_at = session.answered_at;
	member->resource = session.resource;
	session.resource = NULL;
	error = dm_answer_read(session.answer, &answer);
	if (!error) {
		member->video = video && answer.video;
		error = dm_pool_add(load->pool, member, &answer, session.server);
	}
	if (error)
		fprintf(stderr, "the answer cannot be used: %s\n", strerror(-error));
	dm_session_finish(&session);
	return error;
}

/* Waits for news of the pool. False when interrupted or `until` has come. */
static bool wait_for_news(struct load *load, dm_usec until)
{
	const dm_usec left = until == DM_USEC_NEVER ? DM_SEC(3600) : until - dm_time_now();
	struct pollfd fds[] = { { .fd = dm_pool_news_fd(load->pool), .events = POLLIN },
				{ .fd = load->signal_fd, .events = POLLIN } };

	if (left <= 0)
		return false;
	if (poll(fds, 2, (int)(left / 1000) + 1) > 0 && fds[0].revents)
		dm_pool_answer_news(load->pool);
	return !fds[1].revents;
}

static bool wait_for_media(struct load *load, struct dm_member *member)
{
	const dm_usec until = dm_time_now() + MEDIA_WITHIN;

	while (!atomic_load(&member->has_media)) {
		if (atomic_load(&member->gone) || !wait_for_news(load, until))
			return false;
	}
	return true;
}

static void leave(struct load *load, struct dm_member *member)
{
	atomic_store(&member->leaving, true);
	if (member->resource && dm_http_leave(load->http, member->resource))
		fprintf(stderr, "%s\n", dm_http_problem(load->http));
	while (dm_pool_remove(load->pool, member) == -EAGAIN)
		usleep(1000); /* the pool's thread empties its queue */
}

/* False when interrupted. */
static bool join_all(struct load *load)
{
	for (size_t i = 0; i < load->options->listeners; i++) {
		struct dm_member *member = &load->members[i];
		const int error = join_one(load, member);

		load->joined++;
		if (error) {
			load->failed++;
			atomic_store(&member->gone, true);
			if (error == -ECONNREFUSED)
				return false; /* no relay: the others would fail as well */
			continue;
		}
		if (load->options->one_by_one) {
			if (!wait_for_media(load, member))
				load->failed++;
			leave(load, member);
		}
	}
	return true;
}

static void stay(struct load *load)
{
	const double seconds = load->options->seconds;
	const dm_usec until = seconds > 0 ? dm_time_now() + (dm_usec)(seconds * 1e6)
					  : DM_USEC_NEVER;

	while (wait_for_news(load, until)) {
		/* drops are counted; the others stay */
	}
}

static void leave_all(struct load *load)
{
	for (size_t i = 0; i < load->joined; i++)
		atomic_store(&load->members[i].leaving, true);
	dm_pool_stop(load->pool);
	for (size_t i = 0; i < load->joined; i++)
		if (load->members[i].resource && !load->members[i].dropped)
			(void)dm_http_leave(load->http, load->members[i].resource);
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

static int prepare(struct load *load)
{
	const struct dm_client_options *options = load->options;
	int error = dm_identity_create(&load->identity, options->profiles);

	if (!error)
		error = dm_http_create(&load->http, options->url, options->token);
	if (!error)
		error = dm_pool_create(&load->pool, options->stats ? on_second : NULL, NULL);
	load->members = calloc(options->listeners, sizeof(*load->members));
	return error ? error : load->members ? 0 : -ENOMEM;
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
	if (join_all(&load) && !options->one_by_one && load.failed < load.joined)
		stay(&load);
	if (!options->one_by_one)
		leave_all(&load);
	dm_pool_stop(load.pool);
	code = dm_crowd_report(load.members, load.joined, load.failed, stdout) ? DM_EXIT_FINE
									       : DM_EXIT_FAILED;

release:
	dm_pool_destroy(load.pool);
	for (size_t i = 0; i < load.joined; i++)
		dm_member_finish(&load.members[i]);
	free(load.members);
	dm_http_destroy(load.http);
	dm_identity_destroy(load.identity);
	if (load.signal_fd >= 0)
		close(load.signal_fd);
	return code;
}
