/* client/native/missing.h
 *
 * The sequence numbers of one stream that have not come, and when to ask for them (again): what a
 * receiver's NACKs are made of (RFC 4585, 6.2.1).
 *
 * Pure, plain data; zero-initialised. Thread: one at a time.
 */
#ifndef DM_CLIENT_MISSING_H
#define DM_CLIENT_MISSING_H

#include "base/time.h"

#include <stdbool.h>
#include <stddef.h>

#define DM_MISSING_MAX 64 /* at once; more are given up, oldest first. Choice */

struct dm_missing {
	size_t count;
	struct {
		uint16_t sequence;
		uint8_t asked; /* times */
		dm_usec due;
	} entries[DM_MISSING_MAX]; /* as they went missing: ascending */
};

/* `count` packets from `first` on were skipped. */
void dm_missing_note(struct dm_missing *missing, uint16_t first, unsigned count, dm_usec now);

/* It came after all. True when it was missing. */
bool dm_missing_came(struct dm_missing *missing, uint16_t sequence);

/* Those to ask for now, ascending, in `sequences` of DM_MISSING_MAX; returns how many. Each is
 * asked for at most ten times, 50 ms apart, as browsers do. */
size_t dm_missing_ask(struct dm_missing *missing, uint16_t *sequences, dm_usec now);

#endif
