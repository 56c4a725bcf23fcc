/* Our protection against libsrtp's, packet by packet. Built once for each
 * backend. */
#include "transport/srtp.h"

#include "libsrtp.h"
#include "seed.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define ROOM        1500
#define BATCH_MAX   70
#define PEERS       6
#define PACKETS_MIN 1500

static const enum dm_srtp_profile profiles[] = { DM_SRTP_AES128_CM_SHA1_80,
						 DM_SRTP_AEAD_AES_128_GCM };

/* One peer as we see it, as libsrtp would send to it, and as it receives. */
struct peer {
	struct dm_srtp_keys keys;
	struct dm_protector *protector;
	struct dm_unprotector *unprotector;
	srtp_t reference;
	uint32_t ssrc;
	uint32_t index; /* ROC and sequence number */
};

/* A packet in its four states. */
struct packet {
	uint8_t plain[ROOM];
	uint8_t expected[ROOM];
	uint8_t ours[ROOM];
	size_t bytes;
	int expected_bytes;
	struct peer *peer;
};

static struct packet packets[BATCH_MAX];

static void peer_init(struct peer *peer, enum dm_srtp_profile profile)
{
	struct dm_srtp_keys theirs = { .profile = profile };

	*peer = (struct peer){ 0 };
	seed_fill(&peer->keys, sizeof(peer->keys));
	peer->keys.profile = profile;
	peer->ssrc = (uint32_t)seed_next();
	peer->index = 64000 + seed_below(500); /* the first packet is before the roll-over */
	memcpy(theirs.remote_key, peer->keys.local_key, sizeof(theirs.remote_key));
	memcpy(theirs.remote_salt, peer->keys.local_salt, sizeof(theirs.remote_salt));
	assert_int_equal(dm_unprotector_create(&peer->unprotector, &theirs), 0);
	assert_int_equal(dm_protector_create(&peer->protector, &peer->keys), 0);
	peer->reference = libsrtp_session(profile, peer->keys.local_key, peer->keys.local_salt,
					  ssrc_any_outbound, true);
}

static void peer_finish(struct peer *peer)
{
	dm_protector_destroy(peer->protector);
	dm_unprotector_destroy(peer->unprotector);
	srtp_dealloc(peer->reference);
}

/* Random header: CSRCs, an extension, padding; any payload from nothing to
 * 1,200 bytes. */
static uint32_t make_header(uint8_t *data, struct peer *peer)
{
	const uint32_t csrcs = seed_below(4) == 0 ? seed_below(16) : 0;
	const bool extended = seed_below(2);
	const bool padded = seed_below(8) == 0;
	uint32_t bytes = 12 + 4 * csrcs;

	seed_fill(data, bytes);
	data[0] = (uint8_t)(0x80 | (padded ? 0x20 : 0) | (extended ? 0x10 : 0) | csrcs);
	data[2] = (uint8_t)(peer->index >> 8);
	data[3] = (uint8_t)peer->index;
	for (int i = 0; i < 4; i++)
		data[8 + i] = (uint8_t)(peer->ssrc >> (24 - 8 * i));
	if (extended) {
		const uint32_t words = seed_below(8);

		data[bytes] = 0xbe;
		data[bytes + 1] = 0xde;
		data[bytes + 2] = 0;
		data[bytes + 3] = (uint8_t)words;
		seed_fill(data + bytes + 4, 4 * words);
		bytes += 4 + 4 * words;
	}
	return bytes;
}

static void make_job(struct dm_protect_job *job, struct packet *packet, struct peer *peer)
{
	/* Steps bring the counter around quickly; libsrtp still guesses the roll-over
	 * right. */
	peer->index += 1 + (seed_below(4) ? 0 : seed_below(600));

	const uint32_t header_bytes = make_header(packet->plain, peer);
	const uint32_t payload_bytes = seed_below(3) ? seed_below(200) : seed_below(1201);

	seed_fill(packet->plain + header_bytes, payload_bytes);
	packet->peer = peer;
	packet->bytes = header_bytes + payload_bytes;
	memcpy(packet->ours, packet->plain, packet->bytes);
	memset(packet->ours + packet->bytes, 0xee, ROOM - packet->bytes);
	memcpy(packet->expected, packet->plain, packet->bytes);
	packet->expected_bytes = (int)packet->bytes;
	assert_int_equal(srtp_protect(peer->reference, packet->expected, &packet->expected_bytes),
			 srtp_err_status_ok);
	*job = (struct dm_protect_job){
		.protector = peer->protector,
		.packet = packet->ours,
		.bytes = (uint32_t)packet->bytes,
		.header_bytes = header_bytes,
		.rollover = peer->index >> 16,
	};
}

