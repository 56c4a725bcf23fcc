#include "transport/transport.h"

#include "base/log.h"
#include "transport/candidates.h"
#include "transport/dtls.h"
#include "transport/load.h"
#include "transport/socket.h"
#include "transport/transport_private.h"
#include "transport/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS_MAX 65536 /* waiting at once: every connection of some workers ending; choice */

struct dm_transport {
	struct dm_certificate *certificate;
	struct dm_queue *events; /* struct dm_worker_event */
	struct dm_doorbell events_doorbell;
	struct dm_timeline timeline;
	struct dm_audience audience;
	struct dm_worker *workers[DM_WORKERS_MAX];
	uint16_t ports[DM_WORKERS_MAX];
	size_t peers[DM_WORKERS_MAX]; /* given to each and not yet given back */
	unsigned worker_count;
	struct dm_candidate_addresses addresses;
	uint64_t last_number;
	dm_peer_state_cb *on_state; /* nullable */
	void *user;
};

/* A peer's id tells its worker (load.h): no table of peers is needed here. */
static dm_peer_id make_id(struct dm_transport *transport, unsigned worker)
{
	return ++transport->last_number * DM_WORKERS_MAX + worker;
}

static struct dm_worker *worker_of(const struct dm_transport *transport, dm_peer_id peer)
{
	return transport->workers[dm_transport_worker_of(peer)];
}

static int add_worker(struct dm_transport *transport, const struct dm_transport_options *options,
		      struct dm_metrics *metrics, unsigned number)
{
	const uint16_t wish = options->first_port ? (uint16_t)(options->first_port + number)
						  : (uint16_t)0;
	int fd;
	int error = dm_socket_open(&fd, options->address, wish, &transport->ports[number]);

	if (error < 0)
		return error;

	const struct dm_worker_options worker = {
		.number = number,
		.fd = fd,
		.way = options->sender,
		.certificate = transport->certificate,
		.timeline = &transport->timeline,
		.metrics = metrics,
		.events = transport->events,
		.events_doorbell = &transport->events_doorbell,
	};

	error = dm_worker_create(&transport->workers[number], &worker);
	if (error < 0)
		return error;
	transport->worker_count = number + 1;
	return dm_audience_add(&transport->audience,
			       dm_worker_doorbell(transport->workers[number]));
}

static unsigned choose_worker_count(const struct dm_transport_options *options)
{
	const long cores = sysconf(_SC_NPROCESSORS_ONLN);
	long count = options->workers ? options->workers : cores;

	if (count < 1)
		count = 1;
	return count > DM_WORKERS_MAX ? DM_WORKERS_MAX : (unsigned)count;
}

int dm_transport_create(struct dm_transport **out, const struct dm_transport_options *options,
			const struct dm_timeline *timeline, struct dm_metrics *metrics)
{
	const unsigned count = choose_worker_count(options);

	*out = NULL;
	if (options->first_port > 0 && options->first_port + count - 1 > UINT16_MAX)
		return -EINVAL;

	struct dm_transport *transport = calloc(1, sizeof(*transport));

	if (!transport)
		return -ENOMEM;
	transport->timeline = *timeline;
	transport->events_doorbell.fd = -1;

	int error = dm_candidate_addresses_find(&transport->addresses, options);

	if (error == 0)
		error = dm_certificate_create(&transport->certificate);
	if (error == 0)
		error = dm_queue_create(&transport->events, EVENTS_MAX,
					sizeof(struct dm_worker_event));
	if (error == 0)
		error = dm_doorbell_init(&transport->events_doorbell);
	for (unsigned i = 0; i < count && error == 0; i++)
		error = add_worker(transport, options, metrics, i);
	for (unsigned i = 0; i < count && error == 0; i++)
		error = dm_worker_start(transport->workers[i]);
	if (error < 0) {
		dm_transport_destroy(transport);
		return error;
	}
	*out = transport;
	return 0;
}

void dm_transport_destroy(struct dm_transport *transport)
{
	struct dm_worker_event event;

	if (!transport)
		return;
	for (unsigned i = 0; i < transport->worker_count; i++)
		dm_worker_destroy(transport->workers[i]);
	while (transport->events && dm_queue_pop(transport->events, &event))
		dm_connection_destroy(event.ended);
	if (transport->events_doorbell.fd >= 0)
		dm_doorbell_finish(&transport->events_doorbell);
	dm_queue_destroy(transport->events);
	dm_certificate_destroy(transport->certificate);
	free(transport);
}

void dm_transport_set_observer(struct dm_transport *transport, dm_peer_state_cb *on_state,
			       void *user)
{
	transport->on_state = on_state;
	transport->user = user;
}

