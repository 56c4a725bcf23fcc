#include "rtp/track.h"

#include <errno.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_LINE_BYTES 64 /* x86-64 and most arm64 */
#define CAPACITY_MIN     16
#define CAPACITY_MAX     65536
#define NAME_BYTES       64
#define RATE_WINDOW      DM_SEC(2) /* one distance of key frames, which are the bulk */
#define PAYLOAD_WORDS    (DM_TRACK_PAYLOAD_MAX / 8)

/* Bounds of loss in percent, within which one does as well as another for setting FEC; choice. */
static const uint8_t loss_bounds[] = { 0, 1, 2, 3, 5, 8, 12, 20, 100 };
#define LOSS_CLASSES (sizeof(loss_bounds) / sizeof(*loss_bounds))

_Static_assert(DM_TRACK_PAYLOAD_MAX % 8 == 0, "payloads are copied in words of 8 bytes");

/* What is known of a packet but its times, in one word:
 * timestamp (32 bits), payload_bytes (16), flags (16). */
#define FLAG_MARKER      UINT64_C(1)
#define FLAG_FRAME_START UINT64_C(2)
#define FLAG_KEY         UINT64_C(4)

/* A sequence lock. `turn` is 0 when empty, 2i + 1 while packet i is written, 2i + 2 once it is
 * there. Each word is stored with release and loaded with acquire: a reader that got one word of
 * a newer packet thereby also sees that packet's odd turn at its second look, and drops what it
 * has. (Plain moves on x86-64; and ThreadSanitizer understands it, as it does not fences.) */
struct slot {
	alignas(CACHE_LINE_BYTES) _Atomic uint64_t turn;
	_Atomic int64_t captured_at;
	_Atomic int64_t published_at;
	_Atomic uint64_t facts;
	_Atomic uint64_t payload[PAYLOAD_WORDS];
};

struct dm_track {
	/* The writer's line: every reader looks at head on every turn of its loop, so nothing that
	 * readers write may share it. */
	alignas(CACHE_LINE_BYTES) _Atomic uint64_t head;
	_Atomic uint64_t key_index;
	_Atomic uint64_t bytes;
	_Atomic uint64_t rate_bps;
	dm_usec window_start; /* the writer's own, as is the next */
	uint64_t window_start_bytes;

	/* What readers write, seldom. */
	alignas(CACHE_LINE_BYTES) _Atomic bool key_requested;
	_Atomic uint32_t references;
	struct dm_metric readers;
	_Atomic uint32_t losses[LOSS_CLASSES]; /* reports, by their class of loss */
	struct dm_reception reception;

	/* Never changes after create. */
	alignas(CACHE_LINE_BYTES) uint64_t mask; /* capacity - 1 */
	struct slot *slots;                      /* owned */
	enum dm_track_kind kind;
	uint32_t clock_rate_hz;
	char name[NAME_BYTES];
};

static bool options_valid(const struct dm_track_options *options)
{
	const uint32_t capacity = options->capacity_packets;

	return capacity >= CAPACITY_MIN && capacity <= CAPACITY_MAX &&
	       (capacity & (capacity - 1)) == 0 && options->clock_rate_hz > 0;
}

int dm_track_create(struct dm_track **out, const struct dm_track_options *options)
{
	*out = NULL;
	if (!options_valid(options))
		return -EINVAL;

	const size_t slots_bytes = options->capacity_packets * sizeof(struct slot);
	struct dm_track *track = aligned_alloc(alignof(struct dm_track), sizeof(*track));

	if (!track)
		return -ENOMEM;
	memset(track, 0, sizeof(*track));
	track->slots = aligned_alloc(alignof(struct slot), slots_bytes);
	if (!track->slots) {
		free(track);
		return -ENOMEM;
	}
	/* Also brings the pages in, so that publish meets no page fault. */
	memset(track->slots, 0, slots_bytes);

	track->mask = options->capacity_packets - 1;
	track->kind = options->kind;
	track->clock_rate_hz = options->clock_rate_hz;
	if (options->name)
		memcpy(track->name, options->name, strnlen(options->name, NAME_BYTES - 1));
	atomic_init(&track->key_index, UINT64_MAX);
	atomic_init(&track->references, 1);
	dm_reception_init(&track->reception);
	*out = track;
	return 0;
}

