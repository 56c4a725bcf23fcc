/* tests/fuzz/sdp.c: an offer is read, negotiated and answered; the answer must be one that our own
 * reader takes, with as many m-lines. The same bytes are read as a trickle ICE fragment. */
#include "control/negotiation.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

static struct dm_sdp sdp;

static void check_answer(struct dm_negotiation *negotiation)
{
	struct dm_peer_answer answer = {
		.ufrag = "abcdefgh",
		.pwd = "abcdefghabcdefghabcdefgh",
		.cname = "0123456789abcdef",
		.fingerprint = { .hash = DM_HASH_SHA256, .bytes = 32 },
		.ssrc = { 1, 2, 3 },
		.rtx_ssrc = { 0, 5, 6 },
		.candidates = { { .address = "2001:db8::1", .port = 1, .ipv6 = true } },
		.candidate_count = 1,
	};
	struct dm_sdp_problem problem;
	char *text = dm_negotiation_write_answer(negotiation, &answer);
	char *fragment = dm_negotiation_write_fragment(negotiation, &answer);

	if (!negotiation->peer.streams[DM_MEDIA_AUDIO].wanted)
		abort();
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
	const struct dm_negotiation_options options = { .picture = true, .sign = true };
	const char *text = (const char *)data;
	struct dm_negotiation *negotiation;
	struct dm_sdp_problem problem = { 0 };

	dm_sdp_parse_fragment(&sdp, text, size_bytes, &problem);
	if (dm_negotiation_create(&negotiation, &options, text, size_bytes, &problem)) {
		if (negotiation || !problem.message[0])
			abort();
		return 0;
	}
	check_answer(negotiation);
	dm_negotiation_destroy(negotiation);
	return 0;
}
