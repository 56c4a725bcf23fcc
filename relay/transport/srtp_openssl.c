#include "transport/srtp_openssl.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <errno.h>
#include <string.h>

static bool set_mac(struct dm_srtp_openssl *crypto, const uint8_t *key)
{
	char digest[] = "SHA1";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);

	crypto->mac = EVP_MAC_CTX_new(hmac); /* NULL for NULL */
	EVP_MAC_free(hmac);
	return crypto->mac && EVP_MAC_init(crypto->mac, key, DM_SRTP_AUTH_KEY_BYTES, params) == 1;
}

int dm_srtp_openssl_init(struct dm_srtp_openssl *crypto, enum dm_srtp_profile profile,
			 const struct dm_srtp_session_keys *keys)
{
	const bool gcm = profile == DM_SRTP_AEAD_AES_128_GCM;
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, gcm ? "AES-128-GCM" : "AES-128-CTR", NULL);

	*crypto = (struct dm_srtp_openssl){ .profile = profile };
	memcpy(crypto->salt, keys->salt, sizeof(crypto->salt));
	crypto->cipher = EVP_CIPHER_CTX_new();

	const bool ok = cipher && crypto->cipher &&
			EVP_EncryptInit_ex(crypto->cipher, cipher, NULL, keys->key, NULL) == 1 &&
			(gcm || set_mac(crypto, keys->auth));

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

static bool seal_gcm(struct dm_srtp_openssl *crypto, const struct dm_srtp_span *span)
{
	EVP_CIPHER_CTX *cipher = crypto->cipher;
	uint8_t *plain = span->packet + span->clear_bytes;
	const int plain_bytes = (int)(span->bytes - span->clear_bytes);
	uint8_t iv[DM_SRTP_GCM_IV_BYTES];
	int done;

	dm_srtp_gcm_iv(iv, crypto->salt, span->ssrc, span->index);
	return EVP_EncryptInit_ex(cipher, NULL, NULL, NULL, iv) == 1 &&
	       EVP_EncryptUpdate(cipher, NULL, &done, span->packet, (int)span->clear_bytes) == 1 &&
	       (span->more_bytes == 0 ||
		EVP_EncryptUpdate(cipher, NULL, &done, span->more, (int)span->more_bytes) == 1) &&
	       (plain_bytes == 0 ||
		EVP_EncryptUpdate(cipher, plain, &done, plain, plain_bytes) == 1) &&
	       EVP_EncryptFinal_ex(cipher, plain + plain_bytes, &done) == 1 &&
	       EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, DM_SRTP_GCM_TAG_BYTES,
				   span->tag) == 1;
}

static bool seal_cm(struct dm_srtp_openssl *crypto, const struct dm_srtp_span *span)
{
	uint8_t *plain = span->packet + span->clear_bytes;
	const int plain_bytes = (int)(span->bytes - span->clear_bytes);
	uint8_t iv[DM_SRTP_CM_IV_BYTES];
	uint8_t mac[20];
	size_t mac_bytes;
	int done;

	dm_srtp_cm_iv(iv, crypto->salt, span->ssrc, span->index);
	/* No key: the padded one, already hashed, is taken again. */
	if (EVP_EncryptInit_ex(crypto->cipher, NULL, NULL, NULL, iv) != 1 ||
	    (plain_bytes > 0 &&
	     EVP_EncryptUpdate(crypto->cipher, plain, &done, plain, plain_bytes) != 1) ||
	    EVP_MAC_init(crypto->mac, NULL, 0, NULL) != 1 ||
	    EVP_MAC_update(crypto->mac, span->packet, span->bytes) != 1 ||
	    EVP_MAC_update(crypto->mac, span->more, span->more_bytes) != 1 ||
	    EVP_MAC_final(crypto->mac, mac, &mac_bytes, sizeof(mac)) != 1)
		return false;
	memcpy(span->tag, mac, DM_SRTP_CM_TAG_BYTES);
	return true;
}

bool dm_srtp_openssl_seal(struct dm_srtp_openssl *crypto, const struct dm_srtp_span *span)
{
	return crypto->profile == DM_SRTP_AEAD_AES_128_GCM ? seal_gcm(crypto, span)
							   : seal_cm(crypto, span);
}
