#include "session/patchbay.h"

#include "base/log.h"
#include "session/desk_private.h"
#include "session/ear_private.h"

void dm_patchbay_init(struct dm_patchbay *patchbay)
{
	for (size_t c = 0; c < DM_CHANNELS_MAX; c++)
		patchbay->patches[c].booth = DM_NOBODY;
}

void dm_patchbay_finish(struct dm_patchbay *patchbay)
{
	for (size_t c = 0; c < DM_CHANNELS_MAX; c++) {
		for (size_t s = 0; s < DM_ENGINE_MICROPHONES; s++)
			dm_intake_unref(patchbay->patches[c].slots[s]);
	}
}

/* Whose channel a seat that has none may get: of the partner who is open, the longest first. */
static const struct dm_seat *find_leader(const struct dm_booth *booth, uint8_t seat)
{
	const struct dm_seat *leader = NULL;

	if (booth->handover.state == DM_HANDOVER_COUNTING && booth->handover.to == seat)
		return &booth->seats[booth->handover.from];
	for (size_t s = 0; s < DM_SEATS_MAX; s++) {
		const struct dm_seat *other = &booth->seats[s];

		if (dm_seat_is_open(other) && (!leader || other->opened_at < leader->opened_at))
			leader = other;
	}
	return leader;
}

/* The channel that a seat's microphone speaks into, or would. */
static uint8_t channel_of(const struct dm_booth *booth, uint8_t seat)
{
	const struct dm_seat *leader = dm_seat_is_open(&booth->seats[seat])
					       ? &booth->seats[seat]
					       : find_leader(booth, seat);

	return booth->options->outputs[leader ? leader->output : DM_OUTPUT_A];
}

/* The microphone of that seat, if it is for this channel. */
static struct dm_intake *wanted(const struct dm_room *room, uint8_t channel, uint8_t booth,
				uint8_t seat)
{
	const struct dm_interpreter *interpreter;

	if (booth == DM_NOBODY ||
	    channel_of(dm_interpretation_booth(room->interpretation, booth), seat) != channel)
		return NULL;
	interpreter = dm_desk_find(room->desk, booth, seat);
	return interpreter ? interpreter->microphone : NULL;
}

static bool has_any(const struct dm_room *room, uint8_t channel, uint8_t booth)
{
	for (uint8_t s = 0; s < DM_SEATS_MAX; s++) {
		if (wanted(room, channel, booth, s))
			return true;
	}
	return false;
}

/* Which booth's microphones a channel's engine has: those of the booth on air; else those that it
 * has already, so that a link that returns is heard at once; else the first booth's with people. */
static uint8_t choose_booth(const struct dm_room *room, uint8_t channel,
			    const struct dm_patch *patch)
{
	const uint8_t on_air = room->channels[channel].programme->booth;
	const size_t count = dm_interpretation_booth_count(room->interpretation);

	if (on_air != DM_NOBODY)
		return on_air;
	if (has_any(room, channel, patch->booth))
		return patch->booth;
	for (size_t b = 0; b < count; b++) {
		if (has_any(room, channel, (uint8_t)b))
			return (uint8_t)b;
	}
	return DM_NOBODY;
}

static bool plug(struct dm_room *room, uint8_t channel, uint8_t slot, struct dm_intake *intake)
{
	struct dm_patch *patch = &room->desk->patchbay.patches[channel];
	const int error = dm_ticker_connect(room->event->ticker, room->channels[channel].number,
					    slot, intake);

	if (error < 0)
		return false;
	dm_intake_unref(patch->slots[slot]);
	patch->slots[slot] = intake ? dm_intake_ref(intake) : NULL;
	return true;
}

