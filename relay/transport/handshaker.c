#include "transport/handshaker.h"

#include "base/queue.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define MESSAGES_MAX 512 /* waiting at once: some 150 ms of work; choice */
/* When so many wait, nobody new is begun with: who is half through shall finish. Choice. */
#define MESSAGES_BUSY (MESSAGES_MAX / 2)
/* Of one peer: a flight in many pieces. What it sends again while we are busy is dropped. Choice.
 */
#define MESSAGES_OF_ONE 8
#define TICK            DM_MSEC(5)
/* Timers wait for the queue, in which the peer's answer may be: to repeat ourselves then would make
 * a long queue longer. But not for ever. Choice. */
#define TICK_BUSY DM_MSEC(500)

/* So many at once were a crowd, whose memory the system shall have back: 2.5 MB and more. Choice.
 */
#define CROWD 64

enum message_type { MESSAGE_BEGIN, MESSAGE_DATAGRAM };

/* From the worker. One queue for both, so that what is late for one handshake is never taken for
 * the next of its number. */
struct message {
	enum message_type type;
	uint16_t number;
	uint16_t bytes;
	struct dm_destination to;
	union {
		struct dm_fingerprint fingerprint;
		uint8_t data[DM_SENDER_DATAGRAM_MAX];
	};
};

/* To the worker: exactly one for each MESSAGE_BEGIN. */
struct result {
	uint16_t number;
	enum dm_dtls_state state;
	struct dm_association *association;
	const char *reason;
};

/* One handshake as its thread sees it. */
struct handshake {
	struct dm_dtls *dtls; /* owned; NULL: none of this number is under way */
	struct dm_destination to;
	struct dm_handshaker *handshaker;
	size_t position; /* in `active` */
};

struct dm_handshaker {
	struct dm_handshaker_options options;
	struct dm_queue *messages;
	struct dm_queue *results; /* never full: one for each number */
	struct dm_doorbell doorbell;
	pthread_t thread;
	bool started;
	_Atomic bool stopping;
	_Atomic int waiting; /* messages */
	/* By number. Set by the worker between begin and outcome. */
	_Atomic bool cancelled[DM_HANDSHAKES_MAX];
	_Atomic int waiting_of[DM_HANDSHAKES_MAX]; /* messages */

	/* The worker's. */
	struct dm_connection *connections[DM_HANDSHAKES_MAX]; /* borrowed; NULL: cancelled */
	uint16_t free_numbers[DM_HANDSHAKES_MAX];
	size_t free_count;

	/* The thread's. */
	struct handshake handshakes[DM_HANDSHAKES_MAX];
	uint16_t active[DM_HANDSHAKES_MAX]; /* numbers under way */
	size_t active_count;
	size_t most_active; /* since memory was given back */
};

static void count_waiting(struct dm_handshaker *handshaker, uint16_t number, int change)
{
	atomic_fetch_add_explicit(&handshaker->waiting, change, memory_order_relaxed);
	atomic_fetch_add_explicit(&handshaker->waiting_of[number], change, memory_order_relaxed);
}

/* --- the thread --- */

static void send_datagram(void *user, const uint8_t *data, size_t size_bytes)
{
	const struct handshake *handshake = user;

	/* Lost when the socket is full: DTLS sends it again. */
	(void)sendto(handshake->handshaker->options.fd, data, size_bytes, MSG_DONTWAIT,
		     (const struct sockaddr *)&handshake->to.address, handshake->to.address_bytes);
}

static void tell(struct dm_handshaker *handshaker, const struct result *result)
{
	(void)dm_queue_push(handshaker->results, result);
	dm_doorbell_ring(handshaker->options.doorbell);
}

static void end(struct dm_handshaker *handshaker, struct handshake *handshake,
		enum dm_dtls_state state)
{
	const uint16_t number = (uint16_t)(handshake - handshaker->handshakes);
	const uint16_t last = handshaker->active[--handshaker->active_count];
	struct result result = { .number = number,
				 .state = state,
				 .reason = dm_dtls_reason(handshake->dtls) };

	if (state == DM_DTLS_CONNECTED &&
	    dm_association_create(&result.association, handshake->dtls) < 0) {
		result.state = DM_DTLS_FAILED;
		result.reason = "out of memory";
	}
	dm_dtls_destroy(handshake->dtls);
	handshake->dtls = NULL;
	handshaker->active[handshake->position] = last;
	handshaker->handshakes[last].position = handshake->position;
	tell(handshaker, &result);
}

