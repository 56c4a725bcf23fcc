#include "ingest/forward_source.h"
#include "base/log.h"
#include "ingest/feed_states.h"
#include "ingest/key_watch.h"
#include "rtp/rtcp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Choice: an encoder that is asked more often sends little else. */
#define KEY_INTERVAL DM_SEC(1)

/* Sound in DTX comes every 400 ms (libopus); its pauses are no loss. */
#define SOUND_PAUSE DM_MSEC(500)
/* So many usual distances without a frame: a slow picture is not lost between two. Choice. */
#define FRAMES_MISSED 4

#define BACKWARDS_MANY \
	10 /* pictures since it was last told; choice: B-frames make them in a second */

#define SSRC 1U /* ours as a receiver: nobody else on this way has to be told apart from it */

static const char *const media[DM_FORWARD_MEDIA] = {
	[DM_FORWARD_SOUND] = "sound",
	[DM_FORWARD_PICTURE] = "picture",
};

struct dm_forward_source {
	struct dm_forward_source_options options;
	struct dm_forward_clock clock;
	struct dm_forward_stream *streams[DM_FORWARD_MEDIA]; /* owned; NULL: none */
	struct dm_forward_senders senders;
	struct dm_feed_states states;
	struct dm_key_watch keys;
	dm_usec key_asked_at; /* DM_USEC_NEVER: not yet */
	dm_usec looked_at;
	uint64_t backwards_told;
	struct dm_log_limit sender_log;
	struct dm_log_limit foreign_log;
	struct dm_log_limit backwards_log;
};

static int add_stream(struct dm_forward_source *source, enum dm_forward_medium medium)
{
	const struct dm_forward_source_options *options = &source->options;
	const bool is_sound = medium == DM_FORWARD_SOUND;
	const struct dm_forward_stream_options stream = {
		.name = options->name,
		.medium = medium,
		.tracks = is_sound ? options->sound : &options->picture,
		.track_count = is_sound           ? options->sound_count
			       : options->picture ? 1
						  : 0,
		.clock = &source->clock,
		.counts = &options->counts->media[medium],
	};

	if (options->payload_types[medium] == 0)
		return 0;
	return dm_forward_stream_create(&source->streams[medium], &stream);
}

int dm_forward_source_create(struct dm_forward_source **out,
			     const struct dm_forward_source_options *options)
{
	const uint8_t *types = options->payload_types;

	*out = NULL;
	if (types[DM_FORWARD_SOUND] ==
	    types[DM_FORWARD_PICTURE]) /* none, or not to be told apart */
		return -EINVAL;

	struct dm_forward_source *source = calloc(1, sizeof(*source));

	if (!source)
		return -ENOMEM;
	source->options = *options;
	source->clock = dm_forward_clock_init(options->timeline);
	source->states = (struct dm_feed_states){
		.name = options->name,
		.stalls = options->stalls,
		.sound = types[DM_FORWARD_SOUND] ? DM_FEED_CONNECTING : DM_FEED_OFF,
		.picture = types[DM_FORWARD_PICTURE] ? DM_FEED_CONNECTING : DM_FEED_OFF,
		.on_state = options->on_state,
		.user = options->user,
	};
	source->key_asked_at = DM_USEC_NEVER;
	source->sender_log = (struct dm_log_limit){ .burst = 4, .interval = DM_SEC(10) };
	source->foreign_log = (struct dm_log_limit){ .burst = 1, .interval = DM_SEC(10) };
	source->backwards_log = (struct dm_log_limit){ .burst = 1, .interval = DM_SEC(60) };

	int error = add_stream(source, DM_FORWARD_SOUND);

	if (!error)
		error = add_stream(source, DM_FORWARD_PICTURE);
	if (error) {
		dm_forward_source_destroy(source);
		return error;
	}
	*out = source;
	return 0;
}

