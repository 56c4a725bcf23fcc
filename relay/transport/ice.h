/* relay/transport/ice.h
 *
 * The ICE-lite side of one peer (RFC 8445, 2.5): it answers connectivity checks and never sends
 * any. A valid check with USE-CANDIDATE, or any later valid check from elsewhere with it, decides
 * where media goes; valid checks also keep consent fresh (RFC 7675).
 *
 * Pure: packets and time go in, a reply comes out. Nothing of a packet is kept before its
 * MESSAGE-INTEGRITY and FINGERPRINT verified (RFC 8489, 9.1.3, 14.5, 14.7).
 * Thread: the worker that owns the peer.
 */
#ifndef DM_TRANSPORT_ICE_H
#define DM_TRANSPORT_ICE_H

#include "base/time.h"
#include "base/writer.h"
#include "transport/address.h"
#include "transport/peer.h"

#define DM_ICE_LOCAL_UFRAG_CHARS 8
#define DM_ICE_LOCAL_PWD_CHARS   24
#define DM_ICE_REPLY_MAX         160 /* bytes that any reply fits in */

struct dm_ice {
	char local_ufrag[DM_ICE_LOCAL_UFRAG_CHARS + 1];
	char local_pwd[DM_ICE_LOCAL_PWD_CHARS + 1];
	uint64_t remote_hash;       /* of the remote ufrag: see dm_ice_hash */
	struct dm_address selected; /* AF_UNSPEC until the first nomination */
	dm_usec consent_until;
	/* While an ICE restart is under way the old credentials still hold, until the first valid
	 * check with the new ones (RFC 8445, 9). Empty: none. */
	char old_ufrag[DM_ICE_LOCAL_UFRAG_CHARS + 1];
	char old_pwd[DM_ICE_LOCAL_PWD_CHARS + 1];
	uint64_t old_remote_hash;
};

enum dm_ice_result {
	DM_ICE_VALID,       /* answered; the address stays what it was */
	DM_ICE_SELECTED,    /* answered; `selected` is new or has changed */
	DM_ICE_MALFORMED,   /* not a STUN message we can read: dropped */
	DM_ICE_WRONG_USER,  /* USERNAME is not this peer's: 401 in reply */
	DM_ICE_BAD_MAC,     /* MESSAGE-INTEGRITY or FINGERPRINT wrong: 401 in reply, or dropped */
	DM_ICE_BAD_REQUEST, /* no credentials (400), or authentic but with unknown required
			       attributes (420) or in our own role (487) */
	DM_ICE_NOT_REQUEST, /* an indication, a response, another method: dropped */
};

/* Stands for a remote ufrag of up to 256 characters: that a check is the peer's is proven by its
 * MAC, the ufrag only tells one exchange of credentials from the next (RFC 8445, 7.3). */
uint64_t dm_ice_hash(const char *ufrag, size_t chars);

/* Random local credentials of ice-chars (RFC 8839, 5.4): 48 and 144 bits. `consent_until` is now
 * plus the 30 s of RFC 7675, 5.1. Returns 0 or -EIO (no randomness). */
int dm_ice_init(struct dm_ice *ice, const char *remote_ufrag, dm_usec now);

/* Takes over the credentials of `fresh`, which dm_ice_init made on the thread that signals; the
 * selected address and consent stay (RFC 8445, 9). */
void dm_ice_restart(struct dm_ice *ice, const struct dm_ice *fresh);

/* Copies the local half of a Binding request's USERNAME ("local:remote"), unverified: it only
 * finds the peer whose password then verifies. False when this is no such request or the half is
 * not exactly DM_ICE_LOCAL_UFRAG_CHARS long. */
bool dm_ice_peek_ufrag(const uint8_t *data, size_t size_bytes,
		       char ufrag[DM_ICE_LOCAL_UFRAG_CHARS + 1]);

/* Takes one received STUN message and writes the reply into a fresh writer: at most
 * DM_ICE_REPLY_MAX bytes, and at most 1.5 times what came in unless it was authentic; nothing
 * (size 0) for MALFORMED, NOT_REQUEST and a missing or wrong FINGERPRINT. */
enum dm_ice_result dm_ice_receive(struct dm_ice *ice, const uint8_t *data, size_t size_bytes,
				  const struct dm_address *from, dm_usec now,
				  struct dm_writer *reply);

#endif
