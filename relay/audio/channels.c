#include "audio/channels.h"
#include "audio/encoder.h"

#include <errno.h>
#include <stdlib.h>

/* All encoders are alike in it. */
static int ask_lookahead(struct dm_channels *channels)
{
	struct dm_encoder *encoder;
	const int error = dm_encoder_create(&encoder,
					    &(struct dm_encoder_options){ .bitrate_bps = 64000 });

	if (!error)
		channels->lookahead = dm_encoder_lookahead_samples(encoder);
	dm_encoder_destroy(encoder);
	return error;
}

int dm_channels_add(struct dm_channels *channels, const struct dm_ticker_channel *options,
		    struct dm_metrics *metrics)
{
	struct dm_engine_options engine;
	struct dm_ticker_channel with_phase = *options;

	if (options->floor < -1 || options->floor >= (int)channels->count ||
	    (!options->engine && options->floor != -1))
		return -EINVAL;

	int error = channels->lookahead > 0 ? 0 : ask_lookahead(channels);

	if (error)
		return error;

	struct dm_channels_entry *grown = realloc(channels->list,
						  (channels->count + 1) * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	channels->list = grown;
	grown += channels->count;
	*grown = (struct dm_channels_entry){ .other = -1 };
	if (options->engine) {
		engine = *options->engine;
		engine.phase = (unsigned)channels->count;
		with_phase.engine = &engine;
	}
	error = dm_strip_create(&grown->strip, &with_phase, channels->lookahead, metrics);
	return error ? error : (int)channels->count++;
}

void dm_channels_finish(struct dm_channels *channels)
{
	for (size_t n = 0; n < channels->count; n++)
		dm_strip_destroy(channels->list[n].strip);
	free(channels->list);
	*channels = (struct dm_channels){ 0 };
}

struct dm_strip *dm_channels_strip(const struct dm_channels *channels, int number)
{
	return number >= 0 && number < (int)channels->count ? channels->list[number].strip : NULL;
}

bool dm_channels_make(struct dm_channels *channels, size_t number, int64_t tick, dm_usec at)
{
	struct dm_channels_entry *channel = &channels->list[number];
	struct dm_strip *strip = channel->strip;

	dm_strip_run(strip, tick, at, dm_channels_strip(channels, dm_strip_floor(strip)),
		     dm_channels_strip(channels, channel->other));
	return !dm_strip_track(strip) || dm_strip_encode(strip, &channel->payload);
}

void dm_channels_publish(const struct dm_channels *channels, const struct dm_track_frame *frame,
			 dm_usec now)
{
	for (size_t n = 0; n < channels->count; n++) {
		const struct dm_channels_entry *channel = &channels->list[n];
		struct dm_track *track = dm_strip_track(channel->strip);
		struct dm_track_frame own = *frame;

		if (!track)
			continue;
		own.payloads = &channel->payload;
		dm_track_publish(track, &own, now);
	}
}
