#include "control/fitness_news.h"

#include "control/measures_json.h"
#include "control/place.h"
#include "monitor/watch.h"

/* Once for each change. */
static void tell_fitness(struct dm_conversation *conversation, const char *type,
			 struct dm_told_fitness *told,
			 const struct dm_interpretability_report *fitness)
{
	struct dm_json_writer writer;

	if (fitness->verdict == told->verdict && fitness->reason == told->reason)
		return;
	*told = (struct dm_told_fitness){ fitness->verdict, fitness->reason };
	dm_json_begin_message(&writer, type);
	dm_fitness_json(&writer, "fitness", fitness);

	GBytes *text = dm_json_end_message(&writer);

	dm_conversation_push(conversation, text);
	g_bytes_unref(text);
}

static void look_for_fitness(struct dm_conversation *conversation, void *user)
{
	const struct dm_watch *watch = user;
	const struct dm_place *place = conversation->place;
	const struct dm_interpreter *interpreter = place ? dm_place_interpreter(place) : NULL;
	struct dm_room_figures figures;

	if (!interpreter)
		return;
	dm_watch_room(watch, place->room, &figures);
	if (figures.channel_count)
		tell_fitness(conversation, "floor-fitness", &conversation->told_floor,
			     &figures.channels[0].sound.fitness);
	for (size_t n = 0; n < figures.microphone_count; n++) {
		const struct dm_microphone_figures *microphone = &figures.microphones[n];

		if (microphone->booth == dm_interpreter_booth(interpreter) &&
		    microphone->seat == dm_interpreter_seat(interpreter))
			tell_fitness(conversation, "fitness", &conversation->told_own,
				     &microphone->sound.fitness);
	}
}

void dm_fitness_news_look(struct dm_hub *hub)
{
	dm_hub_each(hub, look_for_fitness, hub->options.watch);
}
