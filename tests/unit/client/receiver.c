/* A receiver against the relay's own ICE, DTLS and SRTP, datagram by datagram in memory. */
#include "../../../client/native/receiver.h"

#include "base/writer.h"
#include "transport/dtls.h"
#include "transport/ice.h"
#include "transport/stun.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define QUEUE_MAX    64
#define DATAGRAM_MAX 1500

struct datagrams {
	uint8_t data[QUEUE_MAX][DATAGRAM_MAX];
	size_t bytes[QUEUE_MAX];
	size_t count;
};

/* The relay's side of one peer. */
struct server {
	struct dm_certificate *certificate;
	struct dm_ice ice;
	struct dm_dtls *dtls;
	struct dm_protect_engine *engine;
	struct dm_protector *protector;
	struct dm_unprotector *unprotector;
	enum dm_dtls_state state;
	struct datagrams to_client;
	struct datagrams to_server;
	unsigned rtcp_packets;
};

static void enqueue(void *user, const uint8_t *data, size_t bytes)
{
	struct datagrams *datagrams = user;

	assert_true(datagrams->count < QUEUE_MAX && bytes <= DATAGRAM_MAX);
	memcpy(datagrams->data[datagrams->count], data, bytes);
	datagrams->bytes[datagrams->count++] = bytes;
}

static void set_up_server(struct server *server, const struct dm_identity *identity)
{
	memset(server, 0, sizeof(*server));
	assert_int_equal(dm_certificate_create(&server->certificate), 0);
	assert_int_equal(dm_protect_engine_create(&server->engine), 0);
	assert_int_equal(dm_dtls_create(&server->dtls, server->certificate,
					dm_identity_fingerprint(identity), enqueue,
					&server->to_client),
			 0);
}

static void tear_down_server(struct server *server)
{
	dm_dtls_destroy(server->dtls);
	dm_protector_destroy(server->protector);
	dm_protect_engine_destroy(server->engine);
	dm_unprotector_destroy(server->unprotector);
	dm_certificate_destroy(server->certificate);
}

/* What the answer of a relay would say. */
static struct dm_answer answer_of(const struct server *server)
{
	struct dm_answer answer = {
		.passive = true, .ice_lite = true, .audio = true, .video = true
	};

	strcpy(answer.ufrag, server->ice.local_ufrag);
	strcpy(answer.pwd, server->ice.local_pwd);
	answer.fingerprint = *dm_certificate_fingerprint(server->certificate);
	return answer;
}

static void serve_stun(struct server *server, const uint8_t *data, size_t bytes, dm_usec now)
{
	const struct dm_address from = { .ip = { 127, 0, 0, 1 }, .port = 9, .family = 2 };
	uint8_t reply[200];
	struct dm_writer writer = dm_writer_init(reply, sizeof(reply));
	const enum dm_ice_result result = dm_ice_receive(&server->ice, data, bytes, &from, now,
							 &writer);

	assert_true(result == DM_ICE_SELECTED || result == DM_ICE_VALID);
	enqueue(&server->to_client, reply, writer.size);
}

static void serve_dtls(struct server *server, const uint8_t *data, size_t bytes, dm_usec now)
{
	struct dm_srtp_keys keys;
	const enum dm_dtls_state before = server->state;

	server->state = dm_dtls_receive(server->dtls, data, bytes, now);
	if (server->state != DM_DTLS_CONNECTED || before == DM_DTLS_CONNECTED)
		return;
	assert_int_equal(dm_dtls_export_keys(server->dtls, &keys), 0);
	assert_int_equal(dm_protector_create(&server->protector, &keys), 0);
	assert_int_equal(dm_unprotector_create(&server->unprotector, &keys), 0);
}

static void serve(struct server *server, uint8_t *data, size_t bytes, dm_usec now)
{
	if (data[0] <= 3) {
		serve_stun(server, data, bytes, now);
	} else if (data[0] <= 63) {
		serve_dtls(server, data, bytes, now);
	} else {
		assert_int_equal(dm_unprotect_rtcp(server->unprotector, data, &bytes),
				 DM_UNPROTECT_OK);
		server->rtcp_packets++;
	}
}

