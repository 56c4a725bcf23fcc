#include "ingest/ingest.h"
#include "base/log.h"
#include "ingest/elements.h"
#include "ingest/feed.h"
#include "ingest/forward_metrics.h"
#include "ingest/forwarder.h"
#include "ingest/health_metrics.h"
#include "ingest/slot.h"
#include "ingest/stills.h"
#include "audio/loudness.h"
#include "audio/encoder.h"
#include "audio/sound_inlet.h"

#include <errno.h>
#include <gst/gst.h>
#include <stdio.h>
#include <string.h>

/* Receivers hold sound longer than pictures (Chromium by some 40 ms: tests/bench/lipsync.mjs): a
 * picture that comes as much later is in step from the first moment. */
#define PICTURE_DELAY (DM_TICKER_DELAY + DM_MSEC(40))
/* Leaves 250 ms of the 500 allowed for what a source's pipeline still holds and for that delay. */
#define STALL_AFTER DM_MSEC(250)
#define RETRY_LEAST DM_MSEC(250)
#define RETRY_MOST  DM_SEC(8)

#define PASSED_PACKETS 16 /* the least there can be: nobody reads them */

struct dm_ingest {
	struct dm_ingest_options options;
	struct dm_event *event; /* borrowed */
	struct dm_timeline timeline;
	const struct dm_audience *audience; /* borrowed */
	struct dm_metrics *metrics;         /* borrowed, nullable */
	struct dm_reaper *reaper;           /* owned */
	struct dm_forwarder *forwarder;     /* owned */
	struct dm_stills *stills;           /* owned */
	GPtrArray *slots;                   /* struct dm_slot, owned */
};

static int add_picture(const struct dm_ingest *ingest, struct dm_slot *slot)
{
	struct dm_picture *picture = slot->picture;
	const struct dm_picture_line_options options = {
		.ladder = {
			.delay = PICTURE_DELAY,
			.rungs = picture->options->ladder,
			.tracks = picture->tracks,
			.count = picture->track_count,
			.frame_rate = picture->options->frame_rate,
			.name = slot->name,
			.timeline = &ingest->timeline,
			.audience = ingest->audience,
			.dropped = &slot->frames_dropped,
			.key_interval = &picture->health.key_interval,
		},
		.titles = slot->room->options->titles,
		.title_count = slot->room->options->title_count,
		.stall_after = ingest->options.stall_after,
		.skipped = &slot->frames_skipped,
	};

	return dm_picture_line_create(&slot->line, &options);
}

static int add_feed(const struct dm_ingest *ingest, struct dm_slot *slot,
		    const struct dm_source_options *source)
{
	struct dm_room *room = slot->room;
	const bool floor = dm_slot_is_floor(slot);
	const struct dm_feed_options options = {
		.source = source,
		.backups = floor ? room->options->backups : NULL,
		.backup_count = floor ? room->options->backup_count : 0,
		.name = slot->name,
		.directory = ingest->options.directory,
		.stall_after = ingest->options.stall_after,
		.retry_least = ingest->options.retry_least,
		.retry_most = ingest->options.retry_most,
		.sound = slot->inlet,
		.picture = slot->line,
		.picture_options = slot->picture ? slot->picture->options : NULL,
		.timeline = &ingest->timeline,
		.reaper = ingest->reaper,
		.whip = slot->whip,
		.restarts = slot->restarts,
		.stalls = &slot->stalls,
		.in_use = floor ? &room->source_health.in_use : &slot->in_use,
		.picture_health = slot->picture ? &slot->picture->health : NULL,
		.source_health = floor ? &room->source_health : NULL,
		.on_state = dm_slot_on_state,
		.on_format = dm_slot_on_format,
		.user = slot,
	};

	if (!source->uri || !*source->uri)
		return 0;
	return dm_feed_create(&slot->feed, &options);
}

/* --- sources that are passed through --- */

/* The track of a sound that is passed through: the floor's own. Another channel's is made by its
 * engine, out of the channel's intake; the packets as they came are nobody's there. */
static int take_passed(struct dm_slot *slot)
{
	const struct dm_track_options options = {
		.kind = DM_TRACK_AUDIO,
		.clock_rate_hz = DM_AUDIO_RATE_HZ,
		.capacity_packets = PASSED_PACKETS,
		.name = slot->name,
	};

	if (slot->channel != &slot->room->channels[0])
		return dm_track_create(&slot->passed, &options);
	slot->passed = dm_track_ref(slot->channel->track);
	return 0;
}

