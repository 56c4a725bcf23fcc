/* The transport's ways out between two networks: whole peers (ICE, DTLS, SRTP) in one, real workers
 * in the other, over a cable whose addresses and routes change meanwhile. Needs root. */
#include "networks.h"
#include "offer.h"
#include "receiver.h"
#include "transport/transport.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/capability.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cmocka.h>

#define PEERS    12
#define DEADLINE DM_SEC(20)
#define SKIPPED  77 /* to ctest */
/* Within which a change must be followed. */
#define FOLLOWED DM_SEC(2)

/* Where a peer lives; peers take turns. */
enum home { ON_LINK, BEHIND_GATEWAY, IPV6, HOMES };

struct peer {
	dm_peer_id id;
	enum home home;
	int fd;
	struct dm_receiver *receiver;
	bool ended;
};

struct fixture {
	struct dm_timeline timeline;
	struct dm_metrics *metrics;
	struct dm_transport *transport;
	struct dm_track *sound, *picture;
	struct dm_identity *identity;
	struct peer peers[PEERS];
	pthread_t publisher;
	_Atomic bool stop;
};

static struct networks networks;

/* --- the relay's side --- */

static void publish(struct fixture *fixture, struct dm_track *track, size_t packets, size_t bytes,
		    bool key, dm_usec at)
{
	static const uint8_t payload[DM_TRACK_PAYLOAD_MAX] = { 0x65 }; /* an IDR slice */
	struct dm_track_payload payloads[16];

	for (size_t i = 0; i < packets; i++)
		payloads[i] = (struct dm_track_payload){ .data = payload, .bytes = bytes };
	(void)dm_track_publish(track,
			       &(struct dm_track_frame){
				       .payloads = payloads,
				       .payload_count = packets,
				       .captured_at = at,
				       .timestamp = dm_timeline_rtp(&fixture->timeline, at,
								    dm_track_clock_rate_hz(track)),
				       .key = key },
			       dm_time_now());
}

/* Sound each 20 ms, of odd and even sizes; pictures each 40. */
static void *run_publisher(void *user)
{
	struct fixture *fixture = user;

	for (int64_t tick = 0; !atomic_load(&fixture->stop); tick++) {
		const dm_usec at = fixture->timeline.origin + DM_MSEC(20) * tick;
		const dm_usec wait = at - dm_time_now();

		if (wait > 0)
			usleep((useconds_t)wait);
		publish(fixture, fixture->sound, 1, 80 + (size_t)(tick % 41), true, at);
		if (tick % 2 == 0)
			publish(fixture, fixture->picture, 4, 900, tick % 10 == 0, at);
		dm_audience_ring(dm_transport_audience(fixture->transport));
	}
	return NULL;
}

static void take_state(void *user, dm_peer_id id, enum dm_peer_state state)
{
	struct fixture *fixture = user;

	for (size_t i = 0; i < PEERS; i++)
		if (fixture->peers[i].id == id && state != DM_PEER_CONNECTED)
			fixture->peers[i].ended = true;
}

static struct dm_track *create_track(bool audio)
{
	const struct dm_track_options options = {
		.kind = audio ? DM_TRACK_AUDIO : DM_TRACK_VIDEO,
		.clock_rate_hz = audio ? 48000 : 90000,
		.capacity_packets = 512,
	};
	struct dm_track *track;

	assert_int_equal(dm_track_create(&track, &options), 0);
	return track;
}

static struct fixture *create(enum dm_transport_way way)
{
	static const char *const announced[] = { "10.77.0.1", "fd77::1" };
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	const struct dm_transport_options options = {
		.announced = announced, .announced_count = 2, .workers = 1, .sender = way
	};

