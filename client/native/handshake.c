#include "handshake.h"

#include "transport/dtls_epilogue.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MTU_BYTES       1200   /* below IPv6's 1,280 with its headers (RFC 8200, 5) */
#define FIRST_RESEND_US 50000u /* as browsers do; RFC 6347, 4.2.4.1 allows less than 1 s */
#define LAST_RESEND_US  2000000u
/* Every WebRTC peer has the first of these (RFC 8827, 6.5). */
#define SUITES      "ECDHE+AESGCM"
#define DAY_SECONDS (24 * 60 * 60)

struct dm_identity {
	SSL_CTX *context;
	BIO_METHOD *method;
	struct dm_fingerprint fingerprint;
};

struct dm_handshake {
	struct dm_identity *identity; /* borrowed */
	SSL *ssl;                     /* owned; NULL when done */
	struct dm_fingerprint expected;
	dm_datagram_cb *send;
	void *user;
	const uint8_t *datagram; /* borrowed while receiving; nullable */
	size_t datagram_bytes;
	enum dm_handshake_state state;
	bool capturing; /* the goodbye is written down, not sent */
	struct dm_dtls_epilogue farewell;
	struct dm_srtp_keys keys; /* once done, until exported */
};

static int on_bio_write(BIO *bio, const char *data, int bytes)
{
	struct dm_handshake *handshake = BIO_get_data(bio);
	struct dm_dtls_epilogue *farewell = &handshake->farewell;

	if (!handshake->capturing) {
		handshake->send(handshake->user, (const uint8_t *)data, (size_t)bytes);
	} else if (bytes <= DM_DTLS_GOODBYE_MAX) {
		memcpy(farewell->goodbye, data, (size_t)bytes);
		farewell->goodbye_bytes = (uint8_t)bytes;
	}
	return bytes;
}

/* One datagram is read in one go; what does not fit is cut off, as recv(2) does. */
static int on_bio_read(BIO *bio, char *data, int capacity)
{
	struct dm_handshake *handshake = BIO_get_data(bio);

	if (!handshake->datagram) {
		BIO_set_retry_read(bio);
		return -1;
	}

	const size_t room = (size_t)capacity;
	const size_t bytes = handshake->datagram_bytes < room ? handshake->datagram_bytes : room;

	BIO_clear_retry_flags(bio);
	memcpy(data, handshake->datagram, bytes);
	handshake->datagram = NULL;
	return (int)bytes;
}

static long on_bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
	(void)bio;
	(void)number;
	(void)pointer;
	return command == BIO_CTRL_FLUSH ? 1 : 0;
}

/* The fingerprint of the SDP stands in for a chain of trust (RFC 8122, 6.2): checked when done. No
 * chain is built, which would cost a third of a handshake. */
static int accept_any(X509_STORE_CTX *store, void *user)
{
	(void)store;
	(void)user;
	return 1;
}

static const EVP_MD *digest_of(enum dm_hash hash)
{
	switch (hash) {
	case DM_HASH_SHA1:
		return EVP_sha1();
	case DM_HASH_SHA256:
		return EVP_sha256();
	case DM_HASH_SHA384:
		return EVP_sha384();
	case DM_HASH_SHA512:
		return EVP_sha512();
	}
	return EVP_sha256();
}

static X509 *self_signed(EVP_PKEY *key)
{
	X509 *certificate = X509_new();

	if (!certificate)
		return NULL;

	X509_NAME *name = X509_get_subject_name(certificate);

	if (!X509_set_version(certificate, 2) ||
	    !ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) ||
	    !X509_gmtime_adj(X509_getm_notBefore(certificate), -DAY_SECONDS) ||
	    !X509_gmtime_adj(X509_getm_notAfter(certificate), 30L * DAY_SECONDS) ||
	    !X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
					(const unsigned char *)"dragoman-client", -1, -1, 0) ||
	    !X509_set_issuer_name(certificate, name) || !X509_set_pubkey(certificate, key) ||
	    !X509_sign(certificate, key, EVP_sha256())) {
		X509_free(certificate);
		return NULL;
	}
	return certificate;
}

static const char *profile_names(enum dm_profile_choice profiles)
{
	if (profiles == DM_PROFILE_GCM)
		return "SRTP_AEAD_AES_128_GCM";
	if (profiles == DM_PROFILE_SHA1)
		return "SRTP_AES128_CM_SHA1_80";
	return "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80";
}

static int set_up_context(struct dm_identity *identity, EVP_PKEY *key, X509 *certificate,
			  enum dm_profile_choice profiles)
{
	unsigned bytes = DM_FINGERPRINT_MAX;

