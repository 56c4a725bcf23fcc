#include "transport/worker.h"

#include "base/log.h"
#include "transport/worker_metrics.h"
#include "transport/worker_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define COMMANDS_MAX 8192  /* waiting at once: a full hall joining within one turn; choice */
#define WORKER_NICE  (-10) /* choice: clearly before ordinary threads, behind the audio tick */

/* --- the life of a connection --- */

void dm_worker_end(struct dm_worker *worker, struct dm_connection *connection,
		   enum dm_peer_state state)
{
	if (connection->phase == DM_CONNECTION_ENDED)
		return;
	if (state == DM_PEER_EXPIRED)
		dm_metric_add(&worker->metrics.expired, 1);
	if (connection->handshake >= 0)
		dm_handshaker_cancel(worker->handshaker, connection->handshake);
	for (size_t i = 0; i < connection->stream_count; i++)
		dm_fanout_remove(worker->fanout, &connection->streams[i]);
	dm_network_table_leave(worker->networks, &connection->places);
	if (connection->uplinks)
		dm_uplinks_delist(connection->uplinks);
	dm_route_remove_ufrag(worker->route, connection->ice.local_ufrag);
	if (*connection->ice.old_ufrag)
		dm_route_remove_ufrag(worker->route, connection->ice.old_ufrag);
	if (connection->ice.selected.family != AF_UNSPEC)
		dm_route_remove_address(worker->route, &connection->ice.selected);
	dm_roster_remove(worker->roster, connection);
	connection->phase = DM_CONNECTION_ENDED;
	connection->end = state;
	connection->tell_end = true;
	connection->next_ended = worker->ended;
	worker->ended = connection;
}

void dm_worker_fail(struct dm_worker *worker, struct dm_connection *connection, const char *reason)
{
	static struct dm_log_limit limit = { .burst = 10, .interval = DM_SEC(1) };
	uint64_t suppressed;

	if (connection->phase == DM_CONNECTION_ENDED)
		return;
	dm_metric_add(&worker->metrics.handshakes_failed, 1);
	if (dm_log_allow(&limit, worker->now, &suppressed))
		dm_log(DM_LOG_WARN, "peer.failed", "peer=%llu reason=%s suppressed=%llu",
		       (unsigned long long)connection->id, reason, (unsigned long long)suppressed);
	dm_worker_end(worker, connection, DM_PEER_FAILED);
}

static void tell(struct dm_worker *worker, const struct dm_connection *connection,
		 enum dm_peer_state state)
{
	const struct dm_worker_event event = { .peer = connection->id,
					       .state = state,
					       .tell = true };

	if (dm_queue_push(worker->options.events, &event))
		dm_doorbell_ring(worker->options.events_doorbell);
}

void dm_worker_place(struct dm_worker *worker, struct dm_connection *connection,
		     struct dm_stream *stream)
{
	if (connection->phase == DM_CONNECTION_CONNECTED &&
	    dm_fanout_place(worker->fanout, stream) < 0)
		dm_worker_fail(worker, connection, DM_WORKER_NO_MEMORY);
}

void dm_worker_resume(struct dm_worker *worker, struct dm_connection *connection)
{
	connection->phase = DM_CONNECTION_CONNECTED;
	if (connection->stream_count > 0) /* it listens, or watches */
		dm_network_table_enter(worker->networks, &connection->places,
				       &connection->ice.selected, connection->country);
	for (size_t i = 0; i < connection->stream_count; i++)
		dm_worker_place(worker, connection, &connection->streams[i]);
}

/* DTLS is done: streams, and the good news. */
static void start(struct dm_worker *worker, struct dm_connection *connection)
{
	connection->handshake_until = DM_USEC_NEVER;
	dm_metric_add(&worker->metrics.handshakes, 1);
	dm_worker_resume(worker, connection);
	if (connection->uplinks && connection->phase == DM_CONNECTION_CONNECTED)
		dm_uplinks_enlist(connection->uplinks, &worker->uplinks);
	/* With the first report the receiver can put sound and picture in step at once. */
	dm_connection_send_reports(connection, worker->sender, worker->options.timeline,
				   worker->now);
	tell(worker, connection, DM_PEER_CONNECTED);
}

static void take_outcomes(struct dm_worker *worker)
{
	struct dm_handshake_outcome outcome;

	while (dm_handshaker_take(worker->handshaker, &outcome)) {
		struct dm_connection *connection = outcome.connection;

		connection->handshake = -1;
		if (outcome.state == DM_DTLS_CONNECTED) {
			dm_connection_associate(connection, outcome.association);
			start(worker, connection);
		} else if (outcome.state == DM_DTLS_CLOSED) {
			dm_worker_end(worker, connection, DM_PEER_CLOSED);
		} else {
			dm_worker_fail(worker, connection, outcome.reason);
		}
	}
}

