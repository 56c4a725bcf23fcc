#include "transport/fanout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Packets read at once: a whole frame nearly always, and one UDP_SEGMENT send. Choice. */
#define CHUNK_PACKETS 48
/* After so many streams of a picture, sound is looked at again: some 0.1 ms. Choice. */
#define STREAMS_BETWEEN_SOUND 32
/* A cached picture up to so many packets old starts a stream; beyond, a lesser rung's. Some 70 kB:
 * under a second on a link that can carry the picture at all. Choice. */
#define START_PACKETS_MAX 64
/* How far back a stream looks for the packet after its last one: more than a worker lags. Choice.
 */
#define SOUND_LOOK_BACK 8
#define NO_INDEX        UINT64_MAX
/* Streams that memory is called ahead by: some 0.3 us of work each, a miss costs 0.1. Measured. */
#define AHEAD 3

/* A track and the streams that get it. */
struct dm_listing {
	struct dm_track *track;     /* shared reference; NULL: free to use */
	uint64_t next;              /* index of the next packet to fan out */
	struct dm_stream **streams; /* owned array of borrowed streams */
	size_t count;
	size_t capacity;
};

struct dm_fanout {
	struct dm_sender *sender; /* borrowed */
	struct dm_fanout_metrics metrics;
	struct dm_listing **listings; /* owned array of owned listings, sound before pictures */
	size_t count;
	size_t sound_count;
	struct dm_track_packet picture[CHUNK_PACKETS];
	struct dm_track_packet sound[2]; /* sound comes between a picture's streams */
	struct dm_track_packet catch_up[CHUNK_PACKETS];
};

int dm_fanout_create(struct dm_fanout **out, struct dm_sender *sender)
{
	*out = NULL;

	struct dm_fanout *fanout = calloc(1, sizeof(*fanout));

	if (!fanout)
		return -ENOMEM;
	fanout->sender = sender;
	*out = fanout;
	return 0;
}

static void listing_destroy(struct dm_listing *listing)
{
	dm_track_unref(listing->track);
	free(listing->streams);
	free(listing);
}

void dm_fanout_destroy(struct dm_fanout *fanout)
{
	if (!fanout)
		return;
	for (size_t i = 0; i < fanout->count; i++)
		listing_destroy(fanout->listings[i]);
	free(fanout->listings);
	free(fanout);
}

struct dm_fanout_metrics *dm_fanout_metrics(struct dm_fanout *fanout)
{
	return &fanout->metrics;
}

struct dm_track_packet *dm_fanout_scratch(struct dm_fanout *fanout)
{
	return &fanout->catch_up[0];
}

/* Reads packets from `index` to the end of their frame, at most `capacity` and none from `end` on.
 * Returns how many; 0 when the first is overwritten. */
static size_t read_chunk(const struct dm_track *track, uint64_t index, uint64_t end,
			 struct dm_track_packet *packets, size_t capacity)
{
	size_t count = 0;

	while (count < capacity && index + count < end) {
		if (dm_track_read(track, index + count, &packets[count]) != DM_TRACK_READ_OK)
			break;
		if (packets[count++].marker)
			break;
	}
	return count;
}

/* --- placing streams --- */

static struct dm_listing *find_listing(const struct dm_fanout *fanout, const struct dm_track *track)
{
	for (size_t i = 0; i < fanout->count; i++)
		if (fanout->listings[i]->track == track)
			return fanout->listings[i];
	return NULL;
}

static struct dm_listing *add_listing(struct dm_fanout *fanout, struct dm_track *track)
{
	struct dm_listing **listings = realloc(fanout->listings,
					       (fanout->count + 1) * sizeof(struct dm_listing *));

	if (!listings)
		return NULL;
	fanout->listings = listings;

	struct dm_listing *listing = calloc(1, sizeof(*listing));

	if (!listing)
		return NULL;
	listing->track = dm_track_ref(track);
	listing->next = dm_track_head(track);

	size_t place = fanout->count;

	if (dm_track_kind(track) == DM_TRACK_AUDIO) {
		place = fanout->sound_count++;
		memmove(listings + place + 1, listings + place,
			(fanout->count - place) * sizeof(struct dm_listing *));
	}
	listings[place] = listing;
	fanout->count++;
	return listing;
}

