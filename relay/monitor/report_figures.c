#include "monitor/report_figures.h"

#include "monitor/report.h"
#include "monitor/spread.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#define MINUTE_S 60
#define DAY_S    86400

/* What the bins cover; choices: the silence of a codec to full scale, to a tenth of an LU; all and
 * nothing lost, to a thousandth; four seconds, to two milliseconds. */
static const struct dm_spread lufs_spread = { .least = -100, .width = 0.1, .bins = 1101 };
static const struct dm_spread loss_spread = { .least = 0, .width = 0.001, .bins = 1001 };
static const struct dm_spread round_trip_spread = { .least = 0, .width = 2, .bins = 2001 };

/* One channel, or the room itself (channel ""). */
struct row {
	char room[DM_HISTORY_NAME_SIZE];
	char channel[DM_HISTORY_NAME_SIZE];
	double sums[DM_REPORT_POINTS_MAX]; /* of listeners */
	int64_t counts[DM_REPORT_POINTS_MAX];
	double peak;
	double listened_s; /* by all together */
	double served_s;
	struct dm_spread lufs;
	struct dm_spread loss;
	struct dm_spread round_trip_ms;
};

struct dm_report_figures {
	GPtrArray *rows; /* owned */
	guint latest;    /* the row found last: those of a channel come together, in one order */
	int64_t start;   /* of the first point, seconds since 1970 */
	int64_t step;
	size_t points;
};

static void row_free(void *data)
{
	struct row *row = data;

	dm_spread_finish(&row->lufs);
	dm_spread_finish(&row->loss);
	dm_spread_finish(&row->round_trip_ms);
	g_free(row);
}

/* A step that people think in, of which there are few enough. */
static int64_t step_for(int64_t seconds)
{
	static const int64_t steps[] = { MINUTE_S, 300, 600, 900, 1800, 3600, 7200, 14400, DAY_S };

	for (size_t n = 0; n < G_N_ELEMENTS(steps); n++) {
		if (seconds / steps[n] + 2 <= DM_REPORT_POINTS_MAX)
			return steps[n];
	}
	return (seconds / DAY_S / (DM_REPORT_POINTS_MAX - 2) + 1) * DAY_S;
}

struct dm_report_figures *dm_report_figures_create(dm_wall_usec from, dm_wall_usec until)
{
	struct dm_report_figures *figures = g_new0(struct dm_report_figures, 1);
	const int64_t first = from / 1000000;
	const int64_t last = until / 1000000;

	figures->rows = g_ptr_array_new_with_free_func(row_free);
	figures->step = step_for(last - first);
	figures->start = first / figures->step * figures->step;
	figures->points = (size_t)((last - figures->start + figures->step - 1) / figures->step);
	return figures;
}

void dm_report_figures_destroy(struct dm_report_figures *figures)
{
	if (!figures)
		return;
	g_ptr_array_free(figures->rows, TRUE);
	g_free(figures);
}

/* --- adding --- */

static bool is_row(const struct row *row, const struct dm_history_minute *minute)
{
	return strcmp(row->room, minute->room) == 0 && strcmp(row->channel, minute->channel) == 0;
}

static struct row *find_row(struct dm_report_figures *figures,
			    const struct dm_history_minute *minute)
{
	const guint count = figures->rows->len;

	for (guint n = 0; n < count; n++) {
		const guint at = (figures->latest + n) % count;

		if (is_row(figures->rows->pdata[at], minute)) {
			figures->latest = at;
			return figures->rows->pdata[at];
		}
	}

	struct row *row = g_new0(struct row, 1);

	g_strlcpy(row->room, minute->room, sizeof(row->room));
	g_strlcpy(row->channel, minute->channel, sizeof(row->channel));
	row->lufs = lufs_spread;
	row->loss = loss_spread;
	row->round_trip_ms = round_trip_spread;
	g_ptr_array_add(figures->rows, row);
	figures->latest = count;
	return row;
}

/* Seconds of the minute that were observed: once a second or more often. */
static double seconds_of(const struct dm_history_minute *minute)
{
	return minute->count < MINUTE_S ? (double)minute->count : MINUTE_S;
}

static void add_listeners(const struct dm_report_figures *figures, struct row *row,
			  const struct dm_history_minute *minute)
{
	const int64_t point = (minute->at / 1000000 - figures->start) / figures->step;

	if (point >= 0 && point < (int64_t)figures->points) {
		row->sums[point] += minute->sum;
		row->counts[point] += minute->count;
	}
	if (minute->max > row->peak)
		row->peak = minute->max;
	row->listened_s += minute->sum / (double)minute->count * seconds_of(minute);
}

