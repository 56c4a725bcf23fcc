#include "transport/worker_metrics.h"

#include "transport/worker_private.h"

#include <stdio.h>

#define USEC_PER_SEC 1000000

struct entry {
	enum dm_metric_type type;
	const char *name;
	const char *help;
	const char *label; /* beside the worker's number; nullable */
	const struct dm_metric *metric;
	uint32_t scale;
};

#define COUNTER(name, help, label, metric)                      \
	{                                                       \
		DM_METRIC_COUNTER, name, help, label, metric, 1 \
	}
#define DROP(reason, metric)                              \
	COUNTER("dragoman_worker_received_dropped_total", \
		"Datagrams received and dropped, by reason.", "reason=\"" reason "\"", metric)
#define SEND_DROP(reason, metric)                     \
	COUNTER("dragoman_worker_send_dropped_total", \
		"Packets that could not be sent, by reason.", "reason=\"" reason "\"", metric)
#define BY_UDP(reason, metric)                                                            \
	COUNTER("dragoman_worker_sent_by_udp_instead_total",                              \
		"Packets of sound and reports that no raw frame could carry, by reason.", \
		"reason=\"" reason "\"", metric)
#define RESEND(result, metric)                                                 \
	COUNTER("dragoman_worker_nacks_total",                                 \
		"Sequence numbers that listeners asked for again, by result.", \
		"result=\"" result "\"", metric)

static int add_entry(struct dm_worker *worker, const struct entry *entry)
{
	char labels[96];

	snprintf(labels, sizeof(labels), "worker=\"%u\"%s%s", worker->options.number,
		 entry->label ? "," : "", entry->label ? entry->label : "");
	return dm_metrics_add(worker->options.metrics, entry->type, entry->name, entry->help,
			      labels, entry->metric, entry->scale);
}

static int add_entries(struct dm_worker *worker, const struct entry *entries, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const int error = add_entry(worker, &entries[i]);

		if (error < 0)
			return error;
	}
	return 0;
}

static int register_receive(struct dm_worker *worker)
{
	const struct dm_receive_metrics *receive = &worker->metrics.receive;
	const struct dm_uplink_metrics *uplink = &worker->metrics.uplink;
	const struct entry entries[] = {
		COUNTER("dragoman_worker_received_packets_total", "Datagrams received.", NULL,
			&receive->packets),
		COUNTER("dragoman_worker_received_bytes_total", "Bytes of datagrams received.",
			NULL, &receive->bytes),
		DROP("unknown-address", &receive->dropped_unknown_address),
		DROP("unknown-user", &receive->dropped_unknown_user),
		DROP("bad-check", &receive->dropped_bad_check),
		DROP("bad-kind", &receive->dropped_bad_kind),
		DROP("truncated", &receive->dropped_truncated),
		DROP("bad-rtcp-auth", &receive->dropped_bad_rtcp_auth),
		DROP("handshakes", &receive->dropped_handshake),
		DROP("rtp", &receive->dropped_rtp),
		DROP("bad-rtp-auth", &uplink->bad_auth),
		DROP("rtp-replay", &uplink->replay),
		DROP("rtp-malformed", &uplink->malformed),
		DROP("rtp-sources", &uplink->too_many_sources),
		DROP("rtp-payload-type", &uplink->unknown_type),
		DROP("rtp-foreign", &uplink->foreign),
		DROP("rtp-jump", &uplink->far),
		DROP("rtp-not-missing", &uplink->not_missing),
		DROP("rtp-too-large", &uplink->too_large),
		DROP("rtp-refused", &uplink->refused),
		COUNTER("dragoman_worker_ice_checks_total", "Valid ICE checks answered.", NULL,
			&receive->checks),
		COUNTER("dragoman_worker_address_changes_total",
			"Peers that moved to another address.", NULL, &receive->address_changes),
	};

	return add_entries(worker, entries, sizeof(entries) / sizeof(entries[0]));
}

static int register_uplinks(struct dm_worker *worker)
{
	const struct dm_uplink_metrics *uplink = &worker->metrics.uplink;
	const struct entry entries[] = {
		COUNTER("dragoman_worker_uplink_packets_total",
			"Packets of media that peers sent and the relay took.", NULL,
			&uplink->packets),
		COUNTER("dragoman_worker_uplink_bytes_total", "Bytes of their payload.", NULL,
			&uplink->bytes),
		COUNTER("dragoman_worker_uplink_nacks_total",
			"Sequence numbers that the relay asked senders for again.", NULL,
			&uplink->nacks),
		COUNTER("dragoman_worker_uplink_recovered_total",
			"Packets that came because they were asked for again.", NULL,
			&uplink->recovered),
		COUNTER("dragoman_worker_uplink_lost_total",
			"Packets of senders that never came in time.", NULL, &uplink->lost),
		COUNTER("dragoman_worker_uplink_key_requests_total",
			"Key frames that the relay asked senders for (PLI).", NULL,
			&uplink->key_requests),
	};

	return add_entries(worker, entries, sizeof(entries) / sizeof(entries[0]));
}

