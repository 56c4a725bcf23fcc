#include "monitor/cause.h"

#include "monitor/limit.h"

static const struct dm_cause causes[] = {
	{ DM_ALARM_WORKER_DROPS, DM_ALARM_WORKER_STALLED, DM_CAUSE_SAME },
	/* A lost source shows nothing; a black picture does not move. */
	{ DM_ALARM_SOURCE_BLACK, DM_ALARM_SOURCE_LOST, DM_CAUSE_SAME },
	{ DM_ALARM_SOURCE_FROZEN, DM_ALARM_SOURCE_LOST, DM_CAUSE_SAME },
	{ DM_ALARM_SOURCE_FROZEN, DM_ALARM_SOURCE_BLACK, DM_CAUSE_SAME },
	{ DM_ALARM_SOURCE_SILENT, DM_ALARM_SOURCE_LOST, DM_CAUSE_SAME },
	/* The offset of what is not there, or does not change, means nothing. */
	{ DM_ALARM_SOUND_EARLY, DM_ALARM_SOURCE_LOST, DM_CAUSE_SAME },
	{ DM_ALARM_SOUND_EARLY, DM_ALARM_SOURCE_BLACK, DM_CAUSE_SAME },
	{ DM_ALARM_SOUND_EARLY, DM_ALARM_SOURCE_FROZEN, DM_CAUSE_SAME },
	{ DM_ALARM_SOUND_EARLY, DM_ALARM_SOURCE_SILENT, DM_CAUSE_SAME },
	{ DM_ALARM_SOUND_LATE, DM_ALARM_SOURCE_LOST, DM_CAUSE_SAME },
	{ DM_ALARM_SOUND_LATE, DM_ALARM_SOURCE_BLACK, DM_CAUSE_SAME },
	{ DM_ALARM_SOUND_LATE, DM_ALARM_SOURCE_FROZEN, DM_CAUSE_SAME },
	{ DM_ALARM_SOUND_LATE, DM_ALARM_SOURCE_SILENT, DM_CAUSE_SAME },
	{ DM_ALARM_MICROPHONE_DEAD, DM_ALARM_WORKER_STALLED, DM_CAUSE_CARRIER },
	{ DM_ALARM_MICROPHONE_LOSS, DM_ALARM_WORKER_STALLED, DM_CAUSE_CARRIER },
	{ DM_ALARM_MICROPHONE_LOSS, DM_ALARM_MICROPHONE_DEAD, DM_CAUSE_SAME },
	/* What is made up counts in the meter's verdict. */
	{ DM_ALARM_MICROPHONE_UNFIT, DM_ALARM_MICROPHONE_DEAD, DM_CAUSE_SAME },
	{ DM_ALARM_MICROPHONE_UNFIT, DM_ALARM_MICROPHONE_LOSS, DM_CAUSE_SAME },
	{ DM_ALARM_CHANNEL_WRONG, DM_ALARM_MICROPHONE_DEAD, DM_CAUSE_VOICE },
	{ DM_ALARM_CHANNEL_VOICES, DM_ALARM_BOOTH_CROWDED, DM_CAUSE_BOOTH },
	/* Nothing to interpret, or nothing that comes through. */
	{ DM_ALARM_CHANNEL_SILENT, DM_ALARM_SOURCE_LOST, DM_CAUSE_SOURCE },
	{ DM_ALARM_CHANNEL_SILENT, DM_ALARM_SOURCE_SILENT, DM_CAUSE_SOURCE },
	{ DM_ALARM_CHANNEL_SILENT, DM_ALARM_MICROPHONE_DEAD, DM_CAUSE_VOICE },
	{ DM_ALARM_CHANNEL_SILENT, DM_ALARM_CHANNEL_WRONG, DM_CAUSE_SAME },
	{ DM_ALARM_CHANNEL_MUTED, DM_ALARM_SOURCE_LOST, DM_CAUSE_SOURCE },
	{ DM_ALARM_CHANNEL_MUTED, DM_ALARM_SOURCE_SILENT, DM_CAUSE_SOURCE },
	{ DM_ALARM_CHANNEL_MUTED, DM_ALARM_CHANNEL_WRONG, DM_CAUSE_SAME },
	/* Two channels with the floor in them are like each other, and loop when it does. */
	{ DM_ALARM_CHANNEL_LOOP, DM_ALARM_CHANNEL_LEAK, DM_CAUSE_SAME },
	{ DM_ALARM_CHANNEL_TWIN, DM_ALARM_CHANNEL_LEAK, DM_CAUSE_SAME },
	{ DM_ALARM_CHANNEL_TWIN, DM_ALARM_CHANNEL_LEAK, DM_CAUSE_TWIN },
	/* The meter says more about what clips. */
	{ DM_ALARM_CHANNEL_CLIPS, DM_ALARM_MICROPHONE_UNFIT, DM_CAUSE_VOICE },
	{ DM_ALARM_UPLINK_LOSS, DM_ALARM_WORKER_STALLED, DM_CAUSE_WORKERS },
	{ DM_ALARM_UPLINK_LOSS, DM_ALARM_WORKER_DROPS, DM_CAUSE_WORKERS },
	{ DM_ALARM_GROUP_LOSS, DM_ALARM_WORKER_STALLED, DM_CAUSE_SERVERS },
	{ DM_ALARM_GROUP_LOSS, DM_ALARM_WORKER_DROPS, DM_CAUSE_SERVERS },
	{ DM_ALARM_GROUP_LOSS, DM_ALARM_UPLINK_LOSS, DM_CAUSE_PROCESS },
};