static int enlist(struct dm_fanout *fanout, struct dm_stream *stream, struct dm_track *track)
{
	struct dm_listing *listing = find_listing(fanout, track);

	if (!listing)
		listing = add_listing(fanout, track);
	if (!listing)
		return -ENOMEM;
	if (listing->count == 0)
		listing->next = dm_track_head(track); /* nobody listened: nothing is owed */
	if (listing->count == listing->capacity) {
		const size_t capacity = listing->capacity ? 2 * listing->capacity : 16;
		struct dm_stream **streams = realloc(listing->streams,
						     capacity * sizeof(struct dm_stream *));

		if (!streams)
			return -ENOMEM;
		listing->streams = streams;
		listing->capacity = capacity;
	}
	stream->listing = listing;
	stream->position = listing->count;
	listing->streams[listing->count++] = stream;
	dm_track_change_readers(track, 1);
	return 0;
}

void dm_fanout_remove(struct dm_fanout *fanout, struct dm_stream *stream)
{
	struct dm_listing *listing = stream->listing;

	(void)fanout;
	if (!listing)
		return;

	struct dm_stream *last = listing->streams[--listing->count];

	dm_track_change_readers(listing->track, -1);
	listing->streams[stream->position] = last;
	last->position = stream->position;
	stream->listing = NULL;
}

/* The oldest of the newest packets that the stream may go on with, so that no tick is missed. */
static uint64_t sound_start(struct dm_fanout *fanout, const struct dm_stream *stream,
			    const struct dm_track *track)
{
	const uint64_t head = dm_track_head(track);
	const uint64_t look_back = stream->started ? SOUND_LOOK_BACK : 1;
	uint64_t start = NO_INDEX;

	for (uint64_t back = 1; back <= look_back && back <= head; back++) {
		struct dm_track_packet *packet = &fanout->catch_up[0];

		if (dm_track_read(track, head - back, packet) != DM_TRACK_READ_OK ||
		    !dm_stream_may_follow(stream, packet->timestamp))
			break;
		start = head - back;
	}
	return start;
}

/* The cached key frame, if the stream may go on with it. */
static uint64_t picture_start(struct dm_fanout *fanout, const struct dm_stream *stream,
			      const struct dm_track *track)
{
	const uint64_t key = dm_track_key_index(track);
	struct dm_track_packet *packet = &fanout->catch_up[0];

	if (key == NO_INDEX || dm_track_read(track, key, packet) != DM_TRACK_READ_OK ||
	    !dm_stream_may_follow(stream, packet->timestamp))
		return NO_INDEX;
	return key;
}

/* Sends the stream alone what the others of its listing had before. */
static void send_missed(struct dm_fanout *fanout, struct dm_stream *stream, uint64_t index)
{
	const struct dm_listing *listing = stream->listing;

	stream->next_index = index;
	while (stream->next_index < listing->next) {
		const size_t count = read_chunk(listing->track, stream->next_index, listing->next,
						fanout->catch_up, CHUNK_PACKETS);

		if (count == 0) {
			stream->waiting = true; /* overtaken: start again at a key frame */
			return;
		}
		for (size_t i = 0; i < count; i++)
			fanout->catch_up[i].published_at = 0; /* old by design: no delay to count */
		dm_stream_send(stream, fanout->sender, fanout->catch_up, count);
		stream->next_index += count;
	}
}

/* Puts the stream on its current rung; from packet `start`, or when the next fit frame comes. */
static int enter(struct dm_fanout *fanout, struct dm_stream *stream, uint64_t start)
{
	struct dm_track *track = stream->rungs[stream->rung];
	const int error = enlist(fanout, stream, track);

	if (error < 0)
		return error;
	stream->waiting = start == NO_INDEX;
	if (stream->waiting)
		return 0;
	dm_stream_switch(stream, track, start);
	send_missed(fanout, stream, start);
	return 0;
}

/* A picture starts with what is quick to send, and climbs at the next key frame. */
static uint64_t choose_start(struct dm_fanout *fanout, struct dm_stream *stream)
{
	uint64_t best = NO_INDEX;

	for (size_t rung = stream->rung_wanted; rung < stream->rung_count; rung++) {
		const struct dm_track *track = stream->rungs[rung];
		const uint64_t start = picture_start(fanout, stream, track);

		if (start == NO_INDEX)
			continue;
		best = start;
		stream->rung = rung;
		if (dm_track_head(track) - start <= START_PACKETS_MAX)
			break;
	}
	if (best == NO_INDEX) {
		stream->rung = stream->rung_wanted;
		dm_track_request_key(stream->rungs[stream->rung]);
	}
	return best;
}

int dm_fanout_place(struct dm_fanout *fanout, struct dm_stream *stream)
{
	dm_fanout_remove(fanout, stream);
	if (stream->rung_count == 0)
		return 0;
	if (dm_track_kind(stream->rungs[0]) == DM_TRACK_AUDIO)
		return enter(fanout, stream, sound_start(fanout, stream, stream->rungs[0]));
	return enter(fanout, stream, choose_start(fanout, stream));
}

