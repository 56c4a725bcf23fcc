#include "transport/connection.h"

#include "rtp/rtcp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static void send_dtls(void *user, const uint8_t *data, size_t size_bytes)
{
	struct dm_connection *connection = user;
	struct dm_sender *sender = connection->sender;

	if (!sender || connection->outlet.to.address_bytes == 0 ||
	    size_bytes > DM_SENDER_DATAGRAM_MAX)
		return;
	memcpy(dm_sender_reserve(sender), data, size_bytes);
	dm_sender_commit(sender, &(struct dm_sender_packet){ .to = &connection->outlet.to,
							     .bytes = (uint32_t)size_bytes });
}

static int make_cname(char *cname)
{
	uint8_t random[8]; /* RFC 7022, 4.2 asks for 96 bits unless one process makes them all */

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return -EIO;
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(cname + 2 * i, 3, "%02x", random[i]);
	return 0;
}

static void fill_answer(const struct dm_connection *connection,
			const struct dm_certificate *certificate, struct dm_peer_answer *answer)
{
	*answer = (struct dm_peer_answer){
		.id = connection->id,
		.fingerprint = *dm_certificate_fingerprint(certificate),
	};
	memcpy(answer->ufrag, connection->ice.local_ufrag, sizeof(answer->ufrag));
	memcpy(answer->pwd, connection->ice.local_pwd, sizeof(answer->pwd));
	memcpy(answer->cname, connection->cname, sizeof(answer->cname));
	for (size_t i = 0; i < DM_MEDIA_COUNT; i++) {
		answer->ssrc[i] = connection->streams[i].ssrc;
		answer->rtx_ssrc[i] = connection->streams[i].rtx_ssrc;
	}
}

int dm_connection_create(struct dm_connection **out, dm_peer_id id,
			 const struct dm_peer_options *options, struct dm_certificate *certificate,
			 dm_usec now, struct dm_peer_answer *answer)
{
	*out = NULL;

	struct dm_connection *connection = calloc(1, sizeof(*connection));

	if (!connection)
		return -ENOMEM;
	connection->id = id;
	int error = dm_ice_init(&connection->ice, options->remote_ufrag, now);

	if (error == 0)
		error = make_cname(connection->cname);
	for (size_t i = 0; i < DM_MEDIA_COUNT && error == 0; i++)
		error = dm_stream_init(&connection->streams[i], &options->streams[i],
				       (enum dm_media)i, &connection->outlet, now);
	if (error == 0)
		error = dm_dtls_create(&connection->dtls, certificate, &options->fingerprint,
				       send_dtls, connection);
	if (error < 0) {
		dm_connection_destroy(connection);
		return error;
	}
	fill_answer(connection, certificate, answer);
	*out = connection;
	return 0;
}

void dm_connection_destroy(struct dm_connection *connection)
{
	if (!connection)
		return;
	for (size_t i = 0; i < DM_MEDIA_COUNT; i++)
		dm_stream_finish(&connection->streams[i]);
	dm_unprotector_destroy(connection->unprotector);
	dm_protector_destroy(connection->outlet.protector);
	dm_dtls_destroy(connection->dtls);
	free(connection);
}

int dm_connection_set_keys(struct dm_connection *connection)
{
	struct dm_srtp_keys keys;
	int error = dm_dtls_export_keys(connection->dtls, &keys);

	if (error < 0)
		return error;
	error = dm_protector_create(&connection->outlet.protector, &keys);
	if (error == 0)
		error = dm_unprotector_create(&connection->unprotector, &keys);
	dm_srtp_keys_wipe(&keys);
	return error;
}

struct dm_stream *dm_connection_find_stream(struct dm_connection *connection, uint32_t ssrc)
{
	for (size_t i = 0; i < DM_MEDIA_COUNT; i++) {
		struct dm_stream *stream = &connection->streams[i];

		if (stream->ssrc && (stream->ssrc == ssrc || stream->rtx_ssrc == ssrc))
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
								     .bytes = (uint32_t)bytes });
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

	for (size_t i = 0; i < DM_MEDIA_COUNT; i++) {
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
	send_rtcp(connection, sender, &writer);
}

void dm_connection_send_goodbye(struct dm_connection *connection, struct dm_sender *sender)
{
	if (connection->phase != DM_CONNECTION_CONNECTED)
		return;

	uint32_t ssrcs[DM_MEDIA_COUNT];
	size_t count = 0;

	for (size_t i = 0; i < DM_MEDIA_COUNT; i++)
		if (connection->streams[i].started)
			ssrcs[count++] = connection->streams[i].ssrc;
	if (count > 0) {
		struct dm_writer writer = begin_rtcp(sender);

		/* A compound starts with a report, if an empty one (RFC 3550, 6.1). */
		dm_rtcp_write_receiver_report(&writer, ssrcs[0], NULL, 0);
		dm_rtcp_write_bye(&writer, ssrcs, count);
		send_rtcp(connection, sender, &writer);
	}
	dm_dtls_close(connection->dtls);
}
