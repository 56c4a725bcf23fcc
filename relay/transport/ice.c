#include "transport/ice.h"

#include "transport/stun.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/random.h>

#define CONSENT_LIFETIME DM_SEC(30) /* RFC 7675, 5.1 */

/* `chars` random ice-chars (RFC 8839, 5.4) and a NUL. */
static int random_text(char *text, size_t chars)
{
	static const char ice_chars[64 + 1] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					      "abcdefghijklmnopqrstuvwxyz0123456789+/";

	/* At most 256 bytes: getrandom(2) neither fails nor stops short once it is seeded. */
	if (getrandom(text, chars, 0) != (ssize_t)chars)
		return -EIO;
	for (size_t i = 0; i < chars; i++)
		text[i] = ice_chars[(uint8_t)text[i] & 63];
	text[chars] = '\0';
	return 0;
}

/* FNV-1a. */
uint64_t dm_ice_hash(const char *ufrag, size_t chars)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < chars; i++)
		hash = (hash ^ (uint8_t)ufrag[i]) * UINT64_C(1099511628211);
	return hash;
}

static int new_credentials(struct dm_ice *ice, const char *remote_ufrag)
{
	if (random_text(ice->local_ufrag, DM_ICE_LOCAL_UFRAG_CHARS) < 0 ||
	    random_text(ice->local_pwd, DM_ICE_LOCAL_PWD_CHARS) < 0)
		return -EIO;
	ice->remote_hash = dm_ice_hash(remote_ufrag, strlen(remote_ufrag));
	return 0;
}

int dm_ice_init(struct dm_ice *ice, const char *remote_ufrag, dm_usec now)
{
	*ice = (struct dm_ice){ .consent_until = now + CONSENT_LIFETIME };
	return new_credentials(ice, remote_ufrag);
}

void dm_ice_restart(struct dm_ice *ice, const struct dm_ice *fresh)
{
	/* A second restart before the first took hold: what the peer still uses is the oldest. */
	if (ice->old_ufrag[0] == '\0') {
		memcpy(ice->old_ufrag, ice->local_ufrag, sizeof(ice->old_ufrag));
		memcpy(ice->old_pwd, ice->local_pwd, sizeof(ice->old_pwd));
		ice->old_remote_hash = ice->remote_hash;
	}
	memcpy(ice->local_ufrag, fresh->local_ufrag, sizeof(ice->local_ufrag));
	memcpy(ice->local_pwd, fresh->local_pwd, sizeof(ice->local_pwd));
	ice->remote_hash = fresh->remote_hash;
}

bool dm_ice_peek_ufrag(const uint8_t *data, size_t size_bytes,
		       char ufrag[DM_ICE_LOCAL_UFRAG_CHARS + 1])
{
	struct dm_stun_message message;

	if (!dm_stun_parse(&message, data, size_bytes) || message.class != DM_STUN_REQUEST ||
	    message.method != DM_STUN_BINDING ||
	    message.username_bytes <= DM_ICE_LOCAL_UFRAG_CHARS ||
	    message.username[DM_ICE_LOCAL_UFRAG_CHARS] != ':')
		return false;
	memcpy(ufrag, message.username, DM_ICE_LOCAL_UFRAG_CHARS);
	ufrag[DM_ICE_LOCAL_UFRAG_CHARS] = '\0';
	return strlen(ufrag) == DM_ICE_LOCAL_UFRAG_CHARS && !strchr(ufrag, ':');
}

/* USERNAME of a check towards us is "our ufrag:theirs" (RFC 8445, 7.2.2). */
static bool is_username(const struct dm_stun_message *message, const char *local,
			uint64_t remote_hash)
{
	const size_t local_chars = strlen(local);
	const char *username = (const char *)message->username;

	return local_chars > 0 && message->username_bytes > local_chars &&
	       memcmp(username, local, local_chars) == 0 && username[local_chars] == ':' &&
	       dm_ice_hash(username + local_chars + 1, message->username_bytes - local_chars - 1) ==
		       remote_hash;
}

/* Before the MAC verified (RFC 8489, 9.1.3): without MESSAGE-INTEGRITY, and short, so that it is
 * of no use to reflect traffic. */
static void refuse_stranger(struct dm_writer *reply, const struct dm_stun_message *message,
			    enum dm_stun_error error)
{
	dm_stun_begin(reply, DM_STUN_ERROR, DM_STUN_BINDING, message->transaction);
	dm_stun_put_error(reply, error, "");
	dm_stun_put_fingerprint(reply);
}