/* First whatever leaves its slot, then whatever comes: an intake has one reader. */
static bool connect(struct dm_room *room, bool leaving)
{
	bool done = true;

	for (size_t c = 1; c < room->channel_count; c++) {
		const struct dm_patch *patch = &room->desk->patchbay.patches[c];

		if (room->channels[c].number < 0)
			continue;
		for (uint8_t s = 0; s < DM_ENGINE_MICROPHONES; s++) {
			struct dm_intake *intake = wanted(room, (uint8_t)c, patch->booth, s);

			if (intake == patch->slots[s])
				continue;
			if (leaving && patch->slots[s])
				done &= plug(room, (uint8_t)c, s, NULL);
			else if (!leaving && intake)
				done &= plug(room, (uint8_t)c, s, intake);
		}
	}
	return done;
}

bool dm_patchbay_wants(const struct dm_room *room, const struct dm_intake *microphone, uint8_t seat)
{
	for (size_t c = 1; c < room->channel_count && microphone; c++) {
		const struct dm_patch *patch = &room->desk->patchbay.patches[c];

		if (room->channels[c].number >= 0 &&
		    (patch->slots[seat] == microphone ||
		     wanted(room, (uint8_t)c, patch->booth, seat) == microphone))
			return true;
	}
	return false;
}

/* Whose link has died and who is heard again, without being told, when it returns. */
static uint8_t find_fallen(const struct dm_room *room, uint8_t channel,
			   const struct dm_patch *patch)
{
	const struct dm_booth *booth = dm_interpretation_booth(room->interpretation, patch->booth);

	for (uint8_t s = 0; booth && s < DM_SEATS_MAX; s++) {
		const struct dm_seat *seat = &booth->seats[s];

		if (seat->fallen && seat->mic == DM_MIC_ON_AIR && patch->slots[s] &&
		    channel_of(booth, s) == channel)
			return s;
	}
	return DM_NOBODY;
}

/* A handover that counts down in this channel: the engine cuts at the next pause. */
static void look_ahead(const struct dm_room *room, uint8_t channel, const struct dm_patch *patch,
		       struct dm_engine_state *state)
{
	const struct dm_programme *programme = room->channels[channel].programme;
	const struct dm_booth *booth = dm_interpretation_booth(room->interpretation,
							       programme->booth);

	if (programme->standby != DM_NOBODY && patch->slots[programme->standby]) {
		state->has_standby = true;
		state->standby = programme->standby;
	}
	if (programme->next == DM_NOBODY || !patch->slots[programme->next] ||
	    channel_of(booth, booth->handover.from) != channel)
		return;
	state->voices &= (uint8_t) ~(1U << booth->handover.from);
	state->voices |= (uint8_t)(1U << programme->next);
	state->voice = programme->next;
	state->at_pause = true;
}

static struct dm_engine_state judge(const struct dm_room *room, uint8_t channel,
				    const struct dm_patch *patch)
{
	const struct dm_programme *programme = room->channels[channel].programme;
	struct dm_engine_state state = { .mode = DM_ENGINE_OFF };
	uint8_t fallen;

	switch (programme->carries) {
	case DM_CARRIES_VOICE:
	case DM_CARRIES_CONCEALMENT:
		state.mode = DM_ENGINE_ON_AIR;
		state.voice = programme->voice;
		state.voices = programme->voices;
		look_ahead(room, channel, patch, &state);
		break;
	case DM_CARRIES_COMFORT:
		state.mode = DM_ENGINE_MUTED;
		break;
	case DM_CARRIES_SOURCE:
		state.mode = DM_ENGINE_ON_AIR;
		state.voice = DM_ENGINE_INLET;
		break;
	default:
		fallen = find_fallen(room, channel, patch);
		if (fallen != DM_NOBODY) {
			state.mode = DM_ENGINE_ON_AIR;
			state.voice = fallen;
		}
		break;
	}
	if ((state.voices & (state.voices - 1U)) == 0)
		state.voices = 0; /* it alone */
	return state;
}

static bool is_same(const struct dm_engine_state *a, const struct dm_engine_state *b)
{
	return a->mode == b->mode && a->voice == b->voice && a->voices == b->voices &&
	       a->at_pause == b->at_pause && a->has_standby == b->has_standby &&
	       a->standby == b->standby;
}

