/* STUN through a whole ICE agent. The first byte chooses: the rest is a datagram as it is, or the
 * attributes of a request that gets a right MESSAGE-INTEGRITY and FINGERPRINT, to reach what lies
 * behind them. */
#include "transport/ice.h"
#include "transport/stun.h"

#include <stdlib.h>
#include <string.h>

#define AS_IT_IS 0
#define SIGNED   1 /* bit: right MAC */
#define NAMED    2 /* bit: right USERNAME first */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

/* Remote ufrags are "remote" and, before, "oldremote": see LLVMFuzzerTestOneInput. */
static struct dm_ice fresh = {
	.local_ufrag = "localufr",
	.local_pwd = "passwordpasswordpassword",
	.old_ufrag = "oldufrag",
	.old_pwd = "oldpasswordoldpasswordol",
};

static size_t build(uint8_t *out, size_t capacity, uint8_t mode, const uint8_t *attributes,
		    size_t size_bytes)
{
	static const uint8_t transaction[12] = "transaction!";
	struct dm_writer writer = dm_writer_init(out, capacity);

	dm_stun_begin(&writer, DM_STUN_REQUEST, DM_STUN_BINDING, transaction);
	if (mode & NAMED) {
		dm_writer_u32(&writer, 0x00060000 + 15);
		dm_writer_bytes(&writer, "localufr:remote", 16);
	}
	dm_writer_bytes(&writer, attributes, size_bytes);
	if (mode & SIGNED)
		dm_stun_put_integrity(&writer, fresh.local_pwd);
	dm_stun_put_fingerprint(&writer);
	return writer.failed ? 0 : writer.size;
}

static void check(const uint8_t *datagram, size_t size_bytes)
{
	const struct dm_address from = { .family = AF_INET6, .port = 9, .ip = { 0x20, 1 } };
	struct dm_ice ice = fresh;
	uint8_t reply[DM_ICE_REPLY_MAX];
	struct dm_writer writer = dm_writer_init(reply, sizeof(reply));
	struct dm_stun_message message;
	char ufrag[DM_ICE_LOCAL_UFRAG_CHARS + 1];
	const enum dm_ice_result result = dm_ice_receive(&ice, datagram, size_bytes, &from, 1,
							 &writer);

	if (writer.failed || (writer.size > 0 && !dm_stun_parse(&message, reply, writer.size)))
		abort();
	if (result == DM_ICE_VALID || result == DM_ICE_SELECTED) {
		if (writer.size == 0 || !dm_ice_peek_ufrag(datagram, size_bytes, ufrag))
			abort();
		return;
	}
	if (memcmp(&ice, &fresh, sizeof(ice)) != 0)
		abort(); /* kept something of a message that was not authentic */
	(void)dm_ice_peek_ufrag(datagram, size_bytes, ufrag);
	if ((result == DM_ICE_WRONG_USER || result == DM_ICE_BAD_MAC) &&
	    2 * writer.size > 3 * size_bytes)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
	uint8_t datagram[2048];

	if (size_bytes == 0)
		return 0;
	fresh.remote_hash = dm_ice_hash("remote", 6);
	fresh.old_remote_hash = dm_ice_hash("oldremote", 9);
	if (data[0] % 4 == AS_IT_IS)
		check(data + 1, size_bytes - 1);
	else
		check(datagram,
		      build(datagram, sizeof(datagram), data[0], data + 1, size_bytes - 1));
	return 0;
}
