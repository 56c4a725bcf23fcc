#include "arrival.h"

#include <netinet/udp.h>
#include <string.h>

#define FIRST 0x7f010001u /* 127.1.0.1: nobody else's by custom */

static void read_control(struct cmsghdr *control, struct dm_arrival *arrival)
{
	if (control->cmsg_level == SOL_UDP && control->cmsg_type == UDP_GRO) {
		int bytes;

		memcpy(&bytes, CMSG_DATA(control), sizeof(bytes));
		arrival->segment_bytes = bytes > 0 ? (size_t)bytes : 0;
	} else if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
		struct in_pktinfo info;

		memcpy(&info, CMSG_DATA(control), sizeof(info));
		arrival->to = ntohl(info.ipi_addr.s_addr);
	} else if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_TIMESTAMPNS) {
		struct timespec at;

		memcpy(&at, CMSG_DATA(control), sizeof(at));
		arrival->wall_us = (int64_t)at.tv_sec * 1000000 + at.tv_nsec / 1000;
	}
}

struct dm_arrival dm_arrival_read(struct msghdr *message)
{
	struct dm_arrival arrival = { 0 };

	for (struct cmsghdr *control = CMSG_FIRSTHDR(message); control;
	     control = CMSG_NXTHDR(message, control))
		read_control(control, &arrival);
	return arrival;
}

size_t dm_arrival_next(const struct dm_arrival *arrival, size_t offset, size_t bytes)
{
	const size_t left = bytes - offset;

	return arrival->segment_bytes && arrival->segment_bytes < left ? arrival->segment_bytes
								       : left;
}

uint32_t dm_spread_address(uint32_t n)
{
	return FIRST + n;
}

uint32_t dm_spread_listener(uint32_t address)
{
	return address >= FIRST && address - FIRST < DM_SPREAD_MAX ? address - FIRST
								   : DM_SPREAD_NONE;
}
