/* The media of a receiver, against the relay's protector, packet by packet in memory. */
#include "../../../client/native/inflow.h"

#include "../../../client/native/stamp.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define SOUND_SSRC   7
#define PICTURE_SSRC 8
#define RTX_SSRC     9

static const uint8_t idr[] = { 0x65, 1, 2, 3 };

struct scene {
	struct dm_receiver_report report;
	struct dm_inflow inflow;
	struct dm_figures *figures;
	struct dm_protect_engine *engine;
	struct dm_protector *protector;
	struct dm_unprotector *unprotector;
	/* What the server got. */
	unsigned packets, reports, nacks;
	uint16_t nacked;
};

static void on_item(void *user, const struct dm_rtcp_item *item)
{
	struct scene *scene = user;

	scene->reports += item->type == DM_RTCP_REPORT_BLOCK;
	if (item->type == DM_RTCP_NACK) {
		scene->nacks++;
		scene->nacked = item->nack;
	}
}

static void on_datagram(void *user, const uint8_t *data, size_t bytes)
{
	struct scene *scene = user;
	uint8_t copy[500];

	assert_true(bytes <= sizeof(copy));
	memcpy(copy, data, bytes);
	assert_int_equal(dm_unprotect_rtcp(scene->unprotector, copy, &bytes), DM_UNPROTECT_OK);
	assert_true(dm_rtcp_parse(copy, bytes, on_item, scene));
	scene->packets++;
}

static struct scene *set_up(struct dm_inflow_options options, enum dm_srtp_profile profile)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	const struct dm_answer answer = { .audio = true, .video = true };
	struct dm_srtp_keys keys = { .profile = profile };
	struct dm_srtp_keys theirs;

	memset(keys.local_key, 1, sizeof(keys.local_key));
	memset(keys.local_salt, 2, sizeof(keys.local_salt));
	memset(keys.remote_key, 3, sizeof(keys.remote_key));
	memset(keys.remote_salt, 4, sizeof(keys.remote_salt));
	theirs = keys;
	memcpy(theirs.local_key, keys.remote_key, sizeof(keys.remote_key));
	memcpy(theirs.local_salt, keys.remote_salt, sizeof(keys.remote_salt));
	memcpy(theirs.remote_key, keys.local_key, sizeof(keys.local_key));
	memcpy(theirs.remote_salt, keys.local_salt, sizeof(keys.local_salt));
	assert_int_equal(dm_protect_engine_create(&scene->engine), 0);
	assert_int_equal(dm_protector_create(&scene->protector, &theirs), 0);
	assert_int_equal(dm_unprotector_create(&scene->unprotector, &theirs), 0);

	scene->figures = calloc(1, sizeof(*scene->figures));
	options.figures = scene->figures;
	dm_inflow_init(&scene->inflow, &options, &scene->report);
	scene->inflow.send = on_datagram;
	scene->inflow.user = scene;
	dm_inflow_agree(&scene->inflow, &answer);
	assert_int_equal(dm_inflow_start(&scene->inflow, &keys, 0), 0);
	return scene;
}

static void tear_down(struct scene *scene)
{
	dm_inflow_finish(&scene->inflow);
	dm_protect_engine_destroy(scene->engine);
	dm_protector_destroy(scene->protector);
	dm_unprotector_destroy(scene->unprotector);
	free(scene->figures);
	free(scene);
}

struct packet {
	uint8_t type;
	uint32_t ssrc;
	uint16_t sequence;
	uint32_t timestamp;
	const uint8_t *payload;
	size_t bytes;
	bool spoilt;
};

static void send_packet(struct scene *scene, const struct packet *packet, dm_usec now)
{
	uint8_t data[200];
	struct dm_writer writer = dm_writer_init(data, sizeof(data));
	struct dm_protect_job job = { .protector = scene->protector, .packet = data };

	dm_rtp_write_header(&writer, packet->type, true, packet->sequence, packet->timestamp,
			    packet->ssrc);
	job.header_bytes = (uint32_t)writer.size;
	dm_writer_bytes(&writer, packet->payload, packet->bytes);
	job.bytes = (uint32_t)writer.size;
	dm_protect_batch(scene->engine, &job, 1);
	data[job.bytes - 1] ^= packet->spoilt;
	dm_inflow_receive(&scene->inflow, data, job.bytes, now);
}

