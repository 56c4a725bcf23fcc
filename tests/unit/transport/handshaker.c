/* The handshaker's thread with the native client's side of DTLS as its peers, over a socket of
 * loopback: outcomes come once each, whatever is cancelled or lost meanwhile. Runs under TSan too.
 */
#include "transport/handshaker.h"

#include "handshake.h"

#include "seed.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#define PEERS    40
#define DEADLINE DM_SEC(20)

struct fixture;

struct peer {
	struct fixture *fixture;
	int fd; /* its own socket */
	struct dm_destination to;
	struct dm_handshake *handshake; /* the client's side */
	int number;                     /* at the handshaker; -1: none */
	unsigned outcomes;
	enum dm_dtls_state state;
	struct dm_association *association;
};

struct fixture {
	int fd; /* the worker's socket */
	struct sockaddr_in address;
	struct dm_doorbell doorbell;
	struct dm_certificate *certificate;
	struct dm_identity *identity;
	struct dm_handshaker *handshaker;
	struct peer peers[PEERS];
	unsigned loss; /* percent, of what peers send */
};

/* Addresses stand in for connections: the handshaker only hands them back. */
static struct dm_connection *as_connection(struct peer *peer)
{
	return (struct dm_connection *)(void *)peer;
}

static int open_socket(struct sockaddr_in *address)
{
	socklen_t bytes = sizeof(*address);
	const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	*address = (struct sockaddr_in){ .sin_family = AF_INET,
					 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	assert_int_equal(bind(fd, (struct sockaddr *)address, bytes), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)address, &bytes), 0);
	return fd;
}

/* A fresh port: what was meant for its last handshake must not reach the next. */
static void open_port(struct peer *peer)
{
	struct sockaddr_in address;

	if (peer->fd >= 0)
		close(peer->fd);
	peer->fd = open_socket(&address);
	memcpy(&peer->to.address, &address, sizeof(address));
	peer->to.address_bytes = sizeof(address);
}

/* What the worker does with a datagram. */
static void pass(struct peer *peer, const uint8_t *data, size_t bytes,
		 const struct dm_fingerprint *announced)
{
	struct dm_handshaker *handshaker = peer->fixture->handshaker;

	if (peer->outcomes > 0)
		return;
	if (peer->number < 0)
		peer->number = dm_handshaker_begin(handshaker, as_connection(peer), announced);
	if (peer->number >= 0)
		(void)dm_handshaker_pass(handshaker, peer->number, &peer->to, data, bytes);
}

static void send_to_relay(void *user, const uint8_t *data, size_t bytes)
{
	struct peer *peer = user;

	if (seed_below(100) >= peer->fixture->loss)
		pass(peer, data, bytes, dm_identity_fingerprint(peer->fixture->identity));
}

static int set_up_idle(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	seed_start(6347);
	assert_int_equal(dm_doorbell_init(&fixture->doorbell), 0);
	assert_int_equal(dm_certificate_create(&fixture->certificate), 0);
	assert_int_equal(dm_identity_create(&fixture->identity, DM_PROFILE_ANY), 0);
	fixture->fd = open_socket(&fixture->address);
	assert_int_equal(dm_handshaker_create(&fixture->handshaker,
					      &(struct dm_handshaker_options){
						      .fd = fixture->fd,
						      .certificate = fixture->certificate,
						      .doorbell = &fixture->doorbell }),
			 0);
	for (size_t i = 0; i < PEERS; i++) {
		struct peer *peer = &fixture->peers[i];

		peer->fixture = fixture;
		peer->number = -1;
		peer->fd = -1;
		open_port(peer);
		assert_int_equal(
			dm_handshake_create(&peer->handshake, fixture->identity,
					    dm_certificate_fingerprint(fixture->certificate),
					    send_to_relay, peer),
			0);
	}
	*state = fixture;
	return 0;
}

static int set_up(void **state)
{
	set_up_idle(state);
	return dm_handshaker_start(((struct fixture *)*state)->handshaker);
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	dm_handshaker_destroy(fixture->handshaker);
	for (size_t i = 0; i < PEERS; i++) {
		dm_handshake_destroy(fixture->peers[i].handshake);
		dm_association_destroy(fixture->peers[i].association);
		close(fixture->peers[i].fd);
	}
	dm_identity_destroy(fixture->identity);
	dm_certificate_destroy(fixture->certificate);
	dm_doorbell_finish(&fixture->doorbell);
	close(fixture->fd);
	free(fixture);
	return 0;
}

static void take_outcomes(struct fixture *fixture)
{
	struct dm_handshake_outcome outcome;

	dm_doorbell_answer(&fixture->doorbell);
	while (dm_handshaker_take(fixture->handshaker, &outcome)) {
		struct peer *peer = (struct peer *)(void *)outcome.connection;

		peer->outcomes++;
		peer->number = -1;
		peer->state = outcome.state;
		peer->association = outcome.association;
	}
}

static void turn(struct fixture *fixture)
{
	uint8_t data[2048];
	struct pollfd poller = { .fd = fixture->doorbell.fd, .events = POLLIN };

	(void)poll(&poller, 1, 1);
	take_outcomes(fixture);
	for (size_t i = 0; i < PEERS; i++) {
		struct peer *peer = &fixture->peers[i];
		ssize_t bytes;

		while ((bytes = recv(peer->fd, data, sizeof(data), 0)) > 0)
			if (peer->handshake)
				(void)dm_handshake_receive(peer->handshake, data, (size_t)bytes);
		if (peer->handshake)
			(void)dm_handshake_tick(peer->handshake);
	}
}

static size_t count_outcomes(const struct fixture *fixture)
{
	size_t count = 0;

	for (size_t i = 0; i < PEERS; i++)
		count += fixture->peers[i].outcomes;
	return count;
}

