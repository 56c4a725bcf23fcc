#include "crowd.h"

#include "receiver.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS_MAX 128
#define TICK_EVERY DM_MSEC(20)
#define CLOCK_HZ   48000

int crowd_init(struct crowd *crowd, struct relay_process *relay, size_t capacity)
{
	struct epoll_event event = { .events = EPOLLIN };
	int error;

	*crowd = (struct crowd){ .relay = relay, .capacity = capacity };
	crowd->listeners = calloc(capacity, sizeof(*crowd->listeners));
	if (!crowd->listeners)
		return -ENOMEM;
	error = dm_identity_create(&crowd->identity, DM_PROFILE_ANY);
	if (error)
		return error;
	crowd->epoll = epoll_create1(EPOLL_CLOEXEC);
	return epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, relay->fd, &event) < 0 ? -errno : 0;
}

void crowd_finish(struct crowd *crowd)
{
	for (size_t i = 0; i < crowd->capacity; i++)
		crowd_leave(crowd, i);
	dm_identity_destroy(crowd->identity);
	free(crowd->listeners);
	close(crowd->epoll);
}

static void send_datagram(void *user, const uint8_t *data, size_t bytes)
{
	const struct listener *listener = user;

	(void)send(listener->fd, data, bytes, MSG_DONTWAIT);
}

static int ask_to_join(struct crowd *crowd, size_t i)
{
	struct listener *listener = &crowd->listeners[i];
	char offer[DM_OFFER_MAX];
	char ufrag[32];

	if (dm_receiver_offer(listener->receiver, offer, sizeof(offer)) < 0 ||
	    sscanf(strstr(offer, "a=ice-ufrag:"), "a=ice-ufrag:%31s", ufrag) != 1)
		return -EPROTO;
	listener->asked_at = dm_time_now();
	return relay_process_add(crowd->relay, i, ufrag, dm_identity_fingerprint(crowd->identity));
}

int crowd_join(struct crowd *crowd, size_t i)
{
	struct listener *listener = &crowd->listeners[i];
	int error;

	*listener = (struct listener){ .crowd = crowd,
				       .fd = -1,
				       .first_at = DM_USEC_NEVER,
				       .switch_asked_at = DM_USEC_NEVER };
	error = dm_receiver_create(&listener->receiver,
				   &(struct dm_receiver_options){ .identity = crowd->identity,
								  .send = send_datagram,
								  .user = listener });
	if (!error)
		error = ask_to_join(crowd, i);
	if (error)
		crowd_leave(crowd, i);
	return error;
}

void crowd_leave(struct crowd *crowd, size_t i)
{
	struct listener *listener = &crowd->listeners[i];

	if (!listener->receiver)
		return;
	if (listener->peer)
		(void)relay_process_remove(crowd->relay, listener->peer);
	dm_receiver_destroy(listener->receiver);
	if (listener->fd >= 0)
		close(listener->fd);
	listener->receiver = NULL;
}

int crowd_switch(struct crowd *crowd, size_t i, unsigned channel)
{
	struct listener *listener = &crowd->listeners[i];
	const size_t usual = listener->packet_bytes;

	listener->switch_bytes = usual + RELAY_PAYLOAD_BYTES(channel) - RELAY_PAYLOAD_BYTES(0);
	listener->switch_asked_at = dm_time_now();
	return relay_process_bind(crowd->relay, listener->peer, channel);
}

static int open_socket(const struct dm_candidate *candidate)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(candidate->port) };
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (inet_pton(AF_INET, candidate->address, &to.sin_addr) == 1 && fd >= 0 &&
	    connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static void take_answer(struct crowd *crowd, const struct relay_answer *answer)
{
	struct listener *listener = &crowd->listeners[answer->token];
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = listener };
	struct dm_answer read = { .ice_lite = true, .passive = true, .audio = true };

	if (answer->error || !listener->receiver)
		return;
	listener->peer = answer->answer.id;
	memcpy(read.ufrag, answer->answer.ufrag, sizeof(answer->answer.ufrag));
	memcpy(read.pwd, answer->answer.pwd, sizeof(answer->answer.pwd));
	read.fingerprint = answer->answer.fingerprint;
	listener->fd = open_socket(&answer->answer.candidates[0]);
	if (listener->fd >= 0 && epoll_ctl(crowd->epoll, EPOLL_CTL_ADD, listener->fd, &event) == 0)
		(void)dm_receiver_start(listener->receiver, &read, dm_time_now());
}

