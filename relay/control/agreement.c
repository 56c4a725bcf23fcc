/* relay/control/agreement.c: see agreement.h */
#include "control/agreement.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

static bool refuse_offer(struct dm_refusal *refusal, const struct dm_sdp_problem *problem)
{
	if (problem->line)
		return dm_refuse(refusal, DM_REFUSAL_BAD_OFFER, "offer", "Line %u: %s",
				 problem->line, problem->message);
	return dm_refuse(refusal, DM_REFUSAL_BAD_OFFER, "offer", "%s", problem->message);
}

bool dm_agreement_refuse_gone(struct dm_refusal *refusal)
{
	return dm_refuse(refusal, DM_REFUSAL_NOT_JOINED, NULL,
			 "The media connection of this session has ended; join again.");
}

bool dm_agreement_negotiate(struct dm_negotiation **out,
			    const struct dm_negotiation_options *wanted, const char *offer,
			    size_t bytes, struct dm_refusal *refusal)
{
	struct dm_sdp_problem problem;
	const int error = dm_negotiation_create(out, wanted, offer, bytes, &problem);

	if (error == -EINVAL)
		return refuse_offer(refusal, &problem);
	return error ? dm_refuse_errno(refusal, error) : true;
}

char *dm_agreement_conclude(struct dm_agreement *agreement,
			    const struct dm_negotiation_options *wanted, const char *offer,
			    size_t bytes, struct dm_negotiation *negotiation,
			    const struct dm_peer_answer *answer)
{
	char *text = dm_negotiation_write_answer(negotiation, answer);

	dm_agreement_finish(agreement);
	agreement->wanted = *wanted;
	agreement->offer = g_memdup2(offer, bytes);
	agreement->offer_bytes = bytes;
	agreement->remote_ufrag = g_strdup(negotiation->peer.remote_ufrag);
	agreement->session_id = negotiation->session_id;
	agreement->version = negotiation->version;
	g_strlcpy(agreement->ufrag, answer->ufrag, sizeof(agreement->ufrag));
	dm_negotiation_destroy(negotiation);
	return text;
}

void dm_agreement_finish(struct dm_agreement *agreement)
{
	g_free(agreement->offer);
	g_free(agreement->remote_ufrag);
	memset(agreement, 0, sizeof(*agreement));
}

/* What was agreed on, to be destroyed by the caller. Returns 0, -ENOMEM or -EIO. */
static int reopen(const struct dm_agreement *agreement, struct dm_negotiation **out)
{
	struct dm_sdp_problem problem; /* it had none then */
	const int error = dm_negotiation_create(out, &agreement->wanted, agreement->offer,
						agreement->offer_bytes, &problem);

	if (error)
		return error;
	g_strlcpy((*out)->peer.remote_ufrag, agreement->remote_ufrag,
		  sizeof((*out)->peer.remote_ufrag));
	(*out)->session_id = agreement->session_id;
	(*out)->version = agreement->version;
	return 0;
}

static bool restart_ice(struct dm_agreement *agreement, const char *remote_ufrag,
			dm_agreement_restart_cb *restart, void *user, struct dm_peer_answer *answer,
			struct dm_refusal *refusal)
{
	const int error = restart(user, remote_ufrag, answer);

	if (error == -ENOENT)
		return dm_agreement_refuse_gone(refusal);
	if (error)
		return dm_refuse_errno(refusal, error);
	g_strlcpy(agreement->ufrag, answer->ufrag, sizeof(agreement->ufrag));
	return true;
}

/* True when the new offer may take the old one's place. */
static bool check_restart(const struct dm_negotiation *old, const struct dm_negotiation *new,
			  struct dm_refusal *refusal)
{
	if (!dm_negotiation_same_media(old, new))
		return dm_refuse(
			refusal, DM_REFUSAL_BAD_OFFER, "offer",
			"The offer asks for other streams than those running; a restart keeps them, so leave and join instead.");
	if (!strcmp(old->peer.remote_ufrag, new->peer.remote_ufrag))
		return dm_refuse(refusal, DM_REFUSAL_BAD_OFFER, "offer",
				 "The offer has the a=ice-ufrag in use; offer with iceRestart.");
	return true;
}

