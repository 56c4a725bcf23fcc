/* relay/control/token.h
 *
 * Access tokens: JSON Web Tokens (RFC 7519) in compact form, signed with HS256, RS256 or ES256 by
 * libjwt. Claims: `role`, `room` and `channel` (a text or a list; missing: all), `name`, `event`,
 * and `exp`, `nbf`, `jti`, `iss`, `aud` as RFC 7519 says. `role`, `exp` and `jti` are needed: a
 * token that never ends, or that cannot be revoked, is not taken.
 *
 * Pure but for memory and, in sign, the system's random numbers. Thread: any.
 */
#ifndef DM_CONTROL_TOKEN_H
#define DM_CONTROL_TOKEN_H

#include "control/options.h"
#include "session/role.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DM_TOKEN_BYTES_MAX      4096 /* choice: ours have some 350; lists of rooms fit */
#define DM_TOKEN_LEEWAY_SECONDS 30   /* clocks that differ (RFC 7519, 4.1.4); choice */
#define DM_TOKEN_NAME_SIZE      129  /* of a person, and of an id; with NUL */
#define DM_TOKEN_SECRET_MIN     32   /* bytes (RFC 7518, 3.2) */

/* What a token has to fit. Texts borrowed. */
struct dm_token_key {
	enum dm_token_algorithm algorithm;
	const char *
		bytes; /* the secret, or a public key as PEM; ends with a NUL that is not counted */
	size_t count;
	const char *event;    /* nullable: `event` is not looked at */
	const char *issuer;   /* nullable, likewise */
	const char *audience; /* nullable, likewise */
};

struct dm_token {
	struct dm_grant grant;
	char name[DM_TOKEN_NAME_SIZE]; /* of the person, UTF-8; "": not said */
	char id[DM_TOKEN_NAME_SIZE];
	int64_t not_before; /* Unix seconds; 0: not said */
	int64_t expires_at;
};

enum dm_token_fault {
	DM_TOKEN_FINE,
	DM_TOKEN_MISSING,   /* none was shown */
	DM_TOKEN_MALFORMED, /* not three parts of base64url, too long, or no JSON inside */
	DM_TOKEN_WRONG_ALGORITHM,
	DM_TOKEN_CRITICAL, /* names an extension that must be understood (RFC 7515, 4.1.11) */
	DM_TOKEN_BAD_SIGNATURE,
	DM_TOKEN_BAD_CLAIM, /* a claim is missing, or not as described */
	DM_TOKEN_WRONG_EVENT,
	DM_TOKEN_WRONG_ISSUER, /* or audience */
	DM_TOKEN_NOT_YET,
	DM_TOKEN_EXPIRED,
	DM_TOKEN_REVOKED, /* found by control/access */
	DM_TOKEN_FAULT_COUNT,
};

/* Reads a token; nothing in it is believed before its signature is right. `now`: Unix seconds.
 * *token is filled when the result is FINE, EXPIRED or NOT_YET, else zeroed. */
enum dm_token_fault dm_token_verify(const struct dm_token_key *key, const char *text, int64_t now,
				    struct dm_token *token);

/* Whether a token that was verified before is still good in time: FINE, NOT_YET or EXPIRED. */
enum dm_token_fault dm_token_check_time(const struct dm_token *token, int64_t now);

/* Signs with HS256, gives the token a random id, and writes *text (g_free). Returns 0, -ENOTSUP
 * (another algorithm), -EINVAL (a name that no token can carry) or -EIO. */
int dm_token_sign(const struct dm_token_key *key, const struct dm_token *token, int64_t now,
		  char **text);

/* What is wrong with a token, and what would help, as sentences for people, cut at `size`. */
void dm_token_explain(enum dm_token_fault fault, const struct dm_token_key *key,
		      const struct dm_token *token, int64_t now, char *text, size_t size);

/* "expired", …: for counters. */
const char *dm_token_fault_name(enum dm_token_fault fault);

/* "HS256"; NULL for NONE. */
const char *dm_token_algorithm_name(enum dm_token_algorithm algorithm);

/* Whether a text can be the id of a token, in a list of those revoked too: 1 to 128 printable
 * characters of ASCII, without blanks. */
bool dm_token_id_is_sound(const char *text);

/* Overwrites what follows each "token=" and "Bearer " of a line that is to be logged. */
void dm_token_redact(char *line);

#endif
