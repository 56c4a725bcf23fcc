#include "libsrtp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

srtp_t libsrtp_session(enum dm_srtp_profile profile, const uint8_t *key, const uint8_t *salt,
		       srtp_ssrc_type_t type, bool encrypt_rtcp)
{
	uint8_t master[30];
	srtp_policy_t policy = { .ssrc = { .type = type }, .key = master, .window_size = 1984 };
	srtp_t session;

	memcpy(master, key, 16);
	memcpy(master + 16, salt, 14);
	if (profile == DM_SRTP_AEAD_AES_128_GCM) {
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
		srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);
	} else {
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
		srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
	}
	if (!encrypt_rtcp)
		policy.rtcp.sec_serv = sec_serv_auth;
	assert_int_equal(srtp_create(&session, &policy), srtp_err_status_ok);
	return session;
}

int libsrtp_start(void **state)
{
	(void)state;
	return srtp_init() == srtp_err_status_ok ? 0 : -1;
}

int libsrtp_stop(void **state)
{
	(void)state;
	return srtp_shutdown() == srtp_err_status_ok ? 0 : -1;
}
