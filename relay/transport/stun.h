/* relay/transport/stun.h
 *
 * Reads and writes STUN messages (RFC 8489) as far as ICE needs them (RFC 8445, 7): Binding
 * requests with short-term credentials come in, their responses go out.
 *
 *   0                   1                   2                   3
 *   0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *  |0 0|     message type          |    length, without the 20     |
 *  |                  magic cookie 0x2112A442                      |
 *  |                  transaction id (96 bits)                     |
 *  |   attribute type              |    length, without padding    |
 *  |   value, padded to 4 bytes    ...
 *
 * Pure. Thread: any.
 */
#ifndef DM_TRANSPORT_STUN_H
#define DM_TRANSPORT_STUN_H

#include "base/writer.h"
#include "transport/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DM_STUN_HEADER_BYTES      20
#define DM_STUN_TRANSACTION_BYTES 12
#define DM_STUN_SIZE_MAX          1500 /* bytes we read; a check never fills a datagram */
#define DM_STUN_UNKNOWN_MAX       8    /* unknown attributes reported back; choice */

enum dm_stun_class { /* RFC 8489, 5: the bits C1 C0 */
		     DM_STUN_REQUEST,
		     DM_STUN_INDICATION,
		     DM_STUN_SUCCESS,
		     DM_STUN_ERROR,
};

#define DM_STUN_BINDING 0x001 /* method (RFC 8489, 18.2) */

enum dm_stun_error { /* RFC 8489, 18.3; RFC 8445, 16.2 */
		     DM_STUN_BAD_REQUEST = 400,
		     DM_STUN_UNAUTHENTICATED = 401,
		     DM_STUN_UNKNOWN_ATTRIBUTE = 420,
		     DM_STUN_ROLE_CONFLICT = 487,
};

/* A view of one message: pointers borrow from its bytes. Attributes that come after
 * MESSAGE-INTEGRITY are not looked at, but for FINGERPRINT (RFC 8489, 14.5). */
struct dm_stun_message {
	const uint8_t *data;
	size_t size; /* bytes */
	enum dm_stun_class class;
	uint16_t method;
	const uint8_t *transaction;
	const uint8_t *username; /* NULL: none */
	size_t username_bytes;
	size_t integrity_at;      /* offset of the MESSAGE-INTEGRITY attribute; 0: none */
	size_t fingerprint_at;    /* offset of FINGERPRINT; 0: none */
	uint32_t priority;        /* 0: none (RFC 8445, 7.1.1) */
	uint16_t error;           /* of an error response; 0: none */
	struct dm_address mapped; /* XOR-MAPPED-ADDRESS; AF_UNSPEC: none */
	bool use_candidate;
	bool controlling;
	bool controlled;
	uint16_t unknown[DM_STUN_UNKNOWN_MAX]; /* comprehension-required ones we don't know */
	size_t unknown_count;
};

/* Takes a whole datagram. False when it is no well-formed STUN message. Nothing is verified. */
bool dm_stun_parse(struct dm_stun_message *message, const uint8_t *data, size_t size_bytes);

/* FINGERPRINT is there and right (RFC 8489, 14.7). */
bool dm_stun_fingerprint_ok(const struct dm_stun_message *message);

/* MESSAGE-INTEGRITY is there and right for this short-term password (RFC 8489, 9.1, 14.5). */
bool dm_stun_integrity_ok(const struct dm_stun_message *message, const char *password);

/* Building: begin, attributes, then integrity (if any), then fingerprint, last. `writer` must be
 * fresh. The length in the header is kept right by the last two. */
void dm_stun_begin(struct dm_writer *writer, enum dm_stun_class class, uint16_t method,
		   const uint8_t *transaction);
void dm_stun_put_mapped_address(struct dm_writer *writer, const struct dm_address *address,
				const uint8_t *transaction);
/* `reason` may be "" (RFC 8489, 14.8); under 128 characters. */
void dm_stun_put_error(struct dm_writer *writer, enum dm_stun_error error, const char *reason);
void dm_stun_put_unknown_attributes(struct dm_writer *writer, const uint16_t *types, size_t count);
void dm_stun_put_integrity(struct dm_writer *writer, const char *password);
void dm_stun_put_fingerprint(struct dm_writer *writer);

#endif
