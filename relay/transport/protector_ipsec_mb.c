/* The protector over Intel's multi-buffer library: AES-GCM packet by packet, which its assembly
 * does at memory speed; AES-CTR with HMAC-SHA1 as jobs of which several are hashed side by side,
 * in flight from the first of a batch to its end. */
#include "transport/protector_rtcp.h"

#include <intel-ipsec-mb.h>
#include <openssl/crypto.h>

#include <errno.h>
#include <pthread.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define RTP_BYTES_MIN  12
#define SHA1_BYTES     20
#define SHA1_BLOCK     64
#define ROLLOVER_BYTES 4
#define AES_SCHEDULE   (11 * 16)
/* Of the keys, what a small packet takes: the round keys and the hash key's first powers. */
#define SMALL_KEYS_BYTES 384
#define CACHE_LINE_BYTES 64

struct cm_keys {
	alignas(16) uint8_t schedule[AES_SCHEDULE];
	/* SHA-1 of the padded key's block, from which both halves of an HMAC go on (RFC 2104, 4).
	 */
	uint8_t inner[SHA1_BYTES];
	uint8_t outer[SHA1_BYTES];
};

struct dm_protector {
	union {
		struct gcm_key_data gcm;
		struct cm_keys cm;
	};
	uint8_t salt[DM_SRTP_CM_SALT_BYTES];
	enum dm_srtp_profile profile;
	struct dm_protector_rtcp rtcp;
};

/* What a job needs while it is in flight. */
struct slot {
	alignas(16) uint8_t iv[DM_SRTP_CM_IV_BYTES];
	uint8_t tag[SHA1_BYTES];
	struct dm_protect_job *job;
};

struct dm_protect_engine {
	IMB_MGR *jobs;                   /* owned; of this engine alone */
	struct slot slots[IMB_MAX_JOBS]; /* in turn: never more jobs are in flight */
	size_t next_slot;
	uint64_t failed; /* jobs */
};

/* The library's functions that keep no state in it, for every thread. Made once, kept for ever. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static IMB_MGR *shared;

static IMB_MGR *make_library(void)
{
	IMB_MGR *library = alloc_mb_mgr(0);
	IMB_ARCH arch;

	if (!library)
		return NULL;
	init_mb_mgr_auto(library, &arch);
	if (imb_get_errno(library) == 0 && arch != IMB_ARCH_NONE)
		return library;
	free_mb_mgr(library);
	return NULL;
}

static void make_shared(void)
{
	shared = make_library();
}

int dm_protect_engine_create(struct dm_protect_engine **out)
{
	*out = NULL;

	struct dm_protect_engine *engine = aligned_alloc(64, (sizeof(*engine) + 63) / 64 * 64);

	if (!engine)
		return -ENOMEM;
	memset(engine, 0, sizeof(*engine));
	engine->jobs = make_library();
	if (!engine->jobs) {
		free(engine);
		return -EIO;
	}
	*out = engine;
	return 0;
}

void dm_protect_engine_destroy(struct dm_protect_engine *engine)
{
	if (!engine)
		return;
	free_mb_mgr(engine->jobs);
	free(engine);
}

uint64_t dm_protect_engine_failed(const struct dm_protect_engine *engine)
{
	return engine->failed;
}

static void hash_padded_key(uint8_t *out, const uint8_t *key, uint8_t pad)
{
	uint8_t block[SHA1_BLOCK];

	memset(block, pad, sizeof(block));
	for (size_t i = 0; i < DM_SRTP_AUTH_KEY_BYTES; i++)
		block[i] ^= key[i];
	IMB_SHA1_ONE_BLOCK(shared, block, out);
	OPENSSL_cleanse(block, sizeof(block));
}

static void expand_keys(struct dm_protector *protector, const struct dm_srtp_session_keys *session)
{
	alignas(16) uint8_t unused[AES_SCHEDULE]; /* for decryption */

	memcpy(protector->salt, session->salt, sizeof(protector->salt));
	if (protector->profile == DM_SRTP_AEAD_AES_128_GCM) {
		IMB_AES128_GCM_PRE(shared, session->key, &protector->gcm);
		return;
	}
	IMB_AES_KEYEXP_128(shared, session->key, protector->cm.schedule, unused);
	OPENSSL_cleanse(unused, sizeof(unused));
	hash_padded_key(protector->cm.inner, session->auth, 0x36);
	hash_padded_key(protector->cm.outer, session->auth, 0x5c);
}

int dm_protector_create(struct dm_protector **out, const struct dm_srtp_keys *keys)
{
	struct dm_srtp_session_keys session;
	int error;

	*out = NULL;
	if (keys->profile != DM_SRTP_AEAD_AES_128_GCM && keys->profile != DM_SRTP_AES128_CM_SHA1_80)
		return -EINVAL;
	if (pthread_once(&once, make_shared) != 0 || !shared)
		return -EIO;

	/* sizeof is a multiple of the alignment, as aligned_alloc wants it. */
	struct dm_protector *protector = aligned_alloc(alignof(struct dm_protector),
						       sizeof(*protector));

	if (!protector)
		return -ENOMEM;
	memset(protector, 0, sizeof(*protector));
	protector->profile = keys->profile;
	error = dm_srtp_derive(&session, keys->profile, DM_SRTP_RTP, keys->local_key,
			       keys->local_salt);
	if (!error)
		error = dm_protector_rtcp_init(&protector->rtcp, keys);
	if (!error) {
		expand_keys(protector, &session);
		*out = protector;
	} else {
		free(protector);
	}
	OPENSSL_cleanse(&session, sizeof(session));
	return error;
}