/* Gives ended connections back. What the event queue does not take stays for the next turn. */
static void give_back_ended(struct dm_worker *worker)
{
	if (!worker->ended)
		return;
	dm_sender_flush(worker->sender); /* it points into connections */
	while (worker->ended) {
		struct dm_connection *connection = worker->ended;
		struct dm_connection *next = connection->next_ended;
		const struct dm_worker_event event = { .peer = connection->id,
						       .state = connection->end,
						       .ended = connection,
						       .tell = connection->tell_end };

		if (!dm_queue_push(worker->options.events, &event))
			break;
		worker->ended = next; /* the control thread may have freed it already */
	}
	dm_metric_set(&worker->metrics.connections, (int64_t)dm_roster_count(worker->roster));
	dm_doorbell_ring(worker->options.events_doorbell);
}

/* --- the loop --- */

static void turn(struct dm_worker *worker)
{
	dm_doorbell_answer(&worker->doorbell);
	worker->now = dm_time_now();
	dm_metric_set(&worker->metrics.turn_began, worker->now);
	dm_wire_turn(worker->wire);
	dm_worker_take_commands(worker);
	dm_fanout_run(worker->fanout);
	dm_worker_receive(worker);
	take_outcomes(worker);
	dm_worker_ask(worker);
	dm_worker_care(worker);
	dm_sender_flush(worker->sender);
	give_back_ended(worker);

	const dm_usec took = dm_time_now() - worker->now;

	dm_metric_add(&worker->metrics.turns, 1);
	dm_metric_add(&worker->metrics.busy, took);
	dm_metric_set(&worker->metrics.turn_began, 0);
	if (took > dm_metric_get(&worker->metrics.longest_turn))
		dm_metric_set(&worker->metrics.longest_turn, took);
	if (took > dm_metric_get(&worker->metrics.recent_turn))
		dm_metric_set(&worker->metrics.recent_turn, took);
}

static void *run(void *user)
{
	struct dm_worker *worker = user;
	struct epoll_event events[3];

	/* Before the encoders, which can wait; where the system does not allow it, as it is. */
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), WORKER_NICE);
	while (!atomic_load_explicit(&worker->stopping, memory_order_acquire)) {
		(void)epoll_wait(worker->epoll, events, 3, dm_worker_wait_ms(worker));
		turn(worker);
	}
	return NULL;
}

