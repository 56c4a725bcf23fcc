/* The protector over OpenSSL's EVP: works on every machine, and is the reference in tests for
 * the faster one. */
#include "transport/protector_rtcp.h"

#include <openssl/crypto.h>

#include <errno.h>
#include <stdlib.h>

#define RTP_BYTES_MIN 12

struct dm_protector {
	struct dm_srtp_openssl rtp;
	struct dm_protector_rtcp rtcp;
};

/* EVP keeps everything in the protectors' own contexts. */
struct dm_protect_engine {
	uint64_t failed; /* jobs */
};

int dm_protect_engine_create(struct dm_protect_engine **out)
{
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : -ENOMEM;
}

void dm_protect_engine_destroy(struct dm_protect_engine *engine)
{
	free(engine);
}

uint64_t dm_protect_engine_failed(const struct dm_protect_engine *engine)
{
	return engine->failed;
}

int dm_protector_create(struct dm_protector **out, const struct dm_srtp_keys *keys)
{
	struct dm_srtp_session_keys session;
	int error;

	*out = NULL;
	if (keys->profile != DM_SRTP_AEAD_AES_128_GCM && keys->profile != DM_SRTP_AES128_CM_SHA1_80)
		return -EINVAL;

	struct dm_protector *protector = calloc(1, sizeof(*protector));

	if (!protector)
		return -ENOMEM;
	error = dm_srtp_derive(&session, keys->profile, DM_SRTP_RTP, keys->local_key,
			       keys->local_salt);
	if (!error)
		error = dm_srtp_openssl_init(&protector->rtp, keys->profile, &session);
	OPENSSL_cleanse(&session, sizeof(session));
	if (error)
		goto free_protector;
	error = dm_protector_rtcp_init(&protector->rtcp, keys);
	if (error)
		goto finish_rtp;
	*out = protector;
	return 0;
finish_rtp:
	dm_srtp_openssl_finish(&protector->rtp);
free_protector:
	free(protector);
	return error;
}

void dm_protector_destroy(struct dm_protector *protector)
{
	if (!protector)
		return;
	dm_protector_rtcp_finish(&protector->rtcp);
	dm_srtp_openssl_finish(&protector->rtp);
	free(protector);
}

void dm_protector_prefetch(const struct dm_protector *protector)
{
	__builtin_prefetch(protector); /* the keys are behind OpenSSL's own pointers */
}

size_t dm_protector_tag_bytes(const struct dm_protector *protector)
{
	return protector->rtp.profile == DM_SRTP_AEAD_AES_128_GCM ? DM_SRTP_GCM_TAG_BYTES
								  : DM_SRTP_CM_TAG_BYTES;
}

static bool protect(struct dm_protect_job *job)
{
	uint8_t rollover[4];
	const bool gcm = job->protector->rtp.profile == DM_SRTP_AEAD_AES_128_GCM;

	if (job->header_bytes < RTP_BYTES_MIN || job->bytes < job->header_bytes)
		return false;
	dm_srtp_put_u32(rollover, job->rollover);

	const uint64_t seq = (uint64_t)job->packet[2] << 8 | job->packet[3];
	const struct dm_srtp_span span = {
		.packet = job->packet,
		.clear_bytes = job->header_bytes,
		.bytes = job->bytes,
		.ssrc = dm_srtp_u32(job->packet + 8),
		.index = (uint64_t)job->rollover << 16 | seq,
		.more = gcm ? NULL : rollover, /* CM authenticates it, unsent (RFC 3711, 4.2) */
		.more_bytes = gcm ? 0 : sizeof(rollover),
		.tag = job->packet + job->bytes,
	};

	return dm_srtp_openssl_seal(&job->protector->rtp, &span);
}

void dm_protect_batch(struct dm_protect_engine *engine, struct dm_protect_job *jobs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (protect(&jobs[i])) {
			jobs[i].bytes += (uint32_t)dm_protector_tag_bytes(jobs[i].protector);
		} else {
			jobs[i].bytes = 0;
			engine->failed++;
		}
	}
}

int dm_protect_rtcp(struct dm_protector *protector, uint8_t *packet, size_t bytes,
		    size_t capacity_bytes)
{
	return dm_protector_rtcp_seal(&protector->rtcp, packet, bytes, capacity_bytes);
}
