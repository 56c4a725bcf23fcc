/* relay/control/token_claims.h
 *
 * The claims of a token, from JSON and into it.
 *
 * Pure but for memory. Thread: any.
 */
#ifndef DM_CONTROL_TOKEN_CLAIMS_H
#define DM_CONTROL_TOKEN_CLAIMS_H

#include "control/token.h"

#include <jansson.h>

/* FINE, BAD_CLAIM, WRONG_EVENT or WRONG_ISSUER; the time is not looked at. *token is zeroed by
 * the caller. */
enum dm_token_fault dm_token_claims_read(const json_t *claims, const struct dm_token_key *key,
					 struct dm_token *token);

/* The caller's reference. NULL when read would not take it. */
json_t *dm_token_claims_write(const struct dm_token_key *key, const struct dm_token *token,
			      int64_t now);

#endif
