#include "session/desk.h"

#include "base/log.h"
#include "session/desk_private.h"

#include <errno.h>
#include <string.h>

#define POLL_EVERY_MS 100 /* choice: some times in the half second after which a link is lost */
#define TRY_AGAIN     DM_MSEC(20) /* a beat, after which a queue is empty again */
#define ROUNDS        8           /* choice: what publishers do leads to nothing much after it */

/* --- observers --- */

void dm_desk_observe(struct dm_event *event, dm_desk_observer_cb *callback, void *user)
{
	const struct dm_desk_observer observer = { .callback = callback, .user = user };

	g_array_append_val(event->desk_observers, observer);
}

void dm_desk_unobserve(struct dm_event *event, dm_desk_observer_cb *callback, void *user)
{
	for (guint i = 0; i < event->desk_observers->len; i++) {
		const struct dm_desk_observer *observer = &g_array_index(
			event->desk_observers, struct dm_desk_observer, i);

		if (observer->callback == callback && observer->user == user) {
			g_array_remove_index(event->desk_observers, i);
			return;
		}
	}
}

static void tell(struct dm_room *room, const struct dm_change *change)
{
	const GArray *observers = room->event->desk_observers;

	for (guint i = 0; i < observers->len; i++) {
		const struct dm_desk_observer observer = g_array_index(observers,
								       struct dm_desk_observer, i);

		observer.callback(observer.user, room, change);
	}
}

/* What everybody may know, beside those in the booths. */
static bool is_public(const struct dm_change *change)
{
	switch (change->kind) {
	case DM_CHANGE_SEATED:
	case DM_CHANGE_LEFT:
	case DM_CHANGE_PROGRAMME:
	case DM_CHANGE_FLOOR_LANGUAGE:
	case DM_CHANGE_SLOW_DOWN:
		return true;
	default:
		return false;
	}
}

static void note(struct dm_room *room, const struct dm_change *change)
{
	dm_log(DM_LOG_DEBUG, "booth.change",
	       "room=%s kind=%s booth=%u seat=%u channel=%u detail=%u", room->options->id,
	       dm_change_kind_name(change->kind), change->booth, change->seat, change->channel,
	       change->detail);
	if (change->booth < dm_interpretation_booth_count(room->interpretation))
		dm_booth_metrics_count(&room->desk->booths[change->booth], change);
}

/* --- what follows from the rules --- */

/* Somebody muted is at a pause: who was agreed on has the microphone now. */
static void hand_over_muted(struct dm_room *room, dm_usec now)
{
	const size_t count = dm_interpretation_booth_count(room->interpretation);

	for (size_t b = 0; b < count; b++) {
		const struct dm_booth *booth = dm_interpretation_booth(room->interpretation,
								       (uint8_t)b);
		const struct dm_handover *handover = &booth->handover;

		if (handover->state == DM_HANDOVER_COUNTING &&
		    booth->seats[handover->from].mic == DM_MIC_MUTED)
			dm_handover_report(room->interpretation, booth->seats[handover->to].who.id,
					   true, now);
	}
}

/* Those whose seat is gone, or who have been without a peer for too long. */
static void sweep(struct dm_room *room, dm_usec now)
{
	GPtrArray *interpreters = room->desk->interpreters;

	for (guint i = interpreters->len; i-- > 0;) {
		struct dm_interpreter *interpreter = g_ptr_array_index(interpreters, i);

		if (dm_interpreter_booth(interpreter) != DM_NOBODY &&
		    (interpreter->alone_since == DM_USEC_NEVER ||
		     now < interpreter->alone_since + DM_LINK_KEPT))
			continue;
		dm_interpreter_evict(interpreter);
		i = MIN(i, interpreters->len); /* callbacks may have ended others */
	}
}

static void act_publishers(struct dm_room *room, dm_usec now)
{
	const GPtrArray *interpreters = room->desk->interpreters;

	for (guint i = 0; i < interpreters->len; i++) {
		const struct dm_interpreter *interpreter = g_ptr_array_index(interpreters, i);

		if (interpreter->publisher)
			dm_publisher_act(interpreter->publisher, now);
	}
}

static void rebind(struct dm_room *room, struct dm_subscriber *subscriber)
{
	if (dm_subscriber_rebind(subscriber) == -EAGAIN)
		room->desk->unapplied = room->desk->unbound = true;
}

static void rebind_interpreters(struct dm_room *room)
{
	const GPtrArray *interpreters = room->desk->interpreters;

	for (guint i = 0; i < interpreters->len; i++) {
		const struct dm_interpreter *interpreter = g_ptr_array_index(interpreters, i);

		if (interpreter->subscriber)
			rebind(room, interpreter->subscriber);
	}
}

