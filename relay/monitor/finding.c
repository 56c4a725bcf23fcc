#include "monitor/finding.h"

#include <math.h>

/* A look: what every check below is given. */
struct look {
	enum dm_alarm_kind kind;
	const struct dm_samples *samples;
	const struct dm_limit *limits; /* of all kinds */
	size_t slot;
	bool bad;
};

static struct dm_finding by_state(bool bad)
{
	return (struct dm_finding){ .verdict = bad ? DM_FINDING_BAD : DM_FINDING_GOOD,
				    .value = NAN };
}

static struct dm_finding unknown(void)
{
	return (struct dm_finding){ .verdict = DM_FINDING_UNKNOWN, .value = NAN };
}

static struct dm_finding by_number(const struct look *look, double value)
{
	const struct dm_limit *limit = &look->limits[look->kind];

	if (isnan(value))
		return unknown();
	return (struct dm_finding){
		.verdict = dm_limit_is_bad(limit, value, look->bad) ? DM_FINDING_BAD
								    : DM_FINDING_GOOD,
		.grave = dm_limit_is_grave(limit, value),
		.value = value,
	};
}

static struct dm_finding look_at_process(const struct look *look)
{
	const struct dm_process_sample *process = &look->samples->process;

	switch (look->kind) {
	case DM_ALARM_DISK_FULL:
		return by_number(look, process->disk_free);
	case DM_ALARM_CERTIFICATE_ENDS:
		return by_number(look, process->certificate_days);
	default:
		return by_number(look, process->token_days);
	}
}

static struct dm_finding look_at_worker(const struct look *look)
{
	const struct dm_worker_sample *worker = dm_samples_worker(look->samples, look->slot);

	if (!worker)
		return by_state(false);
	return by_number(look,
			 look->kind == DM_ALARM_WORKER_STALLED ? worker->loop_ms : worker->drops);
}

/* Frozen by what its pictures are, or because too few come. */
static struct dm_finding look_at_freeze(const struct look *look,
					const struct dm_source_sample *source)
{
	struct dm_finding finding;

	if (source->frozen)
		return by_state(true);
	finding = by_number(look, source->frame_rate);
	/* Nobody counts pictures, and somebody looks at them: they move. */
	if (finding.verdict == DM_FINDING_UNKNOWN)
		return by_state(false);
	return finding;
}

static struct dm_finding look_at_source(const struct look *look)
{
	const struct dm_source_sample *source = dm_samples_source(look->samples, look->slot);

	if (!source || !source->expected)
		return by_state(false);
	if (look->kind == DM_ALARM_SOURCE_LOST)
		return by_state(!source->connected);
	if (look->kind == DM_ALARM_SOURCE_SILENT)
		return by_state(source->has_sound && source->silent);
	if (!source->has_picture)
		return by_state(false);
	switch (look->kind) {
	case DM_ALARM_SOURCE_BLACK:
		return by_state(source->black);
	case DM_ALARM_SOURCE_FROZEN:
		return look_at_freeze(look, source);
	case DM_ALARM_SOUND_EARLY:
		return by_number(look, source->offset_ms);
	default:
		return by_number(look, -source->offset_ms);
	}
}

static struct dm_finding look_at_booth(const struct look *look)
{
	const struct dm_booth_sample *booth = dm_samples_booth(look->samples, look->slot);

	if (!booth)
		return by_state(false);
	if (look->kind == DM_ALARM_BOOTH_UNMANNED)
		return by_state(booth->session && !booth->manned);
	return by_state(booth->on_air > booth->max);
}

static struct dm_finding look_at_microphone(const struct look *look)
{
	const struct dm_microphone_sample *microphone = dm_samples_microphone(look->samples,
									      look->slot);

