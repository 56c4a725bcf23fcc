/* relay/monitor/sample.h
 *
 * What was measured of an event at one moment, as plain numbers: what the judge looks at. Whoever
 * measures keeps each thing in one slot of its array for as long as it lives; alarms name the slot.
 * A number that could not be measured is NAN: it neither raises nor clears anything.
 *
 * Pure, plain data. Thread: one at a time.
 */
#ifndef DM_MONITOR_SAMPLE_H
#define DM_MONITOR_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DM_SAMPLE_NONE     0xffff /* no such slot */
#define DM_SAMPLES_MAX     8192   /* of each sort; choice: beyond 64 rooms of 124 booths */
#define DM_SAMPLED_WORKERS 64     /* bits of a group's mask */

/* What a channel's engine is putting out. */
enum dm_carried {
	DM_CARRIED_FLOOR,
	DM_CARRIED_SILENCE,
	DM_CARRIED_CHANNEL,     /* another channel's sound */
	DM_CARRIED_SOURCE,      /* a hardware booth's */
	DM_CARRIED_VOICE,       /* an interpreter on air */
	DM_CARRIED_CONCEALMENT, /* an interpreter whose link has died just now */
	DM_CARRIED_COMFORT,     /* comfort noise: on air and muted */
	DM_CARRIED_COUNT,
};

/* Why it does so, by the state of its booth. */
enum dm_carried_why {
	DM_CARRIED_WHY_FLOOR,     /* it is the floor's own channel */
	DM_CARRIED_WHY_ON_AIR,    /* somebody is on air */
	DM_CARRIED_WHY_COUGH,     /* the cough key of whoever is on air */
	DM_CARRIED_WHY_ORGANISER, /* the organiser has muted whoever is on air */
	DM_CARRIED_WHY_LINK_LOST, /* the link of whoever is on air has died */
	DM_CARRIED_WHY_SOURCE,    /* a hardware booth delivers */
	DM_CARRIED_WHY_BOOTH_OFF, /* people sit there, nobody is on air */
	DM_CARRIED_WHY_NOBODY,    /* nobody sits there */
	DM_CARRIED_WHY_COUNT,
};

/* The interpretability meter's verdict on a microphone. */
enum dm_fitness {
	DM_FITNESS_UNKNOWN,
	DM_FITNESS_GOOD,
	DM_FITNESS_POOR,
	DM_FITNESS_UNFIT,
	DM_FITNESS_COUNT,
};

struct dm_source_sample {
	bool used;
	bool expected; /* its session runs, or its line-up: it should be there */
	bool connected;
	bool has_picture;
	bool has_sound;
	bool frozen; /* each picture is the last one again; never said of what is known as slides */
	bool black;
	bool silent; /* nobody is heard now: a pause too */
	uint16_t room;
	double frame_rate; /* pictures a second; NAN: as many as there are slides */
	double offset_ms;  /* sound against picture; above 0: the sound is early (BT.1359) */
};

struct dm_channel_sample {
	bool used;
	bool floor; /* the floor's own channel */
	bool live;  /* listeners are told that an interpreter is there (or, of the floor, its sound)
		     */
	bool repeats; /* the last seconds' sound comes again, sample by sample */
	enum dm_carried carries;
	enum dm_carried_why why;
	uint16_t room;
	uint16_t source;       /* of its room's floor, or NONE */
	uint16_t booth;        /* which has a microphone open to it, or NONE */
	uint16_t microphone;   /* the voice heard, or NONE */
	uint16_t twin;         /* the other channel that is most like it, or NONE */
	double level_lufs;     /* momentary (BS.1770), -HUGE_VAL: nothing at all */
	double peak_db;        /* true peak, dBTP */
	double clipping;       /* share of samples, 0..1 */
	double floor_likeness; /* with the floor, at any delay, 0..1 */
	double twin_likeness;  /* with the twin, 0..1 */
	double together;       /* share of the last seconds with two voices at once, 0..1 */
};

struct dm_booth_sample {
	bool used;
	bool manned;    /* or its channel's hardware booth delivers */
	bool session;   /* its session runs */
	uint8_t on_air; /* microphones that have a channel, muted ones too */
	uint8_t max;    /* that may be on air */
	uint16_t room;
};

struct dm_microphone_sample {
	bool used;
	bool on_air;
	bool alive; /* packets come */
	enum dm_fitness fitness;
	uint16_t room;
	uint16_t booth;   /* or NONE */
	uint16_t worker;  /* that receives it, or NONE */
	double loss;      /* share of packets, 0..1 */
	double concealed; /* share of the sound that was made up, 0..1 */
};

/* Listeners of one channel, room or network. */
struct dm_group_sample {
	bool used;
	uint16_t room;
	uint32_t listeners;
	uint64_t workers; /* bit n: worker n serves some of them */
	double loss;      /* share of packets that they report lost, 0..1 */
};

struct dm_worker_sample {
	bool used;
	double drops;   /* share of the packets that it should have sent, 0..1 */
	double loop_ms; /* its longest turn since the last sample; or its age, if it has not ended
			 */
};

struct dm_process_sample {
	double disk_free;        /* share, 0..1 */
	double certificate_days; /* left; of the one that ends first */
	double token_days;       /* left; of the token in use that ends first */
};

/* Everything at one moment. Arrays are borrowed; NULL where the count is 0. */
struct dm_samples {
	const struct dm_source_sample *sources;
	const struct dm_channel_sample *channels;
	const struct dm_booth_sample *booths;
	const struct dm_microphone_sample *microphones;
	const struct dm_group_sample *groups;
	const struct dm_worker_sample *workers;
	size_t source_count;
	size_t channel_count;
	size_t booth_count;
	size_t microphone_count;
	size_t group_count;
	size_t worker_count;
	struct dm_process_sample process;
};

/* The slot, or NULL when it is NONE, beyond the array, or not used. */
const struct dm_source_sample *dm_samples_source(const struct dm_samples *samples, size_t slot);
const struct dm_channel_sample *dm_samples_channel(const struct dm_samples *samples, size_t slot);
const struct dm_booth_sample *dm_samples_booth(const struct dm_samples *samples, size_t slot);
const struct dm_microphone_sample *dm_samples_microphone(const struct dm_samples *samples,
							 size_t slot);
const struct dm_group_sample *dm_samples_group(const struct dm_samples *samples, size_t slot);
const struct dm_worker_sample *dm_samples_worker(const struct dm_samples *samples, size_t slot);

/* The channel has a sound of its own, an interpreter's or a hardware booth's: no fallback. */
bool dm_channel_sample_is_served(const struct dm_channel_sample *channel);

#endif
