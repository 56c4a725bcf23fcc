#include "transport/stun.h"

#include "base/reader.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <string.h>

#define MAGIC_COOKIE      UINT32_C(0x2112A442) /* RFC 8489, 5 */
#define FINGERPRINT_XOR   UINT32_C(0x5354554e) /* RFC 8489, 14.7 */
#define MAC_BYTES         20                   /* HMAC-SHA1 */
#define INTEGRITY_BYTES   (4 + MAC_BYTES)
#define FINGERPRINT_BYTES 8

enum attribute { /* RFC 8489, 18.4; RFC 8445, 16.1 */
		 MAPPED_ADDRESS = 0x0001,
		 USERNAME = 0x0006,
		 MESSAGE_INTEGRITY = 0x0008,
		 ERROR_CODE = 0x0009,
		 UNKNOWN_ATTRIBUTES = 0x000A,
		 REALM = 0x0014,
		 NONCE = 0x0015,
		 MESSAGE_INTEGRITY_SHA256 = 0x001C,
		 PASSWORD_ALGORITHM = 0x001D,
		 USERHASH = 0x001E,
		 XOR_MAPPED_ADDRESS = 0x0020,
		 PRIORITY = 0x0024,
		 USE_CANDIDATE = 0x0025,
		 FINGERPRINT = 0x8028,
		 ICE_CONTROLLED = 0x8029,
		 ICE_CONTROLLING = 0x802A,
		 COMPREHENSION_OPTIONAL = 0x8000, /* this bit: may be ignored (RFC 8489, 14) */
};

static uint32_t crc32_of(const uint8_t *data, size_t size_bytes)
{
	/* ITU-T V.42, reflected, half a byte at a time. */
	static const uint32_t table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
		0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < size_bytes; i++) {
		crc ^= data[i];
		crc = (crc >> 4) ^ table[crc & 15];
		crc = (crc >> 4) ^ table[crc & 15];
	}
	return ~crc;
}

/* The CRC or MAC covers the message up to its attribute, under a header whose length already
 * counts that attribute. `copy` holds `until` bytes. */
static void covered_bytes(uint8_t *copy, const uint8_t *data, size_t until, size_t attribute_bytes)
{
	const size_t length = until + attribute_bytes - DM_STUN_HEADER_BYTES;

	memcpy(copy, data, until);
	copy[2] = (uint8_t)(length >> 8);
	copy[3] = (uint8_t)length;
}

static bool mac_of(const uint8_t *data, size_t until, const char *password, uint8_t mac[MAC_BYTES])
{
	uint8_t copy[DM_STUN_SIZE_MAX];
	unsigned int mac_bytes = MAC_BYTES;

	if (until > sizeof(copy))
		return false;
	covered_bytes(copy, data, until, INTEGRITY_BYTES);
	return HMAC(EVP_sha1(), password, (int)strlen(password), copy, until, mac, &mac_bytes) !=
	       NULL;
}

static void read_mapped(struct dm_stun_message *message, struct dm_reader value)
{
	dm_reader_skip(&value, 1);

	const uint8_t family = dm_reader_u8(&value);
	const uint16_t port = dm_reader_u16(&value);
	const size_t ip_bytes = family == 1 ? 4 : 16;
	const uint8_t *ip = dm_reader_bytes(&value, ip_bytes);

	if (value.failed || (family != 1 && family != 2))
		return;
	message->mapped = (struct dm_address){ .family = family == 1 ? AF_INET : AF_INET6 };
	message->mapped.port = (uint16_t)(port ^ (MAGIC_COOKIE >> 16));
	/* The cookie and the transaction id stand next to each other in the header. */
	for (size_t i = 0; i < ip_bytes; i++)
		message->mapped.ip[i] = (uint8_t)(ip[i] ^ message->data[4 + i]);
}

static void read_error(struct dm_stun_message *message, struct dm_reader value)
{
	dm_reader_skip(&value, 2);

	const unsigned hundreds = dm_reader_u8(&value) & 7;
	const unsigned rest = dm_reader_u8(&value);

	if (!value.failed)
		message->error = (uint16_t)(hundreds * 100 + rest);
}