static void send_sound(struct scene *scene, uint16_t sequence, dm_usec now)
{
	send_packet(scene,
		    &(struct packet){ .type = DM_OFFER_OPUS,
				      .ssrc = SOUND_SSRC,
				      .sequence = sequence,
				      .timestamp = sequence * 960u,
				      .payload = idr,
				      .bytes = sizeof(idr) },
		    now);
}

static void send_picture(struct scene *scene, uint16_t sequence, dm_usec now)
{
	send_packet(scene,
		    &(struct packet){ .type = DM_OFFER_H264,
				      .ssrc = PICTURE_SSRC,
				      .sequence = sequence,
				      .timestamp = sequence * 3600u,
				      .payload = idr,
				      .bytes = sizeof(idr) },
		    now);
}

/* The first packets are decrypted; then a wrong tag is not even noticed. */
static void counts_by_clear_headers(void **state)
{
	static const enum dm_srtp_profile profiles[] = { DM_SRTP_AEAD_AES_128_GCM,
							 DM_SRTP_AES128_CM_SHA1_80 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct scene *scene = set_up(
			(struct dm_inflow_options){ .counts_only = true, .video = true },
			profiles[i]);
		struct packet spoilt = { .type = DM_OFFER_OPUS,
					 .ssrc = SOUND_SSRC,
					 .sequence = 1,
					 .timestamp = 960,
					 .payload = idr,
					 .bytes = sizeof(idr),
					 .spoilt = true };

		send_packet(scene, &spoilt, 0);
		assert_int_equal(scene->report.bad_auth, 1);
		send_sound(scene, 1, 0);
		assert_false(dm_inflow_is_confirmed(&scene->inflow));
		send_picture(scene, 1, 0);
		assert_true(dm_inflow_is_confirmed(&scene->inflow));
		spoilt.sequence = 2;
		spoilt.timestamp = 1920;
		send_packet(scene, &spoilt, DM_MSEC(20));
		send_sound(scene, 4, DM_MSEC(63));
		assert_int_equal(scene->report.bad_auth, 1);
		assert_int_equal(scene->report.audio.packets, 3);
		assert_int_equal(scene->report.audio.bytes, 3 * sizeof(idr)); /* without tags */
		assert_int_equal(dm_inbound_lost(&scene->report.audio), 1);
		assert_int_equal(scene->report.audio.timestamp_jumps, 0);
		assert_int_equal(scene->figures->sound_lateness.max, DM_MSEC(3));
		tear_down(scene);
	}
}

static void reads_latency_from_stamps(void **state)
{
	struct scene *scene = set_up((struct dm_inflow_options){ .stamped = true },
				     DM_SRTP_AEAD_AES_128_GCM);
	uint8_t payload[30] = { 0 };
	struct packet packet = { .type = DM_OFFER_OPUS,
				 .ssrc = SOUND_SSRC,
				 .payload = payload,
				 .bytes = sizeof(payload) };

	(void)state;
	scene->figures->wall_offset = DM_SEC(1000);
	dm_stamp_write(payload + 14, DM_SEC(1000) + DM_MSEC(40));
	send_packet(scene, &packet, DM_MSEC(42));
	assert_int_equal(scene->figures->sound_latency.count, 1);
	assert_int_equal(scene->figures->sound_latency.max, DM_MSEC(2));
	assert_int_equal(scene->figures->picture_latency.count, 0);
	/* Only within the window; and nothing at all after it. */
	scene->figures->window = DM_WINDOW_BEFORE;
	packet.sequence = 1;
	send_packet(scene, &packet, DM_MSEC(62));
	assert_int_equal(scene->figures->sound_latency.count, 1);
	assert_int_equal(scene->report.audio.packets, 2);
	scene->figures->window = DM_WINDOW_CLOSED;
	packet.sequence = 2;
	send_packet(scene, &packet, DM_MSEC(82));
	assert_int_equal(scene->report.audio.packets, 2);
	tear_down(scene);
}

