#include "fake_measures.h"

#include <math.h>
#include <string.h>

struct fake_measures fake_measures;

void fake_measures_reset(void)
{
	memset(&fake_measures, 0, sizeof(fake_measures));
	for (size_t n = 0; n < FAKE_SOUNDS; n++) {
		fake_measures.channels[n] = (struct dm_surveyed_channel){
			.momentary_lufs = -23,
			.short_term_lufs = -23,
			.integrated_lufs = -23,
			.true_peak_dbtp = -6,
			.floor_likeness = 0.1,
			.twin_likeness = 0.1,
			.twin = -1,
		};
		for (size_t m = 0; m < DM_ENGINE_MICROPHONES; m++)
			fake_measures.microphones[n][m] = (struct dm_surveyed_microphone){
				.live = true,
				.fitness.verdict = DM_VERDICT_GOOD,
			};
	}
}

void dm_survey_channel(const struct dm_survey *survey, int channel,
		       struct dm_surveyed_channel *sound)
{
	(void)survey;
	*sound = channel >= 0 ? fake_measures.channels[channel]
			      : (struct dm_surveyed_channel){
					.momentary_lufs = NAN,
					.clipping = NAN,
					.floor_likeness = NAN,
					.twin_likeness = NAN,
					.twin = -1,
				};
}

void dm_survey_microphone(const struct dm_survey *survey, int channel, uint8_t microphone,
			  struct dm_surveyed_microphone *sound)
{
	(void)survey;
	*sound = channel >= 0 ? fake_measures.microphones[channel][microphone]
			      : (struct dm_surveyed_microphone){ .live = false };
}

size_t dm_transport_networks(const struct dm_transport *transport, struct dm_network *networks,
			     size_t most)
{
	const size_t count = fake_measures.network_count < most ? fake_measures.network_count
								: most;

	(void)transport;
	memcpy(networks, fake_measures.networks, count * sizeof(*networks));
	return count;
}

unsigned dm_transport_worker_count(const struct dm_transport *transport)
{
	(void)transport;
	return FAKE_WORKERS;
}

bool dm_transport_load(const struct dm_transport *transport, unsigned worker, dm_usec now,
		       struct dm_worker_load *load)
{
	(void)transport;
	(void)now;
	*load = fake_measures.workers[worker];
	return true;
}
