/* Whole peers against real workers: ICE, DTLS and SRTP over loopback, while publishers' threads
 * write tracks and the control thread binds, restarts and removes. Runs under TSan too. */
#include "offer.h"
#include "receiver.h"
#include "transport/load.h"
#include "transport/networks.h"
#include "transport/transport.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#define PEERS    12
#define CHANNELS 3
#define RUNGS    2
#define DEADLINE DM_SEC(20)

struct peer {
	dm_peer_id id;
	int fd;
	struct dm_receiver *receiver;
	bool connected; /* as the transport says */
	bool ended;
	enum dm_peer_state end;
};

struct fixture {
	struct dm_timeline timeline;
	struct dm_metrics *metrics;
	struct dm_transport *transport;
	struct dm_track *channels[CHANNELS];
	struct dm_track *rungs[RUNGS];
	struct dm_identity *identity;
	struct peer peers[PEERS];
	pthread_t publisher;
	_Atomic bool stop;
};

static void publish(struct fixture *fixture, struct dm_track *track, size_t packets, bool key,
		    dm_usec at)
{
	static const uint8_t bytes[DM_TRACK_PAYLOAD_MAX] = { 0x65 }; /* an IDR slice's NAL unit */
	struct dm_track_payload payloads[16];

	for (size_t i = 0; i < packets; i++)
		payloads[i] = (struct dm_track_payload){ .data = bytes, .bytes = 900 };
	assert_int_equal(
		dm_track_publish(track,
				 &(struct dm_track_frame){ .payloads = payloads,
							   .payload_count = packets,
							   .captured_at = at,
							   .timestamp = dm_timeline_rtp(
								   &fixture->timeline, at,
								   dm_track_clock_rate_hz(track)),
							   .key = key },
				 dm_time_now()),
		0);
}

/* Sound each 20 ms, pictures each 40, a key frame each 200: as ingest does. */
static void *run_publisher(void *user)
{
	struct fixture *fixture = user;

	for (int64_t tick = 0; !atomic_load(&fixture->stop); tick++) {
		const dm_usec at = fixture->timeline.origin + DM_MSEC(20) * tick;
		const dm_usec wait = at - dm_time_now();

		if (wait > 0)
			usleep((useconds_t)wait);
		for (size_t i = 0; i < CHANNELS; i++)
			publish(fixture, fixture->channels[i], 1, true, at);
		for (size_t i = 0; tick % 2 == 0 && i < RUNGS; i++)
			publish(fixture, fixture->rungs[i], 4 - i, tick % 10 == 0, at);
		dm_audience_ring(dm_transport_audience(fixture->transport));
	}
	return NULL;
}

static void take_state(void *user, dm_peer_id id, enum dm_peer_state state)
{
	struct fixture *fixture = user;

	for (size_t i = 0; i < PEERS; i++) {
		struct peer *peer = &fixture->peers[i];

		if (peer->id != id)
			continue;
		peer->connected = peer->connected || state == DM_PEER_CONNECTED;
		if (state != DM_PEER_CONNECTED) {
			peer->ended = true;
			peer->end = state;
		}
	}
}

static int set_up_at(void **state, const char *address)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	const struct dm_transport_options options = { .address = address, .workers = 2 };

	fixture->timeline = dm_timeline_init(dm_time_now(), dm_time_ntp_now());
	assert_int_equal(dm_metrics_create(&fixture->metrics), 0);
	assert_int_equal(dm_transport_create(&fixture->transport, &options, &fixture->timeline,
					     fixture->metrics),
			 0);
	dm_transport_set_observer(fixture->transport, take_state, fixture);
	for (size_t i = 0; i < CHANNELS + RUNGS; i++) {
		const bool audio = i < CHANNELS;
		const struct dm_track_options track = {
			.kind = audio ? DM_TRACK_AUDIO : DM_TRACK_VIDEO,
			.clock_rate_hz = audio ? 48000 : 90000,
			.capacity_packets = 512,
		};

		assert_int_equal(dm_track_create(audio ? &fixture->channels[i]
						       : &fixture->rungs[i - CHANNELS],
						 &track),
				 0);
	}
	assert_int_equal(dm_identity_create(&fixture->identity, DM_PROFILE_ANY), 0);
	assert_int_equal(pthread_create(&fixture->publisher, NULL, run_publisher, fixture), 0);
	*state = fixture;
	return 0;
}

static int set_up(void **state)
{
	return set_up_at(state, "127.0.0.1");
}

