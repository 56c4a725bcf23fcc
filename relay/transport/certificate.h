/* relay/transport/certificate.h
 *
 * What the DTLS code shares about the relay's certificate: private to dtls.c and certificate.c.
 * Users of the transport see dtls.h.
 *
 * Immutable once created. Thread: any.
 */
#ifndef DM_TRANSPORT_CERTIFICATE_H
#define DM_TRANSPORT_CERTIFICATE_H

#include "transport/peer.h"

#include <openssl/bio.h>
#include <openssl/ssl.h>

struct dm_certificate {
	SSL_CTX *context;   /* owned */
	BIO_METHOD *method; /* owned; how SSL reaches a struct dm_dtls */
	struct dm_fingerprint fingerprint;
};

/* How the SSL reads and writes datagrams, and who accepts the peer's certificate: in dtls.c. */
BIO_METHOD *dm_dtls_bio_method_create(void); /* NULL on failure */
int dm_dtls_verify_peer(X509_STORE_CTX *store, void *unused);

/* Hash of a certificate (RFC 8122, 5) with `hash`. False when the library fails. */
bool dm_fingerprint_of(X509 *x509, enum dm_hash hash, struct dm_fingerprint *fingerprint);

#endif