static void wait_for_outcomes(struct fixture *fixture, size_t count)
{
	const dm_usec until = dm_time_now() + DEADLINE;

	while (count_outcomes(fixture) < count) {
		assert_true(dm_time_now() < until);
		turn(fixture);
	}
}

static void connects_everybody_at_once(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < PEERS; i++)
		(void)dm_handshake_start(fixture->peers[i].handshake);
	wait_for_outcomes(fixture, PEERS);
	for (size_t i = 0; i < PEERS; i++) {
		const struct peer *peer = &fixture->peers[i];

		assert_int_equal(peer->outcomes, 1);
		assert_int_equal(peer->state, DM_DTLS_CONNECTED);
		assert_non_null(peer->association->protector);
		assert_non_null(peer->association->unprotector);
		assert_true(peer->association->epilogue.goodbye_bytes > 0);
	}
}

static void connects_over_losses(void **state)
{
	struct fixture *fixture = *state;

	fixture->loss = 30;
	connects_everybody_at_once(state);
}

static void says_why_it_failed(void **state)
{
	struct fixture *fixture = *state;
	struct peer *peer = &fixture->peers[0];
	struct dm_fingerprint other = *dm_identity_fingerprint(fixture->identity);
	const uint8_t hello[] = { 22 };

	/* Begun for another certificate than the one it will show. */
	other.value[3] ^= 1;
	pass(peer, hello, sizeof(hello), &other);
	(void)dm_handshake_start(peer->handshake);
	wait_for_outcomes(fixture, 1);
	assert_int_equal(peer->state, DM_DTLS_FAILED);
	assert_null(peer->association);
}

static void start_anew(struct peer *peer)
{
	const struct fixture *fixture = peer->fixture;

	dm_association_destroy(peer->association);
	peer->association = NULL;
	peer->outcomes = 0;
	open_port(peer);
	dm_handshake_destroy(peer->handshake);
	assert_int_equal(dm_handshake_create(&peer->handshake, fixture->identity,
					     dm_certificate_fingerprint(fixture->certificate),
					     send_to_relay, peer),
			 0);
	(void)dm_handshake_start(peer->handshake);
}

/* Cancelled before, during and after: an outcome comes for each of the others, and numbers are
 * used again. */
static void forgets_who_was_cancelled(void **state)
{
	struct fixture *fixture = *state;
	unsigned begun = 0, cancelled = 0, outcomes = 0;

	for (int i = 0; i < 400; i++) {
		struct peer *peer = &fixture->peers[seed_below(PEERS)];

		if (peer->number < 0) {
			outcomes += peer->outcomes;
			start_anew(peer);
			begun += peer->number >= 0;
		}
		for (uint32_t turns = seed_below(3); turns > 0; turns--)
			turn(fixture);
		peer = &fixture->peers[seed_below(4) ? (size_t)(peer - fixture->peers)
						     : seed_below(PEERS)];
		if (peer->number >= 0 && seed_below(3)) {
			dm_handshaker_cancel(fixture->handshaker, peer->number);
			peer->number = -1;
			peer->outcomes = 0;
			cancelled++;
			/* What it sends from now on is nobody's. */
			dm_handshake_destroy(peer->handshake);
			peer->handshake = NULL;
		}
	}
	assert_true(cancelled > 20 && begun > cancelled);
	wait_for_outcomes(fixture, begun - cancelled - outcomes);
	turn(fixture);
	assert_int_equal(count_outcomes(fixture), begun - cancelled - outcomes);
}

/* The thread does not come to it: what is more than it may find is refused, at once and whole. */
static void bounds_what_waits(void **state)
{
	struct fixture *fixture = *state;
	struct dm_handshaker *handshaker = fixture->handshaker;
	struct peer *peer = &fixture->peers[0];
	const uint8_t junk[1500] = { 22 };
	size_t begun = 0, passed = 0;
	int numbers[DM_HANDSHAKES_MAX];

	while ((numbers[begun] = dm_handshaker_begin(handshaker, as_connection(peer),
						     dm_identity_fingerprint(fixture->identity))) >=
	       0)
		assert_true(++begun < DM_HANDSHAKES_MAX);
	assert_int_equal(numbers[begun], -EAGAIN);
	/* Who has begun still gets through, but none of them alone fills the queue. */
	for (int i = 0; i < 100; i++)
		passed += dm_handshaker_pass(handshaker, numbers[0], &peer->to, junk, sizeof(junk));
	assert_true(passed > 0 && passed < 10);
	for (size_t i = 0; i < begun; i++)
		passed += dm_handshaker_pass(handshaker, numbers[i], &peer->to, junk, sizeof(junk));
	assert_true(passed > begun / 2);
	assert_false(dm_handshaker_pass(handshaker, numbers[1], &peer->to, junk, sizeof(junk) + 1));
	for (size_t i = 0; i < begun; i++)
		dm_handshaker_cancel(handshaker, numbers[i]);

	/* Once it does, all numbers are free again. */
	assert_int_equal(dm_handshaker_start(handshaker), 0);
	(void)dm_handshake_start(fixture->peers[1].handshake);
	wait_for_outcomes(fixture, 1);
	assert_int_equal(fixture->peers[1].state, DM_DTLS_CONNECTED);
}

static void ends_in_the_middle(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < PEERS; i++)
		(void)dm_handshake_start(fixture->peers[i].handshake);
	for (int i = 0; i < 3; i++)
		turn(fixture);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(connects_everybody_at_once),
		TEST(connects_over_losses),
		TEST(says_why_it_failed),
		TEST(forgets_who_was_cancelled),
		cmocka_unit_test_setup_teardown(bounds_what_waits, set_up_idle, tear_down),
		TEST(ends_in_the_middle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
