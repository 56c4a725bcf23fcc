#include "transport/uplink.h"

#include "rtp/rtx.h"

#include <assert.h>

/* An SSRC that was silent for so long may be followed by another one. Choice: three packets of
 * sound, as the jitter buffer has it. */
#define QUIET DM_MSEC(60)

/* After so long a packet is of no use. Sound: the deepest jitter buffer (audio/microphone.h). A
 * picture: choice; beyond, a key frame is the quicker way back. */
#define SOUND_USEFUL   DM_MSEC(200)
#define PICTURE_USEFUL DM_MSEC(400)

/* Between two requests for a key frame: an encoder needs some time for one, and a key frame is
 * large (RFC 5104, 3.5.1.1 asks for a round trip at least). Choice. */
#define KEY_GAP DM_MSEC(500)

/* Before it is known. Choice: an ordinary path across a continent (libwebrtc's default). */
#define ROUND_TRIP_UNKNOWN DM_MSEC(100)

void dm_uplink_init(struct dm_uplink_stream *uplink, const struct dm_uplink_options *options,
		    dm_usec now)
{
	assert(options->wanted && options->intake);
	*uplink = (struct dm_uplink_stream){ .options = *options };
	dm_intake_ref(options->intake);
	dm_nack_init(&uplink->nack, options->nack,
		     options->codec == DM_CODEC_OPUS ? SOUND_USEFUL : PICTURE_USEFUL);
	dm_allowance_init(&uplink->allowance, now);
}

void dm_uplink_finish(struct dm_uplink_stream *uplink)
{
	dm_intake_unref(uplink->options.intake);
	uplink->options.intake = NULL;
}

static void begin(struct dm_uplink_stream *uplink, const struct dm_rtp_packet *packet)
{
	dm_rtp_source_init(&uplink->source, packet->ssrc,
			   dm_intake_clock_rate_hz(uplink->options.intake), packet->sequence);
	dm_nack_restart(&uplink->nack);
	uplink->given_up_before = uplink->nack.given_up;
	uplink->reception = (struct dm_intake_reception){ 0 };
	uplink->started = true;
	dm_intake_set_codec(uplink->options.intake, uplink->options.codec);
}

static void publish_reception(struct dm_uplink_stream *uplink)
{
	struct dm_intake_reception *reception = &uplink->reception;

	reception->lost = uplink->nack.given_up - uplink->given_up_before;
	reception->jitter = dm_rtp_source_jitter(&uplink->source);
	dm_intake_set_reception(uplink->options.intake, reception);
}

static enum dm_uplink_put deliver(struct dm_uplink_stream *uplink,
				  const struct dm_rtp_packet *packet, bool recovered, dm_usec now)
{
	uplink->reception.packets++;
	uplink->reception.bytes += packet->payload_bytes;
	uplink->reception.recovered += recovered;
	uplink->reception.last_packet = now;
	publish_reception(uplink);
	if (packet->payload_bytes > DM_INTAKE_PAYLOAD_MAX)
		return DM_UPLINK_PUT_TOO_LARGE;
	if (!dm_intake_put(uplink->options.intake, packet, now))
		return DM_UPLINK_PUT_REFUSED;
	return recovered ? DM_UPLINK_PUT_RECOVERED : DM_UPLINK_PUT_TAKEN;
}

static enum dm_uplink_put put_retransmission(struct dm_uplink_stream *uplink,
					     const struct dm_rtp_packet *packet, dm_usec now)
{
	struct dm_rtp_packet original = *packet;

	if (!uplink->started ||
	    !dm_rtx_restore(&original, uplink->options.payload_type, uplink->source.ssrc) ||
	    dm_nack_fill(&uplink->nack, original.sequence, now) == DM_NACK_NOT_MISSING)
		return DM_UPLINK_PUT_NOT_MISSING;
	return deliver(uplink, &original, true, now);
}