int dm_transport_fd(const struct dm_transport *transport)
{
	return transport->events_doorbell.fd;
}

void dm_transport_dispatch(struct dm_transport *transport)
{
	struct dm_worker_event event;

	dm_doorbell_answer(&transport->events_doorbell);
	while (dm_queue_pop(transport->events, &event)) {
		if (event.ended) {
			transport->peers[event.peer % DM_WORKERS_MAX]--;
			dm_connection_destroy(event.ended);
		}
		if (event.tell && transport->on_state)
			transport->on_state(transport->user, event.peer, event.state);
	}
}

const struct dm_audience *dm_transport_audience(const struct dm_transport *transport)
{
	return &transport->audience;
}

uint16_t dm_transport_port(const struct dm_transport *transport, unsigned n)
{
	return n < transport->worker_count ? transport->ports[n] : 0;
}

unsigned dm_transport_worker_count(const struct dm_transport *transport)
{
	return transport->worker_count;
}

const struct dm_worker *dm_transport_worker(const struct dm_transport *transport, unsigned n)
{
	return transport->workers[n];
}

static unsigned least_loaded(const struct dm_transport *transport)
{
	unsigned best = 0;

	for (unsigned i = 1; i < transport->worker_count; i++)
		if (transport->peers[i] < transport->peers[best])
			best = i;
	return best;
}

int dm_transport_add_peer(struct dm_transport *transport, const struct dm_peer_options *options,
			  struct dm_peer_answer *answer)
{
	const unsigned number = least_loaded(transport);
	struct dm_connection *connection;

	if (transport->peers[number] >= DM_WORKER_CONNECTIONS_MAX)
		return -EAGAIN;

	const int error = dm_connection_create(&connection, make_id(transport, number), options,
					       dm_time_now(), answer);

	if (error < 0)
		return error;
	answer->fingerprint = *dm_certificate_fingerprint(transport->certificate);
	dm_candidate_addresses_list(&transport->addresses, transport->ports[number], answer);

	const struct dm_command command = { .type = DM_COMMAND_ADD,
					    .peer = answer->id,
					    .connection = connection };

	if (!dm_worker_push(transport->workers[number], &command)) {
		dm_connection_destroy(connection);
		return -EAGAIN;
	}
	transport->peers[number]++;
	return 0;
}

int dm_transport_restart_ice(struct dm_transport *transport, dm_peer_id peer,
			     const char *remote_ufrag, struct dm_peer_answer *answer)
{
	struct dm_worker *worker = worker_of(transport, peer);
	struct dm_command command = { .type = DM_COMMAND_RESTART, .peer = peer };

	if (!worker)
		return -ENOENT;

	const int error = dm_ice_init(&command.restart, remote_ufrag, dm_time_now());

	if (error < 0)
		return error;
	memcpy(answer->ufrag, command.restart.local_ufrag, sizeof(answer->ufrag));
	memcpy(answer->pwd, command.restart.local_pwd, sizeof(answer->pwd));
	return dm_worker_push(worker, &command) ? 0 : -EAGAIN;
}

int dm_transport_bind(struct dm_transport *transport, dm_peer_id peer, enum dm_media media,
		      struct dm_track *const *ladder, size_t count)
{
	struct dm_worker *worker = worker_of(transport, peer);
	struct dm_command command = { .type = DM_COMMAND_BIND, .peer = peer };

	if (!worker)
		return -ENOENT;
	if (count > DM_LADDER_MAX || media >= DM_MEDIA_COUNT)
		return -EINVAL;

	command.bind.media = media;
	command.bind.count = count;
	for (size_t i = 0; i < count; i++)
		command.bind.rungs[i] = dm_track_ref(ladder[i]);
	if (dm_worker_push(worker, &command))
		return 0;
	for (size_t i = 0; i < count; i++)
		dm_track_unref(command.bind.rungs[i]);
	return -EAGAIN;
}

void dm_transport_remove_peer(struct dm_transport *transport, dm_peer_id peer)
{
	struct dm_worker *worker = worker_of(transport, peer);
	const struct dm_command command = { .type = DM_COMMAND_REMOVE, .peer = peer };

	/* With a full queue the peer leaves by itself when its consent runs out. */
	if (worker)
		(void)dm_worker_push(worker, &command);
}

bool dm_transport_load(const struct dm_transport *transport, unsigned worker, dm_usec now,
		       struct dm_worker_load *load)
{
	*load = (struct dm_worker_load){ 0 };
	if (worker >= transport->worker_count)
		return false;
	dm_worker_load(transport->workers[worker], now, load);
	return true;
}