static void begin(struct dm_handshaker *handshaker, const struct message *message)
{
	struct handshake *handshake = &handshaker->handshakes[message->number];

	handshake->handshaker = handshaker;
	if (dm_dtls_create(&handshake->dtls, handshaker->options.certificate, &message->fingerprint,
			   send_datagram, handshake) < 0) {
		tell(handshaker, &(struct result){ .number = message->number,
						   .state = DM_DTLS_FAILED,
						   .reason = "out of memory" });
		return;
	}
	(void)dm_dtls_tick(handshake->dtls, dm_time_now()); /* its patience begins */
	handshake->position = handshaker->active_count;
	handshaker->active[handshaker->active_count++] = message->number;
	if (handshaker->active_count > handshaker->most_active)
		handshaker->most_active = handshaker->active_count;
}

static void receive(struct dm_handshaker *handshaker, const struct message *message)
{
	struct handshake *handshake = &handshaker->handshakes[message->number];

	/* Over already, or soon: it is cheaper not to look. */
	if (!handshake->dtls ||
	    atomic_load_explicit(&handshaker->cancelled[message->number], memory_order_relaxed))
		return;
	handshake->to = message->to;

	const enum dm_dtls_state state = dm_dtls_receive(handshake->dtls, message->data,
							 message->bytes, dm_time_now());

	if (state != DM_DTLS_HANDSHAKE)
		end(handshaker, handshake, state);
}

/* Timers, and those that were cancelled. */
static void tick(struct dm_handshaker *handshaker, dm_usec now)
{
	for (size_t i = handshaker->active_count; i-- > 0;) {
		const uint16_t number = handshaker->active[i];
		struct handshake *handshake = &handshaker->handshakes[number];

		if (atomic_load_explicit(&handshaker->cancelled[number], memory_order_relaxed))
			end(handshaker, handshake, DM_DTLS_CLOSED);
		else if (dm_dtls_deadline(handshake->dtls) <= now &&
			 dm_dtls_tick(handshake->dtls, now) != DM_DTLS_HANDSHAKE)
			end(handshaker, handshake, DM_DTLS_FAILED);
	}
}

static bool take_message(struct dm_handshaker *handshaker, struct message *message)
{
	if (!dm_queue_pop(handshaker->messages, message))
		return false;
	count_waiting(handshaker, message->number, -1);
	return true;
}

static void take_messages(struct dm_handshaker *handshaker, dm_usec until)
{
	struct message message;

	while (!atomic_load_explicit(&handshaker->stopping, memory_order_relaxed) &&
	       dm_time_now() < until && take_message(handshaker, &message)) {
		if (message.type == MESSAGE_BEGIN)
			begin(handshaker, &message);
		else
			receive(handshaker, &message);
	}
}

/* What a crowd's handshakes took lies between what they left: the library would keep all of it for
 * the next crowd. Takes some ms, when nobody waits for us. */
static void give_memory_back(struct dm_handshaker *handshaker)
{
	if (handshaker->active_count > 0 || handshaker->most_active < CROWD)
		return;
	handshaker->most_active = 0;
	(void)malloc_trim(0);
}

static void *run(void *user)
{
	struct dm_handshaker *handshaker = user;
	struct pollfd poller = { .fd = handshaker->doorbell.fd, .events = POLLIN };

	while (!atomic_load_explicit(&handshaker->stopping, memory_order_acquire)) {
		(void)poll(&poller, 1, handshaker->active_count > 0 ? (int)(TICK / 1000) : -1);
		dm_doorbell_answer(&handshaker->doorbell);
		take_messages(handshaker, dm_time_now() + TICK_BUSY);
		tick(handshaker, dm_time_now());
		give_memory_back(handshaker);
	}
	return NULL;
}

/* --- the worker's side --- */

static bool push(struct dm_handshaker *handshaker, const struct message *message)
{
	/* Counted first: it may be taken before we are back. */
	count_waiting(handshaker, message->number, 1);
	if (!dm_queue_push(handshaker->messages, message)) {
		count_waiting(handshaker, message->number, -1);
		return false;
	}
	dm_doorbell_ring(&handshaker->doorbell);
	return true;
}

