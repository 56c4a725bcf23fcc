/* relay/control/errand.c: see errand.h */
#include "control/errand.h"

struct dm_errands {
	GThreadPool *pool;  /* owned */
	GAsyncQueue *ended; /* struct dm_errand: by the threads for us */
	unsigned running;
};

struct dm_errand {
	struct dm_errands *errands;
	dm_errand_work *work;
	void *user; /* owned */
	GDestroyNotify free_user;
	struct dm_response made;
	struct dm_response *response; /* borrowed; NULL: nobody wants it */
	dm_errand_done *done;         /* NULL: nobody waits yet */
	void *waiter;
	bool ended; /* seen on the control thread */
};

static void free_errand(struct dm_errand *errand)
{
	errand->free_user(errand->user);
	dm_response_finish(&errand->made);
	g_free(errand);
}

/* Gives back what was made. */
static void hand_over(struct dm_errand *errand)
{
	struct dm_response *response = errand->response;
	dm_errand_done *done = errand->done;
	void *waiter = errand->waiter;

	for (size_t i = 0; i < errand->made.header_count; i++)
		dm_response_header(response, errand->made.headers[i].name,
				   errand->made.headers[i].value);
	dm_response_set(response, errand->made.status, errand->made.content_type,
			errand->made.body ? g_bytes_ref(errand->made.body) : NULL);
	response->errand = NULL;
	free_errand(errand);
	done(waiter);
}

static gboolean on_ended(void *user)
{
	struct dm_errands *errands = user;
	struct dm_errand *errand;

	while ((errand = g_async_queue_try_pop(errands->ended))) {
		errands->running--;
		errand->ended = true;
		if (!errand->response)
			free_errand(errand);
		else if (errand->done)
			hand_over(errand);
	}
	return G_SOURCE_REMOVE;
}

static void run(void *data, void *user)
{
	struct dm_errand *errand = data;
	struct dm_errands *errands = user;

	errand->work(errand->user, &errand->made);
	g_async_queue_push(errands->ended, errand);
	g_idle_add(on_ended, errands);
}

struct dm_errands *dm_errands_create(void)
{
	struct dm_errands *errands = g_new0(struct dm_errands, 1);

	errands->ended = g_async_queue_new();
	errands->pool = g_thread_pool_new(run, errands, DM_ERRANDS_MAX, FALSE, NULL);
	return errands;
}

void dm_errands_destroy(struct dm_errands *errands)
{
	struct dm_errand *errand;

	if (!errands)
		return;
	g_thread_pool_free(errands->pool, FALSE, TRUE);
	while (g_source_remove_by_user_data(errands))
		;
	while ((errand = g_async_queue_try_pop(errands->ended))) {
		if (errand->response)
			errand->response->errand = NULL;
		free_errand(errand);
	}
	g_async_queue_unref(errands->ended);
	g_free(errands);
}

bool dm_errand_start(struct dm_errands *errands, dm_errand_work *work, void *user,
		     GDestroyNotify free_user, struct dm_response *response)
{
	struct dm_errand *errand;

	if (errands->running == DM_ERRANDS_MAX) {
		free_user(user);
		return false;
	}
	errand = g_new0(struct dm_errand, 1);
	errand->errands = errands;
	errand->work = work;
	errand->user = user;
	errand->free_user = free_user;
	errand->response = response;
	dm_response_init(&errand->made);
	response->errand = errand;
	errands->running++;
	g_thread_pool_push(errands->pool, errand, NULL);
	return true;
}

void dm_errand_wait(struct dm_response *response, dm_errand_done *done, void *waiter)
{
	struct dm_errand *errand = response->errand;

	/* The response lies where the waiter keeps it. */
	errand->response = response;
	errand->done = done;
	errand->waiter = waiter;
}

void dm_errand_abandon(struct dm_errand *errand)
{
	errand->response = NULL;
	if (errand->ended)
		free_errand(errand);
}