/* --- fanning out --- */

/* The stream leaves its rung before this key frame for the wanted rung's twin of it: the ladder's
 * key frames are aligned, so that twin is there already or comes within the encoders' spread. */
static void change_rung(struct dm_fanout *fanout, struct dm_stream *stream)
{
	const size_t before = stream->rung;

	dm_fanout_remove(fanout, stream);
	stream->rung = stream->rung_wanted;
	if (enter(fanout, stream, picture_start(fanout, stream, stream->rungs[stream->rung])) < 0) {
		stream->rung = before;
		stream->rung_wanted = before;
		(void)dm_fanout_place(fanout, stream);
	}
}

/* Sends the chunk to one stream, if it is one for it. */
static void serve(struct dm_fanout *fanout, struct dm_stream *stream,
		  const struct dm_track_packet *packets, size_t count)
{
	const struct dm_track_packet *first = &packets[0];
	const bool entrance = first->key && first->frame_start;

	if (stream->waiting) {
		if (!entrance || !dm_stream_may_follow(stream, first->timestamp))
			return;
		dm_stream_switch(stream, stream->rungs[stream->rung], first->index);
		stream->next_index = first->index;
	} else if (first->index < stream->next_index) {
		return; /* had it when it joined */
	} else if (entrance && stream->rung != stream->rung_wanted) {
		change_rung(fanout, stream);
		return;
	}
	dm_stream_send(stream, fanout->sender, packets, count);
}

/* This worker was too slow for the ring: everybody starts again at the next fit frame. */
static void skip_lost(struct dm_fanout *fanout, struct dm_listing *listing)
{
	dm_metric_add(&fanout->metrics.frames_lost, 1);
	listing->next = dm_track_head(listing->track);
	for (size_t i = 0; i < listing->count; i++)
		listing->streams[i]->waiting = true;
	dm_track_request_key(listing->track);
}

/* A crowd's streams and keys are in no cache when their packet comes: each is called ahead, once
 * the one that points to it is there. */
static void call_ahead(const struct dm_listing *listing, size_t n)
{
	struct dm_stream *const *streams = listing->streams + n;
	const size_t left = listing->count - n;

	if (left > 3 * AHEAD)
		dm_stream_prefetch(streams[3 * AHEAD]);
	if (left > 2 * AHEAD)
		__builtin_prefetch(streams[2 * AHEAD]->outlet);
	if (left > AHEAD)
		dm_protector_prefetch(streams[AHEAD]->outlet->protector);
}

static void run_sound(struct dm_fanout *fanout)
{
	for (size_t i = 0; i < fanout->sound_count; i++) {
		struct dm_listing *listing = fanout->listings[i];
		const uint64_t head = dm_track_head(listing->track);

		while (listing->count > 0 && listing->next < head) {
			const size_t count = read_chunk(listing->track, listing->next, head,
							fanout->sound, 1);

			if (count == 0) {
				skip_lost(fanout, listing);
				break;
			}
			listing->next += count;
			for (size_t n = 0; n < listing->count; n++) {
				call_ahead(listing, n);
				serve(fanout, listing->streams[n], fanout->sound, count);
			}
		}
	}
}

static void run_picture(struct dm_fanout *fanout, struct dm_listing *listing)
{
	const uint64_t head = dm_track_head(listing->track);

	while (listing->count > 0 && listing->next < head) {
		const size_t count = read_chunk(listing->track, listing->next, head,
						fanout->picture, CHUNK_PACKETS);

		if (count == 0) {
			skip_lost(fanout, listing);
			break;
		}
		listing->next += count;
		/* Backwards, since a stream that changes its rung leaves the list: the last one
		 * takes its place, and has been served. */
		for (size_t n = listing->count; n-- > 0;) {
			serve(fanout, listing->streams[n], fanout->picture, count);
			if (n % STREAMS_BETWEEN_SOUND == 0)
				run_sound(fanout);
		}
	}
}

void dm_fanout_run(struct dm_fanout *fanout)
{
	run_sound(fanout);
	dm_sender_flush(fanout->sender);
	for (size_t i = fanout->sound_count; i < fanout->count; i++)
		run_picture(fanout, fanout->listings[i]);
	dm_sender_flush(fanout->sender);
}

bool dm_fanout_is_due(const struct dm_fanout *fanout)
{
	for (size_t i = 0; i < fanout->count; i++) {
		const struct dm_listing *listing = fanout->listings[i];

		if (listing->count > 0 && listing->next < dm_track_head(listing->track))
			return true;
	}
	return false;
}
