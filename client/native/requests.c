#include "requests.h"

#include <errno.h>
#include <stdlib.h>

#define IN_FLIGHT 32 /* one server's control thread takes one after another; hides round trips */

struct slot {
	struct dm_exchange *exchange; /* owned */
	void *whose;
	bool busy;
	bool join;
};

struct dm_requests {
	struct dm_requests_options options;
	CURLM *multi;
	char *url; /* to POST offers to */
	struct slot slots[IN_FLIGHT];
	size_t under_way;
};

int dm_requests_create(struct dm_requests **out, const struct dm_requests_options *options)
{
	struct dm_requests *requests = calloc(1, sizeof(*requests));

	*out = NULL;
	if (!requests)
		return -ENOMEM;
	requests->options = *options;
	requests->url = dm_whep_url(options->base, options->room, options->lang, options->video);
	requests->multi = curl_multi_init();
	if (!requests->url || !requests->multi)
		goto fail;
	for (size_t i = 0; i < IN_FLIGHT; i++)
		if (dm_exchange_create(&requests->slots[i].exchange, options->token))
			goto fail;
	curl_multi_setopt(requests->multi, CURLMOPT_MAXCONNECTS, (long)IN_FLIGHT);
	*out = requests;
	return 0;

fail:
	dm_requests_destroy(requests);
	return -ENOMEM;
}

void dm_requests_destroy(struct dm_requests *requests)
{
	if (!requests)
		return;
	for (size_t i = 0; i < IN_FLIGHT; i++) {
		struct slot *slot = &requests->slots[i];

		if (slot->busy)
			curl_multi_remove_handle(requests->multi, dm_exchange_curl(slot->exchange));
		dm_exchange_destroy(slot->exchange);
	}
	curl_multi_cleanup(requests->multi);
	free(requests->url);
	free(requests);
}

bool dm_requests_has_room(const struct dm_requests *requests)
{
	return requests->under_way < IN_FLIGHT;
}

size_t dm_requests_under_way(const struct dm_requests *requests)
{
	return requests->under_way;
}

static struct slot *free_slot(struct dm_requests *requests)
{
	for (size_t i = 0; i < IN_FLIGHT; i++)
		if (!requests->slots[i].busy)
			return &requests->slots[i];
	return NULL;
}

static int begin(struct dm_requests *requests, const char *method, const char *url,
		 const char *offer, void *whose)
{
	struct slot *slot = free_slot(requests);

	if (!slot)
		return -EAGAIN;

	const int error = dm_exchange_prepare(slot->exchange, method, url,
					      offer ? "application/sdp" : NULL, offer);

	if (error)
		return error;
	if (curl_multi_add_handle(requests->multi, dm_exchange_curl(slot->exchange)) != CURLM_OK)
		return -ENOMEM;
	slot->busy = true;
	slot->join = offer != NULL;
	slot->whose = whose;
	requests->under_way++;
	return 0;
}

int dm_requests_join(struct dm_requests *requests, const char *offer, void *whose)
{
	return begin(requests, "POST", requests->url, offer, whose);
}

int dm_requests_leave(struct dm_requests *requests, const char *resource)
{
	return begin(requests, "DELETE", resource, NULL, NULL);
}

static void finish(struct dm_requests *requests, struct slot *slot, CURLcode result)
{
	const struct dm_requests_options *options = &requests->options;
	const long status = dm_exchange_done(slot->exchange, result);
	struct dm_session session;

	curl_multi_remove_handle(requests->multi, dm_exchange_curl(slot->exchange));
	slot->busy = false;
	requests->under_way--;
	if (!slot->join)
		return;

	const int error = dm_exchange_session(slot->exchange, status, &session);

	options->on_joined(options->user, slot->whose, error,
			   error ? dm_exchange_problem(slot->exchange) : NULL,
			   error ? NULL : &session);
}

void dm_requests_turn(struct dm_requests *requests, const int others[2], dm_usec most)
{
	struct curl_waitfd waits[] = { { .fd = others[0], .events = CURL_WAIT_POLLIN },
				       { .fd = others[1], .events = CURL_WAIT_POLLIN } };
	const CURLMsg *message;
	int running = 0;
	int left = 0;

	curl_multi_perform(requests->multi, &running);
	if (running || most > 0)
		curl_multi_poll(requests->multi, waits, 2, (int)((most + 999) / 1000), NULL);
	curl_multi_perform(requests->multi, &running);
	while ((message = curl_multi_info_read(requests->multi, &left))) {
		if (message->msg != CURLMSG_DONE)
			continue;
		for (size_t i = 0; i < IN_FLIGHT; i++) {
			struct slot *slot = &requests->slots[i];

			if (slot->busy &&
			    dm_exchange_curl(slot->exchange) == message->easy_handle) {
				finish(requests, slot, message->data.result);
				break;
			}
		}
	}
}