static void check_job(const struct dm_protect_job *job, struct packet *packet)
{
	size_t bytes = job->bytes;

	assert_int_equal(job->bytes, packet->expected_bytes);
	assert_int_equal(job->bytes,
			 packet->bytes + dm_protector_tag_bytes(packet->peer->protector));
	assert_memory_equal(packet->ours, packet->expected, job->bytes);
	assert_int_equal(packet->ours[job->bytes], 0xee);
	assert_int_equal(dm_unprotect_rtp(packet->peer->unprotector, packet->ours, &bytes),
			 DM_UNPROTECT_OK);
	assert_int_equal(bytes, packet->bytes);
	assert_memory_equal(packet->ours, packet->plain, bytes);
}

/* Peers of both profiles in one batch, until every roll-over counter went from
 * 0 over 1 to 2. */
static void protects_as_libsrtp_does(void **state)
{
	struct dm_protect_engine *engine;
	struct dm_protect_job jobs[BATCH_MAX];
	struct peer peers[PEERS];
	uint32_t least = 0;
	size_t total = 0;

	(void)state;
	seed_start(3711);
	assert_int_equal(dm_protect_engine_create(&engine), 0);
	for (size_t i = 0; i < PEERS; i++)
		peer_init(&peers[i], profiles[i % 2]);
	while (least < 2 || total < PACKETS_MIN) {
		const size_t count = seed_below(BATCH_MAX + 1);

		for (size_t i = 0; i < count; i++)
			make_job(&jobs[i], &packets[i], &peers[seed_below(PEERS)]);
		dm_protect_batch(engine, jobs, count);
		for (size_t i = 0; i < count; i++)
			check_job(&jobs[i], &packets[i]);
		total += count;
		least = UINT32_MAX;
		for (size_t i = 0; i < PEERS; i++)
			least = peers[i].index >> 16 < least ? peers[i].index >> 16 : least;
	}
	for (size_t i = 0; i < PEERS; i++)
		peer_finish(&peers[i]);
	dm_protect_engine_destroy(engine);
}

/* Every payload size once, for code that works in blocks. */
static void protects_every_size(void **state)
{
	struct dm_protect_engine *engine;

	(void)state;
	assert_int_equal(dm_protect_engine_create(&engine), 0);
	for (size_t p = 0; p < 2; p++) {
		struct peer peer;

		peer_init(&peer, profiles[p]);
		for (uint32_t payload_bytes = 0; payload_bytes <= 1200; payload_bytes++) {
			struct dm_protect_job job;
			struct packet *packet = &packets[0];

			make_job(&job, packet, &peer);
			/* Again, with this size. */
			peer.index++;
			packet->plain[0] = 0x80;
			packet->plain[2] = (uint8_t)(peer.index >> 8);
			packet->plain[3] = (uint8_t)peer.index;
			packet->bytes = 12 + payload_bytes;
			packet->expected_bytes = (int)packet->bytes;
			memset(packet->ours, 0xee, ROOM);
			memcpy(packet->ours, packet->plain, packet->bytes);
			memcpy(packet->expected, packet->plain, packet->bytes);
			assert_int_equal(srtp_protect(peer.reference, packet->expected,
						      &packet->expected_bytes),
					 srtp_err_status_ok);
			job.bytes = (uint32_t)packet->bytes;
			job.header_bytes = 12;
			job.rollover = peer.index >> 16;
			dm_protect_batch(engine, &job, 1);
			check_job(&job, packet);
		}
		peer_finish(&peer);
	}
	dm_protect_engine_destroy(engine);
}

static void reports_jobs_it_cannot_do(void **state)
{
	struct dm_protect_engine *engine;
	struct dm_protect_job jobs[4];
	struct peer peers[2];

	(void)state;
	assert_int_equal(dm_protect_engine_create(&engine), 0);
	for (size_t i = 0; i < 2; i++)
		peer_init(&peers[i], profiles[i]);
	for (size_t i = 0; i < 4; i++)
		make_job(&jobs[i], &packets[i], &peers[i % 2]);
	jobs[1].header_bytes = jobs[1].bytes + 1;
	jobs[2].header_bytes = 11;
	dm_protect_batch(engine, jobs, 4);
	assert_int_equal(jobs[1].bytes, 0);
	assert_int_equal(jobs[2].bytes, 0);
	assert_int_equal(dm_protect_engine_failed(engine), 2);
	check_job(&jobs[0], &packets[0]);
	check_job(&jobs[3], &packets[3]);
	for (size_t i = 0; i < 2; i++)
		peer_finish(&peers[i]);
	dm_protect_engine_destroy(engine);
}