static int set_up_ipv6(void **state)
{
	return set_up_at(state, "::1");
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	/* Publishing goes on while the transport dies, as it may when a relay stops: the tracks
	 * outlive it, its doorbells do not. */
	atomic_store(&fixture->stop, true);
	pthread_join(fixture->publisher, NULL);
	dm_transport_destroy(fixture->transport);
	for (size_t i = 0; i < PEERS; i++) {
		dm_receiver_destroy(fixture->peers[i].receiver);
		if (fixture->peers[i].fd > 0)
			close(fixture->peers[i].fd);
	}
	for (size_t i = 0; i < CHANNELS; i++)
		dm_track_unref(fixture->channels[i]);
	for (size_t i = 0; i < RUNGS; i++)
		dm_track_unref(fixture->rungs[i]);
	dm_identity_destroy(fixture->identity);
	dm_metrics_destroy(fixture->metrics);
	free(fixture);
	return 0;
}

static void send_datagram(void *user, const uint8_t *data, size_t bytes)
{
	const struct peer *peer = user;

	(void)send(peer->fd, data, bytes, 0);
}

static void connect_to(struct peer *peer, const struct dm_candidate *candidate)
{
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(candidate->port) };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(candidate->port) };
	const struct sockaddr *to = candidate->ipv6 ? (struct sockaddr *)&six
						    : (struct sockaddr *)&four;

	assert_int_equal(
		inet_pton(to->sa_family, candidate->address,
			  candidate->ipv6 ? (void *)&six.sin6_addr : (void *)&four.sin_addr),
		1);
	peer->fd = socket(to->sa_family, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_int_equal(connect(peer->fd, to, candidate->ipv6 ? sizeof(six) : sizeof(four)), 0);
}

/* As signalling would: the peer's fingerprint goes in, the relay's answer comes out. */
static void join(struct fixture *fixture, struct peer *peer, const struct dm_fingerprint *announced)
{
	static const char *const countries[] = { "CH", "FR", "" };
	const char *country = countries[(peer - fixture->peers) % 3];
	struct dm_peer_options options = { .fingerprint = *announced };
	struct dm_peer_answer answer;
	struct dm_answer read = { .ice_lite = true, .passive = true, .audio = true, .video = true };
	char offer[DM_OFFER_MAX];

	assert_int_equal(
		dm_receiver_create(&peer->receiver,
				   &(struct dm_receiver_options){ .identity = fixture->identity,
								  .video = true,
								  .send = send_datagram,
								  .user = peer }),
		0);
	memcpy(options.country, country, strlen(country));
	assert_true(dm_receiver_offer(peer->receiver, offer, sizeof(offer)) > 0);
	assert_int_equal(
		sscanf(strstr(offer, "a=ice-ufrag:"), "a=ice-ufrag:%256s", options.remote_ufrag),
		1);
	options.streams[DM_MEDIA_AUDIO] = (struct dm_stream_options){ .wanted = true,
								      .payload_type = DM_OFFER_OPUS,
								      .nack = true };
	options.streams[DM_MEDIA_PICTURE] = (struct dm_stream_options){
		.wanted = true,
		.payload_type = DM_OFFER_H264,
		.rtx_payload_type = DM_OFFER_RTX,
		.nack = true
	};
	assert_int_equal(dm_transport_add_peer(fixture->transport, &options, &answer), 0);
	peer->id = answer.id;
	assert_int_equal(dm_transport_bind(fixture->transport, peer->id, DM_MEDIA_AUDIO,
					   fixture->channels, 1),
			 0);
	assert_int_equal(dm_transport_bind(fixture->transport, peer->id, DM_MEDIA_PICTURE,
					   fixture->rungs, RUNGS),
			 0);

	assert_int_equal(answer.candidate_count, 1);
	connect_to(peer, &answer.candidates[0]);
	memcpy(read.ufrag, answer.ufrag, sizeof(answer.ufrag));
	memcpy(read.pwd, answer.pwd, sizeof(answer.pwd));
	read.fingerprint = answer.fingerprint;
	assert_int_equal(dm_receiver_start(peer->receiver, &read, dm_time_now()), 0);
}