/* The slot's channel and picture are known. */
static int add_forward(const struct dm_ingest *ingest, struct dm_slot *slot,
		       const struct dm_source_uri *uri)
{
	const bool sound = uri->opus_type && slot->channel;
	const bool picture = uri->h264_type && slot->picture;
	const struct dm_forward_source_options options = {
		.name = slot->name,
		.sound = &slot->passed,
		.sound_count = sound ? 1 : 0,
		.intake = sound ? slot->channel->intake : NULL,
		.picture = picture ? slot->picture->tracks[0] : NULL,
		.timeline = &ingest->timeline,
		.stall_after = ingest->options.stall_after,
		.counts = &slot->forward,
		.stalls = &slot->stalls,
		.picture_health = picture ? &slot->picture->health : NULL,
		.source_health = dm_slot_is_floor(slot) ? &slot->room->source_health : NULL,
		.on_state = dm_slot_on_forward_state,
		.user = slot,
	};
	int error = sound && !slot->channel->intake ? -EINVAL : 0; /* the room was told otherwise */

	if (!error)
		error = dm_forwarder_add(ingest->forwarder, uri, &options);
	slot->forwarded = true;
	if (error || !ingest->metrics)
		return error;
	return dm_forward_metrics_add(ingest->metrics, slot->room->options->id,
				      strchr(slot->name, '/') + 1, uri->opus_type != 0,
				      uri->h264_type != 0, &slot->forward);
}

/* A floor that a publisher brings: decoded like any other, and besides passed through as it comes,
 * for those who interpret. */
static int add_publisher(const struct dm_ingest *ingest, struct dm_slot *slot)
{
	const struct dm_room *room = slot->room;
	const struct dm_forward_source_options options = {
		.name = slot->name,
		.sound = &room->direct_sound,
		.sound_count = 1,
		.picture = room->direct_picture,
		.timeline = &ingest->timeline,
		.stall_after = ingest->options.stall_after,
		.counts = &slot->forward,
		.stalls = &slot->direct_stalls,
		.on_state = dm_slot_on_direct_state,
		.user = slot,
	};
	struct dm_forward_intakes intakes = {
		.media = { room->whip_sound, room->whip_picture },
	};
	int error = dm_whip_inlet_create(&slot->whip);

	if (error)
		return error;
	intakes.inlet = slot->whip;
	error = dm_forwarder_add_publisher(ingest->forwarder, &intakes, &options);
	if (error || !ingest->metrics)
		return error;
	return dm_forward_metrics_add(ingest->metrics, room->options->id,
				      strchr(slot->name, '/') + 1, true, room->direct_picture,
				      &slot->forward);
}

/* False: there is no source, or one that is not understood. */
static bool read_source(const struct dm_source_options *source, struct dm_source_uri *uri)
{
	return source->uri && *source->uri && dm_source_uri_parse(uri, source->uri, NULL, 0) == 0;
}

/* --- slots --- */

static struct dm_slot *add_slot(const struct dm_ingest *ingest, struct dm_room *room,
				const char *feed)
{
	struct dm_slot *slot = g_new0(struct dm_slot, 1);

	slot->room = room;
	g_mutex_init(&slot->lock);
	slot->restarts = &slot->own_restarts;
	snprintf(slot->name, sizeof(slot->name), "%s/%s", room->options->id, feed);
	g_ptr_array_add(ingest->slots, slot);
	return slot;
}

/* The picture's stills, and what /metrics tells of it and of its source. */
static int add_health(const struct dm_ingest *ingest, struct dm_slot *slot)
{
	int error = 0;

	if (slot->picture) {
		const struct dm_stills_picture picture = {
			.track = slot->picture->tracks[slot->picture->track_count - 1],
			.name = slot->name,
			.health = slot->line ? NULL : &slot->picture->health,
			.on_still = dm_slot_on_still,
			.user = slot,
		};

		dm_stills_add(ingest->stills, &picture);
		if (ingest->metrics)
			error = dm_health_metrics_add_picture(ingest->metrics, slot->room,
							      slot->picture);
	}
	if (!error && ingest->metrics && dm_slot_is_floor(slot))
		error = dm_health_metrics_add_source(ingest->metrics, slot->room);
	return error;
}

/* A picture that is passed through has no line: a track has one writer. */
static int fill_slot(const struct dm_ingest *ingest, struct dm_slot *slot,
		     const struct dm_source_options *source)
{
	struct dm_source_uri uri;
	const bool known = read_source(source, &uri);
	const bool forward = known && uri.kind == DM_SOURCE_RTP_FORWARD;
	int error = 0;

	if (slot->channel)
		slot->inlet = slot->channel->inlet;
	if (slot->channel && forward && uri.opus_type)
		error = take_passed(slot);
	if (!error && slot->picture && !(forward && uri.h264_type))
		error = add_picture(ingest, slot);
	if (!error && known && uri.kind == DM_SOURCE_WHIP)
		error = add_publisher(ingest, slot);
	if (!error)
		error = forward ? add_forward(ingest, slot, &uri) : add_feed(ingest, slot, source);
	if (!error)
		error = dm_slot_add_live_metrics(slot, ingest->metrics);
	if (!error)
		error = add_health(ingest, slot);
	return error ? error : dm_slot_add_metrics(slot, ingest->metrics);
}

