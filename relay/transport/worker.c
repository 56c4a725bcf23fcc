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

#define COMMANDS_MAX 8192 /* waiting at once: a full hall joining within one turn; choice */
/* Every connection is looked after once a round: consent, and a sender report (libwebrtc's rhythm
 * for video; RFC 3550's 5 s minimum is reduced for its bit rate, 6.2). */
#define ROUND        DM_SEC(1)
#define TURN_LONGEST 20    /* ms: a slice of the round is due even when nothing is published */
#define WORKER_NICE  (-10) /* choice: clearly before ordinary threads, behind the audio tick */
#define TURN_DTLS    5     /* ms: the same while handshakes run, whose first timer is 50 ms */

/* --- connections by peer id: open addressing, twice as many places as connections --- */

#define PLACES ((size_t)2 * DM_WORKER_CONNECTIONS_MAX)

/* Ids count up, with the worker in the low bits: successive peers fall into successive places. */
static size_t home_of(dm_peer_id peer)
{
	return (size_t)(peer / DM_WORKERS_MAX) % PLACES;
}

static size_t place_of(const struct dm_worker *worker, dm_peer_id peer)
{
	size_t i = home_of(peer);

	while (worker->by_peer[i] && worker->by_peer[i]->id != peer)
		i = (i + 1) % PLACES;
	return i;
}

static void forget_peer(struct dm_worker *worker, dm_peer_id peer)
{
	size_t hole = place_of(worker, peer);

	/* Close the gap, as in route.c. */
	for (size_t i = (hole + 1) % PLACES; worker->by_peer[i]; i = (i + 1) % PLACES) {
		const size_t home = home_of(worker->by_peer[i]->id);

		if ((i + PLACES - home) % PLACES >= (i + PLACES - hole) % PLACES) {
			worker->by_peer[hole] = worker->by_peer[i];
			hole = i;
		}
	}
	worker->by_peer[hole] = NULL;
}

/* --- the life of a connection --- */

