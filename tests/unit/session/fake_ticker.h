/* A ticker that only takes notes of what the session asks for, and says what it is told to say. */
#ifndef FAKE_TICKER_H
#define FAKE_TICKER_H

#include "audio/survey.h"
#include "audio/ticker.h"

#define FAKE_CHANNELS 64
#define FAKE_EVENTS   64
#define FAKE_EARS     8

struct fake_channel {
	struct dm_track *track;
	const struct dm_sound_inlet *inlet;
	struct dm_intake *intake;
	struct dm_engine_options engine;
	bool is_engine;
	int floor;
	int other;
	struct dm_engine_state state; /* as it was told */
	unsigned told;                /* times */
	struct dm_intake *microphones[DM_ENGINE_MICROPHONES];
	struct dm_ticker_level level;    /* what it answers */
	int64_t line_up;                 /* its first tick; -1: none */
	int64_t checked;                 /* likewise: which the survey listens to */
	struct dm_line_up_report report; /* of that one: what it answers */
};

struct fake_ear {
	struct dm_track *track;
	int channel; /* that it is pointed at */
	uint8_t microphone;
	struct dm_intake *own;
};

struct fake_ticker {
	struct fake_channel channels[FAKE_CHANNELS];
	int count;
	struct fake_ear ears[FAKE_EARS];
	int ear_count;
	struct dm_ticker_event events[FAKE_EVENTS];
	size_t event_count;
	int error; /* what commands answer */
};

extern struct fake_ticker fake_ticker;

/* Any pointer but NULL will do: there is one. */
#define FAKE_TICKER ((struct dm_ticker *)&fake_ticker)
#define FAKE_SURVEY ((struct dm_survey *)&fake_ticker)

/* What an engine has found out, to be taken. */
void fake_ticker_happen(int channel, enum dm_engine_event_type type, uint8_t voice, dm_usec at);

#endif
