/* relay/control/errand.h
 *
 * Answers that wait for the disk: made on threads of their own, a few at once, and given back on
 * the control thread. Whoever asked may be gone by then.
 *
 * Thread: the control thread, but for dm_errand_work.
 */
#ifndef DM_CONTROL_ERRAND_H
#define DM_CONTROL_ERRAND_H

#include "control/request.h"

struct dm_errands;
struct dm_errand;

#define DM_ERRANDS_MAX 2 /* at once: the disk serves the relay first; choice */

/* On another thread: fills the response, and touches nothing else of ours. */
typedef void dm_errand_work(void *user, struct dm_response *response);
typedef void dm_errand_done(void *waiter);

struct dm_errands *dm_errands_create(void);
/* Waits for those that run; nobody is told of them. NULL is allowed. */
void dm_errands_destroy(struct dm_errands *errands);

/* Puts an errand into the response; `user` is its own from now on, freed at the end. False, with
 * `user` freed, when DM_ERRANDS_MAX run already. */
bool dm_errand_start(struct dm_errands *errands, dm_errand_work *work, void *user,
		     GDestroyNotify free_user, struct dm_response *response);

/* `done` is called, once, when the response has been filled; never from within this call. */
void dm_errand_wait(struct dm_response *response, dm_errand_done *done, void *waiter);

/* Nobody waits any more: see dm_response_finish. */
void dm_errand_abandon(struct dm_errand *errand);

#endif
