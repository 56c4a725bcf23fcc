#include "transport/srtp.h"

#include <srtp2/srtp.h>

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define REPLAY_WINDOW  1024 /* packets: 1 s of 1.5 Mbit/s video and more; choice */
#define RTP_BYTES_MIN  12
#define RTCP_BYTES_MIN 8

struct dm_unprotector {
	srtp_t session; /* owned */
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static srtp_err_status_t init_status;

/* For the whole process and never undone: libsrtp has no count of its users. */
static void init_library(void)
{
	init_status = srtp_init();
}

static bool set_policy(srtp_policy_t *policy, const struct dm_srtp_keys *keys)
{
	switch (keys->profile) {
	case DM_SRTP_AES128_CM_SHA1_80:
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy->rtp);
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy->rtcp);
		return true;
	case DM_SRTP_AEAD_AES_128_GCM:
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy->rtp);
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy->rtcp);
		return true;
	}
	return false;
}

int dm_unprotector_create(struct dm_unprotector **out, const struct dm_srtp_keys *keys)
{
	uint8_t key_and_salt[sizeof(keys->remote_key) + sizeof(keys->remote_salt)];
	srtp_policy_t policy = {
		.ssrc = { .type = ssrc_any_inbound },
		.key = key_and_salt,
		.window_size = REPLAY_WINDOW,
	};

	*out = NULL;
	if (!set_policy(&policy, keys))
		return -EINVAL;
	if (pthread_once(&once, init_library) != 0 || init_status != srtp_err_status_ok)
		return -EIO;

	struct dm_unprotector *unprotector = calloc(1, sizeof(*unprotector));

	if (!unprotector)
		return -ENOMEM;
	memcpy(key_and_salt, keys->remote_key, sizeof(keys->remote_key));
	memcpy(key_and_salt + sizeof(keys->remote_key), keys->remote_salt,
	       sizeof(keys->remote_salt));

	const srtp_err_status_t status = srtp_create(&unprotector->session, &policy);

	explicit_bzero(key_and_salt, sizeof(key_and_salt));
	if (status != srtp_err_status_ok) {
		free(unprotector);
		return status == srtp_err_status_alloc_fail ? -ENOMEM : -EIO;
	}
	*out = unprotector;
	return 0;
}

void dm_unprotector_destroy(struct dm_unprotector *unprotector)
{
	if (!unprotector)
		return;
	srtp_dealloc(unprotector->session);
	free(unprotector);
}

static enum dm_unprotect_result result_of(srtp_err_status_t status)
{
	switch (status) {
	case srtp_err_status_ok:
		return DM_UNPROTECT_OK;
	case srtp_err_status_replay_fail:
	case srtp_err_status_replay_old:
		return DM_UNPROTECT_REPLAY;
	case srtp_err_status_bad_param:
	case srtp_err_status_parse_err:
		return DM_UNPROTECT_MALFORMED;
	default:
		return DM_UNPROTECT_BAD_AUTH;
	}
}

enum dm_unprotect_result dm_unprotect_rtp(struct dm_unprotector *unprotector, uint8_t *packet,
					  size_t *bytes)
{
	if (*bytes < RTP_BYTES_MIN || *bytes > UINT16_MAX || packet[0] >> 6 != 2)
		return DM_UNPROTECT_MALFORMED;

	int length = (int)*bytes;
	const enum dm_unprotect_result result = result_of(
		srtp_unprotect(unprotector->session, packet, &length));

	if (result == DM_UNPROTECT_OK)
		*bytes = (size_t)length;
	return result;
}

enum dm_unprotect_result dm_unprotect_rtcp(struct dm_unprotector *unprotector, uint8_t *packet,
					   size_t *bytes)
{
	/* Index and the shorter of the tags are always there. */
	if (*bytes < RTCP_BYTES_MIN + 4 + 10 || *bytes > UINT16_MAX || packet[0] >> 6 != 2)
		return DM_UNPROTECT_MALFORMED;

	int length = (int)*bytes;
	const enum dm_unprotect_result result = result_of(
		srtp_unprotect_rtcp(unprotector->session, packet, &length));

	if (result == DM_UNPROTECT_OK)
		*bytes = (size_t)length;
	return result;
}
