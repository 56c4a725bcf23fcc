/* relay/control/contribution.h
 *
 * One contribution to a room, its floor's sound and picture or the sound of a language, as
 * signalling sees it: a publisher of the session with what was negotiated for it.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_CONTRIBUTION_H
#define DM_CONTROL_CONTRIBUTION_H

#include "control/agreement.h"
#include "session/publisher.h"

struct dm_contribution;

/* The peer is gone, and so is the publisher: destroy the contribution, from within the call if you
 * like. */
typedef void dm_contribution_cb(void *user, struct dm_contribution *contribution);

struct dm_contribution_options {
	struct dm_event *event;
	const char *room;
	const char *lang; /* "floor": the floor */
	const char *name; /* of who speaks, shown to those in the booth */
	bool machine;     /* see dm_publisher_options */
	const char *offer;
	size_t offer_bytes;
	const char *token_id; /* copied; NULL or "": none */
	int64_t token_end;    /* Unix seconds; 0: none */
	dm_contribution_cb *on_gone;
	void *user;
};

/* True with *out and *answer (g_free) set, or false with *refusal filled. */
bool dm_contribution_create(struct dm_contribution **out,
			    const struct dm_contribution_options *options, char **answer,
			    struct dm_refusal *refusal);
void dm_contribution_destroy(struct dm_contribution *contribution); /* NULL is allowed */

/* See dm_agreement_fragment. */
enum dm_fragment_result dm_contribution_fragment(struct dm_contribution *contribution,
						 const char *fragment, size_t bytes, char **answer,
						 struct dm_refusal *refusal);

/* The publisher, for reading. Borrowed; NULL after the peer is gone. */
const struct dm_publisher *dm_contribution_publisher(const struct dm_contribution *contribution);

/* Names the contribution for good; see dm_publisher_id. */
const char *dm_contribution_id(const struct dm_contribution *contribution);
const char *dm_contribution_token_id(const struct dm_contribution *contribution); /* nullable */

int64_t dm_contribution_token_end(const struct dm_contribution *contribution);

/* The relay's ICE fragment in use. */
const char *dm_contribution_ufrag(const struct dm_contribution *contribution);

#endif
