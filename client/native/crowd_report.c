#include "crowd_report.h"

#include <jansson.h>

#include <stdlib.h>

void dm_crowd_report_second(const struct dm_pool_second *second, FILE *file)
{
	fprintf(file,
		"{\"type\":\"second\",\"at_s\":%.3f,\"connected\":%u,\"dropped\":%u,"
		"\"audio_packets\":%llu,\"video_packets\":%llu,\"payload_bytes\":%llu,"
		"\"lost\":%llu}\n",
		second->at_s, second->connected, second->dropped,
		(unsigned long long)second->audio_packets,
		(unsigned long long)second->video_packets, (unsigned long long)second->bytes,
		(unsigned long long)second->lost);
	fflush(file);
}

static int compare(const void *a, const void *b)
{
	const double left = *(const double *)a;
	const double right = *(const double *)b;

	return (left > right) - (left < right);
}

/* Nearest rank. */
static double percentile(const double *sorted, size_t count, double part)
{
	const size_t rank = (size_t)(part * (double)count + 0.999999);

	return sorted[rank > 0 ? rank - 1 : 0];
}

static json_t *spread_of(double *values, size_t count)
{
	if (!count)
		return json_null();
	qsort(values, count, sizeof(*values), compare);
	return json_pack("{s:i,s:f,s:f,s:f,s:f}", "count", (int)count, "p50",
			 percentile(values, count, 0.50), "p95", percentile(values, count, 0.95),
			 "p99", percentile(values, count, 0.99), "max", values[count - 1]);
}

enum moment { ANSWERED, CONNECTED, FIRST_PACKET, FIRST_SOUND, FIRST_PICTURE, FIRST_KEY, MOMENTS };

static const char *const moment_names[MOMENTS] = { "answered",    "connected",     "first_packet",
						   "first_sound", "first_picture", "first_key" };

static dm_usec moment_of(const struct dm_member *member, enum moment moment)
{
	const struct dm_receiver_report *report = dm_receiver_report(member->receiver);
	const dm_usec sound = report->audio.first_at;
	const dm_usec picture = report->video.first_at;

	switch (moment) {
	case ANSWERED:
		return member->answered_at;
	case CONNECTED:
		return report->connected_at;
	case FIRST_PACKET:
		return sound < picture ? sound : picture;
	case FIRST_SOUND:
		return sound;
	case FIRST_PICTURE:
		return picture;
	case FIRST_KEY:
		return report->video.first_key_at;
	case MOMENTS:
		break;
	}
	return DM_USEC_NEVER;
}

static json_t *joins_of(const struct dm_member *members, size_t count)
{
	double *values = calloc(count ? count : 1, sizeof(*values));
	json_t *joins = json_object();

	for (int moment = 0; values && moment < MOMENTS; moment++) {
		size_t known = 0;

		for (size_t i = 0; i < count; i++) {
			const dm_usec at = members[i].resource
						   ? moment_of(&members[i], (enum moment)moment)
						   : DM_USEC_NEVER;

			if (at != DM_USEC_NEVER)
				values[known++] = (double)(at - members[i].posted_at) / 1e3;
		}
		json_object_set_new(joins, moment_names[moment], spread_of(values, known));
	}
	free(values);
	return joins;
}

struct sum {
	uint64_t packets, bytes, lost, reordered, duplicates, jumps, ssrc_changes, first_not_key;
	uint64_t fewest;
	double longest_pause_ms, worst_jitter_ms;
	unsigned streams;
};

