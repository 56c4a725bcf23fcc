#include "ingest/ingest.h"
#include "base/log.h"
#include "ingest/elements.h"
#include "ingest/feed.h"
#include "ingest/forward_metrics.h"
#include "ingest/forwarder.h"
#include "ingest/health_metrics.h"
#include "ingest/stills.h"
#include "audio/loudness.h"
#include "audio/encoder.h"
#include "audio/sound_inlet.h"

#include <errno.h>
#include <gst/gst.h>
#include <stdatomic.h>
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

/* One configured source (or the lack of one) and what its media goes into. */
struct slot {
	struct dm_room *room;       /* borrowed */
	struct dm_channel *channel; /* borrowed; NULL: pictures only */
	struct dm_picture *picture; /* borrowed; NULL: sound only */
	char name[80];              /* "room/floor" */

	bool forwarded;               /* the source is passed through */
	struct dm_feed *feed;         /* owned; NULL: no source, or one that is passed through */
	struct dm_sound_inlet *inlet; /* the channel's; NULL without sound that is decoded */
	struct dm_picture_line *line; /* owned; NULL without picture */
	struct dm_track *passed;    /* owned reference; NULL without sound that is passed through */
	struct dm_whip_inlet *whip; /* owned; NULL: nobody publishes to it */

	_Atomic int sound_state; /* enum dm_feed_state, on its way to the room */
	_Atomic int picture_state;
	_Atomic bool direct_sound; /* the same: whether the direct tracks carry something */
	_Atomic bool direct_picture;

	GMutex lock;                        /* for these two, on their way to the room */
	char format[DM_SOURCE_FORMAT_SIZE]; /* of the floor's source */
	GBytes *still;                      /* owned, nullable */

	struct dm_metric sound_live; /* 0 or 1 */
	struct dm_metric picture_live;
	struct dm_metric own_restarts; /* unless they are the room's to tell */
	struct dm_metric *restarts;    /* borrowed */
	struct dm_metric in_use;
	struct dm_metric stalls;
	struct dm_metric direct_stalls; /* of what is passed through besides */
	struct dm_metric frames_skipped;
	struct dm_metric frames_dropped;
	struct dm_forward_source_counts forward;
};

struct dm_ingest {
	struct dm_ingest_options options;
	struct dm_event *event; /* borrowed */
	struct dm_timeline timeline;
	const struct dm_audience *audience; /* borrowed */
	struct dm_metrics *metrics;         /* borrowed, nullable */
	struct dm_reaper *reaper;           /* owned */
	struct dm_forwarder *forwarder;     /* owned */
	struct dm_stills *stills;           /* owned */
	GPtrArray *slots;                   /* struct slot, owned */
};

/* On the control thread. */
static gboolean tell_room(gpointer user)
{
	struct slot *slot = user;

	if (slot->channel)
		dm_room_set_channel_state(slot->room, slot->channel,
					  (enum dm_feed_state)atomic_load(&slot->sound_state));
	if (slot->picture)
		dm_room_set_picture_state(slot->room, slot->picture,
					  (enum dm_feed_state)atomic_load(&slot->picture_state));
	return G_SOURCE_REMOVE;
}

static void on_state(void *user, enum dm_feed_state sound, enum dm_feed_state picture)
{
	struct slot *slot = user;

	atomic_store(&slot->sound_state, (int)sound);
	atomic_store(&slot->picture_state, (int)picture);
	dm_metric_set(&slot->sound_live, sound == DM_FEED_LIVE);
	dm_metric_set(&slot->picture_live, picture == DM_FEED_LIVE);
	g_idle_add_full(G_PRIORITY_DEFAULT, tell_room, slot, NULL);
}

static bool is_floor(const struct slot *slot)
{
	return slot->channel == slot->room->channels;
}

/* On the control thread. */
static gboolean tell_format(gpointer user)
{
	struct slot *slot = user;

	g_mutex_lock(&slot->lock);
	dm_room_set_source_format(slot->room, slot->format);
	g_mutex_unlock(&slot->lock);
	return G_SOURCE_REMOVE;
}

static void on_format(void *user, const char *format)
{
	struct slot *slot = user;

	if (!is_floor(slot))
		return;
	g_mutex_lock(&slot->lock);
	g_strlcpy(slot->format, format, sizeof(slot->format));
	g_mutex_unlock(&slot->lock);
	g_idle_add_full(G_PRIORITY_DEFAULT, tell_format, slot, NULL);
}

/* On the control thread. */
static gboolean tell_still(gpointer user)
{
	struct slot *slot = user;

	g_mutex_lock(&slot->lock);
	GBytes *still = g_steal_pointer(&slot->still);

	g_mutex_unlock(&slot->lock);
	if (still)
		dm_room_set_still(slot->room, slot->picture, still);
	return G_SOURCE_REMOVE;
}

