/* relay/control/answer.c: writes what was negotiated; see negotiation.h */
#include "control/negotiation.h"

#include <glib.h>
#include <string.h>

static void put_text(GString *out, struct dm_sdp_text text)
{
	g_string_append_len(out, text.data, (gssize)text.bytes);
}

static void put_fingerprint(GString *out, const struct dm_fingerprint *fingerprint)
{
	static const char *const names[] = { "sha-1", "sha-256", "sha-384", "sha-512" };

	g_string_append_printf(out, "a=fingerprint:%s ", names[fingerprint->hash]);
	for (size_t i = 0; i < fingerprint->bytes; i++)
		g_string_append_printf(out, i ? ":%02X" : "%02X", fingerprint->value[i]);
	g_string_append(out, "\r\n");
}

/* RFC 8839, 5.1. Each candidate has its own base address, so its own foundation
 * (RFC 8445, 5.1.1.3). All are known now: no trickling (RFC 8838, 13). */
static void put_candidates(GString *out, const struct dm_peer_answer *answer)
{
	for (size_t i = 0; i < answer->candidate_count; i++) {
		const struct dm_candidate *candidate = &answer->candidates[i];

		g_string_append_printf(out, "a=candidate:%zu 1 udp %u %s %u typ host\r\n", i + 1,
				       candidate->priority, candidate->address, candidate->port);
	}
	g_string_append(out, "a=end-of-candidates\r\n");
}

static void put_credentials(GString *out, const struct dm_peer_answer *answer)
{
	g_string_append_printf(out, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\n", answer->ufrag,
			       answer->pwd);
}

/* The m-line names the default candidate, and c= its address (RFC 8839, 4.2.1.2). */
static void put_m_line(GString *out, const struct dm_sdp_media *media,
		       const struct dm_negotiated_line *line, const struct dm_peer_answer *answer)
{
	const struct dm_candidate *first = answer->candidate_count ? &answer->candidates[0] : NULL;

	g_string_append(out, "m=");
	put_text(out, media->name);
	g_string_append_printf(out, " %u ", line->accepted ? (first ? first->port : 9) : 0);
	put_text(out, media->protocol);
	if (line->accepted) {
		g_string_append_printf(out, " %u", line->format->payload_type);
		if (line->rtx)
			g_string_append_printf(out, " %u", line->rtx->payload_type);
	} else if (media->format_count) {
		/* RFC 3264, 6: ignored, but one must be there */
		g_string_append_printf(out, " %u", media->format[0].payload_type);
	} else {
		g_string_append_c(out, ' ');
		put_text(out, media->formats);
	}
	if (line->accepted && first)
		g_string_append_printf(out, "\r\nc=IN IP%c %s\r\n", first->ipv6 ? '6' : '4',
				       first->address);
	else
		g_string_append(out, "\r\nc=IN IP4 0.0.0.0\r\n");
	if (media->mid.data) {
		g_string_append(out, "a=mid:");
		put_text(out, media->mid);
		g_string_append(out, "\r\n");
	}
}

static void put_feedback(GString *out, const struct dm_sdp_format *codec)
{
	static const struct {
		enum dm_sdp_feedback bit;
		const char *name;
	} kinds[] = {
		{ DM_SDP_NACK, "nack" },
		{ DM_SDP_NACK_PLI, "nack pli" },
		{ DM_SDP_CCM_FIR, "ccm fir" },
		{ DM_SDP_REMB, "goog-remb" },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (codec->feedback & kinds[i].bit)
			g_string_append_printf(out, "a=rtcp-fb:%u %s\r\n", codec->payload_type,
					       kinds[i].name);
	}
}

/* The profile is the offer's, as both directions share it; the level is ours where the offer lets
 * the levels differ, else the offer's (RFC 6184, 8.2.2). */
