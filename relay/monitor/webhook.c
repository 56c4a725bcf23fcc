#include "monitor/webhook.h"

#include "base/queue.h"
#include "monitor/webhook_body.h"
#include "monitor/webhook_call.h"

#include <errno.h>
#include <glib.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define INBOX      256       /* posts on their way to the thread; choice */
#define LONGEST_MS 60000     /* between two turns of the thread; choice */
#define PARTING    DM_SEC(2) /* choice: what an orderly end may cost */

struct message {
	char *body; /* a GRefString; owned reference */
	enum dm_webhook_sort sort;
};

struct dm_webhooks {
	struct dm_webhook_call *calls; /* owned array */
	size_t count;
	char *event;                /* owned */
	struct dm_metrics *metrics; /* borrowed, nullable */
	struct dm_queue *inbox;     /* owned; struct message */
	CURLM *multi;               /* owned */
	GRand *chance;              /* owned; the thread's */
	pthread_t thread;
	bool has_thread;
	bool has_curl;
	_Atomic bool stopping;
};

/* --- the thread --- */

static void take_messages(struct dm_webhooks *webhooks, dm_usec now)
{
	struct message message;

	while (dm_queue_pop(webhooks->inbox, &message)) {
		for (size_t n = 0; n < webhooks->count; n++) {
			struct dm_webhook_call *call = &webhooks->calls[n];

			if (message.sort == DM_WEBHOOK_ALARM ? call->options->alarms
							     : call->options->sessions)
				dm_webhook_queue_put(&call->queue,
						     g_ref_string_acquire(message.body), now);
		}
		g_ref_string_release(message.body);
	}
}

/* Begins what is due; returns when the next post is. */
static dm_usec begin_posts(struct dm_webhooks *webhooks, dm_usec now)
{
	dm_usec soonest = DM_USEC_NEVER;

	for (size_t n = 0; n < webhooks->count; n++) {
		struct dm_webhook_call *call = &webhooks->calls[n];
		dm_usec next;
		const char *body = dm_webhook_queue_due(&call->queue, now, &next);

		if (next < soonest)
			soonest = next;
		if (!body)
			continue;
		if (dm_webhook_call_prepare(call, body, time(NULL)) < 0 ||
		    curl_multi_add_handle(webhooks->multi, call->easy) != CURLM_OK)
			dm_webhook_call_conclude(call, CURLE_OUT_OF_MEMORY, now, 0.5);
	}
	return soonest;
}

/* Returns how many have ended. */
static unsigned end_posts(struct dm_webhooks *webhooks, dm_usec now)
{
	unsigned ended = 0;
	CURLMsg *told;
	int left;

	while ((told = curl_multi_info_read(webhooks->multi, &left))) {
		const CURLcode code = told->data.result;
		CURL *easy = told->easy_handle;
		char *call = NULL; /* CURLINFO_PRIVATE takes a char ** */

		curl_easy_getinfo(easy, CURLINFO_PRIVATE, &call);
		curl_multi_remove_handle(webhooks->multi, easy);
		dm_webhook_call_conclude((struct dm_webhook_call *)(void *)call, code, now,
					 g_rand_double(webhooks->chance));
		ended++;
	}
	return ended;
}

/* One turn; waits for news of the network or of ours, at most until `until`. */
static void turn(struct dm_webhooks *webhooks, dm_usec until)
{
	int running;

	take_messages(webhooks, dm_time_now());

	const dm_usec next = begin_posts(webhooks, dm_time_now());

	curl_multi_perform(webhooks->multi, &running);
	if (end_posts(webhooks, dm_time_now()) > 0)
		return; /* there may be another one behind it */

	const dm_usec wait = (next < until ? next : until) - dm_time_now();

	if (wait > 0)
		curl_multi_poll(webhooks->multi, NULL, 0,
				wait < DM_MSEC(LONGEST_MS) ? (int)(wait / DM_MSEC(1)) + 1
							   : LONGEST_MS,
				NULL);
}

static bool is_over(const struct dm_webhooks *webhooks)
{
	for (size_t n = 0; n < webhooks->count; n++) {
		if (webhooks->calls[n].queue.count > 0 && !webhooks->calls[n].away)
			return false;
	}
	return true;
}

/* What waits is tried once more; who fails now is not waited for. */
static void part(struct dm_webhooks *webhooks)
{
	const dm_usec until = dm_time_now() + PARTING;

	for (size_t n = 0; n < webhooks->count; n++) {
		webhooks->calls[n].away = false;
		dm_webhook_queue_hurry(&webhooks->calls[n].queue);
	}
	take_messages(webhooks, dm_time_now());
	while (!is_over(webhooks) && dm_time_now() < until)
		turn(webhooks, until);
	for (size_t n = 0; n < webhooks->count; n++) {
		CURL *easy = webhooks->calls[n].easy;

		/* A name that is still being looked up is not waited for. */
		curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
		curl_multi_remove_handle(webhooks->multi, easy);
	}
}

static void *run(void *argument)
{
	struct dm_webhooks *webhooks = argument;
	sigset_t broken_pipe;

	/* OpenSSL writes without MSG_NOSIGNAL. */
	sigemptyset(&broken_pipe);
	sigaddset(&broken_pipe, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &broken_pipe, NULL);
	while (!atomic_load(&webhooks->stopping))
		turn(webhooks, DM_USEC_NEVER);
	part(webhooks);
	return NULL;
}

/* --- life --- */

