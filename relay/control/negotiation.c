/* relay/control/negotiation.c: see negotiation.h */
#include "control/negotiation.h"

#include "control/codec.h"

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

/* Whether its sender would do what the relay needs of it. */
static bool does(const struct dm_sdp_media *media, enum dm_sdp_direction needed)
{
	return is_offered(media) && has_srtp(media) && (media->direction & needed) == needed;
}

/* A line that the relay sends on, with the direction so far. */
static void fill_stream(struct dm_negotiation *negotiation, struct dm_negotiated_line *line,
			enum dm_media media)
{
	line->media = media;
	line->direction |= DM_SDP_SEND;
	negotiation->peer.streams[media] = (struct dm_stream_options){
		.wanted = true,
		.payload_type = line->format->payload_type,
		.rtx_payload_type = line->rtx ? line->rtx->payload_type : 0,
		.nack = line->format->feedback & DM_SDP_NACK,
	};
}

/* A line that the peer sends on. Of sound what is missing is asked for in any case: libwebrtc
 * resends it, though it does not offer to. */
static void fill_uplink(struct dm_negotiation *negotiation, struct dm_negotiated_line *line)
{
	const bool sound = line->codec == DM_CODEC_OPUS;
	const uint8_t feedback = line->format->feedback;

	line->uplink = sound ? DM_UPLINK_SOUND : DM_UPLINK_PICTURE;
	line->direction |= DM_SDP_RECEIVE;
	negotiation->peer.uplinks[line->uplink] = (struct dm_uplink_options){
		.wanted = true,
		.codec = line->codec,
		.payload_type = line->format->payload_type,
		.rtx_payload_type = line->rtx ? line->rtx->payload_type : 0,
		.nack = sound || (feedback & DM_SDP_NACK),
		.pli = !sound && (feedback & DM_SDP_NACK_PLI),
		.remb = feedback & DM_SDP_REMB,
	};
}

static struct dm_negotiated_line *accept_line(struct dm_negotiation *negotiation, size_t n,
					      enum dm_codec codec,
					      const struct dm_sdp_format *format)
{
	/* Retransmission in its own stream is asked for by NACK alone. */
	const bool nack = format->feedback & DM_SDP_NACK;

	negotiation->lines[n] = (struct dm_negotiated_line){
		.accepted = true,
		.codec = codec,
		.format = format,
		.rtx = nack ? dm_codec_find_rtx(&negotiation->sdp.media[n], format) : NULL,
	};
	return &negotiation->lines[n];
}

/* Why no audio m-line was taken, in the order in which a person would look for it. */
static int refuse_audio(const struct dm_sdp *sdp, enum dm_sdp_direction needed,
			struct dm_sdp_problem *problem)
{
	const char *why = "The offer has no audio m-line; offer one with Opus.";

	for (size_t n = 0; n < sdp->media_count; n++) {
		const struct dm_sdp_media *media = &sdp->media[n];
		const unsigned lacks = needed & ~(unsigned)media->direction;

		if (media->kind != DM_SDP_AUDIO)
			continue;
		if (!is_offered(media))
			why = "The audio m-line is disabled (port 0).";
		else if (!has_srtp(media))
			why = "The audio m-line is not for DTLS-SRTP; offer UDP/TLS/RTP/SAVPF.";
		else if (lacks & DM_SDP_RECEIVE)
			why = "The audio m-line does not receive; offer recvonly or sendrecv.";
		else if (lacks & DM_SDP_SEND)
			why = "The audio m-line does not send; add the microphone, and offer sendonly or sendrecv.";
		else
			why = "The audio m-line has no Opus (opus/48000/2), which is all we use.";
	}
	dm_sdp_problem_set(problem, 0, "%s", why);
	return -EINVAL;
}

