#include "audio/ticker.h"
#include "audio/channels.h"
#include "audio/ears.h"
#include "audio/encoder.h"
#include "audio/metronome.h"
#include "audio/post.h"
#include "base/log.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TICK DM_MSEC(20) /* DM_AUDIO_FRAME_SAMPLES at DM_AUDIO_RATE_HZ */

struct dm_ticker {
	struct dm_timeline timeline;
	const struct dm_audience *audience; /* borrowed */
	struct dm_metrics *metrics;         /* borrowed, nullable */
	struct dm_metric events_dropped;
	struct dm_channels channels;
	struct dm_ears ears;
	struct dm_post *post; /* owned */
	struct dm_log_limit failures;
	struct dm_metronome *metronome; /* owned */
};

/* --- life --- */

static void make(void *user, int64_t tick)
{
	dm_ticker_make(user, tick);
}

static void publish(void *user, int64_t tick, dm_usec now)
{
	dm_ticker_publish(user, tick, now);
}

static int create_metronome(struct dm_ticker *ticker)
{
	return dm_metronome_create(&ticker->metronome,
				   &(struct dm_metronome_options){
					   .first = ticker->timeline.origin + DM_TICKER_DELAY,
					   .period = TICK,
					   .make = make,
					   .publish = publish,
					   .user = ticker,
					   .metrics = ticker->metrics,
				   });
}

static int add_metrics(struct dm_ticker *ticker)
{
	if (!ticker->metrics)
		return 0;
	return dm_metrics_add(
		ticker->metrics, DM_METRIC_COUNTER, "dragoman_channel_events_dropped_total",
		"What engines found out and nobody took in time.", "", &ticker->events_dropped, 1);
}

int dm_ticker_create(struct dm_ticker **out, const struct dm_timeline *timeline,
		     const struct dm_audience *audience, struct dm_metrics *metrics)
{
	struct dm_ticker *ticker = calloc(1, sizeof(*ticker));

	*out = NULL;
	if (!ticker)
		return -ENOMEM;
	ticker->timeline = *timeline;
	ticker->audience = audience;
	ticker->metrics = metrics;
	ticker->failures.burst = 3;
	ticker->failures.interval = DM_SEC(10);

	int error = dm_post_create(&ticker->post);

	if (!error)
		error = create_metronome(ticker);
	if (!error)
		error = add_metrics(ticker);
	if (error) {
		dm_ticker_destroy(ticker);
		return error;
	}
	*out = ticker;
	return 0;
}

int dm_ticker_add(struct dm_ticker *ticker, const struct dm_ticker_channel *channel)
{
	return dm_channels_add(&ticker->channels, channel, ticker->metrics);
}

/* --- commands --- */

bool dm_ticker_is_engine(const struct dm_ticker *ticker, int channel)
{
	struct dm_strip *strip = dm_channels_strip(&ticker->channels, channel);

	return strip && dm_strip_engine(strip);
}

static int command(struct dm_ticker *ticker, const struct dm_command *command)
{
	return dm_ticker_is_engine(ticker, command->channel)
		       ? dm_post_command(ticker->post, command)
		       : -EINVAL;
}

int dm_ticker_set(struct dm_ticker *ticker, int channel, const struct dm_engine_state *state)
{
	if (!dm_engine_state_valid(state))
		return -EINVAL;
	return command(ticker, &(struct dm_command){
				       .type = DM_COMMAND_SET,
				       .channel = channel,
				       .state = *state,
			       });
}

int dm_ticker_set_other(struct dm_ticker *ticker, int channel, int other)
{
	if (other < -1 || other >= (int)ticker->channels.count || other == channel)
		return -EINVAL;
	return command(ticker, &(struct dm_command){
				       .type = DM_COMMAND_SET_OTHER,
				       .channel = channel,
				       .other = other,
			       });
}

int dm_ticker_connect(struct dm_ticker *ticker, int channel, uint8_t microphone,
		      struct dm_intake *intake)
{
	if (microphone >= DM_ENGINE_MICROPHONES ||
	    (intake && dm_intake_clock_rate_hz(intake) != DM_AUDIO_RATE_HZ))
		return -EINVAL;
	return command(ticker, &(struct dm_command){
				       .type = DM_COMMAND_CONNECT,
				       .channel = channel,
				       .microphone = microphone,
				       .intake = intake,
			       });
}

