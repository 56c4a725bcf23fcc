/* What a peer's reports become: the loss of its sound goes to the channel's track, its own sender
 * reports to its uplinks. */
#include "transport/feedback.h"

#include "loopback.h"
#include "rtp/rtcp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#define NTP_SECOND (UINT64_C(1) << 32)

struct fixture {
	struct dm_connection *connection;
	struct dm_peer_answer answer;
	struct dm_intake *intake;
	struct dm_network_table *networks;
	struct dm_sender *sender; /* NULL: nothing is to be sent */
	struct dm_track *tracks[DM_MEDIA_COUNT];
	struct dm_track_packet scratch;
	struct dm_feedback_metrics metrics;
	struct dm_writer writer;
	uint8_t data[512];
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct dm_peer_options options = { .remote_ufrag = "peer" };

	assert_int_equal(dm_intake_create(&fixture->intake, 16, 48000), 0);
	assert_int_equal(dm_network_table_create(&fixture->networks), 0);
	options.uplinks[DM_UPLINK_SOUND] = (struct dm_uplink_options){ .wanted = true,
								       .payload_type = 111,
								       .intake = fixture->intake };
	for (int media = 0; media < DM_MEDIA_COUNT; media++) {
		const bool sound = dm_media_is_sound((enum dm_media)media);
		const struct dm_track_options track = { .kind = sound ? DM_TRACK_AUDIO
								      : DM_TRACK_VIDEO,
							.clock_rate_hz = sound ? 48000 : 90000,
							.capacity_packets = 16 };

		options.streams[media] = (struct dm_stream_options){
			.wanted = true, .payload_type = 100, .rtx_payload_type = 101, .nack = true
		};
		assert_int_equal(dm_track_create(&fixture->tracks[media], &track), 0);
	}
	assert_int_equal(dm_connection_create(&fixture->connection, 1, &options, DM_SEC(1),
					      &fixture->answer),
			 0);
	for (size_t n = 0; n < fixture->connection->stream_count; n++) {
		struct dm_stream *stream = &fixture->connection->streams[n];

		dm_stream_set_rungs(stream, &fixture->tracks[stream->media], 1);
	}
	fixture->writer = dm_writer_init(fixture->data, sizeof(fixture->data));
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	dm_connection_destroy(fixture->connection);
	dm_network_table_destroy(fixture->networks);
	for (int media = 0; media < DM_MEDIA_COUNT; media++)
		dm_track_unref(fixture->tracks[media]);
	dm_intake_unref(fixture->intake);
	free(fixture);
	return 0;
}

static void take(struct fixture *fixture)
{
	dm_feedback_take(fixture->connection, fixture->data, fixture->writer.size,
			 &(struct dm_feedback_context){ .sender = fixture->sender,
							.scratch = &fixture->scratch,
							.metrics = &fixture->metrics,
							.networks = fixture->networks,
							.ntp_now = 100 * NTP_SECOND,
							.now = DM_SEC(5) });
	fixture->writer = dm_writer_init(fixture->data, sizeof(fixture->data));
}

static void report(struct fixture *fixture, uint32_t ssrc, uint8_t fraction_lost)
{
	const struct dm_rtcp_report_block block = { .ssrc = ssrc, .fraction_lost = fraction_lost };

	dm_rtcp_write_receiver_report(&fixture->writer, 99, &block, 1);
	take(fixture);
}

static void no_two_streams_share_an_ssrc(void **state)
{
	struct fixture *fixture = *state;
	uint32_t all[2 * DM_MEDIA_COUNT];

	for (int media = 0; media < DM_MEDIA_COUNT; media++) {
		all[2 * media] = fixture->answer.ssrc[media];
		all[2 * media + 1] = fixture->answer.rtx_ssrc[media];
	}
	for (size_t a = 0; a < 2 * DM_MEDIA_COUNT; a++)
		for (size_t b = 0; b < a; b++)
			assert_int_not_equal(all[a] & 15, all[b] & 15);
	/* We report as somebody whom the peer knows. */
	assert_int_equal(fixture->connection->uplinks->ssrc, fixture->answer.ssrc[0]);
}