static size_t make_rtcp(uint8_t *data, const struct peer *peer)
{
	const size_t bytes = 8 + 4 * (size_t)seed_below(100);

	seed_fill(data, bytes);
	data[0] = 0x80;
	data[1] = 200;
	data[2] = 0;
	data[3] = (uint8_t)(bytes / 4 - 1);
	for (int i = 0; i < 4; i++)
		data[4 + i] = (uint8_t)(peer->ssrc >> (24 - 8 * i));
	return bytes;
}

static void protects_rtcp_as_libsrtp_does(void **state)
{
	(void)state;
	for (size_t p = 0; p < 2; p++) {
		struct peer peer;
		uint8_t plain[ROOM], ours[ROOM], expected[ROOM];

		peer_init(&peer, profiles[p]);
		/* libsrtp starts at 1, we at 0 (RFC 3711, 3.2.1). */
		size_t bytes = make_rtcp(plain, &peer);

		memcpy(ours, plain, bytes);
		assert_true(dm_protect_rtcp(peer.protector, ours, bytes, ROOM) > 0);
		for (int round = 0; round < 500; round++) {
			bytes = make_rtcp(plain, &peer);
			memcpy(ours, plain, bytes);
			memcpy(expected, plain, bytes);

			int expected_bytes = (int)bytes;

			assert_int_equal(
				srtp_protect_rtcp(peer.reference, expected, &expected_bytes),
				srtp_err_status_ok);

			size_t size = (size_t)dm_protect_rtcp(peer.protector, ours, bytes,
							      (size_t)expected_bytes);

			assert_int_equal(size, expected_bytes);
			assert_memory_equal(ours, expected, size);
			assert_int_equal(dm_unprotect_rtcp(peer.unprotector, ours, &size),
					 DM_UNPROTECT_OK);
			assert_int_equal(size, bytes);
			assert_memory_equal(ours, plain, size);
		}
		peer_finish(&peer);
	}
}

static void refuses_bad_rtcp_calls(void **state)
{
	struct peer peer;
	uint8_t data[64] = { 0x80, 201, 0, 1 };

	(void)state;
	peer_init(&peer, DM_SRTP_AES128_CM_SHA1_80);
	assert_int_equal(dm_protect_rtcp(peer.protector, data, 4, sizeof(data)), -EINVAL);
	assert_int_equal(dm_protect_rtcp(peer.protector, data, 8, 8 + 13), -ENOSPC);
	assert_int_equal(dm_protect_rtcp(peer.protector, data, 8, 8 + 14), 22);
	peer_finish(&peer);
}

static void refuses_unknown_profiles(void **state)
{
	struct dm_srtp_keys keys = { .profile = (enum dm_srtp_profile)7 };
	struct dm_protector *protector;
	struct dm_unprotector *unprotector;

	(void)state;
	assert_int_equal(dm_protector_create(&protector, &keys), -EINVAL);
	assert_null(protector);
	assert_int_equal(dm_unprotector_create(&unprotector, &keys), -EINVAL);
	assert_null(unprotector);
	dm_protector_destroy(NULL);
	dm_unprotector_destroy(NULL);
	dm_protect_engine_destroy(NULL);
}

/* A protected RTP packet that `peer` would accept; its size. */
static size_t protected_rtp(struct dm_protect_engine *engine, struct peer *peer, uint8_t *data)
{
	struct dm_protect_job job;

	make_job(&job, &packets[0], peer);
	dm_protect_batch(engine, &job, 1);
	memcpy(data, packets[0].ours, job.bytes);
	return job.bytes;
}

typedef enum dm_unprotect_result unprotect_fn(struct dm_unprotector *unprotector, uint8_t *packet,
					      size_t *bytes);

/* With any bit changed, cut anywhere, and a second time. */
static void expect_taken_once(struct dm_unprotector *unprotector, unprotect_fn *unprotect,
			      const uint8_t *good, size_t size)
{
	uint8_t data[ROOM];

	for (size_t at = 0; at < size; at++) {
		size_t bytes = size;

		memcpy(data, good, size);
		data[at] ^= (uint8_t)(1u << seed_below(8));
		assert_int_not_equal(unprotect(unprotector, data, &bytes), DM_UNPROTECT_OK);
		assert_int_equal(bytes, size);
	}
	for (size_t cut = 0; cut < size; cut++) {
		size_t bytes = cut;

		memcpy(data, good, size);
		assert_int_not_equal(unprotect(unprotector, data, &bytes), DM_UNPROTECT_OK);
	}

	size_t bytes = size;

	memcpy(data, good, size);
	assert_int_equal(unprotect(unprotector, data, &bytes), DM_UNPROTECT_OK);
	bytes = size;
	memcpy(data, good, size);
	assert_int_equal(unprotect(unprotector, data, &bytes), DM_UNPROTECT_REPLAY);
}

