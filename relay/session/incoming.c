#include "session/incoming.h"

#include "session/interpretation_private.h"

#include <string.h>
#include <strings.h>

/* Choice: what one booth hears now may move those after it, which the depth keeps few. */
#define ROUNDS 8

static struct dm_ruling done(struct dm_interpretation *interpretation)
{
	dm_interpretation_settle(interpretation);
	return dm_ruling_of(DM_REASON_DONE);
}

/* The way of a channel's sound back to the floor. */
struct way {
	uint8_t chain[DM_CHANNELS_MAX];
	uint8_t length;
	uint8_t depth; /* interpreters in it */
	bool loops;
};

/* Follows `channel` upwards, as `listener` would hear it; it loops when the sound that the listener
 * speaks into comes back. */
static struct way follow(const struct dm_interpretation *interpretation, uint8_t listener,
			 uint8_t channel)
{
	struct way way = { .length = 0 };
	uint8_t at = channel;

	while (at != 0) {
		const struct dm_programme *programme = &interpretation->programmes[at];

		if (way.length == DM_CHANNELS_MAX - 1) {
			way.loops =
				true; /* one without the listener; settle is just taking it apart */
			return way;
		}
		way.chain[way.length++] = at;
		if (programme->booth != DM_NOBODY) {
			way.depth++;
			if (programme->booth == listener) {
				way.chain[way.length++] = channel;
				way.loops = true;
				return way;
			}
			at = interpretation->booths[programme->booth].incoming.channel;
		} else if (programme->carries == DM_CARRIES_CHANNEL) {
			at = programme->fallback_channel;
		} else {
			if (programme->carries == DM_CARRIES_SOURCE)
				way.depth++;
			return way;
		}
	}
	way.chain[way.length++] = 0;
	return way;
}

uint8_t dm_incoming_depth(const struct dm_interpretation *interpretation, uint8_t channel)
{
	return channel < interpretation->options->channel_count
		       ? follow(interpretation, DM_NOBODY, channel).depth
		       : 0;
}

/* Whether a way is one to take: CHOSEN; else what is wrong with it. */
static enum dm_incoming_why judge(const struct dm_interpretation *interpretation,
				  const struct way *way)
{
	if (way->loops)
		return DM_INCOMING_LOOP;
	return way->depth > interpretation->depth_max ? DM_INCOMING_TOO_DEEP : DM_INCOMING_CHOSEN;
}

/* A channel that went off just now is kept a moment: it may come back. */
static bool is_on(const struct dm_interpretation *interpretation,
		  const struct dm_incoming *incoming, uint8_t channel)
{
	const struct dm_programme *programme = &interpretation->programmes[channel];

	if (dm_programme_is_served(programme))
		return true;
	return incoming->channel == channel &&
	       interpretation->now < programme->off_since + DM_PIVOT_GRACE;
}

/* Also while the floor speaks the booth's own language: there is nothing to interpret into A, and
 * whoever does the retour works from the floor. */
static bool takes_floor(const struct dm_interpretation *interpretation,
			const struct dm_booth *booth)
{
	const struct dm_languages *takes = &booth->options->takes;
	const char *language = interpretation->floor_language;
	const char *own = interpretation->options->channels[booth->options->outputs[DM_OUTPUT_A]]
				  .lang;

	return takes->count == 0 || strcasecmp(language, "mul") == 0 ||
	       strcasecmp(language, "und") == 0 || dm_languages_take(takes, language) ||
	       dm_language_matches(own, language);
}

/* What the booth would like to hear, from best to least; the floor, which is always there, ends it.
 * *why is the reason for the first of them. */
static uint8_t list_wishes(const struct dm_interpretation *interpretation,
			   const struct dm_booth *booth, uint8_t wishes[DM_PIVOTS_MAX + 2],
			   enum dm_incoming_why *why)
{
	const struct dm_incoming *incoming = &booth->incoming;
	uint8_t count = 0;

	*why = DM_INCOMING_CHOSEN;
	if (!incoming->automatic)
		wishes[count++] = incoming->chosen;
	else if (takes_floor(interpretation, booth))
		*why = DM_INCOMING_DIRECT;
	else
		*why = incoming->pivot_count > 0 ? DM_INCOMING_RELAY : DM_INCOMING_NO_PIVOT;

	if (*why == DM_INCOMING_RELAY || (count > 0 && wishes[0] != 0)) {
		for (uint8_t n = 0; n < incoming->pivot_count; n++)
			wishes[count++] = incoming->pivots[n];
	}
	wishes[count++] = 0;
	return count;
}

