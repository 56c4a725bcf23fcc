#include "receiver.h"

#include "binding.h"

#include <openssl/rand.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CHECK_FIRST    DM_MSEC(50) /* Ta, RFC 8445, 14.2 */
#define CHECK_CONSENT  DM_SEC(5)   /* RFC 7675, 5.1 */
#define CONSENT_LASTS  DM_SEC(30)  /* likewise */
#define REPORT_EVERY   DM_SEC(1)   /* choice: as browsers do */
#define AUDIO_HZ       48000
#define AUDIO_TICKS    960 /* 20 ms: what the relay sends (relay/audio/encoder.h) */
#define VIDEO_HZ       90000
#define RTCP_MAX_BYTES 256

struct dm_receiver {
	struct dm_receiver_options options;
	struct dm_receiver_report report;
	struct dm_binding binding;
	struct dm_handshake *handshake;     /* owned; NULL before start */
	struct dm_protector *protector;     /* owned; NULL until connected */
	struct dm_unprotector *unprotector; /* likewise */
	char ufrag[9];
	char pwd[25];
	uint32_t ssrc; /* of our reports */
	dm_usec answered_at;
	dm_usec check_due;
	dm_usec report_due;
};

/* ice-chars (RFC 8839, 5.4); 64 of them, so that random bits map evenly. */
static int random_text(char *text, size_t length)
{
	static const char chars[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	if (RAND_bytes((uint8_t *)text, (int)length) != 1)
		return -EIO;
	for (size_t i = 0; i < length; i++)
		text[i] = chars[text[i] & 63];
	text[length] = '\0';
	return 0;
}

int dm_receiver_create(struct dm_receiver **out, const struct dm_receiver_options *options)
{
	struct dm_receiver *receiver = calloc(1, sizeof(*receiver));

	*out = NULL;
	if (!receiver)
		return -ENOMEM;
	receiver->options = *options;
	receiver->report.connected_at = DM_USEC_NEVER;
	receiver->report.audio = dm_inbound_init(AUDIO_HZ, AUDIO_TICKS);
	receiver->report.video = dm_inbound_init(VIDEO_HZ, 0);
	if (random_text(receiver->ufrag, sizeof(receiver->ufrag) - 1) ||
	    random_text(receiver->pwd, sizeof(receiver->pwd) - 1) ||
	    RAND_bytes((uint8_t *)&receiver->ssrc, sizeof(receiver->ssrc)) != 1) {
		free(receiver);
		return -EIO;
	}
	*out = receiver;
	return 0;
}

void dm_receiver_destroy(struct dm_receiver *receiver)
{
	if (!receiver)
		return;
	dm_handshake_destroy(receiver->handshake);
	dm_protector_destroy(receiver->protector);
	dm_unprotector_destroy(receiver->unprotector);
	free(receiver);
}

int dm_receiver_offer(const struct dm_receiver *receiver, char *sdp, size_t capacity_bytes)
{
	const struct dm_offer offer = {
		.ufrag = receiver->ufrag,
		.pwd = receiver->pwd,
		.fingerprint = dm_identity_fingerprint(receiver->options.identity),
		.video = receiver->options.video,
		.rtx = true,
	};

	return dm_offer_write(&offer, sdp, capacity_bytes);
}

static void send_check(struct dm_receiver *receiver, dm_usec now)
{
	uint8_t data[DM_BINDING_MAX];
	const int bytes = dm_binding_request(&receiver->binding, data, sizeof(data));
	const bool checking = receiver->report.state == DM_RECEIVER_CHECKING;

	receiver->check_due = now + (checking ? CHECK_FIRST : CHECK_CONSENT);
	if (bytes > 0)
		receiver->options.send(receiver->options.user, data, (size_t)bytes);
}

int dm_receiver_start(struct dm_receiver *receiver, const struct dm_answer *answer, dm_usec now)
{
	int error = dm_binding_init(&receiver->binding, receiver->ufrag, answer->ufrag,
				    answer->pwd);

	if (error)
		return error;
	if (!answer->audio && !answer->video)
		return -EPROTO;
	error = dm_handshake_create(&receiver->handshake, receiver->options.identity,
				    &answer->fingerprint, receiver->options.send,
				    receiver->options.user);
	if (error)
		return error;
	receiver->report.state = DM_RECEIVER_CHECKING;
	receiver->answered_at = now;
	send_check(receiver, now);
	return 0;
}

static void connected(struct dm_receiver *receiver, dm_usec now)
{
	struct dm_srtp_keys keys;

	if (dm_handshake_export(receiver->handshake, &keys) ||
	    dm_protector_create(&receiver->protector, &keys) ||
	    dm_unprotector_create(&receiver->unprotector, &keys)) {
		receiver->report.state = DM_RECEIVER_FAILED;
	} else {
		receiver->report.state = DM_RECEIVER_CONNECTED;
		receiver->report.profile = keys.profile;
		receiver->report.connected_at = now;
		receiver->report_due = now + REPORT_EVERY;
	}
	dm_srtp_keys_wipe(&keys);
}

static void follow_handshake(struct dm_receiver *receiver, enum dm_handshake_state state,
			     dm_usec now)
{
	if (state == DM_HANDSHAKE_DONE && receiver->report.state == DM_RECEIVER_HANDSHAKE)
		connected(receiver, now);
	else if (state == DM_HANDSHAKE_CLOSED)
		receiver->report.state = DM_RECEIVER_CLOSED;
	else if (state == DM_HANDSHAKE_FAILED)
		receiver->report.state = DM_RECEIVER_FAILED;
}

static void receive_stun(struct dm_receiver *receiver, const uint8_t *data, size_t bytes,
			 dm_usec now)
{
	if (!dm_binding_answered(&receiver->binding, data, bytes))
		return;
	receiver->answered_at = now;
	if (receiver->report.state != DM_RECEIVER_CHECKING)
		return;
	receiver->report.state = DM_RECEIVER_HANDSHAKE;
	receiver->check_due = now + CHECK_CONSENT;
	follow_handshake(receiver, dm_handshake_start(receiver->handshake), now);
}

static bool is_ok(struct dm_receiver *receiver, enum dm_unprotect_result result)
{
	if (result == DM_UNPROTECT_BAD_AUTH)
		receiver->report.bad_auth++;
	else if (result == DM_UNPROTECT_REPLAY)
		receiver->report.replayed++;
	else if (result == DM_UNPROTECT_MALFORMED)
		receiver->report.malformed++;
	return result == DM_UNPROTECT_OK;
}

static void receive_rtp(struct dm_receiver *receiver, uint8_t *data, size_t bytes, dm_usec now)
{
	struct dm_rtp_packet packet;

	if (!is_ok(receiver, dm_unprotect_rtp(receiver->unprotector, data, &bytes)))
		return;
	if (!dm_rtp_parse(data, bytes, &packet))
		receiver->report.malformed++;
	else if (packet.payload_type == DM_OFFER_OPUS)
		dm_inbound_receive(&receiver->report.audio, &packet, now);
	else if (packet.payload_type == DM_OFFER_H264)
		dm_inbound_receive(&receiver->report.video, &packet, now);
	else if (packet.payload_type == DM_OFFER_RTX)
		receiver->report.resent++;
	else
		receiver->report.other_streams++;
}

struct rtcp_call {
	struct dm_receiver *receiver;
	dm_usec now;
};

static void on_rtcp_item(void *user, const struct dm_rtcp_item *item)
{
	struct rtcp_call *call = user;
	struct dm_receiver_report *report = &call->receiver->report;
	struct dm_inbound *streams[] = { &report->audio, &report->video };

	for (size_t i = 0; i < 2; i++) {
		if (streams[i]->first_at == DM_USEC_NEVER || streams[i]->ssrc != item->ssrc)
			continue;
		if (item->type == DM_RTCP_SENDER_REPORT)
			dm_inbound_sender_report(streams[i], item->sender.ntp, call->now);
		else if (item->type == DM_RTCP_BYE)
			report->state = DM_RECEIVER_CLOSED;
	}
}

static void receive_rtcp(struct dm_receiver *receiver, uint8_t *data, size_t bytes, dm_usec now)
{
	struct rtcp_call call = { .receiver = receiver, .now = now };

	if (is_ok(receiver, dm_unprotect_rtcp(receiver->unprotector, data, &bytes)) &&
	    !dm_rtcp_parse(data, bytes, on_rtcp_item, &call))
		receiver->report.malformed++;
}

/* Told apart by the first byte (RFC 7983, 7). */
void dm_receiver_receive(struct dm_receiver *receiver, uint8_t *data, size_t bytes, dm_usec now)
{
	if (bytes < 2 || receiver->report.state == DM_RECEIVER_NEW)
		receiver->report.malformed++;
	else if (data[0] <= 3)
		receive_stun(receiver, data, bytes, now);
	else if (data[0] >= 20 && data[0] <= 63)
		follow_handshake(receiver, dm_handshake_receive(receiver->handshake, data, bytes),
				 now);
	else if (data[0] < 128 || data[0] > 191)
		receiver->report.malformed++;
	else if (!receiver->unprotector)
		return; /* media that overtook the last flight of DTLS */
	else if (dm_rtp_is_rtcp(data, bytes))
		receive_rtcp(receiver, data, bytes, now);
	else
		receive_rtp(receiver, data, bytes, now);
}

static void send_rtcp(struct dm_receiver *receiver, struct dm_writer *writer)
{
	if (writer->failed || !receiver->protector)
		return;

	const int bytes = dm_protect_rtcp(receiver->protector, writer->data, writer->size,
					  writer->capacity + DM_SRTCP_TRAILER_MAX);

	if (bytes > 0)
		receiver->options.send(receiver->options.user, writer->data, (size_t)bytes);
}

/* A compound packet begins with a report and has a CNAME (RFC 3550, 6.1). */
static void write_report(struct dm_receiver *receiver, struct dm_writer *writer, dm_usec now)
{
	struct dm_inbound *streams[] = { &receiver->report.audio, &receiver->report.video };
	struct dm_rtcp_report_block blocks[2];
	size_t count = 0;

	for (size_t i = 0; i < 2; i++)
		if (streams[i]->first_at != DM_USEC_NEVER)
			blocks[count++] = dm_inbound_report(streams[i], now);
	dm_rtcp_write_receiver_report(writer, receiver->ssrc, blocks, count);
	dm_rtcp_write_cname(writer, receiver->ssrc, receiver->ufrag);
}

void dm_receiver_tick(struct dm_receiver *receiver, dm_usec now)
{
	uint8_t data[RTCP_MAX_BYTES + DM_SRTCP_TRAILER_MAX];
	const enum dm_receiver_state state = receiver->report.state;

	if (state == DM_RECEIVER_NEW || state >= DM_RECEIVER_CLOSED)
		return;
	if (now - receiver->answered_at > CONSENT_LASTS) {
		receiver->report.state = DM_RECEIVER_FAILED;
		return;
	}
	if (now >= receiver->check_due)
		send_check(receiver, now);
	if (state == DM_RECEIVER_HANDSHAKE)
		follow_handshake(receiver, dm_handshake_tick(receiver->handshake), now);
	if (state == DM_RECEIVER_CONNECTED && now >= receiver->report_due) {
		struct dm_writer writer = dm_writer_init(data, RTCP_MAX_BYTES);

		receiver->report_due = now + REPORT_EVERY;
		write_report(receiver, &writer, now);
		send_rtcp(receiver, &writer);
	}
}

void dm_receiver_request_key(struct dm_receiver *receiver)
{
	uint8_t data[RTCP_MAX_BYTES + DM_SRTCP_TRAILER_MAX];
	struct dm_writer writer = dm_writer_init(data, RTCP_MAX_BYTES);

	if (receiver->report.video.first_at == DM_USEC_NEVER)
		return;
	dm_rtcp_write_pli(&writer, receiver->ssrc, receiver->report.video.ssrc);
	send_rtcp(receiver, &writer);
}

void dm_receiver_close(struct dm_receiver *receiver)
{
	uint8_t data[RTCP_MAX_BYTES + DM_SRTCP_TRAILER_MAX];
	struct dm_writer writer = dm_writer_init(data, RTCP_MAX_BYTES);

	if (receiver->report.state != DM_RECEIVER_CONNECTED)
		return;
	dm_rtcp_write_receiver_report(&writer, receiver->ssrc, NULL, 0);
	dm_rtcp_write_bye(&writer, &receiver->ssrc, 1);
	send_rtcp(receiver, &writer);
	dm_handshake_close(receiver->handshake);
	receiver->report.state = DM_RECEIVER_CLOSED;
}

const struct dm_receiver_report *dm_receiver_report(const struct dm_receiver *receiver)
{
	return &receiver->report;
}