/* The next audio m-line from *n on that does what is needed, with Opus; NULL: none. */
static const struct dm_sdp_format *find_audio(const struct dm_sdp *sdp,
					      enum dm_sdp_direction needed, size_t *n)
{
	for (; *n < sdp->media_count; (*n)++) {
		const struct dm_sdp_media *media = &sdp->media[*n];
		const struct dm_sdp_format *opus = NULL;

		if (media->kind == DM_SDP_AUDIO && does(media, needed))
			opus = dm_codec_find_opus(media);
		if (opus)
			return opus;
	}
	return NULL;
}

static int pick_audio(struct dm_negotiation *negotiation,
		      const struct dm_negotiation_options *options, struct dm_sdp_problem *problem,
		      size_t *audio)
{
	const bool sends = options->publish || options->microphone;
	const enum dm_sdp_direction needed = (sends ? DM_SDP_SEND : 0) |
					     (options->publish ? 0 : DM_SDP_RECEIVE);
	const struct dm_sdp_format *opus;
	struct dm_negotiated_line *line;

	*audio = 0;
	opus = find_audio(&negotiation->sdp, needed, audio);
	if (!opus)
		return refuse_audio(&negotiation->sdp, needed, problem);
	line = accept_line(negotiation, *audio, DM_CODEC_OPUS, opus);
	if (!options->publish)
		fill_stream(negotiation, line, DM_MEDIA_AUDIO);
	if (sends)
		fill_uplink(negotiation, line);
	return 0;
}

/* One peer is one transport: see dm_transport_add_peer. */
static int check_bundled(const struct dm_sdp *sdp, size_t audio, size_t n,
			 struct dm_sdp_problem *problem)
{
	if (dm_sdp_bundled(sdp, sdp->media[audio].mid) && dm_sdp_bundled(sdp, sdp->media[n].mid))
		return 0;
	dm_sdp_problem_set(
		problem, 0,
		"%s are not in one BUNDLE group; offer with the bundle policy max-bundle.",
		sdp->media[n].kind == DM_SDP_AUDIO ? "The sounds" : "Sound and picture");
	return -EINVAL;
}

/* An interpreter's own channel, to listen to; nothing is amiss without. */
static int pick_monitor(struct dm_negotiation *negotiation, size_t audio,
			struct dm_sdp_problem *problem)
{
	size_t n = audio + 1;
	const struct dm_sdp_format *opus = find_audio(&negotiation->sdp, DM_SDP_RECEIVE, &n);

	if (!opus)
		return 0;

	const int error = check_bundled(&negotiation->sdp, audio, n, problem);

	if (!error)
		fill_stream(negotiation, accept_line(negotiation, n, DM_CODEC_OPUS, opus),
			    DM_MEDIA_MONITOR);
	return error;
}

/* The first video m-line is the picture, the second the sign-language picture. Anything that the
 * peer cannot take (no H.264) or does not want is rejected: the sound goes on without. */
static int pick_video(struct dm_negotiation *negotiation,
		      const struct dm_negotiation_options *options, size_t audio,
		      struct dm_sdp_problem *problem)
{
	const struct dm_sdp *sdp = &negotiation->sdp;
	unsigned seen = 0;
	int error = 0;

	for (size_t n = 0; !error && n < sdp->media_count && seen < 2; n++) {
		const struct dm_sdp_media *media = &sdp->media[n];
		const struct dm_sdp_format *h264;

		if (media->kind != DM_SDP_VIDEO)
			continue;

		const bool first = !seen++;

		h264 = does(media, DM_SDP_RECEIVE) ? dm_codec_find_h264(media) : NULL;
		if (!(first ? options->picture : options->sign) || !h264)
			continue;
		error = check_bundled(sdp, audio, n, problem);
		if (!error)
			fill_stream(negotiation, accept_line(negotiation, n, DM_CODEC_H264, h264),
				    first ? DM_MEDIA_PICTURE : DM_MEDIA_SIGN);
	}
	return error;
}

/* The first picture that the peer would send; the others are rejected. One that we cannot take is
 * an error: an encoder must not think that it is seen. */