/* Gives one booth the best of its wishes that can be had. */
static bool resolve(struct dm_interpretation *interpretation, uint8_t number)
{
	struct dm_incoming *incoming = &interpretation->booths[number].incoming;
	const uint8_t before = incoming->channel;
	uint8_t wishes[DM_PIVOTS_MAX + 2] = { 0 };
	enum dm_incoming_why first;
	enum dm_incoming_why why = DM_INCOMING_CHOSEN;
	uint8_t n = 0;

	list_wishes(interpretation, &interpretation->booths[number], wishes, &first);
	for (;; n++) {
		const struct way way = follow(interpretation, number, wishes[n]);
		enum dm_incoming_why verdict = judge(interpretation, &way);

		if (verdict == DM_INCOMING_CHOSEN && !is_on(interpretation, incoming, wishes[n]))
			verdict = DM_INCOMING_OFF;
		if (verdict == DM_INCOMING_CHOSEN) {
			incoming->channel = wishes[n];
			incoming->depth = way.depth;
			break;
		}
		if (n == 0)
			why = verdict;
	}
	incoming->why = n == 0 ? first : why;
	return incoming->channel != before;
}

/* Whoever is in a loop or too deep after all rounds hears the floor; that harms nobody else. */
static void enforce(struct dm_interpretation *interpretation)
{
	for (size_t b = 0; b < interpretation->booth_count; b++) {
		struct dm_incoming *incoming = &interpretation->booths[b].incoming;
		const struct way way = follow(interpretation, (uint8_t)b, incoming->channel);
		const enum dm_incoming_why verdict = judge(interpretation, &way);

		incoming->depth = way.depth;
		if (verdict == DM_INCOMING_CHOSEN)
			continue;
		incoming->channel = 0;
		incoming->depth = 0;
		incoming->why = verdict;
		b = SIZE_MAX; /* from the start: those after it are less deep now */
	}
}

void dm_incoming_settle(struct dm_interpretation *interpretation)
{
	struct dm_incoming before[DM_BOOTHS_MAX];
	bool moved = true;

	for (size_t b = 0; b < interpretation->booth_count; b++)
		before[b] = interpretation->booths[b].incoming;
	for (unsigned round = 0; moved && round < ROUNDS; round++) {
		moved = false;
		for (size_t b = 0; b < interpretation->booth_count; b++)
			moved |= resolve(interpretation, (uint8_t)b);
	}
	enforce(interpretation);
	for (size_t b = 0; b < interpretation->booth_count; b++) {
		const struct dm_incoming *incoming = &interpretation->booths[b].incoming;

		if (incoming->channel == before[b].channel && incoming->why == before[b].why &&
		    incoming->depth == before[b].depth)
			continue;
		dm_changes_put(&interpretation->changes, &(struct dm_change){
								 .kind = DM_CHANGE_INCOMING,
								 .booth = (uint8_t)b,
								 .seat = DM_NOBODY,
								 .channel = incoming->channel,
								 .detail = (uint8_t)incoming->why,
								 .at = interpretation->now,
							 });
	}
}

dm_usec dm_incoming_next(const struct dm_interpretation *interpretation)
{
	dm_usec next = DM_USEC_NEVER;

	for (size_t b = 0; b < interpretation->booth_count; b++) {
		const uint8_t channel = interpretation->booths[b].incoming.channel;
		const struct dm_programme *programme = &interpretation->programmes[channel];

		if (!dm_programme_is_served(programme) &&
		    programme->off_since + DM_PIVOT_GRACE < next)
			next = programme->off_since + DM_PIVOT_GRACE;
	}
	return next;
}

/* Whether a channel could be what the booth hears; what is off may be chosen, and comes later. */
static struct dm_ruling check(const struct dm_interpretation *interpretation,
			      const struct dm_seating *seating, uint8_t channel)
{
	struct dm_ruling ruling = dm_ruling_of(DM_REASON_DONE);
	enum dm_incoming_why verdict;
	struct way way;

	if (channel >= interpretation->options->channel_count)
		return dm_ruling_of(DM_REASON_NO_SUCH_CHANNEL);
	if (channel != 0 && channel == seating->booth->options->outputs[DM_OUTPUT_A])
		return dm_ruling_about(DM_REASON_OWN_CHANNEL, seating->booth_number, DM_NOBODY,
				       channel);

	way = follow(interpretation, seating->booth_number, channel);
	verdict = judge(interpretation, &way);
	if (verdict == DM_INCOMING_CHOSEN)
		return ruling;
	ruling.reason = verdict == DM_INCOMING_LOOP ? DM_REASON_LOOP : DM_REASON_TOO_DEEP;
	ruling.channel = channel;
	ruling.chain_count = way.length;
	memcpy(ruling.chain, way.chain, way.length);
	return ruling;
}

