#include "transport/srtp.h"

#include "transport/srtp_keys.h"

#include <srtp2/srtp.h>

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define REPLAY_WINDOW 1024 /* packets: 1 s of 1.5 Mbit/s video and more; choice */
#define RTP_BYTES_MIN 12
/* Header with SSRC, index and the shorter of the tags. */
#define SRTCP_BYTES_MIN (8 + 4 + DM_SRTP_CM_TAG_BYTES)

struct dm_unprotector {
	srtp_t session; /* owned */
	uint32_t sources[DM_UNPROTECT_SOURCES_MAX];
	size_t source_count;
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

static bool is_known(const struct dm_unprotector *unprotector, uint32_t ssrc)
{
	for (size_t i = 0; i < unprotector->source_count; i++) {
		if (unprotector->sources[i] == ssrc)
			return true;
	}
	return false;
}

typedef srtp_err_status_t unprotect_function(srtp_t session, void *packet, int *bytes);

static enum dm_unprotect_result unprotect(struct dm_unprotector *unprotector,
					  unprotect_function *function, uint32_t ssrc,
					  uint8_t *packet, size_t *bytes)
{
	const bool known = is_known(unprotector, ssrc);
	int length = (int)*bytes;

	/* libsrtp keeps every SSRC that authenticated in one list, for ever. */
	if (!known && unprotector->source_count == DM_UNPROTECT_SOURCES_MAX)
		return DM_UNPROTECT_TOO_MANY;

	const enum dm_unprotect_result result = result_of(
		function(unprotector->session, packet, &length));

	if (result != DM_UNPROTECT_OK)
		return result;
	if (!known)
		unprotector->sources[unprotector->source_count++] = ssrc;
	*bytes = (size_t)length;
	return DM_UNPROTECT_OK;
}

enum dm_unprotect_result dm_unprotect_rtp(struct dm_unprotector *unprotector, uint8_t *packet,
					  size_t *bytes)
{
	if (*bytes < RTP_BYTES_MIN || *bytes > UINT16_MAX || packet[0] >> 6 != 2)
		return DM_UNPROTECT_MALFORMED;
	return unprotect(unprotector, srtp_unprotect, dm_srtp_u32(packet + 8), packet, bytes);
}

enum dm_unprotect_result dm_unprotect_rtcp(struct dm_unprotector *unprotector, uint8_t *packet,
					   size_t *bytes)
{
	if (*bytes < SRTCP_BYTES_MIN || *bytes > UINT16_MAX || packet[0] >> 6 != 2)
		return DM_UNPROTECT_MALFORMED;
	return unprotect(unprotector, srtp_unprotect_rtcp, dm_srtp_u32(packet + 4), packet, bytes);
}
