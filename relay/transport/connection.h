/* relay/transport/connection.h
 *
 * One peer on one worker: ICE finds it, DTLS gives the keys, SRTP carries its streams. The control
 * thread creates it, a worker owns it from then on, and gives it back to be destroyed. Thousands
 * of them are in use: what not every peer needs is not in here.
 *
 * Thread: the control thread before the worker has it and after it was given back; else the worker.
 */
#ifndef DM_TRANSPORT_CONNECTION_H
#define DM_TRANSPORT_CONNECTION_H

#include "transport/association.h"
#include "transport/ice.h"
#include "transport/network_table.h"
#include "transport/stream.h"
#include "transport/uplinks.h"

enum dm_connection_phase {
	DM_CONNECTION_CHECKING,  /* no nominated address yet */
	DM_CONNECTION_HANDSHAKE, /* DTLS under way, or awaited */
	DM_CONNECTION_CONNECTED, /* media flows */
	DM_CONNECTION_PAUSED,    /* one that sends, and whose consent is over: nothing goes there
				    until a check comes again */
	DM_CONNECTION_ENDED,     /* to be given back */
};

struct dm_connection {
	dm_peer_id id;
	enum dm_connection_phase phase;
	struct dm_ice ice;
	struct dm_fingerprint fingerprint;  /* of the peer's certificate */
	int handshake;                      /* its number at the handshaker; -1: none */
	dm_usec handshake_until;            /* when its phase fails; DM_USEC_NEVER before it */
	struct dm_association *association; /* owned; NULL until DTLS is done */
	struct dm_stream_outlet outlet;     /* its protector is the association's */
	struct dm_uplinks *uplinks;         /* owned; NULL: it only listens */
	char cname[17];
	char country[3];                  /* as in dm_peer_options */
	struct dm_network_places places;  /* where it is counted while it listens */
	uint64_t remb_bps;                /* latest REMB, 0: none */
	dm_usec round_trip;               /* of the latest report block, 0: not known */
	size_t position;                  /* in the worker's roster */
	struct dm_connection *next_ended; /* in the worker's list; borrowed, nullable */
	enum dm_peer_state end;           /* why it ended */
	bool tell_end;                    /* false: the control thread itself ended it */
	size_t stream_count;              /* as many as are wanted */
	struct dm_stream streams[];
};

/* Fills in all of `answer` but the candidates and our fingerprint. Returns 0, -ENOMEM or -EIO. */
int dm_connection_create(struct dm_connection **out, dm_peer_id id,
			 const struct dm_peer_options *options, dm_usec now,
			 struct dm_peer_answer *answer);
void dm_connection_destroy(struct dm_connection *connection); /* NULL is allowed */

/* DTLS is done. The association is the connection's from then on. */
void dm_connection_associate(struct dm_connection *connection, struct dm_association *association);

/* The stream of this medium; NULL when it is not wanted. */
struct dm_stream *dm_connection_stream(struct dm_connection *connection, enum dm_media media);

/* The stream that the peer's feedback is about, by its SSRC or its RTX SSRC; NULL when none. */
struct dm_stream *dm_connection_find_stream(struct dm_connection *connection, uint32_t ssrc);

/* A compound of a sender report for every stream that has sent, and their names, all for one
 * moment (RFC 3550, 6.1, 6.4.1), and how the peer's own streams arrive. Nothing is sent before the
 * first packet of either. */
void dm_connection_send_reports(struct dm_connection *connection, struct dm_sender *sender,
				const struct dm_timeline *timeline, dm_usec now);

/* Asks for what is missing of the peer's own streams, if that is due. */
void dm_connection_ask(struct dm_connection *connection, struct dm_sender *sender, dm_usec now,
		       struct dm_uplink_metrics *metrics);

/* Our last flight of the handshake once more. */
void dm_connection_repeat_flight(struct dm_connection *connection, struct dm_sender *sender);

/* RTCP BYE for every stream and DTLS close_notify. */
void dm_connection_send_goodbye(struct dm_connection *connection, struct dm_sender *sender);

#endif
