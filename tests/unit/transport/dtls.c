/* Our DTLS server against OpenSSL's client, over a simulated network and clock: what either side
 * sends is lost, repeated, late, or all of it, by a seed. Once connected, the server is what its
 * handshake left: the epilogue. */
#include "transport/dtls.h"

#include "transport/certificate.h"

#include "seed.h"

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/srtp.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/time.h>
#include <cmocka.h>

#define DATAGRAM_MAX 1500
#define QUEUE_MAX    256
#define MTU_BYTES    1200

/* OpenSSL reads its clock here: ours stands in front of libc's, so that no test waits. */
static dm_usec now;

int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
	(void)zone;
	time->tv_sec = 1700000000 + (time_t)(now / 1000000);
	time->tv_usec = (suseconds_t)(now % 1000000);
	return 0;
}

struct datagram {
	uint8_t data[DATAGRAM_MAX];
	size_t bytes;
	dm_usec at;
	bool to_server;
};

/* The network and both ends. */
struct world {
	struct dm_certificate *certificate;
	struct dm_dtls *server;
	struct dm_srtp_keys keys; /* these of a connected server */
	struct dm_dtls_epilogue epilogue;
	bool connected;
	bool closed;
	SSL_CTX *client_context;
	SSL *client;
	struct dm_fingerprint client_fingerprint;
	const uint8_t *client_input;
	size_t client_input_bytes;
	struct datagram queue[QUEUE_MAX];
	size_t queued;
	size_t sent_by_server;        /* datagrams */
	dm_usec sent_at[QUEUE_MAX];   /* by the server */
	unsigned loss, repeat, noise; /* percent */
	dm_usec delay_max;
	unsigned drop_from_server; /* that many of the next datagrams */
	bool client_is_gone;
	int client_alert; /* as received by the client; -1: none */
};

static struct world world;
static EVP_PKEY *client_key;
static X509 *client_x509;

static void put(const uint8_t *data, size_t bytes, bool to_server)
{
	if (world.queued == QUEUE_MAX || seed_below(100) < world.loss)
		return;

	struct datagram *datagram = &world.queue[world.queued++];

	assert_true(bytes <= DATAGRAM_MAX);
	memcpy(datagram->data, data, bytes);
	datagram->bytes = bytes;
	datagram->to_server = to_server;
	datagram->at = now + 1 + (world.delay_max ? seed_below((uint32_t)world.delay_max) : 0);
}

static void put_noise(void)
{
	uint8_t data[200];
	const size_t bytes = 1 + seed_below(sizeof(data));

	seed_fill(data, sizeof(data));
	data[0] = (uint8_t)(20 + seed_below(44));
	put(data, bytes, true);
	/* A record header that only its epoch gives away. */
	const uint8_t forged[] = { 22, 0xfe, 0xfd, 0x55, 1, 0, 0, 0, 0, 0, 7, 0, 2, 1, 1 };

	put(forged, sizeof(forged), true);
}

static void put_impaired(const uint8_t *data, size_t bytes, bool to_server)
{
	put(data, bytes, to_server);
	if (seed_below(100) < world.repeat)
		put(data, bytes, to_server);
	if (seed_below(100) < world.noise)
		put_noise();
}

static void server_send(void *user, const uint8_t *data, size_t bytes)
{
	assert_ptr_equal(user, &world);
	assert_true(bytes > 0 && bytes <= MTU_BYTES);
	assert_in_range(data[0], 20, 63);
	world.sent_at[world.sent_by_server++ % QUEUE_MAX] = now;
	if (world.drop_from_server > 0)
		world.drop_from_server--;
	else
		put_impaired(data, bytes, false);
}

static int client_write(BIO *bio, const char *data, int bytes)
{
	(void)bio;
	put_impaired((const uint8_t *)data, (size_t)bytes, true);
	return bytes;
}

static int client_read(BIO *bio, char *data, int room)
{
	BIO_clear_retry_flags(bio);
	if (!world.client_input) {
		BIO_set_retry_read(bio);
		return -1;
	}
	assert_true(world.client_input_bytes <= (size_t)room);
	memcpy(data, world.client_input, world.client_input_bytes);
	world.client_input = NULL;
	return (int)world.client_input_bytes;
}

