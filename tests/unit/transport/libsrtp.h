/* tests/unit/transport/libsrtp.h
 *
 * Sessions of libsrtp, which ours are compared with.
 */
#ifndef DM_TEST_TRANSPORT_LIBSRTP_H
#define DM_TEST_TRANSPORT_LIBSRTP_H

#include "transport/srtp.h"

#include <srtp2/srtp.h>
#include <stdbool.h>
#include <stdint.h>

/* `salt` is of 14 bytes whatever the profile. The caller's, for srtp_dealloc. */
srtp_t libsrtp_session(enum dm_srtp_profile profile, const uint8_t *key, const uint8_t *salt,
		       srtp_ssrc_type_t type, bool encrypt_rtcp);

/* A group's setup and teardown. */
int libsrtp_start(void **state);
int libsrtp_stop(void **state);

#endif