int dm_ticker_line_up(struct dm_ticker *ticker, int channel, int64_t from)
{
	if (from < -1)
		return -EINVAL;
	return command(ticker, &(struct dm_command){
				       .type = DM_COMMAND_LINE_UP,
				       .channel = channel,
				       .from = from,
			       });
}

int dm_ticker_add_ear(struct dm_ticker *ticker, const struct dm_ticker_ear *ear)
{
	return dm_ears_add(&ticker->ears, ear);
}

int dm_ticker_point_ear(struct dm_ticker *ticker, int ear, int channel, uint8_t microphone)
{
	if (ear < 0 || ear >= (int)ticker->ears.count || microphone >= DM_ENGINE_MICROPHONES ||
	    (channel != -1 && !dm_ticker_is_engine(ticker, channel)))
		return -EINVAL;
	return dm_post_command(ticker->post, &(struct dm_command){
						     .type = DM_COMMAND_POINT_EAR,
						     .ear = ear,
						     .channel = channel,
						     .microphone = microphone,
					     });
}

int dm_ticker_connect_ear(struct dm_ticker *ticker, int ear, struct dm_intake *intake)
{
	if (ear < 0 || ear >= (int)ticker->ears.count ||
	    (intake && dm_intake_clock_rate_hz(intake) != DM_AUDIO_RATE_HZ))
		return -EINVAL;
	return dm_post_command(ticker->post, &(struct dm_command){
						     .type = DM_COMMAND_CONNECT_EAR,
						     .ear = ear,
						     .intake = intake,
					     });
}

/* False: it is for no ear. */
static bool take_ear_command(struct dm_ticker *ticker, const struct dm_command *command)
{
	if (command->type != DM_COMMAND_POINT_EAR && command->type != DM_COMMAND_CONNECT_EAR)
		return false;

	struct dm_earpiece *ear = ticker->ears.list[command->ear].earpiece;

	if (command->type == DM_COMMAND_CONNECT_EAR)
		dm_post_give_back(ticker->post, dm_earpiece_connect(ear, command->intake));
	else if (command->channel < 0)
		dm_earpiece_point(ear, NULL, 0);
	else
		dm_earpiece_point(ear,
				  dm_strip_engine(ticker->channels.list[command->channel].strip),
				  command->microphone);
	return true;
}

static void take_commands(struct dm_ticker *ticker)
{
	struct dm_command command;

	while (dm_post_take_command(ticker->post, &command)) {
		if (take_ear_command(ticker, &command))
			continue;

		struct dm_channels_entry *channel = &ticker->channels.list[command.channel];

		switch (command.type) {
		case DM_COMMAND_SET:
			dm_engine_set(dm_strip_engine(channel->strip), &command.state);
			break;
		case DM_COMMAND_SET_OTHER:
			channel->other = command.other;
			break;
		case DM_COMMAND_CONNECT:
			dm_post_give_back(ticker->post,
					  dm_strip_connect(channel->strip, command.microphone,
							   command.intake));
			break;
		case DM_COMMAND_LINE_UP:
			dm_strip_line_up(channel->strip, command.from, (uint8_t)command.channel);
			break;
		case DM_COMMAND_POINT_EAR:
		case DM_COMMAND_CONNECT_EAR:
			break;
		}
	}
}

/* --- events and figures --- */

int dm_ticker_fd(const struct dm_ticker *ticker)
{
	return dm_post_fd(ticker->post);
}

void dm_ticker_answer(struct dm_ticker *ticker)
{
	dm_post_answer(ticker->post);
}

bool dm_ticker_take_event(struct dm_ticker *ticker, struct dm_ticker_event *event)
{
	return dm_post_take_event(ticker->post, event);
}

static void tell_events(struct dm_ticker *ticker, int number)
{
	struct dm_engine *engine = dm_strip_engine(ticker->channels.list[number].strip);
	struct dm_ticker_event event = { .channel = number };

	while (engine && dm_engine_take_event(engine, &event.engine))
		if (!dm_post_tell(ticker->post, &event))
			dm_metric_add(&ticker->events_dropped, 1);
}

