#include "transport/wire.h"

#include "base/log.h"
#include "transport/wire_udp.h"
#include "transport/wire_xdp.h"
#include "transport/xdp_ring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Of the forwarding delay, in microseconds. */
static const int64_t delay_bounds[] = {
	250, 500, 1000, 1500, 2000, 5000, 10000, 20000, 50000, 100000,
};

struct dm_wire {
	struct dm_wire_udp udp;
	struct dm_wire_xdp *xdp; /* owned; NULL: not asked for, or not to be had */
	struct dm_wire_metrics metrics;
};

const char *dm_wire_obstacle(enum dm_transport_way way)
{
	const int error = way == DM_TRANSPORT_XDP ? dm_xdp_ring_probe() : 0;

	return error < 0 ? dm_wire_xdp_reason(error) : NULL;
}

static void open_xdp(struct dm_wire *wire, const struct dm_wire_options *options)
{
	const struct dm_wire_xdp_options xdp = { .fd = options->fd,
						 .queue = options->queue,
						 .metrics = &wire->metrics };
	const int error = dm_wire_xdp_create(&wire->xdp, &xdp);

	if (error == 0)
		return;
	dm_log(DM_LOG_WARN, "sender.udp", "worker=%u wanted=xdp reason=%s errno=%d", options->queue,
	       dm_wire_xdp_reason(error), -error);
}

int dm_wire_create(struct dm_wire **out, const struct dm_wire_options *options)
{
	struct dm_wire *wire = calloc(1, sizeof(*wire));

	*out = NULL;
	if (!wire)
		return -ENOMEM;
	wire->metrics.delay.bounds = delay_bounds;
	wire->metrics.delay.bound_count = sizeof(delay_bounds) / sizeof(delay_bounds[0]);
	wire->udp = (struct dm_wire_udp){ .fd = options->fd,
					  .segmentation = true,
					  .metrics = &wire->metrics };
	if (options->way == DM_TRANSPORT_XDP)
		open_xdp(wire, options);
	*out = wire;
	return 0;
}

void dm_wire_destroy(struct dm_wire *wire)
{
	if (!wire)
		return;
	dm_wire_xdp_destroy(wire->xdp);
	free(wire);
}

int dm_wire_fd(const struct dm_wire *wire)
{
	return wire->xdp ? dm_wire_xdp_fd(wire->xdp) : -1;
}

void dm_wire_turn(struct dm_wire *wire)
{
	if (wire->xdp)
		dm_wire_xdp_turn(wire->xdp);
}

void dm_wire_send(struct dm_wire *wire, struct dm_wire_message *messages, size_t count)
{
	/* Raw frames first: a packet that goes by UDP has none of its stream behind it in the same
	 * call. */
	if (wire->xdp)
		count = dm_wire_xdp_send(wire->xdp, messages, count);
	dm_wire_udp_send(&wire->udp, messages, count);
}

bool dm_wire_segments(const struct dm_wire *wire)
{
	return wire->udp.segmentation;
}

struct dm_wire_metrics *dm_wire_metrics(struct dm_wire *wire)
{
	return &wire->metrics;
}

void dm_wire_count_sent(struct dm_wire_metrics *metrics, const struct dm_wire_message *messages,
			size_t count)
{
	const dm_usec now = dm_time_now();
	int64_t packets = 0, bytes = 0;

	for (size_t i = 0; i < count; i++) {
		packets += messages[i].segments;
		bytes += (int64_t)messages[i].bytes;
		if (messages[i].published_at != 0)
			dm_histogram_add(&metrics->delay, now - messages[i].published_at,
					 messages[i].segments);
	}
	dm_metric_add(&metrics->packets, packets);
	dm_metric_add(&metrics->bytes, bytes);
}
