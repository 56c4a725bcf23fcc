/* relay/control/booth_json.h
 *
 * A booth as JSON, for those who sit in it and for organisers: README.md has the fields.
 *
 * Thread: the control thread.
 */
#ifndef DM_CONTROL_BOOTH_JSON_H
#define DM_CONTROL_BOOTH_JSON_H

#include "session/interpreter.h"

#include <jansson.h>

/* Everything but what is said to one person. `booth` exists. The caller owns the reference. */
json_t *dm_booth_json(const struct dm_room *room, uint8_t booth, dm_usec now);

/* Adds "you" and "call" and "monitor": to one of the booth. */
void dm_booth_json_address(json_t *json, const struct dm_interpreter *interpreter);

/* For the public: {"id", "langs", "free"}. */
json_t *dm_booth_public_json(const struct dm_room *room, uint8_t booth);

/* The seat of the booth that the engine of one of its channels really sends now; DM_NOBODY: none.
 */
uint8_t dm_booth_heard(const struct dm_room *room, uint8_t booth, enum dm_output output);

#endif