/* The floor speaks another language: who has "my languages" may hear something else now. */
static void rebind_delegates(struct dm_room *room)
{
	GHashTableIter iter;
	gpointer subscriber;

	g_hash_table_iter_init(&iter, room->event->subscribers_by_id);
	while (g_hash_table_iter_next(&iter, NULL, &subscriber)) {
		if (dm_subscriber_room(subscriber) == room)
			rebind(room, subscriber);
	}
}

static void show_metrics(struct dm_room *room)
{
	const size_t count = dm_interpretation_booth_count(room->interpretation);

	for (size_t b = 0; b < count; b++)
		dm_booth_metrics_show(&room->desk->booths[b],
				      dm_interpretation_booth(room->interpretation, (uint8_t)b));
	for (size_t c = 1; c < room->channel_count; c++)
		dm_metric_set(&room->channels[c].served,
			      dm_programme_is_served(room->channels[c].programme));
}

static bool has_forgotten(struct dm_room *room)
{
	const uint64_t before = room->desk->forgotten;

	room->desk->forgotten = dm_interpretation_forgotten_changes(room->interpretation);
	return room->desk->forgotten > before;
}

/* One turn: everything is done before anybody is told of it. */
static void turn(struct dm_room *room, dm_usec now)
{
	GArray *changes = g_array_new(FALSE, FALSE, sizeof(struct dm_change));
	struct dm_change change;
	const bool unbound = room->desk->unbound;
	bool language = false;

	dm_interpretation_advance(room->interpretation, now);
	hand_over_muted(room, now);
	sweep(room, now);
	act_publishers(room, now);
	if (has_forgotten(room))
		language = room->desk->news = true; /* whatever it was */
	while (dm_interpretation_take_change(room->interpretation, &change)) {
		g_array_append_val(changes, change);
		note(room, &change);
		room->desk->news |= is_public(&change);
		language |= change.kind == DM_CHANGE_FLOOR_LANGUAGE;
	}
	room->desk->unapplied = !dm_room_line_up_yield(room);
	room->desk->unapplied |= !dm_patchbay_apply(room, now);
	room->desk->unbound = false;
	rebind_interpreters(room);
	if (language || unbound)
		rebind_delegates(room);
	show_metrics(room);
	for (guint i = 0; i < changes->len; i++)
		tell(room, &g_array_index(changes, struct dm_change, i));
	if (changes->len > 0) {
		tell(room, NULL);
		room->desk->again = true; /* who was told may have acted; and what is left */
	}
	if (room->desk->news) {
		room->desk->news = false;
		dm_event_notify(room->event, room);
	}
	g_array_unref(changes);
}

/* --- time --- */

static dm_usec next_deadline(const struct dm_room *room, dm_usec now)
{
	const GPtrArray *interpreters = room->desk->interpreters;
	dm_usec next = dm_interpretation_next(room->interpretation);

	for (guint i = 0; i < interpreters->len; i++) {
		const struct dm_interpreter *interpreter = g_ptr_array_index(interpreters, i);

		if (interpreter->alone_since != DM_USEC_NEVER)
			next = MIN(next, interpreter->alone_since + DM_LINK_KEPT);
	}
	return room->desk->unapplied ? MIN(next, now + TRY_AGAIN) : next;
}

static gboolean on_due(gpointer user)
{
	struct dm_desk *desk = user;

	desk->due_source = 0;
	dm_desk_settle(desk->room);
	return G_SOURCE_REMOVE;
}

static void arm(struct dm_desk *desk, dm_usec now)
{
	const dm_usec next = next_deadline(desk->room, now);

	if (desk->due_source > 0)
		g_source_remove(desk->due_source);
	desk->due_source = 0;
	if (next == DM_USEC_NEVER)
		return;

	const dm_usec wait = MAX(next - now, 0);

	desk->due_source = g_timeout_add((guint)MIN((wait + 999) / 1000, G_MAXINT), on_due, desk);
}

void dm_desk_settle(struct dm_room *room)
{
	struct dm_desk *desk = room->desk;

	desk->again = true;
	if (desk->settling)
		return;
	desk->settling = true;
	for (unsigned round = 0; desk->again && round < ROUNDS; round++) {
		desk->again = false;
		turn(room, dm_time_now());
	}
	if (desk->again)
		desk->unapplied = true; /* the rest in a moment */
	desk->settling = false;
	arm(desk, dm_time_now());
}

/* --- links --- */

