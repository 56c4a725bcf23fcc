/* tests/unit/audio/desk_rig.h
 *
 * A ticker in simulated time: a floor of a steady tone, two channels, senders over simulated links
 * into intakes, and a listener of every track, who decodes it and minds that it never breaks.
 */
#ifndef DM_TEST_AUDIO_DESK_RIG_H
#define DM_TEST_AUDIO_DESK_RIG_H

#include "audio/decoder.h"
#include "audio/ticker.h"
#include "simulated_link.h"

#define RIG_FLOOR_HZ 250
#define RIG_FLOOR    0.25f

enum { RIG_FLOOR_CHANNEL, RIG_A, RIG_B, RIG_CHANNELS };

#define RIG_SENDERS 6

struct rig_listener {
	struct dm_track *track; /* NULL: there is none, and nobody listens */
	struct dm_decoder *decoder;
	bool deaf; /* minds the packets, but does not decode */
	uint64_t next;
	uint32_t timestamp;
	float samples[DM_DECODER_SAMPLES_MAX]; /* of the last tick */
	float last;
	float step; /* the largest between two samples */
};

struct rig_sender {
	struct link link;
	bool sends;
	struct dm_intake *intake;
};

struct desk_rig {
	struct dm_ticker *ticker;
	struct dm_timeline timeline;
	struct dm_audience audience;
	struct dm_metrics *metrics;
	struct dm_sound_inlet *floor;
	float (*floor_sound)(int64_t n); /* nullable: the tone; set after begin */
	int channels;
	struct rig_listener listeners[RIG_CHANNELS];
	struct rig_sender senders[RIG_SENDERS];
	int64_t tick;
	unsigned events[DM_ENGINE_LINK_BACK + 1];
	struct dm_ticker_event event; /* the last */
};

/* Both channels have these engines. `tick` begins where links do. */
void rig_begin(struct desk_rig *rig, const struct dm_engine_options *engine);

/* Channel RIG_A alone, and a floor that has no track, so that neither is encoded nor decoded what
 * is not looked at. */
void rig_begin_alone(struct desk_rig *rig, const struct dm_engine_options *engine);
void rig_end(struct desk_rig *rig);

void rig_send(struct desk_rig *rig, size_t sender, const struct link_options *options);
void rig_step(struct desk_rig *rig);
void rig_run(struct desk_rig *rig, dm_usec time);

/* When the tick that was made last was published. */
dm_usec rig_published_at(const struct desk_rig *rig);

/* Amplitude of the channel's last tick at `hz`, a multiple of 50. */
float rig_level(const struct desk_rig *rig, int channel, double hz);

#endif