void dm_forward_source_destroy(struct dm_forward_source *source)
{
	if (!source)
		return;
	for (unsigned n = 0; n < DM_FORWARD_MEDIA; n++)
		dm_forward_stream_destroy(source->streams[n]);
	free(source);
}

/* --- RTCP --- */

/* A compound that is being read. */
struct compound {
	struct dm_forward_source *source;
	const struct dm_forward_address *from;
	enum dm_forward_port port;
};

static void on_rtcp_item(void *user, const struct dm_rtcp_item *item)
{
	const struct compound *compound = user;
	struct dm_forward_source *source = compound->source;

	if (item->type == DM_RTCP_BYE)
		dm_forward_senders_bye(&source->senders, item->ssrc, compound->from);
	if (item->type != DM_RTCP_SENDER_REPORT)
		return;

	const struct dm_forward_report report = {
		.from = *compound->from,
		.port = compound->port,
		.ssrc = item->ssrc,
		.ntp = item->sender.ntp,
		.rtp = item->sender.rtp,
	};

	dm_forward_senders_report(&source->senders, &report, &source->clock);
}

static void take_rtcp(struct dm_forward_source *source, const struct dm_forward_address *from,
		      enum dm_forward_port port, const uint8_t *data, size_t bytes)
{
	struct compound compound = { .source = source, .from = from, .port = port };

	if (!dm_rtcp_parse(data, bytes, on_rtcp_item, &compound))
		dm_metric_add(&source->options.counts->malformed, 1);
}

/* --- RTP --- */

/* Another sender is heard from now on. */
static void begin_sender(struct dm_forward_source *source, enum dm_forward_medium medium,
			 uint32_t ssrc, dm_usec now)
{
	uint64_t suppressed;

	dm_forward_stream_restart(source->streams[medium]);
	if (dm_log_allow(&source->sender_log, now, &suppressed))
		dm_log(DM_LOG_INFO, "ingest.forward_sender",
		       "feed=%s medium=%s ssrc=%08x suppressed=%llu", source->options.name,
		       media[medium], ssrc, (unsigned long long)suppressed);
	dm_forward_senders_recall(&source->senders, medium, &source->clock);
}

static void refuse_foreign(struct dm_forward_source *source, enum dm_forward_medium medium,
			   dm_usec now)
{
	uint64_t suppressed;

	dm_metric_add(&source->options.counts->media[medium].drops[DM_FORWARD_DROP_FOREIGN], 1);
	if (dm_log_allow(&source->foreign_log, now, &suppressed))
		dm_log(DM_LOG_WARN, "ingest.forward_foreign", "feed=%s medium=%s suppressed=%llu",
		       source->options.name, media[medium], (unsigned long long)suppressed);
}

/* `published` frames of the medium have just gone on. */
static unsigned note_published(struct dm_forward_source *source, enum dm_forward_medium medium,
			       unsigned published, dm_usec now)
{
	struct dm_picture_health *health = source->options.picture_health;

	if (medium == DM_FORWARD_PICTURE && published > 0 && health) {
		dm_metric_add(&health->came, published);
		dm_key_watch_look(&source->keys, source->options.picture, now,
				  &health->key_interval);
	}
	return published;
}

static unsigned take_packet(struct dm_forward_source *source, enum dm_forward_medium medium,
			    const struct dm_forward_address *from,
			    const struct dm_rtp_packet *packet, dm_usec now)
{
	switch (dm_forward_senders_hear(&source->senders, medium, from, packet->ssrc, now)) {
	case DM_FORWARD_FOREIGN:
		refuse_foreign(source, medium, now);
		return 0;
	case DM_FORWARD_HEARD_ANEW:
		begin_sender(source, medium, packet->ssrc, now);
		break;
	case DM_FORWARD_HEARD:
		break;
	}
	if (medium == DM_FORWARD_SOUND && source->options.intake)
		dm_intake_put(source->options.intake, packet, now); /* it counts what it refuses */
	return note_published(source, medium,
			      dm_forward_stream_put(source->streams[medium], packet, now), now);
}

