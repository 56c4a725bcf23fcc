#include "rtp/rtcp.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

static void on_item(void *user, const struct dm_rtcp_item *item)
{
	size_t *items = user;

	(*items)++;
	if (item->type > DM_RTCP_BYE)
		abort();
	if (item->type == DM_RTCP_REPORT_BLOCK) {
		if (item->block.lost > 0x7FFFFF || item->block.lost < -0x800000)
			abort();
		(void)dm_rtcp_round_trip(&item->block, UINT64_C(0xB705200000000000));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
	size_t items = 0;

	/* A refused compound tells nothing; an accepted one at most 17 items for 4 bytes (NACK). */
	if (!dm_rtcp_parse(data, size_bytes, on_item, &items) && items > 0)
		abort();
	if (items > size_bytes * 17 / 4)
		abort();
	return 0;
}