struct dm_track *dm_track_ref(struct dm_track *track)
{
	atomic_fetch_add_explicit(&track->references, 1, memory_order_relaxed);
	return track;
}

void dm_track_unref(struct dm_track *track)
{
	/* Acquire and release: all use of the track, by anyone, comes before its end. */
	if (!track || atomic_fetch_sub_explicit(&track->references, 1, memory_order_acq_rel) != 1)
		return;
	free(track->slots);
	free(track);
}

enum dm_track_kind dm_track_kind(const struct dm_track *track)
{
	return track->kind;
}

uint32_t dm_track_clock_rate_hz(const struct dm_track *track)
{
	return track->clock_rate_hz;
}

const char *dm_track_name(const struct dm_track *track)
{
	return track->name;
}

static bool frame_valid(const struct dm_track *track, const struct dm_track_frame *frame)
{
	if (frame->payload_count < 1 || frame->payload_count > (track->mask + 1) / 4)
		return false;
	for (size_t i = 0; i < frame->payload_count; i++) {
		const size_t bytes = frame->payloads[i].bytes;

		if (bytes < 1 || bytes > DM_TRACK_PAYLOAD_MAX)
			return false;
	}
	return true;
}

static void write_payload(struct slot *slot, const struct dm_track_payload *payload)
{
	const size_t whole = payload->bytes / 8;
	const size_t rest = payload->bytes % 8;
	uint64_t word;

	for (size_t i = 0; i < whole; i++) {
		memcpy(&word, payload->data + i * 8, 8);
		atomic_store_explicit(&slot->payload[i], word, memory_order_release);
	}
	if (rest > 0) {
		word = 0;
		memcpy(&word, payload->data + whole * 8, rest);
		atomic_store_explicit(&slot->payload[whole], word, memory_order_release);
	}
}

static uint64_t facts_of(const struct dm_track *track, const struct dm_track_frame *frame, size_t i)
{
	const bool last = i + 1 == frame->payload_count;
	uint64_t facts = (uint64_t)frame->timestamp << 32 | (uint64_t)frame->payloads[i].bytes
								    << 16;

	if (last && track->kind == DM_TRACK_VIDEO)
		facts |= FLAG_MARKER;
	if (i == 0)
		facts |= FLAG_FRAME_START;
	if (frame->key || track->kind == DM_TRACK_AUDIO)
		facts |= FLAG_KEY;
	return facts;
}

static void measure_rate(struct dm_track *track, uint64_t bytes, dm_usec now)
{
	const dm_usec elapsed = now - track->window_start;

	if (elapsed < RATE_WINDOW)
		return;
	if (track->window_start > 0)
		atomic_store_explicit(&track->rate_bps,
				      (bytes - track->window_start_bytes) * 8 * DM_SEC(1) /
					      (uint64_t)elapsed,
				      memory_order_relaxed);
	track->window_start = now;
	track->window_start_bytes = bytes;
}

int dm_track_publish(struct dm_track *track, const struct dm_track_frame *frame, dm_usec now)
{
	if (!frame_valid(track, frame))
		return -EINVAL;

	const uint64_t first = atomic_load_explicit(&track->head, memory_order_relaxed);
	uint64_t bytes = atomic_load_explicit(&track->bytes, memory_order_relaxed);

	for (size_t i = 0; i < frame->payload_count; i++) {
		const uint64_t index = first + i;
		struct slot *slot = &track->slots[index & track->mask];

		atomic_store_explicit(&slot->turn, 2 * index + 1, memory_order_relaxed);
		atomic_store_explicit(&slot->captured_at, frame->captured_at, memory_order_release);
		atomic_store_explicit(&slot->published_at, now, memory_order_release);
		atomic_store_explicit(&slot->facts, facts_of(track, frame, i),
				      memory_order_release);
		write_payload(slot, &frame->payloads[i]);
		atomic_store_explicit(&slot->turn, 2 * index + 2, memory_order_release);
		bytes += frame->payloads[i].bytes;
	}
	atomic_store_explicit(&track->bytes, bytes, memory_order_relaxed);
	measure_rate(track, bytes, now);

	/* Head before key index: who sees the key index also sees a head beyond it. */
	atomic_store_explicit(&track->head, first + frame->payload_count, memory_order_release);
	if (frame->key || track->kind == DM_TRACK_AUDIO)
		atomic_store_explicit(&track->key_index, first, memory_order_release);
	return 0;
}