	/* One that nobody hears may do as it likes: its owner sees the meter. */
	if (!microphone || !microphone->on_air)
		return by_state(false);
	switch (look->kind) {
	case DM_ALARM_MICROPHONE_DEAD:
		return by_state(!microphone->alive);
	case DM_ALARM_MICROPHONE_LOSS: /* fmax: of a number and a NAN it is the number */
		return by_number(look, fmax(microphone->loss, microphone->concealed));
	default:
		return microphone->fitness == DM_FITNESS_UNKNOWN
			       ? unknown()
			       : by_state(microphone->fitness == DM_FITNESS_UNFIT);
	}
}

/* What the engine does, what listeners are told and what the booth does agree. */
static bool is_wrong(const struct look *look, const struct dm_channel_sample *channel)
{
	const struct dm_booth_sample *booth = dm_samples_booth(look->samples, channel->booth);
	const bool served = dm_channel_sample_is_served(channel);
	const bool on_air = booth && booth->on_air > 0;

	if (channel->floor)
		return channel->carries != DM_CARRIED_FLOOR;
	if (channel->live != served)
		return true;
	if (channel->carries == DM_CARRIED_SOURCE) /* a hardware booth: its lamps are its own */
		return false;
	if (served)
		return !on_air;
	/* A fallback, though somebody is on air: right only when the link has died. */
	return on_air && channel->why != DM_CARRIED_WHY_LINK_LOST;
}

static bool is_muted(const struct dm_channel_sample *channel)
{
	return channel->why == DM_CARRIED_WHY_COUGH || channel->why == DM_CARRIED_WHY_ORGANISER;
}

/* The channel has sound of its own to judge: no fallback (whose fault is found where the sound
 * comes from: one cause, one alarm), and not muted. */
static bool has_own_sound(const struct dm_channel_sample *channel)
{
	if (channel->floor)
		return true;
	return channel->live && dm_channel_sample_is_served(channel) && !is_muted(channel);
}

enum floor { FLOOR_SPEAKS, FLOOR_PAUSES };

static enum floor floor_of(const struct look *look, const struct dm_channel_sample *channel)
{
	const struct dm_source_sample *source = dm_samples_source(look->samples, channel->source);

	/* Where nobody listens to the floor, it is taken to speak. */
	if (!source || !source->expected || !source->has_sound)
		return channel->floor ? FLOOR_PAUSES : FLOOR_SPEAKS;
	return source->connected && !source->silent ? FLOOR_SPEAKS : FLOOR_PAUSES;
}

/* An interpreter says nothing while the floor says nothing: only what the floor speaks counts. */
static struct dm_finding look_at_silence(const struct look *look,
					 const struct dm_channel_sample *channel)
{
	struct dm_finding finding = by_number(look, channel->level_lufs);

	if (finding.verdict == DM_FINDING_BAD && floor_of(look, channel) == FLOOR_PAUSES)
		finding.verdict = DM_FINDING_UNKNOWN;
	return finding;
}

static struct dm_finding look_at_mute(const struct look *look,
				      const struct dm_channel_sample *channel)
{
	/* The organiser's own mute is meant. */
	const bool muted = channel->live && channel->why == DM_CARRIED_WHY_COUGH;

	if (muted && floor_of(look, channel) == FLOOR_PAUSES)
		return unknown();
	return by_state(muted);
}

/* Of a pair each names the other: told of the first of them, unless that one names a third. */
static struct dm_finding look_at_twin(const struct look *look,
				      const struct dm_channel_sample *channel)
{
	const struct dm_channel_sample *twin = dm_samples_channel(look->samples, channel->twin);

	if (!twin || channel->twin == look->slot || channel->floor || twin->floor ||
	    !has_own_sound(twin))
		return by_state(false);
	if (channel->twin < look->slot && twin->twin == look->slot)
		return by_state(false);
	return by_number(look, channel->twin_likeness);
}

static struct dm_finding look_at_channel(const struct look *look)
{
	const struct dm_channel_sample *channel = dm_samples_channel(look->samples, look->slot);