static void measure_lateness(struct crowd *crowd, struct listener *listener, uint32_t timestamp,
			     dm_usec now)
{
	if (!listener->has_least)
		listener->first_timestamp = timestamp;

	const uint32_t ticks = timestamp - listener->first_timestamp;
	const dm_usec difference = now - (dm_usec)ticks * DM_SEC(1) / CLOCK_HZ;

	if (!listener->has_least || difference < listener->least)
		listener->least = difference;
	listener->has_least = true;
	if (!crowd->measuring)
		return;

	const size_t bucket = (size_t)(difference - listener->least) / 100;

	crowd->lateness[bucket < LATENESS_BUCKETS ? bucket : LATENESS_BUCKETS - 1]++;
}

/* Header fields are not encrypted. */
static void look_at_sound(struct crowd *crowd, struct listener *listener, const uint8_t *data,
			  size_t bytes, dm_usec now)
{
	if (listener->first_at == DM_USEC_NEVER) {
		listener->first_at = now;
		listener->packet_bytes = bytes;
	}
	if (listener->switch_asked_at != DM_USEC_NEVER && bytes == listener->switch_bytes) {
		listener->switch_took = now - listener->switch_asked_at;
		listener->switch_asked_at = DM_USEC_NEVER;
	}
	measure_lateness(crowd, listener,
			 (uint32_t)data[4] << 24 | (uint32_t)data[5] << 16 |
				 (uint32_t)data[6] << 8 | data[7],
			 now);
}

static void read_socket(struct crowd *crowd, struct listener *listener)
{
	uint8_t data[1500];
	ssize_t bytes;

	while (listener->receiver && (bytes = recv(listener->fd, data, sizeof(data), 0)) > 0) {
		const dm_usec now = dm_time_now();

		if (bytes > 12 && data[0] >> 6 == 2 && !dm_rtp_is_rtcp(data, (size_t)bytes))
			look_at_sound(crowd, listener, data, (size_t)bytes, now);
		dm_receiver_receive(listener->receiver, data, (size_t)bytes, now);
	}
}

static void tick(struct crowd *crowd, dm_usec now)
{
	if (now < crowd->tick_due)
		return;
	crowd->tick_due = now + TICK_EVERY;
	for (size_t i = 0; i < crowd->capacity; i++)
		if (crowd->listeners[i].receiver)
			dm_receiver_tick(crowd->listeners[i].receiver, now);
}

void crowd_turn(struct crowd *crowd, dm_usec until)
{
	struct epoll_event events[EVENTS_MAX];
	const dm_usec now = dm_time_now();
	const dm_usec due = until < crowd->tick_due ? until : crowd->tick_due;
	const int count = epoll_wait(crowd->epoll, events, EVENTS_MAX,
				     due > now ? (int)((due - now) / 1000) : 0);
	struct relay_answer answer;

	for (int i = 0; i < count; i++)
		if (events[i].data.ptr)
			read_socket(crowd, events[i].data.ptr);
	for (int i = 0; i < 16 && relay_process_take(crowd->relay, &answer); i++)
		take_answer(crowd, &answer);
	tick(crowd, dm_time_now());
}

double crowd_lateness_ms(const struct crowd *crowd, double share)
{
	uint64_t total = 0, below = 0;
	size_t bucket = 0;

	for (size_t i = 0; i < LATENESS_BUCKETS; i++)
		total += crowd->lateness[i];
	while (bucket < LATENESS_BUCKETS - 1 &&
	       (double)(below += crowd->lateness[bucket]) < share * (double)total)
		bucket++;
	return (double)(bucket + 1) / 10;
}