	identity->context = SSL_CTX_new(DTLS_client_method());
	if (!identity->context)
		return -ENOMEM;
	/* SSL_CTX_set_tlsext_use_srtp alone returns 0 for success. */
	if (SSL_CTX_use_certificate(identity->context, certificate) != 1 ||
	    SSL_CTX_set_cipher_list(identity->context, SUITES) != 1 ||
	    SSL_CTX_use_PrivateKey(identity->context, key) != 1 ||
	    SSL_CTX_set_min_proto_version(identity->context, DTLS1_2_VERSION) != 1 ||
	    SSL_CTX_set_tlsext_use_srtp(identity->context, profile_names(profiles)) != 0 ||
	    X509_digest(certificate, EVP_sha256(), identity->fingerprint.value, &bytes) != 1)
		return -EIO;
	identity->fingerprint.hash = DM_HASH_SHA256;
	identity->fingerprint.bytes = bytes;
	SSL_CTX_set_options(identity->context, SSL_OP_NO_QUERY_MTU);
	SSL_CTX_set_verify(identity->context, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(identity->context, accept_any, NULL);
	SSL_CTX_set_read_ahead(identity->context, 1); /* whole datagrams */
	return 0;
}

static int set_up_method(struct dm_identity *identity)
{
	identity->method = BIO_meth_new(BIO_TYPE_SOURCE_SINK | BIO_get_new_index(), "datagrams");
	if (!identity->method)
		return -ENOMEM;
	BIO_meth_set_write(identity->method, on_bio_write);
	BIO_meth_set_read(identity->method, on_bio_read);
	BIO_meth_set_ctrl(identity->method, on_bio_ctrl);
	return 0;
}

int dm_identity_create(struct dm_identity **out, enum dm_profile_choice profiles)
{
	struct dm_identity *identity = calloc(1, sizeof(*identity));
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = key ? self_signed(key) : NULL;
	int error = -ENOMEM;

	*out = NULL;
	if (!identity || !certificate)
		goto free_all;
	error = set_up_context(identity, key, certificate, profiles);
	if (!error)
		error = set_up_method(identity);
	if (error)
		goto free_all;
	*out = identity;
	identity = NULL;

free_all:
	X509_free(certificate);
	EVP_PKEY_free(key);
	dm_identity_destroy(identity);
	return error;
}

void dm_identity_destroy(struct dm_identity *identity)
{
	if (!identity)
		return;
	SSL_CTX_free(identity->context);
	BIO_meth_free(identity->method);
	free(identity);
}

const struct dm_fingerprint *dm_identity_fingerprint(const struct dm_identity *identity)
{
	return &identity->fingerprint;
}

static unsigned next_timeout(SSL *ssl, unsigned last_us)
{
	(void)ssl;
	if (last_us == 0)
		return FIRST_RESEND_US;
	return last_us * 2 < LAST_RESEND_US ? last_us * 2 : LAST_RESEND_US;
}

int dm_handshake_create(struct dm_handshake **out, struct dm_identity *identity,
			const struct dm_fingerprint *expected, dm_datagram_cb *send, void *user)
{
	struct dm_handshake *handshake = calloc(1, sizeof(*handshake));
	BIO *bio = BIO_new(identity->method);

	*out = NULL;
	if (!handshake || !bio)
		goto free_bio;
	*handshake = (struct dm_handshake){
		.identity = identity, .expected = *expected, .send = send, .user = user
	};
	handshake->ssl = SSL_new(identity->context);
	if (!handshake->ssl)
		goto free_bio;
	BIO_set_data(bio, handshake);
	BIO_set_init(bio, 1);
	SSL_set_bio(handshake->ssl, bio, bio); /* takes the BIO */
	SSL_set_connect_state(handshake->ssl);
	DTLS_set_link_mtu(handshake->ssl, MTU_BYTES);
	DTLS_set_timer_cb(handshake->ssl, next_timeout);
	*out = handshake;
	return 0;

free_bio:
	BIO_free(bio);
	free(handshake);
	return -ENOMEM;
}

void dm_handshake_destroy(struct dm_handshake *handshake)
{
	if (!handshake)
		return;
	SSL_free(handshake->ssl);
	dm_dtls_epilogue_wipe(&handshake->farewell);
	dm_srtp_keys_wipe(&handshake->keys);
	free(handshake);
}

static bool is_expected(struct dm_handshake *handshake)
{
	X509 *certificate = SSL_get1_peer_certificate(handshake->ssl);
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned bytes = 0;
	const bool ok = certificate &&
			X509_digest(certificate, digest_of(handshake->expected.hash), digest,
				    &bytes) == 1 &&
			bytes == handshake->expected.bytes &&
			memcmp(digest, handshake->expected.value, bytes) == 0;

	X509_free(certificate);
	return ok;
}

static bool export_keys(SSL *ssl, struct dm_srtp_keys *keys)
{
	static const char label[] = "EXTRACTOR-dtls_srtp"; /* RFC 5764, 4.2 */
	uint8_t material[2 * (16 + 14)];
	const SRTP_PROTECTION_PROFILE *profile = SSL_get_selected_srtp_profile(ssl);

	if (!profile)
		return false;

	const bool gcm = profile->id == SRTP_AEAD_AES_128_GCM;
	const size_t salt_bytes = gcm ? 12 : 14; /* RFC 7714, 12; RFC 5764, 4.1.2 */

	if (SSL_export_keying_material(ssl, material, 2 * (16 + salt_bytes), label,
				       sizeof(label) - 1, NULL, 0, 0) != 1)
		return false;
	*keys = (struct dm_srtp_keys){ .profile = gcm ? DM_SRTP_AEAD_AES_128_GCM
						      : DM_SRTP_AES128_CM_SHA1_80 };
	memcpy(keys->local_key, material, 16);
	memcpy(keys->remote_key, material + 16, 16);
	memcpy(keys->local_salt, material + 32, salt_bytes);
	memcpy(keys->remote_salt, material + 32 + salt_bytes, salt_bytes);
	OPENSSL_cleanse(material, sizeof(material));
	return true;
}

/* The server, whose flight ends a full handshake (RFC 6347, 4.2.4), needs nothing more of us: keys
 * and farewell are taken, and OpenSSL's object goes. */
static enum dm_handshake_state finish(struct dm_handshake *handshake)
{
	const bool ok = is_expected(handshake) && export_keys(handshake->ssl, &handshake->keys) &&
			dm_dtls_epilogue_derive_key(&handshake->farewell, handshake->ssl);

