#include "audio/mix.h"
#include "audio/encoder.h"

#include <string.h>

#define FRAME DM_AUDIO_FRAME_SAMPLES

/* Samples. Between interpreters 60 ms, within the 20 to 100 that are not heard as a cut or as two
 * people; a cough must be gone at once, and a standby there. Choices. */
#define HANDOVER 2880
#define MUTE     960
#define TAKEOVER 1920

/* Below and above: what counts as heard when a handover is measured; every MEASURE samples. */
#define HEARD   0.05f
#define HALF    0.5f
#define MEASURE 48

#define BIT DM_MIX_BIT

void dm_mix_init(struct dm_mix *mix, dm_usec ramp)
{
	mix->ramp = (size_t)(ramp * 6 / 125);
	dm_comfort_noise_init(&mix->noise, 1);
}

/* How long, in samples, and by which law what is heard gives way to the other. */
static size_t fade_between(const struct dm_mix *mix, dm_mix_set to, dm_mix_set dead,
			   enum dm_crossfade_law *law)
{
	const dm_mix_set from = mix->heard;
	const dm_mix_set voices_from = from & DM_MIX_VOICES;
	const dm_mix_set voices_to = to & DM_MIX_VOICES;

	/* Another engine may itself carry the floor: the same sound twice. */
	*law = (from == BIT(DM_MIX_FLOOR) && to == BIT(DM_MIX_OTHER)) ||
			       (from == BIT(DM_MIX_OTHER) && to == BIT(DM_MIX_FLOOR))
		       ? DM_CROSSFADE_LINEAR
		       : DM_CROSSFADE_POWER;
	if (from == BIT(DM_MIX_LINE_UP) || to == BIT(DM_MIX_LINE_UP))
		return MUTE;
	if (voices_from && voices_to)
		return voices_from & ~voices_to & dead ? TAKEOVER : HANDOVER;
	if ((voices_from && to == BIT(DM_MIX_NOISE)) || (from == BIT(DM_MIX_NOISE) && voices_to))
		return MUTE;
	return mix->ramp;
}

void dm_mix_turn(struct dm_mix *mix, dm_mix_set to, dm_mix_set dead)
{
	enum dm_crossfade_law law;

	if (to == mix->heard)
		return;

	const size_t samples = fade_between(mix, to, dead, &law);

	for (size_t n = 0; n < DM_MIX_SOURCES; n++)
		dm_crossfade_go(&mix->fades[n], (to & BIT(n)) != 0, samples, law);
	mix->heard = to;
}

bool dm_mix_carries_only(const struct dm_mix *mix, enum dm_mix_source source)
{
	for (unsigned n = 0; n < DM_MIX_SOURCES; n++)
		if (n != source && dm_mix_hears(mix, n))
			return false;
	return mix->fades[source].way >= 1 && dm_mix_arrived(mix, source);
}

void dm_mix_measure(const struct dm_mix *mix, uint8_t leaving, struct dm_engine_event *handover)
{
	const struct dm_crossfade *from = &mix->fades[leaving];
	const struct dm_crossfade *to = &mix->fades[handover->voice];

	for (size_t n = 0; n < FRAME; n += MEASURE) {
		const float goes = dm_crossfade_gain(from, n);
		const float comes = dm_crossfade_gain(to, n);

		if (goes > HEARD && comes > HEARD)
			handover->overlap += DM_MSEC(1);
		if (goes < HALF && comes < HALF)
			handover->gap += DM_MSEC(1);
	}
}

void dm_mix_run(struct dm_mix *mix, const float *const sources[DM_MIX_SOURCES], float *samples)
{
	static const float silence[FRAME];
	float noise[FRAME];

	memset(samples, 0, FRAME * sizeof(*samples));
	for (unsigned n = 0; n < DM_MIX_SOURCES; n++) {
		const float *source = sources[n] ? sources[n] : silence;

		if (!dm_mix_hears(mix, n))
			continue;
		if (n == DM_MIX_NOISE) {
			dm_comfort_noise_run(&mix->noise, noise, FRAME);
			source = noise;
		}
		dm_crossfade_mix(&mix->fades[n], source, samples, FRAME);
	}
}
