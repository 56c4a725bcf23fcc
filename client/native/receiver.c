#include "receiver.h"

#include "binding.h"

#include "transport/stun.h"

#include <openssl/rand.h>

#include <arpa/inet.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define CHECK_FIRST   DM_MSEC(50) /* Ta, RFC 8445, 14.2 */
#define CHECK_CONSENT DM_SEC(5)   /* RFC 7675, 5.1 */
#define CONSENT_LASTS DM_SEC(30)  /* likewise */
#define DTLS_EVERY    DM_MSEC(20) /* looks at OpenSSL's timer; choice */

struct dm_receiver {
	struct dm_receiver_options options;
	struct dm_receiver_report report;
	struct dm_binding binding;
	struct dm_handshake *handshake; /* owned; NULL before start */
	struct dm_inflow inflow;
	char ufrag[9];
	char pwd[25];
	struct dm_address server; /* as its candidate says */
	uint32_t ssrc;            /* of our reports */
	dm_usec answered_at;
	dm_usec check_due;
	dm_usec dtls_due;
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

static void init_inflow(struct dm_receiver *receiver)
{
	const struct dm_receiver_options *options = &receiver->options;
	const struct dm_inflow_options media = {
		.video = options->video,
		.counts_only = options->counts_only,
		.nack = options->nack,
		.stamped = options->stamped,
		.manner = options->manner,
		.figures = options->figures,
	};

	dm_inflow_init(&receiver->inflow, &media, &receiver->report);
	receiver->inflow.send = options->send;
	receiver->inflow.user = options->user;
	strcpy(receiver->inflow.cname, receiver->ufrag);
}

int dm_receiver_create(struct dm_receiver **out, const struct dm_receiver_options *options)
{
	struct dm_receiver *receiver = calloc(1, sizeof(*receiver));

	*out = NULL;
	if (!receiver)
		return -ENOMEM;
	receiver->options = *options;
	receiver->report.connected_at = DM_USEC_NEVER;
	if (random_text(receiver->ufrag, sizeof(receiver->ufrag) - 1) ||
	    random_text(receiver->pwd, sizeof(receiver->pwd) - 1) ||
	    RAND_bytes((uint8_t *)&receiver->inflow.ssrc, sizeof(uint32_t)) != 1) {
		free(receiver);
		return -EIO;
	}
	init_inflow(receiver);
	*out = receiver;
	return 0;
}

void dm_receiver_destroy(struct dm_receiver *receiver)
{
	if (!receiver)
		return;
	dm_handshake_destroy(receiver->handshake);
	dm_inflow_finish(&receiver->inflow);
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
		.sound_nack = receiver->options.nack || receiver->options.manner == DM_MANNER_STORM,
		.active = receiver->options.active,
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

static struct dm_address server_address(const struct dm_answer *answer)
{
	const struct dm_candidate *candidate = dm_answer_candidate(answer, NULL);
	struct dm_address address = { .family = AF_UNSPEC };

	if (candidate &&
	    inet_pton(candidate->ipv6 ? AF_INET6 : AF_INET, candidate->address, address.ip) == 1) {
		address.family = candidate->ipv6 ? AF_INET6 : AF_INET;
		address.port = candidate->port;
	}
	return address;
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
	receiver->server = server_address(answer);
	dm_inflow_agree(&receiver->inflow, answer);
	receiver->report.state = DM_RECEIVER_CHECKING;
	receiver->answered_at = now;
	send_check(receiver, now);
	return 0;
}

static void connected(struct dm_receiver *receiver, dm_usec now)
{
	struct dm_srtp_keys keys = { 0 };

	if (dm_handshake_export(receiver->handshake, &keys) ||
	    dm_inflow_start(&receiver->inflow, &keys, now)) {
		receiver->report.state = DM_RECEIVER_FAILED;
	} else {
		receiver->report.state = DM_RECEIVER_CONNECTED;
		receiver->report.profile = keys.profile;
		receiver->report.connected_at = now;
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

/* A server with full ICE checks us as well (RFC 8445, 7.3). */
static void answer_check(struct dm_receiver *receiver, const struct dm_stun_message *check)
{
	uint8_t reply[DM_BINDING_MAX];
	struct dm_writer writer = dm_writer_init(reply, sizeof(reply));

	if (receiver->server.family == AF_UNSPEC || !dm_stun_integrity_ok(check, receiver->pwd))
		return;
	dm_stun_begin(&writer, DM_STUN_SUCCESS, DM_STUN_BINDING, check->transaction);
	dm_stun_put_mapped_address(&writer, &receiver->server, check->transaction);
	dm_stun_put_integrity(&writer, receiver->pwd);
	dm_stun_put_fingerprint(&writer);
	if (!writer.failed)
		receiver->options.send(receiver->options.user, reply, writer.size);
}

static void receive_stun(struct dm_receiver *receiver, const uint8_t *data, size_t bytes,
			 dm_usec now)
{
	struct dm_stun_message message;

	if (dm_stun_parse(&message, data, bytes) && message.class == DM_STUN_REQUEST) {
		answer_check(receiver, &message);
		return;
	}
	if (!dm_binding_answered(&receiver->binding, data, bytes))
		return;
	receiver->answered_at = now;
	if (receiver->report.state != DM_RECEIVER_CHECKING)
		return;
	receiver->report.state = DM_RECEIVER_HANDSHAKE;
	receiver->check_due = now + CHECK_CONSENT;
	follow_handshake(receiver, dm_handshake_start(receiver->handshake), now);
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
	else if (receiver->report.connected_at != DM_USEC_NEVER) /* else it overtook DTLS */
		dm_inflow_receive(&receiver->inflow, data, bytes, now);
}

void dm_receiver_tick(struct dm_receiver *receiver, dm_usec now)
{
	const enum dm_receiver_state state = receiver->report.state;

	if (state == DM_RECEIVER_NEW || state >= DM_RECEIVER_CLOSED)
		return;
	if (now - receiver->answered_at > CONSENT_LASTS) {
		receiver->report.state = DM_RECEIVER_FAILED;
		return;
	}
	if (now >= receiver->check_due)
		send_check(receiver, now);
	if (state == DM_RECEIVER_HANDSHAKE) {
		follow_handshake(receiver, dm_handshake_tick(receiver->handshake), now);
		receiver->dtls_due = now + DTLS_EVERY;
	}
	if (state == DM_RECEIVER_CONNECTED)
		dm_inflow_tick(&receiver->inflow, now);
}

dm_usec dm_receiver_due(const struct dm_receiver *receiver)
{
	const enum dm_receiver_state state = receiver->report.state;
	dm_usec other = DM_USEC_NEVER;

	if (state == DM_RECEIVER_NEW || state >= DM_RECEIVER_CLOSED)
		return DM_USEC_NEVER;
	if (state == DM_RECEIVER_HANDSHAKE)
		other = receiver->dtls_due;
	else if (state == DM_RECEIVER_CONNECTED)
		other = dm_inflow_due(&receiver->inflow);
	return other < receiver->check_due ? other : receiver->check_due;
}

bool dm_receiver_is_confirmed(const struct dm_receiver *receiver)
{
	return dm_inflow_is_confirmed(&receiver->inflow);
}

void dm_receiver_mark(struct dm_receiver *receiver)
{
	struct dm_receiver_report *report = &receiver->report;

	dm_inbound_mark(&report->audio);
	dm_inbound_mark(&report->video);
	report->resent = report->nacks = report->bad_auth = report->replayed = 0;
	report->malformed = report->other_streams = 0;
}

void dm_receiver_end(struct dm_receiver *receiver, dm_usec now)
{
	dm_inbound_end(&receiver->report.audio, now);
	dm_inbound_end(&receiver->report.video, now);
}

void dm_receiver_request_key(struct dm_receiver *receiver)
{
	dm_inflow_request_key(&receiver->inflow);
}

void dm_receiver_close(struct dm_receiver *receiver)
{
	if (receiver->report.state != DM_RECEIVER_CONNECTED)
		return;
	dm_inflow_say_bye(&receiver->inflow);
	dm_handshake_close(receiver->handshake);
	receiver->report.state = DM_RECEIVER_CLOSED;
}

const struct dm_receiver_report *dm_receiver_report(const struct dm_receiver *receiver)
{
	return &receiver->report;
}
