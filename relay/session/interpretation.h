/* relay/session/interpretation.h
 *
 * The interpretation of one room: its booths, who of them is on air, what every channel carries,
 * and what every booth listens to. The rules alone: actions and the time go in; a ruling, changes
 * and the next deadline come out. Nothing is heard or sent here.
 *
 * Actions are in booth.h, override.h, handover.h, incoming.h, slow_down.h and call.h. Each first
 * does what is due. Who may act is for role.h to say, before it comes here.
 *
 * Pure: no clock, no I/O, no allocation after create. Thread: the control thread.
 */
#ifndef DM_SESSION_INTERPRETATION_H
#define DM_SESSION_INTERPRETATION_H

#include "session/change.h"
#include "session/language.h"
#include "session/ruling.h"

#define DM_PRESETS     3 /* keys of the incoming selector (ISO 20109 asks for some) */
#define DM_RELAY_DEPTH 2 /* the usual limit: double relay; choice */

struct dm_interpretation;
struct dm_booth;
struct dm_programme;

/* What a channel carries. */
enum dm_carries {
	DM_CARRIES_FLOOR,
	DM_CARRIES_SILENCE,
	DM_CARRIES_CHANNEL,     /* another one's sound */
	DM_CARRIES_SOURCE,      /* a hardware booth's */
	DM_CARRIES_VOICE,       /* an interpreter on air */
	DM_CARRIES_CONCEALMENT, /* an interpreter whose link has died just now */
	DM_CARRIES_COMFORT,     /* comfort noise: the booth is open, nobody speaks */
	DM_CARRIES_COUNT,
};

struct dm_interpreted_channel {
	const char *lang;         /* "floor" for the first */
	enum dm_carries fallback; /* FLOOR, SILENCE or CHANNEL */
	uint8_t fallback_channel; /* CHANNEL: which; fallbacks make no circle */
};

struct dm_interpretation_options {
	const struct dm_interpreted_channel *channels; /* [0] is the floor */
	size_t channel_count;                          /* 1..DM_CHANNELS_MAX */
	const struct dm_booth_options *booths;
	size_t booth_count; /* 0..DM_BOOTHS_MAX */
	const char *floor_language;
	uint8_t depth_max; /* interpreters in a row; 0: DM_RELAY_DEPTH */
	dm_usec shift;     /* after which it reminds; 0: DM_SHIFT_LENGTH */
};

/* `options` is borrowed until destroy. Returns 0, -EINVAL or -ENOMEM; on failure *out is NULL. */
int dm_interpretation_create(struct dm_interpretation **out,
			     const struct dm_interpretation_options *options, dm_usec now);
void dm_interpretation_destroy(struct dm_interpretation *interpretation); /* NULL is allowed */

/* Does what is due. `now` never goes back, here and in every action. */
void dm_interpretation_advance(struct dm_interpretation *interpretation, dm_usec now);

/* When to advance at the latest; DM_USEC_NEVER: nothing is pending. After an action or an advance
 * it is later than their `now`. */
dm_usec dm_interpretation_next(const struct dm_interpretation *interpretation);

/* What has changed since it was last asked; false when nothing is left. */
bool dm_interpretation_take_change(struct dm_interpretation *interpretation,
				   struct dm_change *change);
uint64_t dm_interpretation_forgotten_changes(const struct dm_interpretation *interpretation);

/* The language now spoken on the floor, set by somebody in a booth, or by the organiser (NULL).
 * NOT_SEATED, BAD_LANGUAGE. */
struct dm_ruling dm_interpretation_set_floor_language(struct dm_interpretation *interpretation,
						      const char *participant, const char *tag,
						      dm_usec now);
const char *dm_interpretation_floor_language(const struct dm_interpretation *interpretation);

/* A hardware booth's source of a channel delivers, or no longer does. NO_SUCH_CHANNEL. */
struct dm_ruling dm_interpretation_set_source(struct dm_interpretation *interpretation,
					      uint8_t channel, bool live, dm_usec now);

/* For reading, until destroy. NULL when there is no such booth or channel. */
size_t dm_interpretation_booth_count(const struct dm_interpretation *interpretation);
const struct dm_booth *dm_interpretation_booth(const struct dm_interpretation *interpretation,
					       uint8_t booth);
const struct dm_programme *dm_interpretation_programme(
	const struct dm_interpretation *interpretation, uint8_t channel);

#endif