static bool tell(struct dm_room *room, uint8_t channel)
{
	static const struct dm_engine_state off = { .mode = DM_ENGINE_OFF };
	struct dm_patch *patch = &room->desk->patchbay.patches[channel];
	const struct dm_engine_state state = judge(room, channel, patch);
	const int number = room->channels[channel].number;

	if (is_same(&state, &patch->told) && !patch->in_doubt)
		return true;
	/* Told the same again it would go on as it is. */
	if (patch->in_doubt && dm_ticker_set(room->event->ticker, number, &off) < 0)
		return false;
	if (dm_ticker_set(room->event->ticker, number, &state) < 0)
		return false;
	patch->in_doubt = false;
	patch->told = state;
	return true;
}

bool dm_patchbay_apply(struct dm_room *room, dm_usec now)
{
	bool done = true;

	if (!room->event->ticker)
		return true;
	for (size_t c = 1; c < room->channel_count; c++) {
		struct dm_patch *patch = &room->desk->patchbay.patches[c];
		const uint8_t booth = choose_booth(room, (uint8_t)c, patch);

		if (booth != patch->booth)
			patch->changed_at = now;
		patch->booth = booth;
	}
	if (!dm_room_ears_leave(room) || !connect(room, true) || !connect(room, false))
		return false;
	done &= dm_room_ears_follow(room);
	for (size_t c = 1; c < room->channel_count; c++) {
		if (room->channels[c].number >= 0)
			done &= tell(room, (uint8_t)c);
	}
	return done;
}

/* The link's last sound is what its last packet brought; the engine knows only that of a beat. */
static dm_usec silent_since(const struct dm_interpreter *interpreter, dm_usec at)
{
	struct dm_intake_reception reception;

	dm_intake_reception(interpreter->microphone, &reception);
	return reception.last_packet > 0 && reception.last_packet < at ? reception.last_packet : at;
}

static void log_handover(const struct dm_room *room, uint8_t channel,
			 const struct dm_engine_event *event)
{
	dm_log(DM_LOG_INFO, "booth.handed_over",
	       "room=%s channel=%s seat=%u waited_ms=%lld overlap_ms=%lld gap_ms=%lld",
	       room->options->id, room->channels[channel].lang, event->voice,
	       (long long)(event->waited / 1000), (long long)(event->overlap / 1000),
	       (long long)(event->gap / 1000));
}

void dm_patchbay_report(struct dm_room *room, uint8_t channel, const struct dm_engine_event *event,
			dm_usec now)
{
	struct dm_patch *patch = &room->desk->patchbay.patches[channel];
	struct dm_interpreter *interpreter;

	/* Of a hardware booth, whose feed tells itself; or of the booth that had it before. */
	if (event->voice >= DM_ENGINE_MICROPHONES || event->at < patch->changed_at)
		return;
	interpreter = dm_desk_find(room->desk, patch->booth, event->voice);
	if (!interpreter)
		return;
	switch (event->type) {
	case DM_ENGINE_HANDED_OVER:
		log_handover(room, channel, event);
		dm_handover_report(room->interpretation, interpreter->key, true, now);
		break;
	case DM_ENGINE_NOT_HANDED:
		dm_handover_report(room->interpretation, interpreter->key, false, now);
		break;
	case DM_ENGINE_LINK_DEAD:
	case DM_ENGINE_FELL_BACK:
		interpreter->dead = true;
		dm_booth_link_lost(room->interpretation, interpreter->key,
				   silent_since(interpreter, event->at), now);
		break;
	case DM_ENGINE_STANDBY_TAKES:
		/* The rules have come to the same result, unless somebody acted meanwhile. */
		patch->in_doubt = !(room->channels[channel].programme->voices & 1U << event->voice);
		break;
	case DM_ENGINE_LINK_BACK:
		interpreter->dead = false;
		dm_booth_link_alive(room->interpretation, interpreter->key, now);
		break;
	}
}
