#include "pool.h"

#include "base/doorbell.h"
#include "base/queue.h"
#include "transport/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH            32   /* datagrams of one socket in one recvmmsg(2); choice */
#define DATAGRAM_MAX     1500 /* Ethernet */
#define EVENTS_MAX       64
#define TICK_EVERY       DM_MSEC(20)
#define RECEIVE_BUFFER   (1 << 20) /* bytes a socket: a key frame and a scheduling pause */
#define COMMANDS_PENDING 1024

enum command_type { COMMAND_ADD, COMMAND_REMOVE, COMMAND_STOP };

struct command {
	enum command_type type;
	struct dm_member *member;
	struct dm_answer answer;
};

struct dm_pool {
	pthread_t thread;
	bool running;
	int epoll_fd;
	struct dm_queue *commands;
	struct dm_doorbell commands_bell;
	struct dm_doorbell news_bell;
	dm_pool_second_cb *on_second;
	void *user;

	/* Of the thread alone. */
	struct dm_member **members;
	size_t member_count;
	size_t member_capacity;
	bool stopping;
	dm_usec started_at;
	dm_usec tick_due;
	dm_usec second_due;
	struct dm_pool_second before;
	uint8_t buffers[BATCH][DATAGRAM_MAX];
	struct iovec vectors[BATCH];
	struct mmsghdr messages[BATCH];
};

