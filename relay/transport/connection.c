#include "transport/connection.h"

#include "rtp/rtcp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static int make_cname(char *cname)
{
	uint8_t random[8]; /* RFC 7022, 4.2 asks for 96 bits unless one process makes them all */

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return -EIO;
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(cname + 2 * i, 3, "%02x", random[i]);
	return 0;
}

static void fill_answer(const struct dm_connection *connection, struct dm_peer_answer *answer)
{
	*answer = (struct dm_peer_answer){ .id = connection->id };
	memcpy(answer->ufrag, connection->ice.local_ufrag, sizeof(answer->ufrag));
	memcpy(answer->pwd, connection->ice.local_pwd, sizeof(answer->pwd));
	memcpy(answer->cname, connection->cname, sizeof(answer->cname));
	for (size_t i = 0; i < connection->stream_count; i++) {
		const struct dm_stream *stream = &connection->streams[i];

		answer->ssrc[stream->media] = stream->ssrc;
		answer->rtx_ssrc[stream->media] = stream->rtx_ssrc;
	}
}

static int add_streams(struct dm_connection *connection, const struct dm_peer_options *options,
		       dm_usec now)
{
	for (size_t i = 0; i < DM_MEDIA_COUNT; i++) {
		if (!options->streams[i].wanted)
			continue;

		const int error = dm_stream_init(&connection->streams[connection->stream_count],
						 &options->streams[i], (enum dm_media)i,
						 &connection->outlet, now);

		if (error < 0)
			return error;
		connection->stream_count++;
	}
	return 0;
}

int dm_connection_create(struct dm_connection **out, dm_peer_id id,
			 const struct dm_peer_options *options, dm_usec now,
			 struct dm_peer_answer *answer)
{
	size_t wanted = 0;

	*out = NULL;
	for (size_t i = 0; i < DM_MEDIA_COUNT; i++)
		wanted += options->streams[i].wanted;

	struct dm_connection *connection = calloc(1, sizeof(*connection) +
							     wanted * sizeof(struct dm_stream));

	if (!connection)
		return -ENOMEM;
	connection->id = id;
	connection->fingerprint = options->fingerprint;
	memcpy(connection->country, options->country, sizeof(connection->country));
	connection->handshake = -1;
	connection->handshake_until = DM_USEC_NEVER;
	int error = dm_ice_init(&connection->ice, options->remote_ufrag, now);

	if (error == 0)
		error = make_cname(connection->cname);
	if (error == 0)
		error = add_streams(connection, options, now);
	if (error == 0)
		error = dm_uplinks_create(&connection->uplinks, connection, options,
					  wanted > 0 ? connection->streams[0].ssrc : 0, now);
	if (error < 0) {
		dm_connection_destroy(connection);
		return error;
	}
	fill_answer(connection, answer);
	*out = connection;
	return 0;
}

void dm_connection_destroy(struct dm_connection *connection)
{
	if (!connection)
		return;
	for (size_t i = 0; i < connection->stream_count; i++)
		dm_stream_finish(&connection->streams[i]);
	dm_uplinks_destroy(connection->uplinks);
	dm_association_destroy(connection->association);
	free(connection);
}

void dm_connection_associate(struct dm_connection *connection, struct dm_association *association)
{
	connection->association = association;
	connection->outlet.protector = association->protector;
}

struct dm_stream *dm_connection_stream(struct dm_connection *connection, enum dm_media media)
{
	for (size_t i = 0; i < connection->stream_count; i++)
		if (connection->streams[i].media == media)
			return &connection->streams[i];
	return NULL;
}

struct dm_stream *dm_connection_find_stream(struct dm_connection *connection, uint32_t ssrc)
{
	for (size_t i = 0; i < connection->stream_count; i++) {
		struct dm_stream *stream = &connection->streams[i];

		if (stream->ssrc == ssrc || (ssrc && stream->rtx_ssrc == ssrc))
			return stream;
	}
	return NULL;
}

