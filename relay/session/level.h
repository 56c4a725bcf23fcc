/* relay/session/level.h
 *
 * What a channel and a microphone sound like right now, for meters and for "you are heard".
 *
 * Thread: the control thread.
 */
#ifndef DM_SESSION_LEVEL_H
#define DM_SESSION_LEVEL_H

#include "session/interpreter.h"

struct dm_channel_level {
	uint8_t booth;    /* whose voice the channel's engine really sends; DM_NOBODY: none */
	uint8_t seat;     /* of that booth */
	bool fallen_back; /* the fallback is heard */
	double peak_dbfs; /* of what leaves, held for some 100 ms; -INFINITY: digital silence */
	double lufs;      /* momentary, 400 ms */
};

void dm_channel_level(const struct dm_room *room, const struct dm_channel *channel,
		      struct dm_channel_level *level);

struct dm_microphone_level {
	double peak_dbfs; /* as it comes in; -INFINITY while nothing does */
	bool live;        /* its sound comes */
};

/* Of what is connected to an engine: whose booth's channel another booth has is not measured. */
void dm_interpreter_level(const struct dm_interpreter *interpreter,
			  struct dm_microphone_level *level);

#endif
