/* Peers that send, against real workers over loopback: ICE, DTLS and SRTP as a browser has them,
 * packets into intakes, lost ones asked for and recovered, key frames asked for, reports back. One
 * of them receives nothing, as a WHIP publisher. Runs under TSan too. */
#include "binding.h"
#include "handshake.h"
#include "rtp/packet.h"
#include "rtp/rtcp.h"
#include "rtp/rtx.h"
#include "transport/transport.h"

#include <arpa/inet.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#define OPUS        111
#define H264        102
#define RTX         103
#define SOUND       UINT32_C(0x10)
#define PICTURE     UINT32_C(0x20)
#define PICTURE_RTX UINT32_C(0x30)
#define PACKETS     100
#define DEADLINE    DM_SEC(20)

/* A sending peer of which each fifth packet is lost at first. */
struct peer {
	dm_peer_id id;
	int fd;
	struct dm_binding binding;
	struct dm_handshake *handshake;
	struct dm_protector *protector;
	struct dm_unprotector *unprotector;
	bool started; /* the handshake */
	bool connected;
	bool welcome; /* as the transport says */
	bool ended;
	uint16_t rtx_sequence;
	uint8_t asked[2][PACKETS]; /* by NACK, how often */
	unsigned nacks, plis, rembs, blocks, heard;
	uint32_t monitor; /* the SSRC of what it hears of its own channel */
	struct dm_rtcp_report_block sound_block;
};

struct fixture {
	struct dm_timeline timeline;
	struct dm_metrics *metrics;
	struct dm_transport *transport;
	struct dm_protect_engine *engine;
	struct dm_identity *identity;
	struct dm_intake *sound;
	struct dm_intake *picture;
	struct dm_track *channel;
	struct peer peer;
	bool seen[2][PACKETS];
	unsigned seen_count[2];
};

static void take_state(void *user, dm_peer_id id, enum dm_peer_state state)
{
	struct fixture *fixture = user;

	if (id != fixture->peer.id)
		return;
	if (state == DM_PEER_CONNECTED)
		fixture->peer.welcome = true;
	else
		fixture->peer.ended = true;
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	const struct dm_transport_options options = { .address = "127.0.0.1", .workers = 1 };
	const struct dm_track_options track = { .kind = DM_TRACK_AUDIO,
						.clock_rate_hz = 48000,
						.capacity_packets = 128 };

	fixture->timeline = dm_timeline_init(dm_time_now(), dm_time_ntp_now());
	assert_int_equal(dm_metrics_create(&fixture->metrics), 0);
	assert_int_equal(dm_transport_create(&fixture->transport, &options, &fixture->timeline,
					     fixture->metrics),
			 0);
	dm_transport_set_observer(fixture->transport, take_state, fixture);
	assert_int_equal(dm_protect_engine_create(&fixture->engine), 0);
	assert_int_equal(dm_identity_create(&fixture->identity, DM_PROFILE_ANY), 0);
	assert_int_equal(dm_intake_create(&fixture->sound, 256, 48000), 0);
	assert_int_equal(dm_intake_create(&fixture->picture, 256, 90000), 0);
	assert_int_equal(dm_track_create(&fixture->channel, &track), 0);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	struct peer *peer = &fixture->peer;

	/* The intakes outlive the transport here, the transport the intakes elsewhere. */
	dm_transport_destroy(fixture->transport);
	dm_handshake_destroy(peer->handshake);
	dm_protector_destroy(peer->protector);
	dm_unprotector_destroy(peer->unprotector);
	if (peer->fd > 0)
		close(peer->fd);
	dm_intake_unref(fixture->sound);
	dm_intake_unref(fixture->picture);
	dm_track_unref(fixture->channel);
	dm_identity_destroy(fixture->identity);
	dm_protect_engine_destroy(fixture->engine);
	dm_metrics_destroy(fixture->metrics);
	free(fixture);
	return 0;
}

static void send_datagram(void *user, const uint8_t *data, size_t bytes)
{
	const struct peer *peer = user;

	(void)send(peer->fd, data, bytes, 0);
}