int dm_handshaker_begin(struct dm_handshaker *handshaker, struct dm_connection *connection,
			const struct dm_fingerprint *fingerprint)
{
	if (handshaker->free_count == 0 ||
	    atomic_load_explicit(&handshaker->waiting, memory_order_relaxed) >= MESSAGES_BUSY)
		return -EAGAIN;

	const uint16_t number = handshaker->free_numbers[handshaker->free_count - 1];
	const struct message message = { .type = MESSAGE_BEGIN,
					 .number = number,
					 .fingerprint = *fingerprint };

	atomic_store_explicit(&handshaker->cancelled[number], false, memory_order_relaxed);
	if (!push(handshaker, &message))
		return -EAGAIN;
	handshaker->free_count--;
	handshaker->connections[number] = connection;
	return number;
}

bool dm_handshaker_pass(struct dm_handshaker *handshaker, int number,
			const struct dm_destination *to, const uint8_t *data, size_t size_bytes)
{
	struct message message = { .type = MESSAGE_DATAGRAM,
				   .number = (uint16_t)number,
				   .to = *to };

	if (size_bytes > sizeof(message.data) ||
	    atomic_load_explicit(&handshaker->waiting_of[number], memory_order_relaxed) >=
		    MESSAGES_OF_ONE)
		return false;
	message.bytes = (uint16_t)size_bytes;
	memcpy(message.data, data, size_bytes);
	return push(handshaker, &message);
}

void dm_handshaker_cancel(struct dm_handshaker *handshaker, int number)
{
	handshaker->connections[number] = NULL;
	atomic_store_explicit(&handshaker->cancelled[number], true, memory_order_relaxed);
	dm_doorbell_ring(&handshaker->doorbell);
}

bool dm_handshaker_take(struct dm_handshaker *handshaker, struct dm_handshake_outcome *outcome)
{
	struct result result;

	while (dm_queue_pop(handshaker->results, &result)) {
		struct dm_connection *connection = handshaker->connections[result.number];

		handshaker->connections[result.number] = NULL;
		handshaker->free_numbers[handshaker->free_count++] = result.number;
		if (connection) {
			*outcome = (struct dm_handshake_outcome){ .connection = connection,
								  .state = result.state,
								  .association = result.association,
								  .reason = result.reason };
			return true;
		}
		dm_association_destroy(result.association);
	}
	return false;
}

/* --- its life --- */

int dm_handshaker_create(struct dm_handshaker **out, const struct dm_handshaker_options *options)
{
	int error;

	*out = NULL;

	struct dm_handshaker *handshaker = calloc(1, sizeof(*handshaker));

	if (!handshaker)
		return -ENOMEM;
	handshaker->options = *options;
	handshaker->doorbell.fd = -1;
	for (size_t i = 0; i < DM_HANDSHAKES_MAX; i++)
		handshaker->free_numbers[i] = (uint16_t)i;
	handshaker->free_count = DM_HANDSHAKES_MAX;
	error = dm_queue_create(&handshaker->messages, MESSAGES_MAX, sizeof(struct message));
	if (!error)
		error = dm_queue_create(&handshaker->results, DM_HANDSHAKES_MAX,
					sizeof(struct result));
	if (!error)
		error = dm_doorbell_init(&handshaker->doorbell);
	if (error) {
		dm_handshaker_destroy(handshaker);
		return error;
	}
	*out = handshaker;
	return 0;
}

int dm_handshaker_start(struct dm_handshaker *handshaker)
{
	char name[16];
	const int error = pthread_create(&handshaker->thread, NULL, run, handshaker);

	if (error)
		return -error;
	handshaker->started = true;
	snprintf(name, sizeof(name), "dm-dtls-%u", handshaker->options.number);
	(void)pthread_setname_np(handshaker->thread, name);
	return 0;
}

void dm_handshaker_destroy(struct dm_handshaker *handshaker)
{
	struct result result;

	if (!handshaker)
		return;
	if (handshaker->started) {
		atomic_store_explicit(&handshaker->stopping, true, memory_order_release);
		dm_doorbell_ring(&handshaker->doorbell);
		pthread_join(handshaker->thread, NULL);
	}
	for (size_t i = 0; i < handshaker->active_count; i++)
		dm_dtls_destroy(handshaker->handshakes[handshaker->active[i]].dtls);
	while (handshaker->results && dm_queue_pop(handshaker->results, &result))
		dm_association_destroy(result.association);
	if (handshaker->doorbell.fd >= 0)
		dm_doorbell_finish(&handshaker->doorbell);
	dm_queue_destroy(handshaker->results);
	dm_queue_destroy(handshaker->messages);
	free(handshaker);
}
