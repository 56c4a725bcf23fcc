/* tests/unit/control/offers.c: see offers.h */
#include "offers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

char *offer_read(const char *name, size_t *bytes)
{
	char path[512];
	char *text = calloc(1, 65537);

	snprintf(path, sizeof(path), "%s/tests/data/offers/%s", DM_SOURCE_DIR, name);

	FILE *file = fopen(path, "rb");

	if (!file)
		fail_msg("cannot open %s", path);
	*bytes = fread(text, 1, 65536, file);
	fclose(file);
	assert_true(*bytes > 0);
	return text;
}

char *text_replace(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	if (!at)
		fail_msg("'%s' is not in the text", from);

	char *out = malloc(strlen(text) - strlen(from) + strlen(to) + 1);

	memcpy(out, text, (size_t)(at - text));
	strcpy(out + (at - text), to);
	strcat(out, at + strlen(from));
	return out;
}

struct dm_peer_answer answer_to(const struct dm_negotiation *negotiation)
{
	struct dm_peer_answer answer = {
		.ufrag = "ufragabc",
		.pwd = "passwordpasswordpassword",
		.cname = "0123456789abcdef",
		.fingerprint = { .hash = DM_HASH_SHA256, .bytes = 32, .value = { 0xab } },
		.candidates = { { .address = "192.0.2.7", .port = 4000, .priority = 2130706431 } },
		.candidate_count = 1,
	};

	for (uint32_t media = 0; media < DM_MEDIA_COUNT; media++) {
		const struct dm_stream_options *stream = &negotiation->peer.streams[media];

		answer.ssrc[media] = stream->wanted ? 1000 + media : 0;
		answer.rtx_ssrc[media] = stream->rtx_payload_type ? 2000 + media : 0;
	}
	return answer;
}

char *answer_offer(struct dm_negotiation **negotiation,
		   const struct dm_negotiation_options *options, const char *offer)
{
	struct dm_sdp_problem problem;
	const int error = dm_negotiation_create(negotiation, options, offer, strlen(offer),
						&problem);

	if (error)
		fail_msg("refused: %s", problem.message);

	const struct dm_peer_answer answer = answer_to(*negotiation);

	return dm_negotiation_write_answer(*negotiation, &answer);
}

void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in:\n%s", part, text);
}

void assert_lacks(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("'%s' is in:\n%s", part, text);
}

void assert_mirrors(const struct dm_negotiation *negotiation, const char *answer)
{
	struct dm_sdp *sdp = calloc(1, sizeof(*sdp));
	struct dm_sdp_problem problem;

	if (!dm_sdp_parse(sdp, answer, strlen(answer), &problem))
		fail_msg("line %u: %s", problem.line, problem.message);
	assert_int_equal(sdp->media_count, negotiation->sdp.media_count);
	for (size_t n = 0; n < sdp->media_count; n++) {
		const struct dm_sdp_media *ours = &sdp->media[n];
		const struct dm_sdp_media *theirs = &negotiation->sdp.media[n];
		const bool accepted = negotiation->lines[n].accepted;

		assert_int_equal(ours->kind, theirs->kind);
		assert_true(dm_sdp_text_equal(ours->protocol, theirs->protocol));
		assert_true(!theirs->mid.data || dm_sdp_text_equal(ours->mid, theirs->mid));
		assert_int_equal(ours->port != 0, accepted);
		assert_int_equal(ours->direction,
				 accepted ? negotiation->lines[n].direction : DM_SDP_INACTIVE);
		assert_int_equal(dm_sdp_bundled(sdp, ours->mid),
				 accepted && dm_sdp_bundled(&negotiation->sdp, theirs->mid));
		if (accepted)
			assert_int_equal(ours->transport.setup, DM_SDP_SETUP_PASSIVE);
	}
	free(sdp);
}
