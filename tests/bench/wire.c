/* What it costs to hand small packets to the kernel, by each way out: UDP, an AF_PACKET ring, and
 * AF_XDP. One packet to each of N addresses over a veth pair between two networks, the sender on
 * core 0 and what receives on core 1. Microseconds of the sender's CPU a packet, kernel included.
 * UDP and XDP are the relay's own wire, routes and neighbours looked up; the AF_PACKET ring is a
 * bare loop. Needs root. Run the release build on a quiet machine.
 *
 *   bench_wire [BYTES] [PACKETS_PER_ADDRESS] [ROUNDS] [ADDRESSES]
 *
 * With several packets per address UDP sends them as one UDP_SEGMENT message, the others singly.
 */
#include "networks.h"
#include "transport/frame.h"
#include "transport/wire.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/udp.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PORT          9000
#define FIRST_ADDRESS 0x0a4e0001u /* 10.78.0.1, behind 10.77.0.2 */
#define BATCH         512         /* messages a call, as the sender's */
#define REPEATS       50          /* of all addresses, a round and way */
#define RING_FRAMES   1024u
#define RING_BYTES    2048u
/* Where a frame begins in the ring (packet_mmap.rst). */
#define PACKET_DATA_OFFSET ((sizeof(struct tpacket2_hdr) + 15) / 16 * 16)

enum way { BY_UDP, BY_PACKET, BY_XDP, WAYS };

static const char *const way_names[WAYS] = { "udp", "packet", "xdp" };

struct bench {
	struct networks networks;
	size_t bytes, per_address, rounds, addresses;
	struct dm_destination *to;
	struct dm_wire *wires[WAYS]; /* PACKET has none */
	int packet_fd;
	uint8_t *packet_ring;
	unsigned packet_at;
	uint8_t macs[2][DM_MAC_BYTES];
	uint8_t payload[65000];
	_Atomic uint64_t received;
};

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void pin(size_t core)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(core, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		fail("sched_setaffinity");
}

static double cpu_usec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

/* --- what receives --- */

