/* What a peer sends us: SRTP and SRTCP, told from forgeries and repetitions, decrypted. A listener
 * sends a report a second and no media: what media need is made when the first packet comes. */
#include "transport/replay.h"
#include "transport/srtp_openssl.h"

#include <openssl/crypto.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define RTP_BYTES_MIN  12
#define RTCP_BYTES_MIN 8 /* header and SSRC, which stay clear (RFC 3711, 3.4) */
#define INDEX_BYTES    4
#define ENCRYPTED      UINT32_C(0x80000000) /* the E bit (RFC 3711, 3.4) */
#define SEQUENCES      65536u
#define HALF           32768u
#define RTCP_WORDS     2  /* 64 packets, the least (RFC 3711, 3.3.2): a minute of reports */
#define RTP_WORDS      32 /* some 2,000 packets: late ones that were resent come far behind */
#define PACKET_MAX     UINT16_MAX
#define KINDS          2

/* One SSRC. */
struct source {
	struct source *next; /* owned */
	uint32_t ssrc;
	struct dm_replay replay; /* last: of a length of its own */
};

struct dm_unprotector {
	enum dm_srtp_profile profile;
	struct dm_srtp_session_keys keys[KINDS]; /* by enum dm_srtp_kind */
	struct source *sources[KINDS];           /* owned lists, newest first */
	size_t source_count[KINDS];
	struct dm_srtp_openssl *rtp; /* owned; NULL before the first RTP packet */
};

static size_t tag_bytes(const struct dm_unprotector *unprotector)
{
	return unprotector->profile == DM_SRTP_AEAD_AES_128_GCM ? DM_SRTP_GCM_TAG_BYTES
								: DM_SRTP_CM_TAG_BYTES;
}

int dm_unprotector_create(struct dm_unprotector **out, const struct dm_srtp_keys *keys)
{
	int error = 0;

	*out = NULL;
	if (keys->profile != DM_SRTP_AEAD_AES_128_GCM && keys->profile != DM_SRTP_AES128_CM_SHA1_80)
		return -EINVAL;

	struct dm_unprotector *unprotector = calloc(1, sizeof(*unprotector));

	if (!unprotector)
		return -ENOMEM;
	unprotector->profile = keys->profile;
	for (int kind = 0; kind < KINDS && !error; kind++)
		error = dm_srtp_derive(&unprotector->keys[kind], keys->profile,
				       (enum dm_srtp_kind)kind, keys->remote_key,
				       keys->remote_salt);
	if (error) {
		dm_unprotector_destroy(unprotector);
		return error;
	}
	*out = unprotector;
	return 0;
}

void dm_unprotector_destroy(struct dm_unprotector *unprotector)
{
	if (!unprotector)
		return;
	for (int kind = 0; kind < KINDS; kind++) {
		for (struct source *source = unprotector->sources[kind]; source;) {
			struct source *next = source->next;

			free(source);
			source = next;
		}
	}
	if (unprotector->rtp) {
		dm_srtp_openssl_finish(unprotector->rtp);
		free(unprotector->rtp);
	}
	OPENSSL_cleanse(unprotector, sizeof(*unprotector));
	free(unprotector);
}

static struct source *find_source(const struct dm_unprotector *unprotector, enum dm_srtp_kind kind,
				  uint32_t ssrc)
{
	struct source *source = unprotector->sources[kind];

	while (source && source->ssrc != ssrc)
		source = source->next;
	return source;
}

/* NULL: memory is out. */
static struct source *add_source(struct dm_unprotector *unprotector, enum dm_srtp_kind kind,
				 uint32_t ssrc)
{
	const uint32_t words = kind == DM_SRTP_RTP ? RTP_WORDS : RTCP_WORDS;
	struct source *source = calloc(1, sizeof(*source) + words * sizeof(uint64_t));

	if (!source)
		return NULL;
	source->next = unprotector->sources[kind];
	source->ssrc = ssrc;
	source->replay.words = words;
	unprotector->sources[kind] = source;
	unprotector->source_count[kind]++;
	return source;
}

/* Of RTP; NULL when the crypto library fails. */
static struct dm_srtp_openssl *rtp_crypto(struct dm_unprotector *unprotector)
{
	if (unprotector->rtp)
		return unprotector->rtp;

	struct dm_srtp_openssl *crypto = malloc(sizeof(*crypto));

	if (crypto && dm_srtp_openssl_init(crypto, unprotector->profile,
					   &unprotector->keys[DM_SRTP_RTP]) < 0) {
		free(crypto);
		crypto = NULL;
	}
	unprotector->rtp = crypto;
	return crypto;
}

