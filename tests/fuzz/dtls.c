/* Datagrams, each behind two bytes of length, to a fresh DTLS server, and to what is left of one
 * whose handshake is done. */
#include "transport/dtls.h"

#include "base/reader.h"

#include <stdlib.h>

#define DATAGRAM_MAX 1200

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

static void check_datagram(void *user, const uint8_t *data, size_t size_bytes)
{
	(void)user;
	if (size_bytes == 0 || size_bytes > DATAGRAM_MAX || data[0] < 20 || data[0] > 63)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
	static struct dm_certificate *certificate;
	const struct dm_fingerprint expected = { .hash = DM_HASH_SHA256, .bytes = 32 };
	struct dm_reader reader = dm_reader_init(data, size_bytes);
	const struct dm_dtls_epilogue epilogue = { .key_bytes = 16 };
	struct dm_srtp_keys keys;
	struct dm_dtls *dtls;
	dm_usec now = 1;

	if (!certificate && dm_certificate_create(&certificate) != 0)
		abort();
	if (dm_dtls_create(&dtls, certificate, &expected, check_datagram, NULL) != 0)
		abort();
	while (dm_reader_left(&reader) > 0) {
		const size_t bytes = dm_reader_u16(&reader);
		const size_t left = dm_reader_left(&reader);
		const size_t taken = bytes < left ? bytes : left;
		const uint8_t *datagram = dm_reader_bytes(&reader, taken);

		/* Nobody has the certificate with that fingerprint. */
		if (dm_dtls_receive(dtls, datagram, taken, now++) == DM_DTLS_CONNECTED ||
		    dm_dtls_export_keys(dtls, &keys) == 0)
			abort();
		if (dm_dtls_epilogue_receive(&epilogue, datagram, taken) != DM_DTLS_HEARD_NOTHING)
			abort(); /* that would take the key */
	}
	dm_dtls_destroy(dtls);
	return 0;
}