	fixture->timeline = dm_timeline_init(dm_time_now(), dm_time_ntp_now());
	assert_int_equal(dm_metrics_create(&fixture->metrics), 0);
	assert_int_equal(dm_transport_create(&fixture->transport, &options, &fixture->timeline,
					     fixture->metrics),
			 0);
	dm_transport_set_observer(fixture->transport, take_state, fixture);
	fixture->sound = create_track(true);
	fixture->picture = create_track(false);
	assert_int_equal(dm_identity_create(&fixture->identity, DM_PROFILE_ANY), 0);
	assert_int_equal(pthread_create(&fixture->publisher, NULL, run_publisher, fixture), 0);
	return fixture;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	atomic_store(&fixture->stop, true);
	pthread_join(fixture->publisher, NULL);
	dm_transport_destroy(fixture->transport);
	for (size_t i = 0; i < PEERS; i++) {
		dm_receiver_destroy(fixture->peers[i].receiver);
		if (fixture->peers[i].fd > 0)
			close(fixture->peers[i].fd);
	}
	dm_track_unref(fixture->sound);
	dm_track_unref(fixture->picture);
	dm_identity_destroy(fixture->identity);
	dm_metrics_destroy(fixture->metrics);
	free(fixture);
	return 0;
}

/* Of the relay's metrics; 0 when there is none of that name. */
static long long metric(const struct fixture *fixture, const char *name)
{
	char *const text = dm_metrics_render(fixture->metrics, NULL);
	const char *at = text;
	long long value = 0;

	while ((at = strstr(at, name)) && (at == text || at[-1] != '\n'))
		at += strlen(name);
	if (at)
		value = atoll(strchr(at, '}') + 1);
	free(text);
	return value;
}

static long long raw_packets(const struct fixture *fixture)
{
	return metric(fixture, "dragoman_worker_sent_raw_packets_total{");
}

/* --- the listeners' side --- */

static void send_datagram(void *user, const uint8_t *data, size_t bytes)
{
	const struct peer *peer = user;

	(void)send(peer->fd, data, bytes, 0);
}

/* A socket at the peer's home, towards the relay. */
static int open_socket(const struct peer *peer, size_t number, uint16_t port)
{
	struct sockaddr_in6 own = { .sin6_family = AF_INET6 };
	struct sockaddr_in6 relay = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	char text[INET6_ADDRSTRLEN];

	if (peer->home == IPV6)
		snprintf(text, sizeof(text), "fd77::2");
	else if (peer->home == ON_LINK)
		snprintf(text, sizeof(text), "::ffff:10.77.0.2");
	else
		snprintf(text, sizeof(text), "::ffff:10.78.0.%zu", number + 1);
	assert_int_equal(inet_pton(AF_INET6, text, &own.sin6_addr), 1);
	assert_int_equal(inet_pton(AF_INET6, peer->home == IPV6 ? "fd77::1" : "::ffff:10.77.0.1",
				   &relay.sin6_addr),
			 1);
	networks_enter(&networks, NETWORK_LISTENERS);

	const int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	const int size = 8 << 20; /* however long this thread may be held up */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	const int bound = bind(fd, (struct sockaddr *)&own, sizeof(own));
	const int connected = connect(fd, (struct sockaddr *)&relay, sizeof(relay));

	networks_enter(&networks, NETWORK_RELAY);
	assert_int_equal(bound, 0);
	assert_int_equal(connected, 0);
	return fd;
}

static void join(struct fixture *fixture, size_t number)
{
	struct peer *peer = &fixture->peers[number];
	struct dm_peer_options options = { .fingerprint = *dm_identity_fingerprint(
						   fixture->identity) };
	struct dm_peer_answer answer;
	struct dm_answer read = { .ice_lite = true, .passive = true, .audio = true, .video = true };
	char offer[DM_OFFER_MAX];

	peer->home = (enum home)(number % HOMES);
	peer->fd = open_socket(peer, number, dm_transport_port(fixture->transport, 0));
	assert_int_equal(
		dm_receiver_create(&peer->receiver,
				   &(struct dm_receiver_options){ .identity = fixture->identity,
								  .video = true,
								  .send = send_datagram,
								  .user = peer }),
		0);
	assert_true(dm_receiver_offer(peer->receiver, offer, sizeof(offer)) > 0);
	assert_int_equal(
		sscanf(strstr(offer, "a=ice-ufrag:"), "a=ice-ufrag:%256s", options.remote_ufrag),
		1);
	options.streams[DM_MEDIA_AUDIO] = (struct dm_stream_options){
		.wanted = true, .payload_type = DM_OFFER_OPUS
	};
	options.streams[DM_MEDIA_PICTURE] = (struct dm_stream_options){
		.wanted = true, .payload_type = DM_OFFER_H264
	};
	assert_int_equal(dm_transport_add_peer(fixture->transport, &options, &answer), 0);
	peer->id = answer.id;
	assert_int_equal(
		dm_transport_bind(fixture->transport, peer->id, DM_MEDIA_AUDIO, &fixture->sound, 1),
		0);
	assert_int_equal(dm_transport_bind(fixture->transport, peer->id, DM_MEDIA_PICTURE,
					   &fixture->picture, 1),
			 0);
	memcpy(read.ufrag, answer.ufrag, sizeof(answer.ufrag));
	memcpy(read.pwd, answer.pwd, sizeof(answer.pwd));
	read.fingerprint = answer.fingerprint;
	assert_int_equal(dm_receiver_start(peer->receiver, &read, dm_time_now()), 0);
}

