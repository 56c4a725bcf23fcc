/* relay/control/levels.c: see levels.h */
#include "control/levels.h"

#include "control/booth_news.h"
#include "control/event_json.h"
#include "control/place.h"
#include "session/level.h"

#include <math.h>

/* A tenth of a decibel; silence is null, as JSON has no infinity (RFC 8259, 6). */
static json_t *decibels(double value)
{
	return isfinite(value) ? json_real(round(value * 10) / 10) : json_null();
}

static json_t *channel_json(const struct dm_room *room, uint8_t channel)
{
	struct dm_channel_level level;

	dm_channel_level(room, &room->channels[channel], &level);
	return json_pack("{s:o, s:o}", "peak", decibels(level.peak_dbfs), "lufs",
			 decibels(level.lufs));
}

static json_t *levels_json(const struct dm_interpreter *interpreter)
{
	const struct dm_room *room = dm_interpreter_room(interpreter);
	const struct dm_booth *booth = dm_interpretation_booth(room->interpretation,
							       dm_interpreter_booth(interpreter));
	struct dm_microphone_level microphone;
	json_t *outputs = json_array();

	for (size_t n = 0; n < DM_OUTPUTS; n++) {
		if (booth->options->outputs[n])
			json_array_append_new(outputs,
					      channel_json(room, booth->options->outputs[n]));
	}
	dm_interpreter_level(interpreter, &microphone);
	return json_pack("{s:s, s:o, s:o, s:{s:o, s:b}}", "type", "levels", "outputs", outputs,
			 "incoming", channel_json(room, booth->incoming.channel), "microphone",
			 "peak", decibels(microphone.peak_dbfs), "live", microphone.live);
}

/* *user: whether anybody needs the timer. */
static void tell(struct dm_conversation *conversation, void *user)
{
	bool *needed = user;
	const struct dm_interpreter *interpreter = conversation->place
							   ? dm_place_interpreter(
								     conversation->place)
							   : NULL;

	*needed = *needed || interpreter || conversation->organises;
	/* Old levels are of no use: who does not read gets none until the rest is read. */
	if (interpreter && g_queue_is_empty(&conversation->queue))
		dm_conversation_push_json(conversation, levels_json(interpreter));
}

void dm_levels_run(struct dm_hub *hub)
{
	bool needed = false;

	dm_booth_news_look(hub);
	dm_hub_each(hub, tell, &needed);
	if (!needed)
		dm_levels_stop(hub);
}

static gboolean on_timer(void *hub)
{
	dm_levels_run(hub);
	return G_SOURCE_CONTINUE;
}

void dm_levels_start(struct dm_hub *hub)
{
	if (!hub->levels_timer)
		hub->levels_timer = g_timeout_add(DM_LEVELS_MS, on_timer, hub);
}

void dm_levels_stop(struct dm_hub *hub)
{
	if (hub->levels_timer)
		g_source_remove(hub->levels_timer);
	hub->levels_timer = 0;
}
