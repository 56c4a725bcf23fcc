/* client/native/farewell.h
 *
 * What a client keeps of DTLS once its handshake is done and OpenSSL's object of tens of kB is
 * freed: the close_notify to say, and the key to recognise the server's.
 *
 * Pure but for OpenSSL's cipher. Plain data with a secret in it: wipe after use.
 * Thread: one at a time.
 */
#ifndef DM_CLIENT_FAREWELL_H
#define DM_CLIENT_FAREWELL_H

#include "transport/dtls_epilogue.h"

/* Derives the server's write key from a finished handshake under an AES-GCM suite. False when the
 * library fails or the suite is another. */
bool dm_farewell_derive(struct dm_dtls_epilogue *farewell, SSL *ssl);

#endif
