/* What the kernel says about routes and neighbours, whole, cut short, and mangled. */
#include "transport/netlink.h"

#include "seed.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>

struct built {
	_Alignas(struct nlmsghdr) uint8_t data[1024];
	size_t size;
	size_t begin; /* of the last message */
};

static const uint8_t mac[] = { 2, 0, 0, 0, 0, 9 };
static const struct dm_address four = { .family = AF_INET, .ip = { 10, 78, 0, 5 } };
static const struct dm_address gateway = { .family = AF_INET, .ip = { 10, 77, 0, 2 } };
static const struct dm_address six = { .family = AF_INET6, .ip = { 0xfd, 0x77, [15] = 2 } };

static void set_length(struct built *built)
{
	const uint32_t length = (uint32_t)(built->size - built->begin);

	memcpy(built->data + built->begin, &length, sizeof(length));
}

static void begin(struct built *built, uint16_t type, const void *body, size_t bytes)
{
	const struct nlmsghdr header = { .nlmsg_type = type, .nlmsg_seq = 7 };

	built->begin = built->size;
	memcpy(built->data + built->size, &header, sizeof(header));
	memcpy(built->data + built->size + sizeof(header), body, bytes);
	built->size += NLMSG_ALIGN(sizeof(header) + bytes);
	set_length(built);
}

static void attribute(struct built *built, uint16_t type, const void *value, size_t bytes)
{
	const struct rtattr header = { .rta_type = type, .rta_len = (uint16_t)RTA_LENGTH(bytes) };

	memcpy(built->data + built->size, &header, sizeof(header));
	memcpy(built->data + built->size + sizeof(header), value, bytes);
	built->size += RTA_SPACE(bytes);
	set_length(built);
}

static void put_route(struct built *built, uint8_t type)
{
	const struct rtmsg body = { .rtm_family = AF_INET, .rtm_dst_len = 32, .rtm_type = type };
	const int interface = 3;
	const uint8_t source[] = { 10, 77, 0, 1 };

	begin(built, RTM_NEWROUTE, &body, sizeof(body));
	attribute(built, RTA_DST, four.ip, 4);
	attribute(built, RTA_OIF, &interface, sizeof(interface));
	attribute(built, RTA_PREFSRC, source, sizeof(source));
	attribute(built, RTA_GATEWAY, gateway.ip, 4);
}

static void put_neighbour(struct built *built, uint16_t type, uint16_t state)
{
	const struct ndmsg body = { .ndm_family = AF_INET6, .ndm_ifindex = 3, .ndm_state = state };

	begin(built, type, &body, sizeof(body));
	attribute(built, NDA_DST, six.ip, 16);
	attribute(built, NDA_LLADDR, mac, sizeof(mac));
}

static struct dm_netlink_message only(const struct built *built)
{
	struct dm_netlink_message message;
	size_t offset = 0;
	uint32_t sequence;

	assert_true(dm_netlink_next(built->data, built->size, &offset, &message, &sequence));
	assert_int_equal(sequence, 7);
	assert_int_equal(offset, built->size);
	return message;
}

static void a_route_is_read(void **state)
{
	struct built built = { 0 };

	(void)state;
	put_route(&built, RTN_UNICAST);

	const struct dm_netlink_message message = only(&built);

	assert_int_equal(message.type, DM_NETLINK_ROUTE);
	assert_true(message.route.plain);
	assert_int_equal(message.route.interface, 3);
	assert_true(dm_address_equal(&message.route.gateway, &gateway));
	assert_int_equal(message.route.source.ip[3], 1);
}

static void routes_that_are_no_frame_to_a_neighbour_are_not_plain(void **state)
{
	static const uint8_t types[] = { RTN_LOCAL,     RTN_BROADCAST,   RTN_MULTICAST,
					 RTN_BLACKHOLE, RTN_UNREACHABLE, RTN_PROHIBIT };

	(void)state;
	for (size_t i = 0; i < sizeof(types); i++) {
		struct built built = { 0 };

		put_route(&built, types[i]);
		assert_false(only(&built).route.plain);
	}

	struct built tunnel = { 0 };

	put_route(&tunnel, RTN_UNICAST);
	attribute(&tunnel, RTA_ENCAP | NLA_F_NESTED, "abcd", 4);
	assert_false(only(&tunnel).route.plain);
}

static void a_gateway_of_the_other_family_is_read(void **state)
{
	const struct rtmsg body = { .rtm_family = AF_INET, .rtm_type = RTN_UNICAST };
	const uint16_t family = AF_INET6;
	uint8_t via[18];
	struct built built = { 0 };

	(void)state;
	memcpy(via, &family, sizeof(family));
	memcpy(via + 2, six.ip, 16);
	begin(&built, RTM_NEWROUTE, &body, sizeof(body));
	attribute(&built, RTA_VIA, via, sizeof(via));

	const struct dm_netlink_message message = only(&built);

	assert_true(dm_address_equal(&message.route.gateway, &six));
}

