#include "transport/frame.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#define ETHERNET_BYTES 14
#define IPV4_BYTES     20
#define IPV6_BYTES     40
#define UDP_BYTES      8

/* A one's complement sum in the machine's byte order, of 32 bits at a time: RFC 1071, 2 (B) and
 * (C). Sixty-four bits hold the carries of 2^32 such words. */
static uint64_t add(uint64_t sum, const uint8_t *data, size_t bytes)
{
	for (; bytes >= 4; bytes -= 4, data += 4) {
		uint32_t word;

		memcpy(&word, data, sizeof(word));
		sum += word;
	}
	if (bytes > 0) {
		uint32_t word = 0; /* padded with zeros at its end */

		memcpy(&word, data, bytes);
		sum += word;
	}
	return sum;
}

static uint16_t fold(uint64_t sum)
{
	sum = (sum >> 32) + (sum & UINT32_MAX);
	while (sum >> 16)
		sum = (sum >> 16) + (sum & UINT16_MAX);
	return (uint16_t)~sum;
}

uint16_t dm_frame_checksum(const uint8_t *data, size_t bytes)
{
	return fold(add(0, data, bytes));
}

static void put_u16(uint8_t *at, size_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* Version and header length, class, length, identification 0 and "don't fragment" (an atomic
 * datagram: RFC 6864, 4.1), TTL, protocol, checksum, addresses. */
static size_t put_ipv4(uint8_t *ip, const struct dm_frame_flow *flow, size_t udp_bytes)
{
	memset(ip, 0, IPV4_BYTES);
	ip[0] = 0x45;
	ip[1] = flow->traffic_class;
	put_u16(ip + 2, IPV4_BYTES + udp_bytes);
	ip[6] = 0x40;
	ip[8] = flow->hops;
	ip[9] = IPPROTO_UDP;
	memcpy(ip + 12, flow->source->ip, 4);
	memcpy(ip + 16, flow->target->ip, 4);

	const uint16_t checksum = dm_frame_checksum(ip, IPV4_BYTES);

	memcpy(ip + 10, &checksum, sizeof(checksum));
	return IPV4_BYTES;
}

/* Version, class and flow label 0, payload length, next header, hop limit, addresses. */
static size_t put_ipv6(uint8_t *ip, const struct dm_frame_flow *flow, size_t udp_bytes)
{
	ip[0] = (uint8_t)(0x60 | flow->traffic_class >> 4);
	ip[1] = (uint8_t)(flow->traffic_class << 4);
	ip[2] = ip[3] = 0;
	put_u16(ip + 4, udp_bytes);
	ip[6] = IPPROTO_UDP;
	ip[7] = flow->hops;
	memcpy(ip + 8, flow->source->ip, 16);
	memcpy(ip + 24, flow->target->ip, 16);
	return IPV6_BYTES;
}

/* Ports, length, and a checksum that covers the addresses too (RFC 768; RFC 8200, 8.1). */
static void put_udp(uint8_t *udp, const struct dm_frame_flow *flow, const uint8_t *payload,
		    size_t bytes)
{
	const size_t ip_bytes = flow->target->family == AF_INET ? 4 : 16;
	const uint8_t pseudo[4] = { 0, IPPROTO_UDP, (uint8_t)((UDP_BYTES + bytes) >> 8),
				    (uint8_t)(UDP_BYTES + bytes) };

	put_u16(udp, flow->source_port);
	put_u16(udp + 2, flow->target_port);
	put_u16(udp + 4, UDP_BYTES + bytes);
	udp[6] = udp[7] = 0;
	memcpy(udp + UDP_BYTES, payload, bytes);

	uint64_t sum = add(0, pseudo, sizeof(pseudo));

	sum = add(sum, flow->source->ip, ip_bytes);
	sum = add(sum, flow->target->ip, ip_bytes);

	uint16_t checksum = fold(add(sum, udp, UDP_BYTES + bytes));

	if (checksum == 0)
		checksum = 0xffff; /* 0 says that there is none */
	memcpy(udp + 6, &checksum, sizeof(checksum));
}

size_t dm_frame_write(uint8_t *frame, const struct dm_frame_flow *flow, const uint8_t *payload,
		      size_t bytes)
{
	const bool ipv4 = flow->target->family == AF_INET;
	uint8_t *const ip = frame + ETHERNET_BYTES;

	memcpy(frame, flow->target_mac, DM_MAC_BYTES);
	memcpy(frame + DM_MAC_BYTES, flow->source_mac, DM_MAC_BYTES);
	put_u16(frame + 2 * DM_MAC_BYTES, ipv4 ? 0x0800 : 0x86dd);

	const size_t ip_bytes = ipv4 ? put_ipv4(ip, flow, UDP_BYTES + bytes)
				     : put_ipv6(ip, flow, UDP_BYTES + bytes);

	put_udp(ip + ip_bytes, flow, payload, bytes);
	return ETHERNET_BYTES + ip_bytes + UDP_BYTES + bytes;
}
