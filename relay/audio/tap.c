#include "audio/tap.h"
#include "audio/encoder.h"

#include <errno.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_LINE_BYTES 64 /* x86-64 and most arm64 */
#define FRAME            DM_AUDIO_FRAME_SAMPLES
#define WORDS            (FRAME * sizeof(float) / 8)

/* The facts in one word. */
#define FACT_SOUND   UINT64_C(0xff)
#define FACT_SAMPLES UINT64_C(0x100) /* there are some; else they are zeros */
#define FACT_BYTES   16              /* coded bytes, from that bit on */

_Static_assert(FRAME % 2 == 0, "samples are copied in words of two");

/* A sequence lock, as in rtp/track: `turn` is 2i + 1 while tick i is written and 2i + 2 once it is
 * there. Each word is stored with release and loaded with acquire, so that who got one word of a
 * newer tick also sees its odd turn at the second look. (Plain moves on x86-64; and
 * ThreadSanitizer understands it, as it does not fences.) */
struct slot {
	alignas(CACHE_LINE_BYTES) _Atomic uint64_t turn;
	_Atomic uint64_t facts;
	_Atomic uint64_t samples[WORDS];
};

struct dm_tap {
	alignas(CACHE_LINE_BYTES) _Atomic uint64_t head; /* ticks that were put */
	struct slot slots[DM_TAP_TICKS];
};

int dm_tap_create(struct dm_tap **out)
{
	struct dm_tap *tap = aligned_alloc(alignof(struct dm_tap), sizeof(*tap));

	*out = tap;
	if (!tap)
		return -ENOMEM;
	memset(tap, 0, sizeof(*tap)); /* which also brings the pages in: the beat meets no fault */
	return 0;
}

void dm_tap_destroy(struct dm_tap *tap)
{
	free(tap);
}

void dm_tap_put(struct dm_tap *tap, const float *samples, struct dm_tap_facts facts)
{
	const uint64_t index = atomic_load_explicit(&tap->head, memory_order_relaxed);
	struct slot *slot = &tap->slots[index % DM_TAP_TICKS];
	uint64_t word;

	atomic_store_explicit(&slot->turn, 2 * index + 1, memory_order_relaxed);
	atomic_store_explicit(&slot->facts,
			      (uint64_t)facts.sound | (samples ? FACT_SAMPLES : 0) |
				      (uint64_t)facts.coded_bytes << FACT_BYTES,
			      memory_order_release);
	for (size_t n = 0; samples && n < WORDS; n++) {
		memcpy(&word, samples + 2 * n, sizeof(word));
		atomic_store_explicit(&slot->samples[n], word, memory_order_release);
	}
	atomic_store_explicit(&slot->turn, 2 * index + 2, memory_order_release);
	atomic_store_explicit(&tap->head, index + 1, memory_order_release);
}

/* False: it was overwritten meanwhile. */
static bool copy(const struct slot *slot, uint64_t index, float *samples,
		 struct dm_tap_facts *facts)
{
	const uint64_t there = 2 * index + 2;
	uint64_t packed, word;

	if (atomic_load_explicit(&slot->turn, memory_order_acquire) != there)
		return false;
	packed = atomic_load_explicit(&slot->facts, memory_order_acquire);
	if (packed & FACT_SAMPLES) {
		for (size_t n = 0; n < WORDS; n++) {
			word = atomic_load_explicit(&slot->samples[n], memory_order_acquire);
			memcpy(samples + 2 * n, &word, sizeof(word));
		}
	} else {
		memset(samples, 0, FRAME * sizeof(*samples));
	}
	*facts = (struct dm_tap_facts){
		.sound = (enum dm_tap_sound)(packed & FACT_SOUND),
		.coded_bytes = (uint16_t)(packed >> FACT_BYTES),
	};
	return atomic_load_explicit(&slot->turn, memory_order_relaxed) == there;
}

bool dm_tap_take(const struct dm_tap *tap, uint64_t *next, float *samples,
		 struct dm_tap_facts *facts)
{
	for (;;) {
		const uint64_t head = atomic_load_explicit(&tap->head, memory_order_acquire);

		if (*next >= head)
			return false;
		/* The slot of the oldest is the one that is written next, perhaps now. */
		if (head - *next >= DM_TAP_TICKS)
			*next = head - DM_TAP_TICKS + 1;
		if (copy(&tap->slots[*next % DM_TAP_TICKS], *next, samples, facts)) {
			++*next;
			return true;
		}
	}
}
