#include "audio/voice.h"

#include <math.h>
#include <string.h>

#define FRAME DM_AUDIO_FRAME_SAMPLES

int dm_voice_init(struct dm_voice *voice, bool has_microphone, double target_lufs)
{
	int error = 0;

	voice->silent = true;
	if (has_microphone)
		error = dm_microphone_create(&voice->microphone);
	if (!error && target_lufs < 0)
		error = dm_loudness_create(&voice->loudness, target_lufs);
	return error;
}

void dm_voice_finish(struct dm_voice *voice)
{
	dm_microphone_destroy(voice->microphone);
	dm_loudness_destroy(voice->loudness);
}

/* `real`: not made up. */
static void hear(struct dm_voice *voice, bool real)
{
	const struct dm_loudness *loudness = voice->loudness;

	voice->silent = false;
	dm_peak_run(&voice->peak, voice->samples);
	voice->pauses = dm_pause_run(&voice->pause, voice->samples,
				     loudness ? dm_loudness_lufs(loudness) : -HUGE_VAL);
	if (voice->loudness)
		dm_loudness_run(voice->loudness, voice->samples,
				real && voice->awake >= DM_VOICE_SETTLED);
}

static void fall_silent(struct dm_voice *voice)
{
	if (!voice->silent)
		memset(voice->samples, 0, sizeof(voice->samples));
	voice->silent = true;
	dm_peak_run(&voice->peak, NULL);
}

static enum dm_microphone_sound read_microphone(struct dm_voice *voice, dm_usec tick)
{
	const uint64_t before = dm_microphone_coded_bytes(voice->microphone);
	const enum dm_microphone_sound sound = dm_microphone_read(voice->microphone, tick,
								  voice->samples);

	voice->coded_bytes = (uint16_t)(dm_microphone_coded_bytes(voice->microphone) - before);
	voice->awake++;
	voice->dead_for = dm_microphone_dead_for(voice->microphone);
	voice->alive = voice->dead_for < DM_VOICE_DEAD;
	if (sound == DM_MICROPHONE_SILENT)
		fall_silent(voice);
	return sound;
}

/* Before it is drawn to one loudness. */
static void put_tap(struct dm_voice *voice, const float *samples, enum dm_tap_sound sound)
{
	const struct dm_tap_facts facts = {
		.sound = sound,
		.coded_bytes = samples ? voice->coded_bytes : 0,
	};

	if (voice->tap)
		dm_tap_put(voice->tap, samples, facts);
}

static void tap(struct dm_voice *voice, enum dm_microphone_sound sound)
{
	if (sound == DM_MICROPHONE_SILENT)
		put_tap(voice, NULL, DM_TAP_SILENT);
	else if (voice->awake < DM_VOICE_SETTLED)
		put_tap(voice, NULL, DM_TAP_UNHEARD);
	else
		put_tap(voice, voice->samples,
			sound == DM_MICROPHONE_LIVE ? DM_TAP_LIVE : DM_TAP_CONCEALED);
}

static void tap_unheard(struct dm_voice *voice)
{
	put_tap(voice, NULL, voice->alive ? DM_TAP_UNHEARD : DM_TAP_SILENT);
}

void dm_voice_read(struct dm_voice *voice, dm_usec tick)
{
	const enum dm_microphone_sound sound = read_microphone(voice, tick);

	tap(voice, sound);
	if (sound != DM_MICROPHONE_SILENT)
		hear(voice, sound == DM_MICROPHONE_LIVE);
}

void dm_voice_peek(struct dm_voice *voice, dm_usec tick)
{
	const enum dm_microphone_sound sound = read_microphone(voice, tick);

	tap_unheard(voice);
	if (sound == DM_MICROPHONE_SILENT)
		return;
	voice->silent = false;
	if (voice->awake >= DM_VOICE_SETTLED)
		dm_peak_run(&voice->peak, voice->samples);
}

void dm_voice_doze(struct dm_voice *voice, dm_usec tick)
{
	dm_microphone_doze(voice->microphone, tick);
	voice->awake = 0;
	voice->pauses = false;
	voice->dead_for = dm_microphone_dead_for(voice->microphone);
	voice->alive = voice->dead_for < DM_VOICE_DEAD;
	/* The level is held until the next peek. */
	if (voice->dead_for == DM_USEC_NEVER)
		fall_silent(voice);
	tap_unheard(voice);
}

void dm_voice_take(struct dm_voice *voice, const float *samples, dm_usec dead_for)
{
	voice->awake++;
	voice->dead_for = samples ? dead_for : DM_USEC_NEVER;
	voice->alive = voice->dead_for < DM_VOICE_DEAD;
	if (voice->dead_for > DM_SEC(1)) {
		fall_silent(voice);
		return;
	}
	memcpy(voice->samples, samples, FRAME * sizeof(*samples));
	hear(voice, dead_for == 0);
}
