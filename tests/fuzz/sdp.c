/* tests/fuzz/sdp.c: an offer is read, negotiated and answered; the answer must be one that our own
 * reader takes, with as many m-lines. The same bytes are read as a trickle ICE fragment. */
#include "control/negotiation.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

static struct dm_sdp sdp;

/* Sound one way or both; what comes in is told apart by its payload type. */
static void check_peer(const struct dm_peer_options *peer,
		       const struct dm_negotiation_options *options)
{
	const struct dm_uplink_options *sound = &peer->uplinks[DM_UPLINK_SOUND];
	const struct dm_uplink_options *picture = &peer->uplinks[DM_UPLINK_PICTURE];

	if (peer->streams[DM_MEDIA_AUDIO].wanted == options->publish)
		abort();
	if (sound->wanted != (options->publish || options->microphone))
		abort();
	if (picture->wanted &&
	    (!options->publish_picture || sound->codec == picture->codec ||
	     sound->payload_type == picture->payload_type ||
	     (picture->rtx_payload_type && picture->rtx_payload_type == sound->payload_type)))
		abort();
}

static void check_answer(struct dm_negotiation *negotiation)
{
	struct dm_peer_answer answer = {
		.ufrag = "abcdefgh",
		.pwd = "abcdefghabcdefghabcdefgh",
		.cname = "0123456789abcdef",
		.fingerprint = { .hash = DM_HASH_SHA256, .bytes = 32 },
		.ssrc = { 1, 2, 3, 4 },
		.rtx_ssrc = { 0, 5, 6, 0 },
		.candidates = { { .address = "2001:db8::1", .port = 1, .ipv6 = true } },
		.candidate_count = 1,
	};
	struct dm_sdp_problem problem;
	char *text = dm_negotiation_write_answer(negotiation, &answer);
	char *fragment = dm_negotiation_write_fragment(negotiation, &answer);

	if (strlen(text) <= DM_SDP_BYTES_MAX) {
		if (!dm_sdp_parse(&sdp, text, strlen(text), &problem))
			abort();
		if (sdp.media_count != negotiation->sdp.media_count)
			abort();
	}
	if (!dm_sdp_parse_fragment(&sdp, fragment, strlen(fragment), &problem))
		abort();
	g_free(fragment);
	g_free(text);
}

static void negotiate(const struct dm_negotiation_options *options, const char *text, size_t bytes)
{
	struct dm_negotiation *negotiation;
	struct dm_sdp_problem problem = { 0 };

	if (dm_negotiation_create(&negotiation, options, text, bytes, &problem)) {
		if (negotiation || !problem.message[0])
			abort();
		return;
	}
	check_peer(&negotiation->peer, options);
	check_answer(negotiation);
	dm_negotiation_destroy(negotiation);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
	static const struct dm_negotiation_options parts[] = {
		{ .picture = true, .sign = true },
		{ .picture = true, .sign = true, .microphone = true, .monitor = true },
		{ .publish = true },
		{ .publish = true, .publish_picture = true },
	};
	const char *text = (const char *)data;
	struct dm_sdp_problem problem = { 0 };

	dm_sdp_parse_fragment(&sdp, text, size_bytes, &problem);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		negotiate(&parts[i], text, size_bytes);
	return 0;
}
