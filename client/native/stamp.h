/* client/native/stamp.h
 *
 * A time stamp at the end of an RTP payload, by which one-way latency is measured: the eight bytes
 * "dmstamp\0", then CLOCK_REALTIME in microseconds, big-endian.
 *
 * Pure. Thread: any.
 */
#ifndef DM_CLIENT_STAMP_H
#define DM_CLIENT_STAMP_H

#include "base/time.h"

#include <stdbool.h>
#include <stddef.h>

#define DM_STAMP_BYTES 16

/* Writes DM_STAMP_BYTES. */
void dm_stamp_write(uint8_t *data, dm_usec wall);

/* False when the payload does not end with a stamp. */
bool dm_stamp_read(const uint8_t *payload, size_t bytes, dm_usec *wall);

#endif