void dm_protector_destroy(struct dm_protector *protector)
{
	if (!protector)
		return;
	dm_protector_rtcp_finish(&protector->rtcp);
	OPENSSL_cleanse(protector, sizeof(*protector));
	free(protector);
}

void dm_protector_prefetch(const struct dm_protector *protector)
{
	const char *bytes = (const char *)protector;

	if (!protector)
		return;
	for (size_t at = 0; at < SMALL_KEYS_BYTES; at += CACHE_LINE_BYTES)
		__builtin_prefetch(bytes + at);
	__builtin_prefetch(&protector->profile);
}

size_t dm_protector_tag_bytes(const struct dm_protector *protector)
{
	return protector->profile == DM_SRTP_AEAD_AES_128_GCM ? DM_SRTP_GCM_TAG_BYTES
							      : DM_SRTP_CM_TAG_BYTES;
}

static uint64_t index_of(const struct dm_protect_job *job)
{
	return (uint64_t)job->rollover << 16 | (uint64_t)job->packet[2] << 8 | job->packet[3];
}

static void protect_gcm(struct dm_protect_engine *engine, struct dm_protect_job *job)
{
	uint8_t *plain = job->packet + job->header_bytes;
	uint8_t iv[DM_SRTP_GCM_IV_BYTES];
	struct gcm_context_data context; /* of this packet; the call fills it */

	dm_srtp_gcm_iv(iv, job->protector->salt, dm_srtp_u32(job->packet + 8), index_of(job));
	IMB_AES128_GCM_ENC(engine->jobs, &job->protector->gcm, &context, plain, plain,
			   job->bytes - job->header_bytes, iv, job->packet, job->header_bytes,
			   job->packet + job->bytes, DM_SRTP_GCM_TAG_BYTES);
	job->bytes += DM_SRTP_GCM_TAG_BYTES;
}

/* One of the library's jobs has come back; NULL: none has. */
static void complete(struct dm_protect_engine *engine, const IMB_JOB *done)
{
	if (!done)
		return;

	struct slot *slot = done->user_data;
	struct dm_protect_job *job = slot->job;

	if (done->status != IMB_STATUS_COMPLETED) {
		job->bytes = 0;
		engine->failed++;
		return;
	}
	memcpy(job->packet + job->bytes, slot->tag, DM_SRTP_CM_TAG_BYTES);
	job->bytes += DM_SRTP_CM_TAG_BYTES;
}

static void submit_cm(struct dm_protect_engine *engine, struct dm_protect_job *job)
{
	const struct dm_protector *protector = job->protector;
	struct slot *slot = &engine->slots[engine->next_slot++ % IMB_MAX_JOBS];
	IMB_JOB *next = IMB_GET_NEXT_JOB(engine->jobs);
	const size_t plain_bytes = job->bytes - job->header_bytes;

	slot->job = job;
	dm_srtp_cm_iv(slot->iv, protector->salt, dm_srtp_u32(job->packet + 8), index_of(job));
	/* Authenticated behind the packet but not sent (RFC 3711, 4.2): the tag replaces it. */
	dm_srtp_put_u32(job->packet + job->bytes, job->rollover);

	next->user_data = slot;
	next->cipher_direction = IMB_DIR_ENCRYPT;
	next->chain_order = IMB_ORDER_CIPHER_HASH;
	next->cipher_mode = plain_bytes > 0 ? IMB_CIPHER_CNTR : IMB_CIPHER_NULL;
	next->enc_keys = protector->cm.schedule;
	next->dec_keys = protector->cm.schedule;
	next->key_len_in_bytes = DM_SRTP_KEY_BYTES;
	next->iv = slot->iv;
	next->iv_len_in_bytes = DM_SRTP_CM_IV_BYTES;
	next->src = job->packet;
	next->dst = job->packet + job->header_bytes;
	next->cipher_start_src_offset_in_bytes = job->header_bytes;
	next->msg_len_to_cipher_in_bytes = plain_bytes;
	next->hash_alg = IMB_AUTH_HMAC_SHA_1;
	next->hash_start_src_offset_in_bytes = 0;
	next->msg_len_to_hash_in_bytes = job->bytes + ROLLOVER_BYTES;
	next->u.HMAC._hashed_auth_key_xor_ipad = protector->cm.inner;
	next->u.HMAC._hashed_auth_key_xor_opad = protector->cm.outer;
	next->auth_tag_output = slot->tag;
	next->auth_tag_output_len_in_bytes = SHA1_BYTES; /* 10 is not on offer */
	complete(engine, IMB_SUBMIT_JOB(engine->jobs));
}

void dm_protect_batch(struct dm_protect_engine *engine, struct dm_protect_job *jobs, size_t count)
{
	const IMB_JOB *done;

	for (size_t i = 0; i < count; i++) {
		struct dm_protect_job *job = &jobs[i];

		if (job->header_bytes < RTP_BYTES_MIN || job->bytes < job->header_bytes) {
			job->bytes = 0;
			engine->failed++;
		} else if (job->protector->profile == DM_SRTP_AEAD_AES_128_GCM) {
			protect_gcm(engine, job);
		} else {
			submit_cm(engine, job);
		}
	}
	while ((done = IMB_FLUSH_JOB(engine->jobs)))
		complete(engine, done);
}

int dm_protect_rtcp(struct dm_protector *protector, uint8_t *packet, size_t bytes,
		    size_t capacity_bytes)
{
	return dm_protector_rtcp_seal(&protector->rtcp, packet, bytes, capacity_bytes);
}
