#include "crowd_report.h"

#include <jansson.h>

#include <stdlib.h>

void dm_crowd_report_second(const struct dm_tally_second *second, FILE *file)
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

/* Milliseconds. */
static json_t *delays_of(const struct dm_delays *delays)
{
	if (!delays->count)
		return json_null();
	return json_pack("{s:I,s:f,s:f,s:f,s:f}", "count", (json_int_t)delays->count, "p50",
			 (double)dm_delays_at(delays, 0.50) / 1e3, "p99",
			 (double)dm_delays_at(delays, 0.99) / 1e3, "p999",
			 (double)dm_delays_at(delays, 0.999) / 1e3, "max",
			 (double)delays->max / 1e3);
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
	uint64_t packets, bytes, lost, recovered, reordered, duplicates, jumps, ssrc_changes;
	uint64_t first_not_key;
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
	sum->recovered += inbound->recovered;
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

/* Of all members of a kind. */
static struct sum sum_of(const struct dm_crowd *crowd, enum dm_manner manner, bool video)
{
	struct sum sum = { 0 };

	for (size_t i = 0; i < crowd->count; i++) {
		const struct dm_member *member = &crowd->members[i];
		const struct dm_receiver_report *report;

		if (!member->receiver || !member->resource || member->manner != manner)
			continue;
		report = dm_receiver_report(member->receiver);
		add(&sum, video ? &report->video : &report->audio, !video || member->video);
	}
	return sum;
}

static json_t *streams_of(const struct dm_crowd *crowd, enum dm_manner manner, bool video)
{
	const struct sum sum = sum_of(crowd, manner, video);
	json_t *streams = json_pack(
		"{s:i,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:f,s:f}", "streams", (int)sum.streams,
		"packets", (json_int_t)sum.packets, "payload_bytes", (json_int_t)sum.bytes, "lost",
		(json_int_t)sum.lost, "recovered", (json_int_t)sum.recovered, "reordered",
		(json_int_t)sum.reordered, "duplicates", (json_int_t)sum.duplicates,
		"timestamp_jumps", (json_int_t)sum.jumps, "ssrc_changes",
		(json_int_t)sum.ssrc_changes, "fewest_packets", (json_int_t)sum.fewest,
		"longest_pause_ms", sum.longest_pause_ms, "worst_jitter_ms", sum.worst_jitter_ms);

	if (video)
		json_object_set_new(streams, "first_not_key",
				    json_integer((json_int_t)sum.first_not_key));
	return streams;
}

struct faults {
	uint64_t bad_auth, replayed, malformed, other_streams, resent, nacks;
	unsigned dropped, gcm, connected, sampled;
};

static void add_faults(struct faults *faults, const struct dm_member *member)
{
	const struct dm_receiver_report *report;

	faults->dropped += member->dropped;
	if (!member->receiver)
		return;
	report = dm_receiver_report(member->receiver);
	faults->sampled += member->sampled;
	if (member->manner == DM_MANNER_HEALTHY) {
		faults->bad_auth += report->bad_auth;
		faults->replayed += report->replayed;
		faults->malformed += report->malformed;
		faults->other_streams += report->other_streams;
		faults->resent += report->resent;
		faults->nacks += report->nacks;
	}
	if (report->connected_at != DM_USEC_NEVER) {
		faults->connected++;
		faults->gcm += report->profile == DM_SRTP_AEAD_AES_128_GCM;
	}
}

static struct faults faults_of(const struct dm_crowd *crowd)
{
	struct faults faults = { 0 };

	for (size_t i = 0; i < crowd->count; i++)
		add_faults(&faults, &crowd->members[i]);
	return faults;
}

static bool lost_much(const struct dm_inbound *inbound)
{
	const double lost = (double)dm_inbound_lost(inbound);

	return lost > DM_STARVED_LOSS * ((double)inbound->packets + lost);
}

static bool is_starved(const struct dm_member *member)
{
	if (!member->receiver || !member->has_media || member->manner != DM_MANNER_HEALTHY)
		return false;

	const struct dm_receiver_report *report = dm_receiver_report(member->receiver);

	return lost_much(&report->audio) || lost_much(&report->video) ||
	       report->audio.longest_pause > DM_STARVED_PAUSE;
}

static unsigned starved_of(const struct dm_crowd *crowd)
{
	unsigned starved = 0;

	for (size_t i = 0; i < crowd->count; i++)
		starved += is_starved(&crowd->members[i]);
	return starved;
}

/* Seconds from the first request to the last first packet; 0 when nobody joined. */
static double joined_within(const struct dm_crowd *crowd, unsigned *joined)
{
	dm_usec first = DM_USEC_NEVER;
	dm_usec last = 0;

	*joined = 0;
	for (size_t i = 0; i < crowd->count; i++) {
		const struct dm_member *member = &crowd->members[i];

		if (!member->receiver || !member->resource || !member->has_media)
			continue;

		const dm_usec at = moment_of(member, member->video ? FIRST_KEY : FIRST_SOUND);

		(*joined)++;
		first = member->posted_at < first ? member->posted_at : first;
		last = at > last ? at : last;
	}
	return *joined ? (double)(last - first) / 1e6 : 0;
}

struct dm_verdict dm_crowd_verdict(const struct dm_crowd *crowd)
{
	const struct dm_pool_report *pool = dm_pool_report(crowd->pool);
	const struct dm_figures *figures = dm_pool_figures(crowd->pool, DM_MANNER_HEALTHY);
	const struct sum sound = sum_of(crowd, DM_MANNER_HEALTHY, false);
	const struct sum picture = sum_of(crowd, DM_MANNER_HEALTHY, true);
	const double lost = (double)(sound.lost + picture.lost);
	const double came = (double)(sound.packets + picture.packets);
	struct dm_verdict verdict = {
		.listeners = (unsigned)crowd->asked,
		.dropped = faults_of(crowd).dropped,
		.starved = starved_of(crowd),
		.lost = lost + came > 0 ? lost / (lost + came) : 0,
		.lateness_p99 = figures->sound_lateness.count
					? dm_delays_at(&figures->sound_lateness, 0.99)
					: DM_USEC_NEVER,
		.client_overflowed = pool->overflowed > 0,
		.client_late = pool->late_ticks * 100 > pool->ticks,
	};

	verdict.joined_s = joined_within(crowd, &verdict.joined);
	return verdict;
}

static json_t *misbehaving_of(const struct dm_crowd *crowd, enum dm_manner manner)
{
	json_int_t nacks = 0;
	json_int_t resent = 0;
	int listeners = 0;

	for (size_t i = 0; i < crowd->count; i++) {
		const struct dm_member *member = &crowd->members[i];

		if (member->manner != manner || !member->receiver)
			continue;
		listeners++;
		nacks += (json_int_t)dm_receiver_report(member->receiver)->nacks;
		resent += (json_int_t)dm_receiver_report(member->receiver)->resent;
	}
	if (!listeners)
		return json_null();
	return json_pack("{s:i,s:I,s:I,s:o,s:o,s:o}", "listeners", listeners, "nacks", nacks,
			 "resent", resent, "audio", streams_of(crowd, manner, false), "video",
			 streams_of(crowd, manner, true), "lateness_ms",
			 delays_of(&dm_pool_figures(crowd->pool, manner)->sound_lateness));
}

/* What is measured over all, beside the streams. */
static void add_figures(json_t *summary, const struct dm_crowd *crowd)
{
	const struct dm_figures *figures = dm_pool_figures(crowd->pool, DM_MANNER_HEALTHY);
	const struct dm_pool_report *pool = dm_pool_report(crowd->pool);
	const struct dm_verdict verdict = dm_crowd_verdict(crowd);
	json_t *more = json_pack(
		"{s:f,s:f,s:i,s:b,s:o,s:{s:o,s:o},s:o,s:o,s:{s:f,s:I,s:I}}", "joined_s",
		verdict.joined_s, "joins_per_s",
		verdict.joined_s > 0 ? verdict.joined / verdict.joined_s : 0.0, "starved",
		(int)verdict.starved, "holds", dm_verdict_holds(&verdict), "lateness_ms",
		delays_of(&figures->sound_lateness), "latency_ms", "audio",
		delays_of(&figures->sound_latency), "video", delays_of(&figures->picture_latency),
		"stalled", misbehaving_of(crowd, DM_MANNER_STALLED), "nack_storm",
		misbehaving_of(crowd, DM_MANNER_STORM), "client", "cpu_s", (double)pool->cpu / 1e6,
		"overflowed", (json_int_t)pool->overflowed, "late_ticks",
		(json_int_t)pool->late_ticks);

	json_object_update(summary, more);
	json_decref(more);
}

bool dm_crowd_report(const struct dm_crowd *crowd, FILE *file)
{
	const struct faults faults = faults_of(crowd);
	json_t *summary = json_pack(
		"{s:s,s:i,s:i,s:i,s:i,s:i,s:{s:i,s:i},s:o,s:o,s:o,s:I,s:I,s:I,s:I,s:I,s:I}", "type",
		"summary", "listeners", (int)crowd->count, "failed", (int)crowd->failed,
		"connected", (int)faults.connected, "dropped", (int)faults.dropped, "sampled",
		(int)faults.sampled, "srtp", "gcm", (int)faults.gcm, "sha1",
		(int)(faults.connected - faults.gcm), "join_ms",
		joins_of(crowd->members, crowd->count), "audio",
		streams_of(crowd, DM_MANNER_HEALTHY, false), "video",
		streams_of(crowd, DM_MANNER_HEALTHY, true), "resent", (json_int_t)faults.resent,
		"nacks", (json_int_t)faults.nacks, "bad_auth", (json_int_t)faults.bad_auth,
		"replayed", (json_int_t)faults.replayed, "malformed", (json_int_t)faults.malformed,
		"other_streams", (json_int_t)faults.other_streams);

	add_figures(summary, crowd);
	json_dumpf(summary, file, JSON_COMPACT | JSON_REAL_PRECISION(6));
	fputc('\n', file);
	fflush(file);
	json_decref(summary);
	return crowd->failed == 0 && faults.dropped == 0 && crowd->count > 0;
}