static void note_unknown(struct dm_stun_message *message, uint16_t type)
{
	if (message->unknown_count < DM_STUN_UNKNOWN_MAX)
		message->unknown[message->unknown_count++] = type;
}

/* False when an attribute that we rely on has a wrong size. Of repeated ones the first counts
 * (RFC 8489, 14). */
static bool read_attribute(struct dm_stun_message *message, uint16_t type, struct dm_reader value)
{
	const size_t bytes = dm_reader_left(&value);

	switch (type) {
	case USERNAME:
		if (!message->username) {
			message->username = dm_reader_bytes(&value, bytes);
			message->username_bytes = bytes;
		}
		return true;
	case PRIORITY:
		message->priority = dm_reader_u32(&value);
		return bytes == 4;
	case USE_CANDIDATE:
		message->use_candidate = true;
		return bytes == 0;
	case ICE_CONTROLLING:
		message->controlling = true;
		return bytes == 8;
	case ICE_CONTROLLED:
		message->controlled = true;
		return bytes == 8;
	case XOR_MAPPED_ADDRESS:
		if (message->mapped.family == AF_UNSPEC)
			read_mapped(message, value);
		return true;
	case ERROR_CODE:
		read_error(message, value);
		return true;
	case MAPPED_ADDRESS:
	case UNKNOWN_ATTRIBUTES:
	case REALM:
	case NONCE:
	case MESSAGE_INTEGRITY_SHA256:
	case PASSWORD_ALGORITHM:
	case USERHASH:
		return true; /* known, of no use here */
	default:
		if (!(type & COMPREHENSION_OPTIONAL))
			note_unknown(message, type);
		return true;
	}
}

static bool read_attributes(struct dm_stun_message *message, struct dm_reader *reader)
{
	while (dm_reader_left(reader) > 0) {
		const size_t at = reader->offset;
		const uint16_t type = dm_reader_u16(reader);
		const size_t bytes = dm_reader_u16(reader);
		const struct dm_reader value = dm_reader_sub(reader, bytes);

		dm_reader_skip(reader, (4 - bytes % 4) % 4);
		if (reader->failed)
			return false;
		if (type == FINGERPRINT) {
			/* Always the last attribute (RFC 8489, 14.7). */
			message->fingerprint_at = at;
			return bytes == 4 && dm_reader_left(reader) == 0;
		}
		if (message->integrity_at)
			continue;
		if (type == MESSAGE_INTEGRITY) {
			if (bytes != MAC_BYTES)
				return false;
			message->integrity_at = at;
		} else if (!read_attribute(message, type, value)) {
			return false;
		}
	}
	return !reader->failed;
}

bool dm_stun_parse(struct dm_stun_message *message, const uint8_t *data, size_t size_bytes)
{
	struct dm_reader reader = dm_reader_init(data, size_bytes);
	const uint16_t type = dm_reader_u16(&reader);
	const uint16_t length = dm_reader_u16(&reader);
	const uint32_t cookie = dm_reader_u32(&reader);
	const uint8_t *transaction = dm_reader_bytes(&reader, DM_STUN_TRANSACTION_BYTES);

	if (reader.failed || size_bytes > DM_STUN_SIZE_MAX || type & 0xc000 ||
	    cookie != MAGIC_COOKIE || length % 4 != 0 || length != dm_reader_left(&reader))
		return false;
	*message = (struct dm_stun_message){
		.data = data,
		.size = size_bytes,
		.transaction = transaction,
		/* The class bits stand at 8 and 4 within the method's (RFC 8489, 5). */
		.class = (enum dm_stun_class)((type >> 7 & 2) | (type >> 4 & 1)),
		.method = (uint16_t)((type & 0xf) | (type >> 1 & 0x70) | (type >> 2 & 0xf80)),
	};
	return read_attributes(message, &reader);
}

bool dm_stun_fingerprint_ok(const struct dm_stun_message *message)
{
	if (!message->fingerprint_at)
		return false;

	struct dm_reader reader = dm_reader_init(message->data, message->size);

	dm_reader_skip(&reader, message->fingerprint_at + 4);
	return dm_reader_u32(&reader) ==
	       (crc32_of(message->data, message->fingerprint_at) ^ FINGERPRINT_XOR);
}