static void put_h264_fmtp(GString *out, const struct dm_negotiated_line *line)
{
	/* What we send is 3.1, 1280x720 at 30 a second; what we take is up to 5.2, 4096x2160. */
	const char *level = line->direction & DM_SDP_SEND ? "1f" : "34";
	const struct dm_sdp_text fmtp = line->format->fmtp;
	const struct dm_sdp_text offered = dm_sdp_fmtp(fmtp, "profile-level-id");
	const bool asymmetric = dm_sdp_text_is(dm_sdp_fmtp(fmtp, "level-asymmetry-allowed"), "1");
	/* A sender of single NAL units keeps to them; all whom we send to take mode 1. */
	const bool single = dm_sdp_text_is(dm_sdp_fmtp(fmtp, "packetization-mode"), "0");

	g_string_append_printf(out, "a=fmtp:%u %spacketization-mode=%d;profile-level-id=",
			       line->format->payload_type,
			       asymmetric ? "level-asymmetry-allowed=1;" : "", single ? 0 : 1);
	if (!offered.data) {
		g_string_append_printf(out, "42e0%s", level);
	} else {
		g_string_append_len(out, offered.data, asymmetric ? 4 : 6);
		g_string_append(out, asymmetric ? level : "");
	}
	g_string_append(out, "\r\n");
}

/* RFC 7587, 6.1: what we would like to receive. Speech of one voice for hundreds: one channel,
 * never silent in the wire's sense (a gap must mean a loss), repaired in band, and with as many
 * bits as fullband speech can use (RFC 7587, 3.1.1: 28 to 40 kbit/s, with FEC on top; choice). */
static void put_opus_fmtp(GString *out, const struct dm_negotiated_line *line)
{
	const bool receives = line->direction & DM_SDP_RECEIVE;

	g_string_append_printf(out, "a=fmtp:%u minptime=10;useinbandfec=1%s\r\n",
			       line->format->payload_type,
			       receives ? ";usedtx=0;stereo=0;maxaveragebitrate=64000" : "");
}

static void put_codec(GString *out, const struct dm_negotiated_line *line)
{
	static const char *const names[] = {
		[DM_CODEC_OPUS] = "opus/48000/2",
		[DM_CODEC_H264] = "H264/90000",
		[DM_CODEC_VP8] = "VP8/90000",
	};
	const unsigned payload_type = line->format->payload_type;

	g_string_append_printf(out, "a=rtpmap:%u %s\r\n", payload_type, names[line->codec]);
	if (line->codec == DM_CODEC_OPUS)
		put_opus_fmtp(out, line);
	else if (line->codec == DM_CODEC_H264)
		put_h264_fmtp(out, line);
	put_feedback(out, line->format);
	if (line->rtx)
		g_string_append_printf(out, "a=rtpmap:%u rtx/%u\r\na=fmtp:%u apt=%u\r\n",
				       line->rtx->payload_type, line->format->clock_rate_hz,
				       line->rtx->payload_type, payload_type);
}

/* Sound and picture share a stream, so that a player keeps them in step; the signer is a stream of
 * its own, since a page shows it elsewhere, and so is what an interpreter compares with. */
static void put_sources(GString *out, enum dm_media media, const struct dm_peer_answer *answer)
{
	static const char *const msids[DM_MEDIA_COUNT] = {
		[DM_MEDIA_AUDIO] = "room sound",
		[DM_MEDIA_PICTURE] = "room picture",
		[DM_MEDIA_SIGN] = "sign signer",
		[DM_MEDIA_MONITOR] = "monitor channel",
	};
	const uint32_t ssrc = answer->ssrc[media];
	const uint32_t rtx_ssrc = answer->rtx_ssrc[media];

	g_string_append_printf(out, "a=msid:%s\r\n", msids[media]);
	if (!ssrc)
		return;
	if (rtx_ssrc) /* RFC 5576, 4.2; RFC 4588, 8 */
		g_string_append_printf(out, "a=ssrc-group:FID %u %u\r\n", ssrc, rtx_ssrc);
	g_string_append_printf(out, "a=ssrc:%u cname:%s\r\n", ssrc, answer->cname);
	if (rtx_ssrc)
		g_string_append_printf(out, "a=ssrc:%u cname:%s\r\n", rtx_ssrc, answer->cname);
}

