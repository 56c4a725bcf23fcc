/* What a peer sends as SRTP or SRTCP. The first byte chooses the profile, the kind, and whether
 * the rest is as it is or a plain packet that is rightly protected first, so that the code
 * behind the authentication is reached too. */
#include "transport/srtp.h"

#include <stdlib.h>
#include <string.h>

#define GCM            1
#define RTCP           2
#define PROTECTED      4
#define SIZE_MAX_BYTES 1400

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

/* The size that protecting `packet` gives; 0 when it is no packet that we would send. */
static size_t protect(const struct dm_srtp_keys *keys, uint8_t mode, uint8_t *packet, size_t bytes,
		      size_t capacity, uint32_t header_bytes)
{
	static struct dm_protect_engine *engine; /* keeps nothing of a batch */
	struct dm_protector *protector;
	size_t result = 0;

	if ((!engine && dm_protect_engine_create(&engine) != 0) ||
	    dm_protector_create(&protector, keys) != 0)
		abort();
	if (mode & RTCP) {
		const int size = dm_protect_rtcp(protector, packet, bytes, capacity);

		result = size > 0 ? (size_t)size : 0;
	} else {
		struct dm_protect_job job = {
			.protector = protector,
			.packet = packet,
			.bytes = (uint32_t)bytes,
			.header_bytes = header_bytes,
		};

		dm_protect_batch(engine, &job, 1);
		result = job.bytes;
	}
	dm_protector_destroy(protector);
	return result;
}

/* CSRCs and extension as the receiver will take them, or 0 when they do not fit. */
static uint32_t header_bytes_of(const uint8_t *packet, size_t bytes)
{
	uint32_t header = 12;

	if (bytes < header)
		return 0;
	header += 4u * (packet[0] & 15);
	if (packet[0] & 0x10) {
		if (bytes < header + 4)
			return 0;
		header += 4 + 4u * ((uint32_t)packet[header + 2] << 8 | packet[header + 3]);
	}
	return header <= bytes ? header : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
	struct dm_srtp_keys keys = { .profile = DM_SRTP_AES128_CM_SHA1_80 };
	struct dm_unprotector *unprotector;
	uint8_t plain[SIZE_MAX_BYTES], packet[SIZE_MAX_BYTES + DM_SRTCP_TRAILER_MAX];

	if (size_bytes < 1 || size_bytes - 1 > SIZE_MAX_BYTES)
		return 0;

	const uint8_t mode = data[0];
	size_t bytes = size_bytes - 1;
	const size_t plain_bytes = bytes;

	memcpy(plain, data + 1, bytes);
	memcpy(packet, data + 1, bytes);
	if (mode & GCM)
		keys.profile = DM_SRTP_AEAD_AES_128_GCM;
	if (mode & PROTECTED)
		bytes = protect(&keys, mode, packet, bytes, sizeof(packet),
				header_bytes_of(packet, bytes));
	if (dm_unprotector_create(&unprotector, &keys) != 0)
		abort();

	const enum dm_unprotect_result result = mode & RTCP ? dm_unprotect_rtcp(unprotector, packet,
										&bytes)
							    : dm_unprotect_rtp(unprotector, packet,
									       &bytes);

	if (result == DM_UNPROTECT_OK &&
	    (!(mode & PROTECTED) || bytes != plain_bytes || memcmp(packet, plain, bytes) != 0))
		abort();
	dm_unprotector_destroy(unprotector);
	return 0;
}
