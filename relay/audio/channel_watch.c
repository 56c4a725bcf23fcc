#include "audio/channel_watch.h"
#include "audio/board.h"
#include "audio/encoder.h"
#include "audio/microphone_watch.h"
#include "audio/sound_watch.h"

#include <errno.h>
#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define MICROPHONES DM_ENGINE_MICROPHONES

_Static_assert(sizeof(struct dm_surveyed_channel) % 8 == 0, "no figure lies across two words");
_Static_assert(sizeof(struct dm_surveyed_microphone) % 8 == 0, "likewise");

struct microphone {
	struct dm_microphone_watch *watch; /* owned; NULL: there is no such microphone */
	uint64_t next;
	uint32_t connections; /* as we last saw them */
	_Atomic uint64_t board[DM_BOARD_WORDS(struct dm_surveyed_microphone)];
};

struct dm_channel_watch {
	const struct dm_strip *strip; /* borrowed */
	struct dm_sound_watch *sound; /* owned, and so are the next two */
	struct dm_fingerprint *fingerprint;
	struct dm_interpretability *fitness; /* NULL but of a floor */
	uint64_t next;
	bool speaks;
	_Atomic bool renewed;
	struct microphone microphones[MICROPHONES];
	_Atomic uint64_t board[DM_BOARD_WORDS(struct dm_surveyed_channel)];
};

static bool is_floor(const struct dm_channel_watch *watch)
{
	return dm_strip_floor(watch->strip) < 0 && !dm_strip_microphone_tap(watch->strip, 0);
}

void dm_surveyed_channel_unknown(struct dm_surveyed_channel *sound)
{
	memset(sound, 0, sizeof(*sound));
	sound->momentary_lufs = NAN;
	sound->short_term_lufs = NAN;
	sound->integrated_lufs = NAN;
	sound->true_peak_dbtp = NAN;
	sound->clipping = NAN;
	sound->silent_for = NAN;
	sound->floor_likeness = NAN;
	sound->twin_likeness = NAN;
	sound->twin = -1;
	sound->fitness.ceiling_hz = NAN;
	sound->fitness.snr_db = NAN;
}

void dm_surveyed_microphone_unknown(struct dm_surveyed_microphone *sound)
{
	memset(sound, 0, sizeof(*sound));
	sound->momentary_lufs = NAN;
	sound->peak_dbfs = NAN;
	sound->silent_for = NAN;
	sound->fitness.ceiling_hz = NAN;
	sound->fitness.snr_db = NAN;
}

static int create_microphones(struct dm_channel_watch *watch)
{
	struct dm_surveyed_microphone unknown;
	int error = 0;

	dm_surveyed_microphone_unknown(&unknown);
	for (uint8_t n = 0; n < MICROPHONES && !error; n++) {
		struct microphone *microphone = &watch->microphones[n];

		dm_board_put(microphone->board, &unknown, sizeof(unknown));
		if (dm_strip_microphone_tap(watch->strip, n))
			error = dm_microphone_watch_create(&microphone->watch);
	}
	return error;
}

int dm_channel_watch_create(struct dm_channel_watch **out, const struct dm_strip *strip)
{
	struct dm_channel_watch *watch = calloc(1, sizeof(*watch));
	struct dm_surveyed_channel unknown;

	*out = NULL;
	if (!watch)
		return -ENOMEM;
	watch->strip = strip;
	dm_surveyed_channel_unknown(&unknown);
	dm_board_put(watch->board, &unknown, sizeof(unknown));

	int error = dm_sound_watch_create(&watch->sound);

	if (!error)
		error = dm_fingerprint_create(&watch->fingerprint);
	if (!error && is_floor(watch))
		error = dm_interpretability_create(&watch->fitness);
	if (!error)
		error = create_microphones(watch);
	if (error) {
		dm_channel_watch_destroy(watch);
		return error;
	}
	*out = watch;
	return 0;
}

void dm_channel_watch_destroy(struct dm_channel_watch *watch)
{
	if (!watch)
		return;
	for (size_t n = 0; n < MICROPHONES; n++)
		dm_microphone_watch_destroy(watch->microphones[n].watch);
	dm_interpretability_destroy(watch->fitness);
	dm_fingerprint_destroy(watch->fingerprint);
	dm_sound_watch_destroy(watch->sound);
	free(watch);
}

/* --- listening --- */

static void hear(struct dm_channel_watch *watch, const float *samples, enum dm_tap_sound sound)
{
	const float *real = sound == DM_TAP_SILENT ? NULL : samples;

	watch->speaks = sound != DM_TAP_FILLED;
	dm_sound_watch_put(watch->sound, real);
	dm_fingerprint_put(watch->fingerprint, watch->speaks ? real : NULL);
	if (watch->fitness)
		dm_interpretability_put(watch->fitness, real, 0, sound == DM_TAP_CONCEALED);
}