static int watch(int epoll, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int create_handshaker(struct dm_worker *worker)
{
	return dm_handshaker_create(&worker->handshaker,
				    &(struct dm_handshaker_options){
					    .number = worker->options.number,
					    .fd = worker->options.fd,
					    .certificate = worker->options.certificate,
					    .doorbell = &worker->doorbell,
				    });
}

static int create_parts(struct dm_worker *worker)
{
	int error = dm_queue_create(&worker->commands, COMMANDS_MAX, sizeof(struct dm_command));

	if (error == 0)
		error = dm_doorbell_init(&worker->doorbell);
	if (error == 0)
		error = dm_route_create(&worker->route, DM_WORKER_CONNECTIONS_MAX);
	if (error == 0)
		error = dm_roster_create(&worker->roster, DM_WORKER_CONNECTIONS_MAX);
	if (error == 0)
		error = dm_protect_engine_create(&worker->engine);
	if (error == 0)
		error = dm_wire_create(&worker->wire, &(struct dm_wire_options){
							      .fd = worker->options.fd,
							      .way = worker->options.way,
							      .queue = worker->options.number });
	if (error == 0)
		error = dm_sender_create(&worker->sender, worker->wire, worker->engine);
	if (error == 0)
		error = dm_fanout_create(&worker->fanout, worker->sender);
	if (error == 0)
		error = dm_receive_buffers_create(&worker->buffers);
	if (error == 0)
		error = dm_network_table_create(&worker->networks);
	if (error == 0)
		error = create_handshaker(worker);
	if (error < 0)
		return error;

	worker->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (worker->epoll < 0)
		return -errno;
	error = watch(worker->epoll, worker->options.fd);
	if (error == 0 && dm_wire_fd(worker->wire) >= 0)
		error = watch(worker->epoll, dm_wire_fd(worker->wire));
	return error < 0 ? error : watch(worker->epoll, worker->doorbell.fd);
}

int dm_worker_create(struct dm_worker **out, const struct dm_worker_options *options)
{
	*out = NULL;

	struct dm_worker *worker = calloc(1, sizeof(*worker));

	if (!worker) {
		close(options->fd);
		return -ENOMEM;
	}
	worker->options = *options;
	worker->epoll = -1;
	worker->doorbell.fd = -1;
	worker->round_start = dm_time_now();

	struct sockaddr_storage bound = { 0 };
	socklen_t bytes = sizeof(bound);
	int error = getsockname(options->fd, (struct sockaddr *)&bound, &bytes) < 0 ? -errno : 0;

	if (error == 0) {
		worker->socket_family = bound.ss_family;
		error = create_parts(worker);
	}
	if (error == 0 && options->metrics)
		error = dm_worker_metrics_register(worker);
	if (error < 0) {
		dm_worker_destroy(worker);
		return error;
	}
	*out = worker;
	return 0;
}

int dm_worker_start(struct dm_worker *worker)
{
	char name[16];
	int error = dm_handshaker_start(worker->handshaker);

	if (error < 0)
		return error;
	error = pthread_create(&worker->thread, NULL, run, worker);
	if (error)
		return -error;
	worker->started = true;
	snprintf(name, sizeof(name), "dm-worker-%u", worker->options.number);
	(void)pthread_setname_np(worker->thread, name);
	return 0;
}

/* On the control thread, once the worker's has ended. */
static void free_connections(struct dm_worker *worker)
{
	dm_worker_take_commands(worker); /* connections and references still on their way */
	while (dm_roster_count(worker->roster) > 0) {
		struct dm_connection *connection = dm_roster_at(worker->roster, 0);

		dm_connection_send_goodbye(connection, worker->sender);
		dm_worker_end(worker, connection, DM_PEER_CLOSED);
	}
	dm_sender_flush(worker->sender);
	while (worker->ended) {
		struct dm_connection *connection = worker->ended;

		worker->ended = connection->next_ended;
		dm_connection_destroy(connection);
	}
}

void dm_worker_destroy(struct dm_worker *worker)
{
	if (!worker)
		return;
	if (worker->started) {
		atomic_store_explicit(&worker->stopping, true, memory_order_release);
		dm_doorbell_ring(&worker->doorbell);
		pthread_join(worker->thread, NULL);
		free_connections(worker);
	}
	if (worker->options.metrics)
		dm_worker_metrics_unregister(worker);
	if (worker->epoll >= 0)
		close(worker->epoll);
	dm_handshaker_destroy(worker->handshaker);
	dm_roster_destroy(worker->roster);
	dm_network_table_destroy(worker->networks);
	dm_receive_buffers_destroy(worker->buffers);
	dm_fanout_destroy(worker->fanout);
	dm_sender_destroy(worker->sender);
	dm_wire_destroy(worker->wire);
	dm_protect_engine_destroy(worker->engine);
	dm_route_destroy(worker->route);
	if (worker->doorbell.fd >= 0)
		dm_doorbell_finish(&worker->doorbell);
	dm_queue_destroy(worker->commands);
	close(worker->options.fd);
	free(worker);
}

bool dm_worker_push(struct dm_worker *worker, const struct dm_command *command)
{
	if (!dm_queue_push(worker->commands, command))
		return false;
	dm_doorbell_ring(&worker->doorbell);
	return true;
}

const struct dm_network_table *dm_worker_networks(const struct dm_worker *worker)
{
	return worker->networks;
}

struct dm_doorbell *dm_worker_doorbell(struct dm_worker *worker)
{
	return &worker->doorbell;
}

void dm_worker_load(struct dm_worker *worker, dm_usec now, struct dm_worker_load *load)
{
	struct dm_worker_metrics *metrics = &worker->metrics;
	const struct dm_wire_metrics *wire = dm_wire_metrics(worker->wire);
	const dm_usec began = dm_metric_get(&metrics->turn_began);
	const dm_usec present = began > 0 && now > began ? now - began : 0;
	const dm_usec recent = atomic_exchange_explicit(&metrics->recent_turn.value, 0,
							memory_order_relaxed);

	*load = (struct dm_worker_load){
		.sent = (uint64_t)dm_metric_get(&wire->packets),
		.dropped = (uint64_t)(dm_metric_get(&wire->dropped_full) +
				      dm_metric_get(&wire->dropped_error) +
				      dm_metric_get(dm_sender_unprotected(worker->sender))),
		.busy = dm_metric_get(&metrics->busy),
		.longest_turn = present > recent ? present : recent,
		.connections = (uint64_t)dm_metric_get(&metrics->connections),
	};
}
