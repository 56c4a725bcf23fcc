#include "session/level.h"

#include "session/desk_private.h"

#include <math.h>

/* Two beats: before, what is measured may still be another booth's. */
#define TAKES_EFFECT DM_MSEC(40)

void dm_channel_level(const struct dm_room *room, const struct dm_channel *channel,
		      struct dm_channel_level *level)
{
	const struct dm_patch *patch = &room->desk->patchbay.patches[channel - room->channels];
	/* What shares the floor's track sounds like the floor. */
	const int number = channel->number >= 0 ? channel->number : room->channels[0].number;
	struct dm_ticker_level sound = { .peak_dbfs = -HUGE_VALF, .momentary_lufs = -HUGE_VALF };

	*level = (struct dm_channel_level){ .booth = DM_NOBODY, .seat = DM_NOBODY };
	if (room->event->ticker)
		dm_ticker_level(room->event->ticker, number, &sound);
	if (room->event->ticker && channel != room->channels && channel->number >= 0 &&
	    patch->booth != DM_NOBODY && sound.on_air < DM_ENGINE_MICROPHONES &&
	    dm_time_now() - patch->changed_at >= TAKES_EFFECT) {
		level->booth = patch->booth;
		level->seat = sound.on_air;
	}
	level->fallen_back = channel->number < 0 || sound.fallen_back;
	level->peak_dbfs = sound.peak_dbfs;
	level->lufs = sound.momentary_lufs;
}

void dm_interpreter_level(const struct dm_interpreter *interpreter,
			  struct dm_microphone_level *level)
{
	const struct dm_room *room = interpreter->room;
	const uint8_t seat = dm_interpreter_seat(interpreter);

	*level = (struct dm_microphone_level){ .peak_dbfs = -HUGE_VAL };
	for (size_t c = 1; c < room->channel_count && seat != DM_NOBODY; c++) {
		struct dm_ticker_level sound;

		if (room->desk->patchbay.patches[c].slots[seat] != interpreter->microphone)
			continue;
		dm_ticker_level(room->event->ticker, room->channels[c].number, &sound);
		level->peak_dbfs = sound.microphones[seat].peak_dbfs;
		level->live = sound.microphones[seat].live;
	}
}
