/* relay/control/negotiation.c: see negotiation.h */
#include "control/negotiation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* A rejected m-line has port 0, but so has one that is offered for the bundle alone
 * (RFC 8843, 6). */
static bool is_offered(const struct dm_sdp_media *media)
{
	return media->port || media->bundle_only;
}

/* RFC 9429, 5.1.2: the profiles that mean DTLS-SRTP. */
static bool has_srtp(const struct dm_sdp_media *media)
{
	static const char *const protocols[] = { "UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP",
						 "TCP/DTLS/RTP/SAVPF", "RTP/SAVPF", "RTP/SAVP" };

	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		if (dm_sdp_text_is(media->protocol, protocols[i]))
			return true;
	}
	return false;
}

static bool can_receive(const struct dm_sdp_media *media)
{
	return is_offered(media) && has_srtp(media) && (media->direction & DM_SDP_RECEIVE);
}

/* RFC 7587, 7: the clock rate is 48000 and the channels are 2, whatever is sent. */
static const struct dm_sdp_format *find_opus(const struct dm_sdp_media *media)
{
	for (size_t i = 0; i < media->format_count; i++) {
		const struct dm_sdp_format *format = &media->format[i];

		if (dm_sdp_text_is_nocase(format->name, "opus") && format->clock_rate_hz == 48000 &&
		    format->channels == 2)
			return format;
	}
	return NULL;
}

static bool parse_profile(struct dm_sdp_text text, uint32_t *profile)
{
	char digits[7];
	char *end;

	if (text.bytes != 6)
		return false;
	memcpy(digits, text.data, 6);
	digits[6] = '\0';
	if (strspn(digits, "0123456789abcdefABCDEF") != 6)
		return false;
	*profile = (uint32_t)strtoul(digits, &end, 16);
	return true;
}

/* How well a decoder of this profile takes constrained baseline (RFC 6184, 8.1, table 5):
 * constrained baseline, baseline, then those of which it is a subset. 0: cannot. */
static int rate_profile(const struct dm_sdp_format *format)
{
	const struct dm_sdp_text text = dm_sdp_fmtp(format->fmtp, "profile-level-id");
	uint32_t profile;

	if (!text.data)
		return 3; /* absent means baseline (RFC 6184, 8.1) */
	if (!parse_profile(text, &profile))
		return 0;

	const uint32_t idc = profile >> 16;
	const uint32_t constraints = profile >> 8 & 0xff;

	if (idc == 0x42)
		return constraints & 0x40 ? 4 : 3;
	if (idc == 0x4d)
		return constraints & 0x80 ? 4 : 2;
	return idc == 0x64 ? 1 : 0;
}

/* 0: cannot be used. The relay sends FU-A, which takes packetization-mode 1. Deviates: RFC 6184,
 * 8.1 reads a missing mode as 0; GStreamer leaves it out and takes mode 1, so that a missing one
 * is used where there is nothing better. */
static int rate_h264(const struct dm_sdp_format *format)
{
	const struct dm_sdp_text mode = dm_sdp_fmtp(format->fmtp, "packetization-mode");

	if (!dm_sdp_text_is_nocase(format->name, "H264") || format->clock_rate_hz != 90000)
		return 0;
	if (mode.data && !dm_sdp_text_is(mode, "1"))
		return 0;

	const int profile = rate_profile(format);

	return profile && mode.data ? profile + 4 : profile;
}

static const struct dm_sdp_format *find_h264(const struct dm_sdp_media *media)
{
	const struct dm_sdp_format *best = NULL;
	int best_rate = 0;

	for (size_t i = 0; i < media->format_count; i++) {
		const int rate = rate_h264(&media->format[i]);

		if (rate > best_rate) { /* of equals the offerer's first */
			best = &media->format[i];
			best_rate = rate;
		}
	}
	return best;
}

/* RFC 4588, 8.6: the apt parameter names the payload type that is retransmitted. */
static const struct dm_sdp_format *find_rtx(const struct dm_sdp_media *media,
					    const struct dm_sdp_format *codec)
{
	for (size_t i = 0; i < media->format_count; i++) {
		const struct dm_sdp_format *format = &media->format[i];
		uint32_t apt;

		if (dm_sdp_text_is_nocase(format->name, "rtx") &&
		    format->clock_rate_hz == codec->clock_rate_hz && format->payload_type &&
		    dm_sdp_text_number(dm_sdp_fmtp(format->fmtp, "apt"), 127, &apt) &&
		    apt == codec->payload_type)
			return format;
	}
	return NULL;
}

