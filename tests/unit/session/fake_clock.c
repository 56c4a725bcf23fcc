#include "fake_clock.h"

#include <glib.h>
#include <string.h>

#define TIMERS 128
#define BEAT   DM_MSEC(20)

dm_usec __wrap_dm_time_now(void);
guint __wrap_g_timeout_add(guint interval, GSourceFunc function, gpointer data);
gboolean __wrap_g_source_remove(guint tag);

struct timer {
	guint id; /* 0: free */
	dm_usec due;
	dm_usec interval;
	GSourceFunc function;
	gpointer data;
};

dm_usec fake_now;
static dm_usec next_beat;
static struct timer timers[TIMERS];
static guint last_id;

dm_usec __wrap_dm_time_now(void)
{
	return fake_now;
}

guint __wrap_g_timeout_add(guint interval, GSourceFunc function, gpointer data)
{
	for (size_t n = 0; n < TIMERS; n++) {
		if (timers[n].id > 0)
			continue;
		timers[n] = (struct timer){
			.id = ++last_id,
			.due = fake_now + DM_MSEC(interval),
			.interval = DM_MSEC(interval),
			.function = function,
			.data = data,
		};
		return last_id;
	}
	g_assert_not_reached();
}

gboolean __wrap_g_source_remove(guint tag)
{
	for (size_t n = 0; n < TIMERS; n++) {
		if (timers[n].id != tag)
			continue;
		timers[n].id = 0;
		return TRUE;
	}
	g_assert_not_reached(); /* as GLib says: a source that is not there */
}

void fake_clock_reset(void)
{
	memset(timers, 0, sizeof(timers));
	fake_now = FAKE_CLOCK_START;
	next_beat = fake_now + BEAT;
}

unsigned fake_clock_timers(void)
{
	unsigned count = 0;

	for (size_t n = 0; n < TIMERS; n++)
		count += timers[n].id > 0;
	return count;
}

static struct timer *find_next(void)
{
	struct timer *next = NULL;

	for (size_t n = 0; n < TIMERS; n++) {
		if (timers[n].id > 0 && (!next || timers[n].due < next->due))
			next = &timers[n];
	}
	return next;
}

static void fire(struct timer *timer)
{
	const guint id = timer->id;
	const struct timer fired = *timer;

	if (fired.due > fake_now)
		fake_now = fired.due;
	timer->due = fake_now + fired.interval;
	if (fired.function(fired.data) == G_SOURCE_REMOVE && timer->id == id)
		timer->id = 0;
}

void fake_clock_wait(dm_usec duration, void (*on_beat)(void))
{
	const dm_usec end = fake_now + duration;

	for (;;) {
		struct timer *next = find_next();

		if (next && next->due <= next_beat && next->due <= end) {
			fire(next);
			continue;
		}
		if (next_beat > end)
			break;
		fake_now = next_beat;
		next_beat += BEAT;
		if (on_beat)
			on_beat();
	}
	fake_now = end;
}