uint64_t dm_track_head(const struct dm_track *track)
{
	return atomic_load_explicit(&track->head, memory_order_acquire);
}

uint64_t dm_track_key_index(const struct dm_track *track)
{
	return atomic_load_explicit(&track->key_index, memory_order_acquire);
}

static void read_payload(const struct slot *slot, struct dm_track_packet *packet)
{
	/* Whole words: the last one may run over payload_bytes, never over the array. */
	const size_t words = ((size_t)packet->payload_bytes + 7) / 8;

	for (size_t i = 0; i < words; i++) {
		const uint64_t word = atomic_load_explicit(&slot->payload[i], memory_order_acquire);

		memcpy(packet->payload + i * 8, &word, 8);
	}
}

enum dm_track_read dm_track_read(const struct dm_track *track, uint64_t index,
				 struct dm_track_packet *packet)
{
	const struct slot *slot = &track->slots[index & track->mask];

	if (index >= dm_track_head(track))
		return DM_TRACK_READ_AHEAD;
	if (atomic_load_explicit(&slot->turn, memory_order_acquire) != 2 * index + 2)
		return DM_TRACK_READ_LOST;

	const uint64_t facts = atomic_load_explicit(&slot->facts, memory_order_acquire);

	packet->captured_at = atomic_load_explicit(&slot->captured_at, memory_order_acquire);
	packet->published_at = atomic_load_explicit(&slot->published_at, memory_order_acquire);
	packet->index = index;
	packet->timestamp = (uint32_t)(facts >> 32);
	packet->payload_bytes = (uint16_t)(facts >> 16 & 0xFFFF);
	packet->marker = (facts & FLAG_MARKER) != 0;
	packet->frame_start = (facts & FLAG_FRAME_START) != 0;
	packet->key = (facts & FLAG_KEY) != 0;
	read_payload(slot, packet);

	if (atomic_load_explicit(&slot->turn, memory_order_relaxed) != 2 * index + 2)
		return DM_TRACK_READ_LOST;
	return DM_TRACK_READ_OK;
}

void dm_track_request_key(struct dm_track *track)
{
	atomic_store_explicit(&track->key_requested, true, memory_order_relaxed);
}

bool dm_track_take_key_request(struct dm_track *track)
{
	/* The plain look first: it is almost always false, and does not take the line away. */
	return atomic_load_explicit(&track->key_requested, memory_order_relaxed) &&
	       atomic_exchange_explicit(&track->key_requested, false, memory_order_relaxed);
}

void dm_track_note_loss(struct dm_track *track, uint8_t fraction_lost)
{
	const unsigned percent = (fraction_lost * 100u + 255) / 256;
	size_t class = 0;

	while (loss_bounds[class] < percent)
		class ++;
	atomic_fetch_add_explicit(&track->losses[class], 1, memory_order_relaxed);
}

int dm_track_take_loss(struct dm_track *track)
{
	uint32_t counts[LOSS_CLASSES];
	uint64_t total = 0, below = 0;

	for (size_t n = 0; n < LOSS_CLASSES; n++) {
		counts[n] = atomic_exchange_explicit(&track->losses[n], 0, memory_order_relaxed);
		total += counts[n];
	}
	if (total == 0)
		return -1;
	for (size_t n = 0; n < LOSS_CLASSES; n++) {
		below += counts[n];
		if (below * 10 >= total * 9)
			return loss_bounds[n];
	}
	return loss_bounds[LOSS_CLASSES - 1];
}

struct dm_reception *dm_track_reception(struct dm_track *track)
{
	return &track->reception;
}

void dm_track_change_readers(struct dm_track *track, int change)
{
	dm_metric_add(&track->readers, change);
}

int64_t dm_track_readers(const struct dm_track *track)
{
	return dm_metric_get(&track->readers);
}

const struct dm_metric *dm_track_readers_metric(const struct dm_track *track)
{
	return &track->readers;
}

uint64_t dm_track_bytes(const struct dm_track *track)
{
	return atomic_load_explicit(&track->bytes, memory_order_relaxed);
}

uint64_t dm_track_rate_bps(const struct dm_track *track)
{
	return atomic_load_explicit(&track->rate_bps, memory_order_relaxed);
}