static int udp_socket(int family)
{
	const int fd = socket(family, SOCK_DGRAM, 0);
	const int size = 64 << 20, on = 1, off = 0;
	struct sockaddr_in6 address = { .sin6_family = (sa_family_t)family,
					.sin6_port = htons(PORT) };

	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
	(void)setsockopt(fd, SOL_UDP, UDP_GRO, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		fail("bind");
	return fd;
}

static void *sink(void *user)
{
	struct bench *bench = user;
	uint8_t *const data = malloc(65536);

	networks_enter(&bench->networks, NETWORK_LISTENERS);
	pin(1);
	const int fd = udp_socket(AF_INET6);

	for (;;) {
		const ssize_t bytes = recv(fd, data, 65536, 0);

		if (bytes > 0)
			atomic_fetch_add(&bench->received,
					 ((size_t)bytes + bench->bytes - 1) / bench->bytes);
	}
	return NULL;
}

/* --- the ways --- */

static void send_by_wire(struct bench *bench, enum way way)
{
	struct dm_wire_message messages[BATCH];
	const bool alone = way == BY_XDP || bench->per_address == 1;
	const size_t each = alone ? bench->per_address : 1;
	const size_t segments = alone ? 1 : bench->per_address;
	size_t count = 0;

	dm_wire_turn(bench->wires[way]);
	for (size_t i = 0; i < bench->addresses * each; i++) {
		messages[count++] = (struct dm_wire_message){
			.to = &bench->to[i / each],
			.data = bench->payload,
			.bytes = bench->bytes * segments,
			.segment_bytes = (uint16_t)bench->bytes,
			.segments = (uint16_t)segments,
			.alone = alone,
		};
		if (count == BATCH || i + 1 == bench->addresses * each) {
			dm_wire_send(bench->wires[way], messages, count);
			count = 0;
		}
	}
}

static void send_by_packet(struct bench *bench)
{
	const struct dm_address source = { .family = AF_INET, .ip = { 10, 77, 0, 1 } };

	for (size_t i = 0; i < bench->addresses * bench->per_address; i++) {
		struct tpacket2_hdr *header = (void *)(bench->packet_ring +
						       bench->packet_at * RING_BYTES);
		const struct dm_address target = dm_address_from_sockaddr(
			(void *)&bench->to[i / bench->per_address].address);
		const struct dm_frame_flow flow = { .source_mac = bench->macs[0],
						    .target_mac = bench->macs[1],
						    .source = &source,
						    .target = &target,
						    .source_port = PORT,
						    .target_port = PORT,
						    .hops = 64 };

		while (__atomic_load_n(&header->tp_status, __ATOMIC_ACQUIRE) != TP_STATUS_AVAILABLE)
			(void)send(bench->packet_fd, NULL, 0, 0);
		header->tp_len = (uint32_t)dm_frame_write((uint8_t *)header + PACKET_DATA_OFFSET,
							  &flow, bench->payload, bench->bytes);
		__atomic_store_n(&header->tp_status, TP_STATUS_SEND_REQUEST, __ATOMIC_RELEASE);
		bench->packet_at = (bench->packet_at + 1) % RING_FRAMES;
		if (i % 256 == 255)
			(void)send(bench->packet_fd, NULL, 0, MSG_DONTWAIT);
	}
	(void)send(bench->packet_fd, NULL, 0, MSG_DONTWAIT);
}

/* --- setting up --- */

static void read_mac(enum network network, const struct bench *bench, const char *name,
		     uint8_t *mac)
{
	struct ifreq request = { 0 };

	networks_enter(&bench->networks, network);

	const int fd = socket(AF_INET, SOCK_DGRAM, 0);

	strcpy(request.ifr_name, name);
	if (ioctl(fd, SIOCGIFHWADDR, &request) < 0)
		fail("SIOCGIFHWADDR");
	memcpy(mac, request.ifr_hwaddr.sa_data, DM_MAC_BYTES);
	close(fd);
	networks_enter(&bench->networks, NETWORK_RELAY);
}

static void open_packet_ring(struct bench *bench)
{
	const int version = TPACKET_V2, on = 1;
	const struct tpacket_req ring = { .tp_block_size = RING_BYTES * 64,
					  .tp_block_nr = RING_FRAMES / 64,
					  .tp_frame_size = RING_BYTES,
					  .tp_frame_nr = RING_FRAMES };
	const struct sockaddr_ll address = { .sll_family = AF_PACKET,
					     .sll_ifindex = (int)if_nametoindex("r0") };
	const int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_TX_RING, &ring, sizeof(ring)) < 0 ||
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		fail("packet ring");
	bench->packet_ring = mmap(NULL, RING_FRAMES * RING_BYTES, PROT_READ | PROT_WRITE,
				  MAP_SHARED, fd, 0);
	if (bench->packet_ring == MAP_FAILED)
		fail("mmap");
	bench->packet_fd = fd;
}

