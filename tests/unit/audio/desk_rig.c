#include "desk_rig.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define FRAME  DM_AUDIO_FRAME_SAMPLES
#define PERIOD (DM_AUDIO_RATE_HZ / RIG_FLOOR_HZ) /* samples */

static float tone[PERIOD]; /* the floor's */

static struct dm_track *make_track(const char *name)
{
	const struct dm_track_options options = {
		.kind = DM_TRACK_AUDIO,
		.clock_rate_hz = DM_AUDIO_RATE_HZ,
		.capacity_packets = 16,
		.name = name,
	};
	struct dm_track *track;

	assert_int_equal(dm_track_create(&track, &options), 0);
	return track;
}

static void put_floor(struct desk_rig *rig, int64_t position)
{
	float samples[FRAME];

	for (int64_t n = 0; n < FRAME; n++)
		samples[n] = rig->floor_sound ? rig->floor_sound(position + n)
					      : tone[(position + n) % PERIOD];
	dm_sound_inlet_put(rig->floor, position, samples, FRAME);
}

static void add_channel(struct desk_rig *rig, int number, bool heard,
			const struct dm_engine_options *engine)
{
	static const char *const names[] = { "room.floor", "room.fr", "room.de" };
	const bool is_floor = number == RIG_FLOOR_CHANNEL;
	struct rig_listener *listener = &rig->listeners[number];

	if (heard) {
		listener->track = make_track(names[number]);
		assert_int_equal(dm_decoder_create(&listener->decoder), 0);
	}
	assert_int_equal(dm_ticker_add(rig->ticker,
				       &(struct dm_ticker_channel){
					       .track = listener->track,
					       .bitrate_bps = 64000,
					       .inlet = is_floor ? rig->floor : NULL,
					       .engine = is_floor ? NULL : engine,
					       .floor = is_floor ? -1 : RIG_FLOOR_CHANNEL,
				       }),
			 number);
}

static void begin(struct desk_rig *rig, int channels, bool hears_floor,
		  const struct dm_engine_options *engine)
{
	memset(rig, 0, sizeof(*rig));
	rig->timeline = dm_timeline_init(0, 0);
	rig->tick = 4997; /* made at 100 s */
	assert_int_equal(dm_metrics_create(&rig->metrics), 0);
	assert_int_equal(
		dm_ticker_create(&rig->ticker, &rig->timeline, &rig->audience, rig->metrics), 0);
	assert_int_equal(dm_sound_inlet_create(&rig->floor), 0);
	rig->channels = channels;
	for (int n = 0; n < channels; n++)
		add_channel(rig, n, n != RIG_FLOOR_CHANNEL || hears_floor, engine);
	for (size_t n = 0; n < RIG_SENDERS; n++)
		assert_int_equal(dm_intake_create(&rig->senders[n].intake, 64, DM_AUDIO_RATE_HZ),
				 0);
	for (int n = 0; n < PERIOD; n++)
		tone[n] = RIG_FLOOR * (float)sin(2 * M_PI * n / PERIOD);
	for (int64_t ahead = 0; ahead < 2; ahead++)
		put_floor(rig, (rig->tick + ahead) * FRAME);
}

void rig_begin(struct desk_rig *rig, const struct dm_engine_options *engine)
{
	begin(rig, RIG_CHANNELS, true, engine);
}

void rig_begin_alone(struct desk_rig *rig, const struct dm_engine_options *engine)
{
	begin(rig, RIG_A + 1, false, engine);
}

void rig_end(struct desk_rig *rig)
{
	dm_ticker_destroy(rig->ticker);
	dm_sound_inlet_destroy(rig->floor);
	for (size_t n = 0; n < RIG_SENDERS; n++)
		dm_intake_unref(rig->senders[n].intake);
	for (int n = 0; n < rig->channels; n++) {
		dm_track_unref(rig->listeners[n].track);
		dm_decoder_destroy(rig->listeners[n].decoder);
	}
	dm_metrics_destroy(rig->metrics);
}

void rig_send(struct desk_rig *rig, size_t sender, const struct link_options *options)
{
	link_start(&rig->senders[sender].link, options, link_seed() + sender);
	/* From now on, not from the links' beginning. */
	while (link_sends_at(&rig->senders[sender].link, rig->senders[sender].link.sent) <
	       rig_published_at(rig))
		rig->senders[sender].link.sent++;
	rig->senders[sender].sends = true;
}

dm_usec rig_published_at(const struct desk_rig *rig)
{
	return (rig->tick - 1) * DM_MSEC(20) + DM_TICKER_DELAY;
}

static void arrive(struct rig_sender *sender, dm_usec until)
{
	struct arrival arrival;

	while (sender->sends && link_next(&sender->link, until, &arrival)) {
		const struct dm_rtp_packet packet = {
			.ssrc = arrival.packet.ssrc,
			.sequence = arrival.packet.sequence,
			.timestamp = arrival.packet.timestamp,
			.payload = arrival.packet.payload,
			.payload_bytes = arrival.packet.bytes,
		};

		dm_intake_put(sender->intake, &packet, arrival.at);
	}
}

/* Every tick one packet on every track, on the grid, one after the other. */
static void listen_to(struct rig_listener *listener, int64_t tick)
{
	static struct dm_track_packet packet;

	assert_int_equal(dm_track_head(listener->track), listener->next + 1);
	assert_int_equal(dm_track_read(listener->track, listener->next, &packet), DM_TRACK_READ_OK);
	assert_int_equal(packet.captured_at, tick * DM_MSEC(20));
	assert_int_equal(packet.timestamp, (uint32_t)(tick * FRAME));
	if (listener->next > 0)
		assert_int_equal(packet.timestamp, listener->timestamp + FRAME);
	listener->timestamp = packet.timestamp;
	listener->next++;
	if (listener->deaf)
		return;
	assert_int_equal(dm_decoder_decode(listener->decoder, packet.payload, packet.payload_bytes,
					   listener->samples),
			 FRAME);
	for (size_t n = 0; n < FRAME; n++) {
		listener->step = fmaxf(listener->step,
				       fabsf(listener->samples[n] - listener->last));
		listener->last = listener->samples[n];
	}
}

void rig_step(struct desk_rig *rig)
{
	const int64_t tick = rig->tick++;
	struct dm_ticker_event event;

	for (size_t n = 0; n < RIG_SENDERS; n++)
		arrive(&rig->senders[n], rig_published_at(rig));
	put_floor(rig, (tick + 2) * FRAME);
	dm_ticker_make(rig->ticker, tick);
	dm_ticker_publish(rig->ticker, tick, rig_published_at(rig));
	for (int n = 0; n < rig->channels; n++)
		if (rig->listeners[n].track)
			listen_to(&rig->listeners[n], tick);
	dm_ticker_answer(rig->ticker);
	while (dm_ticker_take_event(rig->ticker, &event)) {
		rig->event = event;
		rig->events[event.engine.type]++;
	}
}

void rig_run(struct desk_rig *rig, dm_usec time)
{
	for (int64_t until = rig->tick + time / DM_MSEC(20); rig->tick < until;)
		rig_step(rig);
}

float rig_level(const struct desk_rig *rig, int channel, double hz)
{
	const float *samples = rig->listeners[channel].samples;
	double re = 0, im = 0;

	for (size_t n = 0; n < FRAME; n++) {
		const double phase = 2 * M_PI * hz * (double)n / DM_AUDIO_RATE_HZ;

		re += (double)samples[n] * cos(phase);
		im += (double)samples[n] * sin(phase);
	}
	return (float)(2 * sqrt(re * re + im * im) / FRAME);
}