static void neighbours_are_usable_as_the_kernel_uses_them(void **state)
{
	static const struct {
		uint16_t type, state;
		bool usable, permanent;
	} cases[] = {
		{ RTM_NEWNEIGH, NUD_REACHABLE, true, false },
		{ RTM_NEWNEIGH, NUD_STALE, true, false },
		{ RTM_NEWNEIGH, NUD_DELAY, true, false },
		{ RTM_NEWNEIGH, NUD_PROBE, true, false },
		{ RTM_NEWNEIGH, NUD_PERMANENT, true, true },
		{ RTM_NEWNEIGH, NUD_FAILED, false, false },
		{ RTM_NEWNEIGH, NUD_INCOMPLETE, false, false },
		{ RTM_DELNEIGH, NUD_REACHABLE, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct built built = { 0 };

		put_neighbour(&built, cases[i].type, cases[i].state);

		const struct dm_netlink_message message = only(&built);

		assert_int_equal(message.type, DM_NETLINK_NEIGHBOUR);
		assert_int_equal(message.neighbour.interface, 3);
		assert_true(dm_address_equal(&message.neighbour.ip, &six));
		assert_memory_equal(message.neighbour.mac, mac, sizeof(mac));
		assert_int_equal(message.neighbour.usable, cases[i].usable);
		assert_int_equal(message.neighbour.permanent, cases[i].permanent);
	}
}

static void a_mac_that_is_not_ethernet_is_not_usable(void **state)
{
	const struct ndmsg body = { .ndm_family = AF_INET,
				    .ndm_ifindex = 3,
				    .ndm_state = NUD_REACHABLE };
	struct built built = { 0 };

	(void)state;
	begin(&built, RTM_NEWNEIGH, &body, sizeof(body));
	attribute(&built, NDA_DST, four.ip, 4);
	attribute(&built, NDA_LLADDR, "01234567890123456789", 20); /* InfiniBand */
	assert_int_equal(only(&built).type, DM_NETLINK_NEIGHBOUR);
	assert_false(only(&built).neighbour.usable);
}

static void several_messages_are_read_one_by_one(void **state)
{
	const struct ifinfomsg link = { .ifi_index = 5 };
	const struct ifaddrmsg address = { .ifa_family = AF_INET };
	const int error = -ENETUNREACH;
	struct built built = { 0 };
	struct dm_netlink_message message;
	size_t offset = 0;

	(void)state;
	begin(&built, RTM_NEWLINK, &link, sizeof(link));
	begin(&built, RTM_NEWADDR, &address, sizeof(address));
	begin(&built, NLMSG_ERROR, &error, sizeof(error));
	assert_true(dm_netlink_next(built.data, built.size, &offset, &message, NULL));
	assert_int_equal(message.type, DM_NETLINK_LINK);
	assert_int_equal(message.interface, 5);
	assert_true(dm_netlink_next(built.data, built.size, &offset, &message, NULL));
	assert_int_equal(message.type, DM_NETLINK_ROUTES_CHANGED);
	assert_true(dm_netlink_next(built.data, built.size, &offset, &message, NULL));
	assert_int_equal(message.type, DM_NETLINK_ERROR);
	assert_int_equal(message.error, -ENETUNREACH);
	assert_false(dm_netlink_next(built.data, built.size, &offset, &message, NULL));
}

/* Reads all of it from memory that ends with it, so that AddressSanitizer sees a byte too many. */
static void read_all(const uint8_t *data, size_t size)
{
	uint8_t *const copy = malloc(size ? size : 1);
	struct dm_netlink_message message;
	size_t offset = 0, turns = 0;

	memcpy(copy, data, size);
	while (dm_netlink_next(copy, size, &offset, &message, NULL)) {
		assert_true(offset <= size);
		assert_true(++turns <= size);
		if (message.type == DM_NETLINK_NEIGHBOUR)
			assert_int_not_equal(message.neighbour.ip.family, AF_UNSPEC);
	}
	free(copy);
}

static void what_is_cut_short_or_mangled_does_no_harm(void **state)
{
	struct built built = { 0 };

	(void)state;
	seed_start(15);
	put_route(&built, RTN_UNICAST);
	put_neighbour(&built, RTM_NEWNEIGH, NUD_REACHABLE);
	for (size_t size = 0; size <= built.size; size++)
		read_all(built.data, size);
	for (int i = 0; i < 200000; i++) {
		struct built mangled = built;

		for (uint32_t n = 1 + seed_below(4); n > 0; n--)
			mangled.data[seed_below((uint32_t)built.size)] = (uint8_t)seed_next();
		read_all(mangled.data, built.size);
	}
}

static void questions_hold_what_is_asked(void **state)
{
	uint8_t question[DM_NETLINK_QUESTION_MAX];
	struct nlmsghdr header;
	struct dm_netlink_message message;
	const struct dm_address none = { 0 };
	size_t offset = 0;

	(void)state;
	const size_t bytes = dm_netlink_ask_route(question, 9, &six, &six);

	memcpy(&header, question, sizeof(header));
	assert_int_equal(header.nlmsg_len, bytes);
	assert_int_equal(header.nlmsg_type, RTM_GETROUTE);
	assert_int_equal(header.nlmsg_seq, 9);
	assert_true(dm_netlink_ask_route(question, 9, &six, &none) < bytes);

	/* A question about a neighbour reads back as one, but for its type. */
	const size_t asked = dm_netlink_ask_neighbour(question, 10, 3, &four);

	memcpy(&header, question, sizeof(header));
	assert_int_equal(header.nlmsg_type, RTM_GETNEIGH);
	header.nlmsg_type = RTM_NEWNEIGH;
	memcpy(question, &header, sizeof(header));
	assert_true(dm_netlink_next(question, asked, &offset, &message, NULL));
	assert_int_equal(message.neighbour.interface, 3);
	assert_true(dm_address_equal(&message.neighbour.ip, &four));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_route_is_read),
		cmocka_unit_test(routes_that_are_no_frame_to_a_neighbour_are_not_plain),
		cmocka_unit_test(a_gateway_of_the_other_family_is_read),
		cmocka_unit_test(neighbours_are_usable_as_the_kernel_uses_them),
		cmocka_unit_test(a_mac_that_is_not_ethernet_is_not_usable),
		cmocka_unit_test(several_messages_are_read_one_by_one),
		cmocka_unit_test(what_is_cut_short_or_mangled_does_no_harm),
		cmocka_unit_test(questions_hold_what_is_asked),
	};

	return cmocka_run_group_tests_name("netlink", tests, NULL, NULL);
}
