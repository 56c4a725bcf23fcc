#include "session/programme.h"

#include "session/interpretation_private.h"

/* What the seats of all booths mean for one channel. */
struct tally {
	uint8_t booth;
	uint8_t voices; /* bit n: seat n is on air and alive */
	uint8_t voice;  /* the first of them */
	uint8_t lost;   /* on air, and the link has just died */
	uint8_t muted;
	bool people; /* somebody sits in a booth whose channel A it is */
	bool fallen;
	dm_usec silent_since; /* FALLEN */
};

bool dm_programme_is_served(const struct dm_programme *programme)
{
	return programme->off_since == DM_USEC_NEVER;
}

static void count_seat(struct tally *tallies, const struct dm_booth *booth, uint8_t b, uint8_t s)
{
	const struct dm_seat *seat = &booth->seats[s];
	struct tally *tally = &tallies[dm_seat_channel(booth, seat)];

	if (dm_seat_is_taken(seat))
		tallies[booth->options->outputs[DM_OUTPUT_A]].people = true;
	if (!dm_seat_is_open(seat))
		return;
	if (seat->fallen) {
		tally->fallen = true;
		tally->silent_since = seat->silent_since;
		return;
	}
	tally->booth = b;
	if (seat->mic == DM_MIC_MUTED) {
		tally->muted = s;
	} else if (seat->link != DM_LINK_ALIVE) {
		tally->lost = s;
	} else {
		tally->voices |= (uint8_t)(1U << s);
		if (tally->voice == DM_NOBODY ||
		    seat->opened_at < booth->seats[tally->voice].opened_at)
			tally->voice = s;
	}
}

static void set(struct dm_programme *programme, enum dm_carries carries, enum dm_programme_why why,
		uint8_t voice)
{
	programme->carries = carries;
	programme->why = why;
	programme->voice = voice;
}

static void fall_back(struct dm_programme *programme, const struct tally *tally,
		      const struct dm_interpreted_channel *channel)
{
	set(programme, channel->fallback,
	    tally->fallen   ? DM_WHY_LINK_LOST
	    : tally->people ? DM_WHY_BOOTH_OFF
			    : DM_WHY_NOBODY,
	    DM_NOBODY);
	if (channel->fallback == DM_CARRIES_CHANNEL)
		programme->fallback_channel = channel->fallback_channel;
}

/* Who gets the microphone next, and who stands by. */
static void look_ahead(struct dm_programme *programme, const struct dm_booth *booth)
{
	if (booth->handover.state == DM_HANDOVER_COUNTING)
		programme->next = booth->handover.to;
	for (uint8_t s = DM_SEATS_MAX; s-- > 0;) {
		if (booth->seats[s].mic == DM_MIC_STANDBY)
			programme->standby = s;
	}
}

static struct dm_programme judge(const struct dm_interpretation *interpretation, uint8_t channel,
				 const struct tally *tally)
{
	struct dm_programme programme = {
		.fallback_channel = DM_NOBODY,
		.booth = tally->booth,
		.voice = DM_NOBODY,
		.voices = tally->voices,
		.next = DM_NOBODY,
		.standby = DM_NOBODY,
		.off_since = DM_USEC_NEVER,
		.source_live = interpretation->programmes[channel].source_live,
	};

	if (channel == 0)
		set(&programme, DM_CARRIES_FLOOR, DM_WHY_FLOOR, DM_NOBODY);
	else if (tally->voices != 0)
		set(&programme, DM_CARRIES_VOICE, DM_WHY_ON_AIR, tally->voice);
	else if (tally->lost != DM_NOBODY)
		set(&programme, DM_CARRIES_CONCEALMENT, DM_WHY_LINK_LOST, tally->lost);
	else if (tally->muted != DM_NOBODY)
		set(&programme, DM_CARRIES_COMFORT, DM_WHY_MUTED, tally->muted);
	else if (programme.source_live)
		set(&programme, DM_CARRIES_SOURCE, DM_WHY_SOURCE, DM_NOBODY);
	else {
		fall_back(&programme, tally, &interpretation->options->channels[channel]);
		programme.off_since = tally->fallen ? tally->silent_since : interpretation->now;
	}
	if (programme.booth != DM_NOBODY)
		look_ahead(&programme, &interpretation->booths[programme.booth]);
	return programme;
}

static bool is_news(const struct dm_programme *a, const struct dm_programme *b)
{
	return a->carries != b->carries || a->why != b->why || a->booth != b->booth ||
	       a->voice != b->voice || a->voices != b->voices || a->next != b->next ||
	       a->standby != b->standby || a->fallback_channel != b->fallback_channel;
}

static void put(struct dm_interpretation *interpretation, uint8_t channel,
		struct dm_programme *programme)
{
	struct dm_programme *old = &interpretation->programmes[channel];
	const bool news = is_news(old, programme);

	if (!dm_programme_is_served(programme) && !dm_programme_is_served(old))
		programme->off_since = old->off_since;
	*old = *programme;
	if (news) {
		dm_changes_put(&interpretation->changes,
			       &(struct dm_change){
				       .kind = DM_CHANGE_PROGRAMME,
				       .booth = programme->booth,
				       .seat = programme->voice,
				       .channel = channel,
				       .detail = (uint8_t)programme->carries,
				       .at = interpretation->now,
			       });
	}
}

void dm_programme_settle(struct dm_interpretation *interpretation)
{
	struct tally tallies[DM_CHANNELS_MAX];

	for (size_t c = 0; c < DM_CHANNELS_MAX; c++) {
		tallies[c] = (struct tally){
			.booth = DM_NOBODY,
			.voice = DM_NOBODY,
			.lost = DM_NOBODY,
			.muted = DM_NOBODY,
		};
	}
	for (size_t b = 0; b < interpretation->booth_count; b++) {
		for (uint8_t s = 0; s < DM_SEATS_MAX; s++)
			count_seat(tallies, &interpretation->booths[b], (uint8_t)b, s);
	}
	for (size_t c = 0; c < interpretation->options->channel_count; c++) {
		struct dm_programme programme = judge(interpretation, (uint8_t)c, &tallies[c]);

		put(interpretation, (uint8_t)c, &programme);
	}
}
