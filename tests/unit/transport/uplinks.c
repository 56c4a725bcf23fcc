/* What one peer sends, from SRTP to the intakes, and what is said back: rightly, by chance in any
 * order, and by somebody who means harm. */
#include "transport/uplinks.h"

#include "rtp/rtcp.h"
#include "rtp/rtx.h"
#include "seed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define OPUS        111
#define H264        102
#define RTX         103
#define STRANGE     120
#define SOUND       UINT32_C(0x11111111)
#define PICTURE     UINT32_C(0x22222222)
#define PICTURE_RTX UINT32_C(0x33333333)
#define ROUND_TRIP  DM_MSEC(40)
#define ROOM        2000

struct fixture {
	struct dm_uplinks *uplinks;
	struct dm_unprotector *unprotector;
	struct dm_protector *peer; /* what the peer protects with */
	struct dm_protect_engine *engine;
	struct dm_intake *sound;
	struct dm_intake *picture;
	struct dm_uplink_metrics metrics;
	dm_usec now;
	uint16_t rtx_sequence;
	/* The latest compound that was written. */
	uint8_t rtcp[1400];
	size_t rtcp_bytes;
	struct dm_rtcp_item items[600];
	size_t item_count;
};

static void create_uplinks(struct fixture *fixture, bool nack)
{
	struct dm_peer_options options = { 0 };

	options.uplinks[DM_UPLINK_SOUND] = (struct dm_uplink_options){
		.wanted = true,
		.codec = DM_CODEC_OPUS,
		.payload_type = OPUS,
		.nack = nack,
		.intake = fixture->sound,
	};
	options.uplinks[DM_UPLINK_PICTURE] = (struct dm_uplink_options){
		.wanted = true,
		.codec = DM_CODEC_H264,
		.payload_type = H264,
		.rtx_payload_type = RTX,
		.nack = nack,
		.pli = true,
		.remb = true,
		.intake = fixture->picture,
	};
	assert_int_equal(dm_uplinks_create(&fixture->uplinks, NULL, &options, 77, fixture->now), 0);
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct dm_srtp_keys keys = { .profile = DM_SRTP_AEAD_AES_128_GCM };
	struct dm_srtp_keys peer = keys;

	seed_start(41);
	seed_fill(keys.remote_key, sizeof(keys.remote_key));
	seed_fill(keys.remote_salt, sizeof(keys.remote_salt));
	memcpy(peer.local_key, keys.remote_key, sizeof(peer.local_key));
	memcpy(peer.local_salt, keys.remote_salt, sizeof(peer.local_salt));
	fixture->now = DM_SEC(5000);
	assert_int_equal(dm_intake_create(&fixture->sound, 64, 48000), 0);
	assert_int_equal(dm_intake_create(&fixture->picture, 512, 90000), 0);
	assert_int_equal(dm_unprotector_create(&fixture->unprotector, &keys), 0);
	assert_int_equal(dm_protector_create(&fixture->peer, &peer), 0);
	assert_int_equal(dm_protect_engine_create(&fixture->engine), 0);
	create_uplinks(fixture, true);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	dm_uplinks_destroy(fixture->uplinks);
	dm_intake_unref(fixture->sound);
	dm_intake_unref(fixture->picture);
	dm_unprotector_destroy(fixture->unprotector);
	dm_protector_destroy(fixture->peer);
	dm_protect_engine_destroy(fixture->engine);
	free(fixture);
	return 0;
}

struct packet {
	uint8_t type;
	uint32_t ssrc;
	uint32_t number; /* extended sequence number */
	size_t bytes;    /* of payload: `number` again and again */
	bool bad_padding;
};

static size_t protect(struct fixture *fixture, const struct packet *packet, uint8_t *data)
{
	struct dm_writer writer = dm_writer_init(data, ROOM);

	dm_rtp_write_header(&writer, packet->type, false, (uint16_t)packet->number,
			    packet->number * 960, packet->ssrc);
	for (size_t n = 0; n < packet->bytes; n++)
		dm_writer_u8(&writer, (uint8_t)packet->number);
	if (packet->bad_padding)
		data[0] |= 0x20;

	struct dm_protect_job job = { .protector = fixture->peer,
				      .packet = data,
				      .bytes = (uint32_t)writer.size,
				      .header_bytes = DM_RTP_HEADER_BYTES,
				      .rollover = packet->number >> 16 };

	dm_protect_batch(fixture->engine, &job, 1);
	assert_true(job.bytes > 0);
	return job.bytes;
}