static void asks_for_lost_packets(void **state)
{
	struct scene *scene = set_up((struct dm_inflow_options){ .nack = true, .video = true },
				     DM_SRTP_AEAD_AES_128_GCM);
	static const uint8_t resent[] = { 0, 2, 0x65, 1, 2, 3 }; /* number 2 (RFC 4588, 4) */

	(void)state;
	send_picture(scene, 1, 0);
	send_picture(scene, 3, DM_MSEC(40));
	assert_int_equal(scene->nacks, 1);
	assert_int_equal(scene->nacked, 2);
	send_picture(scene, 4, DM_MSEC(100));
	assert_int_equal(scene->nacks, 2); /* again */
	send_packet(scene,
		    &(struct packet){ .type = DM_OFFER_RTX,
				      .ssrc = RTX_SSRC,
				      .payload = resent,
				      .bytes = sizeof(resent) },
		    DM_MSEC(110));
	assert_int_equal(scene->report.resent, 1);
	assert_int_equal(scene->report.video.recovered, 1);
	assert_int_equal(dm_inbound_lost(&scene->report.video), 0);
	send_picture(scene, 5, DM_MSEC(300));
	assert_int_equal(scene->nacks, 2);
	/* Sound comes again as itself. */
	send_sound(scene, 1, DM_MSEC(300));
	send_sound(scene, 3, DM_MSEC(340));
	assert_int_equal(scene->nacks, 3);
	send_sound(scene, 2, DM_MSEC(345));
	send_sound(scene, 4, DM_MSEC(400));
	assert_int_equal(scene->nacks, 3);
	assert_int_equal(dm_inbound_lost(&scene->report.audio), 0);
	assert_int_equal(scene->report.nacks, 3);
	tear_down(scene);
}

static void reports_once_a_second(void **state)
{
	struct scene *scene = set_up((struct dm_inflow_options){ .video = true },
				     DM_SRTP_AEAD_AES_128_GCM);
	unsigned ticks = 0;

	(void)state;
	send_sound(scene, 1, 0);
	send_picture(scene, 1, 0);
	for (dm_usec now = 0; now < DM_SEC(10); now = dm_inflow_due(&scene->inflow)) {
		dm_inflow_tick(&scene->inflow, now);
		ticks++;
	}
	assert_int_equal(scene->packets, 10);
	assert_int_equal(scene->reports, 20); /* one a stream */
	assert_true(ticks <= 11);
	tear_down(scene);
}

static void stalls(void **state)
{
	struct scene *scene = set_up((struct dm_inflow_options){ .manner = DM_MANNER_STALLED },
				     DM_SRTP_AEAD_AES_128_GCM);

	(void)state;
	send_sound(scene, 1, 0);
	send_sound(scene, 2, DM_MSEC(20));
	assert_int_equal(scene->report.audio.packets, 1);
	for (dm_usec now = 0; now < DM_SEC(5); now += DM_MSEC(20))
		dm_inflow_tick(&scene->inflow, now);
	assert_int_equal(scene->packets, 0);
	assert_int_equal(dm_inflow_due(&scene->inflow), DM_USEC_NEVER);
	tear_down(scene);
}

static void storms(void **state)
{
	struct scene *scene = set_up((struct dm_inflow_options){ .manner = DM_MANNER_STORM },
				     DM_SRTP_AEAD_AES_128_GCM);

	(void)state;
	for (dm_usec now = 0; now < DM_SEC(1); now += DM_MSEC(1))
		dm_inflow_tick(&scene->inflow, now);
	assert_int_equal(scene->nacks, 0); /* not before it has media */
	send_sound(scene, 1000, DM_SEC(1));
	for (dm_usec now = DM_SEC(1); now < DM_SEC(2); now += DM_MSEC(1))
		dm_inflow_tick(&scene->inflow, now);
	assert_in_range(scene->nacks, 999, 1001);
	assert_in_range(scene->nacked, 900, 1000);
	assert_int_equal(scene->report.nacks, scene->nacks);
	/* After a pause, no flood of what was left out. */
	scene->nacks = 0;
	dm_inflow_tick(&scene->inflow, DM_SEC(9));
	assert_int_equal(scene->nacks, 20);
	tear_down(scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_by_clear_headers),
		cmocka_unit_test(reads_latency_from_stamps),
		cmocka_unit_test(asks_for_lost_packets),
		cmocka_unit_test(reports_once_a_second),
		cmocka_unit_test(stalls),
		cmocka_unit_test(storms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