/* One turn of the test's own loop: every peer's socket, and the transport's news. */
static void turn(struct fixture *fixture)
{
	uint8_t data[2048];
	struct pollfd poller = { .fd = dm_transport_fd(fixture->transport), .events = POLLIN };

	(void)poll(&poller, 1, 5);
	if (poller.revents)
		dm_transport_dispatch(fixture->transport);
	for (size_t i = 0; i < PEERS; i++) {
		struct peer *peer = &fixture->peers[i];
		ssize_t bytes;

		if (!peer->receiver)
			continue;
		while ((bytes = recv(peer->fd, data, sizeof(data), 0)) > 0)
			dm_receiver_receive(peer->receiver, data, (size_t)bytes, dm_time_now());
		dm_receiver_tick(peer->receiver, dm_time_now());
	}
}

typedef bool condition(const struct fixture *fixture);

static void wait_for(struct fixture *fixture, condition *holds, const char *what)
{
	const dm_usec until = dm_time_now() + DEADLINE;

	while (!holds(fixture)) {
		if (dm_time_now() > until)
			fail_msg("not within %d s: %s", (int)(DEADLINE / DM_SEC(1)), what);
		turn(fixture);
	}
}

static const struct dm_receiver_report *report(const struct peer *peer)
{
	return dm_receiver_report(peer->receiver);
}

static bool all_have_both(const struct fixture *fixture)
{
	for (size_t i = 0; i < PEERS; i++) {
		const struct dm_receiver_report *seen = report(&fixture->peers[i]);

		if (seen->audio.packets < 20 || seen->video.packets < 20)
			return false;
	}
	return true;
}

static bool all_have_much(const struct fixture *fixture)
{
	for (size_t i = 0; i < PEERS; i++)
		if (report(&fixture->peers[i])->audio.packets < 100)
			return false;
	return true;
}

static bool all_ended(const struct fixture *fixture)
{
	for (size_t i = 0; i < PEERS; i++)
		if (report(&fixture->peers[i])->state != DM_RECEIVER_CLOSED)
			return false;
	return true;
}

static bool first_failed(const struct fixture *fixture)
{
	return fixture->peers[0].ended;
}

static void check_load(const struct fixture *fixture)
{
	const unsigned count = dm_transport_worker_count(fixture->transport);
	struct dm_worker_load load;
	uint64_t connections = 0;

	for (unsigned n = 0; n < count; n++) {
		assert_true(dm_transport_load(fixture->transport, n, dm_time_now(), &load));
		assert_in_range(load.sent, 1, UINT64_MAX);
		assert_int_equal(load.dropped, 0);
		assert_in_range(load.busy, 1, DEADLINE);
		assert_in_range(load.longest_turn, 1, DEADLINE);
		connections += load.connections;
	}
	assert_int_equal(connections, PEERS);
	assert_false(dm_transport_load(fixture->transport, count, dm_time_now(), &load));
	assert_int_equal(load.connections, 0);
	for (size_t i = 0; i < PEERS; i++)
		assert_in_range(dm_transport_worker_of(fixture->peers[i].id), 0, count - 1);
}

static bool all_have_reported(const struct fixture *fixture)
{
	struct dm_network networks[3];

	/* Each has two streams to report on, and counts by network and by country. */
	return dm_transport_networks(fixture->transport, networks, 3) == 3 &&
	       networks[0].reception.reports >= 2 * PEERS &&
	       networks[1].reception.reports >= 2 * PEERS / 3 &&
	       networks[2].reception.reports >= 2 * PEERS / 3;
}

static void check_networks(const struct fixture *fixture)
{
	static const struct {
		const char *name;
		bool country;
		uint32_t listeners;
	} expected[] = { { "loopback", false, PEERS },
			 { "CH", true, PEERS / 3 },
			 { "FR", true, PEERS / 3 } };
	struct dm_network networks[8];
	struct dm_reception_counts counts;
	uint64_t reports = 0;

	assert_int_equal(dm_transport_networks(fixture->transport, networks, 1), 1);
	assert_string_equal(networks[0].name, "loopback");
	assert_int_equal(dm_transport_networks(fixture->transport, networks, 8), 3);
	for (size_t n = 0; n < 3; n++) {
		assert_string_equal(networks[n].name, expected[n].name);
		assert_int_equal(networks[n].country, expected[n].country);
		assert_int_equal(networks[n].listeners, expected[n].listeners);
		assert_int_equal(networks[n].workers, 3);
		assert_true(networks[n].reception.loss_sum < 0.001);
	}
	for (size_t n = 0; n < CHANNELS + RUNGS; n++) {
		dm_reception_read(dm_track_reception(n < CHANNELS ? fixture->channels[n]
								  : fixture->rungs[n - CHANNELS]),
				  &counts);
		reports += counts.reports;
	}
	assert_in_range(reports, networks[0].reception.reports, UINT64_MAX);
}