static void put_accepted(GString *out, const struct dm_negotiation *negotiation, size_t n,
			 const struct dm_peer_answer *answer, bool first)
{
	static const char *const directions[] = {
		[DM_SDP_SEND] = "sendonly",
		[DM_SDP_RECEIVE] = "recvonly",
		[DM_SDP_SEND_RECEIVE] = "sendrecv",
	};
	const struct dm_negotiated_line *line = &negotiation->lines[n];
	const struct dm_sdp_media *media = &negotiation->sdp.media[n];

	put_credentials(out, answer);
	put_fingerprint(out, &answer->fingerprint);
	g_string_append_printf(out, "a=setup:passive\r\na=%s\r\na=rtcp-mux\r\n",
			       directions[line->direction]);
	if (media->rtcp_rsize)
		g_string_append(out, "a=rtcp-rsize\r\n");
	put_codec(out, line);
	if (line->direction & DM_SDP_SEND)
		put_sources(out, line->media, answer);
	if (first)
		put_candidates(out, answer);
}

/* Only what is accepted is in the group (RFC 8843, 7.3.3). */
static void put_group(GString *out, const struct dm_negotiation *negotiation)
{
	bool any = false;

	for (size_t n = 0; n < negotiation->sdp.media_count; n++) {
		const struct dm_sdp_text mid = negotiation->sdp.media[n].mid;

		if (!negotiation->lines[n].accepted || !dm_sdp_bundled(&negotiation->sdp, mid))
			continue;
		g_string_append(out, any ? " " : "a=group:BUNDLE ");
		put_text(out, mid);
		any = true;
	}
	if (any)
		g_string_append(out, "\r\n");
}

/* werift takes no m-line without a codec that it knows, not even a rejected one. */
static void put_rejected(GString *out, const struct dm_sdp_media *media)
{
	const struct dm_sdp_format *format = media->format_count ? &media->format[0] : NULL;

	g_string_append(out, "a=inactive\r\n");
	if (!format || !format->name.data)
		return;
	g_string_append_printf(out, "a=rtpmap:%u ", format->payload_type);
	put_text(out, format->name);
	g_string_append_printf(out, "/%u", format->clock_rate_hz);
	if (format->channels > 1)
		g_string_append_printf(out, "/%u", format->channels);
	g_string_append(out, "\r\n");
}

char *dm_negotiation_write_answer(struct dm_negotiation *negotiation,
				  const struct dm_peer_answer *answer)
{
	GString *out = g_string_sized_new(4096);
	bool first = true;

	g_string_append_printf(out,
			       "v=0\r\no=- %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT
			       " IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n",
			       negotiation->session_id, negotiation->version++);
	put_group(out, negotiation);
	g_string_append(out, "a=ice-lite\r\na=ice-options:ice2\r\n");
	for (size_t n = 0; n < negotiation->sdp.media_count; n++) {
		const struct dm_negotiated_line *line = &negotiation->lines[n];

		put_m_line(out, &negotiation->sdp.media[n], line, answer);
		if (!line->accepted) {
			put_rejected(out, &negotiation->sdp.media[n]);
			continue;
		}
		put_accepted(out, negotiation, n, answer, first);
		first = false;
	}
	return g_string_free(out, FALSE);
}

char *dm_negotiation_write_fragment(const struct dm_negotiation *negotiation,
				    const struct dm_peer_answer *answer)
{
	GString *out = g_string_sized_new(1024);

	g_string_append(out, "a=ice-lite\r\na=ice-options:ice2\r\n");
	put_group(out, negotiation);
	for (size_t n = 0; n < negotiation->sdp.media_count; n++) {
		const struct dm_negotiated_line *line = &negotiation->lines[n];

		if (!line->accepted)
			continue;
		put_m_line(out, &negotiation->sdp.media[n], line, answer);
		put_credentials(out, answer);
		put_candidates(out, answer);
		break; /* the bundle has one transport: its tagged section says it */
	}
	return g_string_free(out, FALSE);
}