void dm_worker_end(struct dm_worker *worker, struct dm_connection *connection,
		   enum dm_peer_state state)
{
	if (connection->phase == DM_CONNECTION_ENDED)
		return;
	if (connection->phase == DM_CONNECTION_HANDSHAKE)
		worker->handshakes--;
	if (state == DM_PEER_FAILED) {
		dm_metric_add(&worker->metrics.handshakes_failed, 1);
		static struct dm_log_limit limit = { .burst = 10, .interval = DM_SEC(1) };
		uint64_t suppressed;

		if (dm_log_allow(&limit, worker->now, &suppressed))
			dm_log(DM_LOG_WARN, "peer.failed", "peer=%llu reason=%s suppressed=%llu",
			       (unsigned long long)connection->id, dm_dtls_reason(connection->dtls),
			       (unsigned long long)suppressed);
	} else if (state == DM_PEER_EXPIRED) {
		dm_metric_add(&worker->metrics.expired, 1);
	}
	for (size_t i = 0; i < DM_MEDIA_COUNT; i++)
		dm_fanout_remove(worker->fanout, &connection->streams[i]);
	dm_route_remove_ufrag(worker->route, connection->ice.local_ufrag);
	if (*connection->ice.old_ufrag)
		dm_route_remove_ufrag(worker->route, connection->ice.old_ufrag);
	if (connection->ice.selected.family != AF_UNSPEC)
		dm_route_remove_address(worker->route, &connection->ice.selected);
	connection->phase = DM_CONNECTION_ENDED;
	connection->end = state;
	connection->tell_end = true;
	worker->ended++;
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

static void place_stream(struct dm_worker *worker, struct dm_connection *connection,
			 struct dm_stream *stream)
{
	if (stream->options.wanted && connection->phase == DM_CONNECTION_CONNECTED &&
	    dm_fanout_place(worker->fanout, stream) < 0)
		dm_worker_end(worker, connection, DM_PEER_FAILED);
}

void dm_worker_connected(struct dm_worker *worker, struct dm_connection *connection)
{
	if (dm_connection_set_keys(connection) < 0) {
		dm_worker_end(worker, connection, DM_PEER_FAILED);
		return;
	}
	connection->phase = DM_CONNECTION_CONNECTED;
	worker->handshakes--;
	dm_metric_add(&worker->metrics.handshakes, 1);
	for (size_t i = 0; i < DM_MEDIA_COUNT; i++)
		place_stream(worker, connection, &connection->streams[i]);
	/* With the first report the receiver can put sound and picture in step at once. */
	dm_connection_send_reports(connection, worker->sender, worker->options.timeline,
				   worker->now);
	tell(worker, connection, DM_PEER_CONNECTED);
}

/* Gives ended connections back. What the event queue does not take stays for the next turn. */
static void give_back_ended(struct dm_worker *worker)
{
	if (worker->ended == 0)
		return;
	dm_sender_flush(worker->sender); /* it points into connections */
	for (size_t i = worker->connection_count; i-- > 0;) {
		struct dm_connection *connection = worker->connections[i];

		if (connection->phase != DM_CONNECTION_ENDED)
			continue;

		const struct dm_worker_event event = { .peer = connection->id,
						       .state = connection->end,
						       .ended = connection,
						       .tell = connection->tell_end };

		/* Out of the tables first: the control thread may free it once it is pushed. */
		forget_peer(worker, connection->id);
		worker->connections[i] = worker->connections[--worker->connection_count];
		worker->connections[i]->position = i;
		if (!dm_queue_push(worker->options.events, &event)) {
			worker->by_peer[place_of(worker, connection->id)] = connection;
			connection->position = worker->connection_count;
			worker->connections[worker->connection_count++] = connection;
			break;
		}
		worker->ended--;
	}
	dm_metric_set(&worker->metrics.connections, (int64_t)worker->connection_count);
	dm_doorbell_ring(worker->options.events_doorbell);
}

/* --- commands of the control thread --- */

static void take_add(struct dm_worker *worker, struct dm_connection *connection)
{
	connection->sender = worker->sender;
	connection->position = worker->connection_count;
	worker->connections[worker->connection_count++] = connection;
	worker->by_peer[place_of(worker, connection->id)] = connection;
	dm_metric_set(&worker->metrics.connections, (int64_t)worker->connection_count);
	if (dm_route_add_ufrag(worker->route, connection->ice.local_ufrag, connection) < 0)
		dm_worker_end(worker, connection, DM_PEER_FAILED);
}

static void take_bind(struct dm_worker *worker, struct dm_connection *connection,
		      const struct dm_command *command)
{
	struct dm_stream *stream = &connection->streams[command->bind.media];

	dm_fanout_remove(worker->fanout, stream);
	dm_stream_set_rungs(stream, command->bind.rungs, command->bind.count);
	place_stream(worker, connection, stream);
}

static void take_restart(struct dm_worker *worker, struct dm_connection *connection,
			 const struct dm_ice *fresh)
{
	struct dm_ice *ice = &connection->ice;

	if (*ice->old_ufrag) /* an earlier restart that never took hold */
		dm_route_remove_ufrag(worker->route, ice->local_ufrag);
	dm_ice_restart(ice, fresh);
	if (dm_route_add_ufrag(worker->route, ice->local_ufrag, connection) < 0)
		dm_worker_end(worker, connection, DM_PEER_FAILED);
}

static void take_remove(struct dm_worker *worker, struct dm_connection *connection)
{
	dm_connection_send_goodbye(connection, worker->sender);
	dm_worker_end(worker, connection, DM_PEER_CLOSED);
	connection->tell_end = false;
}

static void take_command(struct dm_worker *worker, const struct dm_command *command)
{
	struct dm_connection *connection = NULL;

	if (command->type == DM_COMMAND_ADD) {
		take_add(worker, command->connection);
		return;
	}
	connection = worker->by_peer[place_of(worker, command->peer)];
	if (connection && connection->phase != DM_CONNECTION_ENDED) {
		if (command->type == DM_COMMAND_BIND)
			take_bind(worker, connection, command);
		else if (command->type == DM_COMMAND_RESTART)
			take_restart(worker, connection, &command->restart);
		else
			take_remove(worker, connection);
	}
	if (command->type == DM_COMMAND_BIND)
		for (size_t i = 0; i < command->bind.count; i++)
			dm_track_unref(command->bind.rungs[i]);
}

static void take_commands(struct dm_worker *worker)
{
	struct dm_command command;

	while (dm_queue_pop(worker->commands, &command))
		take_command(worker, &command);
}

/* --- care --- */

static void care_for(struct dm_worker *worker, struct dm_connection *connection)
{
	if (connection->phase == DM_CONNECTION_ENDED)
		return;
	if (worker->now >= connection->ice.consent_until) {
		dm_worker_end(worker, connection, DM_PEER_EXPIRED);
		return;
	}
	if (connection->phase != DM_CONNECTION_CONNECTED)
		return;
	for (size_t i = 0; i < DM_MEDIA_COUNT; i++) {
		struct dm_stream *stream = &connection->streams[i];

		if (stream->listing && stream->waiting)
			dm_track_request_key(stream->rungs[stream->rung]);
	}
	dm_connection_send_reports(connection, worker->sender, worker->options.timeline,
				   worker->now);
}

/* The slice of connections whose time in the round has come: spreads reports over the second. */
static void care(struct dm_worker *worker)
{
	const dm_usec into = worker->now - worker->round_start;
	size_t due = into >= ROUND ? worker->connection_count
				   : (size_t)into * worker->connection_count / (size_t)ROUND;

	for (; worker->cared < due && worker->cared < worker->connection_count; worker->cared++)
		care_for(worker, worker->connections[worker->cared]);
	if (into >= ROUND) {
		worker->round_start = worker->now;
		worker->cared = 0;
	}
}

static void tick_handshakes(struct dm_worker *worker)
{
	for (size_t i = 0; worker->handshakes > 0 && i < worker->connection_count; i++) {
		struct dm_connection *connection = worker->connections[i];

		if (connection->phase == DM_CONNECTION_HANDSHAKE &&
		    dm_dtls_deadline(connection->dtls) <= worker->now &&
		    dm_dtls_tick(connection->dtls, worker->now) == DM_DTLS_FAILED)
			dm_worker_end(worker, connection, DM_PEER_FAILED);
	}
}

/* --- the loop --- */

static void turn(struct dm_worker *worker)
{
	dm_doorbell_answer(&worker->doorbell);
	worker->now = dm_time_now();
	take_commands(worker);
	dm_fanout_run(worker->fanout);
	dm_worker_receive(worker);
	tick_handshakes(worker);
	care(worker);
	dm_sender_flush(worker->sender);
	give_back_ended(worker);

	const dm_usec took = dm_time_now() - worker->now;

	dm_metric_add(&worker->metrics.turns, 1);
	dm_metric_add(&worker->metrics.busy, took);
	if (took > dm_metric_get(&worker->metrics.longest_turn))
		dm_metric_set(&worker->metrics.longest_turn, took);
}

static void *run(void *user)
{
	struct dm_worker *worker = user;
	struct epoll_event events[2];

	/* Before the encoders, which can wait; where the system does not allow it, as it is. */
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), WORKER_NICE);
	while (!atomic_load_explicit(&worker->stopping, memory_order_acquire)) {
		(void)epoll_wait(worker->epoll, events, 2,
				 worker->handshakes > 0 ? TURN_DTLS : TURN_LONGEST);
		turn(worker);
	}
	return NULL;
}