static int pick_published_video(struct dm_negotiation *negotiation, size_t audio,
				struct dm_sdp_problem *problem)
{
	const struct dm_sdp *sdp = &negotiation->sdp;
	size_t n = 0;

	while (n < sdp->media_count &&
	       !(sdp->media[n].kind == DM_SDP_VIDEO && does(&sdp->media[n], DM_SDP_SEND)))
		n++;
	if (n == sdp->media_count)
		return 0;

	enum dm_codec codec;
	const struct dm_sdp_format *format = dm_codec_find_picture(&sdp->media[n], &codec);
	int error;

	if (!format) {
		dm_sdp_problem_set(
			problem, 0,
			"The picture is neither H.264 (baseline, main or high) nor VP8; set the encoder to one of them.");
		return -EINVAL;
	}
	error = check_bundled(sdp, audio, n, problem);
	if (!error)
		fill_uplink(negotiation, accept_line(negotiation, n, codec, format));
	return error;
}

/* What comes in is told apart by its payload type alone. */
static int check_payload_types(const struct dm_negotiation *negotiation,
			       struct dm_sdp_problem *problem)
{
	bool used[128] = { false };

	for (size_t i = 0; i < DM_UPLINK_COUNT; i++) {
		const struct dm_uplink_options *uplink = &negotiation->peer.uplinks[i];
		const uint8_t types[] = { uplink->payload_type, uplink->rtx_payload_type };

		for (size_t k = 0; uplink->wanted && k < (types[1] ? 2 : 1); k++) {
			if (used[types[k]]) {
				dm_sdp_problem_set(
					problem, 0,
					"Sound and picture share the payload type %u; give each its own.",
					types[k]);
				return -EINVAL;
			}
			used[types[k]] = true;
		}
	}
	return 0;
}

static int pick_transport(struct dm_negotiation *negotiation, size_t audio_line,
			  struct dm_sdp_problem *problem)
{
	const struct dm_sdp *sdp = &negotiation->sdp;
	const struct dm_sdp_media *audio = &sdp->media[audio_line];
	struct dm_sdp_transport transport;
	bool rtcp_mux;
	const char *why = NULL;

	dm_sdp_transport_of(sdp, audio, &transport, &rtcp_mux);
	if (!transport.ufrag.data || !transport.pwd.data)
		why = "The offer lacks a=ice-ufrag or a=ice-pwd.";
	else if (!transport.fingerprint.bytes)
		why = "The offer lacks an a=fingerprint of sha-256 or another SHA.";
	else if (transport.setup == DM_SDP_SETUP_PASSIVE ||
		 transport.setup == DM_SDP_SETUP_HOLDCONN)
		/* We are ICE-lite and wait for the peer; RFC 8842, 5.2 has offers say actpass. */
		why = "The offer says a=setup:passive or holdconn; say actpass or active.";
	else if (!rtcp_mux)
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
	error = pick_audio(negotiation, options, problem, &audio);
	if (!error && options->publish && options->publish_picture)
		error = pick_published_video(negotiation, audio, problem);
	if (!error && !options->publish)
		error = pick_video(negotiation, options, audio, problem);
	if (!error && !options->publish && options->monitor)
		error = pick_monitor(negotiation, audio, problem);
	if (!error)
		error = check_payload_types(negotiation, problem);
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

static bool same_uplink(const struct dm_uplink_options *a, const struct dm_uplink_options *b)
{
	return a->wanted == b->wanted && a->codec == b->codec &&
	       a->payload_type == b->payload_type && a->rtx_payload_type == b->rtx_payload_type &&
	       a->nack == b->nack && a->pli == b->pli && a->remb == b->remb;
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
	for (size_t uplink = 0; uplink < DM_UPLINK_COUNT; uplink++) {
		if (!same_uplink(&negotiation->peer.uplinks[uplink], &other->peer.uplinks[uplink]))
			return false;
	}
	return true;
}