static void accept_line(struct dm_negotiation *negotiation, size_t n, enum dm_media media,
			const struct dm_sdp_format *codec)
{
	const struct dm_sdp_media *line = &negotiation->sdp.media[n];
	struct dm_stream_options *stream = &negotiation->peer.streams[media];
	const bool nack = codec->feedback & DM_SDP_NACK;
	/* Retransmission in its own stream is asked for by NACK alone. */
	const struct dm_sdp_format *rtx = nack ? find_rtx(line, codec) : NULL;

	negotiation->lines[n] = (struct dm_negotiated_line){
		.accepted = true,
		.media = media,
		.direction = DM_SDP_SEND,
		.codec = media == DM_MEDIA_AUDIO ? DM_CODEC_OPUS : DM_CODEC_H264,
		.format = codec,
		.rtx = rtx,
	};
	stream->wanted = true;
	stream->payload_type = codec->payload_type;
	stream->rtx_payload_type = rtx ? rtx->payload_type : 0;
	stream->nack = nack;
}

/* Why no audio m-line was taken, in the order in which a person would look for it. */
static int refuse_audio(const struct dm_sdp *sdp, struct dm_sdp_problem *problem)
{
	const char *why = "The offer has no audio m-line; offer one to receive Opus.";

	for (size_t n = 0; n < sdp->media_count; n++) {
		const struct dm_sdp_media *media = &sdp->media[n];

		if (media->kind != DM_SDP_AUDIO)
			continue;
		if (!is_offered(media))
			why = "The audio m-line is disabled (port 0).";
		else if (!has_srtp(media))
			why = "The audio m-line is not for DTLS-SRTP; offer UDP/TLS/RTP/SAVPF.";
		else if (!(media->direction & DM_SDP_RECEIVE))
			why = "The audio m-line does not receive; offer recvonly or sendrecv.";
		else
			why = "The audio m-line has no Opus (opus/48000/2), which is all we send.";
	}
	dm_sdp_problem_set(problem, 0, "%s", why);
	return -EINVAL;
}

static int pick_audio(struct dm_negotiation *negotiation, struct dm_sdp_problem *problem,
		      size_t *audio)
{
	const struct dm_sdp *sdp = &negotiation->sdp;

	for (size_t n = 0; n < sdp->media_count; n++) {
		const struct dm_sdp_media *media = &sdp->media[n];
		const struct dm_sdp_format *opus;

		if (media->kind != DM_SDP_AUDIO || !can_receive(media))
			continue;
		opus = find_opus(media);
		if (!opus)
			continue;
		accept_line(negotiation, n, DM_MEDIA_AUDIO, opus);
		*audio = n;
		return 0;
	}
	return refuse_audio(sdp, problem);
}

/* The first video m-line is the picture, the second the sign-language picture. Anything that the
 * peer cannot take (no H.264) or does not want is rejected: the sound goes on without. */
static int pick_video(struct dm_negotiation *negotiation,
		      const struct dm_negotiation_options *options, size_t audio,
		      struct dm_sdp_problem *problem)
{
	const struct dm_sdp *sdp = &negotiation->sdp;
	unsigned seen = 0;

	for (size_t n = 0; n < sdp->media_count && seen < 2; n++) {
		const struct dm_sdp_media *media = &sdp->media[n];
		const struct dm_sdp_format *h264;

		if (media->kind != DM_SDP_VIDEO)
			continue;

		const bool first = !seen++;

		h264 = can_receive(media) ? find_h264(media) : NULL;
		if (!(first ? options->picture : options->sign) || !h264)
			continue;
		/* One peer is one transport: see dm_transport_add_peer. */
		if (!dm_sdp_bundled(sdp, sdp->media[audio].mid) ||
		    !dm_sdp_bundled(sdp, media->mid)) {
			dm_sdp_problem_set(
				problem, 0,
				"Sound and picture are not in one BUNDLE group; offer with the bundle policy max-bundle.");
			return -EINVAL;
		}
		accept_line(negotiation, n, first ? DM_MEDIA_PICTURE : DM_MEDIA_SIGN, h264);
	}
	return 0;
}

/* The m-section that speaks for the whole bundle (RFC 8843, 7.2); NULL without a group. */
static const struct dm_sdp_media *tagged_section(const struct dm_sdp *sdp)
{
	for (size_t n = 0; sdp->bundle_count && n < sdp->media_count; n++) {
		if (dm_sdp_text_equal(sdp->media[n].mid, sdp->bundle[0]))
			return &sdp->media[n];
	}
	return NULL;
}

/* What stands in the section counts, else what stands at session level, else, in a bundle, what
 * its tagged section says. */
static struct dm_sdp_transport merge_transport(const struct dm_sdp *sdp,
					       const struct dm_sdp_media *audio,
					       const struct dm_sdp_media *tagged)
{
	const struct dm_sdp_transport none = { 0 };
	const struct dm_sdp_transport *from[] = { &audio->transport, &sdp->transport,
						  tagged ? &tagged->transport : &none };
	struct dm_sdp_transport merged = { 0 };

	for (size_t i = 0; i < sizeof(from) / sizeof(from[0]); i++) {
		if (!merged.ufrag.data)
			merged.ufrag = from[i]->ufrag;
		if (!merged.pwd.data)
			merged.pwd = from[i]->pwd;
		if (!merged.fingerprint.bytes)
			merged.fingerprint = from[i]->fingerprint;
		if (merged.setup == DM_SDP_SETUP_NONE)
			merged.setup = from[i]->setup;
	}
	return merged;
}