static void on_still(void *user, GBytes *jpeg)
{
	struct slot *slot = user;

	g_mutex_lock(&slot->lock);
	g_clear_pointer(&slot->still, g_bytes_unref);
	slot->still = jpeg;
	g_mutex_unlock(&slot->lock);
	g_idle_add_full(G_PRIORITY_DEFAULT, tell_still, slot, NULL);
}

static gboolean tell_direct(gpointer user)
{
	struct slot *slot = user;

	dm_room_set_direct(slot->room, atomic_load(&slot->direct_sound),
			   atomic_load(&slot->direct_picture));
	return G_SOURCE_REMOVE;
}

/* What a publisher sends, as it came. */
static void on_direct_state(void *user, enum dm_feed_state sound, enum dm_feed_state picture)
{
	struct slot *slot = user;

	atomic_store(&slot->direct_sound, sound == DM_FEED_LIVE);
	atomic_store(&slot->direct_picture, picture == DM_FEED_LIVE);
	g_idle_add_full(G_PRIORITY_DEFAULT, tell_direct, slot, NULL);
}

/* Whether what the source should bring comes. */
static int add_live_metric(const struct dm_ingest *ingest, const struct slot *slot,
			   const char *medium, const struct dm_metric *live)
{
	char labels[128];

	if (!ingest->metrics)
		return 0;
	snprintf(labels, sizeof(labels), "room=\"%s\",feed=\"%s\",medium=\"%s\"",
		 slot->room->options->id, strchr(slot->name, '/') + 1, medium);
	return dm_metrics_add(ingest->metrics, DM_METRIC_GAUGE, "dragoman_feed_live",
			      "1 while the feed's sound or picture comes from its source.", labels,
			      live, 1);
}

static int add_live_metrics(const struct dm_ingest *ingest, const struct slot *slot)
{
	const bool sound = slot->feed ? slot->inlet != NULL : slot->passed != NULL;
	const bool picture = slot->picture && (slot->feed || slot->forwarded);
	int error = sound ? add_live_metric(ingest, slot, "sound", &slot->sound_live) : 0;

	if (!error && picture)
		error = add_live_metric(ingest, slot, "picture", &slot->picture_live);
	return error;
}

static int add_metrics(const struct dm_ingest *ingest, const struct slot *slot)
{
	static const struct dm_ticker_counts none;
	const char *feed = strchr(slot->name, '/') + 1;
	const struct dm_ticker_counts *sound = slot->channel ? &slot->channel->sound : &none;
	const struct {
		bool present;
		const char *name;
		const char *help;
		const struct dm_metric *metric;
	} samples[] = {
		{ slot->feed != NULL, "dragoman_feed_restarts_total",
		  "Attempts to play the feed's source, but the first.", slot->restarts },
		{ slot->feed || slot->forwarded, "dragoman_feed_stalls_total",
		  "Times that a live feed's sound or picture was lost.", &slot->stalls },
		{ slot->inlet != NULL, "dragoman_feed_sound_gaps_total",
		  "Times that running sound ended or came too late.", &sound->gaps },
		{ slot->inlet != NULL, "dragoman_feed_sound_jumps_total",
		  "Times that sound moved by more than 20 ms.", &sound->jumps },
		{ slot->inlet != NULL, "dragoman_feed_sound_late_samples_total",
		  "Samples that came after their tick.", &sound->late_samples },
		{ slot->line != NULL, "dragoman_picture_frames_skipped_total",
		  "Frames that the encoders had no time for.", &slot->frames_skipped },
		{ slot->line != NULL, "dragoman_picture_frames_dropped_total",
		  "Encoded frames that did not fit their track.", &slot->frames_dropped },
	};
	char labels[128];
	int error = 0;

	if (!ingest->metrics)
		return 0;
	snprintf(labels, sizeof(labels), "room=\"%s\",feed=\"%s\"", slot->room->options->id, feed);
	for (size_t n = 0; n < G_N_ELEMENTS(samples) && !error; n++)
		if (samples[n].present)
			error = dm_metrics_add(ingest->metrics, DM_METRIC_COUNTER, samples[n].name,
					       samples[n].help, labels, samples[n].metric, 1);
	return error;
}

static int add_picture(const struct dm_ingest *ingest, struct slot *slot)
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

static int add_feed(const struct dm_ingest *ingest, struct slot *slot,
		    const struct dm_source_options *source)
{
	struct dm_room *room = slot->room;
	const bool floor = is_floor(slot);
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
		.on_state = on_state,
		.on_format = on_format,
		.user = slot,
	};

	if (!source->uri || !*source->uri)
		return 0;
	return dm_feed_create(&slot->feed, &options);
}

