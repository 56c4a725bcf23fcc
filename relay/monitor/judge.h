/* relay/monitor/judge.h
 *
 * The channel watchdog's judge: samples and the time go in, alarms that are raised, changed and
 * cleared come out. One cause gives one alarm: a fault whose cause stands is hidden, and told only
 * when it outlives its cause. It says nothing of what it has not seen: a look that comes late
 * counts for DM_JUDGE_STEP at most.
 *
 * Pure: no clock, no I/O, no allocation after create.
 * Thread: only the thread that created it.
 */
#ifndef DM_MONITOR_JUDGE_H
#define DM_MONITOR_JUDGE_H

#include "monitor/alarm.h"
#include "monitor/limit.h"
#include "monitor/sample.h"

struct dm_judge;

/* Choice: four looks of the slowest rate at which it is meant to be run, 2 Hz. */
#define DM_JUDGE_STEP DM_SEC(2)

enum dm_judge_news {
	DM_JUDGE_RAISED,
	DM_JUDGE_CHANGED, /* graver now, or acknowledged */
	DM_JUDGE_CLEARED, /* of itself, or `explained`: its cause is told instead */
};

/* `alarm` is borrowed during the call, in which the judge must not be called. */
typedef void dm_judge_tell(void *context, enum dm_judge_news news, const struct dm_alarm *alarm);

struct dm_judge_options {
	/* The most of each; 0..DM_SAMPLES_MAX, workers 0..DM_SAMPLED_WORKERS. */
	size_t sources;
	size_t channels;
	size_t booths;
	size_t microphones;
	size_t groups;
	size_t workers;
	const struct dm_limit *limits; /* DM_ALARM_COUNT, copied; NULL: dm_limits_default() */
	uint64_t first_id;             /* of the first alarm; at least 1 */
	dm_judge_tell *tell;
	void *context; /* borrowed; nullable */
};

/* Returns 0, -EINVAL or -ENOMEM; on failure *out is NULL. */
int dm_judge_create(struct dm_judge **out, const struct dm_judge_options *options);
/* NULL is allowed. Tells nothing. */
void dm_judge_destroy(struct dm_judge *judge);

/* Looks once, causes before their effects, and tells the news. Time that runs backwards stands
 * still. Returns 0, or -EINVAL, and has not looked, when there are more samples than slots. */
int dm_judge_run(struct dm_judge *judge, const struct dm_samples *samples, dm_usec now);

/* Somebody has seen a standing alarm; `by` is cut at DM_ALARM_NAME_BYTES - 1, between two
 * characters. Tells it. Returns 0, -ENOENT (it does not stand) or -EALREADY. */
int dm_judge_acknowledge(struct dm_judge *judge, uint64_t id, const char *by, dm_usec now);

/* The standing alarms, causes first: start with *cursor 0; NULL at the end. Borrowed until the
 * next run or acknowledge. */
const struct dm_alarm *dm_judge_next(const struct dm_judge *judge, size_t *cursor);

#endif