static int64_t readers_of(struct dm_track *const *tracks, size_t count)
{
	int64_t readers = 0;

	for (size_t n = 0; n < count; n++)
		readers += dm_track_readers(tracks[n]);
	return readers;
}

/* Not at every moment: one that changes is nowhere for a while. */
static bool all_read_both(const struct fixture *fixture)
{
	return readers_of(fixture->channels, CHANNELS) == PEERS &&
	       readers_of(fixture->rungs, RUNGS) == PEERS;
}

static bool nobody_is_counted(const struct fixture *fixture)
{
	struct dm_network networks[1];

	return readers_of(fixture->channels, CHANNELS) == 0 &&
	       readers_of(fixture->rungs, RUNGS) == 0 &&
	       dm_transport_networks(fixture->transport, networks, 1) == 0;
}

static void peers_get_unbroken_streams_while_they_change(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < PEERS; i++)
		join(fixture, &fixture->peers[i], dm_identity_fingerprint(fixture->identity));
	wait_for(fixture, all_have_both, "sound and picture for everybody");

	const dm_usec until = dm_time_now() + DM_SEC(2);

	srand(3);
	print_message("seed 3\n");
	while (dm_time_now() < until) {
		struct peer *peer = &fixture->peers[rand() % PEERS];

		assert_int_equal(dm_transport_bind(fixture->transport, peer->id, DM_MEDIA_AUDIO,
						   &fixture->channels[rand() % CHANNELS], 1),
				 0);
		turn(fixture);
	}
	wait_for(fixture, all_have_much, "100 packets of sound for everybody");
	for (size_t i = 0; i < PEERS; i++) {
		const struct dm_receiver_report *seen = report(&fixture->peers[i]);

		assert_true(fixture->peers[i].connected);
		assert_int_equal(dm_inbound_lost(&seen->audio), 0);
		assert_int_equal(dm_inbound_lost(&seen->video), 0);
		assert_int_equal(seen->audio.timestamp_jumps, 0);
		assert_int_equal(seen->audio.ssrc_changes, 0);
		assert_true(seen->video.first_was_key);
		assert_int_equal(seen->bad_auth, 0);
		assert_int_equal(seen->malformed, 0);
	}
	check_load(fixture);
	wait_for(fixture, all_have_reported, "reports of everybody");
	check_networks(fixture);
	wait_for(fixture, all_read_both, "each to read one channel and one rung");
	for (size_t i = 0; i < PEERS; i++)
		dm_transport_remove_peer(fixture->transport, fixture->peers[i].id);
	wait_for(fixture, all_ended, "goodbye for everybody");
	wait_for(fixture, nobody_is_counted, "nobody to be counted any more");
}

static void another_certificate_than_announced_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct dm_fingerprint other = *dm_identity_fingerprint(fixture->identity);

	other.value[5] ^= 1;
	join(fixture, &fixture->peers[0], &other);
	wait_for(fixture, first_failed, "the handshake's failure");
	assert_int_equal(fixture->peers[0].end, DM_PEER_FAILED);
	assert_int_equal(report(&fixture->peers[0])->audio.packets, 0);
}

static void a_peer_that_never_checks_is_no_burden(void **state)
{
	struct fixture *fixture = *state;
	struct dm_peer_options options = { .remote_ufrag = "abcd" };
	struct dm_peer_answer answer;

	for (int i = 0; i < 100; i++) {
		assert_int_equal(dm_transport_add_peer(fixture->transport, &options, &answer), 0);
		if (i % 2)
			dm_transport_remove_peer(fixture->transport, answer.id);
	}
	/* An id of nobody harms nobody. */
	dm_transport_remove_peer(fixture->transport, answer.id + 640);
	assert_int_equal(dm_transport_bind(fixture->transport, 63, DM_MEDIA_AUDIO, NULL, 0),
			 -ENOENT);
	turn(fixture);
}

static bool all_have_sound(const struct fixture *fixture)
{
	for (size_t i = 0; i < PEERS; i++)
		if (report(&fixture->peers[i])->audio.packets == 0)
			return false;
	return true;
}

static bool half_ended(const struct fixture *fixture)
{
	for (size_t i = 0; i < PEERS; i += 2)
		if (!fixture->peers[i].ended)
			return false;
	return true;
}

