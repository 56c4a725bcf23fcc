#include "session/line_up.h"

#include "audio/survey.h"
#include "base/log.h"
#include "session/event_private.h"
#include "session/programme.h"

#include <errno.h>
#include <math.h>

#define POLL_EVERY_MS 100 /* as often as the survey listens */

/* Ticks until it begins, so that every engine knows before. Choice: 200 ms. */
#define LEAD 10

/* After the last tick was made, until what the survey has not heard counts as unknown. Choice: it
 * may be late on a busy machine, and its tracks hold five seconds. */
#define PATIENCE DM_SEC(2)

#define TICK DM_MSEC(20)

/* Sound and picture of the floor's source are in order so far apart, as beeps are. */
#define OFFSET_MAX DM_MSEC(40)

static bool is_running(const struct dm_line_up *line_up)
{
	return line_up && line_up->state == DM_LINE_UP_RUNNING;
}

static int64_t wall_now(void)
{
	return g_get_real_time() / G_USEC_PER_SEC;
}

static bool is_on_air(const struct dm_channel *channel)
{
	return dm_programme_is_served(channel->programme);
}

static void tell(struct dm_line_up *line_up)
{
	const struct dm_event *event = line_up->room->event;

	line_up->news = false;
	if (event->line_up_told)
		event->line_up_told(event->line_up_user, line_up->room);
}

void dm_line_up_set_observer(struct dm_event *event, dm_line_up_cb *callback, void *user)
{
	event->line_up_told = callback;
	event->line_up_user = user;
}

/* --- what is known by now --- */

/* A film with flashes and beeps, as `test:flash` is one, comes from the source itself. */
static void look_at_floor(struct dm_line_up *line_up)
{
	const struct dm_source_health *health = &line_up->room->source_health;
	const dm_usec early = dm_metric_get(&health->offset);
	struct dm_line_up_report *report = &line_up->channels[0].report;

	dm_line_up_report_pending(report);
	if (!dm_metric_get(&health->offset_known))
		return;
	report->offset_ms = -(double)early / 1000;
	report->results[DM_LINE_UP_BEEPS] = DM_LINE_UP_PASS;
	if (early > OFFSET_MAX || early < -OFFSET_MAX) {
		report->results[DM_LINE_UP_BEEPS] = DM_LINE_UP_FAIL;
		report->problem = DM_LINE_UP_LATE;
	}
}

/* Returns how many steps all channels have behind them. */
static int look(struct dm_line_up *line_up)
{
	const struct dm_room *room = line_up->room;
	int over = DM_LINE_UP_STEPS;

	look_at_floor(line_up);
	for (size_t c = 1; c < room->channel_count; c++) {
		struct dm_line_up_channel *channel = &line_up->channels[c];
		int n = 0;

		if (channel->part != DM_LINE_UP_SENT)
			continue;
		dm_survey_line_up_report(room->event->survey, room->channels[c].number,
					 line_up->from, &channel->report);
		while (n < DM_LINE_UP_STEPS && channel->report.results[n] != DM_LINE_UP_PENDING)
			n++;
		over = MIN(over, n);
	}
	return over;
}

static void note_end(const struct dm_line_up *line_up)
{
	unsigned sent = 0, passed = 0;

	for (size_t c = 1; c < line_up->room->channel_count; c++) {
		const struct dm_line_up_channel *channel = &line_up->channels[c];
		bool all = channel->part == DM_LINE_UP_SENT;

		sent += all;
		for (size_t n = 0; n < DM_LINE_UP_STEPS; n++)
			all = all && channel->report.results[n] == DM_LINE_UP_PASS;
		passed += all;
	}
	dm_log(DM_LOG_INFO, "session.line_up_ended", "room=%s state=%s channels=%u passed=%u",
	       line_up->room->options->id, dm_line_up_state_name(line_up->state), sent, passed);
}

static void end(struct dm_line_up *line_up, enum dm_line_up_state state)
{
	line_up->state = state;
	if (line_up->timer)
		g_source_remove(line_up->timer);
	line_up->timer = 0;
	note_end(line_up);
	dm_desk_settle(line_up->room); /* gives the channels back */
	tell(line_up);
}

static bool any_sent(const struct dm_line_up *line_up)
{
	for (size_t c = 1; c < line_up->room->channel_count; c++)
		if (line_up->channels[c].part == DM_LINE_UP_SENT)
			return true;
	return false;
}

static gboolean on_poll(gpointer user)
{
	struct dm_line_up *line_up = user;
	const int over = look(line_up);

	if (over == DM_LINE_UP_STEPS && any_sent(line_up)) {
		line_up->step = DM_LINE_UP_BEEPS;
		end(line_up, DM_LINE_UP_DONE);
	} else if (!any_sent(line_up) ||
		   dm_room_sitting(line_up->room, wall_now()) == DM_SITTING_RUNNING) {
		end(line_up, DM_LINE_UP_STOPPED);
	} else if (dm_time_now() >= line_up->ends_at) {
		end(line_up, DM_LINE_UP_DONE);
	} else if (over > (int)line_up->step || line_up->news) {
		line_up->step = (enum dm_line_up_step)over;
		tell(line_up);
	}
	return G_SOURCE_CONTINUE; /* or it was removed */
}

