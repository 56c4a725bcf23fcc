#include "transport/command.h"

#include "transport/worker_private.h"

static void take_add(struct dm_worker *worker, struct dm_connection *connection)
{
	dm_roster_add(worker->roster, connection);
	dm_metric_set(&worker->metrics.connections, (int64_t)dm_roster_count(worker->roster));
	if (dm_route_add_ufrag(worker->route, connection->ice.local_ufrag, connection) < 0)
		dm_worker_fail(worker, connection, DM_WORKER_NO_MEMORY);
}

static void take_bind(struct dm_worker *worker, struct dm_connection *connection,
		      const struct dm_command *command)
{
	struct dm_stream *stream = dm_connection_stream(connection, command->bind.media);

	if (!stream)
		return;
	dm_fanout_remove(worker->fanout, stream);
	dm_stream_set_rungs(stream, command->bind.rungs, command->bind.count);
	dm_worker_place(worker, connection, stream);
}

static void take_restart(struct dm_worker *worker, struct dm_connection *connection,
			 const struct dm_ice *fresh)
{
	struct dm_ice *ice = &connection->ice;

	if (*ice->old_ufrag) /* an earlier restart that never took hold */
		dm_route_remove_ufrag(worker->route, ice->local_ufrag);
	dm_ice_restart(ice, fresh);
	if (dm_route_add_ufrag(worker->route, ice->local_ufrag, connection) < 0)
		dm_worker_fail(worker, connection, DM_WORKER_NO_MEMORY);
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
	connection = dm_roster_find(worker->roster, command->peer);
	if (connection) {
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

void dm_worker_take_commands(struct dm_worker *worker)
{
	struct dm_command command;

	while (dm_queue_pop(worker->commands, &command))
		take_command(worker, &command);
}