bool dm_agreement_restart(struct dm_agreement *agreement, const char *offer, size_t bytes,
			  dm_agreement_restart_cb *restart, void *user, char **answer,
			  struct dm_refusal *refusal)
{
	const struct dm_negotiation_options wanted = agreement->wanted;
	struct dm_negotiation *old = NULL, *new = NULL;
	struct dm_peer_answer peer = { 0 };
	bool ok = false;

	*answer = NULL;

	const int error = reopen(agreement, &old);

	if (error)
		return dm_refuse_errno(refusal, error);
	if (!dm_agreement_negotiate(&new, &wanted, offer, bytes, refusal))
		goto destroy_old;
	ok = check_restart(old, new, refusal) &&
	     restart_ice(agreement, new->peer.remote_ufrag, restart, user, &peer, refusal);
	if (ok) {
		new->session_id = old->session_id;
		new->version = old->version;
		*answer = dm_agreement_conclude(agreement, &wanted, offer, bytes, new, &peer);
	} else {
		dm_negotiation_destroy(new);
	}

destroy_old:
	dm_negotiation_destroy(old);
	return ok;
}

/* Credentials stand at the fragment's top or in its first m-section (RFC 8840, 9.1). */
static struct dm_sdp_text fragment_ufrag(const struct dm_sdp *sdp)
{
	struct dm_sdp_text ufrag = sdp->transport.ufrag;

	for (size_t n = 0; !ufrag.data && n < sdp->media_count; n++)
		ufrag = sdp->media[n].transport.ufrag;
	return ufrag;
}

/* The peer's new ufrag as the fragment says it, empty when it says none. */
static bool read_fragment(const char *fragment, size_t bytes, char ufrag[DM_ICE_UFRAG_MAX + 1],
			  struct dm_refusal *refusal)
{
	struct dm_sdp *sdp = g_new(struct dm_sdp, 1);
	struct dm_sdp_problem problem;
	const bool ok = dm_sdp_parse_fragment(sdp, fragment, bytes, &problem);

	if (ok) {
		const struct dm_sdp_text found = fragment_ufrag(sdp);

		if (found.data)
			memcpy(ufrag, found.data, found.bytes); /* at most 256: the parser checks */
		ufrag[found.data ? found.bytes : 0] = '\0';
	} else {
		refuse_offer(refusal, &problem);
	}
	g_free(sdp);
	return ok;
}

enum dm_fragment_result dm_agreement_fragment(struct dm_agreement *agreement, const char *fragment,
					      size_t bytes, dm_agreement_restart_cb *restart,
					      void *user, char **answer, struct dm_refusal *refusal)
{
	struct dm_negotiation *negotiation;
	struct dm_peer_answer reply = { 0 };
	char ufrag[DM_ICE_UFRAG_MAX + 1];

	*answer = NULL;
	if (!read_fragment(fragment, bytes, ufrag, refusal))
		return DM_FRAGMENT_REFUSED;
	if (!ufrag[0] || !strcmp(ufrag, agreement->remote_ufrag))
		return DM_FRAGMENT_TRICKLE;

	const int error = reopen(agreement, &negotiation);

	if (error) {
		dm_refuse_errno(refusal, error);
		return DM_FRAGMENT_REFUSED;
	}

	const bool ok = restart_ice(agreement, ufrag, restart, user, &reply, refusal);

	if (ok) {
		g_free(agreement->remote_ufrag);
		agreement->remote_ufrag = g_strdup(ufrag);
		*answer = dm_negotiation_write_fragment(negotiation, &reply);
	}
	dm_negotiation_destroy(negotiation);
	return ok ? DM_FRAGMENT_RESTART : DM_FRAGMENT_REFUSED;
}