/* Protects and sends what was written into the sender's reserved place. */
static void send_rtcp(struct dm_connection *connection, struct dm_sender *sender,
		      const struct dm_writer *writer)
{
	if (writer->failed || writer->size == 0)
		return;

	const int bytes = dm_protect_rtcp(connection->outlet.protector, writer->data, writer->size,
					  DM_SENDER_DATAGRAM_MAX);

	if (bytes > 0)
		dm_sender_commit(sender, &(struct dm_sender_packet){ .to = &connection->outlet.to,
								     .bytes = (uint32_t)bytes,
								     .alone = true });
}

/* Leaves room for what protection adds. */
static struct dm_writer begin_rtcp(struct dm_sender *sender)
{
	return dm_writer_init(dm_sender_reserve(sender),
			      DM_SENDER_DATAGRAM_MAX - DM_SRTCP_TRAILER_MAX);
}

void dm_connection_send_reports(struct dm_connection *connection, struct dm_sender *sender,
				const struct dm_timeline *timeline, dm_usec now)
{
	struct dm_writer writer = begin_rtcp(sender);
	const uint64_t ntp = dm_timeline_ntp(timeline, now);

	for (size_t i = 0; i < connection->stream_count; i++) {
		struct dm_stream *stream = &connection->streams[i];

		if (!stream->started || stream->rung_count == 0)
			continue;

		const uint32_t rate = dm_track_clock_rate_hz(stream->rungs[0]);
		const uint32_t rtp = dm_rewriter_timestamp(&stream->rewriter,
							   dm_timeline_rtp(timeline, now, rate));

		dm_rtcp_write_sender_report(&writer, stream->ssrc, ntp, rtp, stream->packets,
					    stream->octets, NULL, 0);
		dm_rtcp_write_cname(&writer, stream->ssrc, connection->cname);
	}
	if (connection->uplinks)
		dm_uplinks_write_reports(connection->uplinks, &writer, connection->cname, now);
	send_rtcp(connection, sender, &writer);
}

void dm_connection_ask(struct dm_connection *connection, struct dm_sender *sender, dm_usec now,
		       struct dm_uplink_metrics *metrics)
{
	if (connection->phase != DM_CONNECTION_CONNECTED ||
	    !dm_uplinks_is_due(connection->uplinks, now))
		return;

	struct dm_writer writer = begin_rtcp(sender);

	dm_uplinks_write_requests(connection->uplinks, &writer, connection->cname,
				  connection->round_trip, now, metrics);
	send_rtcp(connection, sender, &writer);
}

static void send_dtls(struct dm_connection *connection, struct dm_sender *sender,
		      const uint8_t *data, size_t bytes)
{
	memcpy(dm_sender_reserve(sender), data, bytes);
	dm_sender_commit(sender, &(struct dm_sender_packet){ .to = &connection->outlet.to,
							     .bytes = (uint32_t)bytes });
}

void dm_connection_repeat_flight(struct dm_connection *connection, struct dm_sender *sender)
{
	const struct dm_dtls_epilogue *epilogue = &connection->association->epilogue;

	send_dtls(connection, sender, epilogue->flight, epilogue->flight_bytes);
}

static void send_bye(struct dm_connection *connection, struct dm_sender *sender)
{
	struct dm_writer writer = begin_rtcp(sender);
	uint32_t ssrcs[DM_MEDIA_COUNT];
	size_t count = 0;

	for (size_t i = 0; i < connection->stream_count; i++)
		if (connection->streams[i].started)
			ssrcs[count++] = connection->streams[i].ssrc;
	if (count == 0)
		return;
	/* A compound starts with a report, if an empty one (RFC 3550, 6.1). */
	dm_rtcp_write_receiver_report(&writer, ssrcs[0], NULL, 0);
	dm_rtcp_write_bye(&writer, ssrcs, count);
	send_rtcp(connection, sender, &writer);
}

void dm_connection_send_goodbye(struct dm_connection *connection, struct dm_sender *sender)
{
	if (connection->phase != DM_CONNECTION_CONNECTED)
		return;
	send_bye(connection, sender);

	const struct dm_dtls_epilogue *epilogue = &connection->association->epilogue;

	send_dtls(connection, sender, epilogue->goodbye, epilogue->goodbye_bytes);
}
