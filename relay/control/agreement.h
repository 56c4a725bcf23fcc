/* relay/control/agreement.h
 *
 * What a peer and the relay agreed on, kept small, and how the two renew it: ICE restarts by a
 * whole offer or by a fragment. There are thousands, and a negotiation of 50 kB is made again from
 * the offer when one is needed.
 *
 * Pure but for memory. Thread: the control thread.
 */
#ifndef DM_CONTROL_AGREEMENT_H
#define DM_CONTROL_AGREEMENT_H

#include "control/negotiation.h"
#include "control/refusal.h"

/* Zeroed: nothing was agreed yet. */
struct dm_agreement {
	struct dm_negotiation_options wanted;
	char *offer; /* owned; likewise its ufrag's successor */
	size_t offer_bytes;
	char *remote_ufrag;
	uint64_t session_id;
	uint64_t version;
	char ufrag[9]; /* the relay's: changes with each restart, so it serves as an entity tag */
};

/* Reads an offer. True with *out set, or false with *refusal filled. */
bool dm_agreement_negotiate(struct dm_negotiation **out,
			    const struct dm_negotiation_options *wanted, const char *offer,
			    size_t bytes, struct dm_refusal *refusal);

/* Writes the answer (g_free), keeps what makes the negotiation again, and destroys it. */
char *dm_agreement_conclude(struct dm_agreement *agreement,
			    const struct dm_negotiation_options *wanted, const char *offer,
			    size_t bytes, struct dm_negotiation *negotiation,
			    const struct dm_peer_answer *answer);

void dm_agreement_finish(struct dm_agreement *agreement); /* forgets it all */

/* Tells the transport of the peer's new credentials: 0, -ENOENT when the peer has gone, or what
 * else dm_transport_restart_ice says. */
typedef int dm_agreement_restart_cb(void *user, const char *remote_ufrag,
				    struct dm_peer_answer *answer);

/* ICE restart with a whole new offer, of the same streams; *answer: g_free. */
bool dm_agreement_restart(struct dm_agreement *agreement, const char *offer, size_t bytes,
			  dm_agreement_restart_cb *restart, void *user, char **answer,
			  struct dm_refusal *refusal);

/* What a trickle ICE fragment asks for (RFC 8840). */
enum dm_fragment_result {
	DM_FRAGMENT_TRICKLE, /* candidates: of no use to an ICE-lite agent, but right */
	DM_FRAGMENT_RESTART, /* new credentials: *answer is the relay's fragment (g_free) */
	DM_FRAGMENT_REFUSED,
};

/* Credentials other than those in use are a restart. */
enum dm_fragment_result dm_agreement_fragment(struct dm_agreement *agreement, const char *fragment,
					      size_t bytes, dm_agreement_restart_cb *restart,
					      void *user, char **answer,
					      struct dm_refusal *refusal);

/* The peer has gone. Always false. */
bool dm_agreement_refuse_gone(struct dm_refusal *refusal);

#endif