static void loss_of_sound_reaches_its_track(void **state)
{
	struct fixture *fixture = *state;

	report(fixture, fixture->answer.ssrc[DM_MEDIA_AUDIO], 10);   /* 4 % */
	report(fixture, fixture->answer.ssrc[DM_MEDIA_MONITOR], 51); /* 20 % */
	report(fixture, fixture->answer.ssrc[DM_MEDIA_PICTURE], 51);
	report(fixture, fixture->answer.rtx_ssrc[DM_MEDIA_AUDIO], 255);
	report(fixture, 12345, 255);
	assert_int_equal(dm_track_take_loss(fixture->tracks[DM_MEDIA_AUDIO]), 5);
	assert_int_equal(dm_track_take_loss(fixture->tracks[DM_MEDIA_MONITOR]), 20);
	assert_int_equal(dm_track_take_loss(fixture->tracks[DM_MEDIA_PICTURE]), -1);
	/* A stream that rests tells nobody. */
	dm_stream_set_rungs(&fixture->connection->streams[0], NULL, 0);
	report(fixture, fixture->answer.ssrc[DM_MEDIA_AUDIO], 10);
	assert_int_equal(dm_track_take_loss(fixture->tracks[DM_MEDIA_AUDIO]), -1);
}

/* What one track and the peer's network and country were told. */
static void check_told(const struct fixture *fixture, enum dm_media media, uint64_t reports,
		       uint64_t network_reports)
{
	const struct dm_network_places *places = &fixture->connection->places;
	struct dm_reception_counts counts;

	dm_reception_read(dm_track_reception(fixture->tracks[media]), &counts);
	assert_int_equal(counts.reports, reports);
	for (size_t n = 0; n < 2; n++) {
		const uint16_t place = n ? places->country : places->network;
		uint32_t listeners;
		const uint64_t key = dm_network_table_look(fixture->networks, place, &listeners);

		counts = (struct dm_reception_counts){ 0 };
		dm_network_table_read(fixture->networks, place, key, &counts);
		assert_int_equal(counts.reports, network_reports);
	}
}

static void reports_are_counted_by_track_and_by_network(void **state)
{
	struct fixture *fixture = *state;
	const struct dm_address address = { .family = AF_INET, .ip = { 203, 0, 113, 9 } };
	/* Our report of second 99, which it answers half a second after it came: now is 100. */
	const struct dm_rtcp_report_block block = { .ssrc = fixture->answer.ssrc[DM_MEDIA_PICTURE],
						    .fraction_lost = 26,
						    .last_sr = 99 << 16,
						    .delay_since_last_sr = 1 << 15 };
	struct dm_reception_counts counts;

	report(fixture, fixture->answer.ssrc[DM_MEDIA_AUDIO], 10); /* counted nowhere else yet */
	dm_network_table_enter(fixture->networks, &fixture->connection->places, &address, "CH");
	check_told(fixture, DM_MEDIA_AUDIO, 1, 0);
	report(fixture, fixture->answer.ssrc[DM_MEDIA_AUDIO], 10);
	check_told(fixture, DM_MEDIA_AUDIO, 2, 1);
	dm_rtcp_write_receiver_report(&fixture->writer, 99, &block, 1);
	take(fixture);
	check_told(fixture, DM_MEDIA_PICTURE, 1, 2);
	dm_reception_read(dm_track_reception(fixture->tracks[DM_MEDIA_PICTURE]), &counts);
	assert_int_equal(counts.round_trip[8], 1); /* 300..600 ms */
	/* Of retransmissions, of nobody's stream, and of one that rests: nothing. */
	report(fixture, fixture->answer.rtx_ssrc[DM_MEDIA_AUDIO], 255);
	report(fixture, 12345, 255);
	dm_stream_set_rungs(&fixture->connection->streams[0], NULL, 0);
	report(fixture, fixture->answer.ssrc[DM_MEDIA_AUDIO], 10);
	check_told(fixture, DM_MEDIA_AUDIO, 2, 2);
}

