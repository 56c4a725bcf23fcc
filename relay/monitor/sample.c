#include "monitor/sample.h"

const struct dm_source_sample *dm_samples_source(const struct dm_samples *samples, size_t slot)
{
	return slot < samples->source_count && samples->sources[slot].used ? &samples->sources[slot]
									   : NULL;
}

const struct dm_channel_sample *dm_samples_channel(const struct dm_samples *samples, size_t slot)
{
	return slot < samples->channel_count && samples->channels[slot].used
		       ? &samples->channels[slot]
		       : NULL;
}

const struct dm_booth_sample *dm_samples_booth(const struct dm_samples *samples, size_t slot)
{
	return slot < samples->booth_count && samples->booths[slot].used ? &samples->booths[slot]
									 : NULL;
}

const struct dm_microphone_sample *dm_samples_microphone(const struct dm_samples *samples,
							 size_t slot)
{
	return slot < samples->microphone_count && samples->microphones[slot].used
		       ? &samples->microphones[slot]
		       : NULL;
}

const struct dm_group_sample *dm_samples_group(const struct dm_samples *samples, size_t slot)
{
	return slot < samples->group_count && samples->groups[slot].used ? &samples->groups[slot]
									 : NULL;
}

const struct dm_worker_sample *dm_samples_worker(const struct dm_samples *samples, size_t slot)
{
	return slot < samples->worker_count && samples->workers[slot].used ? &samples->workers[slot]
									   : NULL;
}

bool dm_channel_sample_is_served(const struct dm_channel_sample *channel)
{
	switch (channel->carries) {
	case DM_CARRIED_SOURCE:
	case DM_CARRIED_VOICE:
	case DM_CARRIED_CONCEALMENT:
	case DM_CARRIED_COMFORT:
		return true;
	case DM_CARRIED_FLOOR:
	case DM_CARRIED_SILENCE:
	case DM_CARRIED_CHANNEL:
	case DM_CARRIED_COUNT:
		break;
	}
	return false;
}