static int pick_transport(struct dm_negotiation *negotiation, size_t audio_line,
			  struct dm_sdp_problem *problem)
{
	const struct dm_sdp *sdp = &negotiation->sdp;
	const struct dm_sdp_media *audio = &sdp->media[audio_line];
	const struct dm_sdp_media *tagged = dm_sdp_bundled(sdp, audio->mid) ? tagged_section(sdp)
									    : NULL;
	const struct dm_sdp_transport transport = merge_transport(sdp, audio, tagged);
	const char *why = NULL;

	if (!transport.ufrag.data || !transport.pwd.data)
		why = "The offer lacks a=ice-ufrag or a=ice-pwd.";
	else if (!transport.fingerprint.bytes)
		why = "The offer lacks an a=fingerprint of sha-256 or another SHA.";
	else if (transport.setup == DM_SDP_SETUP_PASSIVE ||
		 transport.setup == DM_SDP_SETUP_HOLDCONN)
		/* We are ICE-lite and wait for the peer; RFC 8842, 5.2 has offers say actpass. */
		why = "The offer says a=setup:passive or holdconn; say actpass or active.";
	else if (!audio->rtcp_mux && !(tagged && tagged->rtcp_mux))
		why = "The offer lacks a=rtcp-mux, which is required.";
	if (why) {
		dm_sdp_problem_set(problem, 0, "%s", why);
		return -EINVAL;
	}
	memcpy(negotiation->peer.remote_ufrag, transport.ufrag.data, transport.ufrag.bytes);
	negotiation->peer.fingerprint = transport.fingerprint;
	return 0;
}

static int negotiate(struct dm_negotiation *negotiation,
		     const struct dm_negotiation_options *options, size_t bytes,
		     struct dm_sdp_problem *problem)
{
	size_t audio = 0;
	int error;

	if (!dm_sdp_parse(&negotiation->sdp, negotiation->offer, bytes, problem))
		return -EINVAL;
	error = pick_audio(negotiation, problem, &audio);
	if (!error)
		error = pick_video(negotiation, options, audio, problem);
	if (!error)
		error = pick_transport(negotiation, audio, problem);
	return error;
}

int dm_negotiation_create(struct dm_negotiation **out, const struct dm_negotiation_options *options,
			  const char *offer, size_t bytes, struct dm_sdp_problem *problem)
{
	struct dm_negotiation *negotiation = calloc(1, sizeof(*negotiation));
	int error = -ENOMEM;

	*out = NULL;
	if (!negotiation)
		return -ENOMEM;
	negotiation->offer = malloc(bytes + 1);
	if (!negotiation->offer)
		goto destroy;
	if (bytes)
		memcpy(negotiation->offer, offer, bytes);
	negotiation->offer[bytes] = '\0';
	error = negotiate(negotiation, options, bytes, problem);
	if (error)
		goto destroy;
	if (getrandom(&negotiation->session_id, sizeof(negotiation->session_id), 0) !=
	    (ssize_t)sizeof(negotiation->session_id)) {
		error = -EIO;
		goto destroy;
	}
	negotiation->session_id >>= 2; /* at most 2^62 - 1 (RFC 9429, 5.2.1) */
	*out = negotiation;
	return 0;

destroy:
	dm_negotiation_destroy(negotiation);
	return error;
}

void dm_negotiation_destroy(struct dm_negotiation *negotiation)
{
	if (!negotiation)
		return;
	free(negotiation->offer);
	free(negotiation);
}

static bool same_stream(const struct dm_stream_options *a, const struct dm_stream_options *b)
{
	return a->wanted == b->wanted && a->payload_type == b->payload_type &&
	       a->rtx_payload_type == b->rtx_payload_type && a->nack == b->nack;
}

bool dm_negotiation_same_media(const struct dm_negotiation *negotiation,
			       const struct dm_negotiation *other)
{
	const struct dm_fingerprint *a = &negotiation->peer.fingerprint;
	const struct dm_fingerprint *b = &other->peer.fingerprint;

	if (a->hash != b->hash || a->bytes != b->bytes || memcmp(a->value, b->value, a->bytes) ||
	    negotiation->sdp.media_count != other->sdp.media_count)
		return false;
	for (size_t media = 0; media < DM_MEDIA_COUNT; media++) {
		if (!same_stream(&negotiation->peer.streams[media], &other->peer.streams[media]))
			return false;
	}
	return true;
}
