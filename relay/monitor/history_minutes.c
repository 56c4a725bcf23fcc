#include "monitor/history_minutes.h"

#include <errno.h>
#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE ((dm_wall_usec)60 * 1000000)

/* Observations that are kept for the percentiles; when they are too many, every second one goes
 * and half as many come in. Exact for one a second, which is what figures are sampled at. */
#define KEPT_MAX 128

/* First in the struct: it is its own key. All bytes count, so it starts as zeros. */
struct key {
	dm_wall_usec at;
	char room[DM_HISTORY_NAME_SIZE];
	char channel[DM_HISTORY_NAME_SIZE];
	char figure[DM_HISTORY_NAME_SIZE];
};

struct fold {
	struct key key;
	int64_t count;
	double sum, min, max;
	size_t kept_count;
	int64_t stride; /* one of so many observations is kept */
	double kept[KEPT_MAX];
};

struct dm_history_minutes {
	GHashTable *folds; /* of struct fold by its key; owned */
	size_t capacity;
};

/* FNV-1a with its authors' parameters for 32 bits (Fowler, Noll, Vo). */
static guint hash(gconstpointer key)
{
	const unsigned char *bytes = key;
	uint32_t value = 2166136261U;

	for (size_t n = 0; n < sizeof(struct key); n++)
		value = (uint32_t)((value ^ bytes[n]) * (uint64_t)16777619U);
	return value;
}

static gboolean same(gconstpointer a, gconstpointer b)
{
	return memcmp(a, b, sizeof(struct key)) == 0;
}

/* The strings are shorter than the fields, which the caller has checked. */
static struct key key_of(dm_wall_usec at, const char *room, const char *channel, const char *figure)
{
	struct key key;
	const dm_wall_usec into = at % MINUTE;

	memset(&key, 0, sizeof(key));
	key.at = at - (into < 0 ? into + MINUTE : into);
	memcpy(key.room, room, strnlen(room, sizeof(key.room) - 1));
	memcpy(key.channel, channel, strnlen(channel, sizeof(key.channel) - 1));
	memcpy(key.figure, figure, strnlen(figure, sizeof(key.figure) - 1));
	return key;
}

int dm_history_minutes_create(struct dm_history_minutes **out, size_t capacity)
{
	struct dm_history_minutes *minutes = calloc(1, sizeof(*minutes));

	*out = minutes;
	if (!minutes)
		return -ENOMEM;
	minutes->capacity = capacity;
	minutes->folds = g_hash_table_new_full(hash, same, NULL, free);
	return 0;
}

void dm_history_minutes_destroy(struct dm_history_minutes *minutes)
{
	if (!minutes)
		return;
	g_hash_table_destroy(minutes->folds);
	free(minutes);
}

/* --- folding --- */

static void keep(struct fold *fold, double value)
{
	if (fold->count % fold->stride != 0)
		return;
	if (fold->kept_count == KEPT_MAX) {
		for (size_t n = 0; n < KEPT_MAX / 2; n++)
			fold->kept[n] = fold->kept[2 * n];
		fold->kept_count = KEPT_MAX / 2;
		fold->stride *= 2; /* this one, the 128th of the old stride, belongs to it too */
	}
	fold->kept[fold->kept_count++] = value;
}

bool dm_history_minutes_add(struct dm_history_minutes *minutes,
			    const struct dm_history_sample *sample)
{
	const struct key key = key_of(sample->at, sample->room, sample->channel, sample->figure);
	struct fold *fold = g_hash_table_lookup(minutes->folds, &key);

	if (!fold) {
		if (g_hash_table_size(minutes->folds) >= minutes->capacity)
			return false;
		fold = calloc(1, sizeof(*fold));
		if (!fold)
			return false;
		fold->key = key;
		fold->stride = 1;
		fold->min = INFINITY;
		fold->max = -INFINITY;
		g_hash_table_add(minutes->folds, fold);
	}
	keep(fold, sample->value);
	fold->count++;
	fold->sum += sample->value;
	if (sample->value < fold->min)
		fold->min = sample->value;
	if (sample->value > fold->max)
		fold->max = sample->value;
	return true;
}

/* --- what is due --- */

static int ascending(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Nearest rank: the least value that at least `percent` of the values do not exceed. */
static double rank(const double *sorted, size_t count, size_t percent)
{
	return sorted[(count * percent + 99) / 100 - 1];
}

static struct dm_history_minute row_of(const struct fold *fold)
{
	double sorted[KEPT_MAX];
	struct dm_history_minute row = {
		.at = fold->key.at,
		.count = fold->count,
		.sum = fold->sum,
		.min = fold->min,
		.max = fold->max,
		.has_percentiles = true,
	};

	memcpy(row.room, fold->key.room, sizeof(row.room));
	memcpy(row.channel, fold->key.channel, sizeof(row.channel));
	memcpy(row.figure, fold->key.figure, sizeof(row.figure));
	memcpy(sorted, fold->kept, fold->kept_count * sizeof(sorted[0]));
	qsort(sorted, fold->kept_count, sizeof(sorted[0]), ascending);
	row.p50 = rank(sorted, fold->kept_count, 50);
	row.p95 = rank(sorted, fold->kept_count, 95);
	return row;
}

size_t dm_history_minutes_due(const struct dm_history_minutes *minutes, dm_wall_usec now,
			      struct dm_history_minute *rows, size_t most)
{
	GHashTableIter iter;
	gpointer fold;
	size_t count = 0;

	g_hash_table_iter_init(&iter, minutes->folds);
	while (count < most && g_hash_table_iter_next(&iter, &fold, NULL)) {
		if (((const struct fold *)fold)->key.at <= now - MINUTE)
			rows[count++] = row_of(fold);
	}
	return count;
}

void dm_history_minutes_drop(struct dm_history_minutes *minutes,
			     const struct dm_history_minute *rows, size_t count)
{
	for (size_t n = 0; n < count; n++) {
		const struct key key = key_of(rows[n].at, rows[n].room, rows[n].channel,
					      rows[n].figure);

		g_hash_table_remove(minutes->folds, &key);
	}
}