/* As signalling would. With `receives` it also has the sound of a channel and a monitor. */
static void join(struct fixture *fixture, bool receives)
{
	struct peer *peer = &fixture->peer;
	struct dm_peer_options options = {
		.remote_ufrag = "peer", .fingerprint = *dm_identity_fingerprint(fixture->identity)
	};
	struct dm_peer_answer answer;

	options.uplinks[DM_UPLINK_SOUND] = (struct dm_uplink_options){
		.wanted = true, .payload_type = OPUS, .nack = true, .intake = fixture->sound
	};
	options.uplinks[DM_UPLINK_PICTURE] = (struct dm_uplink_options){
		.wanted = true,
		.codec = DM_CODEC_H264,
		.payload_type = H264,
		.rtx_payload_type = RTX,
		.nack = true,
		.pli = true,
		.remb = true,
		.intake = fixture->picture
	};
	for (int media = 0; receives && media < DM_MEDIA_COUNT; media++)
		options.streams[media] = (struct dm_stream_options){
			.wanted = dm_media_is_sound(media), .payload_type = OPUS
		};
	assert_int_equal(dm_transport_add_peer(fixture->transport, &options, &answer), 0);
	peer->id = answer.id;
	if (receives) {
		peer->monitor = answer.ssrc[DM_MEDIA_MONITOR];
		assert_true(answer.ssrc[DM_MEDIA_AUDIO] != answer.ssrc[DM_MEDIA_MONITOR]);
		assert_int_equal(dm_transport_bind(fixture->transport, peer->id, DM_MEDIA_MONITOR,
						   &fixture->channel, 1),
				 0);
	}

	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(answer.candidates[0].port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	peer->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_int_equal(connect(peer->fd, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(dm_binding_init(&peer->binding, "peer", answer.ufrag, answer.pwd), 0);
	assert_int_equal(dm_handshake_create(&peer->handshake, fixture->identity,
					     &answer.fingerprint, send_datagram, peer),
			 0);
}

static void check(struct peer *peer)
{
	uint8_t data[DM_BINDING_MAX];
	const int bytes = dm_binding_request(&peer->binding, data, sizeof(data));

	assert_true(bytes > 0);
	send_datagram(peer, data, (size_t)bytes);
}

static void follow(struct peer *peer, enum dm_handshake_state state)
{
	struct dm_srtp_keys keys;

	if (state != DM_HANDSHAKE_DONE || peer->connected)
		return;
	assert_int_equal(dm_handshake_export(peer->handshake, &keys), 0);
	assert_int_equal(dm_protector_create(&peer->protector, &keys), 0);
	assert_int_equal(dm_unprotector_create(&peer->unprotector, &keys), 0);
	dm_srtp_keys_wipe(&keys);
	peer->connected = true;
}

static void send_protected(struct fixture *fixture, uint8_t *data, size_t bytes)
{
	struct dm_protect_job job = { .protector = fixture->peer.protector,
				      .packet = data,
				      .bytes = (uint32_t)bytes,
				      .header_bytes = DM_RTP_HEADER_BYTES };

	dm_protect_batch(fixture->engine, &job, 1);
	assert_true(job.bytes > 0);
	send_datagram(&fixture->peer, data, job.bytes);
}

static void send_media(struct fixture *fixture, bool picture, uint16_t number)
{
	uint8_t data[1500];
	struct dm_writer writer = dm_writer_init(data, sizeof(data) - DM_SRTP_TAG_MAX);

	dm_rtp_write_header(&writer, picture ? H264 : OPUS, true, number, number * 960u,
			    picture ? PICTURE : SOUND);
	for (int n = 0; n < (picture ? 900 : 80); n++)
		dm_writer_u8(&writer, (uint8_t)number);
	send_protected(fixture, data, writer.size);
}

/* A picture's by RTX, sound as it was: the same bytes under the same number. */
static void resend(struct fixture *fixture, bool picture, uint16_t number)
{
	uint8_t data[1500], payload[900];
	struct dm_writer writer = dm_writer_init(data, sizeof(data) - DM_SRTP_TAG_MAX);

	if (!picture) {
		send_media(fixture, false, number);
		return;
	}
	memset(payload, (uint8_t)number, sizeof(payload));
	dm_rtx_write(&writer, &(struct dm_rtx_packet){ .payload_type = RTX,
						       .marker = true,
						       .sequence = fixture->peer.rtx_sequence++,
						       .timestamp = number * 960u,
						       .ssrc = PICTURE_RTX,
						       .original_sequence = number,
						       .payload = payload,
						       .payload_bytes = sizeof(payload) });
	send_protected(fixture, data, writer.size);
}

static void take_item(void *user, const struct dm_rtcp_item *item)
{
	struct fixture *fixture = user;
	struct peer *peer = &fixture->peer;

	if (item->type == DM_RTCP_NACK) {
		const bool picture = item->media_ssrc == PICTURE;

		/* For each second packet the first request is lost, and comes again. */
		assert_in_range(item->nack, 0, PACKETS - 1);
		peer->nacks++;
		if (peer->asked[picture][item->nack]++ > 0 || item->nack % 2 == 0)
			resend(fixture, picture, item->nack);
	} else if (item->type == DM_RTCP_PLI) {
		assert_int_equal(item->media_ssrc, PICTURE);
		peer->plis++;
	} else if (item->type == DM_RTCP_REMB) {
		assert_true(item->bitrate_bps >= 1000000);
		peer->rembs++;
	} else if (item->type == DM_RTCP_REPORT_BLOCK) {
		peer->blocks++;
		if (item->block.ssrc == SOUND)
			peer->sound_block = item->block;
	}
}

static void receive(struct fixture *fixture, uint8_t *data, size_t bytes)
{
	struct peer *peer = &fixture->peer;

	if (data[0] <= 3) {
		if (!peer->started && dm_binding_answered(&peer->binding, data, bytes)) {
			peer->started = true;
			follow(peer, dm_handshake_start(peer->handshake));
		}
	} else if (data[0] < 64) {
		follow(peer, dm_handshake_receive(peer->handshake, data, bytes));
	} else if (peer->connected && dm_rtp_is_rtcp(data, bytes)) {
		assert_int_equal(dm_unprotect_rtcp(peer->unprotector, data, &bytes),
				 DM_UNPROTECT_OK);
		assert_true(dm_rtcp_parse(data, bytes, take_item, fixture));
	} else if (peer->connected) {
		struct dm_rtp_packet packet;

		assert_int_equal(dm_unprotect_rtp(peer->unprotector, data, &bytes),
				 DM_UNPROTECT_OK);
		assert_true(dm_rtp_parse(data, bytes, &packet));
		assert_int_equal(packet.ssrc, peer->monitor);
		peer->heard++;
	}
}

static void publish(struct fixture *fixture)
{
	static const uint8_t silence[3] = { 0xf8, 0xff, 0xfe };
	const struct dm_track_payload payload = { .data = silence, .bytes = sizeof(silence) };
	const dm_usec now = dm_time_now();

	assert_int_equal(
		dm_track_publish(fixture->channel,
				 &(struct dm_track_frame){ .payloads = &payload,
							   .payload_count = 1,
							   .captured_at = now,
							   .timestamp = dm_timeline_rtp(
								   &fixture->timeline, now, 48000),
							   .key = true },
				 now),
		0);
	dm_audience_ring(dm_transport_audience(fixture->transport));
}

/* Each packet once, whole. */
static void drain(struct fixture *fixture, struct dm_intake *intake, bool picture)
{
	struct dm_intake_packet packet;

	while (dm_intake_take(intake, &packet)) {
		assert_int_equal(packet.ssrc, picture ? PICTURE : SOUND);
		assert_int_equal(packet.payload_type, picture ? H264 : OPUS);
		assert_int_equal(packet.timestamp, packet.sequence * 960u);
		assert_int_equal(packet.payload_bytes, picture ? 900 : 80);
		assert_true(packet.marker);
		assert_in_range(packet.sequence, 0, PACKETS - 1);
		for (size_t n = 0; n < packet.payload_bytes; n++)
			assert_int_equal(packet.payload[n], (uint8_t)packet.sequence);
		assert_false(fixture->seen[picture][packet.sequence]);
		fixture->seen[picture][packet.sequence] = true;
		fixture->seen_count[picture]++;
	}
}

static void turn(struct fixture *fixture)
{
	struct peer *peer = &fixture->peer;
	struct pollfd pollers[] = { { .fd = peer->fd, .events = POLLIN },
				    { .fd = dm_transport_fd(fixture->transport),
				      .events = POLLIN } };
	uint8_t data[2048];
	ssize_t bytes;

	(void)poll(pollers, 2, 2);
	if (pollers[1].revents)
		dm_transport_dispatch(fixture->transport);
	while ((bytes = recv(peer->fd, data, sizeof(data), 0)) > 0)
		receive(fixture, data, (size_t)bytes);
	if (peer->started && !peer->connected)
		follow(peer, dm_handshake_tick(peer->handshake));
	drain(fixture, fixture->sound, false);
	drain(fixture, fixture->picture, true);
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

static bool is_connected(const struct fixture *fixture)
{
	return fixture->peer.connected && fixture->peer.welcome;
}

/* On a busy machine an answer may come too late: so many are forgiven. */
#define LATE_MOST 10

static unsigned lost(const struct dm_intake *intake)
{
	struct dm_intake_reception reception;

	dm_intake_reception(intake, &reception);
	assert_in_range(reception.lost, 0, LATE_MOST);
	return (unsigned)reception.lost;
}

static bool has_all(const struct fixture *fixture)
{
	return fixture->seen_count[0] + lost(fixture->sound) >= PACKETS &&
	       fixture->seen_count[1] + lost(fixture->picture) >= PACKETS;
}

static bool has_reports(const struct fixture *fixture)
{
	return fixture->peer.sound_block.last_sr != 0 && fixture->peer.rembs > 0;
}

static bool was_asked_for_a_key(const struct fixture *fixture)
{
	return fixture->peer.plis > 0;
}

static bool has_ended(const struct fixture *fixture)
{
	return fixture->peer.ended;
}

static void send_sender_report(struct fixture *fixture)
{
	uint8_t data[200];
	struct dm_writer writer = dm_writer_init(data, sizeof(data) - DM_SRTCP_TRAILER_MAX);

	dm_rtcp_write_sender_report(&writer, SOUND, dm_time_ntp_now(), 960 * PACKETS, PACKETS, 8000,
				    NULL, 0);
	dm_rtcp_write_cname(&writer, SOUND, "peer");

	const int bytes = dm_protect_rtcp(fixture->peer.protector, data, writer.size, sizeof(data));

	assert_true(bytes > 0);
	send_datagram(&fixture->peer, data, (size_t)bytes);
}

static void send_all(struct fixture *fixture)
{
	/* The test's own pauses must not make packets useless. */
	for (uint16_t n = 0; n < PACKETS; n++) {
		const dm_usec until = dm_time_now() + DM_MSEC(4);

		if (n % 5 != 2) {
			send_media(fixture, false, n);
			send_media(fixture, true, n);
		}
		publish(fixture);
		while (dm_time_now() < until)
			turn(fixture);
	}
}

static void exercise(struct fixture *fixture, bool receives)
{
	struct peer *peer = &fixture->peer;
	struct dm_intake_reception reception;
	char *text;

	join(fixture, receives);
	check(peer);
	wait_for(fixture, is_connected, "the handshake");
	dm_intake_request_key(fixture->picture);
	send_all(fixture);
	wait_for(fixture, has_all, "every packet");
	wait_for(fixture, was_asked_for_a_key, "PLI");
	send_sender_report(fixture);
	wait_for(fixture, has_reports, "reports");
	assert_int_equal(peer->sound_block.highest_sequence, PACKETS - 1);
	assert_int_equal(peer->plis, 1);
	assert_int_equal(peer->heard, receives ? PACKETS : 0);
	assert_true(peer->nacks >= 40 + 20 - 2 * LATE_MOST);
	dm_intake_reception(fixture->picture, &reception);
	print_message("NACKed %u, recovered %u, reports %u, round trip %d us\n", peer->nacks,
		      (unsigned)reception.recovered, peer->blocks, (int)reception.round_trip);
	assert_in_range(reception.packets, PACKETS - LATE_MOST, PACKETS);
	assert_in_range(reception.recovered, 20 - LATE_MOST, 20);
	text = dm_metrics_render(fixture->metrics, NULL);
	assert_non_null(strstr(text, "dragoman_worker_uplink_packets_total{worker=\"0\"} "));
	free(text);
	dm_handshake_close(peer->handshake);
	wait_for(fixture, has_ended, "the end");
}

static void an_interpreter_is_heard(void **state)
{
	exercise(*state, true);
}

static void a_publisher_that_receives_nothing_is_heard(void **state)
{
	exercise(*state, false);
}

/* The control thread lets an intake go while packets for it are on their way. */
static void peers_and_intakes_may_go_at_any_time(void **state)
{
	struct fixture *fixture = *state;

	join(fixture, true);
	check(&fixture->peer);
	wait_for(fixture, is_connected, "the handshake");
	for (uint16_t n = 0; n < PACKETS; n++) {
		send_media(fixture, false, n);
		send_media(fixture, true, n);
		if (n == 30) {
			dm_transport_remove_peer(fixture->transport, fixture->peer.id);
			dm_intake_unref(fixture->sound);
			assert_int_equal(dm_intake_create(&fixture->sound, 16, 48000), 0);
		}
		dm_transport_dispatch(fixture->transport);
	}
	turn(fixture);
	assert_int_equal(fixture->seen_count[0], 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(an_interpreter_is_heard),
		TEST(a_publisher_that_receives_nothing_is_heard),
		TEST(peers_and_intakes_may_go_at_any_time),
	};

	return cmocka_run_group_tests_name("uplink_worker", tests, NULL, NULL);
}