static void receive(struct fixture *fixture, uint8_t *data, size_t bytes)
{
	dm_uplinks_receive(fixture->uplinks, fixture->unprotector, data, bytes, ROUND_TRIP,
			   fixture->now, &fixture->metrics);
}

static void send_packet(struct fixture *fixture, const struct packet *packet)
{
	uint8_t data[ROOM + DM_SRTP_TAG_MAX];

	receive(fixture, data, protect(fixture, packet, data));
}

static void send_sound(struct fixture *fixture, uint32_t number)
{
	send_packet(fixture, &(struct packet){ OPUS, SOUND, number, 80, false });
}

static void send_picture(struct fixture *fixture, uint32_t number)
{
	send_packet(fixture, &(struct packet){ H264, PICTURE, number, 1000, false });
}

static void send_rtx(struct fixture *fixture, uint32_t number)
{
	uint8_t data[ROOM + DM_SRTP_TAG_MAX], payload[1000];
	struct dm_writer writer = dm_writer_init(data, ROOM);

	memset(payload, (uint8_t)number, sizeof(payload));
	dm_rtx_write(&writer, &(struct dm_rtx_packet){ .payload_type = RTX,
						       .sequence = fixture->rtx_sequence,
						       .timestamp = number * 960,
						       .ssrc = PICTURE_RTX,
						       .original_sequence = (uint16_t)number,
						       .payload = payload,
						       .payload_bytes = sizeof(payload) });

	struct dm_protect_job job = { .protector = fixture->peer,
				      .packet = data,
				      .bytes = (uint32_t)writer.size,
				      .header_bytes = DM_RTP_HEADER_BYTES };

	fixture->rtx_sequence++;
	dm_protect_batch(fixture->engine, &job, 1);
	receive(fixture, data, job.bytes);
}

/* The next packet is this one, whole. */
static void assert_next(struct dm_intake *intake, uint8_t type, uint32_t ssrc, uint32_t number)
{
	struct dm_intake_packet packet;

	assert_true(dm_intake_take(intake, &packet));
	assert_int_equal(packet.sequence, (uint16_t)number);
	assert_int_equal(packet.payload_type, type);
	assert_int_equal(packet.ssrc, ssrc);
	assert_int_equal(packet.timestamp, number * 960);
	for (size_t n = 0; n < packet.payload_bytes; n++)
		assert_int_equal(packet.payload[n], (uint8_t)number);
}

static void assert_empty(struct dm_intake *intake)
{
	struct dm_intake_packet packet;

	assert_false(dm_intake_take(intake, &packet));
}

static void note_item(void *user, const struct dm_rtcp_item *item)
{
	struct fixture *fixture = user;

	assert_true(fixture->item_count < sizeof(fixture->items) / sizeof(fixture->items[0]));
	fixture->items[fixture->item_count++] = *item;
}

static void parse(struct fixture *fixture, const struct dm_writer *writer)
{
	assert_false(writer->failed);
	fixture->rtcp_bytes = writer->size;
	fixture->item_count = 0;
	if (writer->size == 0)
		return;
	assert_true(dm_rtcp_parse(fixture->rtcp, writer->size, note_item, fixture));
	/* A report first, then a name (RFC 3550, 6.1). */
	assert_int_equal(fixture->rtcp[1], 201);
	assert_int_equal(fixture->rtcp[4 * (fixture->rtcp[3] + 1) + 1], 202);
}

static void write_requests(struct fixture *fixture)
{
	struct dm_writer writer = dm_writer_init(fixture->rtcp, sizeof(fixture->rtcp));

	dm_uplinks_write_requests(fixture->uplinks, &writer, "name", ROUND_TRIP, fixture->now,
				  &fixture->metrics);
	parse(fixture, &writer);
}

