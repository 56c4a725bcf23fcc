#include "audio/outlet.h"
#include "audio/encoder.h"
#include "audio/loss_setting.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct dm_outlet {
	struct dm_track *track;     /* owned reference */
	struct dm_encoder *encoder; /* owned */
	struct dm_loss_setting loss;
	unsigned ticks;
	uint8_t payload[DM_AUDIO_PAYLOAD_MAX];
};

int dm_outlet_create(struct dm_outlet **out, struct dm_track *track, uint32_t bitrate_bps)
{
	struct dm_outlet *outlet = calloc(1, sizeof(*outlet));

	*out = NULL;
	if (!outlet)
		return -ENOMEM;
	dm_loss_setting_init(&outlet->loss);

	const struct dm_encoder_options options = {
		.bitrate_bps = bitrate_bps,
		.loss_percent = outlet->loss.percent,
		.complexity = dm_encoder_complexity(outlet->loss.percent),
	};
	const int error = dm_encoder_create(&outlet->encoder, &options);

	if (error) {
		free(outlet);
		return error;
	}
	outlet->track = dm_track_ref(track);
	*out = outlet;
	return 0;
}

void dm_outlet_destroy(struct dm_outlet *outlet)
{
	if (!outlet)
		return;
	dm_encoder_destroy(outlet->encoder);
	dm_track_unref(outlet->track);
	free(outlet);
}

struct dm_track *dm_outlet_track(const struct dm_outlet *outlet)
{
	return outlet->track;
}

uint8_t dm_outlet_loss_percent(const struct dm_outlet *outlet)
{
	return outlet->loss.percent;
}

static void follow_loss(struct dm_outlet *outlet)
{
	if (++outlet->ticks % DM_LOSS_SETTING_EVERY_TICKS == 0 &&
	    dm_loss_setting_note(&outlet->loss, dm_track_take_loss(outlet->track)))
		dm_encoder_set_loss(outlet->encoder, outlet->loss.percent);
}

bool dm_outlet_encode(struct dm_outlet *outlet, const float *samples,
		      struct dm_track_payload *payload)
{
	/* Opus's frame of silence (fullband CELT, 20 ms): a tick is never left without a packet. */
	static const uint8_t silence[3] = { 0xf8, 0xff, 0xfe };

	follow_loss(outlet);

	const int bytes = dm_encoder_encode(outlet->encoder, samples, outlet->payload,
					    sizeof(outlet->payload));
	const bool made = bytes > 0 && bytes <= DM_TRACK_PAYLOAD_MAX;

	if (!made)
		memcpy(outlet->payload, silence, sizeof(silence));
	payload->data = outlet->payload;
	payload->bytes = made ? (size_t)bytes : sizeof(silence);
	return made;
}