/* Carries datagrams both ways until both are quiet. */
static void carry(struct server *server, struct dm_receiver *receiver, dm_usec now)
{
	while (server->to_server.count || server->to_client.count) {
		struct datagrams *up = malloc(sizeof(*up));
		struct datagrams *down = malloc(sizeof(*down));

		*up = server->to_server;
		server->to_server.count = 0;
		for (size_t i = 0; i < up->count; i++)
			serve(server, up->data[i], up->bytes[i], now);
		*down = server->to_client;
		server->to_client.count = 0;
		for (size_t i = 0; i < down->count; i++)
			dm_receiver_receive(receiver, down->data[i], down->bytes[i], now);
		free(up);
		free(down);
	}
}

static void send_rtp(struct server *server, uint8_t payload_type, uint16_t sequence,
		     uint32_t timestamp, const uint8_t *payload, size_t payload_bytes)
{
	uint8_t data[200];
	struct dm_writer writer = dm_writer_init(data, sizeof(data));
	struct dm_protect_job job = { .protector = server->protector, .packet = data };

	dm_rtp_write_header(&writer, payload_type, true, sequence, timestamp, payload_type);
	job.header_bytes = (uint32_t)writer.size;
	dm_writer_bytes(&writer, payload, payload_bytes);
	job.bytes = (uint32_t)writer.size;
	dm_protect_batch(server->engine, &job, 1);
	enqueue(&server->to_client, data, job.bytes);
}

/* A server, and a receiver with the identity that is returned, which the server expects. */
static struct dm_identity *set_up(struct server *server, struct dm_receiver **receiver,
				  enum dm_profile_choice profiles)
{
	struct dm_identity *identity;

	assert_int_equal(dm_identity_create(&identity, profiles), 0);
	set_up_server(server, identity);
	assert_int_equal(
		dm_receiver_create(receiver,
				   &(struct dm_receiver_options){ .identity = identity,
								  .video = true,
								  .send = enqueue,
								  .user = &server->to_server }),
		0);
	return identity;
}

static void tear_down(struct server *server, struct dm_receiver *receiver,
		      struct dm_identity *identity)
{
	dm_receiver_destroy(receiver);
	tear_down_server(server);
	dm_identity_destroy(identity);
}

/* The server's ICE learns the user fragment that the receiver offers. */
static void take_offer(struct server *server, struct dm_receiver *receiver)
{
	char offer[DM_OFFER_MAX];
	char ufrag[9] = "";

	assert_true(dm_receiver_offer(receiver, offer, sizeof(offer)) > 0);
	assert_int_equal(sscanf(strstr(offer, "a=ice-ufrag:"), "a=ice-ufrag:%8s", ufrag), 1);
	assert_int_equal(dm_ice_init(&server->ice, ufrag, 0), 0);
}

static void joins_with(enum dm_profile_choice profiles, enum dm_srtp_profile wanted)
{
	static struct server server;
	static const uint8_t idr[] = { 0x65, 1, 2, 3 };
	struct dm_identity *identity;
	struct dm_receiver *receiver;
	const struct dm_receiver_report *report;
	struct dm_answer answer;

	identity = set_up(&server, &receiver, profiles);
	report = dm_receiver_report(receiver);
	take_offer(&server, receiver);
	answer = answer_of(&server);
	assert_int_equal(dm_receiver_start(receiver, &answer, 0), 0);
	assert_int_equal(report->state, DM_RECEIVER_CHECKING);
	carry(&server, receiver, DM_MSEC(1));
	assert_int_equal(report->state, DM_RECEIVER_CONNECTED);
	assert_int_equal(report->profile, wanted);
	assert_int_equal(report->connected_at, DM_MSEC(1));

	for (uint16_t i = 0; i < 10; i++)
		send_rtp(&server, DM_OFFER_OPUS, i, i * 960u, idr, sizeof(idr));
	send_rtp(&server, DM_OFFER_H264, 0, 0, idr, sizeof(idr));
	carry(&server, receiver, DM_MSEC(2));
	assert_int_equal(report->audio.packets, 10);
	assert_int_equal(report->audio.timestamp_jumps, 0);
	assert_true(report->video.first_was_key);
	assert_int_equal(report->bad_auth + report->malformed, 0);

	dm_receiver_tick(receiver, DM_SEC(2));
	carry(&server, receiver, DM_SEC(2));
	assert_int_equal(server.rtcp_packets, 1);
	dm_receiver_close(receiver);
	carry(&server, receiver, DM_SEC(2));
	assert_int_equal(server.rtcp_packets, 2);
	assert_int_equal(server.state, DM_DTLS_CLOSED);

	tear_down(&server, receiver, identity);
}

static void joins_with_gcm_by_preference(void **state)
{
	(void)state;
	joins_with(DM_PROFILE_ANY, DM_SRTP_AEAD_AES_128_GCM);
}