	if (!channel)
		return by_state(false);
	if (look->kind == DM_ALARM_CHANNEL_WRONG)
		return by_state(is_wrong(look, channel));
	if (look->kind == DM_ALARM_CHANNEL_MUTED)
		return look_at_mute(look, channel);
	if (!has_own_sound(channel))
		return by_state(false);
	switch (look->kind) {
	case DM_ALARM_CHANNEL_VOICES:
		/* Two may be allowed on air, for a dialogue: not that they talk at once. */
		return channel->floor ? by_state(false) : by_number(look, channel->together);
	case DM_ALARM_CHANNEL_SILENT:
		return look_at_silence(look, channel);
	case DM_ALARM_CHANNEL_LEAK:
		return channel->floor ? by_state(false) : by_number(look, channel->floor_likeness);
	case DM_ALARM_CHANNEL_LOOP: /* silence repeats itself */
		return by_state(channel->repeats &&
				channel->level_lufs > look->limits[DM_ALARM_CHANNEL_SILENT].raise);
	case DM_ALARM_CHANNEL_TWIN:
		return look_at_twin(look, channel);
	default:
		return by_number(look, channel->clipping);
	}
}

static struct dm_finding look_at_group(const struct look *look)
{
	const struct dm_group_sample *group = dm_samples_group(look->samples, look->slot);

	if (!group || group->listeners < look->limits[DM_ALARM_GROUP_LOSS].least)
		return by_state(false);
	return by_number(look, group->loss);
}

/* One of its workers is in trouble itself: its loss says nothing of the line. */
static bool is_served_badly(const struct look *look, const struct dm_group_sample *group)
{
	for (size_t i = 0; i < DM_SAMPLED_WORKERS && i < look->samples->worker_count; i++) {
		const struct dm_worker_sample *worker = dm_samples_worker(look->samples, i);

		if (!worker || !(group->workers >> i & 1))
			continue;
		if (dm_limit_is_bad(&look->limits[DM_ALARM_WORKER_STALLED], worker->loop_ms,
				    look->bad) ||
		    dm_limit_is_bad(&look->limits[DM_ALARM_WORKER_DROPS], worker->drops, look->bad))
			return true;
	}
	return false;
}

static struct dm_finding look_at_uplink(const struct look *look)
{
	const struct dm_limit *limit = &look->limits[DM_ALARM_GROUP_LOSS];
	uint64_t losing = 0;
	uint64_t all = 0;
	uint32_t groups = 0;

	for (size_t i = 0; i < look->samples->group_count; i++) {
		const struct dm_group_sample *group = dm_samples_group(look->samples, i);

		if (!group || group->listeners == 0 || isnan(group->loss) ||
		    is_served_badly(look, group))
			continue;
		groups++;
		all += group->listeners;
		if (dm_limit_is_bad(limit, group->loss, look->bad))
			losing += group->listeners;
	}
	if (groups < look->limits[DM_ALARM_UPLINK_LOSS].least)
		return by_state(false);
	return by_number(look, (double)losing / (double)all);
}

struct dm_finding dm_finding_make(enum dm_alarm_kind kind, const struct dm_samples *samples,
				  size_t slot, const struct dm_limit *limits, bool bad)
{
	const struct look look = { kind, samples, limits, slot, bad };

	if (kind == DM_ALARM_UPLINK_LOSS)
		return look_at_uplink(&look);
	switch (dm_alarm_kind_at(kind)) {
	case DM_AT_PROCESS:
		return look_at_process(&look);
	case DM_AT_WORKER:
		return look_at_worker(&look);
	case DM_AT_SOURCE:
		return look_at_source(&look);
	case DM_AT_CHANNEL:
		return look_at_channel(&look);
	case DM_AT_BOOTH:
		return look_at_booth(&look);
	case DM_AT_MICROPHONE:
		return look_at_microphone(&look);
	case DM_AT_GROUP:
		return look_at_group(&look);
	case DM_AT_COUNT:
		break;
	}
	return by_state(false);
}