/* Nothing of a source is kept before its first packet's tag has proven it. `source` NULL: new. */
static enum dm_unprotect_result open_span(struct dm_unprotector *unprotector,
					  enum dm_srtp_kind kind, struct source *source,
					  const struct dm_srtp_span *span)
{
	if (source && !dm_replay_is_fresh(&source->replay, span->index))
		return DM_UNPROTECT_REPLAY;
	if (!source && unprotector->source_count[kind] == DM_UNPROTECT_SOURCES_MAX)
		return DM_UNPROTECT_TOO_MANY;

	struct dm_srtp_openssl *crypto = kind == DM_SRTP_RTP
						 ? rtp_crypto(unprotector)
						 : dm_srtp_openssl_borrow(unprotector->profile,
									  &unprotector->keys[kind]);

	if (!crypto || !dm_srtp_openssl_open(crypto, span))
		return DM_UNPROTECT_BAD_AUTH;
	if (!source)
		source = add_source(unprotector, kind, span->ssrc);
	if (!source)
		return DM_UNPROTECT_TOO_MANY;
	dm_replay_take(&source->replay, span->index);
	return DM_UNPROTECT_OK;
}

/* Header, CSRCs and extension (RFC 3550, 5.1, 5.3.1); 0 when they do not fit. */
static size_t rtp_header_bytes(const uint8_t *packet, size_t bytes)
{
	size_t header = RTP_BYTES_MIN + 4u * (packet[0] & 0x0f);

	if (packet[0] & 0x10) {
		if (header + 4 > bytes)
			return 0;
		header += 4 + 4 * ((size_t)packet[header + 2] << 8 | packet[header + 3]);
	}
	return header <= bytes ? header : 0;
}

/* ROC and sequence number, as the newest packet lets one guess (RFC 3711, 3.3.1, appendix A). */
static uint64_t guess_index(const struct source *source, uint32_t sequence)
{
	if (!source)
		return sequence;

	const uint64_t newest = source->replay.next - 1;
	const uint64_t round = newest - newest % SEQUENCES;
	const uint32_t last = (uint32_t)(newest % SEQUENCES);

	/* Before the first round there was none. */
	if (last < HALF && sequence > last + HALF && round > 0)
		return round - SEQUENCES + sequence;
	if (last >= HALF && sequence < last - HALF)
		return round + SEQUENCES + sequence;
	return round + sequence;
}

enum dm_unprotect_result dm_unprotect_rtp(struct dm_unprotector *unprotector, uint8_t *packet,
					  size_t *bytes)
{
	const size_t tag = tag_bytes(unprotector);

	if (*bytes < RTP_BYTES_MIN + tag || *bytes > PACKET_MAX || packet[0] >> 6 != 2)
		return DM_UNPROTECT_MALFORMED;

	const size_t plain = *bytes - tag;
	const size_t header = rtp_header_bytes(packet, plain);
	const uint32_t ssrc = dm_srtp_u32(packet + 8);
	struct source *source = find_source(unprotector, DM_SRTP_RTP, ssrc);
	const uint64_t index = guess_index(source, (uint32_t)packet[2] << 8 | packet[3]);
	const bool gcm = unprotector->profile == DM_SRTP_AEAD_AES_128_GCM;
	uint8_t rollover[4];

	if (header == 0)
		return DM_UNPROTECT_MALFORMED;
	dm_srtp_put_u32(rollover, (uint32_t)(index >> 16));

	const enum dm_unprotect_result result = open_span(
		unprotector, DM_SRTP_RTP, source,
		&(struct dm_srtp_span){
			.packet = packet,
			.clear_bytes = header,
			.bytes = plain,
			.ssrc = ssrc,
			.index = index,
			.more = gcm ? NULL : rollover, /* unsent (RFC 3711, 4.2) */
			.more_bytes = gcm ? 0 : sizeof(rollover),
			.tag = packet + plain,
		});

	if (result == DM_UNPROTECT_OK)
		*bytes = plain;
	return result;
}

enum dm_unprotect_result dm_unprotect_rtcp(struct dm_unprotector *unprotector, uint8_t *packet,
					   size_t *bytes)
{
	const bool gcm = unprotector->profile == DM_SRTP_AEAD_AES_128_GCM;
	const size_t tag = tag_bytes(unprotector);

	if (*bytes < RTCP_BYTES_MIN + INDEX_BYTES + tag || *bytes > PACKET_MAX ||
	    packet[0] >> 6 != 2)
		return DM_UNPROTECT_MALFORMED;

	/* CM has the index before the tag (RFC 3711, 3.4), GCM behind it (RFC 7714, 9.2). */
	const size_t plain = *bytes - INDEX_BYTES - tag;
	const uint8_t *word = packet + plain + (gcm ? tag : 0);
	const uint32_t ssrc = dm_srtp_u32(packet + 4);

	const enum dm_unprotect_result result = open_span(
		unprotector, DM_SRTP_RTCP, find_source(unprotector, DM_SRTP_RTCP, ssrc),
		&(struct dm_srtp_span){
			.packet = packet,
			/* Each packet says whether it is encrypted (RFC 3711, 3.4). */
			.clear_bytes = dm_srtp_u32(word) & ENCRYPTED ? RTCP_BYTES_MIN : plain,
			.bytes = plain,
			.ssrc = ssrc,
			.index = dm_srtp_u32(word) & ~ENCRYPTED,
			.more = word,
			.more_bytes = INDEX_BYTES,
			.tag = packet + plain + (gcm ? 0 : INDEX_BYTES),
		});

	if (result == DM_UNPROTECT_OK)
		*bytes = plain;
	return result;
}
