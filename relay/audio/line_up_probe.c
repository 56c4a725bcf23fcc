#include "audio/line_up_probe.h"
#include "audio/board.h"
#include "audio/decoder.h"
#include "audio/encoder.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#define TICK DM_MSEC(20)

/* Packets: how late the first look may come, 2.5 s; half of what channels keep (session/room.c). */
#define BACK 128

/* Ticks: a decoder that joins a stream in its middle needs some packets until it sounds right; Opus
 * converges within 80 ms (RFC 7845, 4.6). */
#define WARM_UP 10

_Static_assert(sizeof(struct dm_line_up_report) % 8 == 0, "no figure lies across two words");

struct dm_line_up_probe {
	struct dm_track *track; /* owned reference */
	dm_usec origin;
	struct dm_decoder *decoder; /* owned, and so is the check */
	struct dm_line_up_check *check;
	_Atomic int64_t asked; /* as the control thread wants it; -1: none */

	/* Of the survey's thread. */
	int64_t from;
	int64_t heard; /* ticks since `from` that were put to the check */
	uint64_t next; /* packet */

	_Atomic int64_t shown; /* of which one the board is; -1: of none */
	_Atomic uint64_t board[DM_BOARD_WORDS(struct dm_line_up_report)];
};

int dm_line_up_probe_create(struct dm_line_up_probe **out,
			    const struct dm_line_up_probe_options *options)
{
	struct dm_line_up_probe *probe = calloc(1, sizeof(*probe));

	*out = NULL;
	if (!probe)
		return -ENOMEM;
	probe->track = dm_track_ref(options->track);
	probe->origin = options->origin;
	probe->from = -1;
	atomic_init(&probe->asked, -1);
	atomic_init(&probe->shown, -1);

	int error = dm_decoder_create(&probe->decoder);

	if (!error)
		error = dm_line_up_check_create(&probe->check, options->channel, options->delay);
	if (error) {
		dm_line_up_probe_destroy(probe);
		return error;
	}
	*out = probe;
	return 0;
}

void dm_line_up_probe_destroy(struct dm_line_up_probe *probe)
{
	if (!probe)
		return;
	dm_line_up_check_destroy(probe->check);
	dm_decoder_destroy(probe->decoder);
	dm_track_unref(probe->track);
	free(probe);
}

void dm_line_up_probe_begin(struct dm_line_up_probe *probe, int64_t from)
{
	atomic_store_explicit(&probe->asked, from, memory_order_release);
}

/* --- listening --- */

static void begin(struct dm_line_up_probe *probe, int64_t from)
{
	const uint64_t head = dm_track_head(probe->track);

	atomic_store_explicit(&probe->shown, -1, memory_order_release);
	probe->from = from;
	probe->heard = 0;
	probe->next = head > BACK ? head - BACK : 0;
	dm_decoder_reset(probe->decoder);
	dm_line_up_check_reset(probe->check);
}

static bool is_over(const struct dm_line_up_probe *probe)
{
	return probe->heard >= DM_LINE_UP_TICKS;
}

/* The sound of a tick; those before it that did not come were nothing. */
static void hear(struct dm_line_up_probe *probe, int64_t tick, const float *samples)
{
	for (; !is_over(probe) && probe->from + probe->heard < tick; probe->heard++)
		dm_line_up_check_put(probe->check, NULL);
	if (is_over(probe) || probe->from + probe->heard != tick)
		return;
	dm_line_up_check_put(probe->check, samples);
	probe->heard++;
}

/* False: there is no more yet. */
static bool take(struct dm_line_up_probe *probe)
{
	struct dm_track_packet packet;
	float samples[DM_DECODER_SAMPLES_MAX];
	const enum dm_track_read read = dm_track_read(probe->track, probe->next, &packet);

	if (read == DM_TRACK_READ_AHEAD)
		return false;
	probe->next++;
	if (read == DM_TRACK_READ_LOST)
		return true;

	const int64_t tick = (packet.captured_at - probe->origin) / TICK;

	if (tick < probe->from - WARM_UP)
		return true;

	const bool decoded = dm_decoder_decode(probe->decoder, packet.payload, packet.payload_bytes,
					       samples) == DM_AUDIO_FRAME_SAMPLES;

	if (tick >= probe->from)
		hear(probe, tick, decoded ? samples : NULL);
	return true;
}

void dm_line_up_probe_listen(struct dm_line_up_probe *probe)
{
	const int64_t asked = atomic_load_explicit(&probe->asked, memory_order_acquire);
	struct dm_line_up_report report;

	if (asked != probe->from)
		begin(probe, asked);
	if (probe->from < 0 || is_over(probe))
		return;
	while (!is_over(probe) && take(probe))
		;
	dm_line_up_check_report(probe->check, &report);
	dm_board_put(probe->board, &report, sizeof(report));
	atomic_store_explicit(&probe->shown, probe->from, memory_order_release);
}

bool dm_line_up_probe_report(const struct dm_line_up_probe *probe, int64_t from,
			     struct dm_line_up_report *report)
{
	if (from < 0 || atomic_load_explicit(&probe->shown, memory_order_acquire) != from)
		return false;
	dm_board_take(probe->board, report, sizeof(*report));
	/* Another one may have begun meanwhile. */
	atomic_thread_fence(memory_order_acquire);
	return atomic_load_explicit(&probe->shown, memory_order_relaxed) == from;
}
