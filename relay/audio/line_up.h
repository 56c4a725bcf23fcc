/* relay/audio/line_up.h
 *
 * Line-up of a channel before doors open: the signal that it carries instead of its voices, and
 * what checks it where it leaves, decoded again. Ten seconds, again and again from tick 0:
 *
 *   0..3 s   a tone of 1 kHz at -23 LUFS; from 0.5 s on it is interrupted for a tenth of a second,
 *            then for each bit of the channel's number that is 1, the lowest first
 *   3..5 s   the tone with peaks of -40, -30, -20 and -10 dBFS, half a second each
 *   5..10 s  a beep of 10 ms at each full second from 6 s on, as `test:flash` has them
 *
 * Pure; no allocation after create. Thread: one at a time.
 */
#ifndef DM_AUDIO_LINE_UP_H
#define DM_AUDIO_LINE_UP_H

#include "base/time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DM_LINE_UP_TONE_HZ 1000.0
#define DM_LINE_UP_TONE_DB (-23.0) /* mean square: as much in LUFS at 1 kHz (BS.1770, annex 1) */
#define DM_LINE_UP_TICKS   500

enum dm_line_up_step {
	DM_LINE_UP_TONE,
	DM_LINE_UP_LEVELS,
	DM_LINE_UP_BEEPS,
	DM_LINE_UP_STEPS,
};

enum dm_line_up_step dm_line_up_step_at(uint64_t tick);

/* Fills DM_AUDIO_FRAME_SAMPLES samples of a tick of the sequence, which goes on from
 * DM_LINE_UP_TICKS as from 0. */
void dm_line_up_make(uint8_t channel, uint64_t tick, float *samples);

enum dm_line_up_result { DM_LINE_UP_PENDING, DM_LINE_UP_PASS, DM_LINE_UP_FAIL };

enum dm_line_up_problem {
	DM_LINE_UP_NONE,
	DM_LINE_UP_NO_SIGNAL,
	DM_LINE_UP_WRONG_FREQUENCY, /* by more than 0.5 Hz */
	DM_LINE_UP_WRONG_LEVEL,     /* by more than 1 dB */
	DM_LINE_UP_WRONG_CHANNEL,   /* it is another one's */
	DM_LINE_UP_CLIPPED,         /* the loudest step is too low beside the others */
	DM_LINE_UP_LATE,            /* or early, by more than 40 ms */
	DM_LINE_UP_PROBLEMS,
};

struct dm_line_up_report {
	enum dm_line_up_result results[DM_LINE_UP_STEPS];
	enum dm_line_up_problem problem; /* the first */
	double frequency_hz;             /* of the tone; NAN: unknown yet, as are the others */
	double level_db;                 /* of the tone: DM_LINE_UP_TONE_DB it should be */
	double offset_ms;                /* of the beep that is farthest off; late: positive */
};

struct dm_line_up_check;

/* `delay`: how much later than it was made a sample is in what is put. Returns 0, -EINVAL
 * (negative, or above 40 ms) or -ENOMEM; on failure *out is NULL. */
int dm_line_up_check_create(struct dm_line_up_check **out, uint8_t channel, dm_usec delay);
void dm_line_up_check_destroy(struct dm_line_up_check *check); /* NULL is allowed */

/* Another sequence begins. */
void dm_line_up_check_reset(struct dm_line_up_check *check);

/* DM_AUDIO_FRAME_SAMPLES samples (NULL: nothing came) of each tick in turn from 0; after the last
 * one there is nothing more to check. */
void dm_line_up_check_put(struct dm_line_up_check *check, const float *samples);

/* Each result is there when its step is over. */
void dm_line_up_check_report(const struct dm_line_up_check *check,
			     struct dm_line_up_report *report);

/* Of what has not begun. */
void dm_line_up_report_pending(struct dm_line_up_report *report);

/* "none", "no-signal", "wrong-frequency", "wrong-level", "wrong-channel", "clipped", "late". */
const char *dm_line_up_problem_name(enum dm_line_up_problem problem);

#endif