static long client_ctrl(BIO *bio, int command, long number, void *pointer)
{
	(void)bio;
	(void)number;
	(void)pointer;
	return command == BIO_CTRL_FLUSH;
}

static BIO_METHOD *client_method;

static void make_client_identity(EVP_PKEY *key)
{
	client_key = key;
	client_x509 = X509_new();
	assert_non_null(client_key);
	assert_true(X509_set_version(client_x509, X509_VERSION_3));
	assert_true(ASN1_INTEGER_set_uint64(X509_get_serialNumber(client_x509), 7));
	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(client_x509), 0));
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(client_x509), 86400));
	assert_true(X509_set_pubkey(client_x509, client_key));
	assert_true(X509_sign(client_x509, client_key, EVP_sha256()) > 0);
}

static int set_up_group(void **state)
{
	(void)state;
	client_method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "test");
	BIO_meth_set_write(client_method, client_write);
	BIO_meth_set_read(client_method, client_read);
	BIO_meth_set_ctrl(client_method, client_ctrl);
	make_client_identity(EVP_EC_gen("P-256"));
	seed_start(5764);
	return 0;
}

static void drop_client_identity(void)
{
	X509_free(client_x509);
	EVP_PKEY_free(client_key);
}

static int tear_down_group(void **state)
{
	(void)state;
	drop_client_identity();
	BIO_meth_free(client_method);
	return 0;
}

static int trust_anyone(X509_STORE_CTX *store, void *unused)
{
	(void)store;
	(void)unused;
	return 1;
}

static void note_alert(const SSL *ssl, int where, int value)
{
	(void)ssl;
	if ((where & SSL_CB_READ_ALERT) == SSL_CB_READ_ALERT)
		world.client_alert = value & 0xff;
}