const struct dm_cause *dm_causes(size_t *count)
{
	*count = sizeof(causes) / sizeof(causes[0]);
	return causes;
}

static size_t workers_of(uint64_t mask, const struct dm_samples *samples, uint16_t *slots)
{
	size_t count = 0;

	for (uint16_t i = 0; i < DM_SAMPLED_WORKERS && i < samples->worker_count; i++) {
		if (mask >> i & 1)
			slots[count++] = i;
	}
	return count;
}

/* The channel that is most like it is its twin only while they are alike. */
static bool is_twin(const struct dm_channel_sample *channel)
{
	return channel->twin_likeness >= dm_limits_default()[DM_ALARM_CHANNEL_TWIN].clear;
}

static uint16_t slot_of_channel(enum dm_cause_link link, const struct dm_channel_sample *channel)
{
	switch (link) {
	case DM_CAUSE_SOURCE:
		return channel->source;
	case DM_CAUSE_VOICE:
		return channel->microphone;
	case DM_CAUSE_BOOTH:
		return channel->booth;
	default:
		return is_twin(channel) ? channel->twin : DM_SAMPLE_NONE;
	}
}

size_t dm_cause_slots(enum dm_cause_link link, const struct dm_samples *samples, size_t slot,
		      uint16_t *slots)
{
	const struct dm_channel_sample *channel;
	const struct dm_microphone_sample *microphone;
	const struct dm_group_sample *group;

	switch (link) {
	case DM_CAUSE_SAME:
		slots[0] = (uint16_t)slot;
		return 1;
	case DM_CAUSE_PROCESS:
		slots[0] = 0;
		return 1;
	case DM_CAUSE_CARRIER:
		microphone = dm_samples_microphone(samples, slot);
		slots[0] = microphone ? microphone->worker : DM_SAMPLE_NONE;
		return microphone ? 1 : 0;
	case DM_CAUSE_SERVERS:
		group = dm_samples_group(samples, slot);
		return group ? workers_of(group->workers, samples, slots) : 0;
	case DM_CAUSE_WORKERS:
		return workers_of(UINT64_MAX, samples, slots);
	default:
		channel = dm_samples_channel(samples, slot);
		slots[0] = channel ? slot_of_channel(link, channel) : DM_SAMPLE_NONE;
		return channel ? 1 : 0;
	}
}