static int add_room(const struct dm_ingest *ingest, struct dm_room *room)
{
	int error = 0;

	for (size_t n = 0; n < room->channel_count && !error; n++) {
		struct dm_channel *channel = &room->channels[n];

		if (n > 0 && !(channel->source.uri && *channel->source.uri))
			continue; /* only booths serve it */

		struct dm_slot *slot = add_slot(ingest, room, channel->lang);

		slot->channel = channel;
		if (n == 0)
			slot->restarts = &room->source_health.restarts;
		if (n == 0 && room->picture.track_count > 0)
			slot->picture = &room->picture;
		error = fill_slot(ingest, slot, &channel->source);
	}
	if (!error && room->sign.track_count > 0) {
		struct dm_slot *slot = add_slot(ingest, room, "sign");

		slot->picture = &room->sign;
		error = fill_slot(ingest, slot, &room->sign.options->source);
	}
	return error;
}

static void free_slot(gpointer user)
{
	struct dm_slot *slot = user;

	dm_picture_line_destroy(slot->line);
	dm_whip_inlet_destroy(slot->whip);
	dm_track_unref(slot->passed);
	while (g_idle_remove_by_data(slot))
		;
	g_clear_pointer(&slot->still, g_bytes_unref);
	g_mutex_clear(&slot->lock);
	g_free(slot);
}

static struct dm_ingest_options with_defaults(const struct dm_ingest_options *options)
{
	struct dm_ingest_options all = *options;

	if (all.stall_after == 0)
		all.stall_after = STALL_AFTER;
	if (all.retry_least == 0)
		all.retry_least = RETRY_LEAST;
	if (all.retry_most == 0)
		all.retry_most = RETRY_MOST;
	return all;
}

static int start_gstreamer(void)
{
	GError *error = NULL;

	if (!gst_init_check(NULL, NULL, &error)) {
		dm_log(DM_LOG_ERROR, "ingest.gstreamer_failed", "why=%s",
		       error ? error->message : "unknown");
		g_clear_error(&error);
		return -ENOENT;
	}
	return dm_elements_check();
}

static int start(struct dm_ingest *ingest)
{
	int error = dm_reaper_create(&ingest->reaper);

	if (!error)
		error = dm_forwarder_create(&ingest->forwarder, ingest->audience);
	if (!error)
		error = dm_stills_create(&ingest->stills);
	for (size_t n = 0; n < dm_event_room_count(ingest->event) && !error; n++)
		error = add_room(ingest, dm_event_room(ingest->event, n));
	if (!error)
		error = dm_forwarder_start(ingest->forwarder);
	return error ? error : dm_stills_start(ingest->stills);
}

/* The event asks for another source of a floor. */
static int use_source(void *user, struct dm_room *room, unsigned n)
{
	const struct dm_ingest *ingest = user;

	for (guint s = 0; s < ingest->slots->len; s++) {
		const struct dm_slot *slot = g_ptr_array_index(ingest->slots, s);

		if (slot->room == room && dm_slot_is_floor(slot) && slot->feed && !slot->whip) {
			dm_feed_use(slot->feed, n);
			return 0;
		}
	}
	return -ENOTSUP;
}

int dm_ingest_create(struct dm_ingest **out, const struct dm_ingest_options *options,
		     struct dm_event *event, const struct dm_timeline *timeline,
		     const struct dm_audience *audience, struct dm_metrics *metrics)
{
	int error = start_gstreamer();

	*out = NULL;
	if (error)
		return error;

	struct dm_ingest *ingest = g_new0(struct dm_ingest, 1);

	ingest->options = with_defaults(options);
	ingest->event = event;
	ingest->timeline = *timeline;
	ingest->audience = audience;
	ingest->metrics = metrics;
	ingest->slots = g_ptr_array_new_with_free_func(free_slot);
	error = start(ingest);
	if (error) {
		dm_ingest_destroy(ingest);
		return error;
	}
	dm_event_set_source_switch(event, use_source, ingest);
	*out = ingest;
	return 0;
}

void dm_ingest_destroy(struct dm_ingest *ingest)
{
	if (!ingest)
		return;
	dm_event_set_source_switch(ingest->event, NULL, NULL);
	dm_stills_destroy(ingest->stills);
	for (guint n = 0; n < ingest->slots->len; n++) {
		struct dm_slot *slot = g_ptr_array_index(ingest->slots, n);

		if (slot->feed)
			dm_feed_stop(slot->feed);
	}
	dm_forwarder_destroy(ingest->forwarder);
	for (guint n = 0; n < ingest->slots->len; n++) {
		struct dm_slot *slot = g_ptr_array_index(ingest->slots, n);

		dm_feed_destroy(slot->feed);
		if (ingest->metrics)
			dm_metrics_remove(ingest->metrics, slot, sizeof(*slot));
		if (ingest->metrics && slot->channel)
			dm_metrics_remove(ingest->metrics, &slot->channel->sound,
					  sizeof(slot->channel->sound));
	}
	for (size_t n = 0; n < dm_event_room_count(ingest->event) && ingest->metrics; n++)
		dm_health_metrics_remove(ingest->metrics, dm_event_room(ingest->event, n));
	dm_reaper_destroy(ingest->reaper);
	g_ptr_array_unref(ingest->slots);
	g_free(ingest);
}