/* Both ends, nothing sent yet. `profiles` NULL: the client does not do SRTP. */
static void world_init(const char *profiles)
{
	memset(&world, 0, sizeof(world));
	now = DM_SEC(1000);
	world.client_alert = -1;
	world.delay_max = DM_MSEC(2);
	assert_true(dm_fingerprint_of(client_x509, DM_HASH_SHA256, &world.client_fingerprint));
	assert_int_equal(dm_certificate_create(&world.certificate), 0);
	world.client_context = SSL_CTX_new(DTLS_client_method());
	assert_non_null(world.client_context);
	SSL_CTX_set_options(world.client_context, SSL_OP_NO_QUERY_MTU);
	SSL_CTX_set_verify(world.client_context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(world.client_context, trust_anyone, NULL);
	SSL_CTX_set_info_callback(world.client_context, note_alert);
	assert_true(SSL_CTX_use_certificate(world.client_context, client_x509));
	assert_true(SSL_CTX_use_PrivateKey(world.client_context, client_key));
	if (profiles)
		assert_false(SSL_CTX_set_tlsext_use_srtp(world.client_context, profiles));
}

/* As BoringSSL, and so browsers, but for their longest. */
static unsigned int client_timeout(SSL *ssl, unsigned int last_us)
{
	(void)ssl;
	if (last_us == 0)
		return 50000;
	return last_us < 800000 ? 2 * last_us : 1600000;
}

static void make_client(void)
{
	BIO *bio = BIO_new(client_method);

	BIO_set_init(bio, 1);
	world.client = SSL_new(world.client_context);
	assert_non_null(world.client);
	SSL_set_bio(world.client, bio, bio);
	SSL_set_mtu(world.client, MTU_BYTES);
	SSL_set_connect_state(world.client);
	DTLS_set_timer_cb(world.client, client_timeout);
}

static void make_ends(void)
{
	make_client();
	assert_int_equal(dm_dtls_create(&world.server, world.certificate, &world.client_fingerprint,
					server_send, &world),
			 0);
	assert_true(dm_dtls_deadline(world.server) == DM_USEC_NEVER);
}

static void world_finish(void)
{
	dm_dtls_destroy(world.server);
	SSL_free(world.client);
	SSL_CTX_free(world.client_context);
	dm_certificate_destroy(world.certificate);
	ERR_clear_error();
}

static void step_client(const uint8_t *data, size_t bytes)
{
	uint8_t scratch[2048];

	ERR_clear_error();
	world.client_input = data;
	world.client_input_bytes = bytes;
	if (!SSL_is_init_finished(world.client))
		SSL_do_handshake(world.client);
	if (SSL_is_init_finished(world.client))
		SSL_read(world.client, scratch, sizeof(scratch));
	world.client_input = NULL;
	ERR_clear_error();
}

static dm_usec client_deadline(void)
{
	struct timeval left;

	if (world.client_is_gone || !DTLSv1_get_timeout(world.client, &left))
		return DM_USEC_NEVER;
	return now + DM_SEC(left.tv_sec) + left.tv_usec;
}

static size_t next_datagram(void)
{
	size_t best = SIZE_MAX;

	for (size_t i = 0; i < world.queued; i++) {
		if (best == SIZE_MAX || world.queue[i].at < world.queue[best].at)
			best = i;
	}
	return best;
}

static void server_receive(const uint8_t *data, size_t bytes)
{
	if (world.connected) {
		const enum dm_dtls_heard heard = dm_dtls_epilogue_receive(&world.epilogue, data,
									  bytes);

		if (heard == DM_DTLS_HEARD_REPEAT)
			server_send(&world, world.epilogue.flight, world.epilogue.flight_bytes);
		world.closed = world.closed || heard == DM_DTLS_HEARD_CLOSE;
	} else if (dm_dtls_receive(world.server, data, bytes, now) == DM_DTLS_CONNECTED) {
		assert_true(dm_dtls_deadline(world.server) == DM_USEC_NEVER);
		assert_int_equal(dm_dtls_export_keys(world.server, &world.keys), 0);
		assert_int_equal(dm_dtls_export_epilogue(world.server, &world.epilogue), 0);
		dm_dtls_destroy(world.server);
		world.server = NULL;
		world.connected = true;
	}
}

static void deliver(size_t i)
{
	const struct datagram datagram = world.queue[i];

	world.queue[i] = world.queue[--world.queued];
	if (datagram.to_server)
		server_receive(datagram.data, datagram.bytes);
	else if (!world.client_is_gone)
		step_client(datagram.data, datagram.bytes);
}

/* One event. False when nothing will ever happen any more, or not before `until`. */
static bool step(dm_usec until)
{
	const size_t i = next_datagram();
	const dm_usec datagram_at = i == SIZE_MAX ? DM_USEC_NEVER : world.queue[i].at;
	const dm_usec server_at = world.server ? dm_dtls_deadline(world.server) : DM_USEC_NEVER;
	const dm_usec client_at = client_deadline();
	dm_usec first = datagram_at < server_at ? datagram_at : server_at;

	first = client_at < first ? client_at : first;
	if (first > until)
		return false;
	now = first > now ? first : now;
	if (first == datagram_at) {
		deliver(i);
	} else if (first == server_at) {
		dm_dtls_tick(world.server, now);
	} else {
		ERR_clear_error();
		if (DTLSv1_handle_timeout(world.client) < 0)
			world.client_is_gone = true; /* gave up */
	}
	return true;
}

static enum dm_dtls_state server_state(void)
{
	if (world.connected)
		return world.closed ? DM_DTLS_CLOSED : DM_DTLS_CONNECTED;
	return dm_dtls_tick(world.server, now);
}

/* Until both are connected, or nothing more happens. */
static void run_handshake(void)
{
	const dm_usec until = now + DM_SEC(120);

	step_client(NULL, 0);
	while (step(until)) {
		if (server_state() == DM_DTLS_CONNECTED && SSL_is_init_finished(world.client) &&
		    world.queued == 0)
			return;
	}
}

static void assert_same_keys(enum dm_srtp_profile profile)
{
	const struct dm_srtp_keys keys = world.keys;
	uint8_t theirs[60];
	const size_t salt_bytes = profile == DM_SRTP_AEAD_AES_128_GCM ? 12 : 14;

	assert_int_equal(keys.profile, profile);
	assert_int_equal(SSL_export_keying_material(world.client, theirs, 32 + 2 * salt_bytes,
						    "EXTRACTOR-dtls_srtp", 19, NULL, 0, 0),
			 1);
	assert_memory_equal(keys.remote_key, theirs, 16);
	assert_memory_equal(keys.local_key, theirs + 16, 16);
	assert_memory_equal(keys.remote_salt, theirs + 32, salt_bytes);
	assert_memory_equal(keys.local_salt, theirs + 32 + salt_bytes, salt_bytes);
}

static void connects_with_the_best_common_profile(void **state)
{
	static const struct {
		const char *offer;
		enum dm_srtp_profile expected;
	} cases[] = {
		{ "SRTP_AEAD_AES_128_GCM", DM_SRTP_AEAD_AES_128_GCM },
		{ "SRTP_AES128_CM_SHA1_80", DM_SRTP_AES128_CM_SHA1_80 },
		{ "SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM", DM_SRTP_AEAD_AES_128_GCM },
		{ "SRTP_AES128_CM_SHA1_32:SRTP_AEAD_AES_256_GCM:SRTP_AES128_CM_SHA1_80",
		  DM_SRTP_AES128_CM_SHA1_80 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		world_init(cases[i].offer);
		make_ends();
		assert_int_equal(dm_dtls_export_keys(world.server, &world.keys), -EAGAIN);
		assert_int_equal(dm_dtls_export_epilogue(world.server, &world.epilogue), -EAGAIN);
		run_handshake();
		assert_int_equal(server_state(), DM_DTLS_CONNECTED);
		assert_same_keys(cases[i].expected);
		assert_int_equal(SSL_version(world.client), DTLS1_2_VERSION);
		/* Two flights, each in as few datagrams as fit. */
		assert_int_equal(world.sent_by_server, 2);
		world_finish();
	}
}

static void shows_the_announced_certificate(void **state)
{
	struct dm_fingerprint seen;
	const struct dm_fingerprint *announced;

	(void)state;
	world_init("SRTP_AEAD_AES_128_GCM");
	make_ends();
	run_handshake();
	announced = dm_certificate_fingerprint(world.certificate);
	assert_true(
		dm_fingerprint_of(SSL_get0_peer_certificate(world.client), DM_HASH_SHA256, &seen));
	assert_int_equal(announced->hash, DM_HASH_SHA256);
	assert_int_equal(announced->bytes, 32);
	assert_memory_equal(announced->value, seen.value, 32);
	world_finish();
}

static void checks_every_hash(void **state)
{
	static const size_t bytes[] = { [DM_HASH_SHA1] = 20,
					[DM_HASH_SHA256] = 32,
					[DM_HASH_SHA384] = 48,
					[DM_HASH_SHA512] = 64 };

	(void)state;
	for (int hash = DM_HASH_SHA1; hash <= DM_HASH_SHA512; hash++) {
		for (int wrong = 0; wrong < 2; wrong++) {
			struct dm_fingerprint *expected = &world.client_fingerprint;

			world_init("SRTP_AEAD_AES_128_GCM");
			assert_true(dm_fingerprint_of(client_x509, (enum dm_hash)hash, expected));
			assert_int_equal(expected->bytes, bytes[hash]);
			if (wrong)
				expected->value[expected->bytes - 1] ^= 1;
			make_ends();
			run_handshake();
			assert_int_equal(server_state(),
					 wrong ? DM_DTLS_FAILED : DM_DTLS_CONNECTED);
			if (wrong) {
				assert_string_equal(dm_dtls_reason(world.server),
						    "certificate is not the announced one");
				assert_true(world.client_alert > 0);
				assert_false(SSL_is_init_finished(world.client));
			}
			world_finish();
		}
	}
}

/* A shorter announced value must not match by its prefix. */
static void refuses_a_truncated_fingerprint(void **state)
{
	(void)state;
	world_init("SRTP_AEAD_AES_128_GCM");
	world.client_fingerprint.bytes = 0;
	make_ends();
	run_handshake();
	assert_int_equal(server_state(), DM_DTLS_FAILED);
	world_finish();
}

static void demands_a_certificate(void **state)
{
	(void)state;
	world_init("SRTP_AEAD_AES_128_GCM");
	make_client();
	SSL_certs_clear(world.client);
	assert_int_equal(dm_dtls_create(&world.server, world.certificate, &world.client_fingerprint,
					server_send, &world),
			 0);
	run_handshake();
	assert_int_equal(server_state(), DM_DTLS_FAILED);
	assert_true(world.client_alert > 0);
	world_finish();
}

static void demands_srtp(void **state)
{
	static const char *const offers[] = { NULL, "SRTP_AES128_CM_SHA1_32" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		world_init(offers[i]);
		make_ends();
		run_handshake();
		assert_int_equal(server_state(), DM_DTLS_FAILED);
		assert_int_equal(world.client_alert, SSL_AD_HANDSHAKE_FAILURE);
		assert_true(dm_dtls_deadline(world.server) == DM_USEC_NEVER);
		world_finish();
	}
}

static void refuses_dtls_1_0(void **state)
{
	(void)state;
	world_init("SRTP_AES128_CM_SHA1_80");
	assert_true(SSL_CTX_set_min_proto_version(world.client_context, DTLS1_VERSION));
	assert_true(SSL_CTX_set_max_proto_version(world.client_context, DTLS1_VERSION));
	assert_true(SSL_CTX_set_cipher_list(world.client_context, "ALL:@SECLEVEL=0"));
	make_ends();
	run_handshake();
	assert_int_equal(server_state(), DM_DTLS_FAILED);
	assert_int_equal(world.client_alert, SSL_AD_PROTOCOL_VERSION);
	world_finish();
}

static void connects_over_bad_links(void **state)
{
	dm_usec longest = 0;

	(void)state;
	for (int round = 0; round < 150; round++) {
		world_init(round % 2 ? "SRTP_AEAD_AES_128_GCM" : "SRTP_AES128_CM_SHA1_80");
		world.loss = 25;
		world.repeat = 20;
		world.noise = 20;
		world.delay_max = DM_MSEC(60);
		make_ends();
		/* Small datagrams: the client's flight comes in pieces. */
		SSL_set_mtu(world.client, 300);

		const dm_usec from = now;

		run_handshake();
		if (server_state() != DM_DTLS_CONNECTED || !SSL_is_init_finished(world.client))
			fail_msg("round %d: %s", round, dm_dtls_reason(world.server));
		longest = now - from > longest ? now - from : longest;
		assert_same_keys(round % 2 ? DM_SRTP_AEAD_AES_128_GCM : DM_SRTP_AES128_CM_SHA1_80);
		world_finish();
	}
	printf("longest handshake: %lld ms\n", (long long)(longest / 1000));
}

static void accepts_big_certificates(void **state)
{
	EVP_PKEY *const small_key = client_key;
	X509 *const small_x509 = client_x509;

	(void)state;
	make_client_identity(EVP_RSA_gen(2048));
	world_init("SRTP_AEAD_AES_128_GCM");
	make_ends();
	SSL_set_mtu(world.client, 260);
	run_handshake();
	assert_int_equal(server_state(), DM_DTLS_CONNECTED);
	world_finish();
	drop_client_identity();
	client_key = small_key;
	client_x509 = small_x509;
}

/* Our last flight is lost: the client says Finished again, and we must answer again. */
static void repeats_its_last_flight(void **state)
{
	(void)state;
	for (unsigned lost = 1; lost <= 4; lost++) {
		world_init("SRTP_AEAD_AES_128_GCM");
		make_ends();
		step_client(NULL, 0);
		while (world.sent_by_server < 1)
			assert_true(step(DM_USEC_NEVER - 1));
		world.drop_from_server = lost;
		while (!SSL_is_init_finished(world.client))
			assert_true(step(now + DM_SEC(20)));
		assert_int_equal(world.drop_from_server, 0);
		assert_int_equal(server_state(), DM_DTLS_CONNECTED);
		assert_same_keys(DM_SRTP_AEAD_AES_128_GCM);
		world_finish();
	}
}

static void retransmits_and_gives_up(void **state)
{
	enum { FLIGHTS_MAX = 13 };
	static const int after_ms[FLIGHTS_MAX] = { 0,    50,   150,  350,   750,   1550, 3150,
						   4750, 6350, 7950, 13550, 19150, 24750 };
	dm_usec at[FLIGHTS_MAX] = { 0 };
	size_t flights = 0;

	(void)state;
	world_init("SRTP_AEAD_AES_128_GCM");
	make_ends();
	step_client(NULL, 0);
	world.client_is_gone = true;
	world.delay_max = 0;
	while (step(DM_USEC_NEVER - 1))
		;
	assert_int_equal(server_state(), DM_DTLS_FAILED);
	assert_string_equal(dm_dtls_reason(world.server), "handshake timed out");
	assert_true(dm_dtls_deadline(world.server) == DM_USEC_NEVER);
	/* Repeated, a flight's messages leave one by one. */
	for (size_t i = 0; i < world.sent_by_server && flights < FLIGHTS_MAX; i++) {
		if (flights == 0 || world.sent_at[i] != at[flights - 1])
			at[flights++] = world.sent_at[i];
	}
	assert_int_equal(flights, FLIGHTS_MAX);
	for (size_t i = 0; i < FLIGHTS_MAX; i++) {
		if (after_ms[i] != (at[i] - at[0]) / 1000)
			fail_msg("flight %zu after %lld ms", i, (long long)(at[i] - at[0]) / 1000);
	}
	assert_true(now - at[0] >= DM_SEC(29) && now - at[0] <= DM_SEC(30));
	world_finish();
}

static void gives_up_on_silence(void **state)
{
	(void)state;
	world_init("SRTP_AEAD_AES_128_GCM");
	make_ends();
	assert_int_equal(dm_dtls_tick(world.server, now), DM_DTLS_HANDSHAKE);
	assert_true(dm_dtls_deadline(world.server) == now + DM_SEC(30));
	assert_int_equal(dm_dtls_tick(world.server, now + DM_SEC(30) - 1), DM_DTLS_HANDSHAKE);
	assert_int_equal(dm_dtls_tick(world.server, now + DM_SEC(30)), DM_DTLS_FAILED);
	assert_int_equal(world.sent_by_server, 0);
	world_finish();
}

/* The suites have keys of two lengths and hashes. */
static void says_and_hears_with_every_suite(void **state)
{
	static const char *const suites[] = { "ECDHE-ECDSA-AES128-GCM-SHA256",
					      "ECDHE-ECDSA-AES256-GCM-SHA384" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		world_init("SRTP_AEAD_AES_128_GCM");
		assert_true(SSL_CTX_set_cipher_list(world.client_context, suites[i]));
		make_ends();
		step_client(NULL, 0);
		while (world.sent_by_server < 1)
			assert_true(step(DM_USEC_NEVER - 1));
		world.drop_from_server = 2;
		while (!SSL_is_init_finished(world.client))
			assert_true(step(now + DM_SEC(20)));
		assert_int_equal(world.epilogue.key_bytes, i == 0 ? 16 : 32);
		SSL_shutdown(world.client);
		while (step(now + DM_SEC(1)))
			;
		assert_int_equal(server_state(), DM_DTLS_CLOSED);
		world_finish();
	}
}

/* An alert in the clear, or one that somebody else made, closes nothing. */
static void hears_no_forged_close_notify(void **state)
{
	static const uint8_t clear[] = { 21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 1, 0 };
	struct datagram alert;

	(void)state;
	world_init("SRTP_AEAD_AES_128_GCM");
	make_ends();
	run_handshake();
	server_receive(clear, sizeof(clear));
	SSL_shutdown(world.client);
	assert_int_equal(world.queued, 1);
	alert = world.queue[0];
	for (size_t at = 0; at < alert.bytes; at++) {
		struct datagram forged = alert;

		forged.data[at] ^= (uint8_t)(1u << seed_below(8));
		server_receive(forged.data, forged.bytes);
		server_receive(alert.data, at);
	}
	assert_int_equal(server_state(), DM_DTLS_CONNECTED);
	server_receive(alert.data, alert.bytes);
	assert_int_equal(server_state(), DM_DTLS_CLOSED);
	world_finish();
}

static void hears_close_notify(void **state)
{
	(void)state;
	world_init("SRTP_AEAD_AES_128_GCM");
	make_ends();
	run_handshake();
	SSL_shutdown(world.client);
	while (step(now + DM_SEC(1)))
		;
	assert_int_equal(server_state(), DM_DTLS_CLOSED);
	world_finish();
}

static void says_close_notify(void **state)
{
	(void)state;
	world_init("SRTP_AEAD_AES_128_GCM");
	make_ends();
	run_handshake();
	assert_int_equal(world.sent_by_server, 2); /* it was made, not sent */
	server_send(&world, world.epilogue.goodbye, world.epilogue.goodbye_bytes);
	while (step(now + DM_SEC(1)))
		;
	assert_int_equal(SSL_get_shutdown(world.client) & SSL_RECEIVED_SHUTDOWN,
			 SSL_RECEIVED_SHUTDOWN);
	assert_int_equal(world.client_alert, SSL_AD_CLOSE_NOTIFY);
	world_finish();
}

static void ignores_data_noise_and_replays_when_connected(void **state)
{
	struct datagram record;

	(void)state;
	world_init("SRTP_AEAD_AES_128_GCM");
	make_ends();
	run_handshake();
	assert_int_equal(SSL_write(world.client, "data", 4), 4);
	assert_int_equal(world.queued, 1);
	record = world.queue[0];
	while (step(now + DM_SEC(1)))
		;
	for (int i = 0; i < 100; i++) {
		uint8_t noise[64];

		put_noise();
		deliver(0);
		seed_fill(noise, sizeof(noise));
		memcpy(noise, record.data, 13); /* a header of the right epoch */
		noise[10] = (uint8_t)(100 + i);
		server_receive(noise, sizeof(noise));
		server_receive(record.data, record.bytes);
		server_receive(record.data, 0);
	}
	assert_int_equal(server_state(), DM_DTLS_CONNECTED);
	world_finish();
}

/* Cut short, or one byte changed: whatever happens, it must not crash or connect wrongly. */
static void survives_mutated_handshakes(void **state)
{
	unsigned connected = 0;

	(void)state;
	for (int round = 0; round < 300; round++) {
		world_init("SRTP_AEAD_AES_128_GCM");
		make_ends();
		step_client(NULL, 0);
		for (int i = 0; i < 200 && step(now + DM_SEC(5)); i++) {
			if (world.queued > 0 && seed_below(3) == 0) {
				struct datagram *datagram =
					&world.queue[seed_below((uint32_t)world.queued)];

				datagram->data[seed_below((uint32_t)datagram->bytes)] ^=
					(uint8_t)(1u << seed_below(8));
				if (seed_below(4) == 0)
					datagram->bytes = 1 + seed_below((uint32_t)datagram->bytes);
			}
		}
		if (server_state() == DM_DTLS_CONNECTED && SSL_is_init_finished(world.client)) {
			assert_same_keys(DM_SRTP_AEAD_AES_128_GCM);
			connected++;
		}
		world_finish();
	}
	printf("connected in spite of it: %u of 300\n", connected);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connects_with_the_best_common_profile),
		cmocka_unit_test(shows_the_announced_certificate),
		cmocka_unit_test(checks_every_hash),
		cmocka_unit_test(refuses_a_truncated_fingerprint),
		cmocka_unit_test(demands_a_certificate),
		cmocka_unit_test(demands_srtp),
		cmocka_unit_test(refuses_dtls_1_0),
		cmocka_unit_test(connects_over_bad_links),
		cmocka_unit_test(accepts_big_certificates),
		cmocka_unit_test(repeats_its_last_flight),
		cmocka_unit_test(retransmits_and_gives_up),
		cmocka_unit_test(gives_up_on_silence),
		cmocka_unit_test(hears_close_notify),
		cmocka_unit_test(says_close_notify),
		cmocka_unit_test(says_and_hears_with_every_suite),
		cmocka_unit_test(hears_no_forged_close_notify),
		cmocka_unit_test(ignores_data_noise_and_replays_when_connected),
		cmocka_unit_test(survives_mutated_handshakes),
	};

	return cmocka_run_group_tests(tests, set_up_group, tear_down_group);
}