	if (!ok)
		return DM_HANDSHAKE_FAILED;
	handshake->capturing = true;
	ERR_clear_error();
	SSL_shutdown(handshake->ssl);
	SSL_free(handshake->ssl);
	handshake->ssl = NULL;
	return DM_HANDSHAKE_DONE;
}

static enum dm_handshake_state advance(struct dm_handshake *handshake)
{
	if (handshake->state != DM_HANDSHAKE_RUNNING)
		return handshake->state;
	ERR_clear_error();

	const int result = SSL_do_handshake(handshake->ssl);

	if (result == 1)
		handshake->state = finish(handshake);
	else if (SSL_get_error(handshake->ssl, result) != SSL_ERROR_WANT_READ)
		handshake->state = DM_HANDSHAKE_FAILED;
	return handshake->state;
}

enum dm_handshake_state dm_handshake_start(struct dm_handshake *handshake)
{
	return advance(handshake);
}

enum dm_handshake_state dm_handshake_receive(struct dm_handshake *handshake, const uint8_t *data,
					     size_t bytes)
{
	if (handshake->state == DM_HANDSHAKE_DONE) {
		if (dm_dtls_epilogue_receive(&handshake->farewell, data, bytes) ==
		    DM_DTLS_HEARD_CLOSE)
			handshake->state = DM_HANDSHAKE_CLOSED;
		return handshake->state;
	}
	handshake->datagram = data;
	handshake->datagram_bytes = bytes;
	advance(handshake);
	handshake->datagram = NULL;
	return handshake->state;
}

enum dm_handshake_state dm_handshake_tick(struct dm_handshake *handshake)
{
	if (handshake->state == DM_HANDSHAKE_RUNNING) {
		ERR_clear_error();
		if (DTLSv1_handle_timeout(handshake->ssl) < 0)
			handshake->state = DM_HANDSHAKE_FAILED;
	}
	return handshake->state;
}

int dm_handshake_export(struct dm_handshake *handshake, struct dm_srtp_keys *keys)
{
	if (handshake->state != DM_HANDSHAKE_DONE)
		return -EAGAIN;
	*keys = handshake->keys;
	dm_srtp_keys_wipe(&handshake->keys);
	return 0;
}

void dm_handshake_close(struct dm_handshake *handshake)
{
	if (handshake->state == DM_HANDSHAKE_DONE && handshake->farewell.goodbye_bytes)
		handshake->send(handshake->user, handshake->farewell.goodbye,
				handshake->farewell.goodbye_bytes);
}
