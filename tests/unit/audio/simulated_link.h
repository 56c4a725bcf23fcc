/* tests/unit/audio/simulated_link.h
 *
 * A sender of Opus over a lossy link, in simulated time: packets come out when they would arrive.
 * Repeatable: the seed is printed, and DM_SEED sets it.
 */
#ifndef DM_TEST_AUDIO_SIMULATED_LINK_H
#define DM_TEST_AUDIO_SIMULATED_LINK_H

#include "audio/encoder.h"
#include "audio/jitter_buffer.h"
#include "base/time.h"

#define LINK_FRAMES_MAX 512
#define LINK_FLIGHT_MAX 512

/* A loop of encoded frames that a link's sender repeats. */
struct recording {
	size_t frames;
	size_t bytes[LINK_FRAMES_MAX];
	uint8_t payload[LINK_FRAMES_MAX][DM_AUDIO_PAYLOAD_MAX];
};

/* Encodes `frames` frames of `sound` (a function of the sample's number), after as many that are
 * thrown away so that the encoder has settled. */
void recording_make(struct recording *recording, size_t frames, uint32_t bitrate_bps,
		    uint8_t loss_percent, float (*sound)(int64_t n));

float sound_of_tone(int64_t n);   /* 400 Hz, 0.3 */
float sound_of_bursts(int64_t n); /* 20 ms of 1 kHz every 500 ms */
float sound_of_voice(int64_t n);  /* syllables and pauses of a low voice */

#define TONE_HZ   400
#define TONE_PEAK 0.3f
#define TONE_STEP (TONE_PEAK * 6.2832f * TONE_HZ / DM_AUDIO_RATE_HZ)

struct link_options {
	const struct recording *recording;
	uint32_t ssrc;
	double drift_ppm;
	dm_usec delay;  /* the link's least */
	dm_usec jitter; /* up to so much more, evenly */
	dm_usec spike;  /* once in 300 packets, so much more */
	uint32_t loss_permille;
	uint32_t burst; /* packets lost at once */
	uint32_t reorder_permille;
	uint32_t duplicate_permille;
	bool no_resend;
};

struct flight {
	dm_usec arrives;
	int64_t number;
};

struct link {
	struct link_options options;
	uint16_t first_sequence;
	uint32_t first_timestamp;
	int64_t sent;  /* packets so far */
	int64_t pause; /* packets that are made but not sent, from now on: an outage */
	uint32_t losing;
	uint64_t random;
	size_t count;
	struct flight flight[LINK_FLIGHT_MAX];
};

void link_start(struct link *link, const struct link_options *options, uint64_t seed);

/* When the sender sends packet `number`. */
dm_usec link_sends_at(const struct link *link, int64_t number);

struct arrival {
	struct dm_jitter_packet packet;
	dm_usec at;
	int64_t number;
};

/* The next packet that arrives by `until`; false when there is none. */
bool link_next(struct link *link, dm_usec until, struct arrival *arrival);

/* Asks for a packet again, at `now`; it comes after a round trip, or is lost. */
void link_resend(struct link *link, uint16_t sequence, dm_usec now);

uint64_t link_seed(void);

#endif