void dm_ticker_level(const struct dm_ticker *ticker, int channel, struct dm_ticker_level *level)
{
	const struct dm_strip *strip = dm_channels_strip(&ticker->channels, channel);

	if (strip) {
		dm_strip_level(strip, level);
		return;
	}
	*level = (struct dm_ticker_level){
		.on_air = DM_ENGINE_VOICES,
		.peak_dbfs = -HUGE_VALF,
		.momentary_lufs = -HUGE_VALF,
	};
	for (size_t n = 0; n < DM_ENGINE_MICROPHONES; n++)
		level->microphones[n].peak_dbfs = -HUGE_VALF;
}

void dm_ticker_microphone_stats(const struct dm_ticker *ticker, int channel, uint8_t microphone,
				struct dm_microphone_stats *stats)
{
	const struct dm_strip *strip = dm_channels_strip(&ticker->channels, channel);

	if (strip && microphone < DM_ENGINE_VOICES)
		dm_strip_microphone_stats(strip, microphone, stats);
	else
		memset(stats, 0, sizeof(*stats));
}

/* --- listeners --- */

int dm_ticker_listen(struct dm_ticker *ticker)
{
	int error = 0;

	for (size_t n = 0; n < ticker->channels.count && !error; n++)
		error = dm_strip_listen(ticker->channels.list[n].strip);
	return error;
}

size_t dm_ticker_count(const struct dm_ticker *ticker)
{
	return ticker->channels.count;
}

const struct dm_strip *dm_ticker_strip(const struct dm_ticker *ticker, int channel)
{
	return dm_channels_strip(&ticker->channels, channel);
}

dm_usec dm_ticker_time(const struct dm_ticker *ticker, int64_t tick)
{
	return ticker->timeline.origin + tick * TICK;
}

/* --- the beat --- */

static void note_not_encoded(struct dm_ticker *ticker, const char *track)
{
	uint64_t suppressed;

	if (dm_log_allow(&ticker->failures, dm_time_now(), &suppressed))
		dm_log(DM_LOG_ERROR, "audio.sound_not_encoded", "track=%s suppressed=%llu", track,
		       (unsigned long long)suppressed);
}

void dm_ticker_make(struct dm_ticker *ticker, int64_t tick)
{
	const dm_usec at = ticker->timeline.origin + tick * TICK + DM_TICKER_DELAY;

	take_commands(ticker);
	dm_ears_wake(&ticker->ears);
	for (size_t n = 0; n < ticker->channels.count; n++) {
		if (!dm_channels_make(&ticker->channels, n, tick, at))
			note_not_encoded(ticker, dm_track_name(dm_strip_track(
							 ticker->channels.list[n].strip)));
		tell_events(ticker, (int)n);
	}
	if (dm_ears_make(&ticker->ears, at) > 0)
		note_not_encoded(ticker, "ear");
}

void dm_ticker_publish(struct dm_ticker *ticker, int64_t tick, dm_usec now)
{
	const dm_usec at = ticker->timeline.origin + tick * TICK;
	const struct dm_track_frame frame = {
		.payload_count = 1,
		.captured_at = at,
		.timestamp = dm_timeline_rtp(&ticker->timeline, at, DM_AUDIO_RATE_HZ),
		.key = true,
	};

	dm_channels_publish(&ticker->channels, &frame, now);
	dm_ears_publish(&ticker->ears, &frame, now);
	dm_audience_ring(ticker->audience);
}

/* --- its time --- */

int64_t dm_ticker_next(const struct dm_ticker *ticker, dm_usec now)
{
	return dm_metronome_due(ticker->metronome, now) + 1;
}

int dm_ticker_start(struct dm_ticker *ticker)
{
	return dm_metronome_start(ticker->metronome);
}

void dm_ticker_stop(struct dm_ticker *ticker)
{
	dm_metronome_stop(ticker->metronome);
}

void dm_ticker_destroy(struct dm_ticker *ticker)
{
	if (!ticker)
		return;
	dm_metronome_destroy(ticker->metronome);
	dm_post_destroy(ticker->post);
	dm_ears_finish(&ticker->ears);
	dm_channels_finish(&ticker->channels);
	if (ticker->metrics)
		dm_metrics_remove(ticker->metrics, ticker, sizeof(*ticker));
	free(ticker);
}