static unsigned take_rtp(struct dm_forward_source *source, const struct dm_forward_address *from,
			 const uint8_t *data, size_t bytes, dm_usec now)
{
	const uint8_t *types = source->options.payload_types;
	struct dm_rtp_packet packet;

	if (!dm_rtp_parse(data, bytes, &packet)) {
		dm_metric_add(&source->options.counts->malformed, 1);
		return 0;
	}

	const enum dm_forward_medium medium = packet.payload_type == types[DM_FORWARD_SOUND]
						      ? DM_FORWARD_SOUND
						      : DM_FORWARD_PICTURE;

	if (packet.payload_type != types[medium] || !source->streams[medium]) {
		dm_metric_add(&source->options.counts->other_type, 1);
		return 0;
	}
	return take_packet(source, medium, from, &packet, now);
}

unsigned dm_forward_source_take(struct dm_forward_source *source,
				const struct dm_forward_address *from, enum dm_forward_port port,
				const uint8_t *data, size_t bytes, dm_usec now)
{
	if (bytes >= 2 && dm_rtp_is_rtcp(data, bytes)) {
		take_rtcp(source, from, port, data, bytes);
		return 0;
	}
	if (port == DM_FORWARD_PORT_RTCP) {
		dm_metric_add(&source->options.counts->malformed, 1);
		return 0;
	}
	return take_rtp(source, from, data, bytes, now);
}

/* Who sends has been proven: there is one place from which it comes. */
static const struct dm_forward_address publisher;

unsigned dm_forward_source_packet(struct dm_forward_source *source, enum dm_forward_medium medium,
				  const struct dm_rtp_packet *packet, dm_usec now)
{
	return source->streams[medium] ? take_packet(source, medium, &publisher, packet, now) : 0;
}

void dm_forward_source_report(struct dm_forward_source *source, uint32_t ssrc, uint64_t ntp,
			      uint32_t rtp)
{
	const enum dm_forward_medium medium = dm_forward_senders_find(&source->senders, ssrc,
								      &publisher);

	if (medium != DM_FORWARD_MEDIA)
		dm_forward_clock_report(&source->clock, medium, ntp, rtp);
}

/* --- states --- */

static dm_usec patience(const struct dm_forward_source *source, enum dm_forward_medium medium)
{
	dm_usec most = source->options.stall_after;
	const dm_usec usual = FRAMES_MISSED * dm_forward_stream_interval(source->streams[medium]);

	if (medium == DM_FORWARD_SOUND && most < SOUND_PAUSE)
		most = SOUND_PAUSE;
	return usual > most ? usual : most;
}

static struct dm_feed_sign sign_of(const struct dm_forward_source *source,
				   enum dm_forward_medium medium)
{
	const struct dm_forward_stream *stream = source->streams[medium];

	if (!stream)
		return (struct dm_feed_sign){ .last_at = DM_USEC_NEVER };
	return (struct dm_feed_sign){
		.last_at = dm_forward_stream_last_at(stream),
		.stall_after = patience(source, medium),
	};
}

/* A move of the clock holds back a picture or two, B-frames every other one. */
static void note_backwards(struct dm_forward_source *source, dm_usec now)
{
	const uint64_t backwards = source->clock.lanes[DM_FORWARD_PICTURE].backwards;
	uint64_t suppressed;

	for (unsigned n = 0; n < DM_FORWARD_MEDIA; n++)
		dm_metric_set(&source->options.counts->media[n].backwards,
			      (int64_t)source->clock.lanes[n].backwards);
	if (backwards - source->backwards_told < BACKWARDS_MANY)
		return;
	source->backwards_told = backwards;
	if (dm_log_allow(&source->backwards_log, now, &suppressed))
		dm_log(DM_LOG_WARN, "ingest.forward_goes_back",
		       "feed=%s pictures=%llu hint=%s suppressed=%llu", source->options.name,
		       (unsigned long long)backwards,
		       "the sender's timestamps go back: let its encoder make no B-frames",
		       (unsigned long long)suppressed);
}