static void refuse(struct dm_writer *reply, const struct dm_stun_message *message,
		   enum dm_stun_error error, const char *reason, const char *password)
{
	dm_stun_begin(reply, DM_STUN_ERROR, DM_STUN_BINDING, message->transaction);
	dm_stun_put_error(reply, error, reason);
	if (error == DM_STUN_UNKNOWN_ATTRIBUTE)
		dm_stun_put_unknown_attributes(reply, message->unknown, message->unknown_count);
	dm_stun_put_integrity(reply, password);
	dm_stun_put_fingerprint(reply);
}

static void answer(struct dm_writer *reply, const struct dm_stun_message *message,
		   const struct dm_address *from, const char *password)
{
	dm_stun_begin(reply, DM_STUN_SUCCESS, DM_STUN_BINDING, message->transaction);
	dm_stun_put_mapped_address(reply, from, message->transaction);
	dm_stun_put_integrity(reply, password);
	dm_stun_put_fingerprint(reply);
}

/* The password that the check's USERNAME calls for; NULL when that is not this peer's. */
static const char *password_for(const struct dm_ice *ice, const struct dm_stun_message *message)
{
	if (is_username(message, ice->local_ufrag, ice->remote_hash))
		return ice->local_pwd;
	if (is_username(message, ice->old_ufrag, ice->old_remote_hash))
		return ice->old_pwd;
	return NULL;
}

static void forget_old(struct dm_ice *ice)
{
	OPENSSL_cleanse(ice->old_pwd, sizeof(ice->old_pwd));
	memset(ice->old_ufrag, 0, sizeof(ice->old_ufrag));
}

/* What a valid check changes. */
static enum dm_ice_result apply(struct dm_ice *ice, const struct dm_stun_message *message,
				const struct dm_address *from, dm_usec now)
{
	ice->consent_until = now + CONSENT_LIFETIME;
	/* Checks without USE-CANDIDATE only probe: browsers send them on every path they know. */
	if (!message->use_candidate || dm_address_equal(&ice->selected, from))
		return DM_ICE_VALID;
	ice->selected = *from;
	return DM_ICE_SELECTED;
}

static enum dm_ice_result receive(struct dm_ice *ice, const struct dm_stun_message *message,
				  const struct dm_address *from, dm_usec now,
				  struct dm_writer *reply)
{
	if (!dm_stun_fingerprint_ok(message))
		return DM_ICE_BAD_MAC;
	if (!message->username || !message->integrity_at) {
		refuse_stranger(reply, message, DM_STUN_BAD_REQUEST);
		return DM_ICE_BAD_REQUEST;
	}

	const char *password = password_for(ice, message);

	if (!password) {
		refuse_stranger(reply, message, DM_STUN_UNAUTHENTICATED);
		return DM_ICE_WRONG_USER;
	}
	if (!dm_stun_integrity_ok(message, password)) {
		refuse_stranger(reply, message, DM_STUN_UNAUTHENTICATED);
		return DM_ICE_BAD_MAC;
	}
	if (message->unknown_count > 0) {
		refuse(reply, message, DM_STUN_UNKNOWN_ATTRIBUTE, "Unknown Attribute", password);
		return DM_ICE_BAD_REQUEST;
	}
	/* A lite agent is always controlled (RFC 8445, 6.1.1), so it never gives its role up
	 * (7.3.1.1). */
	if (message->controlled) {
		refuse(reply, message, DM_STUN_ROLE_CONFLICT, "Role Conflict", password);
		return DM_ICE_BAD_REQUEST;
	}
	answer(reply, message, from, password);
	if (password == ice->local_pwd)
		forget_old(ice);
	return apply(ice, message, from, now);
}

enum dm_ice_result dm_ice_receive(struct dm_ice *ice, const uint8_t *data, size_t size_bytes,
				  const struct dm_address *from, dm_usec now,
				  struct dm_writer *reply)
{
	struct dm_stun_message message;

	if (!dm_stun_parse(&message, data, size_bytes))
		return DM_ICE_MALFORMED;
	if (message.class != DM_STUN_REQUEST || message.method != DM_STUN_BINDING)
		return DM_ICE_NOT_REQUEST;

	const enum dm_ice_result result = receive(ice, &message, from, now, reply);

	if (reply->failed)
		reply->size = 0; /* half an answer is none */
	return result;
}