static void turn(struct fixture *fixture)
{
	uint8_t data[2048];
	struct pollfd poller = { .fd = dm_transport_fd(fixture->transport), .events = POLLIN };

	(void)poll(&poller, 1, 5);
	if (poller.revents)
		dm_transport_dispatch(fixture->transport);
	for (size_t i = 0; i < PEERS; i++) {
		struct peer *peer = &fixture->peers[i];
		ssize_t bytes;

		while ((bytes = recv(peer->fd, data, sizeof(data), 0)) > 0)
			dm_receiver_receive(peer->receiver, data, (size_t)bytes, dm_time_now());
		dm_receiver_tick(peer->receiver, dm_time_now());
	}
}

static void run_for(struct fixture *fixture, dm_usec time)
{
	const dm_usec until = dm_time_now() + time;

	while (dm_time_now() < until)
		turn(fixture);
}

static const struct dm_receiver_report *report(const struct fixture *fixture, size_t number)
{
	return dm_receiver_report(fixture->peers[number].receiver);
}

/* Everybody has had sound and picture since that moment. */
static bool all_have_both(const struct fixture *fixture, dm_usec since)
{
	for (size_t i = 0; i < PEERS; i++) {
		const struct dm_receiver_report *seen = report(fixture, i);

		if (seen->audio.last_at == DM_USEC_NEVER || seen->audio.last_at <= since ||
		    seen->video.last_at == DM_USEC_NEVER || seen->video.last_at <= since)
			return false;
	}
	return true;
}

static void join_all(struct fixture *fixture)
{
	const dm_usec until = dm_time_now() + DEADLINE;

	for (size_t i = 0; i < PEERS; i++)
		join(fixture, i);
	while (!all_have_both(fixture, 0)) {
		assert_true(dm_time_now() < until);
		turn(fixture);
	}
}

static uint64_t lost(const struct dm_inbound *inbound)
{
	return inbound->highest - inbound->base + 1 - inbound->packets;
}

static void expect_nobody_lost_anything(const struct fixture *fixture)
{
	for (size_t i = 0; i < PEERS; i++) {
		const struct dm_receiver_report *seen = report(fixture, i);

		assert_int_equal(lost(&seen->audio), 0);
		assert_int_equal(lost(&seen->video), 0);
		assert_int_equal(seen->audio.reordered + seen->video.reordered, 0);
		assert_int_equal(seen->audio.duplicates + seen->video.duplicates, 0);
		assert_int_equal(seen->bad_auth + seen->malformed, 0);
	}
}

static void expect_nobody_left(const struct fixture *fixture)
{
	for (size_t i = 0; i < PEERS; i++) {
		assert_false(fixture->peers[i].ended);
		assert_int_equal(report(fixture, i)->state, DM_RECEIVER_CONNECTED);
	}
}

/* What the listeners' kernel found wrong with datagrams: checksums above all. */
static void expect_no_bad_datagrams(void)
{
	/* Columns of "Udp:" are InErrors and InCsumErrors, of "Ip:" InHdrErrors and InAddrErrors.
	 */
	assert_int_equal(
		networks_run(
			&networks, NETWORK_LISTENERS,
			"cd /proc/thread-self/net; "
			"awk '/^Udp: [0-9]/ { bad += $4 + $8 } /^Ip: [0-9]/ { bad += $5 + $6 } "
			"/^(Udp6In|Ip6InHdr|Udp6InCsum)Errors/ { bad += $2 } "
			"END { exit bad > 0 }' snmp snmp6 || "
			"{ cat snmp; grep Errors snmp6; exit 1; }"),
		0);
}

