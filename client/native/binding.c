#include "binding.h"

#include "base/reader.h"
#include "base/writer.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* RFC 8489, 5 and 18; RFC 8445, 16. */
#define MAGIC_COOKIE        0x2112a442u
#define HEADER_BYTES        20
#define BINDING_REQUEST     0x0001
#define BINDING_SUCCESS     0x0101
#define USERNAME            0x0006
#define MESSAGE_INTEGRITY   0x0008
#define PRIORITY            0x0024
#define USE_CANDIDATE       0x0025
#define FINGERPRINT         0x8028
#define ICE_CONTROLLING     0x802a
#define SHA1_BYTES          20
#define FINGERPRINT_XOR     0x5354554eu
#define PEER_REFLEXIVE_BEST 0x6effffffu /* type preference 110 (RFC 8445, 5.1.2.1) */

int dm_binding_init(struct dm_binding *binding, const char *local_ufrag, const char *remote_ufrag,
		    const char *remote_pwd)
{
	*binding = (struct dm_binding){ 0 };

	const int length = snprintf(binding->username, sizeof(binding->username), "%s:%s",
				    remote_ufrag, local_ufrag);

	if (length < 0 || (size_t)length >= sizeof(binding->username))
		return -EINVAL;
	if (strlen(remote_pwd) >= sizeof(binding->password))
		return -EINVAL;
	strcpy(binding->password, remote_pwd);
	if (RAND_bytes((uint8_t *)&binding->tie_breaker, sizeof(binding->tie_breaker)) != 1)
		return -EIO;
	return 0;
}

/* The CRC-32 of ITU V.42 (RFC 8489, 14.7). A request a second needs no table. */
static uint32_t crc32_of(const uint8_t *data, size_t bytes)
{
	uint32_t crc = 0xffffffffu;

	for (size_t i = 0; i < bytes; i++) {
		crc ^= data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

static bool hmac_sha1(const char *key, const uint8_t *data, size_t bytes, uint8_t *mac)
{
	unsigned size = SHA1_BYTES;

	return HMAC(EVP_sha1(), key, (int)strlen(key), data, bytes, mac, &size) != NULL;
}

int dm_binding_request(struct dm_binding *binding, uint8_t *data, size_t capacity_bytes)
{
	struct dm_writer writer = dm_writer_init(data, capacity_bytes);
	const size_t name_bytes = strlen(binding->username);
	uint8_t mac[SHA1_BYTES];

	if (RAND_bytes(binding->transaction, sizeof(binding->transaction)) != 1)
		return -EIO;
	dm_writer_u16(&writer, BINDING_REQUEST);
	dm_writer_u16(&writer, 0);
	dm_writer_u32(&writer, MAGIC_COOKIE);
	dm_writer_bytes(&writer, binding->transaction, sizeof(binding->transaction));
	dm_writer_u16(&writer, USERNAME);
	dm_writer_u16(&writer, (uint16_t)name_bytes);
	dm_writer_bytes(&writer, binding->username, name_bytes);
	dm_writer_zeros(&writer, (4 - name_bytes % 4) % 4);
	dm_writer_u32(&writer, PRIORITY << 16 | 4);
	dm_writer_u32(&writer, PEER_REFLEXIVE_BEST);
	dm_writer_u32(&writer, (uint32_t)ICE_CONTROLLING << 16 | 8);
	dm_writer_u64(&writer, binding->tie_breaker);
	dm_writer_u32(&writer, USE_CANDIDATE << 16);
	if (writer.failed)
		return -ENOSPC;

	/* The length that the MAC covers includes the MAC (RFC 8489, 14.5). */
	dm_writer_patch_u16(&writer, 2, (uint16_t)(writer.size - HEADER_BYTES + 4 + SHA1_BYTES));
	if (!hmac_sha1(binding->password, data, writer.size, mac))
		return -EIO;
	dm_writer_u32(&writer, MESSAGE_INTEGRITY << 16 | SHA1_BYTES);
	dm_writer_bytes(&writer, mac, sizeof(mac));
	if (writer.failed)
		return -ENOSPC;
	dm_writer_patch_u16(&writer, 2, (uint16_t)(writer.size - HEADER_BYTES + 8));

	const uint32_t crc = crc32_of(data, writer.size) ^ FINGERPRINT_XOR;

	dm_writer_u32(&writer, (uint32_t)FINGERPRINT << 16 | 4);
	dm_writer_u32(&writer, crc);
	return writer.failed ? -ENOSPC : (int)writer.size;
}

/* The MAC covers the message up to itself, with a length that ends with it. */
static bool mac_is_right(const struct dm_binding *binding, const uint8_t *data, size_t offset,
			 const uint8_t *mac)
{
	uint8_t copy[DM_BINDING_MAX];
	uint8_t right[SHA1_BYTES];
	const size_t length = offset - HEADER_BYTES + 4 + SHA1_BYTES;

	if (offset > sizeof(copy))
		return false;
	memcpy(copy, data, offset);
	copy[2] = (uint8_t)(length >> 8);
	copy[3] = (uint8_t)length;
	return hmac_sha1(binding->password, copy, offset, right) &&
	       CRYPTO_memcmp(mac, right, SHA1_BYTES) == 0;
}

bool dm_binding_answered(const struct dm_binding *binding, const uint8_t *data, size_t bytes)
{
	struct dm_reader reader = dm_reader_init(data, bytes);

	if (dm_reader_u16(&reader) != BINDING_SUCCESS)
		return false;
	if (dm_reader_u16(&reader) != bytes - HEADER_BYTES ||
	    dm_reader_u32(&reader) != MAGIC_COOKIE)
		return false;

	const uint8_t *transaction = dm_reader_bytes(&reader, sizeof(binding->transaction));

	if (!transaction || memcmp(transaction, binding->transaction, sizeof(binding->transaction)))
		return false;
	while (dm_reader_left(&reader) >= 4) {
		const size_t offset = reader.offset;
		const uint16_t type = dm_reader_u16(&reader);
		const uint16_t size = dm_reader_u16(&reader);
		const uint8_t *value = dm_reader_bytes(&reader, size);

		if (value && type == MESSAGE_INTEGRITY)
			return size == SHA1_BYTES && mac_is_right(binding, data, offset, value);
		dm_reader_skip(&reader, (4 - size % 4u) % 4);
	}
	return false;
}
