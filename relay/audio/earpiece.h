/* relay/audio/earpiece.h
 *
 * An ear of the ticker: a track that carries one microphone as it is decoded, on air or not, and
 * pauses while it is pointed at none. It hears a microphone of some channel's engine, which then
 * does not doze, or one of its own, fed by an intake that no engine has. What changes fades.
 *
 * Nothing is allocated after create. Thread: one at a time.
 */
#ifndef DM_AUDIO_EARPIECE_H
#define DM_AUDIO_EARPIECE_H

#include "audio/engine.h"
#include "audio/ticker.h"

struct dm_earpiece;

/* Returns 0, -EINVAL or -ENOMEM; on failure *out is NULL. */
int dm_earpiece_create(struct dm_earpiece **out, const struct dm_ticker_ear *options);
void dm_earpiece_destroy(struct dm_earpiece *earpiece); /* NULL is allowed */

struct dm_track *dm_earpiece_track(const struct dm_earpiece *earpiece); /* borrowed */

/* NULL: none. The engine is borrowed until it is pointed elsewhere and two ticks more. */
void dm_earpiece_point(struct dm_earpiece *earpiece, struct dm_engine *engine, uint8_t microphone);

/* The intake of its own from now on, which goes before what it is pointed at (nullable; a reference
 * is handed over). Returns the one before, with its reference. */
struct dm_intake *dm_earpiece_connect(struct dm_earpiece *earpiece, struct dm_intake *intake);

/* Before a tick's engines run, and after. False: it is pointed at none, and pauses. */
void dm_earpiece_wake(struct dm_earpiece *earpiece);
bool dm_earpiece_run(struct dm_earpiece *earpiece, dm_usec at);

/* Encodes what it heard; as dm_outlet_encode. */
bool dm_earpiece_encode(struct dm_earpiece *earpiece, struct dm_track_payload *payload);

#endif
