/* What an attacker with valid keys may send as media: each record of the input is a packet, rightly
 * protected or not, and some time that passes. Whatever comes, what is written back is well-formed,
 * the wait for it moves on, and each packet reaches the intake whole. */
#include "rtp/rtcp.h"
#include "transport/uplinks.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

#define RECORD       10 /* bytes before the payload */
#define RECORDS_MOST 2000
#define ROOM         2048
#define OPUS         111
#define H264         102
#define RTX          103
#define NOT_SEALED   1 /* flags of a record */
#define REPORTS      2
#define KEY          4
#define PADDED       8
#define SENDER       16
#define LATE         32

struct bench {
	struct dm_uplinks *uplinks;
	struct dm_unprotector *unprotector;
	struct dm_protector *peer;
	struct dm_intake *sound;
	struct dm_intake *picture;
	struct dm_uplink_metrics metrics;
	dm_usec now;
	uint64_t taken;
};

static struct dm_protect_engine *engine; /* keeps nothing of a batch */

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void set_up(struct bench *bench)
{
	const struct dm_srtp_keys keys = { .profile = DM_SRTP_AEAD_AES_128_GCM };
	struct dm_peer_options options = { 0 };

	demand(engine || dm_protect_engine_create(&engine) == 0);
	demand(dm_protector_create(&bench->peer, &keys) == 0);
	demand(dm_unprotector_create(&bench->unprotector, &keys) == 0);
	demand(dm_intake_create(&bench->sound, 16, 48000) == 0);
	demand(dm_intake_create(&bench->picture, 64, 90000) == 0);
	options.uplinks[DM_UPLINK_SOUND] = (struct dm_uplink_options){
		.wanted = true, .payload_type = OPUS, .nack = true, .intake = bench->sound
	};
	options.uplinks[DM_UPLINK_PICTURE] = (struct dm_uplink_options){ .wanted = true,
									 .codec = DM_CODEC_H264,
									 .payload_type = H264,
									 .rtx_payload_type = RTX,
									 .nack = true,
									 .pli = true,
									 .remb = true,
									 .intake = bench->picture };
	bench->now = DM_SEC(1000);
	demand(dm_uplinks_create(&bench->uplinks, NULL, &options, 7, bench->now) == 0);
}

static void tear_down(struct bench *bench)
{
	dm_uplinks_destroy(bench->uplinks);
	dm_intake_unref(bench->sound);
	dm_intake_unref(bench->picture);
	dm_protector_destroy(bench->peer);
	dm_unprotector_destroy(bench->unprotector);
}

static void check_written(const struct dm_writer *writer)
{
	demand(!writer->failed);
	demand(writer->size == 0 || dm_rtcp_parse(writer->data, writer->size, NULL, NULL));
}

static void pass_time(struct bench *bench, dm_usec time, bool reports)
{
	uint8_t rtcp[1480];
	struct dm_writer writer = dm_writer_init(rtcp, sizeof(rtcp));

	bench->now += time;
	/* What does not fit one datagram is due at once; no more than a few. */
	for (int n = 0; n < 8 && dm_uplinks_is_due(bench->uplinks, bench->now); n++) {
		writer = dm_writer_init(rtcp, sizeof(rtcp));
		dm_uplinks_write_requests(bench->uplinks, &writer, "name", 0, bench->now,
					  &bench->metrics);
		check_written(&writer);
	}
	demand(!dm_uplinks_is_due(bench->uplinks, bench->now));
	if (!reports)
		return;
	writer = dm_writer_init(rtcp, sizeof(rtcp));
	dm_uplinks_write_reports(bench->uplinks, &writer, "name", bench->now);
	check_written(&writer);
}

static void send_packet(struct bench *bench, const uint8_t *record, const uint8_t *payload,
			size_t bytes)
{
	static const uint8_t types[] = { OPUS, H264, RTX, 120 };
	uint8_t data[ROOM + DM_SRTP_TAG_MAX];
	struct dm_writer writer = dm_writer_init(data, ROOM);
	const uint16_t sequence = (uint16_t)(record[2] << 8 | record[3]);

	dm_rtp_write_header(&writer, types[record[1] & 3], record[1] & 4, sequence,
			    (uint32_t)record[4] << 24 | (uint32_t)record[5] << 8, record[1] >> 3);
	dm_writer_bytes(&writer, payload, bytes);
	if (record[0] & PADDED)
		data[0] |= 0x20;

	size_t size = writer.size + DM_SRTP_TAG_MAX;

	if (record[0] & NOT_SEALED) {
		memset(data + writer.size, 0, DM_SRTP_TAG_MAX);
	} else {
		struct dm_protect_job job = { .protector = bench->peer,
					      .packet = data,
					      .bytes = (uint32_t)writer.size,
					      .header_bytes = DM_RTP_HEADER_BYTES,
					      .rollover = record[6] & 1 };

		dm_protect_batch(engine, &job, 1);
		size = job.bytes;
	}
	dm_uplinks_receive(bench->uplinks, bench->unprotector, data, size, 0, bench->now,
			   &bench->metrics);
}

static void drain(struct bench *bench, struct dm_intake *intake, uint8_t payload_type)
{
	struct dm_intake_packet packet;
	struct dm_intake_report report;

	while (dm_intake_take(intake, &packet)) {
		demand(packet.payload_type == payload_type);
		demand(packet.payload_bytes <= DM_INTAKE_PAYLOAD_MAX);
		demand(packet.arrived_at <= bench->now);
		bench->taken++;
	}
	while (dm_intake_take_report(intake, &report))
		demand(report.ntp == 1);
}

static void play(struct bench *bench, const uint8_t *record, const uint8_t *payload, size_t bytes)
{
	send_packet(bench, record, payload, bytes);
	if (record[0] & KEY)
		dm_intake_request_key(bench->picture);
	if (record[0] & SENDER)
		dm_uplinks_note_report(bench->uplinks, record[1] >> 3, 1, 2, bench->now);
	pass_time(bench, (dm_usec)record[7] * (record[0] & LATE ? DM_MSEC(10) : 200),
		  record[0] & REPORTS);
	if (record[6] & 2) /* else the reader falls behind */
		return;
	drain(bench, bench->sound, OPUS);
	drain(bench, bench->picture, H264);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
	struct bench bench = { 0 };

	set_up(&bench);
	for (size_t n = 0; size_bytes >= RECORD && n < RECORDS_MOST; n++) {
		const size_t wanted = (size_t)(data[8] << 8 | data[9]) % 1600;
		const size_t left = size_bytes - RECORD;
		const size_t bytes = wanted < left ? wanted : left;

		play(&bench, data, data + RECORD, bytes);
		data += RECORD + bytes;
		size_bytes -= RECORD + bytes;
	}
	drain(&bench, bench.sound, OPUS);
	drain(&bench, bench.picture, H264);
	demand((int64_t)bench.taken == dm_metric_get(&bench.metrics.packets));
	tear_down(&bench);
	return 0;
}
