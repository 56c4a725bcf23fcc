/* relay/config/bitrate.h
 *
 * Bit rates as people write them: "500k", "1.5M", "64000".
 *
 * Pure. Thread: any.
 */
#ifndef DM_CONFIG_BITRATE_H
#define DM_CONFIG_BITRATE_H

#include <stdbool.h>
#include <stdint.h>

/* Decimal digits, at most six after a point, then nothing, "k" (1,000) or "M" (1,000,000); the
 * result must be a whole number of bit/s below 10^9. */
bool dm_bitrate_parse(const char *text, uint32_t *bitrate_bps);

/* The shortest way to write it, into `text`: 1500000 is "1.5M". Room for 16 bytes. */
void dm_bitrate_format(uint32_t bitrate_bps, char text[static 16]);

#endif
