/* history_maker FILE: writes a small history, for report.sh. */
#include "monitor/history_store.h"

#include <stdio.h>

#define START 1795334400000000LL /* 2026-11-22T08:00:00Z */
#define HOUR  3600000000LL

static int put(struct dm_history_store *store)
{
	const struct dm_history_event events[] = {
		{ .at = START + 1, .kind = "override", .room = "r", .channel = "fr", .who = "p-o" },
		{ .at = START + HOUR, .kind = "session", .room = "s", .detail = "{\"a\":1}" },
	};
	const struct dm_history_minute minute = {
		.at = START,
		.room = "r",
		.channel = "fr",
		.figure = "listeners",
		.count = 60,
		.sum = 600,
		.min = 10,
		.max = 10,
	};
	int error = dm_history_store_begin(store);

	for (int i = 0; i < 2 && !error; i++)
		error = dm_history_store_put_event(store, &events[i]);
	if (!error)
		error = dm_history_store_put_minute(store, &minute);
	return error ? error : dm_history_store_commit(store);
}

int main(int argc, char **argv)
{
	struct dm_history_store *store;
	int error = argc == 2 ? dm_history_store_open(&store, argv[1], NULL) : -1;

	if (!error) {
		error = put(store);
		dm_history_store_close(store);
	}
	return error ? 1 : 0;
}
