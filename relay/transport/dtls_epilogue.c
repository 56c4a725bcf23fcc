#include "transport/dtls_epilogue.h"

#include "base/reader.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/ssl.h>

#include <string.h>

#define HEADER_BYTES   13 /* RFC 6347, 4.1 */
#define NONCE_BYTES    8  /* explicit (RFC 5288, 3) */
#define TAG_BYTES      16
#define PLAIN_MAX      64 /* a Finished has 24 bytes, an alert 2; longer ones do not matter */
#define TYPE_ALERT     21
#define TYPE_HANDSHAKE 22
#define EPOCH          1
#define LABEL          "key expansion"
#define LABEL_BYTES    13
#define FINISHED       20 /* RFC 5246, 7.4 */
#define FATAL          2  /* RFC 5246, 7.2 */
#define CLOSE_NOTIFY   0
#define JUDGED_MAX     2 /* records of a datagram: an honest one has one of these; choice */

/*  0      1         3       5                 11       13
 *  | type | version | epoch | sequence number | length | nonce (8) | ... | tag (16) |  */
struct record {
	const uint8_t *header;
	const uint8_t *body; /* from the nonce on */
	size_t plain_bytes;
};

static bool decrypt(const struct dm_dtls_epilogue *epilogue, const struct record *record,
		    uint8_t *plain, EVP_CIPHER_CTX *context)
{
	const EVP_CIPHER *cipher = epilogue->key_bytes == 32 ? EVP_aes_256_gcm()
							     : EVP_aes_128_gcm();
	const uint8_t *tag = record->body + NONCE_BYTES + record->plain_bytes;
	uint8_t iv[DM_DTLS_SALT_BYTES + NONCE_BYTES];
	uint8_t tag_copy[TAG_BYTES];
	/* Epoch and sequence number, type, version, plain length (RFC 5246, 6.2.3.3). */
	uint8_t more[HEADER_BYTES];
	int done;

	memcpy(iv, epilogue->salt, DM_DTLS_SALT_BYTES);
	memcpy(iv + DM_DTLS_SALT_BYTES, record->body, NONCE_BYTES);
	memcpy(more, record->header + 3, 8);
	memcpy(more + 8, record->header, 3);
	more[11] = 0;
	more[12] = (uint8_t)record->plain_bytes;
	memcpy(tag_copy, tag, TAG_BYTES);
	return EVP_DecryptInit_ex(context, cipher, NULL, epilogue->key, iv) == 1 &&
	       EVP_DecryptUpdate(context, NULL, &done, more, sizeof(more)) == 1 &&
	       EVP_DecryptUpdate(context, plain, &done, record->body + NONCE_BYTES,
				 (int)record->plain_bytes) == 1 &&
	       EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TAG_BYTES, tag_copy) == 1 &&
	       EVP_DecryptFinal_ex(context, plain + done, &done) == 1;
}

static enum dm_dtls_heard judge(const struct dm_dtls_epilogue *epilogue,
				const struct record *record)
{
	uint8_t plain[PLAIN_MAX];
	enum dm_dtls_heard heard = DM_DTLS_HEARD_NOTHING;
	/* Allocated, but only for what looks like an alert or a repeated flight. */
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();

	if (context && decrypt(epilogue, record, plain, context)) {
		if (record->header[0] == TYPE_HANDSHAKE && plain[0] == FINISHED)
			heard = DM_DTLS_HEARD_REPEAT;
		else if (record->header[0] == TYPE_ALERT && record->plain_bytes >= 2 &&
			 (plain[0] == FATAL || plain[1] == CLOSE_NOTIFY))
			heard = DM_DTLS_HEARD_CLOSE;
	}
	EVP_CIPHER_CTX_free(context);
	return heard;
}

enum dm_dtls_heard dm_dtls_epilogue_receive(const struct dm_dtls_epilogue *epilogue,
					    const uint8_t *data, size_t size_bytes)
{
	struct dm_reader reader = dm_reader_init(data, size_bytes);
	enum dm_dtls_heard heard = DM_DTLS_HEARD_NOTHING;
	unsigned judged = 0;

	while (judged < JUDGED_MAX && dm_reader_left(&reader) > 0) {
		struct record record = { .header = data + reader.offset };
		const uint8_t type = dm_reader_u8(&reader);

		dm_reader_skip(&reader, 2);

		const uint16_t epoch = dm_reader_u16(&reader);

		dm_reader_skip(&reader, 6);

		const size_t bytes = dm_reader_u16(&reader);

		record.body = dm_reader_bytes(&reader, bytes);
		if (!record.body || bytes <= NONCE_BYTES + TAG_BYTES || epoch != EPOCH ||
		    (type != TYPE_ALERT && type != TYPE_HANDSHAKE))
			continue;
		record.plain_bytes = bytes - NONCE_BYTES - TAG_BYTES;
		if (record.plain_bytes > PLAIN_MAX)
			continue;
		judged++;

		const enum dm_dtls_heard one = judge(epilogue, &record);

		heard = one > heard ? one : heard;
	}
	return heard;
}

/* PRF(master secret, "key expansion", server random, client random): RFC 5246, 6.3. */
static bool make_key_block(SSL *ssl, uint8_t *block, size_t bytes)
{
	const EVP_MD *digest = SSL_CIPHER_get_handshake_digest(SSL_get_current_cipher(ssl));
	char *name = (char *)(uintptr_t)EVP_MD_get0_name(digest);
	uint8_t master[SSL_MAX_MASTER_KEY_LENGTH];
	const size_t master_bytes = SSL_SESSION_get_master_key(SSL_get_session(ssl), master,
							       sizeof(master));
	uint8_t seed[LABEL_BYTES + 2 * SSL3_RANDOM_SIZE] = LABEL;
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "TLS1-PRF", NULL);
	EVP_KDF_CTX *context = EVP_KDF_CTX_new(kdf); /* NULL for NULL */

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

bool dm_dtls_epilogue_derive_key(struct dm_dtls_epilogue *epilogue, SSL *ssl)
{
	/* For AES-GCM the keys of both, then their salts; the client's come first. */
	uint8_t block[2 * (DM_DTLS_KEY_MAX + DM_DTLS_SALT_BYTES)];
	const SSL_CIPHER *suite = SSL_get_current_cipher(ssl);
	const int kind = SSL_CIPHER_get_cipher_nid(suite);
	const size_t key_bytes = (size_t)SSL_CIPHER_get_bits(suite, NULL) / 8;
	const size_t peer = SSL_is_server(ssl) ? 0 : 1; /* its place among the two */

	if ((kind != NID_aes_128_gcm && kind != NID_aes_256_gcm) || key_bytes > DM_DTLS_KEY_MAX ||
	    !make_key_block(ssl, block, 2 * (key_bytes + DM_DTLS_SALT_BYTES)))
		return false;
	epilogue->key_bytes = (uint8_t)key_bytes;
	memcpy(epilogue->key, block + peer * key_bytes, key_bytes);
	memcpy(epilogue->salt, block + 2 * key_bytes + peer * DM_DTLS_SALT_BYTES,
	       DM_DTLS_SALT_BYTES);
	OPENSSL_cleanse(block, sizeof(block));
	return true;
}

void dm_dtls_epilogue_wipe(struct dm_dtls_epilogue *epilogue)
{
	OPENSSL_cleanse(epilogue, sizeof(*epilogue));
}