static void write_reports(struct fixture *fixture)
{
	struct dm_writer writer = dm_writer_init(fixture->rtcp, sizeof(fixture->rtcp));

	dm_uplinks_write_reports(fixture->uplinks, &writer, "name", fixture->now);
	parse(fixture, &writer);
}

#define COUNT(name) ((int)dm_metric_get(&fixture->metrics.name))

static void who_only_listens_has_none(void **state)
{
	struct dm_uplinks *uplinks = (struct dm_uplinks *)*state;

	assert_int_equal(dm_uplinks_create(&uplinks, NULL, &(struct dm_peer_options){ 0 }, 1, 0),
			 0);
	assert_null(uplinks);
	dm_uplinks_destroy(NULL);
}

static void streams_are_told_apart_by_payload_type(void **state)
{
	struct fixture *fixture = *state;
	struct dm_intake_reception reception;

	for (uint32_t n = 0; n < 20; n++) {
		send_sound(fixture, 65530 + n);
		send_picture(fixture, 300 + n);
		fixture->now += DM_MSEC(20);
	}
	for (uint32_t n = 0; n < 20; n++) {
		assert_next(fixture->sound, OPUS, SOUND, 65530 + n);
		assert_next(fixture->picture, H264, PICTURE, 300 + n);
	}
	assert_int_equal(dm_intake_codec(fixture->picture), DM_CODEC_H264);
	assert_int_equal(COUNT(packets), 40);
	assert_int_equal(COUNT(bytes), 20 * 1080);
	dm_intake_reception(fixture->sound, &reception);
	assert_int_equal(reception.packets, 20);
	assert_int_equal(reception.bytes, 20 * 80);
	assert_int_equal(reception.lost, 0);
	assert_int_equal(reception.last_packet, fixture->now - DM_MSEC(20));
	write_requests(fixture);
	assert_int_equal(fixture->rtcp_bytes, 0);
}

static void what_is_not_proven_changes_nothing(void **state)
{
	struct fixture *fixture = *state;
	uint8_t data[ROOM + DM_SRTP_TAG_MAX];
	size_t bytes;

	for (int n = 0; n < 2000; n++) {
		bytes = protect(fixture,
				&(struct packet){ n % 2 ? OPUS : H264, (uint32_t)n, 9, 80, false },
				data);
		data[seed_below((uint32_t)bytes)] ^= (uint8_t)(1 + seed_below(255));
		receive(fixture, data, bytes);
		bytes = seed_below(200);
		seed_fill(data, bytes);
		receive(fixture, data, bytes);
	}
	assert_int_equal(COUNT(bad_auth) + COUNT(malformed), 4000);
	assert_int_equal(COUNT(packets), 0);
	assert_empty(fixture->sound);
	assert_empty(fixture->picture);
	write_reports(fixture);
	assert_int_equal(fixture->rtcp_bytes, 0);
	assert_int_equal(fixture->uplinks->due, DM_USEC_NEVER);
}

static void drops_are_counted_by_reason(void **state)
{
	struct fixture *fixture = *state;
	uint8_t data[ROOM + DM_SRTP_TAG_MAX], copy[ROOM + DM_SRTP_TAG_MAX];
	const size_t bytes = protect(fixture, &(struct packet){ OPUS, SOUND, 1, 80, false }, data);

	memcpy(copy, data, bytes);
	receive(fixture, data, bytes);
	receive(fixture, copy, bytes);
	assert_int_equal(COUNT(replay), 1);
	send_packet(fixture, &(struct packet){ STRANGE, 5, 1, 80, false });
	assert_int_equal(COUNT(unknown_type), 1);
	send_packet(fixture, &(struct packet){ OPUS, SOUND, 0, 80, true }); /* padding 0 */
	assert_int_equal(COUNT(malformed), 1);
	send_packet(fixture, &(struct packet){ OPUS, SOUND, 2, 1501, false });
	assert_int_equal(COUNT(too_large), 1);
	send_packet(fixture, &(struct packet){ OPUS, 6, 1, 80, false });
	assert_int_equal(COUNT(foreign), 1);
	for (uint32_t n = 3; n < 100; n++)
		send_sound(fixture, n);
	assert_int_equal(COUNT(refused), 1 + 97 - 64);
	assert_int_equal(dm_intake_refused(fixture->sound), 1 + 97 - 64);
	assert_int_equal(COUNT(packets), 64);
	send_packet(fixture, &(struct packet){ OPUS, SOUND, 30000, 80, false });
	assert_int_equal(COUNT(far), 1);
}