/* --- channels --- */

static int send(struct dm_line_up *line_up, size_t c)
{
	const struct dm_event *event = line_up->room->event;
	const int number = line_up->room->channels[c].number;
	const int error = dm_ticker_line_up(event->ticker, number, line_up->from);

	if (error)
		return error;
	dm_survey_line_up(event->survey, number, line_up->from);
	line_up->channels[c].carries = true;
	return 0;
}

/* False when the ticker's queue was full. */
static bool give_back(struct dm_line_up *line_up, size_t c)
{
	const struct dm_event *event = line_up->room->event;
	const int number = line_up->room->channels[c].number;

	if (dm_ticker_line_up(event->ticker, number, -1) < 0)
		return false;
	dm_survey_line_up(event->survey, number, -1);
	line_up->channels[c].carries = false;
	return true;
}

bool dm_room_line_up_yield(struct dm_room *room)
{
	struct dm_line_up *line_up = room->line_up;
	bool done = true;

	for (size_t c = 1; c < room->channel_count && line_up; c++) {
		struct dm_line_up_channel *channel = &line_up->channels[c];

		if (is_running(line_up) && channel->part == DM_LINE_UP_SENT &&
		    is_on_air(&room->channels[c])) {
			channel->part = DM_LINE_UP_ON_AIR;
			dm_line_up_report_pending(&channel->report);
			line_up->news = true;
		}
		if (channel->carries && (!is_running(line_up) || channel->part != DM_LINE_UP_SENT))
			done &= give_back(line_up, c);
	}
	return done;
}

/* --- life --- */

static int why_not(const struct dm_room *room)
{
	bool has_engine = false;

	if (!room->event->ticker || !room->event->survey)
		return -ENOTSUP;
	if (is_running(room->line_up))
		return -EALREADY;
	if (dm_room_sitting(room, wall_now()) == DM_SITTING_RUNNING)
		return -EBUSY;
	for (size_t c = 1; c < room->channel_count; c++) {
		if (room->channels[c].number < 0)
			continue;
		if (!is_on_air(&room->channels[c]))
			return 0;
		has_engine = true;
	}
	return has_engine ? -EADDRINUSE : -ENOENT;
}

static int send_all(struct dm_line_up *line_up)
{
	const struct dm_room *room = line_up->room;
	int error = 0;

	for (size_t c = 0; c < room->channel_count && !error; c++) {
		struct dm_line_up_channel *channel = &line_up->channels[c];

		dm_line_up_report_pending(&channel->report);
		if (c == 0 || room->channels[c].number < 0)
			continue;
		channel->part = is_on_air(&room->channels[c]) ? DM_LINE_UP_ON_AIR : DM_LINE_UP_SENT;
		if (channel->part == DM_LINE_UP_SENT)
			error = send(line_up, c);
	}
	return error;
}

int dm_line_up_start(struct dm_room *room)
{
	const dm_usec now = dm_time_now();
	struct dm_line_up *line_up;
	int error = why_not(room);

	if (error)
		return error;
	line_up = g_new0(struct dm_line_up, 1);
	line_up->room = room;
	line_up->started = wall_now();
	line_up->from = dm_ticker_next(room->event->ticker, now) + LEAD;
	line_up->ends_at = now + (LEAD + DM_LINE_UP_TICKS) * TICK + DM_TICKER_DELAY + PATIENCE;
	error = send_all(line_up);
	if (error) {
		/* What was told ends by itself, if there is no room for that in the queue. */
		for (size_t c = 1; c < room->channel_count; c++)
			if (line_up->channels[c].carries)
				give_back(line_up, c);
		g_free(line_up);
		return error;
	}
	look_at_floor(line_up);
	line_up->timer = g_timeout_add(POLL_EVERY_MS, on_poll, line_up);
	g_free(room->line_up);
	room->line_up = line_up;
	dm_log(DM_LOG_INFO, "session.line_up", "room=%s tick=%lld", room->options->id,
	       (long long)line_up->from);
	return 0;
}

void dm_line_up_stop(struct dm_room *room)
{
	if (!is_running(room->line_up))
		return;
	look(room->line_up);
	end(room->line_up, DM_LINE_UP_STOPPED);
}

void dm_room_line_up_finish(struct dm_room *room)
{
	if (room->line_up && room->line_up->timer)
		g_source_remove(room->line_up->timer);
	g_free(room->line_up);
	room->line_up = NULL;
}

const char *dm_line_up_state_name(enum dm_line_up_state state)
{
	static const char *const names[] = {
		[DM_LINE_UP_RUNNING] = "running",
		[DM_LINE_UP_DONE] = "done",
		[DM_LINE_UP_STOPPED] = "stopped",
	};

	return names[state];
}