static void note_offset(struct dm_forward_source *source)
{
	struct dm_source_health *health = source->options.source_health;
	dm_usec offset = 0;

	if (!health)
		return;

	const bool live = source->states.sound == DM_FEED_LIVE &&
			  source->states.picture == DM_FEED_LIVE;
	const bool known = live && dm_forward_clock_offset(&source->clock, &offset);

	if (known)
		dm_metric_set(&health->offset, offset);
	dm_metric_set(&health->offset_known, known);
}

static void look(struct dm_forward_source *source, dm_usec now)
{
	const struct dm_feed_sign sound = sign_of(source, DM_FORWARD_SOUND);
	const struct dm_feed_sign picture = sign_of(source, DM_FORWARD_PICTURE);

	dm_metric_set(&source->options.counts->moves, (int64_t)source->clock.moves);
	note_backwards(source, now);
	note_offset(source);
	if (dm_feed_states_look(&source->states, &sound, &picture, now))
		dm_feed_states_tell(&source->states);
}

unsigned dm_forward_source_turn(struct dm_forward_source *source, dm_usec now)
{
	unsigned published = 0;

	for (unsigned n = 0; n < DM_FORWARD_MEDIA; n++)
		if (source->streams[n])
			published += note_published(
				source, (enum dm_forward_medium)n,
				dm_forward_stream_expire(source->streams[n], now), now);
	if (now - source->looked_at >= DM_FEED_LOOK) {
		source->looked_at = now;
		look(source, now);
	}
	return published;
}

dm_usec dm_forward_source_deadline(const struct dm_forward_source *source, dm_usec now)
{
	dm_usec first = source->looked_at + DM_FEED_LOOK;

	if (first < now)
		first = now;
	for (unsigned n = 0; n < DM_FORWARD_MEDIA; n++) {
		const dm_usec deadline = source->streams[n]
						 ? dm_forward_stream_deadline(source->streams[n])
						 : DM_USEC_NEVER;

		if (deadline < first)
			first = deadline;
	}
	return first;
}

/* --- key frames --- */

bool dm_forward_source_take_key_wish(struct dm_forward_source *source, dm_usec now)
{
	struct dm_forward_stream *stream = source->streams[DM_FORWARD_PICTURE];

	if (!stream || !source->senders.of[DM_FORWARD_PICTURE].held ||
	    !dm_forward_stream_wants_key(stream))
		return false;
	if (source->key_asked_at != DM_USEC_NEVER && now - source->key_asked_at < KEY_INTERVAL)
		return false;
	dm_forward_stream_key_asked(stream);
	source->key_asked_at = now;
	dm_metric_add(&source->options.counts->key_requests, 1);
	return true;
}

size_t dm_forward_source_feedback(struct dm_forward_source *source, dm_usec now,
				  uint8_t data[static DM_FORWARD_FEEDBACK_MAX],
				  enum dm_forward_port *port, struct dm_forward_address *to)
{
	const struct dm_forward_sender *sender = &source->senders.of[DM_FORWARD_PICTURE];
	struct dm_writer writer = dm_writer_init(data, DM_FORWARD_FEEDBACK_MAX);

	if (!sender->has_rtcp || !dm_forward_source_take_key_wish(source, now))
		return 0;

	/* A compound begins with a report and has a name (RFC 3550, 6.1), then comes the feedback
	 * (RFC 4585, 3.1). */
	dm_rtcp_write_receiver_report(&writer, SSRC, NULL, 0);
	dm_rtcp_write_cname(&writer, SSRC, "dragoman");
	dm_rtcp_write_pli(&writer, SSRC, sender->ssrc);
	*port = sender->rtcp_port;
	*to = sender->rtcp;
	return writer.size;
}
