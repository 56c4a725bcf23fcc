#include "farewell.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/ssl.h>

#include <string.h>

#define LABEL       "key expansion" /* RFC 5246, 6.3 */
#define LABEL_BYTES 13

/* The PRF of TLS 1.2 over both randoms, the server's first (RFC 5246, 6.3). */
static bool expand(SSL *ssl, uint8_t *block, size_t bytes)
{
	const EVP_MD *digest = SSL_CIPHER_get_handshake_digest(SSL_get_current_cipher(ssl));
	char *name = (char *)(uintptr_t)EVP_MD_get0_name(digest);
	uint8_t master[SSL_MAX_MASTER_KEY_LENGTH];
	const size_t master_bytes = SSL_SESSION_get_master_key(SSL_get_session(ssl), master,
							       sizeof(master));
	uint8_t seed[LABEL_BYTES + 2 * SSL3_RANDOM_SIZE];
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "TLS1-PRF", NULL);
	EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf); /* NULL for NULL */

	memcpy(seed, LABEL, LABEL_BYTES);
	SSL_get_server_random(ssl, seed + LABEL_BYTES, SSL3_RANDOM_SIZE);
	SSL_get_client_random(ssl, seed + LABEL_BYTES + SSL3_RANDOM_SIZE, SSL3_RANDOM_SIZE);

	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, name, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET, master, master_bytes),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, seed, sizeof(seed)),
		OSSL_PARAM_construct_end(),
	};
	const bool ok = context && EVP_KDF_derive(context, block, bytes, params) == 1;

	OPENSSL_cleanse(master, sizeof(master));
	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
	return ok;
}

bool dm_farewell_derive(struct dm_dtls_epilogue *farewell, SSL *ssl)
{
	/* Client's key, server's key, client's salt, server's salt (RFC 5246, 6.3; RFC 5288, 3). */
	uint8_t block[2 * (DM_DTLS_KEY_MAX + DM_DTLS_SALT_BYTES)];
	const SSL_CIPHER *cipher = SSL_get_current_cipher(ssl);
	const int kind = SSL_CIPHER_get_cipher_nid(cipher);
	const size_t key_bytes = (size_t)SSL_CIPHER_get_bits(cipher, NULL) / 8;

	if ((kind != NID_aes_128_gcm && kind != NID_aes_256_gcm) || key_bytes > DM_DTLS_KEY_MAX ||
	    !expand(ssl, block, 2 * (key_bytes + DM_DTLS_SALT_BYTES)))
		return false;
	farewell->key_bytes = (uint8_t)key_bytes;
	memcpy(farewell->key, block + key_bytes, key_bytes);
	memcpy(farewell->salt, block + 2 * key_bytes + DM_DTLS_SALT_BYTES, DM_DTLS_SALT_BYTES);
	OPENSSL_cleanse(block, sizeof(block));
	return true;
}
