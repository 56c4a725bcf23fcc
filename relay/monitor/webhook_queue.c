#include "monitor/webhook_queue.h"

#include <glib.h>

#define SPREAD 0.2 /* of the wait, either way; choice */

void dm_webhook_queue_init(struct dm_webhook_queue *queue)
{
	*queue = (struct dm_webhook_queue){
		.backoff = dm_backoff_init(DM_WEBHOOK_WAIT_LEAST, DM_WEBHOOK_WAIT_MOST),
	};
}

static struct dm_webhook_item *item_at(struct dm_webhook_queue *queue, size_t n)
{
	return &queue->items[(queue->first + n) % DM_WEBHOOK_WAITING_MAX];
}

static void remove_first(struct dm_webhook_queue *queue)
{
	struct dm_webhook_item *item = item_at(queue, 0);

	g_ref_string_release(item->body);
	item->body = NULL;
	queue->first = (queue->first + 1) % DM_WEBHOOK_WAITING_MAX;
	queue->count--;
	queue->under_way = false;
	dm_metric_set(&queue->waiting, (int64_t)queue->count);
}

void dm_webhook_queue_finish(struct dm_webhook_queue *queue)
{
	while (queue->count > 0) {
		remove_first(queue);
		dm_metric_add(&queue->dropped, 1);
	}
}

/* The oldest that is not under way. */
static void make_room(struct dm_webhook_queue *queue)
{
	if (queue->under_way) {
		struct dm_webhook_item *second = item_at(queue, 1);
		struct dm_webhook_item *first = item_at(queue, 0);
		const struct dm_webhook_item sent = *first;

		*first = *second;
		*second = sent;
		remove_first(queue);
		queue->under_way = true;
	} else {
		remove_first(queue);
	}
	dm_metric_add(&queue->dropped, 1);
}

void dm_webhook_queue_put(struct dm_webhook_queue *queue, char *body, dm_usec now)
{
	if (queue->count == DM_WEBHOOK_WAITING_MAX)
		make_room(queue);
	*item_at(queue, queue->count++) = (struct dm_webhook_item){ .body = body, .made_at = now };
	dm_metric_set(&queue->waiting, (int64_t)queue->count);
}

const char *dm_webhook_queue_due(struct dm_webhook_queue *queue, dm_usec now, dm_usec *next)
{
	*next = DM_USEC_NEVER;
	if (queue->under_way)
		return NULL;
	while (queue->count > 0 && now - item_at(queue, 0)->made_at >= DM_WEBHOOK_LIFE) {
		remove_first(queue);
		dm_metric_add(&queue->failed, 1);
	}
	if (queue->count == 0)
		return NULL;
	if (now < queue->next_at) {
		*next = queue->next_at;
		return NULL;
	}
	queue->under_way = true;
	return item_at(queue, 0)->body;
}

static dm_usec wait_of(struct dm_webhook_queue *queue, dm_usec after, double chance)
{
	const dm_usec wait = dm_backoff_next(&queue->backoff, 0);
	const dm_usec spread = (dm_usec)((double)wait * (1 + SPREAD * (2 * chance - 1)));

	if (after > DM_WEBHOOK_WAIT_MOST)
		after = DM_WEBHOOK_WAIT_MOST;
	return spread > after ? spread : after;
}

void dm_webhook_queue_answer(struct dm_webhook_queue *queue, enum dm_webhook_answer answer,
			     dm_usec after, dm_usec now, double chance)
{
	if (!queue->under_way)
		return;
	if (answer == DM_WEBHOOK_AWAY) {
		queue->under_way = false;
		queue->next_at = now + wait_of(queue, after, chance);
		return;
	}
	dm_metric_add(answer == DM_WEBHOOK_TAKEN ? &queue->delivered : &queue->failed, 1);
	remove_first(queue);
	queue->backoff = dm_backoff_init(DM_WEBHOOK_WAIT_LEAST, DM_WEBHOOK_WAIT_MOST);
	queue->next_at = now;
}

void dm_webhook_queue_hurry(struct dm_webhook_queue *queue)
{
	queue->next_at = 0;
}