static void add(struct sum *sum, const struct dm_inbound *inbound, bool expected)
{
	const double pause_ms = (double)inbound->longest_pause / 1e3;
	const double jitter_ms = inbound->jitter * 1e3 / inbound->clock_rate_hz;

	if (!expected && inbound->first_at == DM_USEC_NEVER)
		return;
	if (!sum->streams || inbound->packets < sum->fewest)
		sum->fewest = inbound->packets;
	sum->streams++;
	sum->packets += inbound->packets;
	sum->bytes += inbound->bytes;
	sum->lost += dm_inbound_lost(inbound);
	sum->reordered += inbound->reordered;
	sum->duplicates += inbound->duplicates;
	sum->jumps += inbound->timestamp_jumps;
	sum->ssrc_changes += inbound->ssrc_changes;
	sum->first_not_key += inbound->frame_ticks == 0 && !inbound->first_was_key;
	if (pause_ms > sum->longest_pause_ms)
		sum->longest_pause_ms = pause_ms;
	if (jitter_ms > sum->worst_jitter_ms)
		sum->worst_jitter_ms = jitter_ms;
}

static json_t *streams_of(const struct dm_member *members, size_t count, bool video)
{
	struct sum sum = { 0 };

	for (size_t i = 0; i < count; i++) {
		const struct dm_receiver_report *report;

		if (!members[i].receiver || !members[i].resource)
			continue;
		report = dm_receiver_report(members[i].receiver);
		add(&sum, video ? &report->video : &report->audio, !video || members[i].video);
	}

	json_t *streams = json_pack(
		"{s:i,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:f,s:f}", "streams", (int)sum.streams,
		"packets", (json_int_t)sum.packets, "payload_bytes", (json_int_t)sum.bytes, "lost",
		(json_int_t)sum.lost, "reordered", (json_int_t)sum.reordered, "duplicates",
		(json_int_t)sum.duplicates, "timestamp_jumps", (json_int_t)sum.jumps,
		"ssrc_changes", (json_int_t)sum.ssrc_changes, "fewest_packets",
		(json_int_t)sum.fewest, "longest_pause_ms", sum.longest_pause_ms, "worst_jitter_ms",
		sum.worst_jitter_ms);

	if (video)
		json_object_set_new(streams, "first_not_key",
				    json_integer((json_int_t)sum.first_not_key));
	return streams;
}

struct faults {
	uint64_t bad_auth, replayed, malformed, other_streams, resent;
	unsigned dropped, gcm, connected;
};

static struct faults faults_of(const struct dm_member *members, size_t count)
{
	struct faults faults = { 0 };

	for (size_t i = 0; i < count; i++) {
		const struct dm_receiver_report *report;

		faults.dropped += members[i].dropped;
		if (!members[i].receiver)
			continue;
		report = dm_receiver_report(members[i].receiver);
		faults.bad_auth += report->bad_auth;
		faults.replayed += report->replayed;
		faults.malformed += report->malformed;
		faults.other_streams += report->other_streams;
		faults.resent += report->resent;
		if (report->connected_at != DM_USEC_NEVER) {
			faults.connected++;
			faults.gcm += report->profile == DM_SRTP_AEAD_AES_128_GCM;
		}
	}
	return faults;
}

bool dm_crowd_report(const struct dm_member *members, size_t count, size_t failed, FILE *file)
{
	const struct faults faults = faults_of(members, count);
	json_t *summary = json_pack(
		"{s:s,s:i,s:i,s:i,s:i,s:{s:i,s:i},s:o,s:o,s:o,s:I,s:I,s:I,s:I,s:I}", "type",
		"summary", "listeners", (int)count, "failed", (int)failed, "connected",
		(int)faults.connected, "dropped", (int)faults.dropped, "srtp", "gcm",
		(int)faults.gcm, "sha1", (int)(faults.connected - faults.gcm), "join_ms",
		joins_of(members, count), "audio", streams_of(members, count, false), "video",
		streams_of(members, count, true), "resent", (json_int_t)faults.resent, "bad_auth",
		(json_int_t)faults.bad_auth, "replayed", (json_int_t)faults.replayed, "malformed",
		(json_int_t)faults.malformed, "other_streams", (json_int_t)faults.other_streams);

	json_dumpf(summary, file, JSON_COMPACT | JSON_REAL_PRECISION(6));
	fputc('\n', file);
	fflush(file);
	json_decref(summary);
	return failed == 0 && faults.dropped == 0 && count > 0;
}
