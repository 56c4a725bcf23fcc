#include "fake_transport.h"

#include <errno.h>
#include <string.h>

struct fake_transport fake;

void dm_transport_set_observer(struct dm_transport *transport, dm_peer_state_cb *on_state,
			       void *user)
{
	(void)transport;
	fake.on_state = on_state;
	fake.user = user;
}

int dm_transport_add_peer(struct dm_transport *transport, const struct dm_peer_options *options,
			  struct dm_peer_answer *answer)
{
	(void)transport;
	if (fake.add_error)
		return fake.add_error;
	if (fake.last_peer + 1 == FAKE_PEERS)
		return -EAGAIN;
	*answer = (struct dm_peer_answer){ .id = ++fake.last_peer };
	fake.peers[fake.last_peer] = (struct fake_peer){ .options = *options };
	return 0;
}

int dm_transport_bind(struct dm_transport *transport, dm_peer_id peer, enum dm_media media,
		      struct dm_track *const *ladder, size_t count)
{
	(void)transport;
	if (fake.bind_error)
		return fake.bind_error;
	fake.binds++;
	fake.bound[media] = (struct fake_bind){ .peer = peer, .count = count };
	for (size_t i = 0; i < count; i++)
		fake.bound[media].rungs[i] = ladder[i];
	fake.peers[peer].bound[media] = fake.bound[media];
	fake.peers[peer].binds++;
	return 0;
}

void dm_transport_remove_peer(struct dm_transport *transport, dm_peer_id peer)
{
	(void)transport;
	fake.removed = peer;
	fake.peers[peer].removed = true;
	fake.removals++;
}

int dm_transport_restart_ice(struct dm_transport *transport, dm_peer_id peer,
			     const char *remote_ufrag, struct dm_peer_answer *answer)
{
	(void)transport;
	(void)remote_ufrag;
	answer->id = peer;
	return 0;
}