static void set_up(struct bench *bench)
{
	const struct networks *networks = &bench->networks;
	int failed;

	if (networks_init(&bench->networks) < 0) {
		fprintf(stderr, "needs root: it makes network namespaces\n");
		exit(3);
	}
	failed = networks_run(networks, NETWORK_LISTENERS,
			      "ip route add local 10.78.0.0/16 dev lo");
	failed |= networks_run(networks, NETWORK_RELAY, "ip route add 10.78.0.0/16 via 10.77.0.2");
	/* Receiving is done on core 1, not by the sender in passing. */
	failed |= networks_run(networks, NETWORK_LISTENERS,
			       "unshare --mount sh -c 'mount -t sysfs none /sys && "
			       "echo 2 > /sys/class/net/l0/queues/rx-0/rps_cpus'");
	if (failed)
		exit(1);
	read_mac(NETWORK_RELAY, bench, "r0", bench->macs[0]);
	read_mac(NETWORK_LISTENERS, bench, "l0", bench->macs[1]);

	bench->to = calloc(bench->addresses, sizeof(*bench->to));
	for (size_t i = 0; i < bench->addresses; i++) {
		struct dm_address address = { .family = AF_INET, .port = PORT };
		const uint32_t ip = htonl(FIRST_ADDRESS + (uint32_t)i);
		struct sockaddr_storage sockaddr;

		memcpy(address.ip, &ip, sizeof(ip));
		bench->to[i].address_bytes = dm_address_to_sockaddr(&address, AF_INET6, &sockaddr);
		memcpy(&bench->to[i].address, &sockaddr, sizeof(bench->to[i].address));
	}

	const int fd = udp_socket(AF_INET6);

	if (dm_wire_create(&bench->wires[BY_UDP], &(struct dm_wire_options){ .fd = fd }) < 0 ||
	    dm_wire_create(&bench->wires[BY_XDP],
			   &(struct dm_wire_options){ .fd = fd, .way = DM_TRANSPORT_XDP }) < 0)
		fail("wire");
	open_packet_ring(bench);
}

/* Returns microseconds a packet; prints nothing. */
static double measure(struct bench *bench, enum way way, double *lost)
{
	const size_t packets = bench->addresses * bench->per_address;
	const uint64_t before = atomic_load(&bench->received);
	double spent = 0;

	for (int i = 0; i < REPEATS; i++) {
		const double begin = cpu_usec();

		if (way == BY_PACKET)
			send_by_packet(bench);
		else
			send_by_wire(bench, way);
		spent += cpu_usec() - begin;
		/* As long as the sink needs. */
		usleep((useconds_t)(packets * 3));
	}
	usleep(200 * 1000);
	*lost = 1 - (double)(atomic_load(&bench->received) - before) / (double)(REPEATS * packets);
	return spent / (double)(REPEATS * packets);
}

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static size_t argument(int count, char **arguments, int index, size_t otherwise, size_t most)
{
	const size_t value = index < count ? strtoul(arguments[index], NULL, 10) : otherwise;

	return value < 1 ? 1 : value > most ? most : value;
}

int main(int count, char **arguments)
{
	static struct bench bench;
	static double costs[WAYS][100], losses[WAYS];
	pthread_t thread;

	bench.bytes = argument(count, arguments, 1, 120, 1400);
	bench.per_address = argument(count, arguments, 2, 1, 40);
	bench.rounds = argument(count, arguments, 3, 6, 100);
	bench.addresses = argument(count, arguments, 4, 2000, 16000);
	memset(bench.payload, 7, sizeof(bench.payload));
	set_up(&bench);
	if (pthread_create(&thread, NULL, sink, &bench) != 0)
		fail("pthread_create");
	pin(0);
	usleep(100 * 1000);
	for (enum way way = 0; way < WAYS; way++) /* routes, neighbours, memory */
		(void)measure(&bench, way, &losses[way]);
	for (size_t round = 0; round < bench.rounds; round++)
		for (enum way way = 0; way < WAYS; way++) {
			double lost;

			costs[way][round] = measure(&bench, way, &lost);
			if (round == 0 || lost > losses[way])
				losses[way] = lost;
		}
	printf("%zu bytes, %zu to each of %zu addresses, %zu rounds: us a packet\n", bench.bytes,
	       bench.per_address, bench.addresses, bench.rounds);
	for (enum way way = 0; way < WAYS; way++) {
		qsort(costs[way], bench.rounds, sizeof(double), compare);
		printf("%-7s median %.2f  least %.2f  most %.2f  lost at most %.3f %%\n",
		       way_names[way], costs[way][bench.rounds / 2], costs[way][0],
		       costs[way][bench.rounds - 1], 100 * losses[way]);
	}
	printf("raw frames: %lld of %lld\n",
	       (long long)dm_metric_get(&dm_wire_metrics(bench.wires[BY_XDP])->raw_packets),
	       (long long)dm_metric_get(&dm_wire_metrics(bench.wires[BY_XDP])->packets));
	return 0;
}