bool dm_report_figures_add(void *context, const struct dm_history_minute *minute)
{
	struct dm_report_figures *figures = context;
	const char *figure = minute->figure;

	if (!minute->room[0] || minute->count < 1)
		return true; /* the relay's own */

	struct row *row = find_row(figures, minute);

	if (strcmp(figure, "listeners") == 0)
		add_listeners(figures, row, minute);
	else if (strcmp(figure, "served") == 0)
		row->served_s += minute->sum / (double)minute->count * seconds_of(minute);
	else if (strcmp(figure, "lufs") == 0)
		dm_spread_add(&row->lufs, minute, 1);
	else if (strcmp(figure, "loss") == 0)
		dm_spread_add(&row->loss, minute, 1);
	else if (strcmp(figure, "round_trip") == 0)
		dm_spread_add(&row->round_trip_ms, minute, 1000);
	return true;
}

/* --- telling --- */

/* To so many parts of one; null where it is not known. */
static json_t *rounded(double value, double parts)
{
	return isfinite(value) ? json_real(round(value * parts) / parts) : json_null();
}

static json_t *series(const struct dm_report_figures *figures, const struct row *row)
{
	json_t *points = json_array();

	for (size_t n = 0; n < figures->points; n++)
		json_array_append_new(
			points,
			rounded(row->counts[n] ? row->sums[n] / (double)row->counts[n] : NAN, 100));
	return json_pack("{s:I, s:I, s:o}", "step", (json_int_t)figures->step, "start",
			 (json_int_t)figures->start, "points", points);
}

static json_t *percentiles(const struct dm_spread *spread, double parts)
{
	return json_pack("{s:o, s:o}", "p50", rounded(dm_spread_at(spread, 0.5), parts), "p95",
			 rounded(dm_spread_at(spread, 0.95), parts));
}

static void tell_attendance(const struct dm_report_figures *figures, const struct row *row,
			    json_t *object)
{
	json_object_set_new(object, "listeners", series(figures, row));
	json_object_set_new(object, "peak", json_integer((json_int_t)row->peak));
	json_object_set_new(object, "hours_listened", rounded(row->listened_s / 3600, 1000));
}

static json_t *channel_json(const struct dm_report_figures *figures, const struct row *row)
{
	json_t *object = json_pack("{s:s}", "lang", row->channel);

	if (!object)
		return NULL;
	tell_attendance(figures, row, object);
	json_object_set_new(object, "served_hours", rounded(row->served_s / 3600, 1000));
	json_object_set_new(object, "lufs", percentiles(&row->lufs, 10));
	json_object_set_new(object, "loss", percentiles(&row->loss, 1000));
	json_object_set_new(object, "round_trip_ms", percentiles(&row->round_trip_ms, 1));
	return object;
}

/* By room; in it the room itself, the floor, then the languages. */
static int compare(const void *a, const void *b)
{
	const struct row *one = *(struct row *const *)a;
	const struct row *other = *(struct row *const *)b;
	const int rooms = strcmp(one->room, other->room);
	const bool floor = strcmp(one->channel, "floor") == 0;
	const bool other_floor = strcmp(other->channel, "floor") == 0;

	if (rooms)
		return rooms;
	if (!one->channel[0] || !other->channel[0])
		return one->channel[0] ? 1 : -1;
	if (floor != other_floor)
		return floor ? -1 : 1;
	return strcmp(one->channel, other->channel);
}

json_t *dm_report_figures_json(const struct dm_report_figures *figures)
{
	json_t *rooms = json_array();
	json_t *channels = NULL; /* of the latest room; borrowed */
	const char *room = NULL;

	g_ptr_array_sort(figures->rows, compare);
	for (guint n = 0; n < figures->rows->len; n++) {
		const struct row *row = figures->rows->pdata[n];

		if (!room || strcmp(room, row->room) != 0) {
			json_t *object = json_pack("{s:s, s:[]}", "id", row->room, "channels");

			room = row->room;
			channels = json_object_get(object, "channels");
			json_array_append_new(rooms, object);
		}
		if (row->channel[0])
			json_array_append_new(channels, channel_json(figures, row));
		else
			tell_attendance(figures, row,
					json_array_get(rooms, json_array_size(rooms) - 1));
	}
	return rooms;
}