static int add_metrics(struct dm_webhooks *webhooks, const struct dm_webhook_call *call)
{
	static const char help[] = "News posted to a webhook, by what became of it: delivered; "
				   "failed, by refusal or for an hour; dropped, to make room.";
	const struct {
		const char *result;
		const struct dm_metric *metric;
	} results[] = {
		{ "delivered", &call->queue.delivered },
		{ "failed", &call->queue.failed },
		{ "dropped", &call->queue.dropped },
	};
	char labels[64];
	int error = 0;

	for (size_t n = 0; n < sizeof(results) / sizeof(results[0]) && !error; n++) {
		snprintf(labels, sizeof(labels), "webhook=\"%zu\",result=\"%s\"", call->number,
			 results[n].result);
		error = dm_metrics_add(webhooks->metrics, DM_METRIC_COUNTER,
				       "dragoman_webhook_posts_total", help, labels,
				       results[n].metric, 1);
	}
	snprintf(labels, sizeof(labels), "webhook=\"%zu\"", call->number);
	return error ? error
		     : dm_metrics_add(webhooks->metrics, DM_METRIC_GAUGE,
				      "dragoman_webhook_waiting",
				      "News that a webhook has not taken yet.", labels,
				      &call->queue.waiting, 1);
}

static int init_calls(struct dm_webhooks *webhooks, const struct dm_monitor_options *options)
{
	int error = 0;

	webhooks->calls = calloc(options->webhook_count, sizeof(*webhooks->calls));
	if (!webhooks->calls)
		return -ENOMEM;
	for (size_t n = 0; n < options->webhook_count && !error; n++) {
		error = dm_webhook_call_init(&webhooks->calls[n], &options->webhooks[n], n);
		webhooks->count = n + 1;
		if (!error && webhooks->metrics)
			error = add_metrics(webhooks, &webhooks->calls[n]);
	}
	return error;
}

static int start(struct dm_webhooks *webhooks, const struct dm_monitor_options *options)
{
	int error = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? 0 : -EIO;

	webhooks->has_curl = !error;
	if (!error)
		error = dm_queue_create(&webhooks->inbox, INBOX, sizeof(struct message));
	if (!error)
		error = init_calls(webhooks, options);
	webhooks->multi = error ? NULL : curl_multi_init();
	if (!error && !webhooks->multi)
		error = -ENOMEM;
	if (!error)
		error = -pthread_create(&webhooks->thread, NULL, run, webhooks);
	if (!error) {
		webhooks->has_thread = true;
		pthread_setname_np(webhooks->thread, "webhooks");
	}
	return error;
}

int dm_webhooks_create(struct dm_webhooks **out, const struct dm_monitor_options *options,
		       const char *event, struct dm_metrics *metrics)
{
	struct dm_webhooks *webhooks = calloc(1, sizeof(*webhooks));

	*out = NULL;
	if (!webhooks)
		return -ENOMEM;
	webhooks->event = g_strdup(event);
	webhooks->metrics = metrics;
	webhooks->chance = g_rand_new();

	const int error = options->webhook_count > 0 ? start(webhooks, options) : 0;

	if (error) {
		dm_webhooks_destroy(webhooks);
		return error;
	}
	*out = webhooks;
	return 0;
}

void dm_webhooks_destroy(struct dm_webhooks *webhooks)
{
	struct message message;

	if (!webhooks)
		return;
	if (webhooks->has_thread) {
		atomic_store(&webhooks->stopping, true);
		curl_multi_wakeup(webhooks->multi);
		pthread_join(webhooks->thread, NULL);
	}
	while (webhooks->inbox && dm_queue_pop(webhooks->inbox, &message))
		g_ref_string_release(message.body);
	if (webhooks->metrics && webhooks->calls)
		dm_metrics_remove(webhooks->metrics, webhooks->calls,
				  webhooks->count * sizeof(*webhooks->calls));
	for (size_t n = 0; n < webhooks->count; n++)
		dm_webhook_call_finish(&webhooks->calls[n]);
	if (webhooks->multi)
		curl_multi_cleanup(webhooks->multi);
	if (webhooks->has_curl)
		curl_global_cleanup();
	free(webhooks->calls);
	dm_queue_destroy(webhooks->inbox);
	g_rand_free(webhooks->chance);
	g_free(webhooks->event);
	free(webhooks);
}

/* --- posting --- */

static int hand_over(struct dm_webhooks *webhooks, enum dm_webhook_sort sort, const char *type,
		     const char *json)
{
	char *id = g_uuid_string_random();
	char *text;
	const int error = dm_webhook_body(&text, id, g_get_real_time() / 1000, webhooks->event,
					  type, json);

	g_free(id);
	if (error)
		return error;

	const struct message message = { .body = g_ref_string_new(text), .sort = sort };

	free(text);
	if (!dm_queue_push(webhooks->inbox, &message)) {
		g_ref_string_release(message.body);
		return -ENOBUFS;
	}
	curl_multi_wakeup(webhooks->multi);
	return 0;
}

int dm_webhooks_post(struct dm_webhooks *webhooks, enum dm_webhook_sort sort, const char *type,
		     const char *json)
{
	bool wanted = false;

	if (!webhooks)
		return 0;
	for (size_t n = 0; n < webhooks->count; n++) {
		const struct dm_webhook_options *options = webhooks->calls[n].options;

		wanted = wanted || (sort == DM_WEBHOOK_ALARM ? options->alarms : options->sessions);
	}

	const int error = wanted ? hand_over(webhooks, sort, type, json) : 0;

	for (size_t n = 0; n < webhooks->count && error; n++)
		dm_metric_add(&webhooks->calls[n].queue.dropped, 1);
	return error;
}
