#include "ingest/forward_clock.h"

/* Time runs on beside the timestamps by so much: the sender paused or began anew. Choice: more than
 * any network holds packets back, less than a listener would wait for. */
#define JUMP DM_SEC(1)

/* Sender reports that put sound and picture further apart than JUMP speak of two clocks. Nearer
 * than this they are in step: a tenth of what is noticed (ITU-R BT.1359: +45 ms). */
#define IN_STEP DM_MSEC(5)

/* Drift that is let be: two clocks 50 ppm apart need 13 minutes for it, and nobody notices it
 * against the other channels. Choice. */
#define DRIFT_MOST DM_MSEC(40)

/* A first look soon, since the first packets may come in a burst; then as seldom as a minimum of
 * the network's delay needs. Choice. */
#define FIRST_WINDOW DM_SEC(1)
#define WINDOW       DM_SEC(10)

/* Sound is sent when its frame is over: 20 ms is what WebRTC uses (RFC 7587, 4.2). */
#define SOUND_FRAME DM_MSEC(20)

static const uint32_t rates_hz[DM_FORWARD_MEDIA] = {
	[DM_FORWARD_SOUND] = 48000,   /* RFC 7587, 4.1 */
	[DM_FORWARD_PICTURE] = 90000, /* RFC 6184, 8.2.1 */
};

struct dm_forward_clock dm_forward_clock_init(const struct dm_timeline *timeline)
{
	return (struct dm_forward_clock){ .timeline = *timeline, .least_delay = DM_USEC_NEVER };
}

static dm_usec usual_delay(enum dm_forward_medium medium)
{
	return medium == DM_FORWARD_SOUND ? SOUND_FRAME : 0;
}

static dm_usec ticks_to_usec(int64_t ticks, enum dm_forward_medium medium)
{
	return ticks * DM_SEC(1) / rates_hz[medium];
}

static void watch_anew(struct dm_forward_clock *clock, dm_usec end)
{
	clock->window_end = end;
	clock->least_delay = DM_USEC_NEVER;
}

void dm_forward_clock_restart(struct dm_forward_clock *clock, enum dm_forward_medium medium)
{
	clock->lanes[medium].mapped = false;
	clock->lanes[medium].reported = false;
	clock->lanes[medium]
		.given_for = INT64_MIN; /* no timestamp of the new one is that frame's */
}

/* The 32 bits counted on from the newest: never wrong by half their circle. */
static int64_t unwrap(const struct dm_forward_lane *lane, uint32_t rtp)
{
	return lane->newest + (int32_t)(rtp - (uint32_t)lane->newest);
}

static dm_usec happened_at(const struct dm_forward_lane *lane, enum dm_forward_medium medium,
			   int64_t timestamp)
{
	return lane->base_at + ticks_to_usec(timestamp - lane->base, medium);
}

static void set_base(struct dm_forward_clock *clock, enum dm_forward_medium medium,
		     int64_t timestamp, dm_usec at)
{
	struct dm_forward_lane *lane = &clock->lanes[medium];

	if (at < clock->timeline.origin)
		at = clock->timeline.origin;
	lane->base = timestamp;
	lane->base_at = at;
	lane->base_ticks = dm_time_to_ticks(at - clock->timeline.origin, rates_hz[medium]);
	lane->mapped = true;
}

static void move(struct dm_forward_clock *clock, enum dm_forward_medium medium, dm_usec by)
{
	const struct dm_forward_lane *lane = &clock->lanes[medium];

	set_base(clock, medium, lane->newest, happened_at(lane, medium, lane->newest) + by);
	clock->moves++;
}

/* How much later here than by the sender's clock the stream's last report happened. */
static dm_usec since_report(const struct dm_forward_lane *lane, enum dm_forward_medium medium)
{
	return happened_at(lane, medium, lane->report) - lane->report_ntp;
}

bool dm_forward_clock_offset(const struct dm_forward_clock *clock, dm_usec *offset)
{
	const struct dm_forward_lane *sound = &clock->lanes[DM_FORWARD_SOUND];
	const struct dm_forward_lane *picture = &clock->lanes[DM_FORWARD_PICTURE];

	if (!sound->mapped || !sound->reported || !picture->mapped || !picture->reported)
		return false;
	*offset = since_report(picture, DM_FORWARD_PICTURE) - since_report(sound, DM_FORWARD_SOUND);
	return *offset<JUMP && * offset> - JUMP;
}

