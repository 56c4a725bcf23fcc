#include "transport/srtp_keys.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <errno.h>
#include <string.h>

enum label { /* RFC 3711, 4.3.1: of RTP's keys; RTCP's are three more (4.3.2) */
	     LABEL_ENCRYPTION = 0,
	     LABEL_AUTHENTICATION = 1,
	     LABEL_SALT = 2,
	     LABELS_PER_KIND = 3,
};

/* The AES-CM PRF (RFC 3711, 4.3.3) with a key derivation rate of 0: the label falls on byte 7 of
 * the salt, and the counter starts behind it. */
static bool prf(EVP_CIPHER_CTX *context, const uint8_t *salt, unsigned label, uint8_t *out,
		size_t bytes)
{
	static const uint8_t zeros[DM_SRTP_AUTH_KEY_BYTES];
	uint8_t iv[16] = { 0 };
	int done;

	memcpy(iv, salt, DM_SRTP_CM_SALT_BYTES);
	iv[7] ^= (uint8_t)label;
	return EVP_EncryptInit_ex(context, NULL, NULL, NULL, iv) == 1 &&
	       EVP_EncryptUpdate(context, out, &done, zeros, (int)bytes) == 1;
}

int dm_srtp_derive(struct dm_srtp_session_keys *keys, enum dm_srtp_profile profile,
		   enum dm_srtp_kind kind, const uint8_t *master_key, const uint8_t *master_salt)
{
	const unsigned first = kind == DM_SRTP_RTCP ? LABELS_PER_KIND : 0;
	const bool gcm = profile == DM_SRTP_AEAD_AES_128_GCM;
	const size_t salt_bytes = gcm ? DM_SRTP_GCM_SALT_BYTES : DM_SRTP_CM_SALT_BYTES;
	uint8_t salt[DM_SRTP_CM_SALT_BYTES] = { 0 }; /* GCM's is padded (RFC 7714, 11) */
	int error = -EIO;
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();

	memset(keys, 0, sizeof(*keys));
	memcpy(salt, master_salt, salt_bytes);
	if (context &&
	    EVP_EncryptInit_ex(context, EVP_aes_128_ctr(), NULL, master_key, NULL) == 1 &&
	    prf(context, salt, first + LABEL_ENCRYPTION, keys->key, sizeof(keys->key)) &&
	    (gcm ||
	     prf(context, salt, first + LABEL_AUTHENTICATION, keys->auth, sizeof(keys->auth))) &&
	    prf(context, salt, first + LABEL_SALT, keys->salt, salt_bytes))
		error = 0;
	EVP_CIPHER_CTX_free(context);
	OPENSSL_cleanse(salt, sizeof(salt));
	return error;
}

/*  0      4         8               14   16
 *  |  0   |  SSRC   |     index     | 0  |   xor   | salt, 14 bytes | 0 |  */
void dm_srtp_cm_iv(uint8_t iv[DM_SRTP_CM_IV_BYTES], const uint8_t *salt, uint32_t ssrc,
		   uint64_t index)
{
	memset(iv, 0, DM_SRTP_CM_IV_BYTES);
	dm_srtp_put_u32(iv + 4, ssrc);
	dm_srtp_put_u32(iv + 8, (uint32_t)(index >> 16));
	iv[12] = (uint8_t)(index >> 8);
	iv[13] = (uint8_t)index;
	for (size_t i = 0; i < DM_SRTP_CM_SALT_BYTES; i++)
		iv[i] ^= salt[i];
}

/*  0    2         6              12
 *  | 0  |  SSRC   |    index      |   xor   | salt |  */
void dm_srtp_gcm_iv(uint8_t iv[DM_SRTP_GCM_IV_BYTES], const uint8_t *salt, uint32_t ssrc,
		    uint64_t index)
{
	iv[0] = 0;
	iv[1] = 0;
	dm_srtp_put_u32(iv + 2, ssrc);
	dm_srtp_put_u32(iv + 6, (uint32_t)(index >> 16));
	iv[10] = (uint8_t)(index >> 8);
	iv[11] = (uint8_t)index;
	for (size_t i = 0; i < DM_SRTP_GCM_SALT_BYTES; i++)
		iv[i] ^= salt[i];
}

void dm_srtp_keys_wipe(struct dm_srtp_keys *keys)
{
	OPENSSL_cleanse(keys, sizeof(*keys));
}