static uint64_t listen_microphone(struct dm_channel_watch *watch, uint8_t number)
{
	struct microphone *microphone = &watch->microphones[number];
	const uint32_t connections = dm_strip_connections(watch->strip, number);
	const struct dm_tap *tap = dm_strip_microphone_tap(watch->strip, number);
	float samples[DM_AUDIO_FRAME_SAMPLES];
	struct dm_tap_facts facts;
	struct dm_ticker_level level;
	uint64_t expected = microphone->next, missed = 0;

	if (connections != microphone->connections)
		dm_microphone_watch_reset(microphone->watch);
	microphone->connections = connections;
	dm_strip_level(watch->strip, &level);
	for (; dm_tap_take(tap, &microphone->next, samples, &facts); expected = microphone->next) {
		missed += microphone->next - 1 - expected;
		dm_microphone_watch_put(microphone->watch, samples, facts,
					level.microphones[number].peak_dbfs);
	}
	return missed;
}

static void renew(struct dm_channel_watch *watch)
{
	if (!atomic_exchange(&watch->renewed, false))
		return;
	if (watch->fitness)
		dm_interpretability_reset(watch->fitness);
	for (size_t n = 0; n < MICROPHONES; n++)
		if (watch->microphones[n].watch)
			dm_microphone_watch_reset(watch->microphones[n].watch);
}

uint64_t dm_channel_watch_listen(struct dm_channel_watch *watch)
{
	const struct dm_tap *tap = dm_strip_tap(watch->strip);
	float samples[DM_AUDIO_FRAME_SAMPLES];
	struct dm_tap_facts facts;
	uint64_t expected = watch->next, missed = 0;

	renew(watch);
	for (; dm_tap_take(tap, &watch->next, samples, &facts); expected = watch->next) {
		missed += watch->next - 1 - expected;
		hear(watch, samples, facts.sound);
	}
	for (uint8_t n = 0; n < MICROPHONES; n++)
		if (watch->microphones[n].watch)
			missed += listen_microphone(watch, n);
	return missed;
}

/* --- telling --- */

void dm_channel_watch_tell(struct dm_channel_watch *watch,
			   const struct dm_channel_comparison *found)
{
	struct dm_sound_watch_report heard;
	struct dm_surveyed_channel sound;
	struct dm_surveyed_microphone microphone;

	dm_surveyed_channel_unknown(&sound);
	dm_sound_watch_report(watch->sound, &heard);
	sound.momentary_lufs = heard.momentary_lufs;
	sound.short_term_lufs = heard.short_term_lufs;
	sound.integrated_lufs = heard.integrated_lufs;
	sound.true_peak_dbtp = heard.true_peak_dbtp;
	sound.clipping = heard.clipping;
	sound.silent_for = heard.silent_for;
	sound.repeats = found->repeats;
	sound.floor_likeness = found->floor_likeness;
	sound.twin_likeness = found->twin_likeness;
	sound.twin = found->twin;
	if (watch->fitness)
		dm_interpretability_report(watch->fitness, &sound.fitness);
	dm_board_put(watch->board, &sound, sizeof(sound));
	for (size_t n = 0; n < MICROPHONES; n++) {
		if (!watch->microphones[n].watch)
			continue;
		memset(&microphone, 0, sizeof(microphone));
		dm_microphone_watch_report(watch->microphones[n].watch, &microphone);
		dm_board_put(watch->microphones[n].board, &microphone, sizeof(microphone));
	}
}

bool dm_channel_watch_speaks(const struct dm_channel_watch *watch)
{
	return watch->speaks;
}

int dm_channel_watch_floor(const struct dm_channel_watch *watch)
{
	return dm_strip_floor(watch->strip);
}

const struct dm_fingerprint *dm_channel_watch_fingerprint(const struct dm_channel_watch *watch)
{
	return watch->fingerprint;
}

void dm_channel_watch_renew(struct dm_channel_watch *watch)
{
	dm_sound_watch_renew(watch->sound);
	atomic_store(&watch->renewed, true);
}

void dm_channel_watch_read(const struct dm_channel_watch *watch, struct dm_surveyed_channel *sound)
{
	dm_board_take(watch->board, sound, sizeof(*sound));
}

void dm_channel_watch_read_microphone(const struct dm_channel_watch *watch, uint8_t microphone,
				      struct dm_surveyed_microphone *sound)
{
	dm_board_take(watch->microphones[microphone].board, sound, sizeof(*sound));
}
