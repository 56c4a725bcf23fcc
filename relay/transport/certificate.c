#include "transport/certificate.h"

#include "transport/dtls.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/srtp.h>
#include <openssl/x509.h>

#include <errno.h>
#include <stdlib.h>

#define VALID_FROM -24 * 60 * 60     /* seconds: peers' clocks may be behind; choice */
#define VALID_TO   30 * 24 * 60 * 60 /* seconds: longer than any event; choice, as browsers */

bool dm_fingerprint_of(X509 *x509, enum dm_hash hash, struct dm_fingerprint *fingerprint)
{
	static const char *const names[] = {
		[DM_HASH_SHA1] = "SHA1",
		[DM_HASH_SHA256] = "SHA256",
		[DM_HASH_SHA384] = "SHA384",
		[DM_HASH_SHA512] = "SHA512",
	};
	unsigned int bytes = 0;
	EVP_MD *digest = EVP_MD_fetch(NULL, names[hash], NULL);

	if (!digest)
		return false;
	*fingerprint = (struct dm_fingerprint){ .hash = hash };

	const bool ok = X509_digest(x509, digest, fingerprint->value, &bytes) == 1;

	fingerprint->bytes = bytes;
	EVP_MD_free(digest);
	return ok;
}

/* Nothing in it tells one relay, or one start of it, from another (RFC 8827, 6.5). */
static bool fill_x509(X509 *x509, EVP_PKEY *key)
{
	uint64_t serial;
	X509_NAME *name = X509_get_subject_name(x509);

	return RAND_bytes((unsigned char *)&serial, sizeof(serial)) == 1 &&
	       X509_set_version(x509, X509_VERSION_3) &&
	       ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), serial >> 1 | 1) &&
	       X509_gmtime_adj(X509_getm_notBefore(x509), VALID_FROM) &&
	       X509_gmtime_adj(X509_getm_notAfter(x509), VALID_TO) &&
	       X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"WebRTC",
					  -1, -1, 0) &&
	       X509_set_issuer_name(x509, name) && X509_set_pubkey(x509, key) &&
	       X509_sign(x509, key, EVP_sha256()) > 0;
}

/* Both owned by the caller, NULL on failure. */
static int make_key_and_x509(EVP_PKEY **key, X509 **x509)
{
	*x509 = NULL;
	*key = EVP_EC_gen("P-256");
	if (!*key)
		return -EIO;
	*x509 = X509_new();
	if (!*x509 || !fill_x509(*x509, *key)) {
		X509_free(*x509);
		EVP_PKEY_free(*key);
		*x509 = NULL;
		*key = NULL;
		return -EIO;
	}
	return 0;
}

/* Called with every ClientHello once its extensions are read, server name or not. The only place
 * where a missing SRTP profile can be answered with the right alert, before any key is made. */
static int require_srtp(SSL *ssl, int *alert, void *unused)
{
	(void)unused;
	if (SSL_get_selected_srtp_profile(ssl))
		return SSL_TLSEXT_ERR_OK;
	*alert = SSL_AD_HANDSHAKE_FAILURE;
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

static bool set_up(SSL_CTX *context, EVP_PKEY *key, X509 *x509)
{
	/* ECDHE alone gives forward secrecy; the AEAD suites are what browsers must have
	 * (RFC 8827, 6.5). */
	static const char suites[] = "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384";
	static const char srtp_profiles[] = "SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80";

	SSL_CTX_set_options(context, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET |
					     SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
					     SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_cert_verify_callback(context, dm_dtls_verify_peer, NULL);
	SSL_CTX_set_tlsext_servername_callback(context, require_srtp);
	return SSL_CTX_set_min_proto_version(context, DTLS1_2_VERSION) &&
	       SSL_CTX_set_max_proto_version(context, DTLS1_2_VERSION) &&
	       SSL_CTX_set_cipher_list(context, suites) &&
	       SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") &&
	       SSL_CTX_use_certificate(context, x509) && SSL_CTX_use_PrivateKey(context, key) &&
	       SSL_CTX_set_tlsext_use_srtp(context, srtp_profiles) == 0; /* 0 is success here */
}

int dm_certificate_create(struct dm_certificate **out)
{
	EVP_PKEY *key;
	X509 *x509;
	int error;

	*out = NULL;

	struct dm_certificate *certificate = calloc(1, sizeof(*certificate));

	if (!certificate)
		return -ENOMEM;
	error = make_key_and_x509(&key, &x509);
	if (error)
		goto free_certificate;
	error = -EIO;
	certificate->method = dm_dtls_bio_method_create();
	certificate->context = SSL_CTX_new(DTLS_server_method());
	if (!certificate->method || !certificate->context ||
	    !set_up(certificate->context, key, x509) ||
	    !dm_fingerprint_of(x509, DM_HASH_SHA256, &certificate->fingerprint))
		goto free_x509;
	*out = certificate;
	certificate = NULL; /* the caller's now */
	error = 0;
free_x509:
	X509_free(x509);
	EVP_PKEY_free(key);
free_certificate:
	dm_certificate_destroy(certificate);
	return error;
}

void dm_certificate_destroy(struct dm_certificate *certificate)
{
	if (!certificate)
		return;
	SSL_CTX_free(certificate->context);
	BIO_meth_free(certificate->method);
	free(certificate);
}

const struct dm_fingerprint *dm_certificate_fingerprint(const struct dm_certificate *certificate)
{
	return &certificate->fingerprint;
}