/* The relay keeps no more of DTLS than it needs to hear close_notify. */
static void who_says_goodbye_is_gone_at_once(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < PEERS; i++)
		join(fixture, &fixture->peers[i], dm_identity_fingerprint(fixture->identity));
	wait_for(fixture, all_have_sound, "sound for everybody");
	for (size_t i = 0; i < PEERS; i += 2)
		dm_receiver_close(fixture->peers[i].receiver);
	wait_for(fixture, half_ended, "the news that half have left");
	for (size_t i = 0; i < PEERS; i++) {
		assert_int_equal(fixture->peers[i].ended, i % 2 == 0);
		if (i % 2 == 0)
			assert_int_equal(fixture->peers[i].end, DM_PEER_CLOSED);
	}

	struct dm_network networks[1];

	assert_int_equal(dm_transport_networks(fixture->transport, networks, 1), 1);
	assert_int_equal(networks[0].listeners, PEERS / 2);
}

/* Removed before ICE, during DTLS, after it: whatever comes late harms nobody. */
static void comings_and_goings_leave_no_trace(void **state)
{
	struct fixture *fixture = *state;
	const dm_usec until = dm_time_now() + DM_SEC(2);
	unsigned left = 0;

	srand(17);
	print_message("seed 17\n");
	while (dm_time_now() < until) {
		struct peer *peer = &fixture->peers[rand() % PEERS];

		if (peer->receiver) {
			dm_transport_remove_peer(fixture->transport, peer->id);
			dm_receiver_destroy(peer->receiver);
			close(peer->fd);
			*peer = (struct peer){ 0 };
			left++;
		} else {
			join(fixture, peer, dm_identity_fingerprint(fixture->identity));
		}
		for (int i = rand() % 4; i > 0; i--)
			turn(fixture);
	}
	assert_true(left > 20);
	for (size_t i = 0; i < PEERS; i++)
		if (!fixture->peers[i].receiver)
			join(fixture, &fixture->peers[i],
			     dm_identity_fingerprint(fixture->identity));
	wait_for(fixture, all_have_sound, "sound for everybody");
}

static bool first_plays(const struct fixture *fixture)
{
	return report(&fixture->peers[0])->audio.packets > 20;
}

static void hostile_datagrams_are_counted_and_dropped(void **state)
{
	struct fixture *fixture = *state;
	struct peer *peer = &fixture->peers[0];
	uint8_t junk[600];
	char *text;

	join(fixture, peer, dm_identity_fingerprint(fixture->identity));
	wait_for(fixture, first_plays, "sound");
	srand(11);
	print_message("seed 11\n");
	for (int i = 0; i < 2000; i++) {
		const size_t bytes = (size_t)rand() % sizeof(junk);

		for (size_t n = 0; n < bytes; n++)
			junk[n] = (uint8_t)rand();
		if (bytes > 0)
			junk[0] = (uint8_t)(i % 4 == 0   ? 0
					    : i % 4 == 1 ? 22
					    : i % 4 == 2 ? 128
							 : 200);
		if (i % 8 == 2)
			junk[1] = 201;
		(void)send(peer->fd, junk, bytes, 0);
		if (i % 50 == 0)
			turn(fixture);
	}

	const uint64_t before = report(peer)->audio.packets;
	const dm_usec until = dm_time_now() + DM_MSEC(500);

	while (dm_time_now() < until)
		turn(fixture);
	assert_true(report(peer)->audio.packets > before + 10);
	assert_int_equal(dm_inbound_lost(&report(peer)->audio), 0);
	text = dm_metrics_render(fixture->metrics, NULL);
	assert_non_null(strstr(text, "dragoman_worker_received_dropped_total"));
	free(text);
}

static void a_peer_plays_over_ipv6(void **state)
{
	struct fixture *fixture = *state;

	join(fixture, &fixture->peers[0], dm_identity_fingerprint(fixture->identity));
	wait_for(fixture, first_plays, "sound");
	assert_int_equal(dm_inbound_lost(&report(&fixture->peers[0])->audio), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(peers_get_unbroken_streams_while_they_change),
		TEST(another_certificate_than_announced_is_refused),
		TEST(a_peer_that_never_checks_is_no_burden),
		TEST(who_says_goodbye_is_gone_at_once),
		TEST(comings_and_goings_leave_no_trace),
		TEST(hostile_datagrams_are_counted_and_dropped),
		cmocka_unit_test_setup_teardown(a_peer_plays_over_ipv6, set_up_ipv6, tear_down),
	};

	return cmocka_run_group_tests_name("transport", tests, NULL, NULL);
}
