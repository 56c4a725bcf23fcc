/* relay/control/problem.h
 *
 * Errors over HTTP as problem details (RFC 9457): {"type", "title", "status", "detail"}.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_PROBLEM_H
#define DM_CONTROL_PROBLEM_H

#include "control/refusal.h"
#include "control/request.h"

/* `detail` is a sentence that a person can act on. */
void dm_problem(struct dm_response *response, unsigned status, const char *detail);

/* The same from a refusal, with its code and key as extension members (RFC 9457, 3.2). */
void dm_problem_refusal(struct dm_response *response, const struct dm_refusal *refusal);

/* 405 with the Allow header (RFC 9110, 15.5.6). */
void dm_problem_method(struct dm_response *response, const char *allow);

/* The reason phrase of a status (RFC 9110, 15). */
const char *dm_status_text(unsigned status);

#endif
