/* tests/unit/control/fake_publisher.c: see fake_publisher.h */
#include "fake_publisher.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PUBLISHERS_MAX 16

struct dm_publisher {
	struct dm_publisher_options options;
	struct dm_peer_options peer;
	char name[128];
	char id[33];
	unsigned number;
	unsigned restarts;
};

static struct dm_publisher *publishers[PUBLISHERS_MAX];
static unsigned made;
static int next_error;
static struct dm_ruling next_ruling;

void fake_publisher_fail_next(int error, struct dm_ruling ruling)
{
	next_error = error;
	next_ruling = ruling;
}

static int take_error(void)
{
	const int error = next_error;

	next_error = 0;
	return error;
}

static struct dm_publisher **slot_of(const char *id)
{
	for (size_t i = 0; i < PUBLISHERS_MAX; i++) {
		if (publishers[i] && !strcmp(publishers[i]->id, id))
			return &publishers[i];
	}
	return NULL;
}

size_t fake_publisher_count(void)
{
	size_t count = 0;

	for (size_t i = 0; i < PUBLISHERS_MAX; i++)
		count += publishers[i] != NULL;
	return count;
}

void fake_publisher_become(const char *id, enum dm_peer_state state)
{
	struct dm_publisher **slot = slot_of(id);
	struct dm_publisher *publisher = *slot;

	if (state != DM_PEER_CONNECTED)
		*slot = NULL;
	publisher->options.on_state(publisher->options.user, publisher, state);
	if (state != DM_PEER_CONNECTED)
		free(publisher);
}

const struct dm_publisher_options *fake_publisher_options(const char *id)
{
	struct dm_publisher **slot = slot_of(id);

	return slot ? &(*slot)->options : NULL;
}

const struct dm_peer_options *fake_publisher_peer(const char *id)
{
	struct dm_publisher **slot = slot_of(id);

	return slot ? &(*slot)->peer : NULL;
}

static void fill_answer(const struct dm_publisher *publisher, struct dm_peer_answer *answer)
{
	*answer = (struct dm_peer_answer){
		.id = publisher->number,
		.pwd = "passwordpasswordpassword",
		.cname = "cname0123456789a",
		.fingerprint = { .hash = DM_HASH_SHA256, .bytes = 32, .value = { 7 } },
		.candidates = { { .address = "192.0.2.1", .port = 40000, .priority = 2130706431 } },
		.candidate_count = 1,
	};
	snprintf(answer->ufrag, sizeof(answer->ufrag), "pu%03u%03u", publisher->number % 1000,
		 publisher->restarts % 1000);
}

int dm_publisher_create(struct dm_publisher **out, const struct dm_publisher_options *options,
			struct dm_peer_options *peer, struct dm_peer_answer *answer,
			struct dm_ruling *ruling)
{
	const int error = take_error();
	size_t n = 0;

	*out = NULL;
	*ruling = next_ruling;
	if (error)
		return error;
	while (publishers[n])
		n++;

	struct dm_publisher *publisher = calloc(1, sizeof(*publisher));

	publisher->options = *options;
	snprintf(publisher->name, sizeof(publisher->name), "%s", options->name);
	publisher->options.name = publisher->name;
	publisher->peer = *peer;
	publisher->number = ++made;
	snprintf(publisher->id, sizeof(publisher->id), "%032x", publisher->number);
	publishers[n] = publisher;
	fill_answer(publisher, answer);
	*out = publisher;
	return 0;
}

void dm_publisher_destroy(struct dm_publisher *publisher)
{
	if (!publisher)
		return;
	*slot_of(publisher->id) = NULL;
	free(publisher);
}

const char *dm_publisher_id(const struct dm_publisher *publisher)
{
	return publisher->id;
}

struct dm_room *dm_publisher_room(const struct dm_publisher *publisher)
{
	return publisher->options.room;
}

struct dm_channel *dm_publisher_channel(const struct dm_publisher *publisher)
{
	return publisher->options.channel;
}

int dm_publisher_restart_ice(struct dm_publisher *publisher, const char *remote_ufrag,
			     struct dm_peer_answer *answer)
{
	const int error = take_error();

	if (error)
		return error;
	publisher->restarts++;
	snprintf(publisher->peer.remote_ufrag, sizeof(publisher->peer.remote_ufrag), "%s",
		 remote_ufrag);
	fill_answer(publisher, answer);
	return 0;
}

unsigned dm_room_end_publishers(struct dm_room *room, uint8_t booth)
{
	unsigned count = 0;

	(void)booth;
	for (size_t i = 0; i < PUBLISHERS_MAX; i++)
		count += publishers[i] && publishers[i]->options.room == room;
	return count;
}
