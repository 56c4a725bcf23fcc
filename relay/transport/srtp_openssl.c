#include "transport/srtp_openssl.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define PROFILES 2

/* What one thread keys anew for a packet. */
struct borrowed {
	struct dm_srtp_openssl contexts[PROFILES]; /* by profile; no cipher: not made yet */
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t borrowed_key;
static bool has_borrowed_key;

static EVP_MAC_CTX *new_mac(void)
{
	char digest[] = "SHA1";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *mac = EVP_MAC_CTX_new(hmac); /* NULL for NULL */

	EVP_MAC_free(hmac);
	if (mac && EVP_MAC_CTX_set_params(mac, params) == 1)
		return mac;
	EVP_MAC_CTX_free(mac);
	return NULL;
}

static bool set_keys(struct dm_srtp_openssl *crypto, const struct dm_srtp_session_keys *keys)
{
	memcpy(crypto->salt, keys->salt, sizeof(crypto->salt));
	return EVP_EncryptInit_ex(crypto->cipher, NULL, NULL, keys->key, NULL) == 1 &&
	       (!crypto->mac ||
		EVP_MAC_init(crypto->mac, keys->auth, sizeof(keys->auth), NULL) == 1);
}

int dm_srtp_openssl_init(struct dm_srtp_openssl *crypto, enum dm_srtp_profile profile,
			 const struct dm_srtp_session_keys *keys)
{
	const bool gcm = profile == DM_SRTP_AEAD_AES_128_GCM;
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, gcm ? "AES-128-GCM" : "AES-128-CTR", NULL);

	*crypto = (struct dm_srtp_openssl){
		.profile = profile,
		.cipher = EVP_CIPHER_CTX_new(),
		.mac = gcm ? NULL : new_mac(),
	};

	const bool ok = cipher && crypto->cipher && (gcm || crypto->mac) &&
			EVP_EncryptInit_ex(crypto->cipher, cipher, NULL, NULL, NULL) == 1 &&
			set_keys(crypto, keys);

	EVP_CIPHER_free(cipher); /* the context keeps its own reference */
	if (ok)
		return 0;
	dm_srtp_openssl_finish(crypto);
	return -EIO;
}

void dm_srtp_openssl_finish(struct dm_srtp_openssl *crypto)
{
	EVP_CIPHER_CTX_free(crypto->cipher);
	EVP_MAC_CTX_free(crypto->mac);
	OPENSSL_cleanse(crypto, sizeof(*crypto));
}

static void free_borrowed(void *value)
{
	struct borrowed *borrowed = value;

	for (size_t i = 0; i < PROFILES; i++)
		dm_srtp_openssl_finish(&borrowed->contexts[i]);
	free(borrowed);
}

static void make_borrowed_key(void)
{
	has_borrowed_key = pthread_key_create(&borrowed_key, free_borrowed) == 0;
}

static struct borrowed *borrowed_of_thread(void)
{
	if (pthread_once(&once, make_borrowed_key) != 0 || !has_borrowed_key)
		return NULL;

	struct borrowed *borrowed = pthread_getspecific(borrowed_key);

	if (borrowed)
		return borrowed;
	borrowed = calloc(1, sizeof(*borrowed));
	if (borrowed && pthread_setspecific(borrowed_key, borrowed) == 0)
		return borrowed;
	free(borrowed);
	return NULL;
}

struct dm_srtp_openssl *dm_srtp_openssl_borrow(enum dm_srtp_profile profile,
					       const struct dm_srtp_session_keys *keys)
{
	struct borrowed *borrowed = borrowed_of_thread();

	if (!borrowed)
		return NULL;

	struct dm_srtp_openssl *crypto = &borrowed->contexts[profile];

	if (!crypto->cipher)
		return dm_srtp_openssl_init(crypto, profile, keys) == 0 ? crypto : NULL;
	return set_keys(crypto, keys) ? crypto : NULL;
}

