#include "audio/sound_line.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY 65536 /* samples, a power of two: 1.36 s, more than a source's longest buffer */
#define FADE     240   /* 5 ms: too short to hear as a fade, long enough not to click; choice */
#define SLACK    960   /* 20 ms: jitter below it is bridged; lip sync bears it (BT.1359) */

/* What is written ends at most so far ahead: bridging may put it SLACK later than told, a tail
 * follows, and what was just read is kept behind. */
#define REACH (CAPACITY - SLACK - 2 * FADE - 2)

/* Slewing: off by less than 1 ms is left alone; else one sample in 500 (0.2 %, 3.5 cents: below
 * what is heard as a change of pitch). */
#define SLEW_DEAD  48
#define SLEW_STEP  500
#define SLEW_LEAST 32 /* samples that one more or less is spread over; AES67 sends 48 at a time */

/* Off-times are averaged over so many blocks before they are believed; choice. */
#define SLEW_SMOOTHING 16.0

struct dm_sound_line {
	struct dm_sound_line_totals totals;
	int64_t next;      /* the next read's position; reads are continuous */
	int64_t end;       /* one past the running sound */
	bool running;      /* sound ends at `end` without a fade yet */
	int64_t risen;     /* samples of the running sound's fade-in, up to FADE */
	bool anchored;     /* `next` is known */
	double off;        /* how far blocks lie from where they were put, smoothed; samples */
	size_t since_slew; /* samples put since one was added or left out */
	float slewed[DM_SOUND_LINE_BLOCK + 2];
	/* Zero where nothing is written; the FADE samples before `next` are kept, for tails. */
	float ring[CAPACITY];
};

int dm_sound_line_create(struct dm_sound_line **out)
{
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : -ENOMEM;
}

void dm_sound_line_destroy(struct dm_sound_line *line)
{
	free(line);
}

const struct dm_sound_line_totals *dm_sound_line_totals(const struct dm_sound_line *line)
{
	return &line->totals;
}

static float *at(struct dm_sound_line *line, int64_t position)
{
	return &line->ring[(uint64_t)position % CAPACITY];
}

/* Rises from 0 to 1 over n = 0..FADE-1. */
static float rise(int64_t n)
{
	return ((float)n + 0.5f) / FADE;
}

/* Ends the running sound: its last 5 ms are mirrored after the end and fade away. */
static void put_tail(struct dm_sound_line *line)
{
	for (int64_t n = 0; n < FADE; n++)
		*at(line, line->end + n) = *at(line, line->end - 1 - n) * (1.0f - rise(n));
	line->running = false;
}

/* Goes on at line->end. In the first 5 ms after an anchor, what is already there (silence, a tail,
 * the sound before a jump back) fades out while the new fades in. */
static void put(struct dm_sound_line *line, const float *samples, size_t count)
{
	for (size_t n = 0; n < count; n++) {
		float *sample = at(line, line->end++);

		if (line->risen == FADE) {
			*sample = samples[n];
			continue;
		}
		const float gain = rise(line->risen++);

		*sample = *sample * (1.0f - gain) + samples[n] * gain;
	}
	line->running = true;
}

/* Stretches or shrinks the block by one sample (Catmull-Rom), into line->slewed. */
static size_t slew(struct dm_sound_line *line, const float *samples, size_t count, int by)
{
	const size_t made = by > 0 ? count + 1 : count - 1;
	const float step = (float)count / (float)made;

	for (size_t n = 0; n < made; n++) {
		const float place = (float)n * step;
		const size_t i = (size_t)place;
		const float t = place - (float)i;
		const float b = samples[i];
		const float a = i > 0 ? samples[i - 1] : b;
		const float c = i + 1 < count ? samples[i + 1] : b;
		const float d = i + 2 < count ? samples[i + 2] : c;

		line->slewed[n] = b + 0.5f * t *
					      (c - a +
					       t * (2 * a - 5 * b + 4 * c - d +
						    t * (3 * (b - c) + d - a)));
	}
	return made;
}

static void go_on(struct dm_sound_line *line, int64_t position, const float *samples, size_t count)
{
	/* Short blocks come more often, so each counts for less. */
	const double weight = (double)count / DM_SOUND_LINE_BLOCK / SLEW_SMOOTHING;

	line->off += ((double)(position - line->end) - line->off) * weight;
	line->since_slew += count;
	if (line->since_slew >= SLEW_STEP && count >= SLEW_LEAST &&
	    (line->off > SLEW_DEAD || line->off < -SLEW_DEAD)) {
		const size_t made = slew(line, samples, count, line->off > 0 ? 1 : -1);

		line->since_slew = 0;
		put(line, line->slewed, made);
		return;
	}
	put(line, samples, count);
}

/* Moves the beginning of new sound to `position`; what was to come from there on is void, but
 * for the 5 ms that it fades over. */
static void anchor(struct dm_sound_line *line, int64_t position)
{
	const int64_t keep = position + FADE;

	if (line->running && position > line->end)
		put_tail(line);
	for (int64_t n = keep; n < line->end; n++)
		*at(line, n) = 0.0f;
	line->end = position;
	line->risen = 0;
	line->off = 0;
}

void dm_sound_line_write(struct dm_sound_line *line, int64_t position, const float *samples,
			 size_t count)
{
	if (!line->anchored || count > DM_SOUND_LINE_BLOCK || count == 0)
		return;
	if (position + (int64_t)count > line->next + REACH) {
		line->totals.early_samples += count;
		return;
	}
	if (line->running && llabs(position - line->end) < SLACK) {
		go_on(line, position, samples, count);
		return;
	}
	if (position < line->next) {
		const int64_t late = line->next - position;

		if (late >= (int64_t)count) {
			line->totals.late_samples += count;
			return;
		}
		line->totals.late_samples += (uint64_t)late;
		samples += late;
		count -= (size_t)late;
		position = line->next;
	}
	line->totals.jumps += line->running;
	anchor(line, position);
	put(line, samples, count);
}

/* Forgets what lies before the 5 ms that are kept. */
static void pass(struct dm_sound_line *line, int64_t to)
{
	int64_t from = line->next - FADE;

	if (to - line->next > CAPACITY)
		from = to - FADE - CAPACITY;
	for (int64_t n = from; n < to - FADE; n++)
		*at(line, n) = 0.0f;
	line->next = to;
}

size_t dm_sound_line_read(struct dm_sound_line *line, int64_t position, float *samples,
			  size_t count)
{
	const int64_t stop = position + (int64_t)count;
	size_t live = count;

	if (!line->anchored) {
		line->anchored = true;
		line->next = line->end = position;
	}
	if (position > line->next) { /* the ticker skipped: rare, and no sound is lost sooner */
		if (line->running && position > line->end)
			put_tail(line);
		pass(line, position);
	}
	if (stop > line->end) {
		live = line->end > position ? (size_t)(line->end - position) : 0;
		line->totals.dry_reads += line->running;
		if (line->running)
			put_tail(line);
	}
	for (size_t n = 0; n < count; n++)
		samples[n] = *at(line, position + (int64_t)n);
	pass(line, stop);
	return live;
}