static void refuses_tampered_and_repeated_rtp(void **state)
{
	struct dm_protect_engine *engine;

	(void)state;
	assert_int_equal(dm_protect_engine_create(&engine), 0);
	for (size_t p = 0; p < 2; p++) {
		struct peer peer;
		uint8_t good[ROOM];

		peer_init(&peer, profiles[p]);
		expect_taken_once(peer.unprotector, dm_unprotect_rtp, good,
				  protected_rtp(engine, &peer, good));
		peer_finish(&peer);
	}
	dm_protect_engine_destroy(engine);
}

static void refuses_tampered_and_repeated_rtcp(void **state)
{
	(void)state;
	for (size_t p = 0; p < 2; p++) {
		struct peer peer;
		uint8_t good[ROOM];

		peer_init(&peer, profiles[p]);
		const size_t plain = make_rtcp(good, &peer);
		const int size = dm_protect_rtcp(peer.protector, good, plain, ROOM);

		expect_taken_once(peer.unprotector, dm_unprotect_rtcp, good, (size_t)size);
		peer_finish(&peer);
	}
}

/* A peer that invents sources must not cost more and more. */
static void takes_so_many_sources(void **state)
{
	struct peer peer;
	uint8_t data[64];

	(void)state;
	peer_init(&peer, DM_SRTP_AEAD_AES_128_GCM);
	for (unsigned source = 0; source < DM_UNPROTECT_SOURCES_MAX + 10; source++) {
		const uint8_t plain[8] = { 0x80, 201, 0, 1, 1, 2, 3, (uint8_t)source };

		memcpy(data, plain, sizeof(plain));
		size_t bytes = (size_t)dm_protect_rtcp(peer.protector, data, 8, sizeof(data));

		assert_int_equal(dm_unprotect_rtcp(peer.unprotector, data, &bytes),
				 source < DM_UNPROTECT_SOURCES_MAX ? DM_UNPROTECT_OK
								   : DM_UNPROTECT_TOO_MANY);
	}
	/* The first ones go on. */
	memcpy(data, (const uint8_t[8]){ 0x80, 201, 0, 1, 1, 2, 3, 0 }, 8);
	size_t bytes = (size_t)dm_protect_rtcp(peer.protector, data, 8, sizeof(data));

	assert_int_equal(dm_unprotect_rtcp(peer.unprotector, data, &bytes), DM_UNPROTECT_OK);
	peer_finish(&peer);
}

static void survives_noise(void **state)
{
	struct peer peers[2];

	(void)state;
	for (size_t p = 0; p < 2; p++)
		peer_init(&peers[p], profiles[p]);
	for (int round = 0; round < 2000; round++) {
		uint8_t data[300];
		size_t bytes = seed_below(sizeof(data) + 1);
		struct dm_unprotector *unprotector = peers[round % 2].unprotector;

		seed_fill(data, sizeof(data));
		data[0] = (uint8_t)(0x80 | (data[0] & 0x3f));
		assert_int_not_equal(dm_unprotect_rtp(unprotector, data, &bytes), DM_UNPROTECT_OK);
		assert_int_not_equal(dm_unprotect_rtcp(unprotector, data, &bytes), DM_UNPROTECT_OK);
	}
	for (size_t p = 0; p < 2; p++)
		peer_finish(&peers[p]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(protects_as_libsrtp_does),
		cmocka_unit_test(protects_every_size),
		cmocka_unit_test(reports_jobs_it_cannot_do),
		cmocka_unit_test(protects_rtcp_as_libsrtp_does),
		cmocka_unit_test(refuses_bad_rtcp_calls),
		cmocka_unit_test(refuses_unknown_profiles),
		cmocka_unit_test(refuses_tampered_and_repeated_rtp),
		cmocka_unit_test(refuses_tampered_and_repeated_rtcp),
		cmocka_unit_test(takes_so_many_sources),
		cmocka_unit_test(survives_noise),
	};

	return cmocka_run_group_tests(tests, libsrtp_start, libsrtp_stop);
}