static long long sent_by(const char *interface)
{
	char format[64], line[400];
	FILE *file;
	long long packets = -1;

	file = fopen("/proc/thread-self/net/dev", "r");
	assert_non_null(file);
	snprintf(format, sizeof(format), " %s: %%*d %%*d %%*d %%*d %%*d %%*d %%*d %%*d %%*d %%lld",
		 interface);
	while (packets < 0 && fgets(line, sizeof(line), file))
		if (sscanf(line, format, &packets) != 1)
			packets = -1;
	fclose(file);
	return packets;
}

/* --- tests --- */

static int set_up_udp(void **state)
{
	*state = create(DM_TRANSPORT_UDP);
	return 0;
}

static int set_up_xdp(void **state)
{
	*state = create(DM_TRANSPORT_XDP);
	return 0;
}

static void set_net_raw(bool allowed)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	assert_int_equal(syscall(SYS_capget, &header, data), 0);
	if (allowed)
		data[0].effective |= 1u << CAP_NET_RAW;
	else
		data[0].effective &= ~(1u << CAP_NET_RAW);
	assert_int_equal(syscall(SYS_capset, &header, data), 0);
}

static int set_up_without_permission(void **state)
{
	set_net_raw(false);
	*state = create(DM_TRANSPORT_XDP);
	set_net_raw(true);
	return 0;
}

static void everything_arrives_by_udp(void **state)
{
	struct fixture *fixture = *state;

	join_all(fixture);
	run_for(fixture, DM_SEC(2));
	expect_nobody_lost_anything(fixture);
	expect_no_bad_datagrams();
	assert_int_equal(raw_packets(fixture), 0);
}

static void everything_arrives_with_raw_frames(void **state)
{
	struct fixture *fixture = *state;
	uint64_t sound = 0;

	join_all(fixture);
	run_for(fixture, DM_SEC(3));
	expect_nobody_lost_anything(fixture);
	expect_no_bad_datagrams();
	for (size_t i = 0; i < PEERS; i++)
		sound += report(fixture, i)->audio.packets;
	print_message("%lld raw frames, %llu packets of sound\n", raw_packets(fixture),
		      (unsigned long long)sound);
	assert_true(raw_packets(fixture) > (long long)sound * 9 / 10);
	assert_int_equal(metric(fixture, "dragoman_worker_raw_interfaces{"), 1);
}

static void without_permission_everything_goes_by_udp(void **state)
{
	struct fixture *fixture = *state;

	join_all(fixture);
	run_for(fixture, DM_SEC(1));
	expect_nobody_lost_anything(fixture);
	assert_int_equal(raw_packets(fixture), 0);
	assert_int_equal(metric(fixture, "dragoman_worker_raw_interfaces{"), 0);
}

/* Everybody hears again in time, raw frames flow again, and nothing gets lost from then on. */
static void expect_followed(struct fixture *fixture, const char *what)
{
	const dm_usec changed_at = dm_time_now();
	/* What was on its way is still counted as of before. */
	dm_usec since = changed_at + DM_MSEC(100);
	uint64_t before[PEERS];

	run_for(fixture, DM_MSEC(120));
	while (!all_have_both(fixture, since)) {
		assert_true(dm_time_now() < changed_at + DEADLINE);
		turn(fixture);
	}

	const dm_usec took = dm_time_now() - changed_at;

	print_message("%s: heard by all again after %d ms\n", what, (int)(took / 1000));
	assert_true(took < FOLLOWED);
	run_for(fixture, DM_MSEC(200));
	for (size_t i = 0; i < PEERS; i++)
		before[i] = lost(&report(fixture, i)->audio);

	const long long raw = raw_packets(fixture);

	run_for(fixture, DM_SEC(2));
	for (size_t i = 0; i < PEERS; i++)
		assert_int_equal(lost(&report(fixture, i)->audio), before[i]);
	/* 100 packets of sound to each. */
	assert_true(raw_packets(fixture) - raw > PEERS * 80);
	expect_nobody_left(fixture);
	expect_no_bad_datagrams();
}