/* One peer's SSRCs are bounded, and do not keep it from sending rightly. */
static void thousands_of_sources_cost_little(void **state)
{
	struct fixture *fixture = *state;

	send_sound(fixture, 1);
	for (uint32_t n = 0; n < 5000; n++)
		send_packet(fixture, &(struct packet){ OPUS, 1000 + n, 5, 20, false });
	assert_int_equal(COUNT(too_many_sources) + COUNT(foreign), 5000);
	assert_int_equal(COUNT(foreign), DM_UNPROTECT_SOURCES_MAX - 1);
	send_sound(fixture, 2);
	assert_next(fixture->sound, OPUS, SOUND, 1);
	assert_next(fixture->sound, OPUS, SOUND, 2);
	assert_empty(fixture->sound);
}

static void a_sender_may_begin_anew(void **state)
{
	struct fixture *fixture = *state;
	struct dm_intake_reception reception;

	send_sound(fixture, 10);
	send_sound(fixture, 12);
	fixture->now += DM_MSEC(59);
	send_packet(fixture, &(struct packet){ OPUS, 99, 40000, 80, false });
	assert_int_equal(COUNT(foreign), 1);
	fixture->now += DM_MSEC(1);
	send_packet(fixture, &(struct packet){ OPUS, 99, 40001, 80, false });
	assert_next(fixture->sound, OPUS, SOUND, 10);
	assert_next(fixture->sound, OPUS, SOUND, 12);
	assert_next(fixture->sound, OPUS, 99, 40001);
	/* What is missing of the old one is not asked of the new one. */
	fixture->now += DM_MSEC(50);
	write_requests(fixture);
	assert_int_equal(fixture->item_count, 0);
	assert_int_equal(COUNT(lost), 1);
	dm_intake_reception(fixture->sound, &reception);
	assert_int_equal(reception.packets, 1);
	assert_int_equal(reception.lost, 0);
	/* Numbers that jump: the second of them is believed. */
	send_packet(fixture, &(struct packet){ OPUS, 99, 65536, 80, false });
	send_packet(fixture, &(struct packet){ OPUS, 99, 65537, 80, false });
	assert_next(fixture->sound, OPUS, 99, 65537);
	write_requests(fixture);
	assert_int_equal(fixture->item_count, 0);
}

static void what_is_missing_is_asked_for_and_comes(void **state)
{
	struct fixture *fixture = *state;
	struct dm_intake_reception reception;

	send_picture(fixture, 65533);
	send_picture(fixture, 65538); /* over the wrap */
	assert_int_equal(fixture->uplinks->due, fixture->now + DM_MSEC(10));
	assert_false(dm_uplinks_is_due(fixture->uplinks, fixture->now + DM_MSEC(9)));
	assert_true(dm_uplinks_is_due(fixture->uplinks, fixture->now + DM_MSEC(10)));
	fixture->now += DM_MSEC(10);
	write_requests(fixture);
	assert_int_equal(fixture->item_count, 4);
	for (uint16_t n = 0; n < 4; n++) {
		assert_int_equal(fixture->items[n].type, DM_RTCP_NACK);
		assert_int_equal(fixture->items[n].ssrc, 77);
		assert_int_equal(fixture->items[n].media_ssrc, PICTURE);
		assert_int_equal(fixture->items[n].nack, (uint16_t)(65534 + n));
	}
	fixture->now += ROUND_TRIP;
	for (uint32_t n = 65534; n < 65537; n++) {
		send_rtx(fixture, n);
		send_rtx(fixture, n); /* twice */
	}
	assert_next(fixture->picture, H264, PICTURE, 65533);
	assert_next(fixture->picture, H264, PICTURE, 65538);
	for (uint32_t n = 65534; n < 65537; n++)
		assert_next(fixture->picture, H264, PICTURE, n);
	assert_empty(fixture->picture);
	assert_int_equal(COUNT(recovered), 3);
	assert_int_equal(COUNT(not_missing), 3);
	/* The answer to the fourth was lost: once more after a round trip. */
	fixture->now += DM_MSEC(5);
	write_requests(fixture);
	assert_int_equal(fixture->item_count, 1);
	assert_int_equal(fixture->items[0].nack, 1);
	send_picture(fixture, 65537); /* as it was, without RTX */
	assert_next(fixture->picture, H264, PICTURE, 65537);
	dm_intake_reception(fixture->picture, &reception);
	assert_int_equal(reception.recovered, 4);
	assert_int_equal(reception.lost, 0);
	assert_int_equal(COUNT(nacks), 5);
	assert_int_equal(fixture->uplinks->due, DM_USEC_NEVER);
}

