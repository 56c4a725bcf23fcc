/* What must hold at any time, worked out from the booths alone, another way than the rules do. */
#include "fixture.h"

#include <string.h>

/* Which booth has each channel; asserts that it is one. */
static void find_holders(uint8_t holders[CHANNELS])
{
	memset(holders, DM_NOBODY, CHANNELS);
	for (uint8_t b = 0; b < BOOTHS; b++) {
		const struct dm_booth *booth = dm_interpretation_booth(room, b);

		for (uint8_t s = 0; s < DM_SEATS_MAX; s++) {
			const struct dm_seat *at = &booth->seats[s];
			const uint8_t channel = booth->options->outputs[at->output];

			if (!dm_seat_is_open(at))
				continue;
			assert_true(channel != FLOOR);
			assert_true(holders[channel] == DM_NOBODY || holders[channel] == b);
			holders[channel] = b;
		}
	}
}

static void check_seat(const struct dm_seat *at)
{
	if (!dm_seat_is_taken(at)) {
		assert_int_equal(at->mic, DM_MIC_OFF);
		assert_int_equal(at->link, DM_LINK_NONE);
		assert_int_equal(at->hold, DM_HOLD_NONE);
		assert_false(at->consents);
	}
	if (at->mic != DM_MIC_OFF)
		assert_int_not_equal(at->link, DM_LINK_NONE);
	if (at->mic == DM_MIC_ON_AIR)
		assert_int_equal(at->hold, DM_HOLD_NONE);
	if (at->hold == DM_HOLD_OFF)
		assert_int_equal(at->mic, DM_MIC_OFF);
	if (at->mic == DM_MIC_STANDBY) {
		assert_true(at->consents);
		assert_int_equal(at->link, DM_LINK_ALIVE);
	}
	if (at->fallen) {
		assert_true(dm_seat_is_open(at));
		assert_true(at->silent_since + DM_LINK_GRACE <= now);
	} else if (dm_seat_is_open(at) && at->link == DM_LINK_LOST) {
		assert_true(now < at->silent_since + DM_LINK_GRACE);
	}
	assert_non_null(dm_mic_name(at->mic));
	assert_non_null(dm_link_name(at->link));
	assert_non_null(dm_hold_name(at->hold));
}

static void check_booth(const struct dm_booth *booth)
{
	const struct dm_handover *h = &booth->handover;
	unsigned open = 0;

	for (uint8_t s = 0; s < DM_SEATS_MAX; s++) {
		check_seat(&booth->seats[s]);
		open += dm_seat_is_open(&booth->seats[s]);
	}
	assert_true(open <= booth->on_air_max);
	assert_non_null(dm_handover_state_name(h->state));
	if (h->state == DM_HANDOVER_NONE)
		return;
	assert_true(dm_seat_is_open(&booth->seats[h->from]));
	assert_int_equal(booth->seats[h->from].link, DM_LINK_ALIVE);
	assert_true(h->ends_at + DM_HANDOVER_BACKSTOP > now);
	assert_int_equal(h->state == DM_HANDOVER_OFFERED, h->invited != 0);
	if (h->state == DM_HANDOVER_OFFERED)
		return;
	assert_false(dm_seat_is_open(&booth->seats[h->to]));
	assert_int_equal(booth->seats[h->to].link, DM_LINK_ALIVE);
}

/* What a channel should carry, by its booth. */
static void check_programme(uint8_t channel, uint8_t holder)
{
	const struct dm_programme *p = programme(channel);
	unsigned on_air = 0;
	unsigned dying = 0;
	unsigned muted = 0;

	assert_non_null(dm_carries_name(p->carries));
	assert_non_null(dm_programme_why_name(p->why));
	for (uint8_t s = 0; holder != DM_NOBODY && s < DM_SEATS_MAX; s++) {
		const struct dm_booth *booth = dm_interpretation_booth(room, holder);
		const struct dm_seat *at = &booth->seats[s];

		if (!dm_seat_is_open(at) || at->fallen ||
		    booth->options->outputs[at->output] != channel)
			continue;
		on_air += at->mic == DM_MIC_ON_AIR && at->link == DM_LINK_ALIVE;
		dying += at->mic == DM_MIC_ON_AIR && at->link != DM_LINK_ALIVE;
		muted += at->mic == DM_MIC_MUTED;
	}
	assert_int_equal(p->carries == DM_CARRIES_VOICE, on_air > 0);
	assert_int_equal(__builtin_popcount(p->voices), on_air);
	assert_int_equal(p->carries == DM_CARRIES_CONCEALMENT, on_air == 0 && dying > 0);
	assert_int_equal(p->carries == DM_CARRIES_COMFORT, on_air == 0 && dying == 0 && muted > 0);
	if (on_air + dying + muted > 0) {
		assert_int_equal(p->booth, holder);
		assert_true(p->voice < DM_SEATS_MAX);
		assert_true(dm_programme_is_served(p));
	} else if (p->source_live) {
		assert_int_equal(p->carries, DM_CARRIES_SOURCE);
	} else {
		assert_int_equal(p->carries, fixture_options.channels[channel].fallback);
		assert_int_equal(dm_programme_is_served(p), channel == FLOOR);
		assert_true(channel == FLOOR || p->off_since <= now);
	}
}

/* Walks up from the booth; ends at the floor, a source or a fallback within the limit. */
static void check_way(uint8_t booth)
{
	uint8_t channel = incoming(booth)->channel;
	uint32_t heard_booths = 1U << booth;
	unsigned depth = 0;

	while (channel != FLOOR) {
		const struct dm_programme *p = programme(channel);

		if (p->booth != DM_NOBODY) {
			if (heard_booths & 1U << p->booth)
				fail_msg("booth %u hears itself, or others in a circle", booth);
			heard_booths |= 1U << p->booth;
			channel = incoming(p->booth)->channel;
			depth++;
		} else if (p->carries == DM_CARRIES_CHANNEL) {
			channel = p->fallback_channel;
		} else {
			depth += p->carries == DM_CARRIES_SOURCE;
			break;
		}
	}
	assert_int_equal(depth, incoming(booth)->depth);
	assert_true(depth <= DM_RELAY_DEPTH);
}

static void check_incoming(uint8_t booth)
{
	const struct dm_incoming *in = incoming(booth);
	const struct dm_programme *p = programme(in->channel);

	assert_non_null(dm_incoming_why_name(in->why));
	/* Nothing that is off is listened to for longer than the grace. */
	if (!dm_programme_is_served(p))
		assert_true(now < p->off_since + DM_PIVOT_GRACE);
	if (in->why == DM_INCOMING_CHOSEN)
		assert_true(!in->automatic && in->channel == in->chosen);
	if (in->why == DM_INCOMING_DIRECT || in->why == DM_INCOMING_NO_PIVOT)
		assert_true(in->automatic && in->channel == FLOOR);
	if (in->why == DM_INCOMING_RELAY)
		assert_true(in->automatic && in->channel == in->pivots[0]);
	check_way(booth);
}

void check_invariants(void)
{
	uint8_t holders[CHANNELS];

	find_holders(holders);
	for (uint8_t b = 0; b < BOOTHS; b++) {
		check_booth(dm_interpretation_booth(room, b));
		check_incoming(b);
	}
	for (uint8_t c = 0; c < CHANNELS; c++)
		check_programme(c, holders[c]);
	assert_true(dm_interpretation_next(room) > now);
}