static void resent_packets_are_counted_by_track_and_by_network(void **state)
{
	struct fixture *fixture = *state;
	struct dm_stream *stream = &fixture->connection->streams[0];
	struct dm_track *track = fixture->tracks[DM_MEDIA_AUDIO];
	const struct dm_address address = { .family = AF_INET6, .ip = { 0x20, 0x01, 0x0d, 0xb8 } };
	const struct dm_track_payload payload = { .data = (const uint8_t *)"sound", .bytes = 5 };
	const struct dm_track_frame frame = { .payloads = &payload, .payload_count = 1 };
	struct dm_reception_counts counts = { 0 };
	struct loopback out;
	uint32_t listeners;

	loopback_init(&out);
	close(loopback_socket(&fixture->connection->outlet.to));
	dm_network_table_enter(fixture->networks, &fixture->connection->places, &address, "");
	assert_int_equal(dm_track_publish(track, &frame, DM_SEC(5)), 0);
	assert_int_equal(dm_track_read(track, 0, &fixture->scratch), DM_TRACK_READ_OK);
	dm_stream_switch(stream, track, 0);
	dm_stream_send(stream, out.sender, &fixture->scratch, 1);
	fixture->sender = out.sender;
	for (int n = 0; n < 3; n++) { /* the second and third time too soon */
		dm_rtcp_write_nack(&fixture->writer, 99, stream->ssrc,
				   &(uint16_t){ (uint16_t)dm_rewriter_map(&stream->rewriter, 0) },
				   1);
		take(fixture);
	}
	assert_int_equal(dm_metric_get(&fixture->metrics.resent), 1);
	dm_reception_read(dm_track_reception(track), &counts);
	assert_int_equal(counts.resent, 1);
	const uint16_t place = fixture->connection->places.network;
	const uint64_t key = dm_network_table_look(fixture->networks, place, &listeners);

	dm_network_table_read(fixture->networks, place, key, &counts);
	assert_int_equal(counts.resent, 2);
	dm_sender_flush(out.sender);
	loopback_finish(&out);
}

static void a_sender_report_is_for_who_sends(void **state)
{
	struct fixture *fixture = *state;
	struct dm_uplink_stream *uplink = &fixture->connection->uplinks->streams[0];
	const uint8_t payload[1] = { 0 };
	const struct dm_rtp_packet packet = {
		.ssrc = 7, .payload_type = 111, .payload = payload, .payload_bytes = 1
	};
	struct dm_intake_report taken;

	dm_rtcp_write_sender_report(&fixture->writer, 7, 3 * NTP_SECOND, 48000, 1, 1, NULL, 0);
	take(fixture);
	assert_false(dm_intake_take_report(fixture->intake, &taken)); /* nobody sends yet */
	assert_int_equal(dm_uplink_put(uplink, &packet, DM_SEC(5)), DM_UPLINK_PUT_TAKEN);
	dm_rtcp_write_sender_report(&fixture->writer, 7, 4 * NTP_SECOND, 96000, 1, 1, NULL, 0);
	take(fixture);
	assert_true(dm_intake_take_report(fixture->intake, &taken));
	assert_int_equal(taken.ssrc, 7);
	assert_int_equal(taken.timestamp, 96000);
	assert_int_equal(taken.ntp, 4 * NTP_SECOND);
	assert_int_equal(uplink->source.last_sr, 4 << 16);
	assert_int_equal(dm_metric_get(&fixture->metrics.malformed), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(no_two_streams_share_an_ssrc),
		TEST(loss_of_sound_reaches_its_track),
		TEST(reports_are_counted_by_track_and_by_network),
		TEST(resent_packets_are_counted_by_track_and_by_network),
		TEST(a_sender_report_is_for_who_sends),
	};

	return cmocka_run_group_tests_name("feedback", tests, NULL, NULL);
}