/* Feeds the vector and what is authenticated but not encrypted. */
static bool begin_gcm(const struct dm_srtp_openssl *crypto, const struct dm_srtp_span *span,
		      bool encrypt)
{
	uint8_t iv[DM_SRTP_GCM_IV_BYTES];
	int done;

	dm_srtp_gcm_iv(iv, crypto->salt, span->ssrc, span->index);
	return EVP_CipherInit_ex(crypto->cipher, NULL, NULL, NULL, iv, encrypt) == 1 &&
	       EVP_CipherUpdate(crypto->cipher, NULL, &done, span->packet,
				(int)span->clear_bytes) == 1 &&
	       (span->more_bytes == 0 || EVP_CipherUpdate(crypto->cipher, NULL, &done, span->more,
							  (int)span->more_bytes) == 1);
}

/* Encrypts or decrypts what follows the clear bytes; with GCM decrypting, checks the tag. */
static bool run_cipher(const struct dm_srtp_openssl *crypto, const struct dm_srtp_span *span)
{
	uint8_t *text = span->packet + span->clear_bytes;
	const int bytes = (int)(span->bytes - span->clear_bytes);
	int done;

	return (bytes == 0 || EVP_CipherUpdate(crypto->cipher, text, &done, text, bytes) == 1) &&
	       EVP_CipherFinal_ex(crypto->cipher, text + bytes, &done) == 1;
}

static bool run_ctr(const struct dm_srtp_openssl *crypto, const struct dm_srtp_span *span)
{
	uint8_t iv[DM_SRTP_CM_IV_BYTES];

	dm_srtp_cm_iv(iv, crypto->salt, span->ssrc, span->index);
	return EVP_CipherInit_ex(crypto->cipher, NULL, NULL, NULL, iv, true) == 1 &&
	       run_cipher(crypto, span);
}

/* Of the packet and `more`; the first DM_SRTP_CM_TAG_BYTES are the tag (RFC 3711, 4.2.1). */
static bool run_mac(const struct dm_srtp_openssl *crypto, const struct dm_srtp_span *span,
		    uint8_t mac[20])
{
	size_t bytes;

	/* No key: the padded one, already hashed, is taken again. */
	return EVP_MAC_init(crypto->mac, NULL, 0, NULL) == 1 &&
	       EVP_MAC_update(crypto->mac, span->packet, span->bytes) == 1 &&
	       EVP_MAC_update(crypto->mac, span->more, span->more_bytes) == 1 &&
	       EVP_MAC_final(crypto->mac, mac, &bytes, 20) == 1;
}

bool dm_srtp_openssl_seal(struct dm_srtp_openssl *crypto, const struct dm_srtp_span *span)
{
	uint8_t mac[20];

	if (crypto->profile == DM_SRTP_AEAD_AES_128_GCM)
		return begin_gcm(crypto, span, true) && run_cipher(crypto, span) &&
		       EVP_CIPHER_CTX_ctrl(crypto->cipher, EVP_CTRL_AEAD_GET_TAG,
					   DM_SRTP_GCM_TAG_BYTES, span->tag) == 1;
	if (!run_ctr(crypto, span) || !run_mac(crypto, span, mac))
		return false;
	memcpy(span->tag, mac, DM_SRTP_CM_TAG_BYTES);
	return true;
}

bool dm_srtp_openssl_open(struct dm_srtp_openssl *crypto, const struct dm_srtp_span *span)
{
	uint8_t mac[20];

	if (crypto->profile == DM_SRTP_AEAD_AES_128_GCM)
		return begin_gcm(crypto, span, false) &&
		       EVP_CIPHER_CTX_ctrl(crypto->cipher, EVP_CTRL_AEAD_SET_TAG,
					   DM_SRTP_GCM_TAG_BYTES, span->tag) == 1 &&
		       run_cipher(crypto, span);
	return run_mac(crypto, span, mac) &&
	       CRYPTO_memcmp(span->tag, mac, DM_SRTP_CM_TAG_BYTES) == 0 && run_ctr(crypto, span);
}
