/* client/native/publication.h
 *
 * One connection to a relay that something is published over: WHIP (RFC 9725) and webrtcbin, from
 * the POST to the DELETE.
 *
 * Thread: the main thread, unless said otherwise.
 */
#ifndef DM_CLIENT_PUBLICATION_H
#define DM_CLIENT_PUBLICATION_H

#include "http.h"
#include "outgoing.h"

enum dm_publication_state {
	DM_PUBLICATION_CONNECTING,
	DM_PUBLICATION_CONNECTED,
	DM_PUBLICATION_FAILED
};

struct dm_publication_options {
	const struct dm_client_options *client;
	struct dm_http *http;
	struct dm_outgoing *outgoing; /* ready */
	void (*changed)(void *user);  /* its state, perhaps; any thread */
	void *user;
}; /* all borrowed until destroy */

/* What the relay tells of one stream (RFC 3550, 6.4.1), and what was sent. */
struct dm_publication_stats {
	bool present;
	uint64_t packets, bytes; /* of payload */
	int64_t lost;            /* of all, as the relay counts them; -1: it has not said */
	double round_trip_ms;    /* likewise */
};

struct dm_publication;

/* Posts the offer and waits for the answer. Returns 0, or an exit code with a sentence on standard
 * error; then *out is NULL. */
int dm_publication_create(struct dm_publication **out,
			  const struct dm_publication_options *options);

/* Deletes the session, which the relay then forgets at once. NULL is allowed. */
void dm_publication_destroy(struct dm_publication *publication);

enum dm_publication_state dm_publication_state(const struct dm_publication *publication);

/* A relay that is gone, or has begun anew, says nothing. To be asked once a second while connected:
 * whether it is still there, judged by its reports (RFC 3550, 6.4), and where they stay away by
 * HTTP. An outage of less than 30 s is none: the same connection goes on. */
bool dm_publication_is_alive(struct dm_publication *publication, dm_usec now);

/* Takes the packet over; drops it while not connected. Any thread, but not during destroy. */
void dm_publication_send(struct dm_publication *publication, enum dm_outgoing_kind kind,
			 GstBuffer *packet);

void dm_publication_stats(struct dm_publication *publication,
			  struct dm_publication_stats stats[DM_OUTGOING_COUNT]);

#endif
