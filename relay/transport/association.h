/* relay/transport/association.h
 *
 * What a DTLS handshake leaves (an association, RFC 6347, 3.2.1): the keys of SRTP both ways, and
 * what is left to DTLS itself.
 *
 * Thread: one at a time; made where the handshake was done, then the worker's.
 */
#ifndef DM_TRANSPORT_ASSOCIATION_H
#define DM_TRANSPORT_ASSOCIATION_H

#include "transport/dtls.h"

struct dm_association {
	struct dm_protector *protector;     /* owned */
	struct dm_unprotector *unprotector; /* owned */
	struct dm_dtls_epilogue epilogue;
};

/* From a CONNECTED handshake, which has then no more to do. Returns 0, -ENOMEM or -EIO; on failure
 * *out is NULL. */
int dm_association_create(struct dm_association **out, struct dm_dtls *dtls);
void dm_association_destroy(struct dm_association *association); /* wipes; NULL is allowed */

#endif