/* --- sources that are passed through --- */

/* What comes as it is said to, and its size as the stills tell it. */
static void tell_forward_format(struct slot *slot, enum dm_feed_state sound,
				enum dm_feed_state picture)
{
	char format[DM_SOURCE_FORMAT_SIZE];

	snprintf(format, sizeof(format), "%s%s%s", picture == DM_FEED_LIVE ? "H.264" : "",
		 picture == DM_FEED_LIVE && sound == DM_FEED_LIVE ? ", " : "",
		 sound == DM_FEED_LIVE ? "Opus" : "");
	on_format(slot, format);
}

static void on_forward_state(void *user, enum dm_feed_state sound, enum dm_feed_state picture)
{
	struct slot *slot = user;

	if (slot->picture && picture != DM_FEED_LIVE) { /* nothing that could stand still */
		dm_metric_set(&slot->picture->health.still_ms, 0);
		dm_metric_set(&slot->picture->health.black_ms, 0);
	}
	tell_forward_format(slot, sound, picture);
	on_state(user, sound, picture);
}

/* The track of a sound that is passed through: the floor's own. Another channel's is made by its
 * engine, out of the channel's intake; the packets as they came are nobody's there. */
static int take_passed(struct slot *slot)
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
static int add_forward(const struct dm_ingest *ingest, struct slot *slot,
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
		.source_health = is_floor(slot) ? &slot->room->source_health : NULL,
		.on_state = on_forward_state,
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
static int add_publisher(const struct dm_ingest *ingest, struct slot *slot)
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
		.on_state = on_direct_state,
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

static struct slot *add_slot(const struct dm_ingest *ingest, struct dm_room *room, const char *feed)
{
	struct slot *slot = g_new0(struct slot, 1);

	slot->room = room;
	g_mutex_init(&slot->lock);
	slot->restarts = &slot->own_restarts;
	snprintf(slot->name, sizeof(slot->name), "%s/%s", room->options->id, feed);
	g_ptr_array_add(ingest->slots, slot);
	return slot;
}

/* The picture's stills, and what /metrics tells of it and of its source. */
static int add_health(const struct dm_ingest *ingest, struct slot *slot)
{
	int error = 0;

	if (slot->picture) {
		const struct dm_stills_picture picture = {
			.track = slot->picture->tracks[slot->picture->track_count - 1],
			.name = slot->name,
			.health = slot->line ? NULL : &slot->picture->health,
			.on_still = on_still,
			.user = slot,
		};

		dm_stills_add(ingest->stills, &picture);
		if (ingest->metrics)
			error = dm_health_metrics_add_picture(ingest->metrics, slot->room,
							      slot->picture);
	}
	if (!error && ingest->metrics && is_floor(slot))
		error = dm_health_metrics_add_source(ingest->metrics, slot->room);
	return error;
}

/* A picture that is passed through has no line: a track has one writer. */
static int fill_slot(const struct dm_ingest *ingest, struct slot *slot,
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
		error = add_live_metrics(ingest, slot);
	if (!error)
		error = add_health(ingest, slot);
	return error ? error : add_metrics(ingest, slot);
}

static int add_room(const struct dm_ingest *ingest, struct dm_room *room)
{
	int error = 0;

	for (size_t n = 0; n < room->channel_count && !error; n++) {
		struct dm_channel *channel = &room->channels[n];

		if (n > 0 && !(channel->source.uri && *channel->source.uri))
			continue; /* only booths serve it */

		struct slot *slot = add_slot(ingest, room, channel->lang);

		slot->channel = channel;
		if (n == 0)
			slot->restarts = &room->source_health.restarts;
		if (n == 0 && room->picture.track_count > 0)
			slot->picture = &room->picture;
		error = fill_slot(ingest, slot, &channel->source);
	}
	if (!error && room->sign.track_count > 0) {
		struct slot *slot = add_slot(ingest, room, "sign");

		slot->picture = &room->sign;
		error = fill_slot(ingest, slot, &room->sign.options->source);
	}
	return error;
}

static void free_slot(gpointer user)
{
	struct slot *slot = user;

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
		const struct slot *slot = g_ptr_array_index(ingest->slots, s);

		if (slot->room == room && is_floor(slot) && slot->feed && !slot->whip) {
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
		struct slot *slot = g_ptr_array_index(ingest->slots, n);

		if (slot->feed)
			dm_feed_stop(slot->feed);
	}
	dm_forwarder_destroy(ingest->forwarder);
	for (guint n = 0; n < ingest->slots->len; n++) {
		struct slot *slot = g_ptr_array_index(ingest->slots, n);

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