static int register_send(struct dm_worker *worker)
{
	const struct dm_wire_metrics *wire = dm_wire_metrics(worker->wire);
	const struct dm_feedback_metrics *feedback = &worker->metrics.feedback;
	const struct entry entries[] = {
		COUNTER("dragoman_worker_sent_packets_total", "Packets sent.", NULL,
			&wire->packets),
		COUNTER("dragoman_worker_sent_bytes_total", "Bytes sent, SRTP included.", NULL,
			&wire->bytes),
		COUNTER("dragoman_worker_send_calls_total", "System calls for sending.", NULL,
			&wire->calls),
		SEND_DROP("socket-full", &wire->dropped_full),
		SEND_DROP("refused", &wire->dropped_error),
		SEND_DROP("not-protected", dm_sender_unprotected(worker->sender)),
		RESEND("resent", &feedback->resent),
		RESEND("not-sent", &feedback->resend_not_sent),
		RESEND("too-soon", &feedback->resend_too_soon),
		RESEND("over-budget", &feedback->resend_over_budget),
		COUNTER("dragoman_worker_key_requests_total", "PLI and FIR received.", NULL,
			&feedback->key_requests),
		COUNTER("dragoman_worker_rtcp_malformed_total",
			"RTCP with a wrong length or count.", NULL, &feedback->malformed),
		COUNTER("dragoman_worker_rtcp_unknown_ssrc_total",
			"Feedback about a stream that the peer does not have.", NULL,
			&feedback->unknown_ssrc),
		COUNTER("dragoman_worker_rung_changes_total",
			"Changes of rung that links asked for.", NULL, &feedback->rung_changes),
		COUNTER("dragoman_worker_frames_lost_total",
			"Frames overwritten before the worker had read them.", NULL,
			&dm_fanout_metrics(worker->fanout)->frames_lost),
	};

	return add_entries(worker, entries, sizeof(entries) / sizeof(entries[0]));
}

/* Only where raw frames were asked for: elsewhere it would say nothing. */
static int register_raw(struct dm_worker *worker)
{
	const struct dm_wire_metrics *wire = dm_wire_metrics(worker->wire);
	const struct entry entries[] = {
		{ DM_METRIC_GAUGE, "dragoman_worker_raw_interfaces",
		  "Network interfaces open for raw frames; 0: everything goes by UDP.", NULL,
		  &wire->interfaces, 1 },
		COUNTER("dragoman_worker_sent_raw_packets_total",
			"Of the packets sent, those that left as raw frames.", NULL,
			&wire->raw_packets),
		BY_UDP("route", &wire->udp_route),
		BY_UDP("neighbour", &wire->udp_neighbour),
		BY_UDP("confirm", &wire->udp_confirm),
		BY_UDP("interface", &wire->udp_interface),
		BY_UDP("full", &wire->udp_full),
		BY_UDP("large", &wire->udp_large),
	};

	if (worker->options.way == DM_TRANSPORT_UDP)
		return 0;
	return add_entries(worker, entries, sizeof(entries) / sizeof(entries[0]));
}

static int register_worker(struct dm_worker *worker)
{
	const struct dm_worker_metrics *own = &worker->metrics;
	const struct entry entries[] = {
		{ DM_METRIC_GAUGE, "dragoman_worker_connections", "Peers on the worker.", NULL,
		  &own->connections, 1 },
		COUNTER("dragoman_worker_handshakes_total", "DTLS handshakes done.", NULL,
			&own->handshakes),
		COUNTER("dragoman_worker_handshakes_failed_total", "DTLS handshakes failed.", NULL,
			&own->handshakes_failed),
		COUNTER("dragoman_worker_expired_total", "Peers whose consent ran out.", NULL,
			&own->expired),
		COUNTER("dragoman_worker_turns_total", "Turns of the worker's loop.", NULL,
			&own->turns),
		{ DM_METRIC_COUNTER, "dragoman_worker_busy_seconds_total",
		  "Time spent in turns of the loop, waiting left out.", NULL, &own->busy,
		  USEC_PER_SEC },
		{ DM_METRIC_GAUGE, "dragoman_worker_longest_turn_seconds",
		  "The longest turn of the loop so far.", NULL, &own->longest_turn, USEC_PER_SEC },
	};

	return add_entries(worker, entries, sizeof(entries) / sizeof(entries[0]));
}

int dm_worker_metrics_register(struct dm_worker *worker)
{
	char labels[32];
	int error = register_worker(worker);

	if (error == 0)
		error = register_receive(worker);
	if (error == 0)
		error = register_uplinks(worker);
	if (error == 0)
		error = register_send(worker);
	if (error == 0)
		error = register_raw(worker);
	snprintf(labels, sizeof(labels), "worker=\"%u\"", worker->options.number);
	if (error == 0)
		error = dm_metrics_add_histogram(
			worker->options.metrics, "dragoman_worker_forward_delay_seconds",
			"From a packet's publishing to its handing to the kernel.", labels,
			&dm_wire_metrics(worker->wire)->delay, USEC_PER_SEC);
	return error;
}

void dm_worker_metrics_unregister(struct dm_worker *worker)
{
	struct dm_metrics *metrics = worker->options.metrics;

	dm_metrics_remove(metrics, &worker->metrics, sizeof(worker->metrics));
	if (worker->sender)
		dm_metrics_remove(metrics, dm_sender_unprotected(worker->sender),
				  sizeof(struct dm_metric));
	if (worker->wire)
		dm_metrics_remove(metrics, dm_wire_metrics(worker->wire),
				  sizeof(struct dm_wire_metrics));
	if (worker->fanout)
		dm_metrics_remove(metrics, dm_fanout_metrics(worker->fanout),
				  sizeof(struct dm_fanout_metrics));
}