/* Sound leads: a move of the picture is seen by nobody. */
static void align(struct dm_forward_clock *clock)
{
	dm_usec early;

	if (dm_forward_clock_offset(clock, &early) && (early > IN_STEP || early < -IN_STEP))
		move(clock, DM_FORWARD_PICTURE, -early);
}

void dm_forward_clock_report(struct dm_forward_clock *clock, enum dm_forward_medium medium,
			     uint64_t ntp, uint32_t rtp)
{
	struct dm_forward_lane *lane = &clock->lanes[medium];

	if (ntp == 0) /* RFC 3550, 6.4.1: the sender has no wall clock */
		return;
	if (!lane->mapped)
		lane->newest = rtp;
	lane->reported = true;
	lane->report = unwrap(lane, rtp);
	lane->report_ntp = (dm_usec)(ntp >> 32) * DM_SEC(1) +
			   (dm_usec)((ntp & UINT32_MAX) * DM_SEC(1) >> 32);
	align(clock);
}

static void map_anew(struct dm_forward_clock *clock, enum dm_forward_medium medium,
		     dm_usec arrived_at)
{
	struct dm_forward_lane *lane = &clock->lanes[medium];

	set_base(clock, medium, lane->newest, arrived_at - usual_delay(medium));
	watch_anew(clock, arrived_at + FIRST_WINDOW);
	align(clock);
}

/* What the least delay of a window is above or below the usual one is drift, or was a first packet
 * that came late: sound and picture move together. */
static void follow_drift(struct dm_forward_clock *clock, enum dm_forward_medium medium,
			 dm_usec delay, dm_usec now)
{
	const enum dm_forward_medium leader = clock->lanes[DM_FORWARD_SOUND].mapped
						      ? DM_FORWARD_SOUND
						      : DM_FORWARD_PICTURE;

	if (medium != leader)
		return;
	if (delay < clock->least_delay)
		clock->least_delay = delay;
	if (now < clock->window_end)
		return;

	const dm_usec drift = clock->least_delay - usual_delay(medium);

	watch_anew(clock, now + WINDOW);
	if (drift >= -DRIFT_MOST && drift <= DRIFT_MOST)
		return;
	for (unsigned n = 0; n < DM_FORWARD_MEDIA; n++)
		if (clock->lanes[n].mapped)
			move(clock, (enum dm_forward_medium)n, drift);
}

/* What is written into the packet: the timeline's time, but never one that goes back. Counted
 * beyond 32 bits, since a sender may be silent for longer than half their circle (12 hours of
 * sound). */
static uint32_t give(struct dm_forward_lane *lane)
{
	const int64_t wanted = lane->base_ticks + (lane->newest - lane->base);

	if (lane->given && lane->given_for == lane->newest)
		return (uint32_t)lane->given_ticks; /* of the same frame */
	if (lane->given && wanted <= lane->given_ticks) {
		lane->given_ticks++;
		lane->backwards++;
	} else {
		lane->given_ticks = wanted;
	}
	lane->given = true;
	lane->given_for = lane->newest;
	return (uint32_t)lane->given_ticks;
}

struct dm_forward_time dm_forward_clock_map(struct dm_forward_clock *clock,
					    enum dm_forward_medium medium, uint32_t rtp,
					    dm_usec arrived_at)
{
	struct dm_forward_lane *lane = &clock->lanes[medium];

	if (!lane->mapped && !lane->reported)
		lane->newest = rtp;
	lane->newest = unwrap(lane, rtp);

	dm_usec delay = lane->mapped ? arrived_at - happened_at(lane, medium, lane->newest) : 0;

	if (!lane->mapped || delay > JUMP || delay < -JUMP) {
		if (lane->mapped) {
			lane->reported = false; /* it spoke of the time before */
			clock->moves++;
		}
		lane->mapped = false;
		map_anew(clock, medium, arrived_at);
		delay = usual_delay(medium);
	}
	follow_drift(clock, medium, delay, arrived_at);
	return (struct dm_forward_time){
		.captured_at = happened_at(lane, medium, lane->newest),
		.timestamp = give(lane),
	};
}