static void on_datagram(void *user, const uint8_t *data, size_t bytes)
{
	struct dm_member *member = user;

	/* What is lost here is sent again by ICE, DTLS and RTCP. */
	(void)send(member->fd, data, bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* What changed is told once, to whoever waits for news. */
static void look_at(struct dm_pool *pool, struct dm_member *member)
{
	const struct dm_receiver_report *report = dm_receiver_report(member->receiver);
	const bool has_media = report->audio.first_at != DM_USEC_NEVER &&
			       (!member->video || report->video.first_key_at != DM_USEC_NEVER);
	bool news = false;

	if (has_media && !atomic_load(&member->has_media)) {
		atomic_store(&member->has_media, true);
		news = true;
	}
	if (report->state >= DM_RECEIVER_CLOSED && !atomic_load(&member->gone)) {
		member->dropped = !atomic_load(&member->leaving);
		atomic_store(&member->gone, true);
		news = true;
	}
	if (news)
		dm_doorbell_ring(&pool->news_bell);
}

static void read_socket(struct dm_pool *pool, struct dm_member *member)
{
	int count = BATCH;

	while (count == BATCH) {
		count = recvmmsg(member->fd, pool->messages, BATCH, MSG_DONTWAIT, NULL);

		const dm_usec now = dm_time_now();

		for (int i = 0; i < count; i++)
			dm_receiver_receive(member->receiver, pool->buffers[i],
					    pool->messages[i].msg_len, now);
	}
	look_at(pool, member);
}

static void close_socket(struct dm_member *member)
{
	if (member->fd >= 0)
		close(member->fd);
	member->fd = -1;
}

static void take(struct dm_pool *pool, struct command *command)
{
	struct dm_member *member = command->member;
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = member };

	if (pool->member_count == pool->member_capacity) {
		const size_t capacity = pool->member_capacity ? pool->member_capacity * 2 : 64;
		struct dm_member **members = reallocarray(pool->members, capacity,
							  sizeof(struct dm_member *));

		if (!members)
			goto refuse;
		pool->members = members;
		pool->member_capacity = capacity;
	}
	if (epoll_ctl(pool->epoll_fd, EPOLL_CTL_ADD, member->fd, &event) < 0 ||
	    dm_receiver_start(member->receiver, &command->answer, dm_time_now()) < 0)
		goto refuse;
	pool->members[pool->member_count++] = member;
	return;

refuse:
	member->dropped = true;
	atomic_store(&member->gone, true);
	dm_doorbell_ring(&pool->news_bell);
}

static void drop(struct dm_pool *pool, struct dm_member *member)
{
	for (size_t i = 0; i < pool->member_count; i++)
		if (pool->members[i] == member)
			pool->members[i] = pool->members[--pool->member_count];
	dm_receiver_close(member->receiver);
	close_socket(member);
	atomic_store(&member->gone, true);
	dm_doorbell_ring(&pool->news_bell);
}

static void obey(struct dm_pool *pool)
{
	struct command command;

	dm_doorbell_answer(&pool->commands_bell);
	while (dm_queue_pop(pool->commands, &command)) {
		if (command.type == COMMAND_ADD)
			take(pool, &command);
		else if (command.type == COMMAND_REMOVE)
			drop(pool, command.member);
		else
			pool->stopping = true;
	}
}

static void tell_second(struct dm_pool *pool, dm_usec now)
{
	struct dm_pool_second sum = { .at_s = (double)(now - pool->started_at) / 1e6 };

	for (size_t i = 0; i < pool->member_count; i++) {
		const struct dm_receiver_report *report = dm_receiver_report(
			pool->members[i]->receiver);

		sum.connected += report->state == DM_RECEIVER_CONNECTED;
		sum.dropped += pool->members[i]->dropped;
		sum.audio_packets += report->audio.packets;
		sum.video_packets += report->video.packets;
		sum.bytes += report->audio.bytes + report->video.bytes;
		sum.lost += dm_inbound_lost(&report->audio) + dm_inbound_lost(&report->video);
	}

	struct dm_pool_second second = sum;

	second.audio_packets -= pool->before.audio_packets;
	second.video_packets -= pool->before.video_packets;
	second.bytes -= pool->before.bytes;
	pool->before = sum;
	if (pool->on_second)
		pool->on_second(pool->user, &second);
}

static void tick(struct dm_pool *pool, dm_usec now)
{
	if (now >= pool->tick_due) {
		pool->tick_due = now + TICK_EVERY;
		for (size_t i = 0; i < pool->member_count; i++) {
			dm_receiver_tick(pool->members[i]->receiver, now);
			look_at(pool, pool->members[i]);
		}
	}
	if (now >= pool->second_due) {
		pool->second_due += DM_SEC(1);
		tell_second(pool, now);
	}
}

static void *run(void *argument)
{
	struct dm_pool *pool = argument;
	struct epoll_event events[EVENTS_MAX];

	pool->started_at = dm_time_now();
	pool->second_due = pool->started_at + DM_SEC(1);
	while (!pool->stopping) {
		const int count = epoll_wait(pool->epoll_fd, events, EVENTS_MAX,
					     (int)(TICK_EVERY / 1000));

		/* Sockets first: a command may close one that has an event here. */
		bool commanded = false;

		for (int i = 0; i < count; i++) {
			if (events[i].data.ptr)
				read_socket(pool, events[i].data.ptr);
			else
				commanded = true;
		}
		if (commanded)
			obey(pool);
		tick(pool, dm_time_now());
	}
	while (pool->member_count)
		drop(pool, pool->members[0]);
	return NULL;
}

static void prepare_messages(struct dm_pool *pool)
{
	for (int i = 0; i < BATCH; i++) {
		pool->vectors[i] = (struct iovec){ pool->buffers[i], DATAGRAM_MAX };
		pool->messages[i].msg_hdr.msg_iov = &pool->vectors[i];
		pool->messages[i].msg_hdr.msg_iovlen = 1;
	}
}

int dm_pool_create(struct dm_pool **out, dm_pool_second_cb *on_second, void *user)
{
	struct dm_pool *pool = calloc(1, sizeof(*pool));
	struct epoll_event event = { .events = EPOLLIN };
	int error = -ENOMEM;

	*out = NULL;
	if (!pool)
		return -ENOMEM;
	pool->commands_bell.fd = pool->news_bell.fd = -1;
	pool->on_second = on_second;
	pool->user = user;
	prepare_messages(pool);
	pool->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (pool->epoll_fd < 0) {
		error = -errno;
		goto destroy_pool;
	}
	error = dm_queue_create(&pool->commands, COMMANDS_PENDING, sizeof(struct command));
	if (!error)
		error = dm_doorbell_init(&pool->commands_bell);
	if (!error)
		error = dm_doorbell_init(&pool->news_bell);
	if (error)
		goto destroy_pool;
	if (epoll_ctl(pool->epoll_fd, EPOLL_CTL_ADD, pool->commands_bell.fd, &event) < 0) {
		error = -errno;
		goto destroy_pool;
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

static int push(struct dm_pool *pool, const struct command *command)
{
	if (!dm_queue_push(pool->commands, command))
		return -EAGAIN;
	dm_doorbell_ring(&pool->commands_bell);
	return 0;
}

static int open_socket(const struct dm_candidate *candidate)
{
	const int family = candidate->ipv6 ? AF_INET6 : AF_INET;
	const int room = RECEIVE_BUFFER;
	struct dm_address address = { .family = (uint8_t)family, .port = candidate->port };
	struct sockaddr_storage sockaddr;

	if (inet_pton(family, candidate->address, address.ip) != 1)
		return -EPROTO;

	const socklen_t length = dm_address_to_sockaddr(&address, family, &sockaddr);
	const int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (connect(fd, (struct sockaddr *)&sockaddr, length) < 0) {
		const int error = -errno;

		close(fd);
		return error;
	}
	return fd;
}

int dm_pool_add(struct dm_pool *pool, struct dm_member *member, const struct dm_answer *answer,
		const char *server)
{
	const struct command command = { .type = COMMAND_ADD, .member = member, .answer = *answer };
	const struct dm_candidate *candidate = dm_answer_candidate(answer, server);

	if (!candidate)
		return -EPROTO;
	member->fd = open_socket(candidate);
	if (member->fd < 0)
		return member->fd;
	return push(pool, &command);
}

int dm_pool_remove(struct dm_pool *pool, struct dm_member *member)
{
	const struct command command = { .type = COMMAND_REMOVE, .member = member };

	return push(pool, &command);
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
	const struct command command = { .type = COMMAND_STOP };

	if (!pool->running)
		return;
	while (push(pool, &command) == -EAGAIN)
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
	if (pool->epoll_fd >= 0)
		close(pool->epoll_fd);
	free(pool->members);
	free(pool);
}

/* Given to receivers as their way out. */
int dm_member_init(struct dm_member *member, struct dm_identity *identity, bool video)
{
	const struct dm_receiver_options options = {
		.identity = identity, .video = video, .send = on_datagram, .user = member
	};

	*member = (struct dm_member){ .fd = -1, .video = video };
	return dm_receiver_create(&member->receiver, &options);
}

void dm_member_finish(struct dm_member *member)
{
	close_socket(member);
	dm_receiver_destroy(member->receiver);
	free(member->resource);
	*member = (struct dm_member){ .fd = -1 };
}