static void retransmissions_of_nothing_are_dropped(void **state)
{
	struct fixture *fixture = *state;

	send_rtx(fixture, 5); /* before any packet */
	send_picture(fixture, 10);
	send_rtx(fixture, 11); /* ahead of all: not asked for */
	send_rtx(fixture, 10);
	send_rtx(fixture, 3);
	send_packet(fixture, &(struct packet){ RTX, 8, 7, 0, false }); /* padding */
	send_packet(fixture, &(struct packet){ RTX, 8, 8, 1, false });
	assert_int_equal(COUNT(not_missing), 6);
	assert_next(fixture->picture, H264, PICTURE, 10);
	assert_empty(fixture->picture);
}

static void what_cannot_be_asked_for_is_only_counted(void **state)
{
	struct fixture *fixture = *state;

	dm_uplinks_destroy(fixture->uplinks);
	create_uplinks(fixture, false);
	send_sound(fixture, 1);
	send_sound(fixture, 4);
	for (int n = 0; n < 300; n++) {
		fixture->now += DM_MSEC(1);
		if (dm_uplinks_is_due(fixture->uplinks, fixture->now))
			write_requests(fixture);
		assert_int_equal(fixture->rtcp_bytes, 0);
	}
	assert_int_equal(COUNT(lost), 2);
}

/* A codec that was not agreed on has its numbers from the same row. */
static void a_strange_type_leaves_no_hole(void **state)
{
	struct fixture *fixture = *state;

	send_sound(fixture, 1);
	send_packet(fixture, &(struct packet){ STRANGE, SOUND, 2, 4, false });
	send_sound(fixture, 3);
	fixture->now += DM_MSEC(30);
	write_requests(fixture);
	assert_int_equal(fixture->item_count, 0);
	write_reports(fixture);
	assert_int_equal(fixture->items[0].block.lost, 0);
}

static void any_number_of_requests_fits_a_datagram(void **state)
{
	struct fixture *fixture = *state;
	size_t asked = 0;

	for (uint32_t n = 0; n < 120; n++) { /* no two of them fit one mask */
		send_sound(fixture, 2 * n);
		send_picture(fixture, 2 * n);
		fixture->now += 100;
	}
	send_sound(fixture, 600);
	send_picture(fixture, 600);
	fixture->now += DM_MSEC(20);
	for (int n = 0; n < 4 && dm_uplinks_is_due(fixture->uplinks, fixture->now); n++) {
		write_requests(fixture);
		asked += fixture->item_count;
	}
	assert_false(dm_uplinks_is_due(fixture->uplinks, fixture->now));
	assert_int_equal(asked, 2 * DM_NACK_HOLES);
}

static void key_frames_are_asked_for_now_and_then(void **state)
{
	struct fixture *fixture = *state;
	unsigned asked = 0;

	dm_intake_request_key(fixture->picture);
	dm_intake_request_key(fixture->sound); /* what sense that may make */
	assert_false(dm_uplinks_is_due(fixture->uplinks, fixture->now));
	send_picture(fixture, 1); /* now there is somebody to ask */
	for (int n = 0; n < 1600; n++) {
		fixture->now += DM_MSEC(1);
		if (n % 10 == 0 && n < 1000)
			dm_intake_request_key(fixture->picture);
		if (!dm_uplinks_is_due(fixture->uplinks, fixture->now))
			continue;
		write_requests(fixture);
		assert_int_equal(fixture->item_count, 1);
		assert_int_equal(fixture->items[0].type, DM_RTCP_PLI);
		assert_int_equal(fixture->items[0].media_ssrc, PICTURE);
		asked++;
	}
	assert_int_equal(asked, 3); /* at 1, 501 and 1001 ms */
	assert_int_equal(COUNT(key_requests), 3);
}