static void joins_with_gcm(void **state)
{
	(void)state;
	joins_with(DM_PROFILE_GCM, DM_SRTP_AEAD_AES_128_GCM);
}

static void joins_with_sha1(void **state)
{
	(void)state;
	joins_with(DM_PROFILE_SHA1, DM_SRTP_AES128_CM_SHA1_80);
}

/* The relay shows another certificate than its SDP announced. */
static void refuses_a_wrong_certificate(void **state)
{
	static struct server server;
	struct dm_identity *identity;
	struct dm_receiver *receiver;
	struct dm_answer answer;

	(void)state;
	identity = set_up(&server, &receiver, DM_PROFILE_ANY);
	take_offer(&server, receiver);
	answer = answer_of(&server);
	answer.fingerprint.value[0] ^= 1;
	assert_int_equal(dm_receiver_start(receiver, &answer, 0), 0);
	carry(&server, receiver, DM_MSEC(1));
	assert_int_equal(dm_receiver_report(receiver)->state, DM_RECEIVER_FAILED);
	tear_down(&server, receiver, identity);
}

static void gives_up_without_answers(void **state)
{
	static struct server server;
	struct dm_identity *identity;
	struct dm_receiver *receiver;
	struct dm_answer answer;

	(void)state;
	identity = set_up(&server, &receiver, DM_PROFILE_ANY);
	assert_int_equal(dm_ice_init(&server.ice, "ABCD", 0), 0);
	answer = answer_of(&server);
	assert_int_equal(dm_receiver_start(receiver, &answer, 0), 0);
	dm_receiver_tick(receiver, DM_MSEC(10));
	assert_int_equal(server.to_server.count, 1); /* not yet again */
	dm_receiver_tick(receiver, DM_MSEC(50));
	assert_int_equal(server.to_server.count, 2);
	dm_receiver_tick(receiver, DM_SEC(31));
	assert_int_equal(dm_receiver_report(receiver)->state, DM_RECEIVER_FAILED);
	tear_down(&server, receiver, identity);
}

/* A server with full ICE wants its own checks answered. */
static void answers_checks(void **state)
{
	static struct server server;
	static const uint8_t transaction[DM_STUN_TRANSACTION_BYTES] = { 7 };
	struct dm_identity *identity;
	struct dm_receiver *receiver;
	struct dm_answer answer;
	struct dm_stun_message reply;
	char offer[DM_OFFER_MAX];
	char pwd[25] = "";

	(void)state;
	identity = set_up(&server, &receiver, DM_PROFILE_ANY);
	take_offer(&server, receiver);
	assert_true(dm_receiver_offer(receiver, offer, sizeof(offer)) > 0);
	assert_int_equal(sscanf(strstr(offer, "a=ice-pwd:"), "a=ice-pwd:%24s", pwd), 1);
	answer = answer_of(&server);
	answer.candidates[0] = (struct dm_candidate){ .address = "127.0.0.1", .port = 7000 };
	answer.candidate_count = 1;
	assert_int_equal(dm_receiver_start(receiver, &answer, 0), 0);

	for (int right = 0; right <= 1; right++) {
		uint8_t check[200];
		struct dm_writer writer = dm_writer_init(check, sizeof(check));

		server.to_server.count = 0;
		dm_stun_begin(&writer, DM_STUN_REQUEST, DM_STUN_BINDING, transaction);
		dm_stun_put_integrity(&writer, right ? pwd : "somebody else's password");
		dm_stun_put_fingerprint(&writer);
		dm_receiver_receive(receiver, check, writer.size, DM_MSEC(1));
		assert_int_equal(server.to_server.count, right);
	}
	assert_true(dm_stun_parse(&reply, server.to_server.data[0], server.to_server.bytes[0]));
	assert_int_equal(reply.class, DM_STUN_SUCCESS);
	assert_memory_equal(reply.transaction, transaction, sizeof(transaction));
	assert_true(dm_stun_integrity_ok(&reply, pwd));
	assert_int_equal(reply.mapped.port, 7000);
	tear_down(&server, receiver, identity);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(joins_with_gcm_by_preference),
		cmocka_unit_test(joins_with_gcm),
		cmocka_unit_test(joins_with_sha1),
		cmocka_unit_test(refuses_a_wrong_certificate),
		cmocka_unit_test(gives_up_without_answers),
		cmocka_unit_test(answers_checks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
