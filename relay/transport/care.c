#include "transport/worker_private.h"

/* Every connection is looked after once a round: consent, and a sender report (libwebrtc's rhythm
 * for video; RFC 3550's 5 s minimum is reduced for its bit rate, 6.2). */
#define ROUND        DM_SEC(1)
#define TURN_LONGEST DM_MSEC(20) /* a slice of the round is due even when nothing is published */
#define UPLINK_KEPT  DM_SEC(60)  /* as long as a seat is kept without its link (session/seat.h) */

/* Without consent nothing may be sent (RFC 7675, 5.1). A microphone is heard again as soon as its
 * network is back: keys and numbers go on, no handshake is needed. */
static void lose_consent(struct dm_worker *worker, struct dm_connection *connection)
{
	if (connection->phase == DM_CONNECTION_CONNECTED && connection->uplinks) {
		for (size_t i = 0; i < connection->stream_count; i++)
			dm_fanout_remove(worker->fanout, &connection->streams[i]);
		dm_network_table_leave(worker->networks, &connection->places);
		connection->phase = DM_CONNECTION_PAUSED;
	}
	if (connection->phase != DM_CONNECTION_PAUSED ||
	    worker->now >= connection->ice.consent_until + UPLINK_KEPT)
		dm_worker_end(worker, connection, DM_PEER_EXPIRED);
}

static void care_for(struct dm_worker *worker, struct dm_connection *connection)
{
	if (worker->now >= connection->ice.consent_until) {
		lose_consent(worker, connection);
		return;
	}
	if (worker->now >= connection->handshake_until)
		dm_worker_fail(worker, connection, "handshake timed out");
	if (connection->phase != DM_CONNECTION_CONNECTED)
		return;
	for (size_t i = 0; i < connection->stream_count; i++) {
		struct dm_stream *stream = &connection->streams[i];

		if (stream->listing && stream->waiting)
			dm_track_request_key(stream->rungs[stream->rung]);
	}
	dm_connection_send_reports(connection, worker->sender, worker->options.timeline,
				   worker->now);
}

void dm_worker_care(struct dm_worker *worker)
{
	const dm_usec into = worker->now - worker->round_start;
	const size_t count = dm_roster_count(worker->roster);
	const size_t due = into >= ROUND ? count : (size_t)into * count / (size_t)ROUND;

	/* Who ends meanwhile makes the row shorter. */
	for (; worker->cared < due && worker->cared < dm_roster_count(worker->roster);
	     worker->cared++)
		care_for(worker, dm_roster_at(worker->roster, worker->cared));
	if (into >= ROUND) {
		worker->round_start = worker->now;
		worker->cared = 0;
	}
}

void dm_worker_ask(struct dm_worker *worker)
{
	if (!worker->uplinks)
		return;

	const dm_usec now = dm_time_now();

	for (struct dm_uplinks *uplinks = worker->uplinks; uplinks; uplinks = uplinks->next)
		dm_connection_ask(uplinks->connection, worker->sender, now,
				  &worker->metrics.uplink);
}

int dm_worker_wait_ms(const struct dm_worker *worker)
{
	dm_usec due = worker->now + TURN_LONGEST;

	for (const struct dm_uplinks *uplinks = worker->uplinks; uplinks; uplinks = uplinks->next)
		if (uplinks->due < due && uplinks->connection->phase == DM_CONNECTION_CONNECTED)
			due = uplinks->due;

	const dm_usec wait = due - dm_time_now();

	return wait > 0 ? (int)((wait + DM_MSEC(1) - 1) / DM_MSEC(1)) : 0;
}
