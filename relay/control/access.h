/* relay/control/access.h
 *
 * The door: who somebody is by their token, and whether they may do what they ask for, as the
 * event's security settings and the table of roles (session/role.h) say.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_ACCESS_H
#define DM_CONTROL_ACCESS_H

#include "base/metric.h"
#include "control/refusal.h"
#include "control/request.h"
#include "control/token.h"

struct dm_access;

/* Unix seconds. */
typedef int64_t dm_access_clock(void);

struct dm_access_options {
	const struct dm_security_options *security; /* copied */
	const char *event;                          /* its id; copied, nullable */
	struct dm_metrics *metrics;                 /* borrowed until destroy, nullable */
	dm_access_clock *clock;                     /* NULL: the system's */
};

/* Returns 0 or -ENOMEM; on failure *out is NULL. */
int dm_access_create(struct dm_access **out, const struct dm_access_options *options);
void dm_access_destroy(struct dm_access *access); /* wipes the key; NULL is allowed */

/* Other settings from now on: copied. */
void dm_access_update(struct dm_access *access, const struct dm_security_options *security);

/* Somebody, by the token they have shown. Zeroed: nobody has shown one. */
struct dm_visitor {
	enum dm_token_fault fault; /* of what was shown; MISSING: nothing was */
	struct dm_token token;     /* as dm_token_verify leaves it */
};

/* `text` is what was shown; NULL or "": nothing. Where there is no key, tokens mean nothing. Of
 * `access` NULL is allowed here and below: everybody may do everything. */
void dm_access_recognise(const struct dm_access *access, const char *text,
			 struct dm_visitor *visitor);

/* The token of a request for a page or a download: its header's, else its parameter `token`. */
void dm_access_of_request(const struct dm_access *access, const struct dm_request *request,
			  struct dm_visitor *visitor);

/* Whether the visitor (NULL: showed nothing) may do this now: where there is no key, everybody may.
 * Looks at the clock and the list of
 * revoked tokens again. Of room and channel NULL is "some": see dm_role_may. False with *refusal
 * filled, and counted by reason. */
bool dm_access_may(struct dm_access *access, const struct dm_visitor *visitor,
		   enum dm_action action, const char *room, const char *channel,
		   struct dm_refusal *refusal);

/* The same, asked for nothing but to know: nobody is refused, and nothing is counted. */
bool dm_access_allows(const struct dm_access *access, const struct dm_visitor *visitor,
		      enum dm_action action, const char *room, const char *channel);

/* Everybody may do everything: there is no key to check a token with. */
bool dm_access_is_open(const struct dm_access *access);

/* Whether the relay can sign tokens: the key is a secret of its own. */
bool dm_access_can_mint(const struct dm_access *access);

/* Signs a token for somebody else, in the name of an organiser: for `ttl` seconds from now, 0: as
 * long as the settings say; an organiser's never longer than the one who makes it has. Fills the
 * token's id and times; *text is the caller's (g_free). Returns for how many seconds, or as
 * dm_token_sign. */
int64_t dm_access_mint(const struct dm_access *access, const struct dm_visitor *by, uint32_t ttl,
		       struct dm_token *token, char **text);

/* Whether the visitor may end what is theirs, begun by that action: as above, but an expired token
 * is good for it. */
bool dm_access_may_leave(struct dm_access *access, const struct dm_visitor *visitor,
			 enum dm_action action, const char *room, const char *channel,
			 struct dm_refusal *refusal);

/* Whether /metrics is for them. `local`: asked from this machine, and by no proxy. */
bool dm_access_may_measure(struct dm_access *access, const struct dm_visitor *visitor, bool local,
			   struct dm_refusal *refusal);

/* Whether a token's id is on the list. False for NULL and "". */
bool dm_access_is_revoked(const struct dm_access *access, const char *id);

/* The token of an Authorization header (RFC 6750, 2.1); NULL when it is of another scheme.
 * Borrowed from `authorization`. */
const char *dm_access_bearer(const char *authorization);

#endif