static void a_neighbours_new_mac_is_followed(void **state)
{
	struct fixture *fixture = *state;

	join_all(fixture);
	run_for(fixture, DM_SEC(2));
	assert_int_equal(networks_run(&networks, NETWORK_LISTENERS,
				      "ip link set l0 address 02:00:00:00:77:01"),
			 0);
	expect_followed(fixture, "new MAC of the neighbour");
	assert_int_equal(
		networks_run(&networks, NETWORK_RELAY, "ip link set r0 address 02:00:00:00:77:02"),
		0);
	expect_followed(fixture, "new MAC of our own");
}

static void a_new_route_is_followed(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(
		networks_run(&networks, NETWORK_RELAY,
			     "ip link add r1 type veth peer name l1 netns /proc/%d/fd/%d && "
			     "ip link set r1 up && ip addr add 10.79.0.1/24 dev r1",
			     (int)getpid(), networks.fds[NETWORK_LISTENERS]),
		0);
	assert_int_equal(networks_run(&networks, NETWORK_LISTENERS,
				      "ip link set l1 up && ip addr add 10.79.0.2/24 dev l1"),
			 0);
	join_all(fixture);
	run_for(fixture, DM_SEC(1));
	assert_int_equal(networks_run(&networks, NETWORK_RELAY,
				      "ip route replace 10.78.0.0/16 via 10.79.0.2 src 10.77.0.1"),
			 0);

	const long long before = sent_by("r1");

	expect_followed(fixture, "new route");
	/* A third of the peers: some 100 packets of sound each. */
	assert_true(sent_by("r1") - before > PEERS / 3 * 80);
	assert_int_equal(metric(fixture, "dragoman_worker_raw_interfaces{"), 2);

	assert_int_equal(networks_run(&networks, NETWORK_RELAY,
				      "ip link set r1 down && ip link set r1 up && ip route add "
				      "10.78.0.0/16 via 10.79.0.2 src 10.77.0.1"),
			 0);
	expect_followed(fixture, "interface down and up");
	assert_int_equal(metric(fixture, "dragoman_worker_raw_interfaces{"), 2);

	/* The second cable is pulled, and the first is taken again. */
	assert_int_equal(networks_run(&networks, NETWORK_RELAY,
				      "ip link del r1 && "
				      "ip route add 10.78.0.0/16 via 10.77.0.2"),
			 0);
	expect_followed(fixture, "interface gone");
	assert_int_equal(metric(fixture, "dragoman_worker_raw_interfaces{"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(everything_arrives_by_udp, set_up_udp, tear_down),
		cmocka_unit_test_setup_teardown(everything_arrives_with_raw_frames, set_up_xdp,
						tear_down),
		cmocka_unit_test_setup_teardown(without_permission_everything_goes_by_udp,
						set_up_without_permission, tear_down),
		cmocka_unit_test_setup_teardown(a_neighbours_new_mac_is_followed, set_up_xdp,
						tear_down),
		cmocka_unit_test_setup_teardown(a_new_route_is_followed, set_up_xdp, tear_down),
	};
	int error = networks_init(&networks);

	if (error == 0 && networks_run(&networks, NETWORK_LISTENERS,
				       "sysctl -qw net.ipv4.conf.all.rp_filter=0 && "
				       "sysctl -qw net.ipv4.conf.l0.rp_filter=0 && "
				       /* As machines do that take over an address. */
				       "sysctl -qw net.ipv4.conf.l0.arp_notify=1 && "
				       "sysctl -qw net.ipv6.conf.l0.ndisc_notify=1 && "
				       "ip route add local 10.78.0.0/16 dev lo"))
		error = -EPERM;
	if (error == 0 &&
	    networks_run(&networks, NETWORK_RELAY, "ip route add 10.78.0.0/16 via 10.77.0.2"))
		error = -EPERM;
	if (error < 0) {
		print_message("skipped: no network namespaces here (%s); run it as root\n",
			      strerror(-error));
		return SKIPPED;
	}
	error = cmocka_run_group_tests_name("wire", tests, NULL, NULL);
	networks_finish(&networks);
	return error;
}
