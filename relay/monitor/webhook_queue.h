/* relay/monitor/webhook_queue.h
 *
 * The posts that wait for one address, oldest first: which is to be sent when, and when it is given
 * up. One is under way at a time, so that they come in order; while the receiver is away the first
 * one is tried again after 10 s, 20 s, … 10 min, each a fifth more or less, so that many relays do
 * not come back as one. What is an hour old is given up; of more than 256 the oldest go.
 *
 * Pure: time and chance are passed in. Thread: one at a time; the metrics are read on any.
 */
#ifndef DM_MONITOR_WEBHOOK_QUEUE_H
#define DM_MONITOR_WEBHOOK_QUEUE_H

#include "base/backoff.h"
#include "base/metric.h"

#include <stdbool.h>
#include <stddef.h>

#define DM_WEBHOOK_WAITING_MAX 256          /* choice: more news than anybody reads afterwards */
#define DM_WEBHOOK_LIFE        DM_SEC(3600) /* choice: an alarm of an hour ago is no news */
#define DM_WEBHOOK_WAIT_LEAST  DM_SEC(10)   /* choice */
#define DM_WEBHOOK_WAIT_MOST   DM_SEC(600)  /* choice */

struct dm_webhook_item {
	char *body; /* a GRefString; owned reference */
	dm_usec made_at;
};

struct dm_webhook_queue {
	struct dm_webhook_item items[DM_WEBHOOK_WAITING_MAX]; /* a ring */
	size_t first;
	size_t count;
	bool under_way; /* the first one */
	dm_usec next_at;
	struct dm_backoff backoff;
	struct dm_metric delivered;
	struct dm_metric failed;  /* refused, or given up after an hour */
	struct dm_metric dropped; /* to make room for newer ones, or at the end */
	struct dm_metric waiting;
};

/* What the receiver said. */
enum dm_webhook_answer {
	DM_WEBHOOK_TAKEN,
	DM_WEBHOOK_REFUSED, /* and would refuse again */
	DM_WEBHOOK_AWAY,    /* or busy: to be tried again */
};

void dm_webhook_queue_init(struct dm_webhook_queue *queue);
/* Drops what waits, and counts it. */
void dm_webhook_queue_finish(struct dm_webhook_queue *queue);

/* Takes over the reference. */
void dm_webhook_queue_put(struct dm_webhook_queue *queue, char *body, dm_usec now);

/* The post to send now, which is then under way; borrowed until dm_webhook_queue_answer. NULL:
 * none, and *next is when to ask again (DM_USEC_NEVER: when there is something new). */
const char *dm_webhook_queue_due(struct dm_webhook_queue *queue, dm_usec now, dm_usec *next);

/* The answer to the one under way. `after` is what the receiver asked to wait (0: nothing),
 * `chance` 0..1. */
void dm_webhook_queue_answer(struct dm_webhook_queue *queue, enum dm_webhook_answer answer,
			     dm_usec after, dm_usec now, double chance);

/* The waiting time is over now. */
void dm_webhook_queue_hurry(struct dm_webhook_queue *queue);

#endif
