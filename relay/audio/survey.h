/* relay/audio/survey.h
 *
 * Listens to everything that the ticker makes and to every microphone that it decodes, all the
 * time, on a thread of its own: loudness and true peak (libebur128), clipping, silence, whether a
 * sound is fit to interpret from, whether the floor leaks into a channel, whether two channels are
 * the same or one repeats itself. The beat only copies samples into taps (tap.h).
 *
 * Thread: create, destroy and read on the control thread; listening on `dm-survey`, nice 10.
 */
#ifndef DM_AUDIO_SURVEY_H
#define DM_AUDIO_SURVEY_H

#include "audio/interpretability.h"
#include "audio/line_up.h"
#include "audio/ticker.h"

struct dm_survey;

/* Of a channel as it leaves. Unknown numbers are NAN; silence is -HUGE_VAL. */
struct dm_surveyed_channel {
	double momentary_lufs;  /* EBU Tech 3341: 400 ms */
	double short_term_lufs; /* 3 s */
	double integrated_lufs; /* gated, since the start or the last reset */
	double true_peak_dbtp;  /* of the last 3 s (BS.1770, annex 2) */
	double clipping;       /* share of samples within tops that were cut off, of the last 3 s */
	double silent_for;     /* seconds below -60 dBFS; 0: it sounds now */
	bool repeats;          /* the same piece again and again */
	double floor_likeness; /* with its floor, at up to 2 s of delay, 0..1; NAN: no floor */
	double twin_likeness;  /* with the channel of the same floor that is most like it, 0..1 */
	int twin;              /* its number in the ticker; -1: none */
	struct dm_interpretability_report fitness; /* of a floor; else UNKNOWN */
};

/* Of a microphone as it comes in. */
struct dm_surveyed_microphone {
	bool live; /* sound came in the last 400 ms */
	double momentary_lufs;
	double peak_dbfs; /* of the last 3 s */
	double silent_for;
	struct dm_interpretability_report fitness;
};

/* Every channel of the ticker (started after this) is listened to from now on. `metrics` is
 * nullable: the thread's own time. Returns 0, -ENOMEM or -EAGAIN (no thread); on failure *out is
 * NULL. Destroy after the ticker has stopped, before it is destroyed. */
int dm_survey_create(struct dm_survey **out, struct dm_ticker *ticker, struct dm_metrics *metrics);
void dm_survey_destroy(struct dm_survey *survey); /* NULL is allowed */

/* As it was at the last look, some 100 ms ago; whole, but of different looks perhaps. Of what does
 * not exist: all unknown. */
void dm_survey_channel(const struct dm_survey *survey, int channel,
		       struct dm_surveyed_channel *sound);
void dm_survey_microphone(const struct dm_survey *survey, int channel, uint8_t microphone,
			  struct dm_surveyed_microphone *sound);

/* Integrated loudness, and what was heard for the verdicts, begin anew. */
void dm_survey_reset(struct dm_survey *survey, int channel);

/* Checks, where it leaves, the line-up that begins with that tick (dm_ticker_line_up): the packets
 * of the channel's track, decoded again; -1: none. Does nothing for what is no engine. */
void dm_survey_line_up(struct dm_survey *survey, int channel, int64_t from);

/* What is known by now of the one from that tick on; all pending while nothing is. */
void dm_survey_line_up_report(const struct dm_survey *survey, int channel, int64_t from,
			      struct dm_line_up_report *report);

/* --- the look itself: for who has a clock of its own (tests, benchmarks) --- */

/* As create, but without the thread. */
int dm_survey_prepare(struct dm_survey **out, struct dm_ticker *ticker, struct dm_metrics *metrics);

/* Listens to all that has come since the last look; ten times a second. */
void dm_survey_look(struct dm_survey *survey);

#endif