static gboolean on_poll(gpointer user)
{
	struct dm_desk *desk = user;
	const dm_usec now = dm_time_now();

	bool news = false;

	for (guint i = 0; i < desk->interpreters->len; i++)
		news |= dm_interpreter_poll(g_ptr_array_index(desk->interpreters, i), now);
	if (news)
		dm_desk_settle(desk->room);
	return G_SOURCE_CONTINUE;
}

void dm_desk_admit(struct dm_desk *desk, struct dm_interpreter *interpreter)
{
	g_ptr_array_add(desk->interpreters, interpreter);
	if (desk->poll_source == 0)
		desk->poll_source = g_timeout_add(POLL_EVERY_MS, on_poll, desk);
}

void dm_desk_dismiss(struct dm_desk *desk, struct dm_interpreter *interpreter)
{
	g_ptr_array_remove(desk->interpreters, interpreter);
	if (desk->interpreters->len > 0 || desk->poll_source == 0)
		return;
	g_source_remove(desk->poll_source);
	desk->poll_source = 0;
}

struct dm_interpreter *dm_desk_find(const struct dm_desk *desk, uint8_t booth, uint8_t seat)
{
	const struct dm_booth *b = dm_interpretation_booth(desk->room->interpretation, booth);

	if (!b || seat >= DM_SEATS_MAX || !dm_seat_is_taken(&b->seats[seat]))
		return NULL;
	return dm_room_find_interpreter(desk->room, b->seats[seat].who.id);
}

/* --- engines --- */

static struct dm_room *find_number(struct dm_event *event, int number, uint8_t *channel)
{
	for (size_t r = 0; r < event->room_count; r++) {
		for (size_t c = 1; c < event->rooms[r].channel_count; c++) {
			*channel = (uint8_t)c;
			if (event->rooms[r].channels[c].number == number)
				return &event->rooms[r];
		}
	}
	return NULL;
}

void dm_desk_answer(struct dm_event *event)
{
	const dm_usec now = dm_time_now();
	struct dm_ticker_event news;
	uint8_t channel;

	dm_ticker_answer(event->ticker);
	while (dm_ticker_take_event(event->ticker, &news)) {
		struct dm_room *room = find_number(event, news.channel, &channel);

		if (!room)
			continue;
		dm_patchbay_report(room, channel, &news.engine, now);
		dm_desk_settle(room);
	}
}

/* --- create --- */

static int add_metrics(const struct dm_desk *desk)
{
	struct dm_metrics *metrics = desk->room->event->metrics;
	const struct dm_room_options *options = desk->room->options;
	int error = 0;

	for (size_t b = 0; b < options->booth_count && metrics && !error; b++) {
		const struct dm_booth_options *booth = &options->booths[b];

		error = dm_booth_metrics_add(
			&desk->booths[b], metrics, options->id, booth->id,
			desk->room->channels[booth->outputs[DM_OUTPUT_A]].lang);
	}
	return error;
}

int dm_desk_init(struct dm_room *room, dm_usec now)
{
	struct dm_desk *desk = g_new0(struct dm_desk, 1);

	room->desk = desk;
	desk->room = room;
	desk->interpreters = g_ptr_array_new();
	desk->booths = g_new0(struct dm_booth_metrics, room->options->booth_count);
	dm_patchbay_init(&desk->patchbay);
	dm_room_rules_init(&desk->rules, room);

	const int error = dm_interpretation_create(&room->interpretation, &desk->rules.options,
						   now);

	if (error < 0)
		return error;
	room->floor_language = dm_interpretation_floor_language(room->interpretation);
	for (size_t c = 0; c < room->channel_count; c++)
		room->channels[c].programme = dm_interpretation_programme(room->interpretation,
									  (uint8_t)c);
	return add_metrics(desk);
}

void dm_desk_finish(struct dm_room *room)
{
	struct dm_desk *desk = room->desk;

	if (!desk)
		return;
	desk->settling = true; /* nothing follows from what ends now */
	while (desk->interpreters->len > 0)
		dm_interpreter_leave(g_ptr_array_index(desk->interpreters, 0));
	if (desk->due_source > 0)
		g_source_remove(desk->due_source);
	dm_patchbay_finish(&desk->patchbay);
	dm_interpretation_destroy(room->interpretation);
	if (room->event->metrics && desk->booths)
		dm_metrics_remove(room->event->metrics, desk->booths,
				  room->options->booth_count * sizeof(*desk->booths));
	g_ptr_array_unref(desk->interpreters);
	g_free(desk->booths);
	dm_room_rules_finish(&desk->rules);
	g_free(desk);
	room->desk = NULL;
}