static int watch(int epoll, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int create_parts(struct dm_worker *worker)
{
	int error = dm_queue_create(&worker->commands, COMMANDS_MAX, sizeof(struct dm_command));

	if (error == 0)
		error = dm_doorbell_init(&worker->doorbell);
	if (error == 0)
		error = dm_route_create(&worker->route, DM_WORKER_CONNECTIONS_MAX);
	if (error == 0)
		error = dm_protect_engine_create(&worker->engine);
	if (error == 0)
		error = dm_sender_create(&worker->sender, worker->options.fd, worker->engine);
	if (error == 0)
		error = dm_fanout_create(&worker->fanout, worker->sender);
	if (error == 0)
		error = dm_receive_buffers_create(&worker->buffers);
	if (error < 0)
		return error;

	worker->connections = calloc(DM_WORKER_CONNECTIONS_MAX, sizeof(struct dm_connection *));
	worker->by_peer = calloc(PLACES, sizeof(struct dm_connection *));
	if (!worker->connections || !worker->by_peer)
		return -ENOMEM;

	worker->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (worker->epoll < 0)
		return -errno;
	error = watch(worker->epoll, worker->options.fd);
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
	const int error = pthread_create(&worker->thread, NULL, run, worker);

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
	take_commands(worker); /* connections and references still on their way */
	for (size_t i = 0; i < worker->connection_count; i++)
		if (worker->connections[i]->phase != DM_CONNECTION_ENDED) {
			dm_connection_send_goodbye(worker->connections[i], worker->sender);
			dm_worker_end(worker, worker->connections[i], DM_PEER_CLOSED);
		}
	dm_sender_flush(worker->sender);
	for (size_t i = 0; i < worker->connection_count; i++)
		dm_connection_destroy(worker->connections[i]);
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
	free(worker->by_peer);
	free(worker->connections);
	dm_receive_buffers_destroy(worker->buffers);
	dm_fanout_destroy(worker->fanout);
	dm_sender_destroy(worker->sender);
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

struct dm_doorbell *dm_worker_doorbell(struct dm_worker *worker)
{
	return &worker->doorbell;
}
