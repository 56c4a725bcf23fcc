#include "rtp/intake.h"

#include "base/doorbell.h"
#include "base/queue.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define CAPACITY_MIN 16
#define CAPACITY_MAX 4096
#define REPORTS      8 /* one comes every few seconds; nobody has to take them */

struct dm_intake {
	struct dm_queue *queue;   /* owned */
	struct dm_queue *reports; /* owned */
	struct dm_doorbell doorbell;
	uint32_t clock_rate_hz;
	_Atomic uint32_t references;
	_Atomic enum dm_codec codec;
	_Atomic bool key_requested;
	_Atomic uint64_t too_large;
	struct {
		_Atomic uint64_t packets;
		_Atomic uint64_t bytes;
		_Atomic uint64_t lost;
		_Atomic uint64_t recovered;
		_Atomic int64_t jitter;
		_Atomic int64_t round_trip;
		_Atomic int64_t last_packet;
	} reception;
};

int dm_intake_create(struct dm_intake **out, size_t capacity_packets, uint32_t clock_rate_hz)
{
	*out = NULL;
	if (capacity_packets < CAPACITY_MIN || capacity_packets > CAPACITY_MAX ||
	    clock_rate_hz == 0)
		return -EINVAL;

	struct dm_intake *intake = calloc(1, sizeof(*intake));

	if (!intake)
		return -ENOMEM;

	int error = dm_queue_create(&intake->queue, capacity_packets,
				    sizeof(struct dm_intake_packet));

	if (!error)
		error = dm_queue_create(&intake->reports, REPORTS, sizeof(struct dm_intake_report));
	if (!error)
		error = dm_doorbell_init(&intake->doorbell);
	if (error) {
		dm_queue_destroy(intake->reports);
		dm_queue_destroy(intake->queue);
		free(intake);
		return error;
	}
	intake->clock_rate_hz = clock_rate_hz;
	atomic_init(&intake->references, 1);
	*out = intake;
	return 0;
}

struct dm_intake *dm_intake_ref(struct dm_intake *intake)
{
	atomic_fetch_add_explicit(&intake->references, 1, memory_order_relaxed);
	return intake;
}

void dm_intake_unref(struct dm_intake *intake)
{
	/* Acquire and release: all use of the intake, by anyone, comes before its end. */
	if (!intake || atomic_fetch_sub_explicit(&intake->references, 1, memory_order_acq_rel) != 1)
		return;
	dm_doorbell_finish(&intake->doorbell);
	dm_queue_destroy(intake->reports);
	dm_queue_destroy(intake->queue);
	free(intake);
}

uint32_t dm_intake_clock_rate_hz(const struct dm_intake *intake)
{
	return intake->clock_rate_hz;
}

void dm_intake_set_codec(struct dm_intake *intake, enum dm_codec codec)
{
	atomic_store_explicit(&intake->codec, codec, memory_order_relaxed);
}

enum dm_codec dm_intake_codec(const struct dm_intake *intake)
{
	return atomic_load_explicit(&intake->codec, memory_order_relaxed);
}

bool dm_intake_put(struct dm_intake *intake, const struct dm_rtp_packet *packet, dm_usec arrived_at)
{
	struct dm_intake_packet copy; /* what lies behind the payload is never looked at */

	if (packet->payload_bytes > DM_INTAKE_PAYLOAD_MAX) {
		atomic_fetch_add_explicit(&intake->too_large, 1, memory_order_relaxed);
		return false;
	}
	copy.arrived_at = arrived_at;
	copy.ssrc = packet->ssrc;
	copy.timestamp = packet->timestamp;
	copy.sequence = packet->sequence;
	copy.payload_type = packet->payload_type;
	copy.marker = packet->marker;
	copy.payload_bytes = (uint16_t)packet->payload_bytes;
	memcpy(copy.payload, packet->payload, packet->payload_bytes);
	memset(copy.payload + packet->payload_bytes, 0,
	       DM_INTAKE_PAYLOAD_MAX - packet->payload_bytes);
	if (!dm_queue_push(intake->queue, &copy))
		return false;
	dm_doorbell_ring(&intake->doorbell);
	return true;
}

bool dm_intake_take(struct dm_intake *intake, struct dm_intake_packet *packet)
{
	return dm_queue_pop(intake->queue, packet);
}

void dm_intake_put_report(struct dm_intake *intake, const struct dm_intake_report *report)
{
	(void)dm_queue_push(intake->reports, report);
}

bool dm_intake_take_report(struct dm_intake *intake, struct dm_intake_report *report)
{
	return dm_queue_pop(intake->reports, report);
}

int dm_intake_fd(const struct dm_intake *intake)
{
	return intake->doorbell.fd;
}

void dm_intake_answer(struct dm_intake *intake)
{
	dm_doorbell_answer(&intake->doorbell);
}

uint64_t dm_intake_refused(const struct dm_intake *intake)
{
	return dm_queue_refused(intake->queue) +
	       atomic_load_explicit(&intake->too_large, memory_order_relaxed);
}

void dm_intake_request_key(struct dm_intake *intake)
{
	atomic_store_explicit(&intake->key_requested, true, memory_order_relaxed);
}

bool dm_intake_take_key_request(struct dm_intake *intake)
{
	return atomic_load_explicit(&intake->key_requested, memory_order_relaxed) &&
	       atomic_exchange_explicit(&intake->key_requested, false, memory_order_relaxed);
}

#define STORE(name) \
	atomic_store_explicit(&intake->reception.name, reception->name, memory_order_relaxed)
#define LOAD(name) \
	reception->name = atomic_load_explicit(&intake->reception.name, memory_order_relaxed)

void dm_intake_set_reception(struct dm_intake *intake, const struct dm_intake_reception *reception)
{
	STORE(packets);
	STORE(bytes);
	STORE(lost);
	STORE(recovered);
	STORE(jitter);
	STORE(round_trip);
	STORE(last_packet);
}

void dm_intake_reception(const struct dm_intake *intake, struct dm_intake_reception *reception)
{
	LOAD(packets);
	LOAD(bytes);
	LOAD(lost);
	LOAD(recovered);
	LOAD(jitter);
	LOAD(round_trip);
	LOAD(last_packet);
}
