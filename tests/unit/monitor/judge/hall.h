/* tests/unit/monitor/judge/hall.h
 *
 * A healthy event in numbers, for the judge: two rooms of a floor and three channels, to be broken
 * by the tests; and a notebook of all that the judge told.
 */
#ifndef HALL_H
#define HALL_H

#include "monitor/judge.h"

#define ROOMS       2
#define CHANNELS    (4 * ROOMS) /* of each room: the floor, then three */
#define BOOTHS      (3 * ROOMS) /* booth n of a room has channel n + 1 */
#define MICROPHONES (2 * BOOTHS)
#define GROUPS      6
#define WORKERS     2

#define TURN DM_MSEC(500) /* between two looks */

/* Slots. */
#define CHANNEL(room, n)         ((size_t)(room)*4 + (n))
#define BOOTH(room, n)           ((size_t)(room)*3 + (n))
#define MICROPHONE(room, n, who) (BOOTH(room, n) * 2 + (who))

struct told {
	enum dm_judge_news news;
	struct dm_alarm alarm;
};

struct hall {
	struct dm_source_sample sources[ROOMS];
	struct dm_channel_sample channels[CHANNELS];
	struct dm_booth_sample booths[BOOTHS];
	struct dm_microphone_sample microphones[MICROPHONES];
	struct dm_group_sample groups[GROUPS];
	struct dm_worker_sample workers[WORKERS];
	struct dm_samples samples;
	struct dm_judge *judge;
	dm_usec now;
	struct told told[4096];
	size_t told_count;
};

/* The one hall of the test that runs, made anew and healthy: everybody interprets. */
struct hall *hall_open(const struct dm_limit *limits);
void hall_close(struct hall *hall);
void hall_heal(struct hall *hall);

/* The first interpreter of the booth takes the microphone, or nobody has it. */
void hall_on_air(struct hall *hall, size_t booth, size_t who);
void hall_off_air(struct hall *hall, size_t booth);

/* Looks every TURN for so long. */
void hall_run(struct hall *hall, dm_usec time);

size_t hall_count(const struct hall *hall, enum dm_judge_news news);
size_t hall_standing(const struct hall *hall);
/* The standing alarm of that kind and slot, or NULL. */
const struct dm_alarm *hall_find(const struct hall *hall, enum dm_alarm_kind kind, size_t slot);
void hall_print(const struct hall *hall);

int table_tests(void);
int cause_tests(void);
int random_tests(void);
int event_tests(void);

#endif