static struct dm_ruling choose(struct dm_interpretation *interpretation,
			       const struct dm_seating *seating, uint8_t channel)
{
	const struct dm_ruling ruling = check(interpretation, seating, channel);

	if (ruling.reason != DM_REASON_DONE)
		return ruling;
	seating->booth->incoming.automatic = false;
	seating->booth->incoming.chosen = channel;
	return done(interpretation);
}

struct dm_ruling dm_incoming_choose(struct dm_interpretation *interpretation,
				    const char *participant, uint8_t channel, dm_usec now)
{
	struct dm_seating seating;

	if (!dm_interpretation_enter(interpretation, participant, now, &seating))
		return dm_ruling_of(DM_REASON_NOT_SEATED);
	return choose(interpretation, &seating, channel);
}

struct dm_ruling dm_incoming_recall(struct dm_interpretation *interpretation,
				    const char *participant, uint8_t preset, dm_usec now)
{
	struct dm_seating seating;

	if (!dm_interpretation_enter(interpretation, participant, now, &seating))
		return dm_ruling_of(DM_REASON_NOT_SEATED);
	if (preset >= DM_PRESETS || seating.booth->incoming.presets[preset] == DM_NOBODY)
		return dm_ruling_of(DM_REASON_NO_PRESET);
	return choose(interpretation, &seating, seating.booth->incoming.presets[preset]);
}

struct dm_ruling dm_incoming_preset(struct dm_interpretation *interpretation,
				    const char *participant, uint8_t preset, uint8_t channel,
				    dm_usec now)
{
	struct dm_seating seating;

	if (!dm_interpretation_enter(interpretation, participant, now, &seating))
		return dm_ruling_of(DM_REASON_NOT_SEATED);
	if (preset >= DM_PRESETS)
		return dm_ruling_of(DM_REASON_NO_PRESET);
	if (channel >= interpretation->options->channel_count)
		return dm_ruling_of(DM_REASON_NO_SUCH_CHANNEL);
	if (channel != 0 && channel == seating.booth->options->outputs[DM_OUTPUT_A])
		return dm_ruling_about(DM_REASON_OWN_CHANNEL, seating.booth_number, DM_NOBODY,
				       channel);
	seating.booth->incoming.presets[preset] = channel;
	return done(interpretation);
}

struct dm_ruling dm_incoming_automatic(struct dm_interpretation *interpretation,
				       const char *participant, bool on, dm_usec now)
{
	struct dm_seating seating;

	if (!dm_interpretation_enter(interpretation, participant, now, &seating))
		return dm_ruling_of(DM_REASON_NOT_SEATED);
	if (!on)
		return choose(interpretation, &seating, seating.booth->incoming.chosen);
	seating.booth->incoming.automatic = true;
	return done(interpretation);
}

struct dm_ruling dm_incoming_set_pivots(struct dm_interpretation *interpretation, uint8_t booth,
					const uint8_t *pivots, size_t count, dm_usec now)
{
	struct dm_booth *b;

	dm_interpretation_advance(interpretation, now);
	if (booth >= interpretation->booth_count)
		return dm_ruling_of(DM_REASON_NO_SUCH_BOOTH);
	if (count > DM_PIVOTS_MAX)
		return dm_ruling_of(DM_REASON_TOO_MANY_PIVOTS);
	b = &interpretation->booths[booth];
	for (size_t n = 0; n < count; n++) {
		if (pivots[n] == 0 || pivots[n] >= interpretation->options->channel_count)
			return dm_ruling_of(DM_REASON_NO_SUCH_CHANNEL);
		if (pivots[n] == b->options->outputs[DM_OUTPUT_A])
			return dm_ruling_about(DM_REASON_OWN_CHANNEL, booth, DM_NOBODY, pivots[n]);
	}
	for (size_t n = 0; n < count; n++)
		b->incoming.pivots[n] = pivots[n];
	b->incoming.pivot_count = (uint8_t)count;
	return done(interpretation);
}