static void reports_say_how_it_arrives(void **state)
{
	struct fixture *fixture = *state;
	struct dm_intake_report report;

	for (uint32_t n = 0; n < 100; n++) {
		if (n % 5 != 4)
			send_sound(fixture, n);
		send_picture(fixture, n);
		fixture->now += DM_MSEC(10);
	}
	dm_uplinks_note_report(fixture->uplinks, 12345, 1, 2, fixture->now); /* nobody's */
	dm_uplinks_note_report(fixture->uplinks, SOUND, UINT64_C(0x1122334455667788), 5,
			       fixture->now);
	fixture->now += DM_MSEC(500);
	write_reports(fixture);
	assert_int_equal(fixture->item_count, 3);

	const struct dm_rtcp_report_block *sound = &fixture->items[0].block;

	assert_int_equal(fixture->items[0].type, DM_RTCP_REPORT_BLOCK);
	assert_int_equal(fixture->items[0].ssrc, 77);
	assert_int_equal(sound->ssrc, SOUND);
	assert_int_equal(sound->highest_sequence, 98);
	assert_int_equal(sound->lost, 19);
	assert_int_equal(sound->fraction_lost, 19 * 256 / 99);
	assert_int_equal(sound->last_sr, 0x33445566);
	assert_int_equal(sound->delay_since_last_sr, 32768);
	assert_int_equal(fixture->items[1].block.ssrc, PICTURE);
	assert_int_equal(fixture->items[1].block.lost, 0);
	assert_int_equal(fixture->items[1].block.last_sr, 0);
	assert_int_equal(fixture->items[2].type, DM_RTCP_REMB);
	assert_in_range(fixture->items[2].bitrate_bps, 2000000, 4000000);
	/* The reader puts streams in step by it. */
	assert_true(dm_intake_take_report(fixture->sound, &report));
	assert_int_equal(report.ntp, UINT64_C(0x1122334455667788));
	assert_int_equal(report.timestamp, 5);
	assert_false(dm_intake_take_report(fixture->sound, &report));
	assert_false(dm_intake_take_report(fixture->picture, &report));
}

/* What NACKs bring back is lost on the link all the same: the sender must go on protecting it. */
static void recovered_packets_stay_lost_in_reports(void **state)
{
	struct fixture *fixture = *state;

	send_sound(fixture, 1);
	send_sound(fixture, 3);
	fixture->now += DM_MSEC(10);
	write_requests(fixture);
	assert_int_equal(fixture->item_count, 1);
	fixture->now += ROUND_TRIP;
	send_sound(fixture, 2);
	assert_int_equal(COUNT(recovered), 1);
	send_sound(fixture, 4);
	write_reports(fixture);
	assert_int_equal(fixture->items[0].block.lost, 1);
	assert_int_equal(fixture->items[0].block.fraction_lost, 64);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(who_only_listens_has_none),
		TEST(streams_are_told_apart_by_payload_type),
		TEST(what_is_not_proven_changes_nothing),
		TEST(drops_are_counted_by_reason),
		TEST(thousands_of_sources_cost_little),
		TEST(a_sender_may_begin_anew),
		TEST(what_is_missing_is_asked_for_and_comes),
		TEST(retransmissions_of_nothing_are_dropped),
		TEST(what_cannot_be_asked_for_is_only_counted),
		TEST(a_strange_type_leaves_no_hole),
		TEST(any_number_of_requests_fits_a_datagram),
		TEST(key_frames_are_asked_for_now_and_then),
		TEST(reports_say_how_it_arrives),
		TEST(recovered_packets_stay_lost_in_reports),
	};

	return cmocka_run_group_tests_name("uplinks", tests, NULL, NULL);
}
