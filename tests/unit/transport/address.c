#include "transport/address.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static struct dm_address parse(const char *text, uint16_t port)
{
	struct sockaddr_storage sockaddr = { 0 };
	struct sockaddr_in *in = (struct sockaddr_in *)&sockaddr;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&sockaddr;

	if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
	} else {
		assert_int_equal(inet_pton(AF_INET6, text, &in6->sin6_addr), 1);
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		in6->sin6_flowinfo = htonl(0x12345);
		in6->sin6_scope_id = 7;
	}
	return dm_address_from_sockaddr(&sockaddr);
}

static void keeps_both_families(void **state)
{
	static const char *const texts[] = { "192.0.2.1", "2001:db8::1", "fe80::1", "::1",
					     "0.0.0.0" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct dm_address address = parse(texts[i], 4242);
		struct sockaddr_storage sockaddr;
		char text[INET6_ADDRSTRLEN];

		dm_address_format(&address, text);
		assert_string_equal(text, texts[i]);
		assert_int_equal(address.port, 4242);

		const socklen_t bytes = dm_address_to_sockaddr(&address, address.family, &sockaddr);

		assert_int_equal(bytes, address.family == AF_INET ? sizeof(struct sockaddr_in)
								  : sizeof(struct sockaddr_in6));
		assert_int_equal(sockaddr.ss_family, address.family);

		const struct dm_address again = dm_address_from_sockaddr(&sockaddr);

		assert_true(dm_address_equal(&address, &again));
		assert_memory_equal(&address, &again, sizeof(address));
	}
}

static void maps_ipv4_on_ipv6_sockets(void **state)
{
	const struct dm_address address = parse("192.0.2.1", 9);
	const struct dm_address mapped = parse("::ffff:192.0.2.1", 9);
	struct sockaddr_storage sockaddr;
	char text[INET6_ADDRSTRLEN];

	(void)state;
	assert_true(dm_address_equal(&address, &mapped));
	assert_int_equal(dm_address_hash(&address), dm_address_hash(&mapped));
	assert_int_equal(dm_address_to_sockaddr(&address, AF_INET6, &sockaddr),
			 sizeof(struct sockaddr_in6));
	assert_int_equal(sockaddr.ss_family, AF_INET6);
	assert_non_null(inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&sockaddr)->sin6_addr, text,
				  sizeof(text)));
	assert_string_equal(text, "::ffff:192.0.2.1");
}

static void refuses_what_cannot_be(void **state)
{
	struct sockaddr_storage sockaddr = { .ss_family = AF_UNIX };
	const struct dm_address none = dm_address_from_sockaddr(&sockaddr);
	const struct dm_address ipv6 = parse("2001:db8::1", 1);
	char text[INET6_ADDRSTRLEN];

	(void)state;
	assert_int_equal(none.family, AF_UNSPEC);
	dm_address_format(&none, text);
	assert_string_equal(text, "none");
	assert_int_equal(dm_address_to_sockaddr(&none, AF_INET6, &sockaddr), 0);
	assert_int_equal(dm_address_to_sockaddr(&none, AF_INET, &sockaddr), 0);
	assert_int_equal(dm_address_to_sockaddr(&ipv6, AF_INET, &sockaddr), 0);
}

static void tells_addresses_apart(void **state)
{
	struct dm_address all[] = {
		parse("192.0.2.1", 1),   parse("192.0.2.1", 2), parse("192.0.2.2", 1),
		parse("c000:201::", 1),  parse("::", 1),        parse("2001:db8::1", 1),
		parse("2001:db8::2", 1), parse("fe80::1", 1),   parse("fe80::1", 1),
	};
	const size_t count = sizeof(all) / sizeof(all[0]);

	(void)state;
	all[count - 1].scope_id = 8;
	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < count; j++) {
			assert_int_equal(dm_address_equal(&all[i], &all[j]), i == j);
			assert_int_equal(dm_address_hash(&all[i]) == dm_address_hash(&all[j]),
					 i == j);
		}
	}
	/* The scope means something on link-local addresses alone. */
	assert_int_equal(parse("fe80::1", 1).scope_id, 7);
	assert_int_equal(parse("2001:db8::1", 1).scope_id, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_both_families),
		cmocka_unit_test(maps_ipv4_on_ipv6_sockets),
		cmocka_unit_test(refuses_what_cannot_be),
		cmocka_unit_test(tells_addresses_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
