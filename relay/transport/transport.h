/* relay/transport/transport.h
 *
 * The relay's media side: workers (one thread and one UDP port each) that take ICE checks,
 * do DTLS, and send tracks to peers as SRTP. Peers are created and bound from the control
 * thread; every call here is a message to the worker that owns the peer, so none of them waits.
 *
 * Thread: the control thread.
 */
#ifndef DM_TRANSPORT_TRANSPORT_H
#define DM_TRANSPORT_TRANSPORT_H

#include "base/metric.h"
#include "rtp/audience.h"
#include "rtp/timeline.h"
#include "rtp/track.h"
#include "transport/options.h"
#include "transport/peer.h"

struct dm_transport;

enum dm_peer_state {
	DM_PEER_CONNECTED, /* DTLS is done, media flows */
	DM_PEER_CLOSED,    /* by the peer: DTLS close_notify */
	DM_PEER_EXPIRED,   /* no valid ICE check for 30 s (RFC 7675, 5.1), or none ever came; of
			      one that sends, for 90 s */
	DM_PEER_FAILED,    /* DTLS failed, or the certificate was not the announced one */
};

/* After CLOSED, EXPIRED or FAILED the peer is gone: its id means nothing any more. */
typedef void dm_peer_state_cb(void *user, dm_peer_id peer, enum dm_peer_state state);

/* Binds the sockets and starts the workers. `metrics` (nullable) is borrowed until destroy.
 * Returns 0, -EINVAL, -ENOMEM, or what bind(2) said (-EADDRINUSE, …); on failure *out is NULL. */
int dm_transport_create(struct dm_transport **out, const struct dm_transport_options *options,
			const struct dm_timeline *timeline, struct dm_metrics *metrics);

/* Says goodbye to every peer (RTCP BYE, DTLS close_notify), stops the workers. NULL is allowed. */
void dm_transport_destroy(struct dm_transport *transport);

/* Who is told of peers' states, one at a time; NULL for nobody. */
void dm_transport_set_observer(struct dm_transport *transport, dm_peer_state_cb *on_state,
			       void *user);

/* A descriptor to poll; when readable, call dm_transport_dispatch, which calls back on_state. */
int dm_transport_fd(const struct dm_transport *transport);
void dm_transport_dispatch(struct dm_transport *transport);

/* The doorbells that publishers ring. Borrowed until destroy. */
const struct dm_audience *dm_transport_audience(const struct dm_transport *transport);

/* UDP port of worker `n`; 0 when there is no such worker. */
uint16_t dm_transport_port(const struct dm_transport *transport, unsigned n);
unsigned dm_transport_worker_count(const struct dm_transport *transport);

/* Puts a peer on the worker with the fewest. It expires by itself when no ICE check comes.
 * Returns 0, -EAGAIN (the worker's queue is full), -ENOMEM or -EIO (no randomness). */
int dm_transport_add_peer(struct dm_transport *transport, const struct dm_peer_options *options,
			  struct dm_peer_answer *answer);

/* New ICE credentials for a running peer (ICE restart, RFC 8445, 9): DTLS and media go on.
 * Returns 0, -ENOENT, -EAGAIN or -EIO; *answer as from add_peer. */
int dm_transport_restart_ice(struct dm_transport *transport, dm_peer_id peer,
			     const char *remote_ufrag, struct dm_peer_answer *answer);

/* Binds the peer's stream to the track, or to a ladder of tracks from best to least, of which
 * the worker sends one as the peer's link allows; NULLs and count 0 stop the stream. References
 * are taken. Sound changes at the next packet, pictures at a key frame; SSRC, sequence numbers
 * and timestamps stay continuous. Returns 0, -ENOENT, -EINVAL or -EAGAIN (queue full). */
int dm_transport_bind(struct dm_transport *transport, dm_peer_id peer, enum dm_media media,
		      struct dm_track *const *ladder, size_t count);

/* Ends the peer: RTCP BYE, close_notify. Unknown ids are ignored. */
void dm_transport_remove_peer(struct dm_transport *transport, dm_peer_id peer);

#endif