enum dm_uplink_put dm_uplink_put(struct dm_uplink_stream *uplink,
				 const struct dm_rtp_packet *packet, dm_usec now)
{
	if (packet->payload_type != uplink->options.payload_type)
		return put_retransmission(uplink, packet, now);
	if (uplink->started && packet->ssrc != uplink->source.ssrc &&
	    now - uplink->reception.last_packet < QUIET)
		return DM_UPLINK_PUT_FOREIGN;
	if (!uplink->started || packet->ssrc != uplink->source.ssrc)
		begin(uplink, packet);

	const enum dm_rtp_source_place place = dm_rtp_source_place(&uplink->source,
								   packet->sequence);

	if (place == DM_RTP_SOURCE_FAR)
		return DM_UPLINK_PUT_FAR;
	if (place == DM_RTP_SOURCE_RESTARTED)
		dm_nack_restart(&uplink->nack);

	const bool recovered = dm_nack_put(&uplink->nack, packet->sequence, now) ==
			       DM_NACK_RECOVERED;

	if (!recovered)
		dm_rtp_source_count(&uplink->source);
	if (place != DM_RTP_SOURCE_OLDER)
		dm_rtp_source_note_transit(&uplink->source, packet->timestamp, now);
	return deliver(uplink, packet, recovered, now);
}

void dm_uplink_note(struct dm_uplink_stream *uplink, uint32_t ssrc, uint16_t sequence, dm_usec now)
{
	if (!uplink->started || ssrc != uplink->source.ssrc ||
	    dm_rtp_source_place(&uplink->source, sequence) == DM_RTP_SOURCE_FAR)
		return;
	(void)dm_nack_put(&uplink->nack, sequence, now);
	dm_rtp_source_count(&uplink->source);
}

void dm_uplink_note_report(struct dm_uplink_stream *uplink, uint32_t ssrc, uint64_t ntp,
			   uint32_t timestamp, dm_usec now)
{
	const struct dm_intake_report report = { .ssrc = ssrc, .timestamp = timestamp, .ntp = ntp };

	if (!uplink->started || ssrc != uplink->source.ssrc)
		return;
	dm_rtp_source_note_report(&uplink->source, ntp, now);
	dm_intake_put_report(uplink->options.intake, &report);
}

dm_usec dm_uplink_round_trip(const struct dm_uplink_stream *uplink)
{
	return uplink->nack.round_trip;
}

static dm_usec expected(dm_usec round_trip)
{
	return round_trip > 0 ? round_trip : ROUND_TRIP_UNKNOWN;
}

dm_usec dm_uplink_due(const struct dm_uplink_stream *uplink, dm_usec round_trip)
{
	return dm_nack_due(&uplink->nack, expected(round_trip));
}

size_t dm_uplink_take_missing(struct dm_uplink_stream *uplink, dm_usec round_trip, dm_usec now,
			      uint16_t *sequences, size_t most, uint64_t *lost)
{
	const size_t count = dm_nack_take(&uplink->nack, expected(round_trip), now, sequences,
					  most);

	*lost = uplink->nack.given_up - uplink->given_up_told;
	uplink->given_up_told = uplink->nack.given_up;
	if (!uplink->started)
		return 0;
	uplink->reception.round_trip = round_trip;
	publish_reception(uplink);
	return count;
}

bool dm_uplink_wants_key(struct dm_uplink_stream *uplink, dm_usec now)
{
	if (!uplink->options.pli)
		return false;
	if (dm_intake_take_key_request(uplink->options.intake))
		uplink->key_wanted = true;
	return uplink->key_wanted && uplink->started &&
	       (uplink->key_asked_at == 0 || now - uplink->key_asked_at >= KEY_GAP);
}

bool dm_uplink_take_key_request(struct dm_uplink_stream *uplink, dm_usec now)
{
	if (!dm_uplink_wants_key(uplink, now))
		return false;
	uplink->key_wanted = false;
	uplink->key_asked_at = now;
	return true;
}
