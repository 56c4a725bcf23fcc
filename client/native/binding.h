/* client/native/binding.h
 *
 * The ICE side of a receiving client towards an ICE-lite relay: Binding requests that nominate
 * the one candidate pair there is (RFC 8445, 7.2.2 and 8.1.1), and the check of their answers.
 * Written apart from the relay's own STUN, so that one mistake cannot hide on both sides.
 *
 * Pure but for randomness. Thread: one at a time.
 */
#ifndef DM_CLIENT_BINDING_H
#define DM_CLIENT_BINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DM_BINDING_MAX 640 /* bytes of a request: two ufrags of 256 and the rest */

struct dm_binding {
	char username[520]; /* "remote:local" (RFC 8445, 7.2.2) */
	char password[257]; /* the relay's */
	uint8_t transaction[12];
	uint64_t tie_breaker;
};

/* Returns 0, -EINVAL (a name is too long) or -EIO (no randomness). */
int dm_binding_init(struct dm_binding *binding, const char *local_ufrag, const char *remote_ufrag,
		    const char *remote_pwd);

/* Writes a request with a new transaction id. Returns its size in bytes, -ENOSPC or -EIO. */
int dm_binding_request(struct dm_binding *binding, uint8_t *data, size_t capacity_bytes);

/* True for a success response to the last request with a valid MESSAGE-INTEGRITY. */
bool dm_binding_answered(const struct dm_binding *binding, const uint8_t *data, size_t bytes);

#endif