bool dm_stun_integrity_ok(const struct dm_stun_message *message, const char *password)
{
	uint8_t mac[MAC_BYTES];

	return message->integrity_at &&
	       mac_of(message->data, message->integrity_at, password, mac) &&
	       CRYPTO_memcmp(mac, message->data + message->integrity_at + 4, MAC_BYTES) == 0;
}

void dm_stun_begin(struct dm_writer *writer, enum dm_stun_class class, uint16_t method,
		   const uint8_t *transaction)
{
	const unsigned c = (unsigned)class;
	const unsigned m = method;

	dm_writer_u16(writer, (uint16_t)((m & 0xf) | (m & 0x70) << 1 | (m & 0xf80) << 2 |
					 (c & 2) << 7 | (c & 1) << 4));
	dm_writer_u16(writer, 0);
	dm_writer_u32(writer, MAGIC_COOKIE);
	dm_writer_bytes(writer, transaction, DM_STUN_TRANSACTION_BYTES);
}

void dm_stun_put_mapped_address(struct dm_writer *writer, const struct dm_address *address,
				const uint8_t *transaction)
{
	const bool ipv4 = address->family == AF_INET;
	const size_t ip_bytes = ipv4 ? 4 : 16;
	uint8_t mask[16] = { MAGIC_COOKIE >> 24, MAGIC_COOKIE >> 16 & 0xff,
			     MAGIC_COOKIE >> 8 & 0xff, MAGIC_COOKIE & 0xff };

	memcpy(mask + 4, transaction, DM_STUN_TRANSACTION_BYTES);
	dm_writer_u16(writer, XOR_MAPPED_ADDRESS);
	dm_writer_u16(writer, (uint16_t)(4 + ip_bytes));
	dm_writer_u8(writer, 0);
	dm_writer_u8(writer, ipv4 ? 1 : 2);
	dm_writer_u16(writer, (uint16_t)(address->port ^ (MAGIC_COOKIE >> 16)));
	for (size_t i = 0; i < ip_bytes; i++)
		dm_writer_u8(writer, (uint8_t)(address->ip[i] ^ mask[i]));
}

void dm_stun_put_error(struct dm_writer *writer, enum dm_stun_error error, const char *reason)
{
	const size_t reason_bytes = strlen(reason);

	dm_writer_u16(writer, ERROR_CODE);
	dm_writer_u16(writer, (uint16_t)(4 + reason_bytes));
	dm_writer_u16(writer, 0);
	dm_writer_u8(writer, (uint8_t)((unsigned)error / 100));
	dm_writer_u8(writer, (uint8_t)((unsigned)error % 100));
	dm_writer_bytes(writer, reason, reason_bytes);
	dm_writer_zeros(writer, (4 - reason_bytes % 4) % 4);
}

void dm_stun_put_unknown_attributes(struct dm_writer *writer, const uint16_t *types, size_t count)
{
	dm_writer_u16(writer, UNKNOWN_ATTRIBUTES);
	dm_writer_u16(writer, (uint16_t)(2 * count));
	for (size_t i = 0; i < count; i++)
		dm_writer_u16(writer, types[i]);
	dm_writer_zeros(writer, count % 2 * 2);
}

void dm_stun_put_integrity(struct dm_writer *writer, const char *password)
{
	uint8_t mac[MAC_BYTES];

	if (writer->failed || !mac_of(writer->data, writer->size, password, mac)) {
		writer->failed = true;
		return;
	}
	dm_writer_u16(writer, MESSAGE_INTEGRITY);
	dm_writer_u16(writer, MAC_BYTES);
	dm_writer_bytes(writer, mac, MAC_BYTES);
	dm_writer_patch_u16(writer, 2, (uint16_t)(writer->size - DM_STUN_HEADER_BYTES));
}

void dm_stun_put_fingerprint(struct dm_writer *writer)
{
	if (writer->failed)
		return;
	dm_writer_patch_u16(writer, 2,
			    (uint16_t)(writer->size + FINGERPRINT_BYTES - DM_STUN_HEADER_BYTES));

	const uint32_t crc = crc32_of(writer->data, writer->size);

	dm_writer_u16(writer, FINGERPRINT);
	dm_writer_u16(writer, 4);
	dm_writer_u32(writer, crc ^ FINGERPRINT_XOR);
}
