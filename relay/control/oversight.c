/* relay/control/oversight.c: see oversight.h */
#include "control/oversight.h"

#include "control/audience_json.h"
#include "control/booth_news.h"
#include "control/bulletin.h"
#include "control/fitness_news.h"
#include "control/levels.h"
#include "control/line_up_json.h"
#include "control/line_up_record.h"
#include "control/measures_json.h"
#include "control/overview_json.h"

struct dm_oversight {
	struct dm_hub *hub; /* borrowed */
	guint timer;        /* GLib source; 0: nobody oversees */
	unsigned turns;
};

static double wall_seconds(void)
{
	return (double)g_get_real_time() / 1e6;
}

static void push_taken(struct dm_conversation *conversation, GBytes *text)
{
	dm_conversation_push(conversation, text);
	g_bytes_unref(text);
}

/* --- figures, on a timer --- */

/* What is told in one turn: made when somebody needs it, once for all. */
struct turn {
	struct dm_hub *hub;
	double now;
	bool at_overview;
	bool at_measures;
	bool anybody;
	struct dm_overview *overview; /* owned, nullable */
	GHashTable *meters;           /* struct dm_room (borrowed) to GBytes (owned) */
	GHashTable *measures[2];      /* likewise; [1]: with the whole event's networks */
};

static GHashTable *new_texts(void)
{
	return g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_bytes_unref);
}

static GBytes *meters_of(struct turn *turn, struct dm_room *room)
{
	GBytes *text = g_hash_table_lookup(turn->meters, room);

	if (!text) {
		text = dm_meters_json(room);
		g_hash_table_insert(turn->meters, room, text);
	}
	return text;
}

static GBytes *measures_of(struct turn *turn, struct dm_room *room, bool whole)
{
	GBytes *text = g_hash_table_lookup(turn->measures[whole], room);

	if (!text) {
		text = dm_measures_json(turn->hub->options.watch, room, whole, turn->now);
		g_hash_table_insert(turn->measures[whole], room, text);
	}
	return text;
}

static GBytes *overview_of(struct turn *turn, uint64_t rooms)
{
	if (!turn->overview)
		turn->overview = dm_overview_make(turn->hub->options.watch,
						  turn->hub->options.event, turn->now);
	return dm_overview_text(turn->overview, rooms);
}

/* Old figures are of no use: who does not read gets none until the rest is read. */
static void tell_figures(struct dm_conversation *conversation, void *user)
{
	struct turn *turn = user;
	struct dm_room *room = conversation->watched;

	turn->anybody = turn->anybody || conversation->oversees;
	if (!conversation->oversees || !g_queue_is_empty(&conversation->queue))
		return;
	if (turn->at_overview) {
		const uint64_t rooms = dm_conversation_rooms(conversation);

		if (rooms)
			dm_conversation_push(conversation, overview_of(turn, rooms));
	}
	if (!room || !dm_conversation_organises(conversation, room))
		return;
	dm_conversation_push(conversation, meters_of(turn, room));
	if (turn->at_measures)
		dm_conversation_push(
			conversation,
			measures_of(turn, room, dm_conversation_sees_whole(conversation)));
}

static void stop(struct dm_oversight *oversight)
{
	if (oversight->timer)
		g_source_remove(oversight->timer);
	oversight->timer = 0;
}

void dm_oversight_run(struct dm_hub *hub)
{
	struct dm_oversight *oversight = hub->oversight;
	const unsigned n = oversight->turns++ % DM_OVERSIGHT_RARE;
	struct turn turn = {
		.hub = hub,
		.now = wall_seconds(),
		/* Not both at once: each turn has its share of the work. */
		.at_overview = n == 0,
		.at_measures = n == DM_OVERSIGHT_RARE / 2,
		.meters = new_texts(),
		.measures = { new_texts(), new_texts() },
	};

	dm_hub_each(hub, tell_figures, &turn);
	if (turn.overview)
		dm_overview_free(turn.overview);
	g_hash_table_destroy(turn.meters);
	g_hash_table_destroy(turn.measures[0]);
	g_hash_table_destroy(turn.measures[1]);
	if (!turn.anybody)
		stop(oversight);
}

static gboolean on_timer(void *user)
{
	struct dm_oversight *oversight = user;

	dm_oversight_run(oversight->hub);
	return G_SOURCE_CONTINUE;
}

/* --- to who begins --- */

static void begin_room(struct dm_conversation *conversation, struct dm_room *room)
{
	const struct dm_watch *watch = conversation->hub->options.watch;

	push_taken(conversation,
		   dm_measures_json(watch, room, dm_conversation_sees_whole(conversation),
				    wall_seconds()));
	push_taken(conversation, dm_audience_json(watch, room));
	if (room->line_up)
		push_taken(conversation, dm_line_up_json(room->line_up));
	dm_booth_news_tell_all(conversation, room);
	dm_levels_start(conversation->hub);
}

void dm_oversight_begin(struct dm_conversation *conversation)
{
	struct dm_hub *hub = conversation->hub;
	struct dm_oversight *oversight = hub->oversight;
	struct dm_overview *overview = dm_overview_make(hub->options.watch, hub->options.event,
							wall_seconds());

	dm_conversation_push(conversation,
			     dm_overview_text(overview, dm_conversation_rooms(conversation)));
	dm_overview_free(overview);
	push_taken(conversation, dm_bulletin_alarms(conversation));
	push_taken(conversation, dm_bulletin_log(conversation));
	if (conversation->watched)
		begin_room(conversation, conversation->watched);
	if (!oversight->timer)
		oversight->timer = g_timeout_add(DM_OVERSIGHT_MS, on_timer, oversight);
}

/* --- the watch's news --- */

static void on_news(void *user, const struct dm_watch_news *news)
{
	struct dm_oversight *oversight = user;

	switch (news->what) {
	case DM_WATCH_ALARM:
		if (oversight->timer)
			dm_bulletin_tell_alarm(oversight->hub, news);
		break;
	case DM_WATCH_ENTRY:
		if (oversight->timer)
			dm_bulletin_tell_entry(oversight->hub, news->entry);
		break;
	case DM_WATCH_LOOK:
		dm_fitness_news_look(oversight->hub);
		break;
	}
}

void dm_oversight_tell_line_up(struct dm_hub *hub, const struct dm_room *room)
{
	if (hub->oversight && hub->oversight->timer)
		dm_bulletin_tell(hub, room->options->id, dm_line_up_json(room->line_up));
}

static void on_line_up(void *user, struct dm_room *room)
{
	const struct dm_oversight *oversight = user;

	dm_oversight_tell_line_up(oversight->hub, room);
	if (room->line_up->state == DM_LINE_UP_DONE)
		dm_line_up_record(oversight->hub->options.watch, room);
}

void dm_oversight_create(struct dm_oversight **out, struct dm_hub *hub)
{
	struct dm_oversight *oversight = g_new0(struct dm_oversight, 1);

	oversight->hub = hub;
	dm_watch_observe(hub->options.watch, on_news, oversight);
	dm_line_up_set_observer(hub->options.event, on_line_up, oversight);
	*out = oversight;
}

void dm_oversight_destroy(struct dm_oversight *oversight)
{
	if (!oversight)
		return;
	dm_line_up_set_observer(oversight->hub->options.event, NULL, NULL);
	dm_watch_unobserve(oversight->hub->options.watch, on_news, oversight);
	stop(oversight);
	g_free(oversight);
}
